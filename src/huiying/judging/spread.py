"""How an event spread (C10.5 出处、传播路径、跟帖情况): first seen, outlets by tier, platforms over time, and what was
taken from where. Posts and outlets only: a private account is never more than the name of its platform (INV-10).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from huiying.engine.post import Post as EnginePost
from huiying.engine.spread import FOLLOWERS, INFERRED, Cascade, ancestor_path, depths, root_confidence
from huiying.judging.material import Material, PostFacts

NODES: Final = 24  # posts that are drawn; the rest stands there as counts
_COPIED: Final = 0.6


@dataclass(frozen=True, slots=True)
class Edge:
    """`child` came from `parent` (ids of posts). Inferred edges must look different wherever they are shown."""

    child: int
    parent: int
    confidence: float | None
    inferred: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class Node:
    """A post as drawn: where and when, how deep, how many more hang below it that are not drawn (`folded`)."""

    post: int
    place: str
    is_outlet: bool
    tier: int | None
    own: bool
    at: dt.datetime
    depth: int
    below: int
    folded: int
    title: str


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform's part: posts, when it was first seen there, and its posts of each hour that has any."""

    name: str
    posts: int
    first_at: dt.datetime
    hours: tuple[tuple[dt.datetime, int], ...]


@dataclass(frozen=True, slots=True)
class Tier:
    """Outlets of one tier (4 central … 0), earliest first."""

    tier: int
    outlets: tuple[str, ...]
    posts: int
    first_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Following:
    """跟帖情况: what the sources count, of how many posts, and what came in itself.

    `comments`, `reposts`: None where no post brought the figure. `unknown`: posts without a comment figure.
    """

    comments: int | None
    reposts: int | None
    unknown: int
    comments_heard: int
    reposts_heard: int
    copies: int


