"""Idle sessions are locked, old ones end; no poll keeps either alive, and the lock page shows no content (§6.1 S2)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import get_resolver

from cast import Cast
from desk_helpers import OUTAGE, text_of
from huiying.desk.lock import POLLS, STAYS_OPEN
from huiying.handling.models import Case
from huiying.judging.warnings import raise_call
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.listening.models import Post
from huiying.people import actions
from huiying.people.models import User

PASSWORD = "夜里两点的值班台-7"
SECOND = dt.timedelta(seconds=1)
IDLE = dt.timedelta(minutes=15)
SHIFT = dt.timedelta(hours=12)
SOURCE = Path(django_settings.PACKAGE)
POLL = {"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/cases/"}
Browser = Callable[[User], Client]


@pytest.fixture(autouse=True)
def wanted(settings: object) -> None:
    settings.SESSION_ENDS = True  # type: ignore[attr-defined]


@pytest.fixture
def duty(cast: Cast, browser: Browser) -> Client:
    cast.duty.set_password(PASSWORD)
    cast.duty.save()
    return browser(cast.duty)


def is_locked(client: Client) -> bool:
    answer = client.get("/desk/cases/")
    assert answer.status_code in (200, 302)
    return answer.status_code == 302 and answer.url.startswith("/desk/locked/")


def words_of(answer: object) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text_of(answer)).split())


def unlock(client: Client, **more: str) -> object:
    return client.post("/desk/locked/", {"password": PASSWORD, **more})


# --- the lock ---------------------------------------------------------------------------------------------------------


def test_a_quarter_of_an_hour_without_a_person_locks_the_session(duty: Client, frozen: clock.FrozenClock) -> None:
    frozen.advance(IDLE)
    assert not is_locked(duty)
    frozen.advance(IDLE + SECOND)
    assert is_locked(duty)


def test_whoever_works_is_never_locked_out(duty: Client, frozen: clock.FrozenClock) -> None:
    for _n in range(6):
        frozen.advance(dt.timedelta(minutes=14))
        assert not is_locked(duty)


def test_activity_is_written_once_a_minute(
    duty: Client, frozen: clock.FrozenClock, django_assert_num_queries: Callable[..., object]
) -> None:
    def writes() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as seen:
            duty.get("/desk/regulation/")
        return sum("UPDATE" in one["sql"] and "django_session" in one["sql"] for one in seen)

    frozen.advance(dt.timedelta(seconds=59))
    assert writes() == 0
    frozen.advance(SECOND)
    assert writes() == 1
    assert writes() == 0


def test_the_shortest_idle_time_still_knows_who_works(
    duty: Client, frozen: clock.FrozenClock, settings: object
) -> None:
    settings.SESSION_IDLE = dt.timedelta(minutes=1)  # type: ignore[attr-defined]
    for _n in range(10):
        frozen.advance(dt.timedelta(seconds=40))
        assert not is_locked(duty)
    frozen.advance(dt.timedelta(seconds=61))
    assert is_locked(duty)


@pytest.mark.parametrize("address", ["/desk/live/?scope=home", "/desk/wall/", "/desk/locked/live/"])
def test_a_poll_is_no_activity(duty: Client, frozen: clock.FrozenClock, address: str) -> None:
    for _n in range(4):
        frozen.advance(dt.timedelta(minutes=4))
        assert duty.get(address, headers=POLL).status_code == 200
    assert is_locked(duty)


def test_whoever_types_a_long_text_is_there_the_page_says_so_with_its_next_poll(
    duty: Client, frozen: clock.FrozenClock
) -> None:
    for _n in range(3):
        frozen.advance(dt.timedelta(minutes=10))
        duty.get("/desk/live/", headers={**POLL, "X-Huiying-Typed": "1"})
    assert not is_locked(duty)


def test_typing_does_not_unlock(duty: Client, frozen: clock.FrozenClock) -> None:
    frozen.advance(IDLE + SECOND)
    duty.get("/desk/live/", headers={**POLL, "X-Huiying-Typed": "1"})
    assert is_locked(duty)


def test_every_address_that_a_page_asks_for_by_itself_is_known_as_a_poll() -> None:
    """A page that polls something else would keep its session alive for ever."""
    found, refreshed = set(), set()
    for path in SOURCE.rglob("*.html"):
        text = path.read_text("utf-8")
        for tag in re.findall(r"<[^<>]*?hx-trigger=\"every[^>]*", text.replace("{% if not is_over %}", "")):
            names = re.findall(r"hx-get=\"{% url '([\w:]+)'", tag)
            assert len(names) == 1, path
            found.add(names[0])
        if 'http-equiv="refresh"' in text:
            refreshed.add(path.name)
    assert found | {"desk:wall"} == POLLS
    assert refreshed == {"wall.html"}
    scripts = {path.name: path.read_text("utf-8") for path in SOURCE.glob("*/static/**/*.js")}
    keys = scripts.pop("keys.js")  # asks when its button is pressed, which somebody did
    assert not re.search(r"setInterval|fetch\(|XMLHttpRequest|EventSource|WebSocket", "".join(scripts.values()))
    assert not re.search(r"setInterval|setTimeout|XMLHttpRequest|EventSource|WebSocket", keys)
    assert keys.count("fetch(") == keys.partition("async function ask(")[2].partition("\n  }\n")[0].count("fetch(") == 2


def test_the_names_of_the_lists_are_addresses() -> None:
    names = set(get_resolver().namespace_dict["desk"][1].reverse_dict)
    assert {name.removeprefix("desk:") for name in POLLS | STAYS_OPEN} <= names


def test_nothing_of_the_desk_or_the_api_opens_while_it_is_locked(
    duty: Client, case: Case, frozen: clock.FrozenClock
) -> None:
    frozen.advance(IDLE + SECOND)
    for page in (f"/desk/cases/{case.number}/", "/desk/search/?q=登录", "/desk/ledger/", "/desk/second-factor/"):
        answer = duty.get(page)
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/desk/locked/"), page
    for page in ("/api/cases", f"/api/cases/{case.number}", "/api/notices"):
        assert duty.get(page).status_code == 401
    assert duty.get("/api/cases").json()["code"] == "locked"
    assert duty.get("/api/answers").status_code == 200  # public for everybody


def test_the_page_that_stands_open_goes_to_the_lock_with_its_next_poll(duty: Client, frozen: clock.FrozenClock) -> None:
    frozen.advance(IDLE + SECOND)
    answer = duty.get("/desk/live/", headers=POLL)
    assert answer.headers["HX-Redirect"] == "/desk/locked/?next=%2Fdesk%2Fcases%2F"
    assert answer.content == b""


def test_what_is_sent_to_a_locked_session_is_not_done_and_says_so(
    duty: Client, case: Case, frozen: clock.FrozenClock
) -> None:
    frozen.advance(IDLE + SECOND)
    place, before = f"/desk/cases/{case.number}/", LedgerEntry.objects.count()
    answer = duty.post(f"{place}do/say/", {"text": "已联系信息部"}, headers={"Referer": f"http://testserver{place}"})
    assert answer.status_code == 423
    assert "刚才提交的没有办" in text_of(answer)
    assert f'name="next" value="http://testserver{place}"' in answer.content.decode()
    assert LedgerEntry.objects.count() == before


# --- the lock page ----------------------------------------------------------------------------------------------------


def test_the_lock_page_counts_and_shows_no_word_of_a_case(
    duty: Client, cast: Cast, case: Case, frozen: clock.FrozenClock
) -> None:
    frozen.advance(IDLE + SECOND)
    for address in ("/desk/locked/", "/desk/locked/live/"):
        page = words_of(duty.get(address))
        assert re.search(r"正在计时 \d+ 件", page)
        assert re.search(r"还剩 \d+ 小时", page)
        assert "没有签收的预警" in page
        assert "没有等人接手的" in page
        for secret in (case.number, case.title, case.event.number, OUTAGE[:12], "信息技术部", "平台故障"):
            assert secret not in page, secret


def test_the_lock_page_says_what_is_overdue_and_what_is_next(
    duty: Client, case: Case, frozen: clock.FrozenClock
) -> None:
    due = min(row.due_at for row in case.clocks.filter(stopped_at__isnull=True, is_legal=True))
    frozen.advance(due - clock.now() - dt.timedelta(minutes=60))
    duty.post("/desk/sign-in/", {"username": "duty", "password": PASSWORD})
    frozen.advance(dt.timedelta(minutes=20))
    page = words_of(duty.get("/desk/locked/"))
    assert "一小时内到期 1" in page
    assert "还剩 40 分钟" in page
    frozen.advance(dt.timedelta(minutes=45))
    page = words_of(duty.get("/desk/locked/live/"))
    assert "逾期 1" in page
    assert "已超 5 分钟" in page


def test_a_danger_to_life_stands_on_the_lock_page_in_red_without_its_words(
    duty: Client, frozen: clock.FrozenClock
) -> None:
    post = Post.objects.create(
        platform="来信", channel_class="局长信箱", kind="message", native_id="u", text="材料款不给，今晚就从塔吊上跳",
        text_sha256="0" * 64, received_at=clock.now(), batch="b", received_how="import", life_safety=True,
    )  # fmt: skip
    raise_call(post)
    frozen.advance(IDLE + SECOND)
    page = words_of(duty.get("/desk/locked/"))
    assert "有涉及生命安全的来文无人接手" in page
    assert "请马上解锁处理" in page
    assert "塔吊" not in page
    assert "材料款" not in page


def test_who_takes_no_warnings_is_not_told_of_them(
    cast: Cast, browser: Browser, case: Case, frozen: clock.FrozenClock
) -> None:
    client = browser(cast.works_head)
    frozen.advance(IDLE + SECOND)
    page = words_of(client.get("/desk/locked/"))
    assert "没有签收的预警" not in page
    assert "正在计时 0 件" in page


def test_the_lock_page_polls_and_hears_304_while_nothing_happens(duty: Client, frozen: clock.FrozenClock) -> None:
    frozen.advance(IDLE + SECOND)
    first = duty.get("/desk/locked/live/")
    again = duty.get("/desk/locked/live/", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert is_locked(duty)


def test_a_session_that_is_not_locked_goes_on_to_where_it_wanted(duty: Client) -> None:
    assert duty.get("/desk/locked/?next=/desk/events/").url == "/desk/events/"


def test_the_lock_page_costs_few_queries(
    duty: Client, case: Case, frozen: clock.FrozenClock, django_assert_max_num_queries: Callable[..., object]
) -> None:
    frozen.advance(IDLE + SECOND)
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        duty.get("/desk/locked/")


# --- unlocking --------------------------------------------------------------------------------------------------------


def test_the_password_opens_it_again_where_one_was(duty: Client, frozen: clock.FrozenClock) -> None:
    frozen.advance(IDLE + SECOND)
    before = duty.session.session_key
    answer = duty.post("/desk/locked/", {"password": PASSWORD, "next": "/desk/events/"})
    assert (answer.status_code, answer.url) == (302, "/desk/events/")
    assert duty.session.session_key != before
    assert not is_locked(duty)


@pytest.mark.parametrize("place", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_it_opens_nowhere_else(duty: Client, frozen: clock.FrozenClock, place: str) -> None:
    frozen.advance(IDLE + SECOND)
    assert duty.post("/desk/locked/", {"password": PASSWORD, "next": place}).url == "/desk/"


def test_a_wrong_password_opens_nothing_and_five_lock_out(duty: Client, frozen: clock.FrozenClock) -> None:
    frozen.advance(IDLE + SECOND)
    for _n in range(4):
        answer = duty.post("/desk/locked/", {"password": "不是这个密码"})
        assert answer.status_code == 422
        assert "密码不对" in text_of(answer)
    assert duty.post("/desk/locked/", {"password": "不是这个密码"}).status_code == 429
    assert unlock(duty).status_code == 429  # type: ignore[attr-defined]
    assert is_locked(duty)


def test_who_has_a_second_factor_gives_a_code_too(
    duty: Client, cast: Cast, frozen: clock.FrozenClock, settings: object
) -> None:
    settings.SECOND_FACTOR = True  # type: ignore[attr-defined]
    secret = actions.begin_factor(cast.duty)
    actions.confirm_factor(cast.duty, pyotp.TOTP(secret).at(clock.now()))
    frozen.advance(IDLE + SECOND)
    assert unlock(duty).status_code == 422  # type: ignore[attr-defined]
    assert unlock(duty, code="000000").status_code == 422  # type: ignore[attr-defined]
    assert is_locked(duty)
    assert unlock(duty, code=pyotp.TOTP(secret).at(clock.now())).status_code == 302  # type: ignore[attr-defined]
    assert not is_locked(duty)


# --- the end ----------------------------------------------------------------------------------------------------------


def test_after_twelve_hours_everybody_signs_in_again_however_busy(
    duty: Client, frozen: clock.FrozenClock, settings: object
) -> None:
    settings.SESSION_IDLE = dt.timedelta(hours=3)  # type: ignore[attr-defined]
    for _n in range(6):
        frozen.advance(dt.timedelta(hours=2))
        assert duty.get("/desk/regulation/").status_code == 200
    frozen.advance(SECOND)
    assert duty.get("/desk/cases/").url == "/desk/sign-in/?next=/desk/cases/"
    assert "_auth_user_id" not in duty.session


def test_unlocking_does_not_put_the_end_off(duty: Client, frozen: clock.FrozenClock) -> None:
    frozen.advance(SHIFT - IDLE)
    assert unlock(duty).status_code == 302  # type: ignore[attr-defined]
    frozen.advance(IDLE - SECOND)
    assert not is_locked(duty)
    frozen.advance(2 * SECOND)
    assert duty.get("/desk/cases/").url.startswith("/desk/sign-in/")


def test_the_page_that_stands_open_goes_to_the_sign_in_too(duty: Client, frozen: clock.FrozenClock) -> None:
    frozen.advance(SHIFT + SECOND)
    answer = duty.get("/desk/live/", headers=POLL)
    assert answer.headers["HX-Redirect"] == "/desk/sign-in/?next=%2Fdesk%2Fcases%2F"


def test_a_session_that_nobody_knows_the_beginning_of_is_over(duty: Client) -> None:
    session = duty.session
    del session["began_at"]
    session.save()
    assert duty.get("/desk/cases/").url.startswith("/desk/sign-in/")


def test_signing_in_again_begins_anew(duty: Client, frozen: clock.FrozenClock) -> None:
    frozen.advance(SHIFT - SECOND)
    duty.post("/desk/sign-in/", {"username": "duty", "password": PASSWORD})
    frozen.advance(10 * SECOND)
    assert not is_locked(duty)


def test_the_wall_stays_up_while_its_session_is_locked_but_not_past_its_end(
    duty: Client, case: Case, frozen: clock.FrozenClock
) -> None:
    frozen.advance(SHIFT - SECOND)
    page = text_of(duty.get("/desk/wall/"))
    assert case.number in page
    assert case.title not in page
    assert is_locked(duty)
    frozen.advance(2 * SECOND)
    assert duty.get("/desk/wall/").url.startswith("/desk/sign-in/")


# --- the API ----------------------------------------------------------------------------------------------------------


def test_a_program_that_only_reads_is_locked_one_that_writes_is_not(duty: Client, frozen: clock.FrozenClock) -> None:
    for _n in range(3):
        frozen.advance(dt.timedelta(minutes=7))
        answer = duty.get("/api/cases")
    assert answer.status_code == 401
    assert unlock(duty).status_code == 302  # type: ignore[attr-defined]
    for _n in range(3):
        frozen.advance(dt.timedelta(minutes=7))
        duty.post("/api/posts", [], content_type="application/json")
    assert duty.get("/api/cases").status_code == 200


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("told", ["0", "-3", "off", "1.5", "²"])
def test_no_setting_switches_the_ends_off(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    from huiying.settings import _whole

    monkeypatch.setenv("HUIYING_SESSION_HOURS", told)
    with pytest.raises(ValueError, match="HUIYING_SESSION_HOURS"):
        _whole("HUIYING_SESSION_HOURS", 12)


def test_the_defaults_are_a_quarter_of_an_hour_and_twelve_hours() -> None:
    assert (IDLE, SHIFT) == (django_settings.SESSION_IDLE, django_settings.SESSION_ABSOLUTE)


def test_the_demonstration_has_no_passwords_and_locks_nobody(
    duty: Client, frozen: clock.FrozenClock, settings: object
) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    frozen.advance(SHIFT * 2)
    assert not is_locked(duty)
