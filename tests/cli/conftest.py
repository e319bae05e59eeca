"""Running a command in this process: exit status, standard output, standard error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from huiying.cli.main import main
from huiying.judging import engines


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Standard output read as JSON: with `--json` nothing else may stand there."""
        return json.loads(self.out)

    @property
    def rows(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Command = Callable[..., Result]


@pytest.fixture
def huiying(capsys: pytest.CaptureFixture[str]) -> Command:
    """`huiying(…)` as a person types it, without a process."""

    def run(*arguments: object) -> Result:
        capsys.readouterr()
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        return Result(code, said.out, said.err)

    return run


@pytest.fixture
def stored(db: None, home: Path, huiying: Command) -> Command:
    """The same on the test's database, with a home of the test's own and an engine that knows nothing yet."""
    engines.use_in_process()
    return huiying


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUIYING_") and name != "PORT"}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return {**kept, "HUIYING_HOME": str(home), **more}


@pytest.fixture
def process() -> Callable[..., Result]:
    """A command in a process of its own, on a home of its own."""

    def run(home: Path, *arguments: object, code: str = "", **more: str) -> Result:
        command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "huiying", *map(str, arguments)]
        done = subprocess.run(
            command, env=environment(home, **more), capture_output=True, text=True, timeout=120, check=False
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return run
