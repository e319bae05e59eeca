"""`eval events`: the event stream against labelled events, or "same event or not?" against labelled pairs.

Groupings are compared by NMI, B³, ARI, V-measure, best-match and pairwise F1, final (merges followed) and frozen, as
each post was told on arrival; the stream runs once, without parents, and first story detection stands beside it as
baseline.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from huiying.engine.clusters import Clusters
from huiying.engine.duplicates import Scratch, read
from huiying.engine.evaluation import UsageError
from huiying.engine.lines import FileUnreadable, Rejected, read_objects
from huiying.engine.post import Post, PostError, parse_post
from huiying.engine.rules import load_rules
from huiying.engine.stream import EventStream, StreamSettings
from huiying.engine.texts import post_text

Labels = Sequence[Hashable]


@dataclass(frozen=True, slots=True)
class Contingency:
    """Sizes of the true groups, of the found groups and of their overlaps; `n` rows in all."""

    n: int
    true: Counter[Hashable]
    found: Counter[Hashable]
    both: Counter[tuple[Hashable, Hashable]]


def contingency(true: Labels, found: Labels) -> Contingency:
    """Count overlaps. Raises ValueError where the two do not have the same length."""
    pairs = list(zip(true, found, strict=True))
    return Contingency(len(pairs), Counter(true), Counter(found), Counter(pairs))


def scores(true: Labels, found: Labels) -> dict[str, float]:
    """Every metric of this module under its name; an empty input gives zeros."""
    table = contingency(true, found)
    if not table.n:
        return dict.fromkeys(("nmi", "v_measure", "ari", "b3_p", "b3_r", "b3_f1", "pair_p", "pair_r", "pair_f1"), 0.0)
    precision, recall, f1 = b_cubed(table)
    pair_precision, pair_recall, pair_f1 = pairwise(table)
    macro, micro = best_match(table)
    return {
        "nmi": nmi(table),
        "v_measure": v_measure(table),
        "ari": adjusted_rand(table),
        "b3_p": precision,
        "b3_r": recall,
        "b3_f1": f1,
        "best_match_macro": macro,
        "best_match_micro": micro,
        "pair_p": pair_precision,
        "pair_r": pair_recall,
        "pair_f1": pair_f1,
    }


def nmi(table: Contingency) -> float:
    """Mutual information over the geometric mean of the two entropies, as MStream and OSDM report it."""
    scale = math.sqrt(_entropy(table.true, table.n) * _entropy(table.found, table.n))
    return _information(table) / scale if scale else float(len(table.true) == len(table.found))


def v_measure(table: Contingency) -> float:
    """Harmonic mean of homogeneity and completeness: mutual information over the arithmetic mean."""
    scale = (_entropy(table.true, table.n) + _entropy(table.found, table.n)) / 2
    return _information(table) / scale if scale else 1.0


def adjusted_rand(table: Contingency) -> float:
    """Hubert and Arabie's index: 0 for chance, 1 for the same grouping."""
    both, true, found = (sum(map(_pairs, sizes.values())) for sizes in (table.both, table.true, table.found))
    every = _pairs(table.n)
    expected = true * found / every if every else 0.0
    ceiling = (true + found) / 2
    return (both - expected) / (ceiling - expected) if ceiling != expected else 1.0


def b_cubed(table: Contingency) -> tuple[float, float, float]:
    """B³ precision, recall and F1: the mean over posts of how pure, and how whole, each one's group is."""
    precision = recall = 0.0
    for (true, found), size in table.both.items():
        precision += size * size / table.found[found]
        recall += size * size / table.true[true]
    precision, recall = precision / table.n, recall / table.n
    return precision, recall, _harmonic(precision, recall)


def pairwise(table: Contingency) -> tuple[float, float, float]:
    """Precision, recall and F1 over pairs of posts that stand together."""
    both, true, found = (sum(map(_pairs, sizes.values())) for sizes in (table.both, table.true, table.found))
    precision, recall = both / found if found else 0.0, both / true if true else 0.0
    return precision, recall, _harmonic(precision, recall)


