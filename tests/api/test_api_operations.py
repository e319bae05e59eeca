"""Every operation of the API at its edges: 200, 401, 404, 409, 422, parts of lists; the same rules as the desk's."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from ninja import Schema

import huiying.api
import stories
from cast import Cast
from huiying.handling.models import Case
from huiying.judging.models import Event
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.responding.models import Publication

As = Callable[[str], Any]
LOWER = "经核实只影响一个项目且已在二十分钟内恢复，没有后续影响，当事人已经理解"
FOUND = {"facts": "中断七十分钟。", "cause": "证书到期未续。", "impact": "两个标段顺延。"}
ROUTE = {"department": "Z-XX", "joint": ["WGC"], "reason": "系统运维由信息技术部主管"}

# verb, how the case comes to it, who, what is sent, the state after, somebody who sees the case and may not
VERBS: list[tuple[str, Callable[[Cast], Case], str, dict[str, Any], str, str]] = [
    ("accept", stories.routed, "tech_head", {}, "handling", "duty"),
    ("return", stories.routed, "tech_head", {"reason": "故障在线路，不属于本部"}, "returned", "duty"),
    ("find", stories.handled, "tech_liaison", FOUND, "handling", "duty"),
    ("dispose", stories.handled, "tech_head", {"actions": "已续证书。"}, "handling", "duty"),
    ("confirm_level", stories.routed, "duty", {"level": "L3"}, "assigned", "tech_head"),
    ("route", stories.opened, "duty", ROUTE, "assigned", "inspector"),
    ("submit", lambda cast: stories.drafted(cast).case, "editor", {}, "reviewing", "inspector"),
    ("release", stories.approved, "office", {"channels": ["portal"]}, "approved", "inspector"),
]
IDS = [row[0] for row in VERBS]


def trace() -> tuple[int, list[tuple[str, str]]]:
    return LedgerEntry.objects.count(), list(Case.objects.order_by("id").values_list("state", "level"))


@pytest.mark.parametrize(("verb", "story", "who", "body", "state", "_wrong"), VERBS, ids=IDS)
def test_the_operation_does_the_verb_and_answers_where_the_case_stands(
    cast: Cast, as_: As, verb: str, story: Any, who: str, body: Any, state: str, _wrong: str
) -> None:
    """C7.1 C7.2 C8.3 C9.3 INV-8"""
    case = story(cast)
    before = LedgerEntry.objects.count()
    status, answer = as_(who).post(f"cases/{case.number}/{verb}", body)
    assert (status, answer) == (200, {"number": case.number, "state": state})
    assert stories.again(case).state == state
    assert LedgerEntry.objects.count() > before


@pytest.mark.parametrize(("verb", "story", "_who", "body", "_state", "wrong"), VERBS, ids=IDS)
def test_the_wrong_person_hears_409_another_department_404_a_stranger_401(
    cast: Cast, as_: As, stranger: Any, verb: str, story: Any, _who: str, body: Any, _state: str, wrong: str
) -> None:
    """C7.5: and nothing moves."""
    case = story(cast)
    before = trace()
    address = f"cases/{case.number}/{verb}"
    status, answer = as_(wrong).post(address, body)
    assert (status, answer["code"]) == (409, "not_permitted")
    assert as_("works_head").post(address, body)[0] == 404
    assert as_("works_head").post(address, body) == as_("works_head").post(f"cases/none/{verb}", body)
    assert stranger.post(address, body)[0] == 401
    assert trace() == before


REQUIRED = [(row[0], row[1], row[2], name) for row in VERBS for name in row[3] if name not in ("joint", "settled")]


@pytest.mark.parametrize(("verb", "story", "who", "name"), REQUIRED)
def test_each_missing_field_is_named_and_nothing_moves(
    cast: Cast, as_: As, verb: str, story: Any, who: str, name: str
) -> None:
    case = story(cast)
    before = trace()
    full = next(row[3] for row in VERBS if row[0] == verb)
    for value in (None, [] if name == "channels" else ""):
        body = {key: told for key, told in full.items() if key != name} | ({} if value is None else {name: value})
        status, answer = as_(who).post(f"cases/{case.number}/{verb}", body)
        assert (status, answer["code"]) == (422, "invalid")
        assert [field["field"] for field in answer["fields"]] == [name]
        assert answer["fields"][0]["error"]
    assert trace() == before


def test_a_step_that_is_not_next_is_409(cast: Cast, as_: As) -> None:
    """C7.1 C8.3: the process decides, whoever asks."""
    case = stories.opened(cast)
    before = trace()
    assert as_("office").post(f"cases/{case.number}/release", {"channels": ["portal"]})[0] == 409
    assert as_("tech_head").post(f"cases/{case.number}/accept")[0] == 404, "not yet the department's"
    assert trace() == before


def test_a_finding_of_another_case_cannot_be_disposed_of(cast: Cast, as_: As) -> None:
    """C7.2"""
    first = stories.handled(cast)
    finding = first.findings.get()
    body = {"finding": finding.pk + 1, "actions": "已续证书。"}
    status, answer = as_("tech_head").post(f"cases/{first.number}/dispose", body)
    assert (status, answer["fields"][0]["field"]) == (422, "finding")
    status, _answer = as_("tech_head").post(f"cases/{first.number}/dispose", body | {"finding": finding.pk})
    assert (status, finding.disposals.count()) == (200, 2)


def test_the_level_is_called_by_code_word_or_english_and_only_rises(cast: Cast, as_: As) -> None:
    """INV-7"""
    case = stories.routed(cast)
    address = f"cases/{case.number}/confirm_level"
    before = trace()
    for level in ("L0", "l3", "重", "Biggest"):
        status, answer = as_("duty").post(address, {"level": level})
        assert (status, answer["fields"][0]["field"]) == (422, "level")
    assert as_("duty").post(address, {"level": "一般", "reason": LOWER})[0] == 409
    assert as_("duty").post(address, {"level": "L2"})[0] == 409, "it is that already"
    assert trace() == before
    assert as_("duty").post(address, {"level": "Major"})[0] == 200
    assert as_("duty").get(f"cases/{case.number}")[1]["level"] == "重大"


def test_channels_without_text_are_refused(cast: Cast, as_: As) -> None:
    """C8.3"""
    case = stories.approved(cast)
    for channels in (["weibo"], ["television"], ["portal", "weibo"]):
        assert as_("office").post(f"cases/{case.number}/release", {"channels": channels})[0] == 409
    assert not Publication.objects.exists()


def test_a_case_tells_its_clocks_its_departments_and_its_ledger(cast: Cast, as_: As, frozen: FrozenClock) -> None:
    """C8.5 INV-8: overdue turns after the second that is due; a stopped clock is never overdue."""
    case = stories.routed(cast)
    duty = as_("duty")
    body = duty.get(f"cases/{case.number}")[1]
    legal = [row for row in body["clocks"] if row["legal"] and not row["stopped_at"]]
    assert body["next_due"] == min(row["due_at"] for row in legal)
    assert (body["lead"], body["joint"], body["event"]) == ("Z-XX", ["WGC"], case.event.number)
    assert not any(row["overdue"] for row in body["clocks"])
    assert {entry["chain"] for entry in body["timeline"]} == {f"case:{case.number}", f"event:{case.event.number}"}
    assert all(len(entry["hash"]) == 64 for entry in body["timeline"])
    due = dt.datetime.fromisoformat(body["next_due"].replace("Z", "+00:00"))
    frozen.set(due)
    assert not any(row["overdue"] for row in duty.get(f"cases/{case.number}")[1]["clocks"] if row["legal"])
    frozen.advance(dt.timedelta(seconds=1))
    late = duty.get(f"cases/{case.number}")[1]["clocks"]
    assert [row["due_at"] for row in late if row["overdue"] and row["legal"]] == [body["next_due"]]


@pytest.mark.parametrize(("offset", "limit", "numbers"), [(0, 1, [1]), (1, 1, [0]), (0, 200, [1, 0]), (2, 50, [])])
def test_cases_come_newest_first_in_the_parts_asked_for(
    cast: Cast, as_: As, frozen: FrozenClock, offset: int, limit: int, numbers: list[int]
) -> None:
    first = stories.opened(cast)
    frozen.advance(dt.timedelta(minutes=1))
    both = [first, stories.opened(cast, text=stories.RUMOUR)]
    status, body = as_("duty").get("cases", offset=offset, limit=limit)
    assert (status, body["count"]) == (200, 2)
    assert [row["number"] for row in body["items"]] == [both[place].number for place in numbers]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"offset": -1}, "offset"),
        ({"offset": "x"}, "offset"),
        ({"state": "OPEN"}, "state"),
        ({"state": "a" * 21}, "state"),
    ],
)
@pytest.mark.parametrize("address", ["cases", "events"])
def test_a_part_that_cannot_be_is_named(cast: Cast, as_: As, address: str, query: Any, field: str) -> None:
    status, body = as_("duty").get(address, **query)
    assert (status, [row["field"] for row in body["fields"]]) == (422, [field])


def test_events_are_narrowed_by_state_and_name_their_case(cast: Cast, as_: As) -> None:
    case = stories.opened(cast)
    free = stories.hear(stories.RUMOUR)
    duty = as_("duty")
    assert [row["number"] for row in duty.get("events", state="cased")[1]["items"]] == [case.event.number]
    assert [row["number"] for row in duty.get("events", state="open")[1]["items"]] == [free.number]
    assert duty.get(f"events/{case.event.number}")[1]["case"] == case.number
    told = duty.get(f"events/{free.number}")[1]
    assert told["case"] is None
    assert told["grade"]["level_code"] == Event.objects.get(pk=free.pk).suggested_level
    assert told["timeline"][0]["kind"] == "event.opened"
    assert duty.get("events/E-none")[0] == 404


@pytest.mark.parametrize("who", ["deputy", "office", "duty"])
def test_danger_to_life_is_told_to_who_must_act(cast: Cast, as_: As, who: str) -> None:
    """Life first"""
    event = stories.hear()
    Event.objects.update(life_safety=True)
    assert as_(who).get(f"events/{event.number}")[0] == 200
    for other in ("inspector", "legal"):
        assert as_(other).get(f"events/{event.number}")[0] == 404
        assert event.number not in str(as_(other).get("events"))


def test_no_answer_of_the_api_is_kept_by_a_cache(cast: Cast, as_: As, stranger: Any) -> None:
    """S6"""
    for caller, address in ((as_("duty"), "cases"), (as_("duty"), "cases/none"), (stranger, "cases")):
        assert caller.client.get(f"/api/{address}").headers["Cache-Control"] == "private, no-store"


def test_public_answers_are_found_by_every_word_and_come_in_parts(cast: Cast, stranger: Any) -> None:
    """C8.7: what was answered may be read by anybody, without signing in; what was not is not there."""
    case = stories.answered(cast)
    stories.opened(cast, text=stories.RUMOUR)
    status, body = stranger.get("answers")
    assert (status, body["count"], body["items"][0]["number"]) == (200, 1, case.number)
    assert body["items"][0]["text"].startswith("9月14日8时30分")
    assert stranger.get("answers", q="登录 说明")[1]["count"] == 1
    assert stranger.get("answers", q="登录 撤销")[1]["count"] == 0
    assert stranger.get("answers", offset=1)[1] == {"count": 1, "items": []}
    assert stranger.get("answers", limit=0)[0] == 422


def test_a_department_that_hands_in_posts_is_refused_before_they_are_read(cast: Cast, as_: As, stranger: Any) -> None:
    """C5.13"""
    assert as_("tech_head").post("posts", [{"broken": 1}])[0] == 409
    assert stranger.post("posts", [{"broken": 1}])[0] == 401
    assert as_("duty").post("posts", {"not": "a list"})[0] == 422
    # An empty list is a batch of nothing.
    assert as_("duty").client.post("/api/posts", "[]", content_type="application/json").json()["received"] == 0


def test_no_two_shapes_have_one_name():
    """The description names a shape by its class alone: of two with one name the last would stand for both."""
    modules = [import_module(f"huiying.api.{one.name}") for one in iter_modules(huiying.api.__path__)]
    shapes = [
        name
        for module in modules
        for name, one in vars(module).items()
        if isinstance(one, type) and issubclass(one, Schema) and one.__module__ == module.__name__
    ]
    assert len(shapes) > 200, "the search itself found too little"
    assert [name for name, times in Counter(shapes).items() if times > 1] == []
