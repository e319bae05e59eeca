"""The pages of releasing: what stands there, what their buttons do, who gets 404, 409, 422 （十一）."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import releasing_told as told
import stories
from cast import Cast
from desk_helpers import text_of
from huiying.desk.subjects.registers import PARTNER_VERBS, PLATFORM_VERBS, PUSH_VERBS
from huiying.desk.subjects.releasing import DISCLOSURE_VERBS, GAP_VERBS, PRESS_VERBS
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.people.actions.registers import add_partner
from huiying.people.models import Partner, Platform, User
from huiying.responding.actions.partners import push
from huiying.responding.actions.press import publish_press, submit_press
from huiying.responding.actions.releasing import make_gap, plan_disclosure
from huiying.responding.models import (
    DisclosureItem,
    Evidence,
    InfoGap,
    PartnerPush,
    PressRelease,
    Publication,
)
from whole.url_rows import releasing as rows

Browser = Callable[[User], Client]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
DRAFT = {
    "title": "十月起全面不见面开标",
    "facts": "10月1日起实行。",
    "basis": "《电子招标投标办法》第二十九条",
    "rendition_portal": "10月1日起，全市房建项目全部实行不见面开标。",
}


def item(cast: Cast, **changes: Any) -> DisclosureItem:
    fields: dict[str, Any] = {
        "title": "第三季度交易数据",
        "kind": "statistics",
        "department": cast.department("Z-XX"),
        "due_on": dt.date(2026, 9, 25),
        "repeats": "",
        "ground": "",
        "actor": cast.office,
    }
    return plan_disclosure(**(fields | changes))


def gap(cast: Cast) -> InfoGap:
    return make_gap(
        question="外地企业在哪里办CA证书",
        department=cast.department("Z-XX"),
        owner=cast.tech_liaison,
        due_at=clock.now() + dt.timedelta(days=5),
        actor=cast.office,
    )


def partner(cast: Cast, email: str = "") -> Partner:
    return add_partner(
        name="微鞍山", operator="鞍山日报社", contact_name="值班编辑", contact_phone="0412-5550000",
        contact_email=email, agreement="", actor=cast.office,
    )  # fmt: skip


def pushed(cast: Cast) -> PartnerPush:
    publication = told.live(told.published(cast))
    return push(publication, partner(cast), cast.editor)


# --- the whole --------------------------------------------------------------------------------------------------------


def test_each_page_is_one_word_on_the_page_of_working_together(cast: Cast, browser: Browser) -> None:
    page = text_of(browser(cast.office).get("/desk/board/"))
    for word, address in (
        ("新闻稿", "press"),
        ("发布日历", "calendar"),
        ("信息缺口", "gaps"),
        ("平台登记", "platforms"),
        ("合作账号", "partners"),
    ):
        assert f'href="/desk/{address}/">{word}</a>' in page


def test_every_verb_of_these_pages_has_a_row_in_the_table_of_addresses() -> None:
    nouns = {
        "press": PRESS_VERBS,
        "calendar": DISCLOSURE_VERBS,
        "gaps": GAP_VERBS,
        "platforms": PLATFORM_VERBS,
        "partners": PARTNER_VERBS,
        "pushes": PUSH_VERBS,
    }
    for noun, verbs in nouns.items():
        asked = {
            line.split("/do/")[1].split("/")[0]
            for line in rows.TABLE.splitlines()
            if f"/desk/{noun}/" in line and "/do/" in line
        }
        assert asked - {"unknown"} == set(verbs), noun


def everything(cast: Cast) -> list[str]:
    """A full house, and the address of every page."""
    release = told.corrected(cast)
    review = told.submitted(cast, title="待审的题目", planned_at=clock.now() + dt.timedelta(days=1))
    publication = told.live(release)
    row = push(publication, partner(cast), cast.editor)
    account = Platform.objects.get(code="wechat")
    return [
        "/desk/press/",
        "/desk/press/new/",
        f"/desk/press/{release.pk}/",
        f"/desk/press/{release.pk}/draft/",
        f"/desk/press/steps/{review.steps.get(role='office_head').pk}/",
        "/desk/calendar/",
        "/desk/calendar/?year=2026",
        f"/desk/calendar/{item(cast, repeats='monthly').pk}/",
        "/desk/gaps/",
        f"/desk/gaps/{gap(cast).pk}/",
        "/desk/platforms/",
        f"/desk/platforms/{account.code}/",
        "/desk/platforms/portal/",
        "/desk/partners/",
        f"/desk/partners/{row.partner_id}/",
        f"/desk/pushes/{row.pk}/",
        f"/desk/publications/{publication.pk}/paste/",
        "/desk/reviews/",
        "/desk/",
    ]


def test_no_page_asks_the_database_more_than_twenty_times(cast: Cast, browser: Browser) -> None:
    """Lists keep to twelve; the page of one thing is told from some more tables, never growing with the rows."""
    client = browser(cast.office)
    for address in everything(cast):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            response = client.get(address)
        assert response.status_code == 200, address
        is_list = address.strip("/").split("/")[-1] in (
            "press",
            "calendar",
            "gaps",
            "platforms",
            "partners",
            "desk",
            "reviews",
        )
        tables = [query["sql"].partition(" FROM ")[2][:60] for query in asked]
        assert len(asked) <= (15 if is_list else 20), "\n".join([address, *tables])


def test_outsiders_find_nothing(cast: Cast, browser: Browser) -> None:
    """Habit 5: the administrator manages people and has no part in what is said."""
    for address in everything(cast)[:-2]:
        assert browser(cast.admin).get(address).status_code == 404, address


# --- press releases ---------------------------------------------------------------------------------------------------


def test_a_release_goes_from_draft_to_the_public_by_its_pages(cast: Cast, browser: Browser) -> None:
    """C11.5: begun, submitted, reviewed by three, published, and read by everybody."""
    editor = browser(cast.editor)
    sent = editor.post("/desk/press/new/", {**DRAFT, "department": cast.department("BGS").pk})
    release = PressRelease.objects.get()
    assert sent.headers["Location"] == f"/desk/press/{release.pk}/"
    assert editor.post(f"/desk/press/{release.pk}/do/submit/").status_code == 302
    for who, role in (("office", "office_head"), ("secrecy", "secrecy_checker"), ("deputy", "deputy_leader")):
        client = browser(cast.people[who])
        step = release.versions.get().steps.get(role=role)
        assert f"/desk/press/steps/{step.pk}/" in client.get("/desk/").content.decode(), "it waits on the desk"
        assert f"/desk/press/steps/{step.pk}/" in client.get("/desk/reviews/").content.decode()
        form = {"decision": "approve", "manifest_sha256": release.versions.get().manifest_sha256}
        form |= dict.fromkeys(step.checks, "on")
        assert client.post(f"/desk/press/steps/{step.pk}/", form).status_code == 302
    assert editor.post(f"/desk/press/{release.pk}/do/publish/", {"channels": ["portal"]}).status_code == 302
    stories.do_what_is_due()
    page = text_of(editor.get(f"/desk/press/{release.pk}/"))
    assert "已公开" in page
    assert 'href="/news/2026-1/"' in page
    assert DRAFT["rendition_portal"] in text_of(Client().get("/news/2026-1/"))


def test_an_empty_form_says_what_is_missing_and_keeps_what_was_typed(cast: Cast, browser: Browser) -> None:
    response = browser(cast.editor).post("/desk/press/new/", {"facts": "写了一半的事实"})
    assert response.status_code == 422
    assert "写了一半的事实" in text_of(response)
    assert not PressRelease.objects.exists()


def test_a_refusal_is_said_on_the_form(cast: Cast, browser: Browser) -> None:
    release = told.published(cast)
    form = {**DRAFT, "department": cast.department("BGS").pk, "correction_note": ""}
    response = browser(cast.editor).post(f"/desk/press/{release.pk}/draft/", form)
    assert response.status_code == 409
    assert "请写更正说明" in text_of(response)


def test_the_page_of_a_review_shows_what_changed_and_only_the_checks_of_the_step(cast: Cast, browser: Browser) -> None:
    version = told.submitted(cast)
    told.decide(version.steps.get(role="office_head"), cast.office, approve=False)
    submit_press(told.drafted(cast, version.release, basis="《电子招标投标办法》第三十条").release, cast.editor)
    newest = version.release.versions.latest("number")
    page = text_of(browser(cast.secrecy).get(f"/desk/press/steps/{newest.steps.get(role='secrecy_checker').pk}/"))
    assert "比上次送审的第 1 稿" in page
    assert "<ins>" in page
    assert 'name="secrecy"' in page
    assert 'name="personal_data"' not in page
    own = text_of(browser(cast.editor).get(f"/desk/press/steps/{newest.steps.get(role='secrecy_checker').pk}/"))
    assert "现在不等您审核" in own
    assert 'name="decision"' not in own


def test_a_check_that_was_not_ticked_is_asked_for(cast: Cast, browser: Browser) -> None:
    step = told.submitted(cast).steps.get(role="office_head")
    form = {"decision": "approve", "manifest_sha256": step.version.manifest_sha256}
    response = browser(cast.office).post(f"/desk/press/steps/{step.pk}/", form)
    assert response.status_code == 409
    assert "个人信息审查" in text_of(response)


def test_the_machine_points_at_personal_data(cast: Cast, browser: Browser) -> None:
    version = told.submitted(cast, renditions={"portal": "请联系张三，手机13912345678。"})
    page = text_of(browser(cast.office).get(f"/desk/press/steps/{version.steps.get(role='office_head').pk}/"))
    assert "机器看到文中像是有个人信息" in page


def test_what_one_may_not_do_is_said_with_the_reason(cast: Cast, browser: Browser) -> None:
    release = told.approved(cast)
    page = text_of(browser(cast.inspector).get(f"/desk/press/{release.pk}/"))
    assert "还不能办的事，以及为什么" in page
    assert f"/desk/press/{release.pk}/do/publish/" not in page


def test_a_late_release_stands_in_red(cast: Cast, browser: Browser, frozen: FrozenClock) -> None:
    told.drafted(cast, planned_at=clock.now() + dt.timedelta(hours=1))
    frozen.advance(dt.timedelta(hours=2))
    for address in ("/desk/press/", "/desk/calendar/"):
        assert "，已过时间" in text_of(browser(cast.office).get(address)), address


def test_a_post_by_hand_is_done_and_checked_on_its_page(cast: Cast, browser: Browser) -> None:
    """C8.7: the same page as for a case's answer, back to the press release afterwards."""
    release = told.approved(cast, renditions=told.BOTH)
    (row,) = publish_press(release, ["weibo"], cast.editor)
    address = f"/desk/publications/{row.pk}/"
    assert release.title in text_of(browser(cast.office).get("/desk/")), "it waits on the desk"
    page = text_of(browser(cast.office).get(address))
    assert release.number in page
    form = {"url": "https://weibo.example/1", "screenshot": SimpleUploadedFile("s.png", PNG, "image/png")}
    sent = browser(cast.office).post(address, form)
    assert sent.headers["Location"] == f"/desk/press/{release.pk}/"
    assert browser(cast.duty).post(address, {"ok": "yes", "comment": ""}).status_code == 302
    row.refresh_from_db()
    assert row.state == Publication.LIVE
    proof = browser(cast.watch_head).get(f"/desk/evidence/{Evidence.objects.latest('id').pk}/")
    assert proof.status_code == 200
    assert browser(cast.admin).get(f"/desk/evidence/{Evidence.objects.latest('id').pk}/").status_code == 404


