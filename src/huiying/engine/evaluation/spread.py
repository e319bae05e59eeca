"""`eval spread`: parents that were found against parents that are known.

Two kinds of file. A repost tree a line (`root`, `root_time`, `root_text`, `nodes: [[id, parent, …, time, text]]`, an
empty parent being the root): every id is hidden from the inference, and root-always stands beside it. Posts a line
with `parent_id`: ids are hidden too, so that what a `//@` chain says is checked against the source's own word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

from huiying.engine.chains import parents
from huiying.engine.duplicates import Duplicate, DuplicateIndex, fingerprint
from huiying.engine.evaluation import UsageError
from huiying.engine.post import Post, PostError, parse_post
from huiying.engine.spread import (
    Cascade,
    Parent,
    SpreadIndex,
    ancestor_path,
    features,
    find_parent,
    moment_of,
)

_ZONE: Final = timezone(timedelta(hours=8))
_SHORT_TIME: Final = re.compile(r"(\d{1,2})月(\d{1,2})日 (\d{1,2}):(\d{1,2})")
_BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Tree:
    """A repost tree without ids: `posts[0]` is the root, then in time order; `parents` are places, -1 at the root."""

    posts: tuple[Post, ...]
    parents: tuple[int, ...]


def evaluate(path: Path, train: Path | None = None) -> dict[str, float]:
    """Figures of one file. Raises UsageError with what was expected."""
    first = next(_objects(path), None)
    if first is None:
        raise UsageError(f"{path} 是空的。应为一行一棵转发树，或一行一条带 parent_id 的帖子。")
    if "nodes" in first:
        return evaluate_trees([tree_of(row, path, line) for line, row in enumerate(_objects(path), 1)])
    return evaluate_posts(path)


def evaluate_trees(trees: Sequence[Tree]) -> dict[str, float]:
    """Parents of reposts whose ids are hidden; source: the first post of a tree by kind and time."""
    judged: list[tuple[bool, bool, float]] = []  # right, deep, confidence
    score, sources, root_right = 0.0, 0, 0
    for tree in trees:
        found = [parent for parent, _cascade in infer(tree)]
        above = {place: parent for place, parent in enumerate(tree.parents) if parent >= 0}.get
        for place in range(1, len(tree.posts)):
            parent = found[place]
            told = int(parent.id) if parent is not None else None
            true = tree.parents[place]
            judged.append((told == true, true != 0, parent.confidence if parent is not None else 0.0))
            root_right += true == 0
            guess = {int(key) for key in parent.ancestors} if parent is not None else set()
            truth = set(ancestor_path(place, above, len(tree.posts)))
            score += 2 * len(guess & truth) / (len(guess) + len(truth)) if guess or truth else 1.0
            sources += parent is not None and parent.ancestors[-1] == "0"
    if not judged:
        raise UsageError("没有一条转发可供核对：nodes 全是空的。应为 [编号, 上一条, …, 时间, 文字] 的列表。")
    n, deep = len(judged), [row for row in judged if row[1]]
    accuracy = sum(right for right, _deep, _c in judged) / n
    return {
        "n": n,
        "trees": len(trees),
        "parent_accuracy": accuracy,
        "root_always": root_right / n,
        "over_root_always": accuracy - root_right / n,
        "parent_accuracy_deep": sum(right for right, _deep, _c in deep) / len(deep) if deep else 1.0,
        "root_always_deep": 0.0,
        "deep_share": len(deep) / n,
        "ece": calibration_error([(right, confidence) for right, _deep, confidence in judged]),
        "mean_confidence": sum(confidence for _r, _d, confidence in judged) / n,
        "ancestor_path_f1": score / n,
        "source_accuracy": sources / n,
        "inferred_share": 1.0,
    }


def infer(tree: Tree) -> list[tuple[Parent | None, Cascade | None]]:
    """For each post of a tree, in order: the parent that is found without ids, and the cascade as it stood then."""
    index = _InTree()
    found: list[tuple[Parent | None, Cascade | None]] = []
    for post in tree.posts:
        cascade = index.cascade(post)
        parent = find_parent(post, index)
        index.add(post, parent)
        found.append((parent, cascade))
    return found


def examples(tree: Tree) -> Iterator[tuple[tuple[float, ...], bool]]:
    """(features, whether the root is the parent) of each repost: what the confidence is fitted on."""
    for place, (_parent, cascade) in enumerate(infer(tree)):
        if place and cascade is not None:
            yield features(tree.posts[place], cascade), tree.parents[place] == 0


def calibration_error(rows: Sequence[tuple[bool, float]]) -> float:
    """Expected calibration error over ten bins of equal width, weighted by how many edges each holds."""
    bins: list[list[tuple[bool, float]]] = [[] for _ in range(_BINS)]
    for right, confidence in rows:
        bins[min(int(confidence * _BINS), _BINS - 1)].append((right, confidence))
    gaps = (abs(sum(right for right, _c in rows_) - sum(c for _r, c in rows_)) for rows_ in bins if rows_)
    return sum(gaps) / len(rows) if rows else 0.0


class _InTree(SpreadIndex):
    """All posts are of one cascade; its source is the first that is no repost."""

    def cascade(self, post: Post) -> Cascade | None:
        return self.cascade_of("0", post) if len(self) else None


def tree_of(row: Mapping[str, Any], path: Path, line: int) -> Tree:
    """One line. Raises UsageError that names file, line and field."""
    try:
        begun = datetime.fromtimestamp(float(row["root_time"]), UTC)
        nodes = [(str(node[0]), str(node[1] or ""), str(node[-2]), str(node[-1] or "")) for node in row["nodes"]]
        root = str(row["root"])
        text = str(row["root_text"])
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        expected = "应有 root、root_time（秒）、root_text 和 nodes（[编号, 上一条, …, 时间, 文字] 的列表）"
        raise UsageError(f"{path} 第 {line} 行：{expected}，缺少或读不懂：{error}。") from None
    # Such files list the newest first; of two in the same second the later line came earlier.
    ordered = sorted(
        ((_moment(time, begun), -place, key, parent, words) for place, (key, parent, time, words) in enumerate(nodes)),
        key=lambda item: (item[0], item[1]),
    )
    place_of = {key: place for place, (_at, _line, key, _parent, _words) in enumerate(ordered, 1)}
    posts = [Post(native_id="0", text=text, published_at=begun, time_confidence="exact")]
    above = [-1]
    for place, (at, _line, _key, parent, words) in enumerate(ordered, 1):
        posts.append(Post(native_id=str(place), text=words, kind="repost", published_at=at, time_confidence="exact"))
        known = 0 if parent in ("", root) else place_of.get(parent, 0)
        above.append(known if known != place else 0)
    return Tree(tuple(posts), tuple(above))


def _moment(written: str, begun: datetime) -> datetime:
    """A time as the site wrote it: whole, or without its year; one that can not be read counts as the root's."""
    try:
        at = datetime.fromisoformat(written)
        return (at if at.tzinfo else at.replace(tzinfo=_ZONE)).astimezone(UTC)
    except ValueError:
        pass
    short = _SHORT_TIME.fullmatch(written.strip())
    here = begun.astimezone(_ZONE)
    if short is None:
        return begun
    month, day, hour, minute = map(int, short.groups())
    for year in (here.year, here.year + 1):
        try:
            at = datetime(year, month, day, hour, minute, 59, tzinfo=_ZONE)
        except ValueError:
            continue
        if at >= here:
            return at.astimezone(UTC)
    return begun


