"""The drills that were held on this machine, as their reviews tell （九）C9.6. Files only: nothing is written here.

A drill runs in a home of its own under `drills/` and leaves `review.json` there (docs/adr/0016). The bureau reads that
file and no more: no table, no entry of its own ledger knows of a drill.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from huiying.kernel import home

FOLDER, RECORDED, REVIEW = "drills", "recorded", "review.json"
NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
LONGEST: Final = 4_000_000  # bytes of a review that is read
# The steps of a case in their order, as the review names them.
STEPS: Final = ("opened_at", "decided_at", "routed_at", "accepted_at", "found_at", "answered_at")
VERDICTS: Final = ("on_time", "late", "overdue", "running", "declined")


@dataclass(frozen=True)
class Told:
    """One case of a drill. Minutes are from the first knowledge; `due` too, None where no limit was set."""

    number: str
    level: str
    verdict: str
    minutes: Mapping[str, int]
    due: int | None
    breaches: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Drill:
    """One drill. Without a review it is still running, or was broken off."""

    name: str
    title: str = ""
    speed: float = 0.0
    began_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    median: Mapping[str, float | None] = field(default_factory=dict)
    cases: tuple[Told, ...] = ()
    whole: bool = False  # the drill's own ledger verified
    made_at: dt.datetime | None = None  # when the file was written, by the machine's clock
    wrong: bool = False  # there is a review and it can not be read

    @property
    def over(self) -> bool:
        return self.ended_at is not None


def drills() -> list[Drill]:
    """All drills of this home, the latest first."""
    found = [_drill(path) for path in _folders()]
    begin = dt.datetime.min.replace(tzinfo=dt.UTC)
    return sorted(found, key=lambda one: (one.made_at or begin, one.name), reverse=True)


def drill(name: str) -> Drill | None:
    """By its name; only a folder that is there answers, never a path."""
    return next((_drill(path) for path in _folders() if path.name == name), None)


def recorded() -> list[str]:
    """The storms that were made of own past events and can be drilled."""
    folder = _root() / RECORDED
    if not folder.is_dir():
        return []
    return sorted(path.stem for path in folder.glob("*.jsonl") if NAME.fullmatch(path.stem))


def _root() -> Path:
    return home.home() / FOLDER


def _folders() -> Iterator[Path]:
    root = _root()
    if not root.is_dir():
        return
    for path in root.iterdir():
        if path.name != RECORDED and NAME.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            yield path


def _drill(folder: Path) -> Drill:
    file = folder / REVIEW
    if not file.is_file():
        return Drill(folder.name)
    made_at = dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC)
    try:
        if file.stat().st_size > LONGEST:
            raise ValueError("too long")
        return _read(folder.name, json.loads(file.read_text("utf-8")), made_at)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Drill(folder.name, made_at=made_at, wrong=True)


def _read(name: str, told: Mapping[str, Any], made_at: dt.datetime) -> Drill:
    counted = (
        "events", "warnings", "warnings_signed", "cases", "answered", "on_time", "late", "overdue", "running",
        "breaches",
    )  # fmt: skip
    return Drill(
        name=name,
        title=str(told["title"]),
        speed=float(told["speed"]),
        began_at=_moment(told["began_at"]),
        ended_at=_moment(told["ended_at"]),
        counts={key: int(told[key]) for key in counted},
        median={step: told["median_minutes"].get(step) for step in STEPS},
        cases=tuple(_case(row) for row in told["by_case"]),
        whole=bool(told["ledger_whole"]),
        made_at=made_at,
    )


def _case(row: Mapping[str, Any]) -> Told:
    known = _moment(row["first_known_at"])
    due = _moment(row["due_at"]) if row["due_at"] else None
    return Told(
        number=str(row["number"]),
        level=str(row["level"]),
        verdict=str(row["verdict"]) if row["verdict"] in VERDICTS else "running",
        minutes={step: int(row["minutes"][step]) for step in STEPS if step in row["minutes"]},
        due=round((due - known).total_seconds() / 60) if due else None,
        breaches=tuple(dict(one) for one in row["breaches"]),
    )


def _moment(text: Any) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
