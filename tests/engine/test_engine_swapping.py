"""New rules take the old ones' place at once and without a pause; what cannot be used changes nothing (C5.11)."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from huiying.engine import facade
from huiying.engine.facade import Engine, Rules
from huiying.engine.grading import GradingModel
from huiying.engine.rules import RuleError, RuleSet, rules_from

POST = {"native_id": "1", "text": "某地有人唱双簧", "own_channel": True}


def data(word: str, version: str = "1") -> dict[str, Any]:
    rule = {"id": "R1", "expression": word, "sensitivity": 1, "lead": "A"}
    return {"place": "某地", "version": version, "departments": {"A": "甲处"}, "rules": [rule]}


def engine() -> Engine:
    return Engine(rules_from(data("围标"), name="mine.json"))


def screened(door: Engine) -> dict[str, Any]:
    return door.handle({"op": "screen", "posts": [POST]})["screened"][0]


def test_the_answer_names_the_rules_that_judged_and_where_they_hit():
    door = engine()
    assert (screened(door)["rules"], screened(door)["ruleset"]) == ([], "mine.json@1")
    assert door.handle({"op": "rules", "data": data("唱双簧", "2"), "name": "mine.json"}) == {"ok": True, "rules": 1}
    after = screened(door)
    assert (after["rules"], after["ruleset"]) == (["R1"], "mine.json@2")
    assert after["hits"] == [{"rule": "R1", "version": "2", "terms": [[1, 4, 7]]}]


def test_the_stream_goes_on_under_new_rules():
    door = engine()
    long = {**POST, "text": "某地有人唱双簧，评标那天两家的报价只差三块钱，谁来管一管"}
    door.handle({"op": "observe", "posts": [long]})
    door.handle({"op": "rules", "data": data("唱双簧"), "name": "x"})
    assert door.handle({"op": "ping"}) == {"ok": True, "rules": 1, "posts": 1}
    again = door.handle({"op": "observe", "posts": [{**long, "native_id": "2"}]})
    assert again["assigned"][0]["duplicate_of"] == "1"


@pytest.mark.parametrize("wrong", [None, [], {}, {**data("围标"), "rules": [{"id": "R1"}]}, data("围标 AND")])
def test_rules_that_cannot_be_used_are_refused_and_the_old_ones_stay(wrong):
    door = engine()
    answer = door.handle({"op": "rules", "data": wrong, "name": "x"})
    assert not answer["ok"]
    assert answer["error"]
    assert screened(door)["ruleset"] == "mine.json@1"


def test_while_new_rules_are_compiled_the_old_ones_go_on_judging(monkeypatch):
    """The compiling thread is held: posts are judged meanwhile, and by the new rules as soon as it is let go."""
    held, begun, done = threading.Event(), threading.Event(), threading.Event()

    def slow(given: Any, *, name: str) -> RuleSet:
        begun.set()
        assert held.wait(30)
        made = rules_from(given, name=name)
        done.set()
        return made

    door = engine()
    monkeypatch.setattr(facade, "rules_from", slow)
    answer = door.handle({"op": "rules", "data": data("唱双簧", "2"), "name": "mine.json", "wait": False})
    assert answer == {"ok": True, "rules": None}
    assert begun.wait(30)
    assert [screened(door)["ruleset"] for _ in range(3)] == ["mine.json@1"] * 3
    held.set()
    assert done.wait(30)
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.daemon and thread.name.startswith("Thread"):
            thread.join(30)
    assert screened(door)["ruleset"] == "mine.json@2"


def test_of_two_swaps_the_one_asked_for_later_stays(monkeypatch):
    """A large older set that compiles longer must not come back over a newer one."""
    rules = Rules(rules_from(data("围标"), name="x"), GradingModel())
    held = threading.Event()

    def slow(given: Any, *, name: str) -> RuleSet:
        if given["version"] == "old":
            assert held.wait(30)
        return rules_from(given, name=name)

    monkeypatch.setattr(facade, "rules_from", slow)
    late = threading.Thread(target=lambda: rules.swap(data("甲乙", "old"), "x", wait=True))
    late.start()
    while rules._asked < 1:
        pass
    rules.swap(data("丙丁", "new"), "x", wait=True)
    held.set()
    late.join(30)
    assert rules.current[1] == "x@new"
    assert rules.ruleset.version == "new"


def test_a_batch_keeps_the_rules_that_it_began_with():
    rules = Rules(rules_from(data("围标"), name="x"), GradingModel())
    screener, label = rules.current
    rules.swap(data("唱双簧", "2"), "x", wait=True)
    assert label == "x@1"
    assert rules.current[0] is not screener
    with pytest.raises(RuleError):
        rules.swap({}, "x", wait=True)
    assert rules.current[1] == "x@2"
