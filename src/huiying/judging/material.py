"""What spread, views and heat of an event are read from: its posts, once, in a bounded number of queries.

Posts and outlets only; no column here could name a person (INV-10).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from django.db.models import QuerySet
from django.db.models.functions import Left

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
