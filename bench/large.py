"""Large mode: what one more screener costs in processor time a post, and how long until another takes over.

Screeners are real processes on RabbitMQ (127.0.0.1:5672) with the rules of ten bureaus: the sample bureaus of the
package, and the second one's rules moved to other towns. The floor of a post is the same union asked in this process,
without broker and sealing. Take-over is from SIGKILL of the active process until its stand-by acted, on PostgreSQL.
Where a service does not answer, its rows have no figure.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from huiying.cli.ready import loaded

BROKER: Final = "amqp://guest:guest@127.0.0.1:5672//"
SERVICES: Final = {5672: "RabbitMQ", 5432: "PostgreSQL"}
POSTGRES: Final = "postgres://postgres@127.0.0.1:5432/"
TOWNS: Final = ("抚顺", "本溪", "丹东", "锦州", "营口", "阜新", "辽阳", "铁岭")
BATCHES: Final = 60
BATCH: Final = 50
MORE: Final = 1.15
TAKE_OVER: Final = 10.0
TEXTS: Final = (
    "鞍山公共资源交易中心的保证金一直不退，已经第{n}天",
    "泗县虹城的健身会所跑路了，{n}个人的充值卡没人退",
    "今天天气很好，第{n}次出门散步",
    "沈阳的地铁{n}号线很挤",
    "请问身份证在哪里补办，排了{n}个号",
)


def run() -> Iterator[dict[str, Any]]:
    """`large_screener_*`, `large_one_more_screener`, `large_take_over_*`."""
    loaded()
    why = _missing(5672)
    for row in _screeners(*(None, None, None) if why else (_cost(1), _cost(2), _floor())):
        yield row | ({"why": why} if why else {})
    why = why or _missing(5432)
    over: Mapping[str, float | None] = {"loop": None, "stream": None} if why else _take_over()
    for name, seconds in over.items():
        yield _row(f"large_take_over_{name}", seconds, "s", None, TAKE_OVER) | ({"why": why} if why else {})


def _missing(port: int) -> str:
    """Why it can not be measured here; empty where it can."""
    if missing := [name for name in ("celery", "granian") if importlib.util.find_spec(name) is None]:
        return f"没有安装 {'、'.join(missing)}；make .venv/.large 会装"
    if not _answers(port):
        return f"127.0.0.1:{port}（{SERVICES[port]}）没有应答"
    return ""


def _row(name: str, figure: float | None, unit: str, floor: float | None, goal: float | None) -> dict[str, Any]:
    return {
        "name": name,
        "figure": None if figure is None else round(figure, 3),
        "unit": unit,
        "peer_or_floor": None if floor is None else round(floor, 3),
        "ratio": None if figure is None or not floor else round(figure / floor, 2),
        "goal": goal,
        "met": None if figure is None or goal is None else figure <= goal,
    }


def _screeners(one: float | None, two: float | None, floor: float | None) -> list[dict[str, Any]]:
    more = two / one if one and two else None
    return [
        _row("large_screener_1", one, "ms", floor, None),
        _row("large_screener_2", two, "ms", floor, None),
        _row("large_one_more_screener", more, "x", None if more is None else 1.0, MORE),
    ]


def _cards() -> dict[str, dict[str, Any]]:
    from huiying.engine.rules import read_rules

    text = json.dumps(read_rules("sixian"), ensure_ascii=False)
    rules = {"anshan": read_rules("anshan"), "sixian": read_rules("sixian")}
    rules |= {f"town{n}": json.loads(text.replace("泗县", town)) for n, town in enumerate(TOWNS)}
    rest: dict[str, Any] = {"grading": {}, "weights": {}, "wider": []}
    return {code: {"name": code, "rules": one, **rest} for code, one in rules.items()}


def _posts(start: int) -> list[dict[str, Any]]:
    return [
        {"native_id": str(n), "platform": "论坛", "text": TEXTS[n % 5].format(n=n)} for n in range(start, start + BATCH)
    ]


def _floor() -> float:
    """Milliseconds of processor time a post, of the union alone."""
    from huiying.engine.post import parse_post
    from huiying.engine.union import Union
    from huiying.hub.cards import watcher

    union = Union({code: watcher(card) for code, card in _cards().items()})
    posts = [parse_post(row) for at in range(BATCHES) for row in _posts(at * BATCH)]
    before = time.process_time()
    for post in posts:
        union.concerned(post)
    return 1000 * (time.process_time() - before) / len(posts)


def _cost(screeners: int) -> float:
    """Milliseconds of processor time a post, all screeners together, once they stand ready."""
    from huiying.hub import broker, feeding

    cards, mark = _cards(), f"b{uuid.uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory() as folder:
        path, secret = _hub_file(Path(folder), mark, list(cards)), broker.key(Path(folder) / "hub.key")
        send = feeding.Sender(BROKER)
        for code, card in cards.items():
            send(broker.rules_queue(mark, code), broker.last_word(), broker.sealed(card, secret))
        processes = [_start(["screener", str(path)], {"HUIYING_HOME": folder}) for _ in range(screeners)]
        intake = broker.intake_queue(mark)
        with broker.connection(BROKER, heartbeat=0) as connection:
            channel = connection.default_channel
            try:
                broker.queue(intake, broker.kept())(channel).declare()
                _until(lambda: channel.queue_declare(intake, passive=True).consumer_count == screeners)
                last = broker.posts_queue(mark, list(cards)[-1])
                broker.queue(last, broker.in_order())(channel).declare()
                before = sum(_cpu(process.pid) for process in processes)
                for at in range(BATCHES):
                    body = broker.seal(broker.Batch(at + 1, "import", tuple(_posts(at * BATCH))), secret)
                    send(intake, broker.kept(), body)
                _until(lambda: channel.queue_declare(last, passive=True).message_count >= BATCHES)
                time.sleep(1)
                spent = sum(_cpu(process.pid) for process in processes) - before
            finally:
                for process in processes:
                    process.kill()
                    process.wait()
                send.close()
                for code in cards:
                    channel.queue_delete(broker.rules_queue(mark, code))
                    channel.queue_delete(broker.posts_queue(mark, code))
                channel.queue_delete(intake)
        return 1000 * spent / (BATCHES * BATCH)


def _take_over() -> dict[str, float | None]:
    """Seconds from the end of the one that leads, and of the one that takes, until the other one acted."""
    import psycopg

    from huiying.hub import broker, feeding

    mark = f"b{uuid.uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(f"{POSTGRES}postgres", autocommit=True) as server:
        path, secret = _hub_file(Path(folder), mark, ["one"]), broker.key(Path(folder) / "hub.key")
        server.execute(f'CREATE DATABASE "{mark}_one" TEMPLATE template0')
        own = {"HUIYING_HOME": f"{folder}/one", "HUIYING_DATABASE_URL": f"{POSTGRES}{mark}_one"}
        own |= {"HUIYING_BROKER_URL": BROKER, "HUIYING_BUREAU": f"{mark}.one"}
        found: dict[str, float | None] = {}
        send, processes = feeding.Sender(BROKER), {}
        posts = broker.posts_queue(mark, "one")

        def said(sql: str) -> Any:
            try:
                with psycopg.connect(f"{POSTGRES}{mark}_one") as database:
                    row = database.execute(sql).fetchone()
            except psycopg.errors.UndefinedTable:
                return None  # the first process is still making the tables
            return row[0] if row else None

        try:
            beats = "SELECT count(*) FROM work_heartbeat WHERE name LIKE 'stream:%'"
            for count, name in enumerate(("active", "stand-by"), start=1):
                processes[name] = _start(["stream", str(path), "one"], own)
                _until(lambda count=count: said(beats) == count)

            def taken() -> int:
                return int(said("SELECT value FROM work_counter WHERE name = 'hub:taken'") or 0)

            def bring(number: int) -> None:
                batch = broker.Batch(number, "import", tuple(_posts(number * BATCH)))
                send(posts, broker.in_order(), broker.seal(batch, secret))

            for number in range(1, 4):
                bring(number)
            _until(lambda: taken() == 3)
            bring(4)
            processes["active"].send_signal(signal.SIGKILL)
            at = time.monotonic()
            bring(5)
            _until(lambda: taken() == 5)
            found["stream"] = time.monotonic() - at

            def leader() -> str:
                return str(said("SELECT holder FROM work_lease WHERE name = 'loop' AND until > now()") or "")

            for name in ("a", "b"):
                processes[f"loop {name}"] = _start(["loop"], own)
            _until(lambda: bool(leader()))
            time.sleep(5)
            first = leader()
            next(one for one in processes.values() if first.endswith(f":{one.pid}")).send_signal(signal.SIGKILL)
            at = time.monotonic()
            _until(lambda: leader() not in ("", first))
            found["loop"] = time.monotonic() - at
        finally:
            for process in processes.values():
                process.kill()
                process.wait()
            send.close()
            with broker.connection(BROKER, heartbeat=0) as connection:
                connection.default_channel.queue_delete(posts)
            server.execute(f'DROP DATABASE "{mark}_one" WITH (FORCE)')
        return found


def _hub_file(folder: Path, mark: str, codes: list[str]) -> Path:
    lines = [f"hub: {mark}", f"broker: {BROKER}", f"rest: {codes[0]}", "bureaus:"]
    lines += [f'  - {{code: {code}, home: {code}, database: "{POSTGRES}{mark}_{code}"}}' for code in codes]
    path = folder / "hub.yaml"
    path.write_text("\n".join(lines), "utf-8")
    return path


def _start(words: list[str], own: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "huiying", *words], env=os.environ | own, stderr=subprocess.DEVNULL)


def _cpu(pid: int) -> float:
    """Processor seconds of a process."""
    spent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")


def _until(found: Callable[[], bool], seconds: float = 180.0) -> None:
    end = time.monotonic() + seconds
    while not found():
        if time.monotonic() > end:
            sys.exit("bench large: a process did not come up in time")
        time.sleep(0.02)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True
