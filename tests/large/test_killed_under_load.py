"""A province on real PostgreSQL and RabbitMQ whose parts are killed in turn: nothing lost, nothing twice, in order.

A stream's active consumer, the broker's connections, the loop that leads, and a worker end while posts flow. What three
bureaus hold afterwards equals, row by row, what each holds after a run of its own in one process on the same posts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

import province_heard as heard
import province_running as running
from huiying.hub import broker
from province_running import SERVER, asked, until

TEN = 10.0
BUREAUS = {"anshan": "anshan", "sixian": "sixian", "liaoyang": "anshan"}
PIECE = 40


@dataclass
class Province:
    """The hub, its programs by what they are, and how long each took to be replaced."""

    folder: Path
    mark: str
    wire: running.Wire
    processes: running.Processes
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    took: dict[str, float] = field(default_factory=dict)
    pieces: int = 0

    @property
    def file(self) -> str:
        return str(self.folder / "hub.yaml")

    def database(self, code: str) -> str:
        return f"huiying_{self.mark}_{code}"

    def environment(self, code: str, *, is_alone: bool = False) -> dict[str, str]:
        name = f"alone-{code}" if is_alone else code
        own = {
            "HUIYING_HOME": str(self.folder / name),
            "HUIYING_DATABASE_URL": f"{SERVER}/{self.database(name)}",
            "HUIYING_REGULATION": BUREAUS[code],
        }
        if is_alone:
            return own
        return {
            **own,
            "HUIYING_BROKER_URL": f"amqp://guest:guest@127.0.0.1:{self.wire.port}//",
            "HUIYING_BUREAU": f"{self.mark}.{code}",
            "HUIYING_HUB": self.file,
        }

    def write(self) -> None:
        lines = [f"hub: {self.mark}", f"broker: amqp://guest:guest@127.0.0.1:{self.wire.port}//", "rest: anshan"]
        lines.append("bureaus:")
        for code, regulation in BUREAUS.items():
            lines.append(f"  - {{code: {code}, home: {code}, regulation: {regulation},")
            lines.append(f'     database: "{SERVER}/{self.database(code)}"}}')
        Path(self.file).write_text("\n".join(lines), "utf-8")

    def start(self, name: str, words: list[str], code: str) -> None:
        self.running[name] = self.processes.start(["-m", "huiying", *words], self.environment(code))

    def stream(self, name: str, code: str) -> None:
        self.start(name, ["stream", self.file, code], code)

    def taken(self, code: str) -> int:
        found = asked(self.database(code), "SELECT value FROM work_counter WHERE name = 'hub:taken'")
        return found if isinstance(found, int) else 0

    def fed(self) -> int:
        found = asked(self.database("anshan"), "SELECT value FROM work_counter WHERE name = 'hub:fed'")
        return found if isinstance(found, int) else 0

    def feed(self, feeder: subprocess.Popen[bytes]) -> int:
        """The next piece of what the province hears; returns the number of its last batch."""
        path = self.folder / f"piece-{self.pieces}.jsonl"
        rows = heard.posts(PIECE, start=self.pieces * PIECE)
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
        self.pieces += 1
        assert feeder.stdin is not None
        assert feeder.stdout is not None
        feeder.stdin.write(f"{path}\n".encode())
        feeder.stdin.flush()
        assert int(feeder.stdout.readline()) > 0
        return self.fed()

    def leader(self) -> str:
        found = asked(self.database("anshan"), "SELECT holder FROM work_lease WHERE name = 'loop' AND until > now()")
        return str(found or "")

    def state(self) -> str:
        """Where everybody stood, for whoever reads a failure."""
        waiting = "SELECT string_agg(way || number, ' ' ORDER BY number) FROM hub_batch WHERE sent_at IS NULL"
        places = [f"{code} {self.taken(code)} waiting {asked(self.database(code), waiting)}" for code in BUREAUS]
        with broker.connection("amqp://guest:guest@127.0.0.1:5672//") as connection:
            names = [broker.intake_queue(self.mark), *(broker.posts_queue(self.mark, code) for code in BUREAUS)]
            queues = [connection.default_channel.queue_declare(name, passive=True) for name in names]
        return f"fed {self.fed()}; {'; '.join(places)}; {queues}; {self.took}"

    def rows(self, code: str) -> dict[str, Any]:
        return self._told(["rows"], self.environment(code))

    def alone(self, code: str) -> dict[str, Any]:
        pieces = [str(self.folder / f"piece-{n}.jsonl") for n in range(self.pieces)]
        return self._told(["alone", *pieces], self.environment(code, is_alone=True))

    def _told(self, words: list[str], environment: dict[str, str]) -> dict[str, Any]:
        own = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        done = subprocess.run(
            [sys.executable, str(running.PROVINCE), *words],
            env={**own, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Province]:
    running.require_services()
    folder, mark = tmp_path_factory.mktemp("province"), f"t{uuid4().hex[:8]}"
    made = Province(folder, mark, running.Wire(), running.Processes(folder / "log.txt"))
    made.write()
    names = [made.database(name) for code in BUREAUS for name in (code, f"alone-{code}")]

    def tables(url: str) -> None:
        own = {"HUIYING_HOME": str(folder / "tables"), "HUIYING_DATABASE_URL": url}
        words = [sys.executable, str(running.PROVINCE), "tables"]
        subprocess.run(words, env={**os.environ, **own, "DJANGO_SETTINGS_MODULE": "huiying.settings"}, check=True)

    with running.databases(names, tables):
        try:
            play(made)
            yield made
        except BaseException:
            print((folder / "log.txt").read_text("utf-8")[-6000:])
            print(made.state())
            raise
        finally:
            made.processes.end()
            made.wire.close()
            _forget_queues(made)


def _forget_queues(made: Province) -> None:
    with broker.connection("amqp://guest:guest@127.0.0.1:5672//") as connection:
        names = [broker.intake_queue(made.mark)]
        for code in BUREAUS:
            names += [broker.posts_queue(made.mark, code), broker.rules_queue(made.mark, code)]
            names.append(f"huiying.{made.mark}.{code}.work")
        for name in names:
            connection.default_channel.queue_delete(name)


def play(made: Province) -> None:
    """The course of the test: everything starts, then its parts end in turn while posts flow."""
    for code in BUREAUS:
        made.stream(f"{code} stream", code)
        made.start(f"{code} loop", ["loop"], code)
    for n in (1, 2):
        made.running[f"screener {n}"] = made.processes.start(["-m", "huiying", "screener", made.file], {})
        made.start(f"worker {n}", ["worker"], "anshan")
    feeder = made.processes.start(
        [str(running.PROVINCE), "feed"], made.environment("anshan"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert feeder.stdout is not None
    assert feeder.stdout.readline() == b"ready\n"
    last = made.feed(feeder)
    until(lambda: all(made.taken(code) == last for code in BUREAUS), 120, "the first posts arrived everywhere")
    made.stream("anshan stand-by", "anshan")
    made.start("anshan loop stand-by", ["loop"], "anshan")
    for kind in ("stream", "loop"):
        until(lambda kind=kind: _beats(made, kind) == 2, 60, f"the second {kind} stands by")  # type: ignore[misc]

    _kill_the_stream(made, feeder)
    _cut_the_wire(made, feeder)
    _kill_the_leader(made, feeder)
    _kill_a_worker(made)
    last = made.feed(feeder)
    until(lambda: all(made.taken(code) == last for code in BUREAUS), 60, "the last posts arrived everywhere")
    made.processes.end()


def _beats(made: Province, kind: str) -> object:
    sql = f"SELECT count(*) FROM work_heartbeat WHERE name LIKE '{kind}:%'"
    return asked(made.database("anshan"), sql)


def _kill_the_stream(made: Province, feeder: subprocess.Popen[bytes]) -> None:
    before = made.taken("anshan")
    last = made.feed(feeder)
    until(lambda: made.taken("anshan") > before, 30, "posts flow")
    at = made.processes.kill(made.running["anshan stream"])
    reached, last = last, made.feed(feeder)  # what was fed after its death it cannot have taken
    made.took["stream"] = until(lambda: made.taken("anshan") > reached, 60, "another consumer took over") - at
    until(lambda: made.taken("anshan") == last, 60, "the rest was taken")


def _cut_the_wire(made: Province, feeder: subprocess.Popen[bytes]) -> None:
    before = made.taken("anshan")
    last = made.feed(feeder)
    until(lambda: made.taken("anshan") > before, 30, "posts flow")
    assert made.wire.cut() >= 8
    last = made.feed(feeder)  # written down although the broker is away
    time.sleep(1.5)
    made.wire.mend()
    at, reached = time.monotonic(), made.taken("anshan")
    assert reached < last
    made.took["connection"] = until(lambda: made.taken("anshan") > reached, 60, "posts flow again") - at
    until(lambda: all(made.taken(code) == last for code in BUREAUS), 60, "the rest was taken")


def _kill_the_leader(made: Province, feeder: subprocess.Popen[bytes]) -> None:
    leader = made.leader()
    name = next(
        name for name, one in made.running.items() if name.startswith("anshan loop") and leader.endswith(f":{one.pid}")
    )
    at = made.processes.kill(made.running[name])
    last = made.feed(feeder)
    made.took["loop"] = until(lambda: made.leader() not in ("", leader), 60, "another loop leads") - at
    until(lambda: all(made.taken(code) == last for code in BUREAUS), 60, "what was fed meanwhile was taken")


def _kill_a_worker(made: Province) -> None:
    """A job is held up in a worker's hands until it is killed; then others do it, and all the rest."""
    sql = "SELECT holder FROM work_job WHERE idempotency_key LIKE 'test:%' AND lease_until > now() AND done_at IS NULL"
    with psycopg.connect(f"{SERVER}/{made.database('anshan')}") as held:
        held.execute("SELECT 1 FROM work_lease WHERE name = 'judging' FOR UPDATE")
        jobs = made.processes.start([str(running.PROVINCE), "jobs", "30"], made.environment("anshan"))
        assert jobs.wait(timeout=60) == 0
        until(lambda: asked(made.database("anshan"), sql) is not None, 60, "a worker has a job in hand")
        holder = str(asked(made.database("anshan"), sql))
        victim = _parent_of(int(holder.rpartition(":")[2]))
        name = next(name for name, one in made.running.items() if one.pid == victim)
        assert name.startswith("worker")
        at = made.processes.kill(made.running[name])
    mine = f"SELECT count(*) FROM work_job WHERE holder = '{holder}' AND done_at IS NULL"
    made.took["worker"] = until(lambda: asked(made.database("anshan"), mine) == 0, 60, "another worker did it") - at
    undone = "SELECT count(*) FROM work_job WHERE idempotency_key LIKE 'test:%' AND done_at IS NULL"
    until(lambda: asked(made.database("anshan"), undone) == 0, 60, "all jobs were done")


