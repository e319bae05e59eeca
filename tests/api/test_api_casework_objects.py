"""Letters, clues, meetings, calls, the routing table, contacts, notices and the roster over REST."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import stories
from api_told import (
    CLUE,
    LETTER,
    WHY,
    As,
    later,
    meeting_in,
    rumour,
)
from cast import Cast
from huiying.handling.actions import liaison, meetings
from huiying.handling.actions.table import propose_rule
from huiying.handling.calling import open_calls
from huiying.handling.models import (
    Case,
    Liaison,
    RoutingRule,
)
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.people.models import PhoneTest, User
from huiying.work.models import Notice


def letter(cast: Cast, case: Case) -> Liaison:
    return liaison.draft_liaison(case, LETTER["body"], "", LETTER["points"], "", cast.duty)


def test_the_token_of_a_letter_is_told_once(cast: Cast, as_: As, stranger: Any) -> None:
    """C5.15 S6: only its hash is kept."""
    case = rumour(cast)
    row = letter(cast, case)
    address = f"liaisons/{row.pk}"
    assert stranger.post(f"{address}/send", {"means": "link"})[0] == 401
    assert as_("works_head").post(f"{address}/send", {"means": "link"})[0] == 404
    assert as_("tech_head").post(f"{address}/send", {"means": "link"})[1]["code"] == "not_permitted"
    assert as_("duty").post(f"{address}/send", {"means": "pigeon"})[0] == 422
    assert (
        as_("duty").post(f"{address}/record_answer", {"finding": "true", "name": "李科长", "text": "情况属实"})[0]
        == 409
    )
    status, sent = as_("duty").post(f"{address}/send", {"means": "link"})
    assert status == 200
    assert sent["link"].endswith(f"/liaison/{sent['token']}/")
    assert stranger.client.get(f"/liaison/{sent['token']}/").status_code == 200
    listed = as_("duty").get(f"cases/{case.number}/liaisons")[1]
    assert sent["token"] not in str(listed)
    assert "token" not in str(listed)
    assert listed["needed"]
    assert [item["means"] for item in listed["items"]] == ["link"]
    status, again = as_("duty").post(f"{address}/send", {"means": "phone"})
    assert (status, again["token"], again["link"], again["liaison"]["id"]) == (200, None, None, row.pk)
    status, told = as_("duty").post(
        f"{address}/record_answer", {"finding": "false", "name": "李科长", "text": "没有这样的收费"}
    )
    assert (status, told["finding"], told["answer_recorded_by"]) == (200, "false", "值班员小周")


@pytest.mark.parametrize("means", ["link", "phone"])
def test_after_a_silence_the_letter_goes_out_anew(cast: Cast, as_: As, frozen: FrozenClock, means: str) -> None:
    """C5.15: what went unanswered stays written; the answer of `send` is the new letter."""
    case = rumour(cast)
    row = letter(cast, case)
    as_("duty").post(f"liaisons/{row.pk}/send", {"means": "link"})
    Liaison.objects.filter(pk=row.pk).update(not_received_at=frozen(), next_action_at=None)
    other = letter(cast, case)
    status, sent = as_("duty").post(f"liaisons/{row.pk}/send", {"means": means})
    assert status == 200
    assert sent["liaison"]["id"] not in (row.pk, other.pk)
    assert sent["liaison"]["means"] == means
    assert len(as_("duty").get(f"cases/{case.number}/liaisons")[1]["items"]) == 3


def test_a_clue_is_signed_by_a_leader_and_counted(cast: Cast, as_: As, stranger: Any) -> None:
    """61号 §6.3: nothing says what became of it."""
    case = stories.handled(cast)
    row = liaison.propose_clue(case, CLUE["body"], CLUE["facts"], CLUE["legal_ground"], cast.tech_head)
    address = f"clues/{row.pk}/sign"
    assert stranger.post(address, {"sign": True})[0] == 401
    assert as_("works_head").post(address, {"sign": True})[0] == 404
    assert as_("office").post(address, {"sign": True})[1]["code"] == "not_permitted"
    assert as_("deputy").post(address, {"sign": False})[1]["code"] == "too_short"
    status, told = as_("deputy").post(address, {"sign": True})
    assert (status, told["signed"], told["signed_by"]) == (200, True, "分管副局长")
    assert as_("top").post(address, {"sign": True})[1]["code"] == "already_decided"
    assert as_("tech_head").get(f"cases/{case.number}/clues")[1]["items"] == [told]


def test_a_meeting_is_convened_held_minuted_and_signed(cast: Cast, as_: As, frozen: FrozenClock) -> None:
    """C10.1 G10"""
    case = stories.handled(cast, "重大")
    status, made = as_("office").post(f"cases/{case.number}/meetings", meeting_in())
    assert (status, made["state"], made["case"]) == (200, "convened", case.number)
    address = f"meetings/{made['id']}"
    assert as_("legal").post(f"{address}/acknowledge")[0] == 200
    assert as_("duty").post(f"{address}/acknowledge")[1]["code"] == "not_called"
    frozen.advance(dt.timedelta(hours=3))
    seats = [{"seat": seat["id"], "attendance": "present"} for seat in made["seats"]]
    status, answer = as_("office").post(f"{address}/hold", {"seats": seats[1:]})
    assert (status, answer["code"]) == (409, "attendance_missing")
    assert as_("tech_head").post(f"{address}/hold", {"seats": seats})[1]["code"] == "not_permitted"
    status, held = as_("office").post(f"{address}/hold", {"seats": seats})
    assert (status, held["state"], {seat["attendance"] for seat in held["seats"]}) == (200, "held", {"present"})
    decision = {"title": "续证书并建立提醒", "department": "Z-XX", "owner": "tech_liaison", "due_at": later()}
    minutes = {
        "situation": "登录中断七十分钟。",
        "discussion": "先告知投标人，再查原因。",
        "dissents": [{"name": "法规处长", "words": "应同时公告"}],
        "decisions": [decision],
    }
    for name in ("department", "owner", "due_at"):
        short = {key: value for key, value in decision.items() if key != name}
        status, answer = as_("office").post(f"{address}/minute", minutes | {"decisions": [short]})
        assert (status, answer["fields"][0]["field"]) == (422, f"decisions.0.{name}")
    status, answer = as_("office").post(f"{address}/minute", minutes | {"decisions": [decision | {"owner": "none"}]})
    assert (status, answer["fields"][0]["field"]) == (422, "decisions.0.owner")
    assert as_("deputy").post(f"{address}/sign")[0] == 409, "no minutes yet"
    status, written = as_("office").post(f"{address}/minute", minutes)
    assert (status, written["decisions"][0]["meeting"], written["dissents"]) == (
        200,
        made["number"],
        minutes["dissents"],
    )
    assert as_("office").post(f"{address}/sign")[1]["code"] == "not_permitted"
    status, signed = as_("deputy").post(f"{address}/sign")
    assert (status, signed["state"], signed["signed_by"]) == (200, "signed", "分管副局长")
    assert as_("office").post(f"{address}/cancel", {"reason": WHY})[0] == 409


def test_a_meeting_is_for_those_who_are_called_and_those_who_see_all(cast: Cast, as_: As, stranger: Any) -> None:
    """C10.1 C7.5"""
    case = stories.handled(cast)
    made = meetings.convene(
        case, "登录故障会商", "三楼", clock.now() + dt.timedelta(hours=2), cast.deputy, [], cast.office
    )
    address = f"meetings/{made.pk}"
    assert as_("tech_head").get(address)[0] == 200
    assert as_("tech_liaison").get(address)[0] == 404
    assert as_("tech_liaison").get(f"cases/{case.number}/meetings")[1] == {"items": []}
    assert as_("tech_head").get(f"cases/{case.number}/meetings")[1]["items"][0]["id"] == made.pk
    assert stranger.get(address)[0] == 401
    for verb, body in (("acknowledge", {}), ("hold", {"seats": []}), ("sign", {}), ("cancel", {"reason": WHY})):
        assert stranger.post(f"{address}/{verb}", body)[0] == 401
        assert as_("works_head").post(f"{address}/{verb}", body)[0] == 404
        assert as_("works_head").post(f"meetings/999999/{verb}", body)[0] == 404
    assert as_("tech_head").post(f"{address}/cancel", {"reason": WHY})[1]["code"] == "not_permitted"
    assert as_("office").post(f"{address}/cancel", {"reason": WHY})[1]["state"] == "cancelled"
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    assert as_("inspector").get(address)[0] == 404


def test_a_call_is_acknowledged_by_whoever_was_called(cast: Cast, as_: As, stranger: Any, frozen: FrozenClock) -> None:
    """C10.6: from then on it rings no more."""
    case = stories.routed(cast, "重大")
    [row] = [call for call in open_calls(case) if call.kind == "first_notice"]
    address = f"calls/{row.pk}/acknowledge"
    [listed] = [one for one in as_("tech_head").get(f"cases/{case.number}/calls")[1]["items"] if one["id"] == row.pk]
    assert (listed["kind"], listed["acknowledged_at"]) == ("first_notice", None)
    assert stranger.post(address)[0] == 401
    assert as_("works_head").post(address)[0] == 404
    assert as_("legal").post(address)[1]["code"] == "not_permitted"
    status, told = as_("top").post(address)
    assert (status, told["acknowledged_by"]) == (200, "局长")
    assert as_("top").post(address)[1]["code"] == "not_open"
    assert row.pk not in [one["id"] for one in as_("duty").get(f"cases/{case.number}/calls")[1]["items"]]


def test_the_routing_table_is_changed_by_two_persons(cast: Cast, as_: As, stranger: Any) -> None:
    """C7.1 C2.3"""
    assert stranger.get("routing")[0] == 401
    assert as_("admin").get("routing")[0] == 404
    rows = as_("works_head").get("routing")[1]["rows"]
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    assert (rows[-1]["category"], rows[-1]["nature"], rows[-1]["origin"]) == ("", "", "file")
    body = {"category": "GC", "lead": "WGC", "joint": ["GCC"], "reason": "机构职责调整"}
    assert stranger.post("routing", body)[0] == 401
    assert as_("admin").post("routing", body)[0] == 404
    assert as_("duty").post("routing", body)[1]["code"] == "not_permitted"
    for field, value in (("lead", "none"), ("joint", ["none"]), ("ends", 9**40)):
        status, answer = as_("office").post("routing", body | {field: value})
        assert (status, answer["fields"][0]["field"].split(".")[0]) == (422, field)
    status, made = as_("office").post("routing", body)
    assert (status, made["agreed"], made["lead"], made["joint"]) == (200, None, "WGC", ["GCC"])
    assert [row["id"] for row in as_("office2").get("routing")[1]["waiting"]] == [made["id"]]
    address = f"routing/{made['id']}/second"
    assert stranger.post(address, {"agree": True})[0] == 401
    assert as_("admin").post(address, {"agree": True})[0] == 404
    assert as_("works_head").post(address, {"agree": True})[1]["code"] == "not_permitted"
    assert as_("office").post(address, {"agree": True})[1]["code"] == "second_person"
    assert as_("office2").post("routing/999999/second", {"agree": True})[0] == 404
    assert as_("office2").post(address, {"agree": True})[1]["agreed"] is True
    row = next(row for row in as_("duty").get("routing")[1]["rows"] if row["category"] == "GC")
    assert (row["lead"], row["joint"], row["origin"], row["rule"]) == ("WGC", ["GCC"], "office", made["id"])
    status, ending = as_("office").post("routing", {"ends": made["id"], "reason": "职责又改回去"})
    assert (status, ending["ends"], ending["category"]) == (200, True, "GC")


def test_contacts_show_who_answers_and_are_tested_by_another_person(cast: Cast, as_: As, stranger: Any) -> None:
    """C10.3"""
    User.objects.filter(username="tech_head").update(phone="0412-5550101")
    assert stranger.get("contacts")[0] == 401
    assert as_("admin").get("contacts")[0] == 404
    address, body = "contacts/tech_head/test", {"reached": True}
    assert stranger.post(address, body)[0] == 401
    assert as_("admin").post(address, body)[0] == 404
    assert as_("works_head").post(address, body)[1]["code"] == "not_permitted"
    assert as_("duty").post("contacts/nobody/test", body)[0] == 404
    assert as_("duty").post("contacts/admin/test", body)[0] == 404
    assert as_("duty").post(address, {"reached": False})[1]["code"] == "too_short"
    status, told = as_("duty").post(address, body)
    assert (status, told["reached"], told["by"]) == (200, True, "值班员小周")
    cards = {card["department"]: card for card in as_("works_head").get("contacts")[1]["items"]}
    [head] = cards["Z-XX"]["heads"]
    assert (head["staff"], head["phone"], head["test"]) == ("tech_head", "0412-5550101", told)
    assert cards["Z-XX"]["gaps"] == []
    assert "liaison" in cards["WGC"]["gaps"]
    assert PhoneTest.objects.count() == 1


def test_notices_are_ones_own_and_stay_unread(cast: Cast, as_: As, stranger: Any) -> None:
    stories.routed(cast)
    assert stranger.get("notices")[0] == 401
    told = as_("tech_head").get("notices", unread="true")[1]
    assert told["count"] == Notice.objects.filter(recipient="tech_head").count() > 0
    assert as_("tech_head").get("notices", limit=1)[1]["count"] == told["count"]
    assert not Notice.objects.filter(read_at__isnull=False).exists()
    Notice.objects.filter(recipient="tech_head").update(read_at=clock.now())
    assert as_("tech_head").get("notices", unread="true")[1] == {"count": 0, "items": []}
    assert as_("works_head").get("notices")[1]["count"] == 0


def test_the_roster_names_who_sits_and_the_hours_that_nobody_has(cast: Cast, as_: As, stranger: Any) -> None:
    """C5.1"""
    from huiying.people.actions.roster import set_shift

    now = clock.now()
    set_shift(cast.duty, now, now + dt.timedelta(hours=8), cast.office)
    assert stranger.get("roster")[0] == 401
    assert as_("admin").get("roster")[0] == 404
    told = as_("works_head").get("roster", days=1)[1]
    assert told["on_duty"] == ["值班员小周"]
    assert [row["staff"] for row in told["shifts"]] == ["duty"]
    assert [(gap["starts_at"], gap["ends_at"]) for gap in told["gaps"]] == [
        ("2026-09-14T10:00:00Z", "2026-09-14T16:00:00Z")
    ]
    assert as_("duty").get("roster", start="2026-09-01", days=2)[1]["gaps"] == [], "the past cannot be manned"
    for query in ({"days": 0}, {"days": 63}, {"start": "1900-01-01"}, {"start": "9999-12-31"}, {"start": "x"}):
        status, answer = as_("duty").get("roster", **query)
        assert (status, [row["field"] for row in answer["fields"]]) == (422, list(query))


def test_a_row_that_the_office_proposed_is_seen_waiting(cast: Cast, as_: As) -> None:
    """C7.1: until then the file's own row speaks."""
    propose_rule("GC", "", "", cast.department("WGC"), [], "机构职责调整", cast.office)
    told = as_("duty").get("routing")[1]
    assert next(row for row in told["rows"] if row["category"] == "GC")["origin"] == "file"
    assert [row["lead"] for row in told["waiting"]] == ["WGC"]
    assert RoutingRule.objects.get().agreed is None
