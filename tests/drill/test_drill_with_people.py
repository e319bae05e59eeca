"""People sit in for some posts, at their browsers, and the drill ends by itself （九）."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx

from browsing import answering

RUN = """
import json, socket, sys
from huiying.drill import running
from huiying.drill.recording import Storm
from huiying.demo.clock import BEGINS
running.settle_in(running.home_of("short"))
from huiying.cli.ready import ready
ready()
from huiying.cli.serving import serve
ROWS = [{"at": 1, "schema": "huiying.post/1", "native_id": "p1", "platform": "本地论坛", "channel_class": "论坛",
         "text": "鞍山公共资源交易平台今早全崩了，八点半到现在登录不上，我们九点半开标，解密超时算谁的？"}]
if sys.argv[2] == "own":
    running.bring(ROWS)
storm = Storm("short", "short", BEGINS, int(sys.argv[3]))
place = "127.0.0.1", int(sys.argv[1])
result = running.play_with_people(storm, float(sys.argv[4]), ["duty_officer"], lambda: serve(*place))
print(json.dumps(result))
"""


def played(home: Path, what: str, minutes: int, speed: int) -> tuple[dict[str, object], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "HUIYING_HOME": str(home), "HUIYING_DATABASE_URL": ""}
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(port), what, str(minutes), str(speed)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        address = answering(f"http://127.0.0.1:{port}")
        page = httpx.get(f"{address}/desk/sign-in/", timeout=20).text
        out, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
    result: dict[str, object] = json.loads(out.strip().splitlines()[-1])
    return result, page


def actors(result: dict[str, object]) -> set[str]:
    with sqlite3.connect(Path(str(result["home"])) / "huiying.sqlite3") as store:
        return {json.loads(actor)["name"] for (actor,) in store.execute("SELECT actor FROM ledger_entry")}


def test_a_post_left_to_people_does_nothing_by_itself_and_the_others_play_on(tmp_path: Path) -> None:
    result, page = played(tmp_path, "script", minutes=75, speed=100)
    assert "周岚" in page
    assert result["ended_at"] >= "2026-09-14T00:45"
    assert result["events"] >= 1
    assert "韩秋" in actors(result)
    assert not {"周岚", "吴帆", "丁宁"} & actors(result)


def test_a_storm_of_ones_own_comes_without_the_script(tmp_path: Path) -> None:
    result, _page = played(tmp_path, "own", minutes=60, speed=200)
    assert result["events"] == 1
    assert "韩秋" not in actors(result)
