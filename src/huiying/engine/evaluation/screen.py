"""`eval screen`: bands, leads, concerns and levels against the labels of a file (C5.10 to C5.16, §4.2).

Figures of lead, concern and level are taken over relevant posts that were not screened out: what never reaches a
person has no department to be wrong about, and counts in the recall instead. Breakdowns are flat keys,
`recall@channel=微博客` beside its `n@channel=微博客`; small cells say little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from huiying.engine.evaluation import UsageError
from huiying.engine.lines import Rejected, read_objects
from huiying.engine.post import PostError, labelled_relevant, parse_post
from huiying.engine.rules import load_rules
from huiying.engine.screening import HIT, OUT, SUSPECT, Screened, Screener

LEVELS: Final = ("一般", "较大", "重大", "特别重大")


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled post with what the screening said of it."""

    label: dict[str, Any]
    relevant: bool
    channel: str
    found: Screened


def evaluate(path: Path, train: Path | None = None) -> dict[str, float]:
    """Metrics of the built-in rules and model on a labelled file; `train` is not used, the model is part of the engine.

    Raises `UsageError` where no line of the file says whether it is relevant.
    """
    del train
    return figures(screened(path, Screener(load_rules())))


def screened(path: Path, screener: Screener) -> list[Row]:
    """Every readable labelled line of a file, screened. Raises `UsageError` where there is none."""
    rows: list[Row] = []
    for found in read_objects(path):
        if isinstance(found, Rejected):
            continue
        _number, label = found
        relevant = labelled_relevant(label)
        if relevant is None:
            continue
        try:
            post = parse_post(label)
        except PostError:
            continue
        rows.append(Row(dict(label), relevant, post.channel_class, screener.screen(post)))
    if not rows:
        raise UsageError(f"{path} 里没有带 relevant（true 或 false）或 kind 标注的行。请用带标注的 JSON lines 文件。")
    return rows


def figures(rows: Sequence[Row]) -> dict[str, float]:
    """The flat metrics of screened rows; a metric without any row to count is left out, never shown as zero."""
    told = _totals(rows)
    ours = [row for row in rows if row.relevant]
    for name, cells in _cells(ours):
        for value, cell in sorted(cells.items()):
            told[f"n@{name}={value}"] = len(cell)
            told[f"recall@{name}={value}"] = _share(row.found.band == HIT for row in cell)
            told[f"recall_with_suspect@{name}={value}"] = _share(row.found.band != OUT for row in cell)
            told.update((f"{key}@{name}={value}", figure) for key, figure in _told_of(_reached(cell)).items())
    return told


def _totals(rows: Sequence[Row]) -> dict[str, float]:
    ours = [row for row in rows if row.relevant]
    hits = [row for row in rows if row.found.band == HIT]
    told: dict[str, float] = {"n": len(rows), "n_relevant": len(ours)}
    if hits:
        told["precision"] = _share(row.relevant for row in hits)
    if ours:
        told["recall"] = _share(row.found.band == HIT for row in ours)
        told["recall_with_suspect"] = _share(row.found.band != OUT for row in ours)
    told["suspect_share"] = _share(row.found.band == SUSPECT for row in rows)
    told.update(_told_of(_reached(ours)))
    return told


def _reached(ours: Iterable[Row]) -> list[Row]:
    return [row for row in ours if row.found.band != OUT]


def _told_of(rows: Sequence[Row]) -> dict[str, float]:
    """Lead, concern and level of relevant rows, each over the rows that carry that label."""
    led = [row for row in rows if row.label.get("lead")]
    kinds = [row for row in rows if row.label.get("kind")]
    levels = [row for row in rows if row.label.get("level") in LEVELS]
    told: dict[str, float] = {}
    if led:
        told["lead_strict"] = _share(row.found.lead == row.label["lead"] for row in led)
        told["lead_lenient"] = _share(row.found.lead in _acceptable(row.label) for row in led)
    if kinds:
        told["kind_accuracy"] = _share(row.found.concern == row.label["kind"] for row in kinds)
    if levels:
        told["level_accuracy"] = _share(_steps(row) == 0 for row in levels)
        told["level_within_one"] = _share(_steps(row) <= 1 for row in levels)
    return told


def _acceptable(label: dict[str, Any]) -> set[str]:
    given = label.get("acceptable_leads")
    return {label["lead"], *(given if isinstance(given, list) else [])}


def _steps(row: Row) -> int:
    """How many levels the suggestion is away from the label; no suggestion is as far as can be."""
    if row.found.level not in LEVELS:
        return len(LEVELS)
    return abs(LEVELS.index(row.found.level) - LEVELS.index(row.label["level"]))


def _cells(ours: Sequence[Row]) -> Iterator[tuple[str, dict[str, list[Row]]]]:
    yield "channel", _grouped(ours, lambda row: row.channel)
    if any(row.label.get("kind") for row in ours):
        yield "concern", _grouped(ours, lambda row: str(row.label.get("kind") or "未标注"))
    if any("note" in row.label for row in ours):
        yield "writing", _grouped(ours, lambda row: _writing(str(row.label.get("note") or "")))


def _writing(note: str) -> str:
    if "混淆" in note:
        return "混淆写法"
    return "无明显关键词" if "无局名" in note else "直白"


def _grouped(rows: Sequence[Row], key: Any) -> dict[str, list[Row]]:
    cells: dict[str, list[Row]] = {}
    for row in rows:
        cells.setdefault(key(row), []).append(row)
    return cells


def _share(values: Iterable[bool]) -> float:
    counted = list(values)
    return round(sum(counted) / len(counted), 4)
