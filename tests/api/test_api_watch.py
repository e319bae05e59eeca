"""Watch rules over REST: list, trying, words, and changes that two persons make (C5.11, C5.16)."""

from __future__ import annotations

import pytest

from huiying.judging import watchbook
from huiying.judging.models import WatchProposal
from stream_of import bring

WHY = "近来都这样说，现有规则听不见"
ADD = {
    "rule": "B001",
    "action": "add",
    "body": {"name": "唱双簧", "group": "工程", "expression": "唱双簧", "sensitivity": 3, "lead": "JDC"},
}


def test_rules_come_with_their_figures(as_):
    (post,) = bring("鞍山这个项目围标了")
    duty = as_("duty")
    assert duty.post(f"watch/posts/{post.pk}/verdict", {"relevant": False})[0] == 200
    status, rows = duty.get("watch/rules")
    assert status == 200
    assert len(rows) == 73
    found = next(row for row in rows if row["rule"] == "K010")
    assert (found["hits"], found["right"], found["wrong"], found["precision"]) == (1, 0, 1, 0.0)
    silent = next(row for row in rows if row["rule"] == "K067")
    assert (silent["hits"], silent["precision"], silent["to_review"]) == (0, None, True)
    status, reviewed = duty.post("watch/rules/K067/reviewed", {"note": "水权交易旺季未到"})
    assert (status, reviewed["to_review"]) == (200, False)


def test_a_change_takes_two_persons(as_):
    duty, office = as_("duty"), as_("office")
    status, made = duty.post("watch/proposals", {"changes": [ADD], "reason": WHY})
    assert status == 200
    assert (made["state"], made["effective_no"]) == ("open", None)
    assert [one["id"] for one in office.get("watch/proposals")[1]] == [made["id"]]
    assert duty.post(f"watch/proposals/{made['id']}/agree")[0] == 409
    status, agreed = office.post(f"watch/proposals/{made['id']}/agree")
    assert (status, agreed["state"], agreed["effective_no"]) == (200, "agreed", 1)
    assert agreed["changes"][0]["version"] == "b1"
    _status, rule = office.get("watch/rules/B001")
    assert (rule["version"], rule["proposals"][0]["decided_by"]) == ("b1", "办公室主任")
    assert office.get("watch/proposals")[1] == []


def test_a_change_says_only_what_changes(as_):
    row = watchbook.rows_now()["K010"]
    change = {"rule": "K010", "action": "change", "body": {"expression": "围标 OR 串标"}}
    _status, made = as_("duty").post("watch/proposals", {"changes": [change], "reason": WHY})
    assert made["changes"][0]["body"] == {**watchbook.body_of(row), "expression": "围标 OR 串标"}
    status, _ = as_("duty").post(f"watch/proposals/{made['id']}/withdraw")
    assert status == 200
    assert WatchProposal.objects.get().state == "withdrawn"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"changes": [], "reason": WHY}, 422),
        ({"changes": [{**ADD, "action": "replace"}], "reason": WHY}, 422),
        ({"changes": [{**ADD, "account": "某"}], "reason": WHY}, 422),
        ({"changes": [{**ADD, "body": {**ADD["body"], "author": "某"}}], "reason": WHY}, 422),
        ({"changes": [{**ADD, "body": {**ADD["body"], "expression": "@某"}}], "reason": WHY}, 409),
        ({"changes": [ADD], "reason": "改"}, 409),
        ({"changes": [{"rule": "B002", "action": "add"}], "reason": WHY}, 409),
    ],
)
def test_what_cannot_be_proposed_is_refused(as_, body, status):
    """INV-10: no field and no word of a rule speaks of a person."""
    assert as_("duty").post("watch/proposals", body)[0] == status
    assert not WatchProposal.objects.exists()


def test_trying_says_which_clause_stands_where(as_):
    bring("鞍山这个项目围标了")
    legal = as_("legal")
    asked = {"texts": ["有人围*标", "好天气"], "rule": "K010"}
    status, found = legal.post("watch/try", asked)
    assert status == 200
    first, second = found["tried"]
    assert first["hits"][0]["rule"] == "K010"
    assert first["clauses"][0]["terms"] == [{"term": "围标", "start": 2, "end": 5, "quote": "围*标"}]
    assert (first["fires"], second["fires"], second["hits"]) == (True, False, [])
    assert found["would_change"] is None
    _status, other = legal.post("watch/try", {**asked, "expression": "陪标"})
    assert other["would_change"]["looked_at"] == 1
    assert len(other["would_change"]["lost"]) == 1
    for wrong in ({**asked, "expression": "陪标 AND"}, {**asked, "rule": "K999"}, {"texts": []}):
        assert legal.post("watch/try", wrong)[0] == 422


def test_words_are_translated_and_nothing_is_stored(as_):
    status, found = as_("duty").post("watch/words", {"words": "围标\n!游戏\n\n/黑话\\d/"})
    assert status == 200
    assert found["rules"] == [{"rule": "TR001", "name": "围标", "expression": "围标 AND NOT 游戏", "line": 1}]
    assert {(note["line"], note["kind"]) for note in found["notes"]} == {(4, "lost")}
    assert not WatchProposal.objects.exists()


def test_a_verdict_on_what_no_rule_hit_is_refused(as_):
    (post,) = bring("今天公园的花开了")
    assert as_("duty").post(f"watch/posts/{post.pk}/verdict", {"relevant": True})[0] == 409
    assert as_("duty").post("watch/posts/999999/verdict", {"relevant": True})[0] == 404


def test_refusing_keeps_the_rules(as_):
    _status, made = as_("duty").post("watch/proposals", {"changes": [ADD], "reason": WHY})
    status, refused = as_("deputy").post(f"watch/proposals/{made['id']}/refuse", {"note": "说得太宽"})
    assert (status, refused["state"], refused["note"]) == (200, "refused", "说得太宽")
    assert "B001" not in watchbook.rows_now()