# --- the calendar -----------------------------------------------------------------------------------------------------


def test_an_item_is_planned_shown_and_settled_on_its_pages(cast: Cast, browser: Browser) -> None:
    client = browser(cast.tech_head)
    form = {
        "title": "第三季度交易数据",
        "kind": "statistics",
        "department": cast.department("Z-XX").pk,
        "due_on": "2026-10-20",
        "repeats": "monthly",
    }
    sent = client.post("/desk/calendar/plan/", form)
    assert sent.headers["Location"] == "/desk/calendar/?month=2026-10"
    made = DisclosureItem.objects.get()
    assert made.title in text_of(client.get("/desk/calendar/?month=2026-10"))
    assert made.title not in text_of(client.get("/desk/calendar/"))
    assert client.post(f"/desk/calendar/{made.pk}/do/finish/", {"url": "https://gov.example/8"}).status_code == 302
    page = text_of(client.get(f"/desk/calendar/{made.pk}/"))
    assert "下一期 11月20日" in page
    assert "https://gov.example/8" in page


def test_what_is_late_is_late_on_every_month_until_it_is_public(
    cast: Cast, browser: Browser, frozen: FrozenClock
) -> None:
    made = item(cast)
    frozen.advance(dt.timedelta(days=40))
    page = text_of(browser(cast.office).get("/desk/calendar/?month=2026-12"))
    assert "已经超期" in page
    assert made.title in page
    year = text_of(browser(cast.office).get("/desk/calendar/?year=2026"))
    assert "2026 年按期公开 0/1 项（0%）" in year
    assert made.title in year