def evaluate_posts(path: Path) -> dict[str, float]:
    """Parents by what the posts themselves say, checked against `parent_id`, which is hidden from the search."""
    posts: list[Post] = []
    for line, row in enumerate(_objects(path), 1):
        try:
            posts.append(parse_post(row, line=line))
        except PostError as error:
            raise UsageError(f"{path}：{error}") from None
    true = {post.native_id: post.parent_id for post in posts if post.parent_id}
    if not true:
        raise UsageError(f"{path} 里没有 parent_id。应为一行一条帖子，至少有几条写明 parent_id。")
    told = _found_without_ids(posts)
    explicit = [post for post in posts if post.native_id in true and parents(post.text)]
    cued = [told[key] for key in true if told[key] is not None and not told[key].inferred]  # type: ignore[union-attr]
    right = {key: (found := told[key]) is not None and found.id == parent for key, parent in true.items()}
    named = _found_with_ids(posts)
    edges = [(post.native_id, found) for post in posts if (found := told[post.native_id]) is not None]
    said = [(key, found) for key, found in edges if not found.inferred]
    return {
        "n": len(posts),
        "with_parent": len(true),
        "explicit_n": len(explicit),
        "explicit_accuracy": _share([right[post.native_id] for post in explicit]),
        "explicit_found": _share([told[post.native_id] is not None for post in explicit]),
        "explicit_edges": len(said),
        "explicit_edge_precision": _share([true.get(key) == found.id for key, found in said]),
        "explicit_ece": calibration_error([(true.get(key) == found.id, found.confidence) for key, found in said]),
        "named_accuracy": _share([named[key] == parent for key, parent in true.items()]),
        "parent_accuracy": _share(list(right.values())),
        "cued_share": len(cued) / len(true),
        "inferred_edges": len(edges) - len(said),
        "ancestor_path_f1": _path_f1(true, told),
        "source_accuracy": _sources(true, told),
    }


