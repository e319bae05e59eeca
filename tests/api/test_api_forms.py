"""Forms of answer, speakers, media and statutory procedures over REST: the same gates and verbs as the desk's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import stories
from cast import Cast
from forms_of import LOOKED, authorised, speaker
from huiying.handling.models import Case, Clock
from huiying.ledger.models import LedgerEntry
from huiying.responding.models import PressConference

As = Callable[[str], Any]
AT = "2026-09-14T10:00:00+08:00"
EXPERT = {"name": "钱教授", "field": "电子招投标", "employer": "某大学", "topic": "怎样顺延开标"}
PLAN = {"topic": "登录故障的情况说明", "starts_at": AT, "place": "一楼发布厅", "media": ["鞍山日报"]}
LEAD = "department:交易中心信息技术部"


@pytest.fixture
def case(cast: Cast) -> Case:
    return stories.drafted(cast, "重大").case


def test_the_register_over_rest(cast: Cast, as_: As, stranger: Any) -> None:
    """C12.1"""
    assert stranger.get("speakers")[0] == 401
    assert as_("admin").get("speakers")[0] == 404
    assert as_("duty").get("speakers")[1] == {"days": 0, "nobody": True, "no_deputy": True, "items": []}
    told = {"person": "office2", "scope": "全局工作"}
    assert as_("duty").post("speakers", told)[1]["code"] == "not_permitted"
    assert as_("office").post("speakers", told | {"person": "nobody"})[0] == 422
    status, made = as_("office").post("speakers", told)
    assert (status, made["name"], made["deputy"], made["trained_on"]) == (200, "办公室副主任", False, None)
    address = f"speakers/{made['id']}"
    assert as_("office").post(f"{address}/train", {"trained_on": "2026-09-01"})[1]["trained_on"] == "2026-09-01"
    assert as_("office").post(f"{address}/train", {"trained_on": "2027-09-01"})[1]["code"] == "in_the_future"
    assert as_("office").post(f"{address}/end")[0] == 200
    assert as_("office").post(f"{address}/end")[1]["code"] == "already_ended"
    assert as_("office").post("speakers/999999/end")[0] == 404


def test_everything_of_a_case_in_one_answer(cast: Cast, as_: As, case: Case) -> None:
    told = as_("editor").get(f"cases/{case.number}/forms")[1]
    assert [row["form"] for row in told["asked"]] == ["组织专家解读", "接受媒体专访"]
    assert not any(row["done"] for row in told["asked"])
    assert [row["key"] for row in told["may_speak"]] == [LEAD]
    assert told["spoke_first"] is None
    assert as_("works_head").get(f"cases/{case.number}/forms")[0] == 404


def test_a_speaker_is_authorised_and_the_word_taken_back(cast: Cast, as_: As, case: Case) -> None:
    entry = speaker(cast)
    told = {"speaker": entry.pk, "statement": "就登录故障发言"}
    address = f"cases/{case.number}/let_speak"
    assert as_("office").post(address, told)[1]["code"] == "not_permitted"
    assert as_("deputy").post(address, told | {"speaker": 999})[0] == 422
    status, made = as_("deputy").post(address, told)
    assert (status, made["valid"], made["speaker"]) == (200, True, "办公室副主任")
    revoke = f"speaking/{made['id']}/revoke"
    assert as_("works_head").post(revoke, {"why": "还要再核实"})[0] == 404
    assert as_("top").post(revoke, {"why": "还要再核实"})[0] == 200
    (row,) = as_("editor").get(f"cases/{case.number}/forms")[1]["speaking"]
    assert (row["valid"], row["revoked_why"]) == (False, "还要再核实")


def test_an_expert_and_an_interview_need_a_second_person(cast: Cast, as_: As, case: Case) -> None:
    """C8.7"""
    expert = as_("office").post(f"cases/{case.number}/experts", EXPERT)[1]
    assert expert["lacks"]
    checked = {"free": True, "statement": LOOKED}
    assert as_("office").post(f"experts/{expert['id']}/check", checked)[1]["code"] == "second_person"
    assert as_("legal").post(f"experts/{expert['id']}/check", checked)[1]["lacks"] == []
    assert as_("editor").post(f"experts/{expert['id']}/drop", {"why": "时间不合适"})[1]["dropped"] is True
    told = {"outlet": "鞍山日报", "outline": "一、中断的经过和原因。"}
    row = as_("office").post(f"cases/{case.number}/interviews", told)[1]
    assert as_("office").post(f"interviews/{row['id']}/review", {"ok": True})[1]["code"] == "second_person"
    assert as_("legal").post(f"interviews/{row['id']}/review", {"ok": True})[1]["outline_reviewed"] is True
    assert as_("editor").post(f"interviews/{row['id']}/drop", {"why": "媒体改期"})[1]["dropped"] is True
    assert (
        as_("editor").post(f"cases/{case.number}/interviews", told | {"outlet": "鞍山日报王记者"})[1]["code"]
        == "no_person"
    )


def test_a_conference_is_planned_prepared_and_cancelled_and_held_only_with_a_file(
    cast: Cast, as_: As, case: Case
) -> None:
    word = authorised(cast, case)
    address = f"cases/{case.number}/conferences"
    assert as_("editor").post(address, PLAN | {"speaker": 999})[0] == 422
    status, row = as_("editor").post(address, PLAN | {"speaker": word.pk})
    assert (status, row["speaker"], row["state"]) == (200, "办公室副主任", "planned")
    own = f"conferences/{row['id']}"
    items = {"items": [{"question": "怎么算？", "answer": "顺延。"}]}
    assert as_("editor").post(f"{own}/prepare", items)[1]["prepared"] == items["items"]
    assert as_("editor").post(f"{own}/edit", PLAN | {"place": "二楼"})[1]["place"] == "二楼"
    assert as_("duty").post(f"{own}/cancel", {"why": "改为书面答复"})[1]["code"] == "not_permitted"
    assert as_("editor").client.post(f"/api/{own}/hold").status_code == 404
    assert as_("editor").post(f"{own}/cancel", {"why": "改为书面答复"})[1]["cancelled_why"] == "改为书面答复"
    assert as_("editor").get(own)[1]["lacks"] == []
    assert as_("works_head").get(own)[0] == 404
    assert PressConference.objects.get().held_at is None


def test_media_ask_and_are_answered(cast: Cast, as_: As, case: Case) -> None:
    """C1.4, C8.3"""
    told = {"outlet": "鞍山日报", "question": "几个项目受影响？", "asked_at": AT}
    row = as_("duty").post(f"cases/{case.number}/inquiries", told)[1]
    assert as_("duty").get(f"cases/{case.number}/forms")[1]["spoke_first"] is False
    answer = {"spoken_by": "department:某公司", "answer": "两个标段，均已顺延。"}
    assert as_("duty").post(f"inquiries/{row['id']}/answer", answer)[1]["code"] == "no_voice"
    done = as_("duty").post(f"inquiries/{row['id']}/answer", answer | {"spoken_by": LEAD})[1]
    assert done["answered_by"] == "交易中心信息技术部"


def test_a_filing_starts_its_clock_and_its_answer_stops_it(cast: Cast, as_: As, case: Case) -> None:
    """C3.1, §2.1"""
    told = {"channel": "petition", "reference": "信访〔2026〕31号", "filed_at": AT}
    assert as_("editor").post(f"cases/{case.number}/filings", told)[1]["code"] == "not_permitted"
    row = as_("office").post(f"cases/{case.number}/filings", told)[1]
    assert row["due_at"].startswith("2026-11-13")
    clocks = as_("office").get(f"cases/{case.number}")[1]["clocks"]
    assert "statutory" in [one["act"] for one in clocks]
    done = as_("office").post(f"filings/{row['id']}/answer", {"reference": "信访答复9号"})[1]
    assert done["answer_reference"] == "信访答复9号"
    assert Clock.objects.get(act="statutory").stopped_at is not None


@pytest.mark.parametrize(
    "address", ["experts/9/check", "experts/9/drop", "interviews/9/review", "inquiries/9/answer", "filings/9/answer",
                "conferences/9/edit", "speaking/9/revoke"]
)  # fmt: skip
def test_what_is_not_there_is_not_there_for_anybody(cast: Cast, as_: As, address: str) -> None:
    bodies = {
        "check": {"free": True, "statement": LOOKED}, "drop": {"why": "没有了吧"}, "review": {"ok": True},
        "answer": {"spoken_by": LEAD, "answer": "答复的话"}, "edit": PLAN, "revoke": {"why": "没有了吧"},
    }  # fmt: skip
    body: dict[str, Any] = bodies[address.rsplit("/", 1)[1]]
    body = {"reference": "9号"} if address.startswith("filings") else body
    before = LedgerEntry.objects.count()
    assert as_("office").post(address, body)[0] == 404
    assert LedgerEntry.objects.count() == before
