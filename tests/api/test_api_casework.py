"""The casework over REST: done by who may, refused to who may not, hidden from who may not see (C2, C5–C7, C10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

import stories
from api_told import (
    CLUE,
    LETTER,
    NATURE,
    WHY,
    As,
    clock_source,
    earlier_in,
    meeting_in,
    merged,
    recurring,
    rumour,
    split_in,
    task_in,
    two_posts,
)
from cast import Cast
from huiying.handling.actions.relating import posts_to_split
from huiying.handling.actions.sensitive import label
from huiying.handling.models import (
    Case,
    CaseAct,
    ClueHandover,
    FactSheet,
    Feedback,
    Liaison,
    Meeting,
    Recurrence,
    SplitPost,
    Task,
    TransferSlip,
)
from huiying.judging.models import Event
from huiying.ledger.models import LedgerEntry
from huiying.work.models import Notice


def labelled(cast: Cast) -> Case:
    case = stories.routed(cast)
    label(case, "minor", "说的是一名小学生", cast.duty)
    return stories.again(case)


# verb, how the case comes to it, who, what is sent, somebody who sees the case and may not
VERBS: list[tuple[str, Callable[[Cast], Case], str, Callable[[Case], dict[str, Any]], str]] = [
    ("set_keys", stories.routed, "duty", lambda _: {"nature": NATURE}, "tech_head"),
    ("agree_facts", stories.handled, "tech_head", lambda _: {"text": "登录中断七十分钟。", "based_on": 0}, "inspector"),
    ("tasks", stories.handled, "tech_head", lambda _: task_in(), "inspector"),
    ("say", stories.handled, "tech_liaison", lambda _: {"text": "请 @办公室主任 看一下"}, "inspector"),
    ("note_act", stories.handled, "duty", lambda _: {"kind": "rescan", "note": "看过，没有新的扩散"}, "inspector"),
    ("recurrence", recurring, "office", earlier_in, "inspector"),
    ("split", two_posts, "duty", split_in, "inspector"),
    ("unmerge", merged, "office", lambda _: {"reason": WHY}, "duty"),
    ("label", stories.routed, "duty", lambda _: {"kind": "minor", "reason": WHY}, "inspector"),
    ("unlabel", labelled, "office", lambda _: {"reason": WHY}, "duty"),
    ("liaisons", stories.routed, "duty", lambda _: LETTER, "tech_head"),
    ("exempt_liaison", rumour, "office", lambda _: {"reason": WHY}, "duty"),
    ("clues", stories.handled, "tech_head", lambda _: CLUE, "inspector"),
    ("meetings", stories.handled, "office", lambda _: meeting_in(), "tech_head"),
]
IDS = [row[0] for row in VERBS]


def trace() -> tuple[int, ...]:
    kinds = (LedgerEntry, Task, FactSheet, Liaison, ClueHandover, Meeting, Recurrence, CaseAct, SplitPost, Case, Notice)
    counted = [kind.objects.count() for kind in kinds]  # type: ignore[attr-defined]
    counted[0] -= LedgerEntry.objects.filter(kind="access.read").count()  # a refusal is an answer too (§6.1 S9)
    return tuple(counted)


@pytest.mark.parametrize(("verb", "story", "who", "told", "_wrong"), VERBS, ids=IDS)
def test_the_verb_is_done_and_recorded(
    cast: Cast, as_: As, verb: str, story: Any, who: str, told: Any, _wrong: str
) -> None:
    """C2.2 C5.15 C5.16 C7.1 C7.3 C7.4 C7.5 C10.1 INV-8"""
    case = story(cast)
    before = LedgerEntry.objects.count()
    status, answer = as_(who).post(f"cases/{case.number}/{verb}", told(case))
    assert (status, type(answer)) == (200, dict), answer
    assert LedgerEntry.objects.count() > before


@pytest.mark.parametrize(("verb", "story", "_who", "told", "wrong"), VERBS, ids=IDS)
def test_the_wrong_person_hears_409_another_department_404_a_stranger_401(
    cast: Cast, as_: As, stranger: Any, verb: str, story: Any, _who: str, told: Any, wrong: str
) -> None:
    """C7.5: and nothing moves; a case of others sounds like none at all."""
    case = story(cast)
    body, before = told(case), trace()
    status, answer = as_(wrong).post(f"cases/{case.number}/{verb}", body)
    assert (status, answer.get("code")) == (409, "not_permitted"), answer
    outside = as_("works_head")
    assert outside.post(f"cases/{case.number}/{verb}", body) == outside.post(f"cases/none/{verb}", body)
    assert outside.post(f"cases/{case.number}/{verb}", body)[0] == 404
    assert as_("admin").post(f"cases/{case.number}/{verb}", body)[0] == 404
    assert stranger.post(f"cases/{case.number}/{verb}", body)[0] == 401
    assert trace() == before


@pytest.mark.parametrize(("verb", "story", "who", "told", "_wrong"), VERBS, ids=IDS)
def test_a_field_that_is_missing_wrong_or_unknown_is_named_and_nothing_moves(
    cast: Cast, as_: As, verb: str, story: Any, who: str, told: Any, _wrong: str
) -> None:
    case = story(cast)
    full, before = told(case), trace()
    address = f"cases/{case.number}/{verb}"
    status, answer = as_(who).post(address, full | {"extra_word": "x"})
    assert (status, [field["field"] for field in answer["fields"]]) == (422, ["extra_word"])
    for name in full:
        if name in ("extra", "nature"):
            continue
        status, answer = as_(who).post(address, {key: value for key, value in full.items() if key != name})
        assert (status, [field["field"] for field in answer["fields"]]) == (422, [name])
        status, answer = as_(who).post(address, full | {name: {}})
        assert (status, [field["field"] for field in answer["fields"]]) == (422, [name])
        if isinstance(full[name], str):
            status, answer = as_(who).post(address, full | {name: "a\x00b"})
            assert (status, [field["field"] for field in answer["fields"]]) == (422, [name]), "PostgreSQL keeps no NUL"
    assert trace() == before


LISTS = ["facts", "tasks", "slips", "liaisons", "meetings", "required", "feedback", "clues", "calls", "posts"]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_a_case_is_for_whoever_sees_the_case(cast: Cast, as_: As, stranger: Any, name: str) -> None:
    """C7.5 INV-8: and reading leaves nothing in the ledger."""
    case = stories.routed(cast)
    before = trace()
    for who in ("duty", "office", "tech_head", "legal", "deputy", "inspector"):
        status, body = as_(who).get(f"cases/{case.number}/{name}")
        assert (status, type(body)) == (200, dict)
    for who in ("works_head", "admin"):
        assert as_(who).get(f"cases/{case.number}/{name}") == as_(who).get(f"cases/none/{name}")
        assert as_(who).get(f"cases/{case.number}/{name}")[0] == 404
    assert stranger.get(f"cases/{case.number}/{name}")[0] == 401
    assert trace() == before


@pytest.mark.parametrize("name", LISTS)
def test_nothing_of_a_danger_to_life_is_told_to_who_does_not_act_on_it(cast: Cast, as_: As, name: str) -> None:
    """Life first, §6.2"""
    case = stories.routed(cast)
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    for who in ("legal", "inspector", "works_head"):
        assert as_(who).get(f"cases/{case.number}/{name}")[0] == 404
    for who in ("duty", "deputy", "tech_head"):
        assert as_(who).get(f"cases/{case.number}/{name}")[0] == 200


@pytest.mark.parametrize("verb", IDS)
def test_no_verb_answers_who_may_not_see_a_danger_to_life(cast: Cast, as_: As, verb: str) -> None:
    """Life first, §6.2: 404 like a case that is not there, whatever else is wrong with the body."""
    case = stories.routed(cast)
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    body = next(row[3] for row in VERBS if row[0] == verb)
    told = {"earlier": "none", "reason": WHY} if verb == "recurrence" else split_told(body, case)
    before = trace()
    for who in ("legal", "inspector", "works_head"):
        assert as_(who).post(f"cases/{case.number}/{verb}", told)[0] == 404
    assert trace() == before


def split_told(body: Any, case: Case) -> dict[str, Any]:
    told: dict[str, Any] = body(case)
    return told


def test_facts_are_versions_and_a_stale_one_is_refused_with_what_changed(cast: Cast, as_: As) -> None:
    """C7.4, scenario 7"""
    case = stories.handled(cast)
    tech, address = as_("tech_head"), f"cases/{case.number}"
    assert tech.get(f"{address}/facts")[1] == {"current": None, "items": []}
    tech.post(f"{address}/agree_facts", {"text": "涉及一个标段。", "based_on": 0})
    status, made = tech.post(
        f"{address}/agree_facts", {"text": "涉及两个标段。", "based_on": 1, "reason": "又查明一个"}
    )
    assert (status, made["version"], made["department"]) == (200, 2, "交易中心信息技术部")
    status, answer = as_("office").post(
        f"{address}/agree_facts", {"text": "涉及三个标段。", "based_on": 1, "reason": WHY}
    )
    assert (status, answer["code"]) == (409, "stale_facts")
    assert "两" in answer["error"]
    listed = tech.get(f"{address}/facts")[1]
    assert (listed["current"], [row["version"] for row in listed["items"]]) == (2, [2, 1])
    assert tech.get(address)[1]["facts_version"] == 2


def test_a_case_tells_its_keys_and_its_slip(cast: Cast, as_: As) -> None:
    """C7.1 C10.5"""
    case = stories.routed(cast)
    assert as_("duty").post(f"cases/{case.number}/set_keys", {"category": "GC", "nature": NATURE})[0] == 200
    told = as_("tech_head").get(f"cases/{case.number}")[1]
    slip = TransferSlip.objects.get(case=case)
    assert (told["category"], told["nature"], told["trade"]) == ("GC", NATURE, "")
    assert (told["slip"], told["facts_version"]) == (slip.number, None)
    [item] = as_("tech_head").get(f"cases/{case.number}/slips")[1]["items"]
    assert (item["number"], item["department"], item["elements"]) == (slip.number, "Z-XX", slip.elements)
    status, answer = as_("duty").post(f"cases/{case.number}/set_keys", {"category": "XX"})
    assert (status, answer["code"]) == (409, "unknown_key")


def test_routing_takes_the_elements_of_the_slip_and_refuses_a_blank_one(cast: Cast, as_: As) -> None:
    """C10.5, scenario 6: 6 of 7 is not enough."""
    case = stories.opened(cast)
    names = list(stories.again(case).regulation and as_elements(case))
    body: dict[str, Any] = {
        "department": "Z-XX",
        "reason": "系统运维由信息技术部主管",
        "requirements": "今天核实并报回",
    }
    elements: dict[str, Any] = {name: {"value": f"{name}已查明"} for name in names}
    elements[names[-1]] = {"unknown": "还没有人统计过"}
    address = f"cases/{case.number}/route"
    lacking = {name: told for name, told in elements.items() if name != names[0]}
    status, answer = as_("duty").post(address, body | {"elements": lacking})
    assert (status, answer["code"]) == (409, "slip_incomplete")
    assert names[0] in answer["error"]
    assert not TransferSlip.objects.exists()
    status, answer = as_("duty").post(address, body | {"elements": elements | {names[0]: {"text": "x"}}})
    assert (status, answer["fields"][0]["field"]) == (422, f"elements.{names[0]}.text")
    assert as_("duty").post(address, body | {"elements": elements})[0] == 200
    slip = TransferSlip.objects.get(case=case)
    assert slip.elements == elements
    assert slip.requirements == "今天核实并报回"


def as_elements(case: Case) -> tuple[str, ...]:
    from huiying.people.queries import regulation_of

    return regulation_of(case.regulation).transfer.required_fields


def test_a_task_is_finished_by_its_owner_and_dropped_by_the_office(cast: Cast, as_: As, stranger: Any) -> None:
    """C7.3: the owner need not see the case; nobody else's task exists for an outsider."""
    case = stories.handled(cast)
    task = stories.task(cast, case)
    mine = as_("tech_liaison").get("tasks")[1]
    assert (mine["count"], mine["items"][0]["id"], mine["items"][0]["owner"]) == (1, task.pk, "tech_liaison")
    assert as_("office").get("tasks")[1]["count"] == 0
    assert as_("office").get("tasks", all="true")[1]["count"] == 1
    assert as_("works_head").get("tasks", all="true")[1]["count"] == 0
    note = {"note": "两家都已电话告知"}
    assert stranger.post(f"tasks/{task.pk}/finish", note)[0] == 401
    assert as_("works_head").post(f"tasks/{task.pk}/finish", note)[0] == 404
    assert as_("works_head").post("tasks/99999999999999999999999/finish", note)[0] == 404
    assert as_("inspector").post(f"tasks/{task.pk}/finish", note)[1]["code"] == "not_permitted"
    assert as_("tech_liaison").post(f"tasks/{task.pk}/drop", {"reason": WHY})[1]["code"] == "not_permitted"
    status, done = as_("tech_liaison").post(f"tasks/{task.pk}/finish", note)
    assert (status, done["done_by"], done["done_note"]) == (200, "信息部联络员", "两家都已电话告知")
    assert as_("tech_liaison").post(f"tasks/{task.pk}/finish", note)[1]["code"] == "task_is_over"
    other = stories.task(cast, case)
    status, dropped = as_("office").post(f"tasks/{other.pk}/drop", {"reason": WHY})
    assert (status, dropped["dropped_why"]) == (200, WHY)
    assert as_("tech_liaison").get("tasks")[1] == {"count": 0, "items": []}