def best_match(table: Contingency) -> tuple[float, float]:
    """(macro, micro): each true group's F1 with the found group that suits it best, plain and weighed by size."""
    best: dict[Hashable, float] = {}
    for (true, found), size in table.both.items():
        f1 = 2 * size / (table.true[true] + table.found[found])
        best[true] = max(best.get(true, 0.0), f1)
    micro = sum(f1 * table.true[true] for true, f1 in best.items()) / table.n
    return sum(best.values()) / len(best), micro


def _entropy(sizes: Counter[Hashable], n: int) -> float:
    return -math.fsum(size / n * math.log(size / n) for size in sizes.values())


def _information(table: Contingency) -> float:
    return math.fsum(
        size / table.n * math.log(size * table.n / (table.true[true] * table.found[found]))
        for (true, found), size in table.both.items()
    )


def _pairs(size: int) -> int:
    return size * (size - 1) // 2


def _harmonic(left: float, right: float) -> float:
    return 2 * left * right / (left + right) if left + right else 0.0


JOINS: Final = 0.4
_POSTINGS: Final = 200


def first_stories(posts: Sequence[Post], joins: float = JOINS) -> list[int]:
    """An event for each post: cosine of TF-IDF vectors with every earlier post, counts as they were on arrival."""
    from huiying.engine.kernels import step

    clusters, scratch = Clusters(live=1), Scratch()
    seen: dict[int, int] = defaultdict(int)
    postings: dict[int, list[tuple[int, float]]] = defaultdict(list)
    events: list[int] = []
    for number, post in enumerate(posts):
        read(post_text(post), scratch, clusters.rarity)
        found = int(scratch.facts[step.ROWS])
        rows, tallies = scratch.arrays[0][:found].tolist(), scratch.arrays[1][:found].tolist()
        weighed = {
            row: (1 + math.log(tally)) * math.log(1 + (number + 1) / (seen[row] + 0.5))
            for row, tally in zip(rows, tallies, strict=True)
        }
        length = math.sqrt(math.fsum(weight * weight for weight in weighed.values())) or 1.0
        dots: dict[int, float] = defaultdict(float)
        for row, weight in weighed.items():
            for other, theirs in postings[row][-_POSTINGS:]:
                dots[other] += weight / length * theirs
            postings[row].append((number, weight / length))
            seen[row] += 1
        nearest = max(dots, key=lambda other: (dots[other], -other), default=-1)
        events.append(events[nearest] if nearest >= 0 and dots[nearest] >= joins else number)
    return events


