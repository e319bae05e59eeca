"""What the page of one event shows, read in few queries: ten seconds for a leader, the evidence below.

With it what the law wants of the event and by when, and similar past events and how they were answered.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk import event_charts
from huiying.desk.event_charts import grade_of
from huiying.desk.language import lang
from huiying.desk.templatetags.desk import duration, local
from huiying.engine.heat import Heat
from huiying.engine.views import LEAST
from huiying.handling.actions.grading import provisional_level
from huiying.handling.clocks import STATUTORY
from huiying.handling.models import Case, Clock, Finding
from huiying.handling.queries import shown_clocks
from huiying.judging import heat, material, queries as judging, spread
from huiying.judging.material import SCANNED, About, Material, alike
from huiying.judging.models import ConcernDecision, Dismissal, Event, EventPost, Screening, Warning
from huiying.kernel import clock
from huiying.listening.models import Post
from huiying.listening.reserved import covered
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing
from huiying.regulation import Regulation
from huiying.regulation.deadlines import deadlines, effective
from huiying.responding.models import Publication, Revision


@dataclass(frozen=True)
class Past:
    """`after`: from first knowledge to the first public act; `answer`: the title of what was published first."""

    number: str
    title: str
    state: str
    opened_at: dt.datetime
    level: str
    case: str
    after: dt.timedelta | None
    answer: str
    url: str
    reason: str
    shared: tuple[str, ...]


def similar_to(event: Event) -> list[Past]:
    """At most three, the likest first; none about a danger to life, whoever asks."""
    if event.reserved:
        return []
    live = Publication.objects.filter(
        case__event=OuterRef("pk"), state=Publication.LIVE, stage=Revision.FIRST
    ).order_by("published_at", "pk")
    rows = (
        Event.objects.filter(
            state__in=(Event.CASED, Event.ENDED, Event.DISMISSED),
            life_safety=False,
            sensitive="",
            opened_at__lt=event.opened_at,
        )
        .exclude(pk=event.pk)
        .order_by("-opened_at", "-pk")
        .annotate(answer=Subquery(live.values("title")[:1]), answer_url=Subquery(live.values("url")[:1]))
        .values(
            "pk", "number", "title", "lead", "concern", "state", "opened_at", "suggested_level", "case__number",
            "case__level", "case__first_known_at", "case__answered_at", "dismissal__reason", "answer", "answer_url",
        )[:SCANNED]
    )  # fmt: skip
    known = {row["pk"]: row for row in rows}
    found = alike(
        About(event.pk, event.title, event.lead, event.concern),
        [About(row["pk"], row["title"], row["lead"], row["concern"]) for row in known.values()],
    )
    return [
        Past(
            number=row["number"],
            title=row["title"],
            state=row["state"],
            opened_at=row["opened_at"],
            level=row["case__level"] or row["suggested_level"],
            case=row["case__number"] or "",
            after=row["case__answered_at"] - row["case__first_known_at"] if row["case__answered_at"] else None,
            answer=row["answer"] or "",
            url=row["answer_url"] or "",
            reason=row["dismissal__reason"] or "",
            shared=one.shared,
        )
        for one in found
        for row in (known[one.key],)
    ]


@dataclass(frozen=True)
class Due:
    """One act with its date, of a clock that runs or of one that would. Read by the `countdown` filter."""

    act: str
    due_at: dt.datetime
    explanation: str
    explanation_en: str
    source: str
    basis: str
    provisional: bool
    done_at: dt.datetime | None = None


@dataclass(frozen=True)
class Truth:
    """`word` for the eye, `sentence` for what it rests on; `open` while nobody has verified it."""

    word: str
    sentence: str
    open: bool


def dues(event: Event, case: Case | None, regulation: Regulation) -> list[Due]:
    """Of the case's clocks; without a case what the suggestion would set, counted from first_known_at (§4.2)."""
    if case is not None:
        return [_of_clock(row) for row in shown_clocks(case) if row.act != STATUTORY]
    if event.state != Event.OPEN or not event.suggested_level:
        return []
    level = would_be(event, regulation)
    found = effective(deadlines(regulation, level, event.first_known_at))
    rows = [
        Due(one.act, one.due_at, one.explanation, one.explanation_en, one.source, one.basis, True)
        for one in found.values()
    ]
    return sorted(rows, key=lambda row: (row.due_at, row.act))


def would_be(event: Event, regulation: Regulation) -> str:
    """The level that a case opened now without a person's word would have."""
    cap = regulation.level(regulation.grading.unconfirmed.cap)
    return provisional_level(event, regulation.levels, cap).code


def _of_clock(row: Clock) -> Due:
    return Due(
        row.act,
        row.due_at,
        row.explanation,
        row.explanation_en,
        row.source,
        row.basis,
        row.provisional,
        row.stopped_at,
    )


