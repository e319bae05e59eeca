"""Each verb of an event through the page: filled it is done, empty (422) or by the wrong person nothing is recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from cast import Cast
from desk_helpers import OUTAGE, text_of
from huiying.desk.forms import GROUND_WORDS
from huiying.desk.subjects.events import EVENT_VERBS, states_for
from huiying.desk.views.events import posts_of
from huiying.handling import actions as handling
from huiying.handling.actions.sensitive import label_event
from huiying.handling.models import Case
from huiying.judging import actions as judging
from huiying.judging.actions.deciding import GROUNDS
from huiying.judging.models import ConcernDecision, Dismissal, Event
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import entries
from huiying.people import access_log
from huiying.people.models import User

Browser = Callable[[User], Client]
Hear = Callable[..., Event]
Told = dict[str, Any]
ORE = "鞍山菱镁矿采矿权挂牌，听说前置条件就是给某家写的，还要求有本地厂房，是不是又要定向出让？"
REASON = "上周已就同一故障公开说明，没有新的情况"


def untouched(_cast: Cast, _event: Event) -> None:
    """The event as it came."""


def rumoured(cast: Cast, event: Event) -> None:
    judging.set_concern(event, "谣言", cast.duty, claim="平台全崩了", proof="当日运行日志无中断")


def proposed(cast: Cast, event: Event) -> None:
    judging.propose_dismissal(event, "answered", REASON, cast.duty)


def labelled(cast: Cast, event: Event) -> None:
    label_event(event, Event.VICTIM, "文中有病历", cast.duty)


@dataclass(frozen=True)
class Row:
    verb: str
    told: Told
    kind: str
    ready: Callable[[Cast, Event], None] = untouched
    who: str = "duty"
    wrong: str = "inspector"  # sees the event and may not do this
    at: dict[str, Any] = field(default_factory=dict)


ROWS = [
    Row("open_case", {"level": "L2", "reason": ""}, "level.confirmed", at={"state": Event.CASED}),
    Row("set_concern", {"concern": "投诉"}, "concern.decided", at={"concern": "投诉"}),
    Row("second_concern", {"agree": "yes"}, "concern.decided", rumoured, "office", at={"concern": "谣言"}),
    Row("propose_dismissal", {"ground": "answered", "reason": REASON}, "dismissal.proposed", at={"state": Event.OPEN}),
    Row("second_dismissal", {"agree": "yes"}, "event.dismissed", proposed, "office", at={"state": Event.DISMISSED}),
    Row("read_attitude", {"critical": "30", "sample": "40"}, "event.attitude_read", at={"attitude": 0.75}),
    Row("set_offline_risk", {"value": "2"}, "event.offline_set", at={"offline_risk": 2}),
    Row("label", {"kind": "minor", "reason": "文中有孩子的照片"}, "event.labelled", at={"sensitive": "minor"}),
    Row("unlabel", {"reason": "经核实不涉及"}, "event.unlabelled", labelled, "office", "duty", at={"sensitive": ""}),
]


def named(row: Row) -> str:
    return row.verb


def press(client: Client, event: Event, verb: str, told: Told | None = None) -> Any:
    return client.post(f"/desk/events/{event.number}/do/{verb}/", told or {})


def trace() -> tuple[int, list[tuple[Any, ...]], int]:
    """All that was done; that somebody looked at a labelled matter is recorded whatever came of it."""
    rows = Event.objects.order_by("id").values_list("state", "concern", "offline_risk", "attitude", "merged_into")
    return LedgerEntry.objects.exclude(kind=access_log.READ).count(), list(rows), Case.objects.count()


def test_the_table_names_every_verb_of_an_event() -> None:
    assert {row.verb for row in ROWS} | {"merge", "unmerge", "keep_apart", "split_event"} == set(EVENT_VERBS)


def test_each_ground_of_the_list_has_its_words_on_the_page() -> None:
    """C1.1: the page offers the whole fixed list and nothing else."""
    assert set(GROUND_WORDS) == set(GROUNDS)


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_the_verb_is_done_and_stands_in_the_events_own_chain(
    cast: Cast, browser: Browser, event: Event, row: Row
) -> None:
    """C5.14 C6.11 INV-8"""
    row.ready(cast, event)
    response = press(browser(cast.people[row.who]), event, row.verb, row.told)
    assert response.status_code == 302
    kinds = [(entry.kind, entry.actor) for entry in entries(f"event:{event.number}")]
    assert any(kind == row.kind and cast.people[row.who].name in actor for kind, actor in kinds)
    event.refresh_from_db()
    assert {name: getattr(event, name) for name in row.at} == row.at


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_an_empty_form_of_an_event_answers_422_and_records_nothing(
    cast: Cast, browser: Browser, event: Event, row: Row
) -> None:
    row.ready(cast, event)
    before = trace()
    response = press(browser(cast.people[row.who]), event, row.verb)
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert trace() == before


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_who_sees_events_and_may_not_judge_them_hears_409(cast: Cast, browser: Browser, event: Event, row: Row) -> None:
    """C5.14"""
    row.ready(cast, event)
    before = trace()
    assert press(browser(cast.people[row.wrong]), event, row.verb, row.told).status_code == 409
    assert trace() == before


@pytest.mark.parametrize("who", ["works_head", "tech_liaison", "admin"])
@pytest.mark.parametrize("row", ROWS, ids=named)
def test_who_sees_no_events_hears_404(cast: Cast, browser: Browser, event: Event, row: Row, who: str) -> None:
    row.ready(cast, event)
    before = trace()
    assert press(browser(cast.people[who]), event, row.verb, row.told).status_code == 404
    assert trace() == before


BAD = [
    ("read_attitude", {"critical": "-1", "sample": "10"}, 422),
    ("read_attitude", {"critical": "1", "sample": "0"}, 422),
    ("read_attitude", {"critical": "11", "sample": "10"}, 409),
    ("read_attitude", {"critical": "三", "sample": "10"}, 422),
    ("set_offline_risk", {"value": "4"}, 422),
    ("set_offline_risk", {"value": "-1"}, 422),
    ("set_concern", {"concern": "坏话"}, 422),
    ("set_concern", {"concern": "谣言", "claim": "平台全崩了"}, 409),
    ("set_concern", {"concern": "谣言", "proof": "运行日志"}, 409),
    ("set_concern", {"concern": "谣言", "claim": "  ", "proof": "运行日志"}, 409),
    ("propose_dismissal", {"ground": "annoying", "reason": REASON}, 422),
    ("propose_dismissal", {"ground": "answered", "reason": "九个字的理由写不够"}, 409),
    ("open_case", {"level": "一般"}, 422),
    ("second_concern", {"agree": "yes"}, 409),
    ("second_dismissal", {"agree": "yes"}, 409),
    ("merge", {}, 422),
]


@pytest.mark.parametrize(("verb", "told", "status"), BAD)
def test_what_does_not_fit_is_named_and_nothing_moves(
    cast: Cast, browser: Browser, event: Event, verb: str, told: Told, status: int
) -> None:
    """C1.1 C1.2 C6.11"""
    before = trace()
    assert press(browser(cast.duty), event, verb, told).status_code == status
    assert trace() == before


@pytest.mark.parametrize(("critical", "share"), [("0", 0.0), ("10", 1.0)])
def test_all_and_none_critical_are_readings_too(
    cast: Cast, browser: Browser, event: Event, critical: str, share: float
) -> None:
    assert press(browser(cast.duty), event, "read_attitude", {"critical": critical, "sample": "10"}).status_code == 302
    event.refresh_from_db()
    assert event.attitude == share
    assert event.grade["figures"]["attitude"] == share


def test_a_gathering_raises_the_suggestion_and_taking_it_back_lowers_it(
    cast: Cast, browser: Browser, event: Event
) -> None:
    """C6.11: the level is suggested anew from what a person told."""
    score = event.grade["score"]
    press(browser(cast.duty), event, "set_offline_risk", {"value": "3"})
    event.refresh_from_db()
    assert event.grade["score"] > score
    press(browser(cast.duty), event, "set_offline_risk", {"value": "0"})
    event.refresh_from_db()
    assert event.grade["score"] == score


def test_a_refused_rumour_leaves_the_concern_and_may_be_proposed_anew(
    cast: Cast, browser: Browser, event: Event
) -> None:
    """C1.2"""
    was = event.concern
    rumoured(cast, event)
    told = {"concern": "谣言", "claim": "又一句", "proof": "又一份日志"}
    assert press(browser(cast.office), event, "set_concern", told).status_code == 409, "one at a time"
    assert press(browser(cast.office), event, "second_concern", {"agree": "no"}).status_code == 302
    event.refresh_from_db()
    assert event.concern == was
    assert press(browser(cast.office), event, "set_concern", told).status_code == 302
    assert list(ConcernDecision.objects.order_by("id").values_list("agreed", flat=True)) == [False, None]


def test_a_refused_dismissal_is_gone_from_the_desk_and_kept_in_the_ledger(
    cast: Cast, browser: Browser, event: Event
) -> None:
    """C1.1 INV-8"""
    proposed(cast, event)
    assert press(browser(cast.office), event, "propose_dismissal", ROWS[3].told).status_code == 409
    assert press(browser(cast.office), event, "second_dismissal", {"agree": "no"}).status_code == 302
    event.refresh_from_db()
    assert (event.state, Dismissal.objects.count()) == (Event.OPEN, 0)
    assert "dismissal.refused" in [entry.kind for entry in entries(f"event:{event.number}")]


def test_merging_asks_for_the_permission_before_it_looks_the_number_up(
    cast: Cast, browser: Browser, event: Event, hear: Hear
) -> None:
    """C5.16: a number must not tell a stranger whether it exists."""
    other = hear(ORE)
    before = trace()
    said = set()
    for number in (other.number, "E-none"):
        response = press(browser(cast.inspector), event, "merge", {"number": number})
        assert response.status_code == 409
        said.add("没有编号为" in text_of(response))
    assert said == {False}
    assert press(browser(cast.duty), event, "merge", {"number": event.number}).status_code == 409
    assert trace() == before
    assert press(browser(cast.duty), event, "merge", {"number": f"  {other.number} "}).status_code == 302
    event.refresh_from_db()
    assert event.merged_into == other


def test_opening_a_case_twice_makes_one_case(cast: Cast, browser: Browser, event: Event) -> None:
    """INV-1: numbers are never used twice."""
    client = browser(cast.duty)
    first = press(client, event, "open_case", {"level": "L2"})
    again = press(client, event, "open_case", {"level": "L2"})
    assert first.status_code == 302
    assert again.status_code in (302, 409)
    assert Case.objects.count() == 1


def test_a_dismissed_event_opens_no_case(cast: Cast, browser: Browser, event: Event) -> None:
    """C1.1"""
    proposed(cast, event)
    judging.second_dismissal(event, True, cast.office)
    assert press(browser(cast.duty), event, "open_case", {"level": "L2"}).status_code == 409
    assert not Case.objects.exists()


def offered(user: User, event: Event) -> dict[str, bool]:
    event = Event.objects.get(pk=event.pk)
    return {row.name: row.allowed for row in states_for(user, event, getattr(event, "dismissal", None))}


def test_what_is_offered_follows_the_state_of_the_event(cast: Cast, event: Event) -> None:
    """C1.1 C1.2: no button for what is over, and none for one's own second."""
    assert offered(cast.duty, event) == {
        "open_case": True,
        "propose_dismissal": True,
        "set_concern": True,
        "set_offline_risk": True,
        "read_attitude": True,
        "merge": True,
        "keep_apart": True,
        "label": True,
    }
    assert set(offered(cast.inspector, event).values()) == {False}
    proposed(cast, event)
    assert offered(cast.duty, event)["second_dismissal"] is False
    assert offered(cast.office, event)["second_dismissal"] is True
    assert "propose_dismissal" not in offered(cast.office, event)
    rumoured(cast, event)
    assert offered(cast.duty, event)["second_concern"] is False
    assert offered(cast.office, event)["second_concern"] is True
    handling.open_case(event, cast.duty, "L2")
    assert offered(cast.duty, event) == {"second_concern": False, "set_concern": True}
    assert offered(cast.office, event)["second_concern"] is True
    Event.objects.filter(pk=event.pk).update(state=Event.ENDED)
    assert offered(cast.duty, event) == {}


