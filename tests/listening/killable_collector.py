"""Two hours of a collector as a programme that can be killed at any statement and started again.

`python killable_collector.py set-up|play` with HUIYING_HOME; KILL_AT=n sends SIGKILL to itself before the n-th SQL
statement of the play; the number of statements and what came of it is printed at the end. Time is injected and goes on
where it stood; the web lives in memory, and an article is edited and another removed in its course.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.settings")

import django

django.setup()

import httpx  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from huiying.kernel import clock, home  # noqa: E402
from huiying.ledger.actions import Actor  # noqa: E402
from huiying.ledger.queries import verify as verify_ledger  # noqa: E402
from huiying.listening import evidence  # noqa: E402
from huiying.listening.collecting import Collector, Inline  # noqa: E402
from huiying.listening.models import Evidence, Post, SourcePage  # noqa: E402
from huiying.people.actions import adopt_regulation  # noqa: E402
from huiying.regulation import loader  # noqa: E402
from listening.sources_of import feed  # noqa: E402
from local_web import Memory  # noqa: E402

START = dt.datetime(2026, 9, 14, 2, 0, tzinfo=dt.UTC)
STEP, STEPS = dt.timedelta(minutes=2), 60
_count = 0


def when() -> Path:
    return home.home() / "step"


def web(frozen: clock.FrozenClock) -> Any:
    """Feeds that grow, a list with four articles of which one is edited and one removed."""

    def at(request: httpx.Request) -> httpx.Response:
        minute = int((frozen() - START).total_seconds() // 60)
        path = request.url.path
        if path.startswith("/feed"):
            items = "".join(_item(path[5:], n) for n in range(minute // 30 + 1))
            return httpx.Response(200, content=f"<rss><channel><title>t</title>{items}</channel></rss>".encode())
        if path == "/list":
            rows = "".join(f'<li><a href="/a/{n}.html">第{n}号工程开标时间调整公告</a></li>' for n in range(4))
            return httpx.Response(200, content=f"<html><body><ul>{rows}</ul></body></html>".encode())
        if path == "/a/3.html" and minute > 40:
            return httpx.Response(404)
        if path.startswith("/a/"):
            hour = "四" if path == "/a/2.html" and minute > 40 else "两"
            text = f"开标时间改到下午{hour}点，请各投标人相互转告，按时参加。" * 3
            return httpx.Response(200, content=f"<html><body><div><p>{text}</p></div></body></html>".encode())
        return httpx.Response(404)

    return at


def _item(feed_name: str, n: int) -> str:
    return f"<item><title>{feed_name}第{n}条</title><link>http://f{feed_name}.example/x/{n}.html</link></item>"


def set_up() -> None:
    call_command("migrate", verbosity=0)
    with clock.use(clock.FrozenClock(START)):
        adopt_regulation(loader.load("anshan").text, Actor.SYSTEM)
        for n in range(3):
            feed(f"http://f{n}.example/feed{n}", max_minutes=10)
        feed("http://l.example/list", adapter="html_list", config={"links": "li > a"}, max_minutes=10)


def play() -> None:
    done = int(when().read_text()) if when().exists() else 0
    frozen = clock.FrozenClock(START + done * STEP)
    collector = Collector(Inline(Memory(web(frozen)).fetcher()))
    with clock.use(frozen), connection.execute_wrapper(_counted):
        for step in range(done, STEPS):
            while collector.tick():
                pass
            when().write_text(str(step + 1))
            frozen.advance(STEP)
    print(json.dumps({"statements": _count, **_told()}, ensure_ascii=False))


def _counted(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
    global _count
    _count += 1
    if _count == int(os.environ.get("KILL_AT", "0")):
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, parameters, many, context)


def _told() -> dict[str, Any]:
    """What there is at the end, without what a lost turn may move: times, numbers of looks, file names."""
    report = evidence.verify()
    return {
        "posts": sorted(Post.objects.values_list("platform", "native_id", "version", "text_sha256")),
        "pages": sorted(SourcePage.objects.values_list("native_id", "state")),
        "evidence": sorted(Evidence.objects.values_list("url", "body_sha256")),
        "bad": len(report.bad),
        "without_evidence": Post.objects.filter(evidence__isnull=True).count(),
        "ledger": verify_ledger().ok,
    }


if __name__ == "__main__":
    {"set-up": set_up, "play": play}[sys.argv[1]]()