def _found_without_ids(posts: Sequence[Post]) -> dict[str, Parent | None]:
    copies = DuplicateIndex()
    moments = {post.native_id: moment_of(post) for post in posts}

    def copy(post: Post) -> tuple[Duplicate, float] | None:
        found = copies.find(fingerprint(post.full_text))
        if found is None:
            return None
        now, then = moments[post.native_id], moments[found.key]
        return found, (now - then).total_seconds() / 86_400 if now and then else 0.0

    index = SpreadIndex(copies=copy)
    told: dict[str, Parent | None] = {}
    for post in posts:
        hidden = replace(post, parent_id=None, root_id=None)
        told[post.native_id] = find_parent(hidden, index)
        index.add(hidden, told[post.native_id])
        copies.add(post.native_id, fingerprint(post.full_text))
    return told


def _found_with_ids(posts: Sequence[Post]) -> dict[str, str | None]:
    index = SpreadIndex()
    told: dict[str, str | None] = {}
    for post in posts:
        found = find_parent(post, index)
        index.add(post, found)
        told[post.native_id] = found.id if found is not None else None
    return told


def _path_f1(true: Mapping[str, str], told: Mapping[str, Parent | None]) -> float:
    score = 0.0
    for key in true:
        found = told[key]
        guess = set(found.ancestors) if found is not None else set()
        truth = set(ancestor_path(key, true.get))
        score += 2 * len(guess & truth) / (len(guess) + len(truth))
    return score / len(true)


def _sources(true: Mapping[str, str], told: Mapping[str, Parent | None]) -> float:
    """Of the posts whose parent was found by an explicit cue: whether the uppermost ancestor is the true source."""
    found = [(key, parent) for key in true if (parent := told[key]) is not None and not parent.inferred]
    return _share([parent.ancestors[-1] == ancestor_path(key, true.get)[-1] for key, parent in found])


def _share(rights: Sequence[bool]) -> float:
    """The share that is right; 1.0 where there was nothing to get wrong (the count beside it says so)."""
    return sum(rights) / len(rights) if rights else 1.0


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError:
                row = None
            if not isinstance(row, dict):
                raise UsageError(f"{path} 第 {number} 行：应为一个 JSON 对象。请改正或删去这一行。")
            yield row
