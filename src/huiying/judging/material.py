"""What the pages of an event are read from: its posts, once, in a bounded number of queries; the views of people
(C10.5 网民观点), past events about the like. Posts and outlets only; no column here could name a person (INV-10).
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from django.db.models import QuerySet
from django.db.models.functions import Left

from huiying.engine.normalise import normalise
from huiying.engine.views import READ, Statement, Views, group_views
from huiying.judging import merging
from huiying.judging.models import Event, EventPost
from huiying.listening.models import Post

FIRST: Final = 1000  # posts read from the beginning …
LAST: Final = 500  # … and from the end, where there are more than both
BEGINS: Final = 64

_FIELDS: Final = (
    "pk", "post_id", "duplicate_of_id", "parent", "parent_evidence", "parent_confidence",
    "post__platform", "post__channel_class", "post__kind", "post__native_id", "post__outlet", "post__outlet_tier",
    "post__own_channel", "post__url", "post__title", "post__published_at", "post__time_confidence",
    "post__received_at", "post__metrics", "post__screening__concern", "post__screening__sensitivity",
    "begins",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PostFacts:
    """One post of an event. `at` is its own time, else when it came in (`timed` says which); `tier` 0 to 4 or None.

    `begins`: the first characters of its text, enough to see whether a repost says anything.
    """

    post: int
    copy_of: int | None
    parent: str
    evidence: str
    confidence: float | None
    platform: str
    channel: str
    kind: str
    native_id: str
    outlet: str
    tier: int | None
    own: bool
    url: str
    title: str
    at: dt.datetime
    timed: bool
    metrics: Mapping[str, Any]
    concern: str
    sensitivity: int
    begins: str

    @property
    def place(self) -> str:
        """An institution by its name, everybody else by the platform."""
        return self.outlet or self.platform

    @property
    def is_voice(self) -> bool:
        """Whether people speak here, on whatever channel, and not an outlet."""
        return not self.outlet and self.kind not in ("news", "page_change") and (self.tier or 0) < 2

    def figure(self, name: str) -> float | None:
        value = self.metrics.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@dataclass(frozen=True)
class Material:
    """`rows` in the order they stood, each post once with its newest figures; `unread` more were not looked at.

    `newest`: the row of a post's newest version by the id of any of its versions.
    """

    rows: tuple[PostFacts, ...]
    newest: Mapping[int, int]
    unread: int = 0

    @cached_property
    def by_post(self) -> dict[int, PostFacts]:
        return {row.post: row for row in self.rows}

    @cached_property
    def copies(self) -> dict[int, int]:
        """How many copies of a post came in: of the copy's copy too."""
        counts: dict[int, int] = {}
        for row in self.rows:
            original = self.original(row)
            if original != row.post:
                counts[original] = counts.get(original, 0) + 1
        return counts

    def original(self, row: PostFacts) -> int:
        """The post at the beginning of a row's line of copies; its own id where it is no copy."""
        seen = {row.post}
        while row.copy_of is not None:
            above = self.newest.get(row.copy_of, row.copy_of)
            if above in seen or above not in self.by_post:
                break
            seen.add(above)
            row = self.by_post[above]
        return row.post

    def only(self, posts: Iterable[int]) -> Material:
        """The same of some of the posts."""
        wanted = set(posts)
        return replace(self, rows=tuple(row for row in self.rows if row.post in wanted), unread=0)


def of_event(event: Event) -> Material:
    """Of the event and what was merged into it at any depth. One query, two for a huge event."""
    return read(EventPost.objects.filter(event__in=merging.within(event), withdrawn_at__isnull=True))


