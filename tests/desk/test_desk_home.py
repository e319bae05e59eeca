"""值班台: what is due next, what is new, what nobody may overlook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.test import Client

from cast import Cast
from desk_helpers import OUTAGE, text_of
from huiying.handling.models import Case
from huiying.judging.models import Event, UrgentCall, Warning
from huiying.judging.warnings import raise_call
from huiying.kernel import clock
from huiying.listening.models import Post
from huiying.people.models import User
from huiying.work.models import Heartbeat

Browser = Callable[[User], Client]


def test_the_case_that_is_due_next_stands_first_with_its_countdown(cast: Cast, browser: Browser, case: Case) -> None:
    text = text_of(browser(cast.duty).get("/desk/"))
    assert case.title in text
    assert "剩 48 小时" in text
    assert "9月16日 10:00 止" in text


def test_a_new_warning_is_acknowledged_with_one_press(cast: Cast, browser: Browser, event: Event) -> None:
    """C6.12"""
    warning = Warning.objects.get(event=event)
    client = browser(cast.duty)
    assert "知悉" in text_of(client.get("/desk/"))
    assert client.post(f"/desk/warnings/{warning.pk}/acknowledge/").status_code == 302
    warning.refresh_from_db()
    assert warning.acknowledged_by == cast.duty.name


def test_whoever_is_not_on_duty_is_not_told_that_a_warning_exists(cast: Cast, browser: Browser, event: Event) -> None:
    warning = Warning.objects.get(event=event)
    client = browser(cast.works_liaison)
    assert event.title not in text_of(client.get("/desk/"))
    assert client.post(f"/desk/warnings/{warning.pk}/acknowledge/").status_code == 404


def test_what_is_known_already_is_answered_with_its_number_and_who_has_it(
    cast: Cast, browser: Browser, case: Case
) -> None:
    """C5.13"""
    text = text_of(browser(cast.editor).post("/desk/take-in/", {"text": OUTAGE}, follow=True))
    assert f"已在第 {case.number} 号，由交易中心信息技术部办理" in text


def test_what_has_nothing_to_do_with_the_bureau_waits_for_a_look(cast: Cast, browser: Browser) -> None:
    text = text_of(browser(cast.duty).post("/desk/take-in/", {"text": "今天食堂的包子不错"}, follow=True))
    assert "待辨" in text
    assert Event.objects.count() == 0


def test_an_empty_paste_says_what_is_missing(cast: Cast, browser: Browser) -> None:
    assert "没有内容" in text_of(browser(cast.duty).post("/desk/take-in/", {"text": " "}, follow=True))


def danger() -> UrgentCall:
    post = Post.objects.create(
        platform="来信", channel_class="局长信箱", kind="message", native_id="u", text="保证金不退，我不想活了",
        text_sha256="0" * 64, received_at=clock.now(), batch="b", received_how="import", life_safety=True,
    )  # fmt: skip
    return raise_call(post)


def test_a_danger_to_life_stands_on_top_for_those_who_act_and_for_nobody_else(cast: Cast, browser: Browser) -> None:
    """Life first"""
    danger()
    assert "我不想活了" in text_of(browser(cast.duty).get("/desk/"))
    assert "我不想活了" not in text_of(browser(cast.works_head).get("/desk/"))


def test_a_call_names_each_person_once_and_the_banner_leads_to_it(cast: Cast, browser: Browser) -> None:
    call = danger()
    call.called = [*call.called, *call.called, *call.called]
    call.save()
    page = browser(cast.duty).get("/desk/").content.decode()
    assert page.count(f"已叫{cast.duty.name}") == 1
    assert "3 次，最近" in page
    assert "未送达：只有站内消息" in page
    assert 'href="/desk/#urgent"' in page
    assert 'id="urgent"' in page


def test_a_danger_to_life_is_taken_only_with_an_account_of_what_was_done(cast: Cast, browser: Browser) -> None:
    call = danger()
    client = browser(cast.duty)
    client.post(f"/desk/urgent/{call.pk}/acknowledge/", {"what_was_done": ""})
    call.refresh_from_db()
    assert call.acknowledged_at is None
    client.post(f"/desk/urgent/{call.pk}/acknowledge/", {"what_was_done": "已拨打 110，带班领导已联系本人"})
    call.refresh_from_db()
    assert call.acknowledged_by == cast.duty.name


def test_every_page_says_in_red_that_calls_go_nowhere_while_no_gateway_is_set_up(
    cast: Cast, browser: Browser, monkeypatch: object
) -> None:
    monkeypatch.delenv("HUIYING_NOTIFY_URLS", raising=False)  # type: ignore[attr-defined]
    sentence = "没有配置短信或电话网关"
    client = browser(cast.works_head)
    assert sentence not in text_of(client.get("/desk/regulation/"))
    danger()
    assert sentence in text_of(client.get("/desk/regulation/"))
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", "*=json://127.0.0.1:9/")  # type: ignore[attr-defined]
    assert sentence not in text_of(client.get("/desk/regulation/"))


def test_every_page_says_in_red_that_the_background_stands_still(cast: Cast, browser: Browser) -> None:
    sentence = "后台处理已停止"
    client = browser(cast.duty)
    Heartbeat.objects.create(name="loop:old", at=clock.now() - dt.timedelta(days=1), pid=1)
    assert sentence in text_of(client.get("/desk/cases/"))
    fresh = Heartbeat.objects.create(name="loop:new", at=clock.now() - dt.timedelta(seconds=60), pid=2)
    assert sentence not in text_of(client.get("/desk/cases/"))
    fresh.at = clock.now() - dt.timedelta(seconds=61)
    fresh.save()
    assert sentence in text_of(client.get("/desk/cases/"))


def test_the_lead_department_accepts_from_its_home_page(cast: Cast, browser: Browser, case: Case) -> None:
    """C10.6"""
    client = browser(cast.tech_liaison)
    page = text_of(client.get("/desk/"))
    assert "轮到您" in page
    assert f"/desk/cases/{case.number}/do/accept/" in page
    client.post(f"/desk/cases/{case.number}/do/accept/")
    case.refresh_from_db()
    assert case.state == "handling"