@pytest.mark.parametrize("month", ["", "2026-13", "1999-01", "x", "2026-9"])
def test_a_month_that_is_none_is_this_one(cast: Cast, browser: Browser, month: str) -> None:
    item(cast)
    response = browser(cast.office).get("/desk/calendar/", {"month": month})
    assert "第三季度交易数据" in text_of(response)


# --- information gaps -------------------------------------------------------------------------------------------------


def test_a_suggestion_fills_the_form_and_takes_its_events_along(cast: Cast, browser: Browser) -> None:
    """C6.14: the machine counts, a person decides."""
    from responding.test_information_gaps import asked, rule

    events = asked()
    client = browser(cast.office)
    page = text_of(client.get("/desk/gaps/"))
    assert rule().name in page
    assert "建议" in page
    form = client.get("/desk/gaps/", {"topic": rule().name})
    assert f'value="{rule().name}"' in text_of(form)
    sent = client.post(
        "/desk/gaps/make/",
        {
            "question": "外地企业在哪里办CA证书",
            "department": cast.department("Z-XX").pk,
            "owner": cast.tech_liaison.pk,
            "due_at": "2026-09-20T10:00",
            "topic": rule().name,
            "events": "E9999",
        },
    )
    made = InfoGap.objects.get()
    assert sent.headers["Location"] == f"/desk/gaps/{made.pk}/"
    assert sorted(made.cases) == sorted(event.number for event in events)
    assert rule().name not in text_of(client.get("/desk/gaps/")).split("补信息任务")[0]


