"""The engine's one door, in this process and in the child (DESIGN: engine in a child process)."""

from __future__ import annotations

import io
import itertools
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings, strategies as st

from huiying.engine import client
from huiying.engine.child import main, serve
from huiying.engine.client import EngineDied, EngineProcess
from huiying.engine.facade import MAX_BATCH, Engine
from huiying.engine.rules import load_rules

POSTS = [
    {"native_id": "A", "text": "鞍山有人围标，谁管管这个项目", "published_at": "2026-06-01T08:00:00+08:00"},
    {"native_id": "B", "text": "转：鞍山有人围标，谁管管这个项目", "published_at": "2026-06-01T09:00:00+08:00"},
]


@pytest.fixture
def engine() -> Engine:
    return Engine(load_rules("anshan"))


def test_each_op_answers_in_json(engine):
    screened = engine.handle({"op": "screen", "posts": POSTS})
    observed = engine.handle({"op": "observe", "posts": POSTS})
    graded = engine.handle({"op": "grade", "figures": {"reads": 1000, "sensitivity": 5}, "channel_class": "论坛"})
    assert engine.handle({"op": "ping"}) == {"ok": True, "rules": 73, "posts": 2}
    assert [row["band"] for row in screened["screened"]] == ["hit", "hit"]
    assert observed["assigned"][1]["duplicate_of"] == "A"
    assert graded["grade"]["level"] in ("一般", "较大")
    for answer in (screened, observed, graded):
        assert json.loads(json.dumps(answer, allow_nan=False)) == answer


def test_one_bad_post_never_costs_its_batch(engine):
    answer = engine.handle({"op": "screen", "posts": [POSTS[0], {"native_id": "X"}, POSTS[1]]})
    assert answer["ok"]
    assert answer["screened"][1]["id"] == "X"
    assert "text" in answer["screened"][1]["error"]
    assert [row["id"] for row in answer["screened"]] == ["A", "X", "B"]


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"op": "delete"},
        {"op": ["screen"]},
        {"op": "screen"},
        {"op": "screen", "posts": [1]},
        {"op": "screen", "posts": [{}] * (MAX_BATCH + 1)},
        {"op": "remember", "rows": [{"post": POSTS[0], "event": 0, "duplicate_of": None}]},
        {"op": "remember", "rows": [{"post": POSTS[0], "event": 1, "duplicate_of": 5}]},
        {"op": "remember", "rows": [{"post": 1, "event": 1, "duplicate_of": None}]},
        {"op": "remember", "rows": [{"post": {}, "event": 1, "duplicate_of": None}]},
        {"op": "grade", "figures": {"author": 1}},
        {"op": "grade", "figures": {"reads": -1}},
        {"op": "grade", "figures": {"casualty": 1}},
        {"op": "grade"},
    ],
)
def test_a_request_that_makes_no_sense_is_answered_in_words(engine, request_):
    answer = engine.handle(request_)
    assert answer["ok"] is False
    assert "应为" in answer["error"] or "不超过" in answer["error"]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_NAMES = st.sampled_from(["text", "title", "metrics", "extra", "outlet_tier", "region", "published_at", "seen_at"])
_HAND = st.fixed_dictionaries({"grading": st.dictionaries(st.sampled_from(["plat", "neg", "hours", "tier"]), _VALUES)})


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(_NAMES, _VALUES | _HAND, max_size=5))
def test_no_post_whatever_it_holds_breaks_the_door(fields):
    door = Engine(load_rules("sixian"))
    post = {"native_id": "A", "text": "泗县以旧换新骗补", **fields}
    for op in ("screen", "observe"):
        answer = door.handle({"op": op, "posts": [post, POSTS[0]]})
        assert answer["ok"]
        json.dumps(answer, allow_nan=False)


def test_remembering_through_the_door_continues_the_stream(engine):
    first = engine.handle({"op": "observe", "posts": POSTS[:1]})["assigned"][0]
    restarted = Engine(load_rules("anshan"))
    row = {"post": POSTS[0], "event": first["event"], "duplicate_of": None}
    assert restarted.handle({"op": "remember", "rows": [row]}) == {"ok": True, "remembered": 1}
    again = {"op": "observe", "posts": POSTS[1:]}
    assert restarted.handle(again) == engine.handle(again)


def test_the_server_answers_bad_lines_and_ends_with_its_input(engine):
    answers = io.BytesIO()
    serve(engine, io.BytesIO(b'nonsense\n{"op": "ping", "n": 4}\n[1]\n{"op": "pi'), answers)
    told = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert [answer["ok"] for answer in told] == [False, True, False]
    assert told[1]["n"] == 4


def test_a_child_with_an_unknown_rule_file_ends_with_two(capsys):
    assert main(["--rules", "nowhere"]) == 2
    assert "规则文件" in capsys.readouterr().err
    assert main(["--grading", '{"weights": {}}']) == 2


