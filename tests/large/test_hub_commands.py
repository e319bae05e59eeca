"""`huiying hub …`: what is wrong is said before anything starts; what was started is kept running and ended."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import province_running as running
from huiying.cli import main
from huiying.cli.main import DONE, FOUND, USAGE, build
from huiying.hub import supervising
from huiying.hub.hubfile import Bureau, Hub
from huiying.hub.supervising import Child


@pytest.mark.parametrize(
    "line",
    [
        "web --host 0.0.0.0 --port 9000 --processes 4",
        "worker --processes 3",
        "loop",
        "screener hub.yaml",
        "stream hub.yaml anshan",
        "hub up hub.yaml",
        "hub web hub.yaml --host 127.0.0.1",
        "hub feed hub.yaml a.jsonl b.jsonl",
        "hub resend hub.yaml 12",
    ],
)
def test_every_command_of_large_mode_can_be_typed(line: str) -> None:
    assert callable(build().parse_args(line.split()).run)


def test_a_good_hub_file_is_told_in_a_sentence_or_as_json(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hub", "check", str(hub.path)]) == DONE
    assert "3 个单位" in capsys.readouterr().out
    assert main(["hub", "check", "--json", str(hub.path)]) == DONE
    assert json.loads(capsys.readouterr().out)["bureaus"] == ["anshan", "sixian", "late"]


@pytest.mark.parametrize("words", [["check"], ["up"], ["web"], ["feed", "x.jsonl"]])
def test_no_command_of_a_hub_starts_with_a_bad_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    path = tmp_path / "hub.yaml"
    path.write_text("hub: x\nbroker: amqp://b\nrest: nobody\nbureaus:\n  - {code: a, home: a}\n", "utf-8")
    assert main(["hub", words[0], str(path), *words[1:]]) == USAGE
    told = capsys.readouterr().err
    assert f"{path} 第3行 rest" in told
    assert "缺少 database" in told


def test_a_bureau_that_the_file_does_not_have_is_refused(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stream", str(hub.path), "dalian"]) == USAGE
    assert "没有单位“dalian”" in capsys.readouterr().err


def test_without_its_packages_large_mode_says_what_to_install(
    hub: Hub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["screener", str(hub.path)]) == USAGE
    assert "requirements-large.lock" in capsys.readouterr().err


def test_a_screener_with_another_key_stops_and_says_so() -> None:
    from huiying.cli import large
    from huiying.cli.main import Stop
    from huiying.hub.broker import Unreadable

    def run(stop: object) -> None:
        raise Unreadable("打不开这条消息")

    with pytest.raises(Stop, match="密钥文件") as caught:
        large._until_told(run, None)
    assert caught.value.code == FOUND


def test_every_bureau_gets_its_processes_with_its_own_environment(hub: Hub) -> None:
    found = supervising.children(hub)
    assert [child.name for child in found].count("screener") == hub.screeners
    for bureau in hub.bureaus:
        own = [child for child in found if child.name.startswith(f"{bureau.code} ")]
        assert sorted(child.words[0] for child in own) == ["loop", "stream", "worker"]
        assert {child.environment["HUIYING_DATABASE_URL"] for child in own} == {bureau.database}
    for child in [*found, *supervising.pages(hub, "127.0.0.1")]:
        assert callable(build().parse_args(child.words).run)


class Sleeper(Child):
    """Stands for a process of the program; `lines` are what it does."""

    starts = 0

    def start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "-c", *self.words], stdin=subprocess.DEVNULL)
        self.starts += 1


def test_what_ends_by_itself_is_started_again_and_everything_ends_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervising, "AGAIN_AFTER", 0.0)
    steady, failing = Sleeper("steady", ["import time; time.sleep(60)"], {}), Sleeper("failing", ["0"], {})
    stop = threading.Event()
    thread = threading.Thread(target=supervising.supervise, args=([steady, failing], stop))
    thread.start()
    running.until(lambda: failing.starts >= 3, 30, "it was started again")
    stop.set()
    thread.join(30)
    assert steady.starts == 1
    assert steady.process is not None
    assert steady.process.poll() is not None
    assert failing.process is not None
    assert failing.process.poll() is not None


def test_a_missing_database_is_made_once(hub: Hub) -> None:
    running.require_services()
    name = f"huiying_unit_{id(hub):x}"
    bureau = Bureau("x", hub.path, f"{running.SERVER}/{name}", "anshan", 8000, 1, 1, 1, 1)
    try:
        with ThreadPoolExecutor(2) as pool:  # two terminals at once
            made = list(pool.map(supervising.make_database, [bureau, bureau]))
        assert sorted(made) == [False, True]
        assert not supervising.make_database(bureau)
    finally:
        running.drop(name)


def test_every_command_and_test_that_the_page_names_is_there() -> None:
    root = Path(__file__).resolve().parents[2]
    page = (root / "docs" / "large.md").read_text("utf-8")
    lines = [line for line in re.findall(r"`huiying ([a-z][^`]*)`", page) if not line.startswith("run")]
    assert len(lines) >= 10
    for line in lines:
        build().parse_args(line.replace("POSTS…", "a.jsonl").replace(" N", " 1").split())
    there = {path.name for path in (root / "tests").rglob("test_*.py")}
    assert set(re.findall(r"(test_[a-z0-9_]+\.py)", page)) <= there
    units = set(re.findall(r"deploy/(huiying-[a-z@]+\.service)", page))
    assert units <= {path.name for path in (root / "deploy").iterdir()}


def test_a_bureau_on_one_machine_needs_none_of_its_packages() -> None:
    program = (
        "import sys; sys.modules.update(dict.fromkeys(('celery', 'kombu', 'amqp', 'granian')));"
        "import django; django.setup(); import huiying.urls, huiying.cli.serving, huiying.cli.large;"
        "from huiying.hub import demonstrating; demonstrating.take_part(); print('fine')"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "huiying.settings", "HUIYING_HUB": ""}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "fine\n", done.stderr
