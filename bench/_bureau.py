"""A filled bureau for measurements: people at the desk, posts with their screenings, events, cases with clocks."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from path import stream

STEP: Final = 2_000
LEVELS: Final = ("L1", "L1", "L1", "L2", "L3", "L4")
_SEED: Final = 51


def people() -> dict[str, Any]:
    """A duty officer and whoever a warning climbs to, by role."""
    from huiying.kernel import clock
    from huiying.ledger.actions import Actor
    from huiying.people.actions import appoint
    from huiying.people.models import Department, User

    posts = (
        ("duty_officer", "BGS"), ("office_head", "BGS"), ("informant", "BGS"), ("division_head", "Z-XX"),
        ("deputy_leader", "BGS"), ("top_leader", "BGS"),
    )  # fmt: skip
    found = {}
    for role, code in posts:
        department = Department.objects.get(code=code)
        user = User.objects.create_user(role, role, None, department=department, joined_at=clock.now())
        appoint(user, role, department, is_deputy=False, actor=Actor.SYSTEM)
        found[role] = user
    return found


def fill(posts: int, events: int = 0, cases: int = 0) -> None:
    """`posts` over the last fortnight: each twentieth is a hit and stands in an event, some are suspects."""
    from django.db import transaction

    from huiying.judging.models import EventPost, Screening
    from huiying.kernel import clock
    from huiying.listening.models import Post
    from huiying.work.rows import insert

    now = clock.now()
    with transaction.atomic():
        stored = _events(events, now)
        _cases(stored[:cases], now)
    draw = random.Random(_SEED)
    given = stream(0.05, posts, _SEED)
    for chunk in _chunks(range(posts), STEP):
        with transaction.atomic():
            rows = [_post(Post, row, number, posts, now) for number, row in zip(chunk, given, strict=False)]
            insert(rows)
            screened = [_screening(Screening, row, draw) for row in rows]
            insert(screened)
            if stored:
                hits = [row for row, screening in zip(rows, screened, strict=True) if screening.band == "hit"]
                insert([_place(EventPost, stored[draw.randrange(len(stored))], row, now) for row in hits])
    _analyse()


def _chunks(numbers: Iterable[int], size: int) -> Iterator[list[int]]:
    every = iter(numbers)
    while chunk := list(islice(every, size)):
        yield chunk


def _post(model: Any, row: dict[str, Any], number: int, count: int, now: dt.datetime) -> Any:
    at = now - dt.timedelta(days=14) * (1 - (number + 1) / count)
    return model(
        platform=row["platform"], channel_class=row["channel_class"], kind="post", native_id=row["native_id"],
        text=row["text"], text_sha256=f"{number:064d}", received_at=at, published_at=at, batch="bench",
        received_how="import", screened=True, metrics=row["metrics"],
    )  # fmt: skip


def _screening(model: Any, post: Any, draw: random.Random) -> Any:
    is_hit = post.text.startswith("鞍山")
    band = "hit" if is_hit else "suspect" if draw.random() < 1 / 30 else "out"
    return model(
        post=post, band=band, score=draw.random(), rules=[f"K{draw.randrange(73):03d}"] if is_hit else [],
        lead="Z-XX" if is_hit else "", concern=draw.choice(("投诉", "疑虑", "咨询")) if is_hit else "",
        level=draw.choice(LEVELS) if is_hit else "", ruleset="bench@1", screened_at=post.received_at,
        cleared="" if draw.random() < 0.01 else "out" if band == "suspect" else "",
        reasons=["命中 K001 基准：「鞍山」"] if is_hit else ["文中没有地名，来源地区未掌握"],
    )  # fmt: skip


def _place(model: Any, event: Any, post: Any, now: dt.datetime) -> Any:
    return model(event=event, post=post, stream_no=event.stream_no, stood_at=now)


def _events(count: int, now: dt.datetime) -> list[Any]:
    from huiying.judging.models import Event
    from huiying.work.rows import insert

    draw = random.Random(_SEED)
    rows = [
        Event(
            number=f"E20260914-{number}", stream_no=number, title=f"鞍山第{number}件事：保证金不退，打电话没人接",
            state=draw.choice(("open", "noted", "noted", "noted", "dismissed")), opened_at=now, first_known_at=now,
            last_post_at=now - dt.timedelta(minutes=draw.randrange(20_000)), posts_count=draw.randrange(1, 40),
            platforms_count=2, lead="Z-XX", concern=draw.choice(("投诉", "疑虑", "咨询")),
            suggested_level=draw.choice(LEVELS), reasons=["命中 K001 基准：「鞍山」"] * 5,
        )
        for number in range(1, count + 1)
    ]  # fmt: skip
    insert(rows)
    return rows


def _cases(events: list[Any], now: dt.datetime) -> None:
    from huiying.handling.calling import chain_of
    from huiying.handling.models import Case, CaseDepartment, Clock
    from huiying.people.queries import office, regulation_at
    from huiying.work.rows import insert, rewrite

    if not events:
        return
    version, regulation = regulation_at(now)
    cases = [
        Case(
            number=f"20260914-{number:05d}", event=event, title=event.title, state="handling",
            level=event.suggested_level, is_provisional=False, first_known_at=now, regulation=version, opened_at=now,
        )
        for number, event in enumerate(events, start=1)
    ]  # fmt: skip
    insert(cases)
    for event in events:
        event.state = "cased"
    rewrite(events, ["state"])
    lead, chain, day = office(), chain_of(cases[0], regulation), dt.timedelta(days=1)
    insert([CaseDepartment(case=case, department=lead, role="lead", since=now, reason="基准") for case in cases])
    insert([
        Clock(
            case=case, act="respond", is_legal=True, layer="bench", level="L1", policy={}, source="基准", basis="基准",
            explanation="基准", started_at=now, due_at=now + day, chain=chain, warn_points=[], next_action_at=now + day,
        )
        for case in cases
    ])  # fmt: skip


def _analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
