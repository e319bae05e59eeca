"""The stream as people look at it: posts and events under filters, and what it means when nothing is there.

Posts are read along an index by their own number, page after page from where the last one ended: the hundredth page
costs what the first did. Danger to life is on none of these lists (Life first).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final

from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast

from huiying.judging import batch
from huiying.judging.models import Event, Screening
from huiying.listening import searching
from huiying.listening.models import Post
from huiying.listening.reserved import without_sensitive
from huiying.listening.searching import Lag

BANDS: Final = (Screening.HIT, Screening.SUSPECT, Screening.OUT)
YES, NO = "yes", "no"
EVENT_SORTS: Final = {
    "latest": ("-last_post_at", "-id"),
    "gravest": ("-suggested_level", "-last_post_at", "-id"),
    "most": ("-posts_count", "-id"),
    "due": (F("confirm_by").asc(nulls_last=True), "-last_post_at", "-id"),
}
#: Columns which a list does not show and which weigh most in a row.
_HEAVY: Final = ("grade", "tally", "reasons", "reasons_en", "sealed_key", "co_leads", "confirm_with")
_SEALED: Final = ("post__sealed_text", "post__sealed_voice", "post__extra", "post__metrics")


class Silence(Enum):
    """Why a list is empty. Three silences must never look alike, nor the case that something is still to come."""

    NOTHING_FITS = "nothing"  # much came in, none of it fits
    NOT_COLLECTED = "not_collected"  # nothing was ever received from there: nobody listened
    SOURCE_SILENT = "silent"  # it was listened to before, and nothing came in that time
    NOT_JUDGED = "not_judged"  # something came in and waits for the screen


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; empty text or None narrows nothing. Days are of the bureau's zone, both included.

    `case` is `yes` (its event has or had a case), `no`, or empty; `oldest` turns the order of posts round.
    """

    q: str = ""
    band: str = ""
    channel: str = ""
    concern: str = ""
    lead: str = ""
    level: str = ""
    rule: str = ""
    state: str = ""
    case: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    oldest: bool = False

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return replace(self, oldest=False) != Filters()

    @property
    def further(self) -> bool:
        """Whether one of the filters counts that a page may fold away: all but words, band and state."""
        return replace(self, q="", band="", state="").narrow or self.oldest

    @property
    def period(self) -> tuple[dt.datetime | None, dt.datetime | None]:
        """First moment, and the one after the last."""
        if self.since is None and self.until is None:
            return None, None
        zone = batch.regulation().zone
        start = dt.datetime.combine(self.since, dt.time(), zone) if self.since else None
        end = dt.datetime.combine(self.until + dt.timedelta(days=1), dt.time(), zone) if self.until else None
        return start, end


@dataclass(frozen=True)
class Stretch:
    """One page of posts, with their screenings and events; `after` is where the next one begins, None at the end.

    `cut` says that a search did not look at all its candidates, `lag` how far its index was behind.
    """

    rows: list[Screening]
    after: int | None
    cut: bool = False
    lag: Lag | None = None


def posts(filters: Filters, limit: int, at: int | None = None) -> Stretch:
    """Screened posts under the filters, newest first (or oldest); `at` is the `after` of the page before."""
    if filters.q.strip():
        return _searched(filters, limit, at)
    rows = _narrowed(filters)
    if at is not None:
        rows = rows.filter(post_id__gt=at) if filters.oldest else rows.filter(post_id__lt=at)
    found = list(_shown(rows).order_by("post_id" if filters.oldest else "-post_id")[: limit + 1])
    return Stretch(found[:limit], found[limit - 1].post_id if len(found) > limit else None)


def _searched(filters: Filters, limit: int, at: int | None) -> Stretch:
    """By words: always newest first, as the index gives them."""
    heavy = (f"membership__event__{name}" for name in _HEAVY)
    within = Post.objects.filter(screening__isnull=False).select_related("screening", "membership__event").defer(*heavy)
    if replace(filters, q="").narrow:
        within = within.filter(pk__in=_narrowed(filters).values("post_id"))
    found = searching.find(filters.q, limit + 1, within, at)
    shown = found.posts[:limit]
    after = shown[-1].pk if len(found.posts) > limit else None
    return Stretch([post.screening for post in shown], after, found.cut, found.lag)