def test_a_task_of_a_danger_to_life_is_for_its_owner_and_those_who_act(cast: Cast, as_: As) -> None:
    """Life first, §6.2: not even for the head of the owner's department."""
    case = stories.handled(cast)
    helper = {"department": cast.department("GCC"), "owner": cast.works_liaison, "kind": Task.HELP}
    task = stories.task(cast, case, **helper)
    assert as_("works_head").get("tasks", all="true")[1]["count"] == 1
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    assert as_("works_head").get("tasks", all="true")[1]["count"] == 0
    assert as_("works_head").post(f"tasks/{task.pk}/finish", {"note": "已办完"})[0] == 404
    assert as_("works_liaison").get("tasks")[1]["count"] == 1
    assert as_("works_liaison").get(f"cases/{case.number}")[0] == 404
    assert as_("works_liaison").post(f"tasks/{task.pk}/finish", {"note": "已协助疏散"})[0] == 200


@pytest.mark.parametrize(
    "due", ["2026-09-20T10:00:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "soon", None]
)
def test_a_moment_without_a_zone_or_out_of_time_is_named(cast: Cast, as_: As, due: Any) -> None:
    case = stories.handled(cast)
    status, answer = as_("tech_head").post(f"cases/{case.number}/tasks", task_in() | {"due_at": due})
    assert (status, [row["field"] for row in answer["fields"]]) == (422, ["due_at"])


@pytest.mark.parametrize(("field", "value"), [("department", "none"), ("owner", "none"), ("owner", "admin")])
def test_a_name_that_is_none_is_named(cast: Cast, as_: As, field: str, value: str) -> None:
    """C7.3 S6: the administrator has no part in cases."""
    case = stories.handled(cast)
    status, answer = as_("tech_head").post(f"cases/{case.number}/tasks", task_in() | {field: value})
    assert (status, [row["field"] for row in answer["fields"]]) == (422, [field])
    assert not Task.objects.exists()


def test_a_decision_is_no_task_that_one_makes(cast: Cast, as_: As) -> None:
    """C10.1: it comes out of minutes."""
    case = stories.handled(cast)
    status, answer = as_("office").post(f"cases/{case.number}/tasks", task_in() | {"kind": "decision"})
    assert (status, answer["fields"][0]["field"]) == (422, "kind")


def test_an_earlier_case_that_one_may_not_see_is_one_that_does_not_exist(cast: Cast, as_: As) -> None:
    """C2.2 C7.5"""
    earlier = stories.opened(cast, text=stories.RUMOUR)
    clock_source().advance(dt.timedelta(hours=1))
    case = stories.handled(cast)
    address = f"cases/{case.number}/recurrence"
    hidden = as_("tech_head").post(address, {"earlier": earlier.number, "reason": WHY})
    missing = as_("tech_head").post(address, {"earlier": "none", "reason": WHY})
    assert (hidden[0], missing[0]) == (422, 422)
    assert str(hidden[1]).replace(earlier.number, "none") == str(missing[1])
    assert as_("office").post(address, {"earlier": earlier.number, "reason": WHY})[0] == 200
    assert Recurrence.objects.get().earlier_id == earlier.pk


def test_a_split_takes_posts_of_the_list_and_answers_with_the_new_case(cast: Cast, as_: As) -> None:
    """C5.16: the words of the list are masked (§6.2)."""
    case = two_posts(cast)
    Event.objects.get(pk=case.event_id)
    listed = as_("duty").get(f"cases/{case.number}/posts", limit=1)[1]
    assert (listed["count"], len(listed["items"])) == (2, 1)
    post = posts_to_split(case)[0]
    type(post).objects.filter(pk=post.pk).update(text="请打我电话 13841200000 说明")
    assert "13841200000" not in str(as_("duty").get(f"cases/{case.number}/posts"))
    body = {"posts": [listed["items"][0]["id"]], "title": "撤销传言另办", "reason": WHY}
    assert as_("duty").post(f"cases/{case.number}/split", body | {"posts": [10**30]})[0] == 409
    status, made = as_("duty").post(f"cases/{case.number}/split", body)
    assert (status, made["state"]) == (200, "registered")
    assert made["number"] != case.number
    assert as_("duty").get(f"cases/{case.number}/posts")[1]["count"] == 1


def test_a_case_that_was_merged_comes_back_where_it_stood(cast: Cast, as_: As) -> None:
    """C5.16 INV-1"""
    case = merged(cast)
    assert as_("office").post(f"cases/{case.number}/unmerge", {"reason": WHY}) == (
        200,
        {"number": case.number, "state": "assigned"},
    )


def test_feedback_lists_who_waits_and_takes_who_was_told_by_hand(cast: Cast, as_: As, stranger: Any) -> None:
    """C6.13: a citizen is the number of a message, nobody's name."""
    case = stories.answered(cast)
    post = case.event.members.get().post
    type(post).objects.filter(pk=post.pk).update(kind="call", native_id="12345-0914-7")
    address = f"cases/{case.number}/feedback"
    due = as_("tech_head").get(address)[1]["due"]
    asker = next(row for row in due if row["to"] == "asker")
    assert asker == {"to": "asker", "name": "12345-0914-7", "means": "", "done": False}
    body = {"to": "asker", "name": "12345-0914-7", "means": "phone", "text": "已电话告知结果"}
    assert stranger.post(address, body)[0] == 401
    assert as_("works_head").post(address, body)[0] == 404
    assert as_("inspector").post(address, body)[1]["code"] == "not_permitted"
    assert as_("duty").post(address, body | {"means": "portal"})[1]["fields"][0]["field"] == "means"
    assert as_("duty").post(address, body | {"name": "somebody"})[1]["code"] == "unknown_asker"
    status, given = as_("duty").post(address, body)
    assert (status, given["by"]) == (200, "值班员小周")
    assert as_("duty").post(address, body)[1]["code"] == "told_already"
    told = as_("duty").get(address)[1]
    assert next(row for row in told["due"] if row["to"] == "asker")["done"] is True
    assert "12345-0914-7" in [row["name"] for row in told["given"]]
    assert Feedback.objects.filter(means="phone").count() == 1


def test_what_the_level_asks_for_is_told_in_order(cast: Cast, as_: As) -> None:
    """§4.3"""
    case = stories.opened(cast, level="重大")
    items = as_("duty").get(f"cases/{case.number}/required")[1]["items"]
    assert [row["name"] for row in items][:3] == ["confirmed", "first_notice", "respond"]
    states = {row["name"]: row["state"] for row in items}
    assert (states["confirmed"], states["meeting"]) == ("done", "open")
    assert all(row["words"] and row["basis"] for row in items)