def test_the_child_ends_when_its_pipe_closes():
    with subprocess.Popen(
        [sys.executable, "-m", "huiying.engine.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b'{"op": "ping"}\n')
        child.stdin.flush()
        assert json.loads(child.stdout.readline())["ok"]
        child.stdin.close()
        assert child.wait(timeout=20) == 0


def test_the_process_answers_like_the_engine(engine):
    with EngineProcess() as process:
        for request in (
            {"op": "screen", "posts": POSTS},
            {"op": "observe", "posts": POSTS},
            {"op": "grade", "figures": {"sensitivity": 5}},
            {"op": "nothing"},
        ):
            assert process.handle(request) == engine.handle(request)
        pid = process.pid
    assert pid is not None
    assert process.pid is None


def test_a_dead_child_is_replaced_and_the_log_replayed():
    log: list[dict[str, object]] = []

    def replay(handle):
        handle({"op": "remember", "rows": log})

    with EngineProcess(on_start=replay) as process:
        first = process.handle({"op": "observe", "posts": POSTS[:1]})["assigned"][0]
        log.append({"post": POSTS[0], "event": first["event"], "duplicate_of": None})
        assert process._child is not None
        process._child.kill()
        process._child.wait()
        second = process.handle({"op": "observe", "posts": POSTS[1:]})["assigned"][0]
        assert process.starts == 2
    assert (second["event"], second["duplicate_of"]) == (first["event"], "A")


def test_a_booted_child_hears_the_log_before_its_first_request_and_not_before():
    heard: list[str] = []

    with EngineProcess(on_start=lambda _handle: heard.append("log")) as process:
        process.boot()
        pid = process.pid
        assert pid is not None
        process.boot()
        assert (process.pid, process.starts, heard) == (pid, 1, [])
        assert process.handle({"op": "ping"})["ok"] is True
        process.handle({"op": "ping"})
        assert (process.pid, process.starts, heard) == (pid, 1, ["log"])


def test_a_silent_child_is_ended_and_named(monkeypatch):
    process = EngineProcess(seconds=0.2)
    process._command = [sys.executable, "-c", "import sys; sys.stdin.readline(); sys.stdin.read()"]
    with pytest.raises(EngineDied, match="没有应答"):
        process.handle({"op": "ping"})
    assert process.pid is None


ANSWER = '{"n": 1, "ok": true}'
LATE = f"import sys, threading; sys.stdin.readline(); threading.Event().wait(0.7); print({ANSWER!r}, flush=True)"


def on_a_busy_machine(monkeypatch: pytest.MonkeyPatch, a_look: float) -> EngineProcess:
    """A child that answers after three stretches; at each look it has had `a_look` seconds more of the processor."""
    had = itertools.count()
    monkeypatch.setattr(client, "spent", lambda _pid: next(had) * a_look)
    process = EngineProcess(seconds=0.2)
    process._command = [sys.executable, "-c", LATE]
    return process


def test_a_child_that_starts_slowly_on_a_busy_machine_is_waited_for(monkeypatch, caplog):
    with on_a_busy_machine(monkeypatch, 0.03) as process:
        assert process.handle({"op": "ping"}) == {"ok": True}
    assert "机器忙" in caplog.text


def test_a_child_that_computes_without_end_is_ended(monkeypatch):
    with on_a_busy_machine(monkeypatch, 0.5) as process, pytest.raises(EngineDied, match="没有应答"):
        process.handle({"op": "ping"})


def test_the_processor_time_of_a_process_is_read():
    while time.process_time() < 0.1:
        sum(range(1000))
    assert 0.05 < client.spent(os.getpid()) <= sum(os.times()[:2]) + 0.05
    assert client.spent(0) == 0.0


def test_a_child_that_dies_under_a_request_is_named():
    process = EngineProcess()
    process._command = [sys.executable, "-c", "import sys; sys.stdin.readline()"]
    with pytest.raises(EngineDied, match="已退出"):
        process.handle({"op": "ping"})
    process.close()


WARM = """
import sys
from huiying.engine.facade import Engine
from huiying.engine.rules import load_rules
engine = Engine(load_rules("anshan"))
kernels = "huiying.engine.kernels.step"
before = kernels in sys.modules and bool(sys.modules[kernels].place.signatures)
assert engine.handle({"op": "warm"}) == {"ok": True}
signatures = len(sys.modules[kernels].place.signatures)
assert signatures
print(before, kernels in sys.modules, engine.handle({"op": "ping"})["posts"], engine.handle({"op": "observe", "posts": [
    {"native_id": "A", "text": "鞍山有人围标", "published_at": "2026-06-01T08:00:00+08:00"}]})["assigned"][0]["event"])
assert len(sys.modules[kernels].place.signatures) == signatures, "the first post compiles nothing more"
"""


def test_a_warm_engine_has_its_kernels_and_remembers_nothing_of_it():
    done = subprocess.run([sys.executable, "-c", WARM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "False True 0 1\n"), done.stderr


def test_requests_are_begun_and_their_answers_asked_for_in_order():
    with EngineProcess() as process:
        first, second = process.begin({"op": "ping"}), process.begin({"op": "nonsense"})
        assert process.ended(first)["ok"] is True
        assert process.ended(second)["ok"] is False
        lost = process.begin({"op": "ping"})
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        while process.pid is not None:  # until it is gone
            pass
        later = process.begin({"op": "ping"})
        with pytest.raises(EngineDied):
            process.ended(lost)
        assert process.ended(later)["ok"] is True, "what the next child was asked is its own"


def test_a_look_is_the_screening_of_the_text_as_it_may_be_stored(engine):
    rows = [
        {"native_id": "1", "text": "鞍山交易中心的保证金不退，打 13812345678 找我", "region": "鞍山"},
        {"native_id": "2", "text": "再不退保证金我就从鞍山交易中心跳楼", "own_channel": True},
    ]
    told = engine.handle({"op": "look", "posts": rows, "now": "2026-09-14T02:00:00+00:00"})["looked"]
    masked = told[0].pop("masked")
    assert masked == ["", "鞍山交易中心的保证金不退，打 [电话] 找我", {}]
    assert told[0].pop("in_danger") is False
    assert engine.handle({"op": "screen", "posts": [{**rows[0], "text": masked[1]}]})["screened"] == [told[0]]
    assert (told[1]["in_danger"], told[1]["masked"]) == (True, None)