def test_numbers_of_events_are_shown_to_who_may_open_them(cast: Cast, browser: Browser) -> None:
    from responding.test_information_gaps import asked

    (event, *_others) = asked()
    assert event.number in text_of(browser(cast.office).get("/desk/gaps/"))
    assert event.number not in text_of(browser(cast.tech_head).get("/desk/gaps/"))


def test_the_owner_settles_the_task(cast: Cast, browser: Browser) -> None:
    made = gap(cast)
    client = browser(cast.tech_liaison)
    assert client.post(f"/desk/gaps/{made.pk}/do/finish/", {"url": "官网"}).status_code == 409
    assert client.post(f"/desk/gaps/{made.pk}/do/finish/", {"url": "https://gov.example/9"}).status_code == 302
    assert "https://gov.example/9" in text_of(client.get(f"/desk/gaps/{made.pk}/"))


# --- accounts ---------------------------------------------------------------------------------------------------------


def test_the_register_says_what_is_wrong_with_each_account(cast: Cast, browser: Browser) -> None:
    page = text_of(browser(cast.office).get("/desk/platforms/"))
    assert "制度要求尽快开通政务微信" in page
    assert page.count("没有在岗的管理员") == 4
    assert page.count("还没有发布过") >= 4


def test_a_dormant_account_fills_its_row(cast: Cast, browser: Browser, frozen: FrozenClock) -> None:
    """C11.2: dormant and unflagged must be impossible."""
    client = browser(cast.office)
    told.published(cast)
    assert 'class="overdue"' not in client.get("/desk/platforms/").content.decode()
    frozen.advance(dt.timedelta(days=15))
    page = client.get("/desk/platforms/").content.decode()
    assert 'class="overdue"' in page
    assert "15 天前发布" in text_of(client.get("/desk/platforms/portal/"))


def test_an_account_is_entered_kept_up_and_closed_on_its_pages(cast: Cast, browser: Browser) -> None:
    client = browser(cast.office)
    form = {
        "name": "政务抖音号",
        "family": "政务微博",
        "department": cast.department("WGC").pk,
        "administrator": cast.network.pk,
        "dormant_days": "14",
    }
    sent = client.post("/desk/platforms/add/", form)
    made = Platform.objects.get(name="政务抖音号")
    assert sent.headers["Location"] == f"/desk/platforms/{made.code}/"
    base = f"/desk/platforms/{made.code}/do/"
    assert browser(cast.network).post(f"{base}posted/", {"at": "2026-09-13T10:00"}).status_code == 302
    assert browser(cast.network).post(f"{base}posted/", {"at": "2026-09-12T10:00"}).status_code == 409
    assert browser(cast.network).post(f"{base}counted/", {"count": "7"}).status_code == 302
    assert client.post(f"{base}edit/", form | {"account": "鞍山公共资源"}).status_code == 302
    page = text_of(client.get(f"/desk/platforms/{made.code}/"))
    for words in ("鞍山公共资源", "截至 9月14日 10:00", "9月13日 10:00"):
        assert words in page
    assert client.post(f"{base}close/", {}).status_code == 422
    assert client.post(f"{base}close/", {"reason": "账号并入政务微博"}).status_code == 302
    assert made.name not in text_of(client.get("/desk/platforms/"))
    closed = text_of(client.get("/desk/platforms/?all=1"))
    assert made.name in closed
    assert "账号并入政务微博" in text_of(client.get(f"/desk/platforms/{made.code}/"))
    assert client.post(f"{base}edit/", form).status_code == 409


