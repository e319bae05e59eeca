"""The public pages under readers: how long the slowest of a hundred waits for a page, and how many get none.

Readers come over loopback to the whole web part of the program (waitress in a process of its own), each with 5 s of
thinking between two pages, as the size table says. The short form is 40 readers for 30 s; `HUIYING_BENCH_FULL=1` is the
table's 200 for two minutes. It stops by itself. Meanwhile the ledger moves every few seconds, so that pages are made
anew and not only taken off the shelf.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final

FULL: Final = bool(os.environ.get("HUIYING_BENCH_FULL"))
READERS: Final = 200 if FULL else 40
SECONDS: Final = 120 if FULL else 30
THINKING: Final = 5.0
MOVES_EVERY: Final = 5.0
ANSWERS: Final = 200
GOAL_SECONDS: Final = 0.5
PAGES: Final = ("/", "/answers/", "/answers/?page=2", "/hot/", "/figures/", "/faq/", "/about/", "/rules/", "/feed.xml")
_SEED: Final = 61


def run() -> list[dict[str, Any]]:
    """Two rows: the 99th percentile in seconds, and the share of requests that failed."""
    with tempfile.TemporaryDirectory() as home:
        here = os.environ | {"HUIYING_HOME": home, "HUIYING_NOTIFY_URLS": ""}
        here.pop("HUIYING_DATABASE_URL", None)
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve())], env=here, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline().strip()
            if not line:
                sys.exit("bench public: the site did not start")
            spent, failed = _readers(int(line))
        finally:
            process.terminate()
            process.wait(timeout=30)
    p99 = sorted(spent)[int(len(spent) * 0.99)] if spent else None
    name = f"public_{READERS}_readers"
    errors = failed / max(len(spent) + failed, 1)
    return [
        _row(f"{name}_p99", p99, "s", GOAL_SECONDS, p99 is not None and p99 <= GOAL_SECONDS),
        _row(f"{name}_errors", errors, "share", 0, failed == 0),
        _row(f"{name}_pages", len(spent), "pages", None, None),
    ]


def _row(name: str, figure: float | None, unit: str, goal: float | None, met: bool | None) -> dict[str, Any]:
    shown = round(figure, 4) if isinstance(figure, float) else figure
    return {
        "name": name, "figure": shown, "unit": unit, "peer_or_floor": None, "ratio": None, "goal": goal, "met": met,
    }  # fmt: skip


def _readers(port: int) -> tuple[list[float], int]:
    """Each reader in a thread of its own, with a connection of its own; the first page comes within its first 5 s.

    The plain client of the standard library: what two hundred of a richer one spend on themselves would be measured.
    """
    ends = time.perf_counter() + SECONDS
    spent: list[float] = []
    failed = [0]
    lock = threading.Lock()

    def read(number: int) -> None:
        draw = random.Random(_SEED + number)
        time.sleep(draw.random() * THINKING)
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.perf_counter() < ends:
            started = time.perf_counter()
            try:
                client.request("GET", draw.choice(PAGES))
                answer = client.getresponse()
                good = answer.status == 200 and bool(answer.read())
            except (OSError, http.client.HTTPException):
                client.close()
                good = False
            took = time.perf_counter() - started
            with lock:
                if good:
                    spent.append(took)
                else:
                    failed[0] += 1
            time.sleep(THINKING)
        client.close()

    threads = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return spent, failed[0]


def _answers() -> None:
    """Public answers as rows: what readers do is measured here, not how an answer comes about."""
    from huiying.handling.models import Case
    from huiying.judging.models import Event
    from huiying.kernel import clock
    from huiying.people.models import Platform, RegulationVersion
    from huiying.responding.models import Evidence, Publication, Revision

    now, version, portal = clock.now(), RegulationVersion.objects.get(), Platform.objects.get(code="portal")
    text = "系统已于当晚修复，请重新登录后上传；仍有问题的，可到大厅窗口办理。" * 6
    for n in range(1, ANSWERS + 1):
        event = Event.objects.create(
            number=f"E{n:05d}", stream_no=n, title=f"第{n}件", opened_at=now, last_post_at=now, first_known_at=now
        )
        case = Case.objects.create(
            number=f"C{n:05d}", event=event, title=f"第{n}件", state="answered", level="L1", category="PT",
            first_known_at=now, regulation=version, opened_at=now, answered_at=now,
        )  # fmt: skip
        revision = Revision.objects.create(
            case=case, number=1, title=f"第{n}件事的答复", question="有企业反映上传失败。", facts=text,
            renditions={"portal": text}, basis="《电子招标投标办法》", manifest_sha256="a" * 64, drafter="甲",
            drafter_user=1, department="交易中心信息技术部", at=now,
        )  # fmt: skip
        proof = Evidence.objects.create(
            case=case, kind="snapshot", sha256="b" * 64, media_type="text/plain", size=1, received_at=now,
            received_by="系统",
        )  # fmt: skip
        Publication.objects.create(
            case=case, revision=revision, target="portal", platform=portal, channel="portal", title=revision.title,
            text=text, state="live", manifest_sha256="a" * 64, approved_sha256="a" * 64, drafter_user=1,
            approver_user=2, idempotency_key=f"bench:{n}", released_by="乙", released_at=now, published_at=now,
            url=f"/answers/{case.number}/", evidence=proof,
        )  # fmt: skip


def _move() -> None:
    """An entry every few seconds: each makes the kept pages old."""
    from django.db import transaction

    from huiying.ledger.actions import Actor, record

    while True:
        time.sleep(MOVES_EVERY)
        with transaction.atomic():
            record("system", "bench.moved", {}, Actor.SYSTEM)


def site() -> None:
    """The filled site on a free port, which is printed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.settings")
    from huiying.cli.ready import ready

    ready()
    from django.db import transaction
    from waitress import serve

    with transaction.atomic():
        _answers()
    from huiying.wsgi import application

    threading.Thread(target=_move, daemon=True).start()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        print(json.dumps(listening.getsockname()[1]), flush=True)
        serve(application, sockets=[listening], threads=8, connection_limit=500)


if __name__ == "__main__":
    site()
