"""Many posts at once: one transaction from post to event, with a second process that looks ahead (C5.16, INV-1)."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model

from cast import Cast
from huiying.engine import normalise
from huiying.engine.post import Post as Given
from huiying.judging import commands, engines, pipeline, reading
from huiying.judging.actions import desk
from huiying.judging.models import Event, EventPost, Screening, VoiceTag, Warning, WatchHit
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import imports, receive
from huiying.listening.models import Post
from huiying.work.models import Job
from lines_of import parsed, post, write
from stream_of import COMPLAINT, LIFE, OTHER, PRAISE
from unsalted import unsalted

CHATTER = "今天早上同事小组做了一锅红烧排骨，味道真不错，明年还想再来"
UNSURE = "围标了，评标结果有猫腻，保证金不退"
MASKED = "鞍山保证金不退，打 13812345678 找我 //@老李同志:交易中心没人管"


def given() -> list[Given]:
    """Hits, suspects, what is put aside, a danger to life, a text with personal data, one post twice, a later text."""
    texts = [COMPLAINT, CHATTER, OTHER, f"{COMPLAINT}！", PRAISE, LIFE, MASKED, "台安的招标怎么没人管", CHATTER[:20]]
    posts = [parsed(f"p{number}", text, voice=f"v{number % 3}") for number, text in enumerate(texts)]
    posts.append(parsed("unsure", UNSURE, region="", voice="v1"))
    return [*posts, posts[0], parsed("p1", f"{CHATTER}，又来"), parsed("p0", f"{COMPLAINT}，三天了", voice="v0")]


def take(judging: Any, posts: list[Given]) -> None:
    receive(posts, how="import", actor=Actor.SYSTEM, batch="one", judging=judging)


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """What stands in the tables, without the keys of voices and the digests' salts."""
    whole = {model: [field.attname for field in model._meta.concrete_fields] for model in (Screening, EventPost)}
    events = [f.attname for f in Event._meta.concrete_fields if f.attname != "sealed_key"]
    posts = [f.attname for f in Post._meta.concrete_fields if f.attname not in ("sealed_voice", "sealed_text")]
    entries = LedgerEntry.objects.exclude(chain="system").order_by("id")
    return {
        "posts": list(Post.objects.order_by("id").values_list(*posts)),
        "voices kept": list(Post.objects.filter(sealed_voice__isnull=False).values_list("native_id")),
        "texts sealed": list(Post.objects.filter(sealed_text__isnull=False).values_list("native_id")),
        **{model.__name__: list(model.objects.order_by("id").values_list(*names)) for model, names in whole.items()},
        "events": list(Event.objects.order_by("id").values_list(*events)),
        "hits": list(WatchHit.objects.order_by("id").values_list("post", "rule", "version", "places", "at")),
        "tags": [(VoiceTag.objects.filter(event=event).count(),) for event in Event.objects.order_by("id")],
        "warnings": list(Warning.objects.order_by("id").values_list("event", "level", "trigger", "recipients", "at")),
        "calls": list(Job.objects.filter(kind="urgent_call").values_list("payload", "idempotency_key")),
        "ledger": [(e.chain, e.seq, e.kind, unsalted(e.payload)) for e in entries],
    }


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done in the block is undone, its numbers too where the database counts them in the transaction."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    engines.engine().reset()


def in_two_steps(posts: list[Given]) -> None:
    receive(posts, how="import", actor=Actor.SYSTEM, batch="one")
    while pipeline.judge_pending().screened:
        pass


def _table(model: type[Model]) -> str:
    return model._meta.db_table


def _sequence(table: str) -> str:
    return f"pg_get_serial_sequence('{table}', 'id')"


