"""Clocks: many live ones, 500 due at once, and the seconds until each was acted on: warned, called, written down.

Each database is made for the run and dropped after it: PostgreSQL on this machine (100 000 clocks) and SQLite (10 000).
The floor is a bare update of the same 500 rows in the same run. Where PostgreSQL does not answer, its row has no
figure.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, Final

DUE: Final = 500
GOAL: Final = 5.0
POSTGRES: Final = "postgres://postgres@127.0.0.1:5432/"
CLOCKS: Final = {"postgresql": 100_000, "sqlite": 10_000}
CASES: Final = 1_000


def run() -> Iterator[dict[str, Any]]:
    """`clocks_postgresql_100000` and `clocks_sqlite_10000`: seconds until all that was due is done."""
    for name in CLOCKS:
        yield _row(name, _measured(name))


def _row(name: str, found: dict[str, float] | None) -> dict[str, Any]:
    seconds, floor = (found["seconds"], found["floor"]) if found else (None, None)
    return {
        "name": f"clocks_{name}_{CLOCKS[name]}",
        "figure": round(seconds, 3) if seconds is not None else None,
        "unit": "s",
        "peer_or_floor": round(floor, 4) if floor is not None else None,
        "ratio": round(seconds / floor, 1) if seconds is not None and floor else None,
        "goal": GOAL,
        "met": None if seconds is None else seconds <= GOAL,
    }


def _measured(name: str) -> dict[str, float] | None:
    """One database in a process of its own: Django takes its database once."""
    with tempfile.TemporaryDirectory() as home:
        made = f"huiying_bench_{uuid.uuid4().hex[:12]}"
        url = f"{POSTGRES}{made}" if name == "postgresql" else f"sqlite:///{home}/bench.sqlite3"
        if name == "postgresql" and not _sql(f'CREATE DATABASE "{made}"'):
            return None
        try:
            environment = os.environ | {"HUIYING_HOME": home, "HUIYING_DATABASE_URL": url, "HUIYING_NOTIFY_URLS": ""}
            done = subprocess.run(
                [sys.executable, str(Path(__file__).resolve()), name],
                env=environment, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                sys.exit(f"bench clocks ({name}): {done.stderr[-2000:]}")
            return dict(json.loads(done.stdout.splitlines()[-1]))
        finally:
            if name == "postgresql":
                _sql(f'DROP DATABASE IF EXISTS "{made}" WITH (FORCE)')


def _sql(statement: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(f"{POSTGRES}postgres", autocommit=True, connect_timeout=3) as server:
            server.execute(statement)
    except psycopg.OperationalError:
        return False
    return True


def _measure(clocks: int) -> dict[str, float]:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    from huiying.handling.models import Clock
    from huiying.kernel import clock as time
    from huiying.work import schedule

    call_command("migrate", verbosity=0)
    now = time.now()
    _fill(clocks, now)
    due = list(Clock.objects.filter(next_action_at__lte=now).values_list("pk", flat=True))
    assert len(due) == DUE
    started = perf_counter()
    with transaction.atomic():
        Clock.objects.filter(pk__in=due).update(next_step=1)
    floor = perf_counter() - started
    Clock.objects.filter(pk__in=due).update(next_step=0)
    started = perf_counter()
    while Clock.objects.filter(pk__in=due, next_step=0).exists():
        schedule.run_pollers()
    return {"seconds": perf_counter() - started, "floor": floor}


def _fill(clocks: int, now: dt.datetime) -> None:
    """A bureau in which `clocks` deadlines run, of which 500 have reached their first warning this very second."""
    from huiying.handling.calling import chain_of
    from huiying.handling.models import Case, CaseDepartment, Clock
    from huiying.judging.models import Event
    from huiying.ledger.actions import Actor
    from huiying.people.actions import adopt_regulation, appoint
    from huiying.people.models import Department, User
    from huiying.people.queries import office, regulation_at
    from huiying.regulation import loader

    adopt_regulation(loader.load("anshan").text, Actor.SYSTEM)
    posts = (
        ("duty_officer", "BGS"), ("office_head", "BGS"), ("informant", "BGS"), ("division_head", "BGS"),
        ("deputy_leader", "BGS"), ("top_leader", "BGS"),
    )  # fmt: skip
    for role, code in posts:
        department = Department.objects.get(code=code)
        user = User.objects.create_user(role, role, None, department=department, joined_at=now)
        appoint(user, role, department, is_deputy=False, actor=Actor.SYSTEM)
    version, regulation = regulation_at(now)
    events = Event.objects.bulk_create(
        Event(
            number=f"E{n}",
            stream_no=n,
            title=f"事件{n}",
            state="cased",
            opened_at=now,
            last_post_at=now,
            first_known_at=now,
        )
        for n in range(1, CASES + 1)
    )
    cases = Case.objects.bulk_create(
        Case(
            number=f"20260914-{n:05d}", event=event, title=event.title, state="handling", level="L1",
            is_provisional=False, first_known_at=now, regulation=version, opened_at=now,
        )
        for n, event in enumerate(events, start=1)
    )  # fmt: skip
    lead = office()
    CaseDepartment.objects.bulk_create(
        CaseDepartment(case=case, department=lead, role="lead", since=now, reason="基准") for case in cases
    )
    chain, day = chain_of(cases[0], regulation), dt.timedelta(days=1)
    begun, ends = now - day, now + day
    ratios = (0.5, 0.75, 0.9, 1.0)
    points = [[ratio, (begun + ratio * (ends - begun)).isoformat()] for ratio in ratios]
    later = [[ratio, (now + ratio * 2 * day).isoformat()] for ratio in ratios]
    rows = (
        Clock(
            case=cases[n % CASES], act="respond" if n < CASES else "press_conference", is_legal=True,
            layer=f"bench:{n}", level="L1", policy={}, source="基准", basis="基准", explanation="基准",
            started_at=begun if n < DUE else now, due_at=ends if n < DUE else now + 2 * day, chain=chain,
            warn_points=points if n < DUE else later, next_action_at=now if n < DUE else now + day,
        )
        for n in range(clocks)
    )  # fmt: skip
    Clock.objects.bulk_create(rows, batch_size=2_000)


if __name__ == "__main__":
    print(json.dumps(_measure(CLOCKS[sys.argv[1]])))