def read(members: QuerySet[EventPost]) -> Material:
    """Of these rows; the first thousand and the last five hundred where there are more."""
    plain = members.select_related(None).order_by("id").annotate(begins=Left("post__text", BEGINS))
    values = list(plain.values_list(*_FIELDS)[: FIRST + 1])
    unread = 0
    if len(values) > FIRST:
        values = values[:FIRST]
        known = {value[0] for value in values}
        tail = [v for v in plain.reverse().values_list(*_FIELDS)[:LAST] if v[0] not in known]
        unread = max(plain.count() - len(values) - len(tail), 0)
        values += reversed(tail)
    return _material([_row(value) for value in values], unread)


def loaded(members: Iterable[EventPost]) -> Material:
    """Of rows that the caller has read already, with their posts and screenings. No query."""
    rows = []
    for member in members:
        post, screening = member.post, getattr(member.post, "screening", None)
        rows.append(
            _row(
                (
                    member.pk, member.post_id, member.duplicate_of_id, member.parent, member.parent_evidence,
                    member.parent_confidence, post.platform, post.channel_class, post.kind, post.native_id,
                    post.outlet, post.outlet_tier, post.own_channel, post.url, post.title, post.published_at,
                    post.time_confidence, post.received_at, post.metrics,
                    screening.concern if screening else "", screening.sensitivity if screening else 0,
                    post.text[:BEGINS],
                )
            )
        )  # fmt: skip
    return _material(rows, 0)


def texts(posts: Iterable[int]) -> dict[int, str]:
    """Title and text, as stored (personal data masked), of some posts. One query."""
    rows = Post.objects.filter(pk__in=list(posts)).values_list("pk", "title", "text")
    return {pk: f"{title}\n{text}" if title else text for pk, title, text in rows}


def _row(value: tuple[Any, ...]) -> PostFacts:
    (_pk, post, copy_of, parent, evidence, confidence, platform, channel, kind, native, outlet, tier, own, url, title,
     published, how_sure, received, metrics, concern, sensitivity, begins) = value  # fmt: skip
    timed = published is not None and how_sure != "future"
    return PostFacts(
        post, copy_of, parent, evidence, confidence, platform, channel, kind, native, outlet, tier, own, url, title,
        published if timed else received, timed, metrics or {}, concern or "", sensitivity or 0, begins or "",
    )  # fmt: skip


def _material(rows: list[PostFacts], unread: int) -> Material:
    """An edited post is one post: where it first stood, with its newest words and figures."""
    versions: dict[tuple[str, str], list[PostFacts]] = {}
    for row in rows:
        versions.setdefault((row.platform, row.native_id), []).append(row)
    newest: dict[int, int] = {}
    kept: list[PostFacts] = []
    for several in versions.values():
        first, last = several[0], several[-1]
        own = {row.post for row in several}
        newest |= dict.fromkeys(own, last.post)
        timed = min(several, key=lambda row: (not row.timed, row.at))
        kept.append(
            replace(
                last,
                at=timed.at,
                timed=timed.timed,
                copy_of=first.copy_of if first.copy_of not in own else None,
                parent=first.parent,
                evidence=first.evidence,
                confidence=first.confidence,
            )
        )
    return Material(tuple(kept), newest, unread)


NO_VIEWS = Views(0, 0, (), 0, 0.0, False)


def voices_in(material: Material) -> list[PostFacts]:
    """The originals that are grouped: what people said, the most copied first where there are too many to read."""
    said = [row for row in material.rows if row.is_voice and material.original(row) == row.post]
    copies = _copies(material)
    return sorted(said, key=lambda row: (-copies.get(row.post, 0), row.at, row.post))[:READ]


def views_of(material: Material, words: Mapping[int, str] | None = None, *, quoting: bool = True) -> Views:
    """One query, for the words, where they are not given. `quoting` False: nothing is quoted (danger to life)."""
    if not quoting:
        return NO_VIEWS
    chosen, copies = voices_in(material), _copies(material)
    words = texts(row.post for row in chosen) if words is None else words
    voices = [row for row in material.rows if row.is_voice]
    whole = sum(1 + copies.get(row.post, 0) for row in voices if material.original(row) == row.post)
    found = group_views(
        Statement(str(row.post), words.get(row.post, ""), copies.get(row.post, 0), row.concern)
        for row in sorted(chosen, key=lambda row: (row.at, row.post))
    )
    return _with_unread(found, whole - sum(1 + copies.get(row.post, 0) for row in chosen))