@dataclass(frozen=True, slots=True)
class Spread:
    """`first` is None without posts. `depth`: steps of the longest known path. `lone`: posts that came from nowhere
    that is known; `outside`: posts taken from one that never came in; `unread`: posts not looked at.
    """

    first: PostFacts | None
    last_at: dt.datetime | None
    posts: int
    platforms: tuple[Platform, ...]
    tiers: tuple[Tier, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    rest: tuple[tuple[str, int], ...]
    depth: int
    explicit: int
    inferred: int
    lone: int
    outside: int
    following: Following
    unread: int


def spread_of(material: Material, most: int = NODES) -> Spread:
    """The spread of an event's posts. No query; work is linear in the posts but for the depth of chains."""
    rows = material.rows
    edges, outside = edges_of(material)
    above = {edge.child: edge.parent for edge in edges}
    deep = depths(above.items())
    drawn = _drawn(material, above, deep, most)
    shown = {node for node, _below, _folded in drawn}
    nodes = tuple(
        Node(
            post=row.post,
            place=row.place,
            is_outlet=bool(row.outlet),
            tier=row.tier,
            own=row.own,
            at=row.at,
            depth=deep.get(row.post, 0),
            below=below,
            folded=folded,
            title=row.title,
        )
        for row, below, folded in ((material.by_post[post], below, folded) for post, below, folded in drawn)
    )
    rest = Counter(row.place for row in rows if row.post not in shown)
    return Spread(
        first=min(rows, key=lambda row: (not row.timed, row.at, row.post), default=None),
        last_at=max((row.at for row in rows), default=None),
        posts=len(rows) + material.unread,
        platforms=_platforms(rows),
        tiers=_tiers(rows),
        nodes=nodes,
        edges=tuple(_shown_edges(edges, shown, above)),
        rest=tuple(sorted(rest.items(), key=lambda item: (-item[1], item[0]))),
        depth=max(deep.values(), default=0),
        explicit=sum(not edge.inferred for edge in edges),
        inferred=sum(edge.inferred for edge in edges),
        lone=len(rows) - len(edges) - outside,
        outside=outside,
        following=following_of(material),
        unread=material.unread,
    )


def edges_of(material: Material) -> tuple[list[Edge], int]:
    """(edges, posts taken from one that never came in). At most one parent a post, and never a ring."""
    above: dict[int, int] = {}
    edges: list[Edge] = []
    outside = 0
    roots = _Roots(material)
    for row in material.rows:
        edge = _stored(row, material) or roots.edge(row)
        if edge is None:
            outside += bool(row.parent)
            continue
        if edge.parent == row.post or row.post in ancestor_path_of(edge.parent, above):
            continue
        above[row.post] = edge.parent
        edges.append(edge)
    return edges, outside


def ancestor_path_of(post: int, above: Mapping[int, int]) -> tuple[int, ...]:
    """All ancestors of a post, itself first."""
    return (post, *ancestor_path(post, above.get, len(above) + 1))


def _stored(row: PostFacts, material: Material) -> Edge | None:
    """What was found when the post came in; the earlier copy where what the source names never came in itself."""
    if row.parent.startswith("#") and row.parent[1:].isdigit():
        parent = material.newest.get(int(row.parent[1:]), 0)
        if parent in material.by_post and parent != row.post:
            inferred = row.evidence.startswith(INFERRED)
            return Edge(row.post, parent, row.confidence, inferred, row.evidence)
    if row.copy_of is not None:
        parent = material.newest.get(row.copy_of, 0)
        if parent in material.by_post and parent != row.post:
            return Edge(row.post, parent, _COPIED, True, f"{INFERRED}：与较早的一条文字相同或相近")
    return None


class _Roots:
    """Reposts and comments that nothing else is known of: they stand under the first post of their platform."""

    def __init__(self, material: Material) -> None:
        self._first: dict[str, PostFacts] = {}
        for row in sorted(material.rows, key=lambda row: (row.at, row.post)):
            if row.kind not in FOLLOWERS:
                self._first.setdefault(row.platform, row)
        self._sizes: Counter[int] = Counter()

    def edge(self, row: PostFacts) -> Edge | None:
        if row.kind not in FOLLOWERS or row.parent:
            return None
        root = self._first.get(row.platform)
        if root is None or root.post == row.post or root.at > row.at:
            return None
        minutes = (row.at - root.at).total_seconds() / 60
        cascade = Cascade(str(root.post), minutes, self._sizes[root.post])
        self._sizes[root.post] += 1
        sure = root_confidence(EnginePost(native_id=str(row.post), text=row.begins), cascade)
        return Edge(row.post, root.post, sure, True, f"{INFERRED}：没有写明转自哪一条，按直接转自本平台首发算")


def _drawn(
    material: Material, above: Mapping[int, int], deep: Mapping[int, int], most: int
) -> list[tuple[int, int, int]]:
    """(post, how many hang below it, how many of those are folded into it) of what is drawn, earliest first.

    The first seen, what most came from, and outlets by tier; a post whose parent is not drawn hangs below the nearest
    ancestor that is.
    """
    rows = material.rows
    below: Counter[int] = Counter()
    for post in sorted(deep, key=lambda post: -deep[post]):
        if post in above:
            below[above[post]] += 1 + below[post]
    earliest = min(rows, key=lambda row: (not row.timed, row.at, row.post), default=None)
    ranked = sorted(
        rows,
        key=lambda row: (
            row is not earliest, -((row.tier or 0) if row.outlet else 0), -below[row.post], row.at, row.post,
        ),
    )  # fmt: skip
    shown = {row.post for row in ranked[:most]}
    folded: Counter[int] = Counter()
    for row in rows:
        if row.post in shown:
            continue
        nearest = next((post for post in ancestor_path_of(row.post, above)[1:] if post in shown), None)
        if nearest is not None:
            folded[nearest] += 1
    ordered = sorted((material.by_post[post] for post in shown), key=lambda row: (row.at, row.post))
    return [(row.post, below[row.post], folded[row.post]) for row in ordered]


def _shown_edges(edges: Iterable[Edge], shown: set[int], above: Mapping[int, int]) -> Iterable[Edge]:
    """Edges between drawn posts; one that leads over posts which are not drawn is as unsure as its worst part."""
    by_child = {edge.child: edge for edge in edges}
    for child in sorted(shown):
        edge = by_child.get(child)
        if edge is None:
            continue
        parent, sure, inferred = edge.parent, edge.confidence, edge.inferred
        while parent not in shown and parent in above:
            step = by_child[parent]
            inferred = inferred or step.inferred
            sure = None if sure is None or step.confidence is None else min(sure, step.confidence)
            parent = step.parent
        if parent in shown:
            yield Edge(child, parent, sure, inferred, edge.evidence)


def _platforms(rows: Iterable[PostFacts]) -> tuple[Platform, ...]:
    hours: dict[str, Counter[dt.datetime]] = {}
    first: dict[str, dt.datetime] = {}
    for row in rows:
        counts = hours.setdefault(row.platform, Counter())
        counts[row.at.replace(minute=0, second=0, microsecond=0)] += 1
        first[row.platform] = min(first.get(row.platform, row.at), row.at)
    found = (
        Platform(name, sum(counts.values()), first[name], tuple(sorted(counts.items())))
        for name, counts in hours.items()
    )
    return tuple(sorted(found, key=lambda one: (one.first_at, one.name)))


def _tiers(rows: Iterable[PostFacts]) -> tuple[Tier, ...]:
    by_tier: dict[int, list[PostFacts]] = {}
    for row in sorted(rows, key=lambda row: (row.at, row.post)):
        if row.outlet:
            by_tier.setdefault(row.tier or 0, []).append(row)
    return tuple(
        Tier(tier, tuple(dict.fromkeys(row.outlet for row in found)), len(found), found[0].at)
        for tier, found in sorted(by_tier.items(), reverse=True)
    )


def following_of(material: Material) -> Following:
    """What follows the posts: counted by the sources, and heard ourselves."""
    heard = [row for row in material.rows if row.kind not in FOLLOWERS]
    comments = [row.figure("comments") for row in heard]
    return Following(
        comments=_sum(comments),
        reposts=_sum([row.figure("reposts") for row in heard]),
        unknown=sum(value is None for value in comments),
        comments_heard=sum(row.kind == "comment" for row in material.rows),
        reposts_heard=sum(row.kind == "repost" for row in material.rows),
        copies=sum(material.copies.values()),
    )


def _sum(values: Iterable[float | None]) -> int | None:
    known = [value for value in values if value is not None]
    return int(sum(known)) if known else None
