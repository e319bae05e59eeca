"""What stands in an address: filters kept over pages, live fragments and their 304, searches, odd input."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.handling import actions as handling
from huiying.handling.models import Case, Clock
from huiying.judging import actions as judging
from huiying.judging.models import Event, Warning
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.models import User

Browser = Callable[[User], Client]
Hear = Callable[..., Event]


def many(count: int, **more: object) -> None:
    now = clock.now()
    Event.objects.bulk_create(
        Event(
            number=f"E20260901-{place:03d}", stream_no=1000 + place, title=f"保证金第 {place} 件", opened_at=now,
            last_post_at=now + dt.timedelta(seconds=place), first_known_at=now, suggested_level="L2", concern="投诉",
            **more,
        )  # type: ignore[arg-type]
        for place in range(count)
    )  # fmt: skip


def test_filters_are_kept_over_the_pages(cast: Cast, browser: Browser, event: Event) -> None:
    many(31)
    client = browser(cast.duty)
    first = client.get("/desk/events/?level=L2&concern=投诉&q=保证金")
    assert "第 1 页，共 2 页" in text_of(first)
    raw = first.content.decode()
    link = raw.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "page=2" in link
    second = client.get(f"/desk/events/{link}")
    text = text_of(second)
    assert "E20260901-000" in text, "the oldest comes last"
    assert "E20260901-030" not in text
    assert event.number not in text
    assert 'value="L2" selected' in text


@pytest.mark.parametrize(("count", "pages"), [(30, 1), (31, 2), (60, 2), (61, 3)])
def test_a_page_holds_thirty(cast: Cast, browser: Browser, count: int, pages: int) -> None:
    many(count)
    text = text_of(browser(cast.duty).get("/desk/events/?q=保证金"))
    assert (f"共 {pages} 页" in text) is (pages > 1)


@pytest.mark.parametrize("page", ["0", "-1", "999", "x", "²", "1e3", ""])
def test_a_strange_page_number_is_some_page(cast: Cast, browser: Browser, event: Event, page: str) -> None:
    assert event.number in text_of(browser(cast.duty).get("/desk/events/", {"page": page}))


@pytest.mark.parametrize("name", ["state", "level", "concern"])
def test_each_filter_narrows_by_its_own_column(cast: Cast, browser: Browser, event: Event, name: str) -> None:
    many(1)
    Event.objects.filter(number="E20260901-000").update(state="dismissed", suggested_level="L4", concern="咨询")
    value = {"state": "dismissed", "level": "L4", "concern": "咨询"}[name]
    text = text_of(browser(cast.duty).get("/desk/events/", {name: value}))
    assert "E20260901-000" in text
    assert event.number not in text


def test_cases_are_listed_by_what_is_due_first_and_narrowed_by_level_and_words(cast: Cast, browser: Browser) -> None:
    """C8.5"""
    later = stories.opened(cast, "较大")
    sooner = stories.opened(cast, "特别重大", text=stories.RUMOUR)
    client = browser(cast.duty)
    text = text_of(client.get("/desk/cases/"))
    assert text.index(sooner.number) < text.index(later.number)
    assert later.number not in text_of(client.get("/desk/cases/?level=L4"))
    assert sooner.number in text_of(client.get("/desk/cases/?q=撤销"))
    assert later.number not in text_of(client.get("/desk/cases/?q=撤销"))
    assert sooner.number not in text_of(client.get("/desk/cases/?state=handling"))


def test_words_find_cases_that_are_over_too(cast: Cast, browser: Browser) -> None:
    case = stories.opened(cast)
    handling.void(case, "与另一件重复立案，在那一件里办理", cast.office)
    client = browser(cast.duty)
    assert case.number not in text_of(client.get("/desk/cases/"))
    assert case.number in text_of(client.get("/desk/cases/?q=平台"))


ODD = ["a\x00b", "%", "_", "'", "'; --", "\\", "字" * 500, "<b>", "²"]


@pytest.mark.parametrize("word", ODD)
@pytest.mark.parametrize(
    "address",
    ["/desk/events/?q=", "/desk/cases/?q=", "/desk/search/?q=", "/desk/events/?state=", "/desk/cases/?level="],
)
def test_odd_words_find_nothing_and_break_nothing(
    cast: Cast, browser: Browser, event: Event, address: str, word: str
) -> None:
    path, _mark, name = address.partition("?")
    response = browser(cast.duty).get(path, {name.rstrip("="): word})
    assert response.status_code == (404 if "\x00" in word else 200)
    assert event.number not in text_of(response)
    assert word != "<b>" or 'value="<b>"' not in response.content.decode()


@pytest.mark.parametrize(("word", "found"), [("解密", True), ("密解", False), ("解 密", True), ("解密 保证金", False)])
def test_two_characters_are_a_word_and_every_word_must_be_there(
    cast: Cast, browser: Browser, event: Event, word: str, found: bool
) -> None:
    assert (event.number in text_of(browser(cast.duty).get("/desk/search/", {"q": word}))) is found


def test_an_empty_search_lists_nothing(cast: Cast, browser: Browser, event: Event) -> None:
    for word in ("", "   "):
        assert event.number not in text_of(browser(cast.duty).get("/desk/search/", {"q": word}))


def test_who_sees_no_events_finds_own_cases_only(cast: Cast, browser: Browser) -> None:
    """C7.5"""
    case = stories.routed(cast)
    raw = browser(cast.tech_liaison).get("/desk/search/?q=登录").content.decode()
    assert case.number in raw
    assert f"/desk/events/{case.event.number}/" not in raw
    assert case.number not in text_of(browser(cast.works_liaison).get("/desk/search/?q=登录"))


def test_a_poll_without_news_is_304_until_the_ledger_moves_or_the_minute_turns(
    cast: Cast, browser: Browser, case: Case, frozen: FrozenClock
) -> None:
    client = browser(cast.duty)
    first = client.get("/desk/live/?scope=home")
    tag = first.headers["ETag"]
    assert first.status_code == 200
    assert client.get("/desk/live/?scope=home", headers={"if-none-match": tag}).status_code == 304
    frozen.advance(dt.timedelta(seconds=59))
    assert client.get("/desk/live/?scope=home", headers={"if-none-match": tag}).status_code == 304
    frozen.advance(dt.timedelta(seconds=1))
    turned = client.get("/desk/live/?scope=home", headers={"if-none-match": tag})
    assert turned.status_code == 200
    handling.accept(case, cast.tech_liaison)
    moved = client.get("/desk/live/?scope=home", headers={"if-none-match": turned.headers["ETag"]})
    assert (moved.status_code, moved.headers["Cache-Control"]) == (200, "private, no-cache")


def test_another_person_and_another_language_have_another_tag(cast: Cast, browser: Browser, case: Case) -> None:
    """S6: what one person may see is never answered to another as unchanged."""
    tag = browser(cast.duty).get("/desk/live/").headers["ETag"]
    assert browser(cast.office).get("/desk/live/", headers={"if-none-match": tag}).status_code == 200
    english = browser(cast.duty).get("/desk/live/", headers={"if-none-match": tag, "accept-language": "en"})
    assert english.headers["ETag"] != tag or english.status_code == 304


def test_news_are_offered_only_where_they_belong(cast: Cast, browser: Browser, case: Case) -> None:
    other = stories.opened(cast, text=stories.RUMOUR)
    client = browser(cast.duty)
    moved = LedgerEntry.objects.latest("id").pk
    words = "有新情况"

    def says(scope: str, since: int | str = moved) -> bool:
        return words in text_of(client.get("/desk/live/", {"since": since, "scope": scope}))

    assert not says("home")
    assert not says(f"case:{case.number}")
    handling.accept(case, cast.tech_liaison)
    assert says("home")
    assert says(f"case:{case.number}")
    assert not says(f"case:{other.number}")
    assert not says("elsewhere")


def test_a_poll_of_another_departments_case_is_404_and_its_clocks_are_not_told(
    cast: Cast, browser: Browser, case: Case
) -> None:
    """C7.5"""
    client = browser(cast.works_liaison)
    row = Clock.objects.filter(case=case, is_legal=True).first()
    assert row is not None
    assert client.get("/desk/live/", {"scope": f"case:{case.number}"}).status_code == 404
    assert "剩" not in text_of(client.get("/desk/live/", {"clocks": str(row.pk)}))
    assert "剩" in text_of(browser(cast.duty).get("/desk/live/", {"clocks": str(row.pk)}))


@pytest.mark.parametrize(
    "query",
    [
        {"clocks": "²"},
        {"clocks": "1,x,,-3, 4"},
        {"clocks": "9" * 30},
        {"clocks": ",".join(["1"] * 500)},
        {"since": "²"},
        {"since": "9" * 40},
        {"since": "-1", "scope": "home"},
        {"back": "https://elsewhere.example/"},
    ],
)
def test_a_poll_with_odd_numbers_breaks_nothing(cast: Cast, browser: Browser, case: Case, query: dict) -> None:
    assert browser(cast.duty).get("/desk/live/", query).status_code == 200


def test_the_count_in_the_title_is_of_what_waits_and_of_what_is_grave(
    cast: Cast, browser: Browser, event: Event
) -> None:
    """C6.12: the one sound is for the two gravest levels."""
    Warning.objects.all().update(level="L2")
    client = browser(cast.duty)
    raw = client.get("/desk/live/?scope=home").content.decode()
    assert 'data-count="1"' in raw
    assert 'data-grave="0"' in raw
    Warning.objects.all().update(level="L3")
    assert 'data-grave="1"' in client.get("/desk/live/?scope=home").content.decode()
    judging.acknowledge_warning(Warning.objects.get(), cast.duty)
    assert 'data-count="0"' in client.get("/desk/live/?scope=home").content.decode()
    assert "data-count" not in browser(cast.works_head).get("/desk/live/?scope=home").content.decode()


def test_a_warning_is_acknowledged_from_the_desk_by_who_may(cast: Cast, browser: Browser, event: Event) -> None:
    """C6.12"""
    warning = Warning.objects.get()
    address = f"/desk/warnings/{warning.pk}/acknowledge/"
    before = LedgerEntry.objects.count()
    assert browser(cast.tech_head).post(address).status_code == 404
    assert browser(cast.duty).get(address).status_code == 405
    assert browser(cast.duty).post(f"/desk/warnings/{warning.pk + 1}/acknowledge/").status_code == 404
    assert LedgerEntry.objects.count() == before
    assert browser(cast.deputy).post(address).status_code == 302
    warning.refresh_from_db()
    assert (warning.acknowledged_by, warning.next_action_at) == ("分管副局长", None)


@pytest.mark.parametrize("text", ["", "   ", "\x00"])
def test_the_paste_box_takes_nothing_from_nothing(cast: Cast, browser: Browser, text: str) -> None:
    """C5.13"""
    before = LedgerEntry.objects.count()
    assert browser(cast.duty).post("/desk/take-in/", {"text": text}).status_code == 302
    assert (LedgerEntry.objects.count(), Event.objects.count()) == (before, 0)


def test_what_is_pasted_twice_is_answered_with_who_has_it(cast: Cast, browser: Browser) -> None:
    """C5.13 C5.16"""
    case = stories.routed(cast)
    told = {"text": stories.OUTAGE}
    text = text_of(browser(cast.works_liaison).post("/desk/take-in/", told, follow=True))
    assert f"已在第 {case.number} 号，由交易中心信息技术部办理" in text
    assert Event.objects.count() == 1
