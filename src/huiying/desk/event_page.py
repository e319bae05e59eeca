"""What the page of one event shows, read in few queries: ten seconds for a leader, the evidence below."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.desk import event_law
from huiying.desk.charts import heat as heat_chart
from huiying.desk.charts import scale as scale_chart
from huiying.desk.charts import spread as spread_chart
from huiying.desk.event_similar import similar_to
from huiying.desk.grade import grade_of
from huiying.desk.language import lang
from huiying.engine.heat import Heat
from huiying.engine.views import LEAST
from huiying.handling.models import Case, Finding
from huiying.judging import heat, material, spread, views
from huiying.judging import queries as judging
from huiying.judging.material import Material
from huiying.judging.models import Dismissal, Event, EventPost, Screening, Warning
from huiying.kernel import clock
from huiying.listening.models import Post
from huiying.listening.reserved import covered
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing

POSTS = 40
HOUR = dt.timedelta(hours=1)
#: §4.2: tiers 0 to 4 of those who publish.
TIERS: tuple[str | Promise, ...] = (_("其他机构"), _("本地媒体"), _("市级媒体"), _("省级媒体"), _("中央媒体"))
QUOTED = re.compile(r"「([^」]+)」")


@dataclass(frozen=True)
class Pace:
    """How fast: posts in the last hour and in the one before, the heat now and how much it rose in three hours."""

    last_hour: int
    hour_before: int
    heat: Heat | None
    rise: float | None

    @property
    def direction(self) -> str:
        if self.rise is None or abs(self.rise) < 0.3:
            return "level"
        return "up" if self.rise > 0 else "down"


@dataclass(frozen=True)
class Reach:
    """How far: posts, platforms, named outlets, and the highest tier of all that came in."""

    posts: int
    platforms: tuple[str, ...]
    outlets: int
    tier: str | Promise
    named: tuple[str, ...]


def rows() -> QuerySet[Event]:
    """Events with all that their page asks of them, in one query."""
    waiting = Warning.objects.filter(event=OuterRef("pk"), acknowledged_at__isnull=True).order_by("at")
    return (
        Event.objects.annotate(open_alarm=FilteredRelation("alarms", condition=Q(alarms__ended_at__isnull=True)))
        .select_related("merged_into", "dismissal", "case", "open_alarm")  # type: ignore[misc]  # a FilteredRelation
        .annotate(
            warning_id=Subquery(waiting.values("pk")[:1]),
            warned_at=Subquery(waiting.values("at")[:1]),
            found_out=Exists(Finding.objects.filter(case__event=OuterRef("pk"))),
        )
        .prefetch_related("concern_decisions")
    )


def context_of(event: Event, user: User) -> dict[str, Any]:
    """Everything but the action bar and the timeline. `event` comes from `shown`."""
    regulation = standing(user).regulation
    is_open = event.state in (Event.OPEN, Event.NOTED)
    case: Case | None = None if is_open else getattr(event, "case", None)
    dismissal: Dismissal | None = getattr(event, "dismissal", None)
    read = material.of_event(event)
    posts = _posts(read)
    said = views.views_of(read, {pk: _words(post) for pk, post in posts.items()}, quoting=not event.reserved)
    curve = heat.heat_curve(read)
    found = spread.spread_of(read)
    decided = next((row for row in reversed(event.concern_decisions.all()) if row.agreed), None)
    rows = event_law.dues(event, case, regulation)
    act, level = event_law.in_readers_language(regulation)
    grade = grade_of(event.grade)
    return {
        "event": event,
        "case": case,
        "dismissal": dismissal,
        "warning": _warning(event, user) if is_open else None,
        "grade": grade,
        "scale": scale_chart.scale(grade, regulation) if grade else None,
        "reasons": reasons_of(event),
        "dues": rows,
        "truth": event_law.truth(
            event,
            decided,
            judging.open_rumour(event),
            event.found_out,  # type: ignore[attr-defined]
        ),
        "if_nothing": event_law.if_nothing(
            event,
            dismissal,
            rows,
            act,
            level(event_law.would_be(event, regulation) if is_open else event.suggested_level),
        ),
        "spread": found,
        "picture": spread_chart.picture(found),
        "reach": _reach(read, found),
        "tiers": [(TIERS[min(tier.tier, len(TIERS) - 1)], tier) for tier in found.tiers],
        "views": said,
        "views_least": LEAST,
        "loudest": said.groups[0] if said.groups else None,
        "pace": _pace(read, curve),
        "heat": heat_chart.curve(curve, regulation.zone),
        "similar": similar_to(event),
        "posts": _shown_posts(event, read, posts),
        "may_unmask": event.masked and may(user, "post.unmask").allowed,
        "posts_shown": POSTS,
    }


def posts_of(event: Event) -> list[dict[str, Any]]:
    """The newest originals of an event with their near-duplicates folded under them. One query."""
    members = list(
        EventPost.objects.filter(event=event).select_related("post", "post__screening").order_by("-id")[: POSTS * 3]
    )
    folded = Counter(member.duplicate_of_id for member in members if member.duplicate_of_id)
    originals = [member.post for member in members if not member.duplicate_of_id][:POSTS]
    return [{"post": post, "copies": folded[post.pk], **why(post), **_cover(event, post)} for post in originals]


def _cover(event: Event, post: Post) -> dict[str, Any]:
    """Minors, health, victims (§6.2): what stands on the page instead of the words."""
    return {"post": covered(post), "masked": True, "words": []} if event.masked else {}


def _posts(read: Material) -> dict[int, Post]:
    """The posts whose words are needed, with their screenings: what people said, and the newest. One query."""
    wanted = {row.post for row in views.voices_in(read)} | {row.post for row in _newest(read)}
    rows = Post.objects.filter(pk__in=wanted).select_related("screening", "watch_verdict").defer("sealed_voice")
    return {post.pk: post for post in rows}


def _newest(read: Material) -> list[material.PostFacts]:
    originals = [row for row in read.rows if read.original(row) == row.post]
    return originals[: -POSTS - 1 : -1]


def _shown_posts(event: Event, read: Material, posts: dict[int, Post]) -> list[dict[str, Any]]:
    """Originals with their near-duplicates folded under them, newest first; each with why it was a hit."""
    return [
        {
            "post": posts[row.post],
            "copies": read.copies.get(row.post, 0),
            "verdict": getattr(posts[row.post], "watch_verdict", None),
            **why(posts[row.post]),
            **_cover(event, posts[row.post]),
        }
        for row in _newest(read)
    ]


def _words(post: Post) -> str:
    return f"{post.title}\n{post.text}" if post.title else post.text


def _reach(read: Material, found: spread.Spread) -> Reach:
    outlets = tuple(dict.fromkeys(name for tier in found.tiers for name in tier.outlets))
    top = max([row.tier or 0 for row in read.rows], default=0)
    return Reach(
        posts=found.posts,
        platforms=tuple(platform.name for platform in found.platforms),
        outlets=len(outlets),
        tier=TIERS[min(top, len(TIERS) - 1)] if top else "",
        named=outlets[:3],
    )


def _pace(read: Material, curve: list[Heat]) -> Pace:
    now = clock.now()
    return Pace(
        last_hour=sum(now - HOUR < row.at <= now for row in read.rows),
        hour_before=sum(now - 2 * HOUR < row.at <= now - HOUR for row in read.rows),
        heat=curve[-1] if curve else None,
        rise=heat.rises(curve),
    )


def _warning(event: Event, user: User) -> dict[str, Any] | None:
    """The warning that nobody acknowledged, for whoever may; nobody else sees any."""
    waits: int | None = event.warning_id  # type: ignore[attr-defined]
    if waits is None or not may(user, "warning.acknowledge"):
        return None
    return {"pk": waits, "at": event.warned_at}  # type: ignore[attr-defined]


def why(post: Post) -> dict[str, Any]:
    """The screening's reasons, and the quoted words in them, which are marked in the text."""
    screening = getattr(post, "screening", None)
    if screening is None:
        return {"reasons": [], "words": [], "fired": False}
    quoted = [word for reason in screening.reasons for word in QUOTED.findall(str(reason))]
    return {"reasons": reasons_of(screening), "words": quoted, "fired": bool(screening.rules) and not post.life_safety}


def reasons_of(found: Event | Screening) -> list[str]:
    """The engine's reasons in the reader's language."""
    reasons: list[str] = found.reasons_en if found.reasons_en and lang() == "en" else found.reasons
    return reasons
