"""Cases and their verbs over REST: the desk's verbs, refusals with their sentence (C7.1, C7.2, INV-7)."""

import pytest

from huiying.handling.models import Disposal, Finding


def test_a_case_shows_its_clocks_with_their_explanation_and_its_timeline(as_, routed):
    status, body = as_("tech_head").get(f"cases/{routed.number}")
    assert status == 200
    assert body["lead"] == "Z-XX"
    assert body["level"] == "一般"
    respond = next(clock for clock in body["clocks"] if clock["act"] == "respond")
    assert respond["due_at"] == "2026-09-16T02:00:00Z"
    assert respond["legal"] is True
    assert respond["explanation"]
    assert body["next_due"] <= respond["due_at"]
    kinds = [entry["kind"] for entry in body["timeline"]]
    assert "case.opened" in kinds
    assert body["timeline"] == sorted(body["timeline"], key=lambda entry: entry["at"])


def test_the_list_can_be_narrowed_by_state(as_, routed):
    assert as_("duty").get("cases", state=routed.state)[1]["items"][0]["number"] == routed.number
    assert as_("duty").get("cases", state="closed")[1] == {"count": 0, "items": []}


def test_the_lead_accepts_finds_and_disposes(as_, routed):
    tech = as_("tech_head")
    assert tech.post(f"cases/{routed.number}/accept") == (200, {"number": routed.number, "state": "handling"})
    found = {"facts": "19:40 起存储故障，文件没能上传。", "cause": "存储设备老化。", "impact": "三个标段顺延一天。"}
    assert tech.post(f"cases/{routed.number}/find", found)[0] == 200
    done = {"actions": "已更换设备，受影响的标段顺延。", "settled": True}
    assert tech.post(f"cases/{routed.number}/dispose", done)[0] == 200
    assert Finding.objects.get().facts == found["facts"]
    assert Disposal.objects.get().matter_settled is True


def test_a_disposal_without_a_finding_is_named(as_, routed):
    """C7.2: facts come before the disposal."""
    tech = as_("tech_head")
    tech.post(f"cases/{routed.number}/accept")
    status, body = tech.post(f"cases/{routed.number}/dispose", {"actions": "已更换设备，恢复正常。"})
    assert status == 422
    assert body["fields"][0]["field"] == "finding"
    assert tech.post(f"cases/{routed.number}/dispose", {"finding": 999, "actions": "已更换设备。"})[0] == 422


def test_a_refusal_is_409_with_its_sentence_and_changes_nothing(as_, routed):
    status, body = as_("duty").post(f"cases/{routed.number}/accept")
    assert status == 409
    assert "主办部门" in body["error"]
    assert body["code"] == "not_permitted"
    routed.refresh_from_db()
    assert routed.state == "assigned"


def test_a_department_returns_with_a_reason(as_, routed):
    tech = as_("tech_head")
    status, body = tech.post(f"cases/{routed.number}/return", {})
    assert (status, body["fields"]) == (422, [{"field": "reason", "error": "缺少这一项。"}])
    status, body = tech.post(f"cases/{routed.number}/return", {"reason": "上传故障属网络，应由网络管理处主办。"})
    assert (status, body["state"]) == (200, "returned")


def test_routing_names_departments_by_code(as_, case):
    office = as_("office")
    wrong = {"department": "XYZ", "joint": [], "reason": "系统运维由信息技术部主管"}
    status, body = office.post(f"cases/{case.number}/route", wrong)
    assert (status, body["fields"][0]["field"]) == (422, "department")
    status, body = office.post(f"cases/{case.number}/route", wrong | {"department": "Z-XX", "joint": ["WGC", "NO"]})
    assert (status, body["fields"][0]["field"]) == (422, "joint.1")
    assert office.post(f"cases/{case.number}/route", wrong | {"department": "Z-XX", "joint": ["WGC"]})[0] == 200
    assert office.get(f"cases/{case.number}")[1]["joint"] == ["WGC"]


@pytest.mark.parametrize("level", ["L2", "较大"])
def test_a_level_is_raised_by_code_or_word(as_, case, level: str):
    assert as_("duty").post(f"cases/{case.number}/confirm_level", {"level": level, "reason": "多家转载"})[0] == 200
    assert as_("duty").get(f"cases/{case.number}")[1]["level"] == "较大"


def test_an_unknown_level_is_named(as_, case):
    status, body = as_("duty").post(f"cases/{case.number}/confirm_level", {"level": "L9"})
    assert (status, body["fields"][0]["field"]) == (422, "level")
    assert "较大" in body["fields"][0]["error"]


def test_a_level_is_not_lowered_by_one_person(as_, case):
    """INV-7: down needs a second person and a reason."""
    as_("duty").post(f"cases/{case.number}/confirm_level", {"level": "L2", "reason": "多家转载"})
    status, body = as_("duty").post(f"cases/{case.number}/confirm_level", {"level": "L1", "reason": "不再转载"})
    assert status == 409
    assert body["error"]
    assert as_("duty").get(f"cases/{case.number}")[1]["level"] == "较大"


def test_nothing_is_submitted_or_released_before_there_is_a_draft(as_, routed):
    tech = as_("tech_head")
    tech.post(f"cases/{routed.number}/accept")
    for verb, body in (("submit", {}), ("release", {"channels": ["portal"]})):
        status, answer = tech.post(f"cases/{routed.number}/{verb}", body)
        assert status == 409
        assert answer["error"]


def test_a_misspelt_field_is_refused_not_lost(as_, routed):
    status, body = as_("tech_head").post(f"cases/{routed.number}/return", {"reason": "理由充分的退回", "resaon": "x"})
    assert status == 422
    assert body["fields"] == [{"field": "resaon", "error": "没有这一项，请删掉。"}]


@pytest.mark.parametrize(
    "body", ["{", "[]", '"x"', "null", '{"reason": 5}', '{"reason": ""}', '{"reason": "' + "字" * 2001 + '"}']
)
def test_any_unreadable_body_is_told_in_words(as_, routed, body: str):
    response = as_("tech_head").client.post(f"/api/cases/{routed.number}/return", body, content_type="application/json")
    assert response.status_code in (400, 422)
    assert any("\u4e00" <= char <= "\u9fff" for char in response.json()["error"])
    routed.refresh_from_db()
    assert routed.state == "assigned"