def _parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.fixture(scope="module")
def found(province: Province) -> dict[str, dict[str, Any]]:
    return {code: province.rows(code) for code in BUREAUS}


@pytest.mark.parametrize("part", ["stream", "connection", "loop", "worker"])
def test_another_takes_over_within_ten_seconds(province: Province, part: str) -> None:
    print(f"take-over: {part} {province.took[part]:.1f} s")
    assert province.took[part] <= TEN


def test_no_post_is_lost_and_none_is_there_twice(province: Province, found: dict[str, dict[str, Any]]) -> None:
    every = {row["native_id"] for row in heard.posts(PIECE * province.pieces)}
    assert {name for rows in found.values() for name in rows["received"]} == every
    for rows in found.values():
        assert len(rows["received"]) == len(set(rows["received"]))
        assert len(rows["order"]) == len(set(rows["order"]))


@pytest.mark.parametrize("code", BUREAUS)
def test_a_bureaus_rows_equal_those_of_its_one_process_run(
    province: Province, found: dict[str, dict[str, Any]], code: str
) -> None:
    alone, hub = province.alone(code), found[code]
    assert len(alone["events"]) >= 2
    assert len(alone["alarms"]) >= 1
    assert len(alone["clocks"]) >= 1
    for name in ("order", "events", "places", "screenings", "alarms", "warnings", "clocks"):
        assert not (differing := _differing(name, hub[name], alone[name])), differing
    assert hub["ledger"]
    assert alone["ledger"]


def _differing(name: str, hub: Sequence[Any], alone: Sequence[Any]) -> list[str]:
    """The first rows that differ, and in what; pytest's own comparison of thousands of values takes minutes."""
    found = [f"{name}: {len(hub)} rows, alone {len(alone)}"] if len(hub) != len(alone) else []
    for number, (left, right) in enumerate(zip(hub, alone, strict=False)):
        if left == right:
            continue
        if isinstance(left, dict):
            keys = [key for key in left if left[key] != right.get(key)]
            left, right = {key: left[key] for key in keys}, {key: right.get(key) for key in keys}
        found.append(f"{name} {number}: {left!r}, alone {right!r}"[:600])
    return found[:5]


def test_a_bureau_is_spared_what_does_not_concern_it(found: dict[str, dict[str, Any]]) -> None:
    assert len(found["sixian"]["received"]) < len(found["anshan"]["received"]) / 2