def truth(event: Event, decided: ConcernDecision | None, waiting: ConcernDecision | None, found_out: bool) -> Truth:
    """Is it true? A machine's word never counts here (C1.2, C5.14)."""
    if waiting is not None:
        return Truth(_t("核对中"), _t("有人提出这是谣言并附了证据，等另一人核对。"), True)
    if decided is not None and decided.proof_needed:
        return Truth(_t("认定为谣言"), _t("两人核对了说法和证据。"), False)
    if found_out:
        return Truth(_t("已查明"), _t("主办部门已报事实、原因和影响，见办件。"), False)
    if decided is not None:
        return Truth(_t("待核实"), _t("性质已由人认定，事实还要主办部门查证。"), True)
    return Truth(_t("待核实"), _t("还没有人查证；系统只看传播，不判真假。"), True)


def if_nothing(event: Event, dismissal: Dismissal | None, rows: list[Due], act: Any, level: Any) -> str:
    """One sentence: what happens if nobody does anything. `act`, `level`: names of codes in the reader's language."""
    live = sorted((row for row in rows if row.done_at is None), key=lambda row: row.due_at)
    late = [row for row in live if row.due_at <= clock.now()]
    if event.state == Event.OPEN:
        return _if_unconfirmed(event, live, act, level)
    if event.state == Event.CASED and late:
        return _t("「%(act)s」已超时限，逾期已记入、不能更改；每拖一刻，提醒会升到更高一级负责人。") % {
            "act": act(late[0].act)
        }
    if event.state == Event.CASED and live:
        return _t("到 %(at)s 还没有「%(act)s」，就记一条不能更改的逾期，并逐级提醒到负责人。") % {
            "at": local(live[0].due_at),
            "act": act(live[0].act),
        }
    if event.state == Event.CASED:
        return _t("法定时限内要做的都做了；余下的步骤见办件。")
    if event.state == Event.NOTED:
        return _t("目前无须回应：留在事件库里，有新来文会重新判断。")
    if event.state == Event.ENDED:
        return _t("已办结；再有来文，会作为预警回到值班台。")
    if dismissal is not None and event.state == Event.DISMISSED:
        return _t("已由两人决定不予回应；有更重的来文会重新打开。")
    return ""


def _if_unconfirmed(event: Event, live: list[Due], act: Any, level: Any) -> str:
    words = {"level": level, "act": act(live[0].act) if live else "", "due": local(live[0].due_at) if live else ""}
    if event.confirm_by is None or not live:
        return _t("没有人确认，就一直停在这里，不会对外回应。")
    if event.confirm_by <= clock.now():
        return (
            _t("确认时限已过：系统按「%(level)s」先行立案，%(due)s 前须「%(act)s」，过时记逾期。") % words
            if not event.reserved
            else _t("确认时限已过，请立即处理。")
        )
    left = duration(event.confirm_by - clock.now())
    return _t("再过 %(left)s 没有人确认级别，系统就按「%(level)s」先行立案，%(due)s 前须「%(act)s」，过时记逾期。") % {
        **words,
        "left": left,
    }


def in_readers_language(regulation: Regulation) -> tuple[Any, Any]:
    """(name of an act, name of a level), as functions of the code."""

    def name(kind: str) -> Any:
        def of(code: str) -> str:
            try:
                return str(regulation.name_of(kind, code, lang()))
            except KeyError:
                return code

        return of

    return name("act"), name("level")


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
    said = material.views_of(read, {pk: _words(post) for pk, post in posts.items()}, quoting=not event.reserved)
    curve = heat.heat_curve(read)
    found = spread.spread_of(read)
    decided = next((row for row in reversed(event.concern_decisions.all()) if row.agreed), None)
    rows = dues(event, case, regulation)
    act, level = in_readers_language(regulation)
    grade = grade_of(event.grade)
    return {
        "event": event,
        "case": case,
        "dismissal": dismissal,
        "warning": _warning(event, user) if is_open else None,
        "grade": grade,
        "scale": event_charts.scale(grade, regulation) if grade else None,
        "reasons": reasons_of(event),
        "dues": rows,
        "truth": truth(
            event,
            decided,
            judging.open_rumour(event),
            event.found_out,  # type: ignore[attr-defined]
        ),
        "if_nothing": if_nothing(
            event,
            dismissal,
            rows,
            act,
            level(would_be(event, regulation) if is_open else event.suggested_level),
        ),
        "spread": found,
        "picture": event_charts.picture(found),
        "reach": _reach(read, found),
        "tiers": [(TIERS[min(tier.tier, len(TIERS) - 1)], tier) for tier in found.tiers],
        "views": said,
        "views_least": LEAST,
        "loudest": said.groups[0] if said.groups else None,
        "pace": _pace(read, curve),
        "heat": event_charts.curve(curve, regulation.zone),
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
    wanted = {row.post for row in material.voices_in(read)} | {row.post for row in _newest(read)}
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