def _copies(material: Material) -> dict[int, int]:
    """How often people repeated a post. Who repeats an outlet's text says nothing of their own."""
    counts: dict[int, int] = {}
    for row in material.rows:
        original = material.original(row)
        if row.is_voice and original != row.post:
            counts[original] = counts.get(original, 0) + 1
    return counts


def _with_unread(found: Views, left: int) -> Views:
    """Statements beyond the limit stand with the rest, so that the shares still add up to one."""
    if not left or not found.enough:
        return found
    n = found.n + left
    groups = tuple(replace(view, share=view.posts / n) for view in found.groups)
    return Views(n, found.read, groups, found.rest + left, (found.rest + left) / n, True)


SCANNED: Final = 400  # events that are compared: the last ones that are over or have a case
SHOWN: Final = 3
LEAST: Final = 0.18
_SAME: Final = 0.05  # the same department or concern: only beside words in common


@dataclass(frozen=True, slots=True)
class About:
    """What is compared of an event."""

    key: int
    title: str
    lead: str = ""
    concern: str = ""


@dataclass(frozen=True, slots=True)
class Alike:
    """`likeness` 0 to 1, and which runs of characters both titles share, longest first."""

    key: int
    likeness: float
    shared: tuple[str, ...]


def alike(one: About, others: Sequence[About], *, most: int = SHOWN, least: float = LEAST) -> list[Alike]:
    """The likest of `others`, best first; ties go to the one named first."""
    grams = [_grams(other.title) for other in others]
    seen = Counter(gram for found in grams for gram in found)
    mine = _weighed(_grams(one.title), seen, len(others))
    found: list[tuple[float, Alike]] = []
    for other, theirs in zip(others, grams, strict=True):
        likeness = _cosine(mine, _weighed(theirs, seen, len(others)))
        if likeness <= 0 or other.key == one.key:
            continue
        likeness += _SAME * (bool(one.lead) and one.lead == other.lead)
        likeness += _SAME * (bool(one.concern) and one.concern == other.concern)
        if likeness >= least:
            found.append((likeness, Alike(other.key, min(likeness, 1.0), _shared(one.title, other.title))))
    return [same for _likeness, same in sorted(found, key=lambda item: -round(item[0], 9))[:most]]


def _grams(title: str) -> frozenset[str]:
    runs = "".join(char if char.isalnum() else " " for char in normalise(title).text).split()
    return frozenset(run[start : start + 2] for run in runs for start in range(len(run) - 1))


def _weighed(grams: frozenset[str], seen: Counter[str], count: int) -> dict[str, float]:
    """A word that no past event has tells nothing about which of them is the likest: it weighs one, not most."""
    return {gram: math.log1p(count / (1 + seen[gram])) if gram in seen else 1.0 for gram in grams}


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    shared = math.fsum(weight * other[gram] for gram, weight in sorted(one.items()) if gram in other)
    size = math.sqrt(math.fsum(w * w for w in one.values()) * math.fsum(w * w for w in other.values()))
    return shared / size if size else 0.0


def _shared(one: str, other: str, most: int = 3) -> tuple[str, ...]:
    """Runs of at least two characters that stand in both, each counted where it first stands."""
    left, right = normalise(one).text, normalise(other).text
    found: list[str] = []
    start = 0
    while start < len(left) - 1:
        stop = start + 2
        if left[start:stop] not in right or not left[start:stop].isalnum():
            start += 1
            continue
        while stop < len(left) and left[stop].isalnum() and left[start : stop + 1] in right:
            stop += 1
        if left[start:stop] not in found:
            found.append(left[start:stop])
        start = stop
    return tuple(sorted(found, key=lambda run: -len(run))[:most])