def test_a_label_is_offered_to_take_away_only_to_another(cast: Cast, event: Event) -> None:
    """§6.1 S8: the desk sees a minor's or a victim's event and takes no label away; whoever set it never does."""
    label_event(event, Event.MINOR, "文中有孩子的照片", cast.office)
    assert "label" not in offered(cast.duty, event)
    found = {name: offered(cast.people[name], event)["unlabel"] for name in ("duty", "office", "office2", "deputy")}
    assert found == {"duty": False, "office": False, "office2": True, "deputy": True}


def test_whoever_says_who_reports_is_shown_home_and_the_event_is_gone(
    cast: Cast, browser: Browser, event: Event
) -> None:
    told = {"kind": Event.REPORTER, "reason": "实名举报收受红包"}
    response = press(browser(cast.duty), event, "label", told)
    assert (response.status_code, response.headers["Location"]) == (302, "/desk/")
    assert browser(cast.duty).get(f"/desk/events/{event.number}/").status_code == 404
    page = browser(cast.office).get(f"/desk/events/{event.number}/").content.decode()
    assert "敏感事项（限知悉）" in page
    assert "取消敏感" in page


def test_leaders_may_dismiss_and_not_judge(cast: Cast, event: Event) -> None:
    """C5.14 C1.1: 定性 is the desk's and the office's work."""
    may = offered(cast.deputy, event)
    assert (may["propose_dismissal"], may["set_concern"], may["open_case"]) == (True, False, False)


def test_danger_to_life_takes_no_verb_from_those_who_may_not_know(
    cast: Cast, browser: Browser, hear: Hear, event: Event
) -> None:
    """Life first: the event does not exist for staff without the urgent post."""
    Event.objects.update(life_safety=True)
    for who in ("legal", "inspector", "editor"):
        assert press(browser(cast.people[who]), event, "set_concern", {"concern": "投诉"}).status_code == 404
    assert press(browser(cast.duty), event, "set_concern", {"concern": "投诉"}).status_code == 302


def test_copies_are_folded_under_their_original(cast: Cast, hear: Hear, event: Event) -> None:
    """C5.16: the same words twice are one post with a number beside it."""
    hear(OUTAGE, "copy-1")
    hear(OUTAGE, "copy-2")
    (shown,) = posts_of(Event.objects.get(pk=event.pk))
    assert (shown["copies"], shown["post"].text) == (2, OUTAGE)
    assert shown["words"], "why it was a hit is quoted and marked"