def test_the_article_is_copied_or_downloaded_for_its_account(cast: Cast, browser: Browser) -> None:
    """C11.2: ready to paste; the download is a file and never a page of ours."""
    release = told.approved(cast, renditions={"portal": "文字", "wechat": "第一段\n第二段"})
    (row,) = publish_press(release, ["wechat"], cast.editor)
    client = browser(cast.editor)
    page = text_of(client.get(f"/desk/publications/{row.pk}/paste/"))
    assert "<p>第一段</p><p>第二段</p>" in page
    for wanted, kind in (("html", "text/html"), ("text", "text/plain")):
        response = client.get(f"/desk/publications/{row.pk}/paste/?as={wanted}")
        assert response.headers["Content-Type"].startswith(kind)
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert "第一段" in response.content.decode()
    assert f"/desk/publications/{row.pk}/paste/" in client.get("/desk/platforms/wechat/").content.decode()


# --- partners ---------------------------------------------------------------------------------------------------------


def test_a_partner_is_one_press_away_from_being_called_or_written_to(cast: Cast, browser: Browser) -> None:
    row = partner(cast, "desk@weianshan.example")
    page = text_of(browser(cast.office).get(f"/desk/partners/{row.pk}/"))
    assert 'href="tel:0412-5550000"' in page
    assert 'href="mailto:desk@weianshan.example"' in page


def test_a_text_is_pushed_copied_and_answered_on_its_pages(cast: Cast, browser: Browser) -> None:
    release, row = told.published(cast), partner(cast)
    client = browser(cast.editor)
    assert client.post(f"/desk/partners/{row.pk}/do/push/", {}).status_code == 422
    sent = client.post(f"/desk/partners/{row.pk}/do/push/", {"publication": told.live(release).pk})
    made = PartnerPush.objects.get()
    assert sent.headers["Location"] == f"/desk/pushes/{made.pk}/"
    assert "不改事实" in text_of(client.get(f"/desk/pushes/{made.pk}/"))
    assert client.post(f"/desk/pushes/{made.pk}/do/sent/").status_code == 302
    reply = {"reply": "reposted", "url": "https://weianshan.example/a/1", "reply_note": "放在二条"}
    assert client.post(f"/desk/pushes/{made.pk}/do/reply/", {"reply": "reposted"}).status_code == 409
    assert client.post(f"/desk/pushes/{made.pk}/do/reply/", reply).status_code == 302
    page = text_of(client.get(f"/desk/partners/{row.pk}/"))
    assert "推送 1 篇，转载 1 篇，不转载 0 篇" in page
    assert "推送 1，转载 1" in text_of(client.get("/desk/partners/"))


def test_what_was_pushed_already_is_not_offered_again(cast: Cast, browser: Browser) -> None:
    made = pushed(cast)
    client = browser(cast.editor)
    form = {"publication": made.publication_id}
    assert client.post(f"/desk/partners/{made.partner_id}/do/push/", form).status_code == 422
    assert PartnerPush.objects.count() == 1


def test_a_contact_that_is_due_is_said_and_recorded(cast: Cast, browser: Browser, frozen: FrozenClock) -> None:
    row = partner(cast)
    frozen.advance(dt.timedelta(days=91))
    client = browser(cast.office)
    assert "联系人该抽查了" in text_of(client.get("/desk/partners/"))
    base = f"/desk/partners/{row.pk}/do/test/"
    assert client.post(base, {"reached": "no", "note": ""}).status_code == 409
    assert client.post(base, {"reached": "yes", "note": ""}).status_code == 302
    assert "抽查接通" in text_of(client.get("/desk/partners/"))


def test_whom_the_regulation_names_is_missed(cast: Cast, browser: Browser) -> None:
    client = browser(cast.office)
    assert "制度要求与“微鞍山”建立联系" in text_of(client.get("/desk/partners/"))
    partner(cast)
    assert "制度要求与" not in text_of(client.get("/desk/partners/"))


@pytest.mark.parametrize(
    "address", ["/desk/platforms/add/", "/desk/partners/add/", "/desk/calendar/plan/", "/desk/gaps/make/"]
)
def test_who_may_not_enter_anything_hears_why_before_the_form_is_read(
    cast: Cast, browser: Browser, address: str
) -> None:
    response = browser(cast.inspector).post(address, {})
    assert response.status_code == 409
    assert "须由" in text_of(response)
