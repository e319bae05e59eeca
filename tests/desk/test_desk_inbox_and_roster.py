"""消息 and 值班表 as pages, and the seven words of each person's navigation (UI.md)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cast import Cast
from desk_helpers import text_of
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.people.actions.roster import set_shift
from huiying.people.models import DutyShift, User
from huiying.responding.models import ReviewRound
from huiying.work import notify
from huiying.work.models import Notice

Browser = Callable[[User], Client]
HOUR = dt.timedelta(hours=1)


def words(client: Client) -> list[str]:
    raw = client.get("/desk/regulation/").content.decode()
    (nav,) = re.findall(r'<nav class="places".*?</nav>', raw, re.DOTALL)
    return re.findall(r">\s*([^<>\s]+)\s*<", nav)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("duty", "值班台 事件 待辨 办件 协同 制度"),
        ("office", "值班台 事件 待辨 办件 审核 协同 台账"),
        ("tech_head", "我的事 本部门 办件 审核 协同 制度"),
        ("editor", "我的事 办件 协同 制度"),
        ("deputy", "待决 总览 值班台 事件 办件 审核 协同"),
        ("top", "待决 总览 值班台 事件 办件 审核 协同"),
        ("inspector", "总览 我的事 事件 办件 协同 台账 制度"),
        ("admin", "人员 开办步骤 制度"),
    ],
)
def test_each_kind_of_person_gets_the_words_of_the_own_work(
    cast: Cast, browser: Browser, who: str, expected: str
) -> None:
    assert words(browser(cast.people[who])) == expected.split()


def test_nobody_gets_more_than_seven_words_and_each_of_them_opens(cast: Cast, browser: Browser) -> None:
    for user in cast.people.values():
        client = browser(user)
        raw = client.get("/desk/regulation/").content.decode()
        (nav,) = re.findall(r'<nav class="places".*?</nav>', raw, re.DOTALL)
        urls = re.findall(r'href="([^"]+)"', nav)
        assert 1 <= len(urls) <= 7
        assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, 200), user


def test_what_is_looked_up_now_and_then_is_reached_from_the_board(cast: Cast, browser: Browser) -> None:
    client = browser(cast.office)
    raw = client.get("/desk/board/").content.decode()
    (links,) = re.findall(r'<p class="dots lookups">.*?</p>', raw, re.DOTALL)
    urls = re.findall(r'href="([^"]+)"', links)
    assert {"/desk/overview/", "/desk/wall/", "/desk/drills/", "/desk/ledger/", "/desk/roster/"} <= set(urls)
    assert {url: client.get(url, follow=True).status_code for url in urls} == dict.fromkeys(urls, 200)


def test_the_count_stands_beside_the_name_until_the_notice_is_opened(cast: Cast, browser: Browser) -> None:
    client = browser(cast.duty)
    assert '<span class="count">' not in client.get("/desk/").content.decode()
    notify.send("有人提到您", "请补充标段数量", ["duty"], url="/desk/cases/")
    assert '<span class="count">1</span>' in client.get("/desk/").content.decode()
    notice = Notice.objects.get()
    opened = client.get(f"/desk/inbox/{notice.pk}/")
    assert (opened.status_code, opened.headers["Location"]) == (302, "/desk/cases/")
    assert '<span class="count">' not in client.get("/desk/").content.decode()


def test_nobody_opens_or_reads_what_was_told_to_another(cast: Cast, browser: Browser) -> None:
    notify.send("只给值班员", "内容", ["duty"])
    notice = Notice.objects.get()
    client = browser(cast.office)
    assert client.get(f"/desk/inbox/{notice.pk}/").status_code == 404
    assert "只给值班员" not in text_of(client.get("/desk/inbox/"))
    client.post("/desk/inbox/read/", {"newest": notice.pk})
    notice.refresh_from_db()
    assert notice.read_at is None


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_a_notice_leads_nowhere_outside_the_desk(cast: Cast, browser: Browser, url: str) -> None:
    notify.send("t", "b", ["duty"], url=url)
    answer = browser(cast.duty).get(f"/desk/inbox/{Notice.objects.get().pk}/")
    assert answer.headers["Location"] == "/desk/inbox/"


def test_all_read_means_all_that_were_listed(cast: Cast, browser: Browser) -> None:
    for number in range(3):
        notify.send(f"t{number}", "b", ["duty"])
    seen = Notice.objects.order_by("id")[1].pk
    client = browser(cast.duty)
    assert "2 条消息已标为已读" in text_of(client.post("/desk/inbox/read/", {"newest": seen}, follow=True))
    text = text_of(client.get("/desk/inbox/?only=unread"))
    assert "t2" in text
    assert "t1" not in text
    for odd in ("", "²", "x", "9" * 30):
        assert client.post("/desk/inbox/read/", {"newest": odd}).status_code == 302


def test_what_somebody_wrote_into_a_notice_is_shown_as_text(cast: Cast, browser: Browser) -> None:
    notify.send("<b>t</b>", "<script>x</script>", ["duty"])
    raw = browser(cast.duty).get("/desk/inbox/").content.decode()
    assert "<script>x" not in raw
    assert "&lt;b&gt;t" in raw


def test_an_empty_inbox_says_what_comes_there(cast: Cast, browser: Browser) -> None:
    assert "还没有消息" in text_of(browser(cast.duty).get("/desk/inbox/"))
    assert "没有未读的消息" in text_of(browser(cast.duty).get("/desk/inbox/?only=unread"))


# --- the roster -------------------------------------------------------------------------------------------------------


def test_the_roster_shows_two_weeks_with_every_hole_in_red_c5_1(cast: Cast, browser: Browser) -> None:
    start = clock.now() - 2 * HOUR  # 08:00 in Anshan
    set_shift(cast.duty, start, start + dt.timedelta(hours=9.5), cast.office)
    set_shift(cast.duty2, start + 12 * HOUR, start + 24 * HOUR, cast.office)
    text = text_of(browser(cast.works_head).get("/desk/roster/"))
    assert "现在值班：" in text
    assert "值班员小周" in text
    assert "17:30–20:00 无人" in text
    assert "27 段无人值班" in text
    assert "排班并通知本人" not in text


def test_a_morning_shift_is_not_shown_under_the_night_before(cast: Cast, browser: Browser) -> None:
    """It begins at half past seven; the night's hand-over is at eight."""
    start = timezone.localtime(clock.now()).replace(hour=7, minute=30, second=0, microsecond=0) + dt.timedelta(days=1)
    set_shift(cast.duty, start, start + dt.timedelta(hours=9), cast.office)
    raw = text_of(browser(cast.office).get("/desk/roster/"))
    assert raw.count("07:30–16:30") == 1