def _shown(rows: QuerySet[Screening]) -> QuerySet[Screening]:
    return rows.select_related("post", "post__membership", "post__membership__event").defer(
        *_SEALED, *(f"post__membership__event__{name}" for name in _HEAVY)
    )


def _narrowed(filters: Filters) -> QuerySet[Screening]:
    rows = without_sensitive(Screening.objects.filter(post__life_safety=False), "post")
    if filters.band:
        rows = rows.filter(band=filters.band)
    for name in ("concern", "lead", "level"):
        if value := getattr(filters, name):
            # The second condition is what the partial index asks for: most posts have none of the three.
            rows = rows.filter(**{name: value, f"{name}__gt": ""})
    if filters.rule:
        named = Cast("rules", TextField())
        rows = rows.exclude(band=Screening.OUT) if not filters.band else rows
        rows = rows.annotate(named=named).filter(named__contains=f'"{filters.rule}"')
    if filters.channel:
        rows = rows.filter(post__channel_class=filters.channel)
    if filters.case:
        cased = Q(post__membership__event__state__in=(Event.CASED, Event.ENDED))
        rows = rows.filter(cased) if filters.case == YES else rows.exclude(cased)
    return _in_period(rows, *filters.period)


def _in_period(rows: QuerySet[Screening], start: dt.datetime | None, end: dt.datetime | None) -> QuerySet[Screening]:
    """Posts come in the order of their numbers: the period's first and last number bound the walk along the index."""
    received = Post.objects.order_by("received_at", "id")
    if start is not None:
        first = received.filter(received_at__gte=start).values_list("id", flat=True).first()
        rows = rows.filter(post_id__gte=first, post__received_at__gte=start) if first else rows.none()
    if end is not None:
        last = received.filter(received_at__lt=end).values_list("id", flat=True).last()
        rows = rows.filter(post_id__lte=last, post__received_at__lt=end) if last else rows.none()
    return rows


def silence(filters: Filters) -> tuple[Silence, dt.datetime | None]:
    """Why no post is shown, and when the last one came in by the channel that was asked for."""
    heard = without_sensitive(Post.objects.filter(life_safety=False))
    if filters.channel:
        heard = heard.filter(channel_class=filters.channel)
    last = heard.order_by("-received_at").values_list("received_at", flat=True).first()
    if last is None:
        return Silence.NOT_COLLECTED, None
    start, end = filters.period
    inside = heard.filter(received_at__gte=start) if start else heard
    inside = inside.filter(received_at__lt=end) if end else inside
    if (start or end) and not inside.exists():
        return Silence.SOURCE_SILENT, last
    if inside.filter(screened=False).exists() and not inside.filter(screened=True).exists():
        return Silence.NOT_JUDGED, last
    return Silence.NOTHING_FITS, last


def events(
    filters: Filters, sort: str = "latest", among: QuerySet[Event] | None = None, *, with_life: bool = False
) -> QuerySet[Event]:
    """Events under the filters that events have: words of the title, state, level, concern, department, case, period
    of the last post. `sort` is a key of EVENT_SORTS; `with_life` leaves danger to life to whoever chose `among`.
    """
    rows = Event.objects.all() if among is None else among
    rows = rows if with_life else rows.filter(life_safety=False, sensitive="")
    columns: dict[str, Any] = {
        "state": filters.state, "suggested_level": filters.level, "concern": filters.concern, "lead": filters.lead,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in columns.items() if value})
    if filters.case:
        cased = Q(state__in=(Event.CASED, Event.ENDED))
        rows = rows.filter(cased) if filters.case == YES else rows.exclude(cased)
    start, end = filters.period
    rows = rows.filter(last_post_at__gte=start) if start else rows
    rows = rows.filter(last_post_at__lt=end) if end else rows
    for word in filters.q.split():
        rows = rows.filter(Q(title__icontains=word) | Q(number=word))
    return rows.defer(*_HEAVY).order_by(*EVENT_SORTS[sort])
