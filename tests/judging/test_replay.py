"""Killed, rolled back or restarted: the tables equal those of an uninterrupted run (INV-1, INV-12)."""

import contextlib
import os
import random

import pytest
from django.db import transaction

from cast import Cast
from huiying.engine.client import EngineDied, EngineProcess
from huiying.judging import engines, pipeline
from huiying.judging.models import Event, EventPost, Screening
from huiying.ledger.actions import Actor
from huiying.listening.actions import receive
from huiying.listening.models import Post
from lines_of import parsed

TOPICS = (
    "鞍山公共资源交易中心保证金一直不退，第{n}次打电话没人接",
    "鞍山某中学操场翻新项目围标，评标结果第{n}页有猫腻",
    "鞍山公共资源交易平台又崩溃了，第{n}次登录不上，开标怎么办",
    "鞍山某医院核磁设备采购中标价贵，第{n}个问题没人回答",
)


def stock(count: int = 60) -> None:
    draw = random.Random(7)
    rows = [parsed(str(n), draw.choice(TOPICS).format(n=draw.randrange(9))) for n in range(count)]
    receive(rows, how="import", actor=Actor.SYSTEM)


def tables() -> list[tuple]:
    events = Event.objects.order_by("stream_no").values_list(
        "stream_no", "number", "posts_count", "suggested_level", "lead", "state"
    )
    places = EventPost.objects.order_by("post__native_id").values_list(
        "post__native_id", "event__number", "stream_no", "duplicate_of__native_id", "parent_evidence"
    )
    return [*events, *places, *Screening.objects.order_by("post__native_id").values_list("post__native_id", "band")]


def judged(limit: int) -> list[tuple]:
    while pipeline.judge_pending(limit).screened:
        pass
    return tables()


@pytest.fixture
def expected(staff: Cast) -> list[tuple]:
    """The tables of one run without any trouble."""
    with transaction.atomic():
        stock()
        result = judged(200)
        transaction.set_rollback(True)
    engines.use_in_process()
    assert EventPost.objects.count() == 0
    stock()
    return result


def test_the_size_of_batches_does_not_matter(expected: list[tuple]):
    assert judged(7) == expected


def test_an_engine_thrown_away_after_each_batch_gives_the_same(expected: list[tuple]):
    while pipeline.judge_pending(9).screened:
        engines.engine().reset()
    assert tables() == expected


def test_a_batch_that_fails_at_its_end_leaves_nothing_and_is_done_again(
    expected: list[tuple], monkeypatch: pytest.MonkeyPatch
):
    pipeline.judge_pending(20)
    before = tables()
    with monkeypatch.context() as broken:
        broken.setattr(pipeline, "settle", lambda *_: (_ for _ in ()).throw(RuntimeError("power cut")))
        with pytest.raises(RuntimeError):
            pipeline.judge_pending(20)
    assert tables() == before
    assert judged(20) == expected


def test_a_rollback_around_a_batch_is_noticed(expected: list[tuple]):
    pipeline.judge_pending(20)
    with transaction.atomic():
        pipeline.judge_pending(20)
        transaction.set_rollback(True)
    assert judged(20) == expected


def test_rows_that_another_process_wrote_are_learnt_first(expected: list[tuple]):
    pipeline.judge_pending(10)
    mine = engines.engine()
    engines._judge = engines.Judge()
    pipeline.judge_pending(10)
    engines._judge = mine
    mine._uncommitted = False  # as after a commit; the test's transaction never commits
    assert judged(10) == expected


def test_new_events_never_reuse_a_number_after_a_long_silence(staff: Cast, frozen: object):
    stock(20)
    judged(200)
    highest = Event.objects.order_by("-stream_no").first()
    assert highest is not None
    EventPost.objects.exclude(event=highest).update(stood_at="2026-01-01T00:00:00Z")
    engines.engine().reset()
    told = "鞍山菱镁矿采矿权挂牌，听说前置条件就是给某家写的，又要定向出让"
    receive([parsed("late", told)], how="import", actor=Actor.SYSTEM)
    pipeline.judge_pending()
    newest = EventPost.objects.get(post__native_id="late")
    assert newest.stream_no > highest.stream_no


def test_the_engine_in_a_process_of_its_own_gives_the_same_and_survives_its_death(expected: list[tuple]):
    judge = engines.use_process()
    try:
        pipeline.judge_pending(15)
        child = getattr(judge._door, "pid", None)
        assert isinstance(child, int)
        os.kill(child, 9)
        with contextlib.suppress(EngineDied):  # the request that meets the death is rolled back with its batch
            pipeline.judge_pending(15)
        assert judged(15) == expected
        assert getattr(judge._door, "pid", None) not in (None, child)
    finally:
        engines.use_in_process()
    assert Post.objects.filter(screened=False).count() == 0


def test_the_engine_starts_before_the_lock_is_taken_that_keeps_everybody_else_from_writing(
    expected: list[tuple], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start takes seconds, on a busy machine minutes; on the embedded database nobody signs in meanwhile."""
    order: list[str] = []
    start, lock = EngineProcess._start, pipeline.locked
    monkeypatch.setattr(EngineProcess, "_start", lambda self: (order.append("started"), start(self))[1])
    monkeypatch.setattr(pipeline, "locked", lambda *what: (order.append("locked"), lock(*what))[1])
    engines.use_process()
    try:
        assert judged(200) == expected
    finally:
        engines.use_in_process()
    assert order[:2] == ["started", "locked"]
    assert order.count("started") == 1


def test_a_child_that_waits_is_not_used_under_another_regulation_and_ends_with_the_engine(
    staff: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = engines.use_process()
    try:
        judge.boot()
        assert judge._booted is not None
        waiting = judge._booted[1]
        with monkeypatch.context() as other:
            other.setattr(engines, "made_of", lambda: ("anshan", {"weights": {}}))
            assert judge._fresh_child() is not waiting
        assert waiting.pid is None
        judge.boot()
        assert judge._booted is not None
        waiting = judge._booted[1]
        assert waiting.pid is not None
    finally:
        engines.use_in_process()
    assert waiting.pid is None