def test_a_hole_that_is_pressed_fills_the_form_with_its_hours(cast: Cast, browser: Browser) -> None:
    raw = browser(cast.office).get("/desk/roster/?start=2026-09-20T20:00&end=2026-09-21T08:00").content.decode()
    assert 'value="2026-09-20T20:00"' in raw
    assert 'value="2026-09-21T08:00"' in raw


def test_the_office_sets_and_cancels_from_the_page(cast: Cast, browser: Browser) -> None:
    client = browser(cast.office)
    form = {"user": cast.duty.pk, "starts_at": "2026-09-15T08:00", "ends_at": "2026-09-15T17:30", "days": "2"}
    assert "已排 2 班" in text_of(client.post("/desk/roster/set/", form, follow=True))
    shift = DutyShift.objects.order_by("id")[0]
    assert shift.starts_at == dt.datetime(2026, 9, 15, 0, 0, tzinfo=dt.UTC)
    assert "空出来的钟点标红" in text_of(client.post(f"/desk/roster/{shift.pk}/cancel/", follow=True))
    again = client.post("/desk/roster/set/", form | {"starts_at": "2026-09-16T08:00", "ends_at": "2026-09-16T09:00"})
    assert again.status_code == 409
    assert "已有一班" in text_of(again)
    assert client.post("/desk/roster/set/", {"user": "x"}).status_code == 422


@pytest.mark.parametrize("who", ["duty", "tech_head", "deputy", "admin"])
def test_nobody_else_is_told_that_the_roster_can_be_set(cast: Cast, browser: Browser, who: str) -> None:
    shift = set_shift(cast.duty, clock.now(), clock.now() + HOUR, cast.office)[0]
    client = browser(cast.people[who])
    assert client.post("/desk/roster/set/", {}).status_code == 404
    assert client.post(f"/desk/roster/{shift.pk}/cancel/").status_code == 404


@pytest.mark.parametrize("asked", ["?from=2026-13-01", "?from=9999-12-31", "?from=0001-01-01", "?start=x&end=y"])
def test_an_address_without_sense_breaks_no_roster(cast: Cast, browser: Browser, asked: str) -> None:
    assert browser(cast.office).get(f"/desk/roster/{asked}").status_code == 200


# --- all pages --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["office", "duty", "tech_head", "inspector"])
def test_these_pages_ask_the_database_at_most_twelve_times(
    cast: Cast, browser: Browser, in_review: ReviewRound, case: Case, who: str
) -> None:
    notify.send("t", "b", [who])
    set_shift(cast.duty, clock.now(), clock.now() + HOUR, cast.office)
    client = browser(cast.people[who])
    for address in ("/desk/inbox/", "/desk/board/", "/desk/roster/", "/desk/departments/Z-XX/"):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        tables = [query["sql"].partition(" FROM ")[2][:60] for query in asked]
        assert len(asked) <= 12, "\n".join([address, *tables])
