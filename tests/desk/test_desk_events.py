"""Events: the list with its filters in the address, and the page on which a person decides."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from cast import Cast
from desk_helpers import OUTAGE, text_of
from huiying.handling.models import Case
from huiying.judging.models import ConcernDecision, Dismissal, Event
from huiying.people.models import User

ORE = "鞍山菱镁矿采矿权挂牌，听说前置条件就是给某家写的，还要求有本地厂房，是不是又要定向出让？"

Browser = Callable[[User], Client]


def test_an_event_page_shows_bars_inputs_reasons_and_marked_words(cast: Cast, browser: Browser, event: Event) -> None:
    raw = browser(cast.duty).get(f"/desk/events/{event.number}/").content.decode()
    assert raw.count("<meter") == 5
    assert "媒体层级" in raw
    assert "<mark>崩了</mark>" in raw or "<mark>全崩了</mark>" in raw
    assert "命中 K0" in raw
    assert "建议主办" in raw


def test_what_people_wrote_is_never_markup(cast: Cast, browser: Browser, hear: Callable[..., Event]) -> None:
    found = hear(f"<script>alert(1)</script>{OUTAGE}")
    raw = browser(cast.duty).get(f"/desk/events/{found.number}/").content.decode()
    assert "<script>alert" not in raw
    assert "&lt;script&gt;" in raw


def test_outsiders_get_404_for_an_event(cast: Cast, browser: Browser, event: Event) -> None:
    assert browser(cast.works_liaison).get(f"/desk/events/{event.number}/").status_code == 404
    assert browser(cast.admin).get("/desk/events/").status_code == 404


def test_filters_stand_in_the_address_and_survive_the_page(
    cast: Cast, browser: Browser, event: Event, hear: Callable[..., Event]
) -> None:
    other = hear(ORE)
    client = browser(cast.duty)
    text = text_of(client.get(f"/desk/events/?level={event.suggested_level}&q=平台"))
    assert event.number in text
    assert other.number not in text
    assert f'value="{event.suggested_level}" selected' in text
    assert "没有符合条件的事件" in text_of(client.get("/desk/events/?state=merged"))


def test_danger_to_life_is_on_no_list(cast: Cast, browser: Browser, event: Event) -> None:
    Event.objects.update(life_safety=True)
    assert event.number not in text_of(browser(cast.duty).get("/desk/events/"))
    assert event.number not in text_of(browser(cast.duty).get("/desk/search/?q=平台"))


def test_confirming_the_level_opens_the_case_and_goes_there(cast: Cast, browser: Browser, event: Event) -> None:
    told = {"level": "L2", "reason": ""}
    response = browser(cast.duty).post(f"/desk/events/{event.number}/do/open_case/", told)
    case = Case.objects.get(event=event)
    assert response.url == f"/desk/cases/{case.number}/"
    assert (case.level, case.is_provisional) == ("L2", False)


def test_a_form_that_lacks_something_is_shown_again_with_its_sentence(
    cast: Cast, browser: Browser, event: Event
) -> None:
    response = browser(cast.duty).post(f"/desk/events/{event.number}/do/open_case/", {"level": "L9"})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert not Case.objects.exists()


def test_not_answering_needs_a_second_person(cast: Cast, browser: Browser, event: Event) -> None:
    """C1.1"""
    do = f"/desk/events/{event.number}/do/"
    told = {"ground": "answered", "reason": "上周已就同一故障公开说明，没有新的情况"}
    first, second = browser(cast.duty), browser(cast.office)
    assert first.post(f"{do}propose_dismissal/", told).status_code == 302
    assert "是您提议的，须由另一人同意" in text_of(first.get(f"/desk/events/{event.number}/"))
    refused = first.post(f"{do}second_dismissal/", {"agree": "yes"})
    assert refused.status_code == 409
    assert second.post(f"{do}second_dismissal/", {"agree": "yes"}).status_code == 302
    event.refresh_from_db()
    assert event.state == Event.DISMISSED
    assert Dismissal.objects.get().seconded_by == cast.office.name


def test_a_rumour_needs_claim_proof_and_a_second_person(cast: Cast, browser: Browser, event: Event) -> None:
    """C1.2"""
    do = f"/desk/events/{event.number}/do/"
    assert browser(cast.duty).post(f"{do}set_concern/", {"concern": "谣言"}).status_code == 409
    told = {"concern": "谣言", "claim": "平台全崩了", "proof": "当日运行日志无中断"}
    assert browser(cast.duty).post(f"{do}set_concern/", told).status_code == 302
    assert ConcernDecision.objects.get().agreed is None
    assert browser(cast.duty).post(f"{do}second_concern/", {"agree": "yes"}).status_code == 409
    assert browser(cast.office).post(f"{do}second_concern/", {"agree": "yes"}).status_code == 302
    assert ConcernDecision.objects.get().agreed is True


def test_merging_names_the_event_that_goes_on(
    cast: Cast, browser: Browser, event: Event, hear: Callable[..., Event]
) -> None:
    other = hear(ORE)
    do = f"/desk/events/{other.number}/do/merge/"
    wrong = browser(cast.duty).post(do, {"number": "E-1"})
    assert wrong.status_code == 409
    assert "没有编号为“E-1”的事件" in text_of(wrong)
    assert browser(cast.duty).post(do, {"number": event.number}).status_code == 302
    other.refresh_from_db()
    assert other.merged_into == event


def test_an_unknown_verb_is_no_page(cast: Cast, browser: Browser, event: Event) -> None:
    assert browser(cast.duty).post(f"/desk/events/{event.number}/do/delete/").status_code == 404