def _one(sql: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


@pytest.fixture
def one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are made again after a rollback get the same numbers on both databases, none that was given before."""
    from django.db import connection

    models = (Post, Screening, EventPost, Event, WatchHit, VoiceTag, Warning, Job, LedgerEntry)
    counted = connection.vendor == "postgresql"  # outside of transactions, so that a rollback gives no number back
    begin = {table: _one(f"SELECT nextval({_sequence(table)})") for table in map(_table, models) if counted}

    def again() -> None:
        for table, number in begin.items():
            _one(f"SELECT setval({_sequence(table)}, greatest(max(id), {number})) FROM {table}")

    reset = engines.Judge.reset
    monkeypatch.setattr(engines.Judge, "reset", lambda judge: (reset(judge), again())[0])


def test_what_is_judged_at_once_stands_in_the_tables_as_in_two_steps(staff: Cast, one_number: None) -> None:
    engines.engine().reset()
    with undone():
        in_two_steps(given())
        wanted = rows()
    with undone():
        take(reading.AtOnce(), given())
        found = rows()
        assert Job.objects.filter(kind="judge").count() == 0, "nothing waits to be judged"
    assert len(wanted["events"]) >= 2
    assert {row[2] for row in wanted["Screening"]} == {"hit", "suspect", "out"}
    aside = [name for name in wanted if wanted[name] != found[name]]
    assert not aside, [(wanted[name], found[name]) for name in aside]


def test_a_judgement_that_fails_leaves_the_posts_stored_and_waiting(
    staff: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("the engine is ill")

    with monkeypatch.context() as ill:
        ill.setattr(pipeline, "join", broken)
        take(reading.AtOnce(), given())
    assert Post.objects.filter(screened=False).count() == Post.objects.count() == 12
    assert Job.objects.filter(kind="judge").exists()
    assert Post.objects.filter(sealed_voice__isnull=False).count() == 11, "voices are kept until they are counted"
    while pipeline.judge_pending().screened:
        pass
    assert Event.objects.count() >= 2


def test_posts_that_came_earlier_and_still_wait_go_first(staff: Cast) -> None:
    receive([parsed("early", COMPLAINT)], how="import", actor=Actor.SYSTEM)
    take(reading.AtOnce(), [parsed("late", OTHER)])
    assert Post.objects.filter(screened=False).count() == 2
    pipeline.judge_pending()
    assert list(EventPost.objects.order_by("id").values_list("post__native_id", flat=True)) == ["early", "late"]


def test_a_post_that_was_put_aside_counts_whole_when_a_person_puts_it_on_the_desk(staff: Cast) -> None:
    take(reading.AtOnce(), [parsed("p", CHATTER, metrics={"reads": 900}, outlet_tier=3)])
    screening = Screening.objects.get()
    assert (screening.band, screening.figures) == ("out", {})
    desk.clear_suspect(screening, Screening.HIT, staff.duty)
    screening.refresh_from_db()
    event = Event.objects.get()
    assert screening.figures["tier"] == event.tally["tier"] == 3
    assert (event.tally["totals"], event.tally["criticism"]) == ({"reads": 900}, [0, 1])


def test_a_text_is_folded_once_from_the_door_to_its_place(staff: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    take(reading.AtOnce(), [parsed("first", OTHER)])  # the rules are compiled
    passes: list[str] = []
    once = normalise._normalised
    monkeypatch.setattr(normalise, "_normalised", lambda text: passes.append(text) or once(text))
    texts = [f"{COMPLAINT}，第二遍", f"{CHATTER}，第二遍"]
    take(reading.AtOnce(), [parsed(f"p{number}", text) for number, text in enumerate(texts)])
    assert [passes.count(text) for text in texts] == [1, 1]


def test_a_second_process_takes_the_same_looks(staff: Cast, one_number: None) -> None:
    engines.engine().catch_up()
    with undone():
        in_two_steps(given())
        wanted = rows()
    engines.engine().catch_up()
    with undone(), reading.Reader() as reader:
        looks = [looks for _chunk, looks in reader.ahead([given()], list)]
        assert [len(found or ()) for found in looks] == [len(given())]
        take(reader, given())
        found = rows()
    aside = [name for name in wanted if wanted[name] != found[name]]
    assert not aside, [(wanted[name], found[name]) for name in aside]


def test_looks_by_rules_that_are_no_longer_in_force_are_taken_again(
    staff: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines.engine().catch_up()
    asked: list[int] = []
    screen = engines.Judge.screen
    monkeypatch.setattr(engines.Judge, "screen", lambda judge, posts: asked.append(len(posts)) or screen(judge, posts))
    with reading.Reader() as reader:
        ((_chunk, looks),) = reader.ahead([[parsed("a", COMPLAINT)]], list)
        assert looks is not None
        old = [
            type(look)(look.post, look.in_danger, {**look.found, "band": "out"}, ("another", "", 0)) for look in looks
        ]
        monkeypatch.setattr(reader, "ahead", lambda chunks, posts_of: ((chunk, old) for chunk in chunks))
        take(reader, [parsed("a", COMPLAINT)])
    assert asked == [1]
    assert Screening.objects.get().band == "hit"


def test_a_reading_process_that_dies_costs_no_post(staff: Cast) -> None:
    engines.engine().catch_up()
    chunks = [[parsed(f"{n}-{m}", f"{COMPLAINT}，第{n}{m}回") for m in range(3)] for n in range(4)]
    taken: list[bool] = []
    with reading.Reader() as reader:
        for number, (chunk, looks) in enumerate(reader.ahead(chunks, list)):
            taken.append(looks is not None)
            if number == 0:
                assert reader.child.pid is not None
                os.kill(reader.child.pid, signal.SIGKILL)
            receive(chunk, how="import", actor=Actor.SYSTEM, judging=reading.AtOnce())
    assert taken[0]
    assert not all(taken)
    assert taken[-1], "another child takes over"
    assert Post.objects.filter(screened=True).count() == 12


def test_a_large_file_is_read_by_a_second_process(staff: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGE", 0)
    monkeypatch.setattr(reading.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(imports, "CHUNK", 3)
    engines.engine().catch_up()
    screened_here: list[int] = []
    monkeypatch.setattr(engines.Judge, "screen", lambda _judge, posts: screened_here.append(len(posts)))
    texts = [f"{COMPLAINT}，第{number}回" if number % 2 else f"{CHATTER}，第{number}回" for number in range(8)]
    file = write(tmp_path / "large.jsonl", [post(f"p{number}", text) for number, text in enumerate(texts)] + ["{"])
    told = commands.ingest([file])
    assert (told["received"], told["new"], told["in_scope"], len(told["rejected"])) == (9, 8, 4, 1)
    assert screened_here == []
    assert Post.objects.filter(screened=True).count() == 8
