"""`eval alarms`: how early and how rightly an event that will be large is called (C6.11, C6.12).

A cascade a line: `kind`, and `events` as `[id, parent or null, voice, time]`. Positive is the top quartile by final
size within its `kind`. Five folds; weights and thresholds are chosen inside each training part alone.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.model_selection import StratifiedKFold

from huiying.engine.alarms import CHECKPOINTS, AlarmModel, Heard, Shape, Threshold, fit, shape_of
from huiying.engine.evaluation import UsageError
from huiying.engine.lines import Rejected, read_objects

FOLDS: Final = 5
INNER: Final = 4
_SEED: Final = 0
_LEAST_CASCADES: Final = 20
_SLOPES: Final = (0.0, 0.2, 0.4)
EARLY: Final = 0.10  # of the final volume
PRECISION: Final = 0.70
RECALL: Final = 0.80
_WEEK: Final = 7 * 86_400.0
_FALLS_BY: Final = 0.7  # hysteresis, as in the product

Alarms = Mapping[int, int]  # cascade → after how many posts
Logits = dict[int, list[tuple[int, float]]]


@dataclass(frozen=True)
class Cascade:
    """`size` counts every post, `heard` only those with a time. `shapes` by number of posts."""

    kind: str
    size: int
    heard: list[Heard]
    shapes: dict[int, Shape]


def evaluate(path: Path, train: Path | None = None) -> dict[str, float]:
    """Flat figures. `precision`, `recall`, `median_share` are those of 预警, with `watch_` those of 观察, with
    `baseline_` those of rates and of a z-score in the same run; `*_early_recall` counts
    only alarms by a tenth of the final volume; `lead_hours_*` is from the alarm to half of the final volume.
    """
    cascades = read(path)
    grew = positives(cascades)
    if train is None:
        alarms = _crossed(cascades, grew)
    else:
        known = read(train)
        model, thresholds = learn(known, positives(known))
        logits = _logits(model, cascades, range(len(cascades)))
        alarms = {level: _first(logits, threshold) for level, threshold in thresholds.items()}
    figures: dict[str, float] = {
        "n": len(cascades),
        "positive": int(sum(grew)),
        "without_times": sum(len(one.heard) < CHECKPOINTS[0] for one in cascades),
        "weeks": round(_weeks(cascades), 2),
        **_scores(alarms["alert"], cascades, grew, ""),
        **_scores(alarms["watch"], cascades, grew, "watch_"),
        "churn": round(_churn(alarms), 4),
    }
    for name, baseline in BASELINES.items():
        found = {place: at for place, one in enumerate(cascades) if (at := baseline(one.heard))}
        figures |= _scores(found, cascades, grew, f"baseline_{name}_")
    return figures


def read(path: Path) -> list[Cascade]:
    """The cascades of a file. Raises UsageError with line and field."""
    found = []
    for row in read_objects(path):
        if isinstance(row, Rejected):
            raise UsageError(f"{row.file} 第 {row.line} 行：{row.reason}。请改正后再试。")
        line, one = row
        events = one.get("events")
        if not isinstance(events, list) or not events:
            raise UsageError(f"{path} 第 {line} 行：缺少 events（一串 [编号, 上级, 来源, 时间]）。")
        try:
            found.append(_cascade(str(one.get("kind", "")), events))
        except (TypeError, ValueError, IndexError) as error:
            raise UsageError(f"{path} 第 {line} 行：events 应为 [编号, 上级或 null, 来源, 时间]：{error}") from error
    if len(found) < _LEAST_CASCADES:
        raise UsageError(f"{path} 只有 {len(found)} 条传播链，至少要 {_LEAST_CASCADES} 条才能分折验证。")
    return found


def _cascade(kind: str, events: Sequence[Sequence[Any]]) -> Cascade:
    timed = [(moment, row) for row in events if (moment := _seconds(row[3])) is not None]
    timed.sort(key=lambda one: one[0])
    first = timed[0][1][0] if timed else None
    heard = [
        Heard(at, None if row[2] is None else str(row[2]), "" if row[1] is None else _parent(row[1], first))
        for at, row in timed
    ]
    shapes = {posts: shape_of(heard[:posts]) for posts in CHECKPOINTS if posts <= len(heard)}
    return Cascade(kind, len(events), heard, shapes)


def _parent(parent: object, first: object) -> str:
    return "root" if parent == first else str(parent)


def _seconds(words: object) -> float | None:
    """Seconds since the epoch of a local time without zone, None where there is none."""
    if not isinstance(words, str) or not words:
        return None
    try:
        return dt.datetime.fromisoformat(words[:19]).replace(tzinfo=dt.UTC).timestamp()
    except ValueError:
        return None


def positives(cascades: Sequence[Cascade]) -> list[bool]:
    """Top quartile by final size within the kind."""
    sizes: dict[str, list[int]] = defaultdict(list)
    for one in cascades:
        sizes[one.kind].append(one.size)
    least = {kind: float(np.quantile(some, 0.75)) for kind, some in sizes.items()}
    return [one.size >= least[one.kind] for one in cascades]


def learn(cascades: Sequence[Cascade], grew: Sequence[bool]) -> tuple[AlarmModel, dict[str, Threshold]]:
    """Weights from all of these cascades, thresholds from inner folds of them."""
    everything = list(range(len(cascades)))
    inner: Logits = {}
    for taught, asked in _folds(cascades, grew, everything, INNER):
        inner |= _logits(_fit(cascades, grew, taught), cascades, asked)
    return _fit(cascades, grew, everything), _choose(inner, cascades, grew)


def _crossed(cascades: Sequence[Cascade], grew: Sequence[bool]) -> dict[str, dict[int, int]]:
    alarms: dict[str, dict[int, int]] = {"alert": {}, "watch": {}}
    for taught, asked in _folds(cascades, grew, list(range(len(cascades))), FOLDS):
        model, thresholds = learn([cascades[one] for one in taught], [grew[one] for one in taught])
        logits = _logits(model, cascades, asked)
        for level, threshold in thresholds.items():
            alarms[level] |= _first(logits, threshold)
    return alarms


def _folds(
    cascades: Sequence[Cascade], grew: Sequence[bool], chosen: Sequence[int], folds: int
) -> list[tuple[list[int], list[int]]]:
    strata = [f"{cascades[one].kind}:{grew[one]}" for one in chosen]
    splitter = StratifiedKFold(folds, shuffle=True, random_state=_SEED)
    return [
        ([chosen[one] for one in taught], [chosen[one] for one in asked])
        for taught, asked in splitter.split(strata, strata)
    ]


def _fit(cascades: Sequence[Cascade], grew: Sequence[bool], chosen: Sequence[int]) -> AlarmModel:
    rows = [(shape, grew[one]) for one in chosen for shape in cascades[one].shapes.values()]
    return fit([shape for shape, _ in rows], [large for _, large in rows])


def _logits(model: AlarmModel, cascades: Sequence[Cascade], chosen: Sequence[int] | range) -> Logits:
    return {one: [(posts, model.logit(shape)) for posts, shape in cascades[one].shapes.items()] for one in chosen}


def _first(logits: Logits, threshold: Threshold) -> dict[int, int]:
    found = {}
    for one, path in logits.items():
        at = next((posts for posts, logit in path if logit >= threshold.at(posts)), None)
        if at is not None:
            found[one] = at
    return found


def _choose(logits: Logits, cascades: Sequence[Cascade], grew: Sequence[bool]) -> dict[str, Threshold]:
    """预警: the earliest threshold with the wanted precision and recall, else the one nearest to both.
    观察: the most precise threshold whose median alarm comes by a tenth of the volume.
    """
    tried = []
    for slope in _SLOPES:
        for least in np.arange(-1.5, 2.0, 0.05):
            threshold = Threshold(round(float(least), 2), slope)
            scores = _scores(_first(logits, threshold), cascades, grew, "")
            if scores["recall"] > 0:
                tried.append((threshold, scores))
    good = [one for one in tried if one[1]["precision"] >= PRECISION and one[1]["recall"] >= RECALL]
    near = [(min(one[1]["precision"] / PRECISION, one[1]["recall"] / RECALL), one) for one in tried]
    alert = min(good, key=lambda one: one[1]["median_share"]) if good else max(near, key=lambda one: one[0])[1]
    early = [one for one in tried if one[1]["median_share"] <= EARLY and one[1]["recall"] >= RECALL]
    watch = (
        max(early, key=lambda one: one[1]["precision"]) if early else min(tried, key=lambda one: one[1]["median_share"])
    )
    return {"alert": alert[0], "watch": watch[0]}


def _scores(alarms: Alarms, cascades: Sequence[Cascade], grew: Sequence[bool], prefix: str) -> dict[str, float]:
    right = [one for one in alarms if grew[one]]
    shares = [alarms[one] / cascades[one].size for one in right]
    leads = [_lead(cascades[one], alarms[one]) for one in right]
    false = len(alarms) - len(right)
    positive = sum(grew[one] for one in range(len(grew)))
    return {
        f"{prefix}precision": round(len(right) / len(alarms), 4) if alarms else 0.0,
        f"{prefix}recall": round(len(right) / positive, 4) if positive else 0.0,
        f"{prefix}median_share": round(float(np.median(shares)), 4) if shares else 1.0,
        f"{prefix}early_recall": round(sum(share <= EARLY for share in shares) / positive, 4) if positive else 0.0,
        f"{prefix}lead_hours_median": round(float(np.median(leads)), 3) if leads else 0.0,
        f"{prefix}lead_hours_p10": round(float(np.quantile(leads, 0.1)), 3) if leads else 0.0,
        f"{prefix}false_per_week": round(false / max(_weeks(cascades), 1e-9), 3),
    }


def _lead(one: Cascade, posts: int) -> float:
    """Hours from the alarm until half of the final volume was there; negative where the alarm came later."""
    half = min(len(one.heard), max(1, round(one.size / 2)))
    return (one.heard[half - 1].at - one.heard[posts - 1].at) / 3600


def _weeks(cascades: Sequence[Cascade]) -> float:
    """How long the cascades' beginnings span, without the outermost tenths: a lone early one says nothing of a rate."""
    starts = [one.heard[0].at for one in cascades if one.heard]
    if not starts:
        return 0.0
    return float(np.quantile(starts, 0.9) - np.quantile(starts, 0.1)) / 0.8 / _WEEK