def evaluate_pairs(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Precision, recall, F1 at the shipped threshold; the area under the ROC curve; the baseline "always the same"."""
    from huiying.engine.pairs import same_event, threshold  # words and their kinds: only files of pairs need them

    true: list[bool] = []
    sure: list[float] = []
    for number, row in enumerate(rows, start=1):
        label = str(row.get("label"))
        if label not in ("0", "1", "True", "False") or not all(
            isinstance(row.get(n), str) for n in ("source", "target")
        ):
            raise UsageError(f"第 {number} 行：应有 source、target（文字）和 label（0 或 1）。")
        true.append(label in ("1", "True"))
        sure.append(same_event(row["source"], row["target"]))
    said = [value >= threshold() for value in sure]
    right = sum(one and two for one, two in zip(true, said, strict=True))
    precision = right / sum(said) if any(said) else 0.0
    recall = right / sum(true) if any(true) else 0.0
    share = sum(true) / len(true)
    return {
        "n": len(rows),
        "positive": sum(true),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        "auc": _area(true, sure),
        "always_f1": 2 * share / (1 + share),
    }


def _area(true: Sequence[bool], sure: Sequence[float]) -> float:
    """The probability that a pair of one event stands above one of two; ties count half."""
    order = sorted(range(len(sure)), key=sure.__getitem__)
    ranks, at = [0.0] * len(sure), 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and sure[order[end + 1]] == sure[order[at]]:
            end += 1
        for place in range(at, end + 1):
            ranks[order[place]] = (at + end) / 2 + 1
        at = end + 1
    positive = sum(true)
    if not 0 < positive < len(true):
        return 0.0
    total = sum(rank for rank, one in zip(ranks, true, strict=True) if one)
    return (total - positive * (positive + 1) / 2) / (positive * (len(true) - positive))


LABELS: Final = ("event", "event_id", "silver_event", "clusterNo")
_BODIES: Final = ("text", "textCleaned", "detail")
_TITLES: Final = ("title", "topic")
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_STEP: Final = timedelta(minutes=1)
_SHOWN: Final = ("nmi", "b3_f1", "ari")


def evaluate(path: str | Path, train: str | Path | None = None) -> dict[str, float]:
    """Metrics by name. Raises `UsageError` where the file has neither events nor pairs as labels."""
    rows = objects(path)
    if any("source" in row and "target" in row and "label" in row for row in rows[:1]):
        return evaluate_pairs(rows)
    name = label_name(rows, LABELS)
    posts = [labelled_post(row, number) for number, row in enumerate(rows)]
    stream = EventStream(StreamSettings(ignore_parents=True, own_names=load_rules("anshan").own_names))
    arrived = [stream.observe(post).event for post in posts]
    labelled = [at for at, row in enumerate(rows) if row.get(name) is not None]
    true = [str(rows[at][name]) for at in labelled]
    final = [stream.final(arrived[at]) for at in labelled]
    figures: dict[str, float] = {
        "n": len(labelled),
        "rows": len(rows),
        "events_true": len(set(true)),
        "events_found": len(set(final)),
        **scores(true, final),
    }
    figures |= {f"frozen_{key}": value for key, value in scores(true, [arrived[at] for at in labelled]).items()}
    return figures | baselines(true, posts, labelled)


def baselines(true: Labels, posts: Sequence[Post], labelled: Sequence[int]) -> dict[str, float]:
    """The three that every figure has to beat: all apart, all together, and first story detection."""
    stories = first_stories(posts)
    groupings: Mapping[str, Labels] = {
        "singletons": list(range(len(labelled))),
        "one_event": [0] * len(labelled),
        "first_story": [stories[at] for at in labelled],
    }
    found: dict[str, float] = {}
    for name, grouping in groupings.items():
        values = scores(true, grouping)
        found |= {f"{name}_{key}": values[key] for key in _SHOWN}
    return found


def objects(path: str | Path) -> list[dict[str, Any]]:
    """The objects of a labelled file, in order. Raises `UsageError` where one cannot be read."""
    rows: list[dict[str, Any]] = []
    try:
        for row in read_objects(path):
            if isinstance(row, Rejected):
                raise UsageError(f"{row.file} 第 {row.line} 行：{row.reason}。标注文件须每行都可读。")
            rows.append(row[1])
    except FileUnreadable as error:
        raise UsageError(str(error)) from None
    if not rows:
        raise UsageError(f"{path} 是空文件：应为带标注的 JSON lines。")
    return rows


def label_name(rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> str:
    """Which of `names` the rows carry their label under."""
    held: set[str] = set()
    for row in rows:
        held.update(name for name in names if row.get(name) is not None)
    for name in names:
        if name in held:
            return name
    raise UsageError(f"没有标注：每行应有 {'、'.join(names)} 之一（事件），或 source、target、label（成对）。")


def labelled_post(row: Mapping[str, Any], number: int) -> Post:
    """A row as a post. Its place in the file is its id and, without a readable time, one minute each its time."""
    given = {
        "native_id": f"row-{number}",
        "title": _first(row, _TITLES) if _first(row, _BODIES) else "",
        "text": _first(row, _BODIES) or _first(row, _TITLES) or "（空）",
        "platform": row.get("platform"),
        "published_at": row.get("published_at") or (_START + number * _STEP).isoformat(),
    }
    try:
        return parse_post(given)
    except PostError:
        return parse_post({**given, "published_at": (_START + number * _STEP).isoformat(), "platform": None})


def _first(row: Mapping[str, Any], names: Sequence[str]) -> str:
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return ""
