"""What comes after the answer: effect, going on, correcting, taking back (C3.2, C8.8, C11.1). Form, verb,
sentences, the heat before and after as a drawing (geometry only), and what the case's page and the first page say
of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Exists, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _t, gettext_lazy as _, pgettext_lazy

from huiying.desk.bar import Verb
from huiying.desk.fields import long_text
from huiying.desk.forms import VerbForm
from huiying.handling.models import Case
from huiying.handling.process import LIVE
from huiying.handling.queries import cases_for
from huiying.judging.queries import missed_topics
from huiying.kernel import clock
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing
from huiying.regulation import Regulation
from huiying.responding import following
from huiying.responding.actions.following import judge_effect
from huiying.responding.following import effect_is_required
from huiying.responding.models import EffectReview, Publication, SustainedDecision
from huiying.responding.public import public_answer

VERDICTS = {
    EffectReview.SETTLED: _("已平息"),
    EffectReview.PERSISTS: _("仍在议论"),
    EffectReview.SECOND_WAVE: _("又起一波"),
}


class ReviewField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: EffectReview) -> str:
        return _t("回应后 %(hours)d 小时") % {"hours": obj.hours}


class JudgeEffectForm(VerbForm):
    review = ReviewField(label=_("哪一次"), queryset=EffectReview.objects.none(), empty_label=None)
    verdict = forms.ChoiceField(label=_("您怎么认定"), widget=forms.RadioSelect, choices=list(VERDICTS.items()))
    comment = forms.CharField(label=_("怎么看"), widget=long_text(), max_length=2000)

    def prepare(self) -> None:
        field: Any = self.fields["review"]
        due = EffectReview.objects.filter(case=self.subject, verdict="", due_at__lte=clock.now())
        field.queryset = due.order_by("due_at", "hours")
        first = field.queryset.first()
        field.initial = first.pk if first else None


VERBS: dict[str, Verb] = {
    "judge_effect": Verb(
        JudgeEffectForm,
        lambda case, data, user: judge_effect(data["review"], data["verdict"], data["comment"], user),
        _("效果已认定。"),
    ),
}


SENTENCES: dict[str, Any] = {
    "effect.begun": _("开始看回应的效果"),
    "effect.measured": _("回应后 %(hours)s 小时的热度已算出，系统建议：%(suggested)s"),
    "effect.judged": _("回应后 %(hours)s 小时的效果认定为：%(verdict)s"),
    "sustain.planned": _("持续回应，每 %(every_hours)s 小时说一次"),
    "sustain.ended": _("不再持续回应，不再约定续报"),
    "sustain.kept": _("续报已发布，%(every_hours)s 小时后再说一次"),
    "sustain.prompted": _("又起波澜，请重新决定是否持续回应"),
}
WORDS: dict[str, Any] = {**VERDICTS}


METRICS = {
    "posts": pgettext_lazy("heat", "来文"),
    "per_hour": pgettext_lazy("heat", "每小时来文"),
    "platforms": pgettext_lazy("heat", "平台"),
    "reads": pgettext_lazy("heat", "阅读"),
    "reposts": pgettext_lazy("heat", "转发"),
    "comments": pgettext_lazy("heat", "评论"),
}
WIDTH, HEIGHT, BASE = 640, 150, 130
BAR = 200
BEFORE = dt.timedelta(hours=24)
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Bars:
    """One figure before and after; a length is of BAR for the larger of the two, None where it is not known."""

    name: str | Promise
    before: float | None
    after: float | None

    def _length(self, value: float | None) -> float:
        top = max(self.before or 0, self.after or 0)
        return round(BAR * value / top, 1) if value and top else 0

    @property
    def before_length(self) -> float:
        return self._length(self.before)

    @property
    def after_length(self) -> float:
        return self._length(self.after)


@dataclass(frozen=True)
class Look:
    """One review as the page shows it."""

    review: EffectReview
    bars: list[Bars]
    suggested: str | Promise
    verdict: str | Promise
    is_due: bool

    @property
    def is_second_wave(self) -> bool:
        return self.review.verdict == EffectReview.SECOND_WAVE


def look(review: EffectReview) -> Look:
    after = review.after or {}
    return Look(
        review=review,
        bars=[Bars(name, review.before.get(key), after.get(key)) for key, name in METRICS.items()],
        suggested=VERDICTS.get(review.suggested, ""),
        verdict=VERDICTS.get(review.verdict, ""),
        is_due=review.due_at <= clock.now(),
    )


@dataclass(frozen=True)
class Mark:
    """A release on the curve."""

    x: float
    at: dt.datetime
    stage: str


@dataclass(frozen=True)
class Curve:
    line: str
    marks: list[Mark]
    top: int
    series: list[tuple[dt.datetime, int]]
    days: list[tuple[float, dt.datetime]]  # where each day begins


def curve(reviews: Sequence[EffectReview], releases: Sequence[Publication], zone: dt.tzinfo) -> Curve | None:
    """Posts an hour from a day before the first answer until the last look, or now."""
    times = [row.published_at for row in releases if row.published_at]
    if not reviews or not times:
        return None
    since = min(times) - BEFORE
    until = max(min(clock.now(), max(row.due_at for row in reviews)), min(times) + HOUR)
    series = following.curve(reviews[0].case.event, since, until)
    start, top = series[0][0], max(count for _at, count in series)
    step = WIDTH / max(len(series) - 1, 1)

    def x(at: dt.datetime) -> float:
        return round((at - start) / HOUR * step, 1)

    line = " ".join(
        f"{round(n * step, 1)},{round(BASE - 110 * count / (top or 1), 1)}" for n, (_, count) in enumerate(series)
    )
    days = [(x(at), at) for at, _count in series if at.astimezone(zone).hour == 0]
    marks = [Mark(x(row.published_at), row.published_at, row.stage) for row in releases if row.published_at]
    return Curve(line, [mark for mark in marks if mark.at <= until], top, series, days)


def context_of(reviews: Sequence[EffectReview], releases: Sequence[Publication], zone: dt.tzinfo) -> dict[str, Any]:
    return {"looks": [look(row) for row in reviews], "curve": curve(reviews, releases, zone)}


def section(case: Case, user: User) -> dict[str, Any]:
    """Effect, the decision to go on, and every public version, as the public reads it."""
    if case.answered_at is None and not case.publications.filter(state="live").exists():
        return {}
    decision, answer = following.decision_of(case), public_answer(case.number)
    unheard = case.confirmations.filter(
        overridden_at__isnull=False, post_hoc_due_at__isnull=False, answered_at__isnull=True
    ).values_list("body", flat=True)
    due = decision.next_due_at if decision else None
    return {
        "effect_looks": [look(row) for row in case.effect_reviews.all()],
        "decision": decision,
        "promise_late": due is not None and due < clock.now(),
        "surge_words": following.asks_anew(case) if case.state != "closed" else "",
        "unheard": "、".join(dict.fromkeys(unheard)),
        "versions": answer.versions if answer else [],
    }


SHOWN = 8


def flags(now: dt.datetime, regulation: Regulation) -> dict[str, Exists]:
    """Whether there is anything at all, as parts of the one query that every page makes anyway."""
    return {
        "effects": Exists(EffectReview.objects.filter(verdict="", due_at__lte=now, case__state__in=LIVE)),
        "promises": Exists(_promises(now)),
        "missed": Exists(missed_topics(now, regulation).filter(life_safety=False, sensitive="")),
    }


def _promises(now: dt.datetime) -> QuerySet[SustainedDecision]:
    rows = SustainedDecision.objects.filter(superseded_at__isnull=True).exclude(case__state="merged")
    return rows.filter(Q(prompted_at__isnull=False, case__state__in=LIVE) | Q(next_due_at__lt=now))


def waiting(user: User, anything: bool) -> dict[str, Any]:
    """Each list only for whom it is: effects to judge, decisions to take anew or promises to keep, missed topics."""
    now, who = clock.now(), standing(user)
    found: dict[str, Any] = {"effects_due": [], "promises_due": [], "missed": []}
    if not anything:
        return found
    if any(who.can(one) for one in ("office", "draft", "handle")):
        own = cases_for(user).filter(state__in=LIVE)
        rows = EffectReview.objects.filter(verdict="", due_at__lte=now, case__in=own.values("pk"))
        effects = rows.select_related("case__regulation", "case__event").order_by("due_at")[: 3 * SHOWN]
        found["effects_due"] = [
            row for row in effects if effect_is_required(row.case) and may(user, "effect.judge", row.case)
        ][:SHOWN]
    if may(user, "case.sustain"):
        found["promises_due"] = list(_promises(now).select_related("case").order_by("at")[:SHOWN])
    if may(user, "event.judge"):
        # A danger to life calls people by itself, and stands on no list (Life first).
        found["missed"] = list(missed_topics(now, who.regulation).filter(life_safety=False, sensitive="")[:SHOWN])
    return found