def _churn(alarms: Mapping[str, Alarms]) -> float:
    """Level changes for each alarmed cascade. A level once reached holds while posts come, so at best 1, at most 2."""
    called = set(alarms["watch"]) | set(alarms["alert"])
    changes = sum(
        1 + (one in alarms["alert"] and alarms["watch"].get(one, 1 << 30) < alarms["alert"][one]) for one in called
    )
    return changes / len(called) if called else 0.0


def _rate(least: int, seconds: float) -> Callable[[Sequence[Heard]], int]:
    """An alarm as soon as `least` posts came within `seconds`; 0 for none."""

    def first(heard: Sequence[Heard]) -> int:
        for place in range(least - 1, len(heard)):
            if heard[place].at - heard[place - least + 1].at <= seconds:
                return place + 1
        return 0

    return first


def _z_score(heard: Sequence[Heard]) -> int:
    """An exponentially weighted mean and variance of ten-minute counts; z ≥ 3 and at least five posts."""
    counts: dict[int, int] = defaultdict(int)
    mean, variance, seen, last = 0.0, 0.0, 0, None
    for place, post in enumerate(heard):
        bin_ = int((post.at - heard[0].at) // 600)
        if last is not None and bin_ != last:
            for _empty in range(min(bin_ - last, 200)):
                count = counts[last + _empty]
                variance = 0.9 * (variance + 0.1 * (count - mean) ** 2)
                mean += 0.1 * (count - mean)
            seen = bin_
        counts[bin_] += 1
        last = bin_
        if seen and counts[bin_] >= 5 and (counts[bin_] - mean) / max(variance, 1.0) ** 0.5 >= 3:
            return place + 1
    return 0


BASELINES: Final[Mapping[str, Callable[[Sequence[Heard]], int]]] = {
    "z3": _z_score,
    "10_in_10min": _rate(10, 600),
    "30_in_1h": _rate(30, 3_600),
    "50_in_1h": _rate(50, 3_600),
    "100_in_3h": _rate(100, 10_800),
}
