"""What happens after an answer: its effect falls due, a promised word falls due, a matter surges anew （三）（八）; and
a press conference whose day has passed and nobody says how it went.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import F

from huiying.handling.actions import locked
from huiying.handling.models import Case
from huiying.handling.process import LIVE
from huiying.kernel import clock, clock as time
from huiying.people.queries import zone
from huiying.responding import following
from huiying.responding.forms_of_answer import overdue_conferences
from huiying.responding.models import EffectReview, Publication, SustainedDecision
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every, poller

LATE_AFTER = dt.timedelta(minutes=5)
UNJUDGED_FOR = dt.timedelta(hours=24)
NAG_EVERY = dt.timedelta(hours=24)
WORDS = {
    EffectReview.SETTLED: "已平息",
    EffectReview.PERSISTS: "仍在议论",
    EffectReview.SECOND_WAVE: "又起一波",
    "": "数据不足，请人工判断",
}


def _an_effect_is_due(now: dt.datetime) -> bool:
    return EffectReview.objects.filter(next_action_at__lte=now).exists()


@poller("effects", due=_an_effect_is_due)
def measure_effects(now: dt.datetime, limit: int) -> int:
    """24 and 72 hours after an answer: what was said since, beside what was said before; then a person is asked."""
    due = EffectReview.objects.filter(next_action_at__lte=now).order_by("next_action_at", "id")
    rows = list(due.values_list("pk", "case_id")[:limit])
    for pk, case_id in rows:
        case = locked(Case(pk=case_id))
        review = EffectReview.objects.select_for_update(of=("self",)).select_related("publication").get(pk=pk)
        if review.next_action_at is None:
            continue
        review.case = case
        following.measure(review)
        if case.state in LIVE and following.effect_is_required(case):
            words = f"{following.named(case)} 回应已满 {review.hours} 小时，请看效果并认定"
            following.tell(case, f"{words}；系统建议：{WORDS[review.suggested]}", f"effect:{pk}")
    return len(rows)


def _a_promise_is_due(now: dt.datetime) -> bool:
    return SustainedDecision.objects.filter(next_action_at__lte=now).exists()


@poller("promises", due=_a_promise_is_due)
def remind_of_promises(now: dt.datetime, limit: int) -> int:
    """The word that was promised to the public is due: today, and once a day until it is spoken (C8.8)."""
    rows = SustainedDecision.objects.select_for_update(of=("self",)).select_related("case__event")
    found = list(rows.filter(next_action_at__lte=now).order_by("next_action_at", "id")[:limit])
    for row in found:
        if row.superseded_at is not None or row.next_due_at is None:
            row.next_action_at = None
        else:
            late = now - row.next_due_at >= LATE_AFTER
            until = f"{row.next_due_at.astimezone(zone()):%m-%d %H:%M}"
            words = f"{following.named(row.case)} 答应的续报{'已过时间' if late else '到时间了'}（{until}）"
            if row.case.state == "closed":
                words += "，此件已办结，要续报请先重新办理"
            following.tell(row.case, words, f"promise:{row.pk}:{now:%Y%m%d%H%M}", "warning" if late else "info")
            row.next_action_at = now + NAG_EVERY
        row.save(update_fields=["next_action_at"])
    return len(found)


@every("effects.upkeep", 60)
def begin_missing() -> None:
    """A case that was answered before its file asked for effect reviews has them from now on (C3.2)."""
    live = Publication.objects.filter(state=Publication.LIVE, stage__in=following.ANSWERS)
    waiting = Case.objects.filter(state__in=LIVE, answered_at__isnull=False, effect_reviews__isnull=True)
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        case = locked(Case(pk=pk))
        first = live.filter(case=case).order_by("published_at", "pk").first()
        if first is not None and following.effect_rule(case) is not None and not case.effect_reviews.exists():
            following.begin(case, first)


@every("surges", 300)
def watch_for_surges() -> None:
    """Answered, and people speak up anew: the decision to go on is asked for again (C8.8)."""
    now = time.now()
    rows = Case.objects.filter(
        state__in=LIVE, answered_at__isnull=False, event__last_post_at__gt=F("answered_at")
    ).filter(event__last_post_at__gt=now - following.DAY)
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        case = locked(Case(pk=pk))
        decision = following.decision_of(case)
        if decision is not None and decision.prompted_at is not None:
            continue
        if why := following.surge(case, now):
            following.prompt(case, why)


@auditor("effects")
def forgotten_effects() -> list[Finding]:
    """C3.2: an effect review a day past its time that nobody judged, where the level asks for it."""
    rows = EffectReview.objects.filter(
        verdict="", due_at__lt=time.now() - UNJUDGED_FOR, case__state__in=LIVE
    ).select_related("case__regulation", "case__event")
    return [
        Finding(
            "effect_unjudged",
            "error",
            f"案件 {row.case.number} 回应后 {row.hours} 小时的效果到时一天还没有人认定。",
            f"Case {row.case.number}: the effect {row.hours} hours after the answer was judged by nobody for a day.",
        )
        for row in rows
        if following.effect_is_required(row.case)
    ]


@auditor("promises")
def broken_promises() -> list[Finding]:
    """C8.8: the next word was promised for a time that has passed."""
    rows = SustainedDecision.objects.filter(
        superseded_at__isnull=True, next_due_at__lt=time.now() - LATE_AFTER
    ).select_related("case")
    return [
        Finding(
            "promise_late",
            "error",
            f"案件 {row.case.number} 答应的续报已经过了时间，还没有发布。",
            f"Case {row.case.number}: the follow-up that was promised is late.",
        )
        for row in rows
    ]


@auditor("surges")
def surges_without_decision() -> list[Finding]:
    """C8.8: a new surge asked for the decision to go on, and nobody has taken it anew."""
    rows = SustainedDecision.objects.filter(
        superseded_at__isnull=True, prompted_at__lt=time.now() - UNJUDGED_FOR, case__state__in=LIVE
    ).select_related("case")
    return [
        Finding(
            "surge_undecided",
            "warning",
            f"案件 {row.case.number} 回应之后又起波澜一天，还没有重新决定是否持续回应。",
            f"Case {row.case.number}: a day after a new surge nobody has decided anew whether to go on.",
        )
        for row in rows
    ]


@auditor("conferences")
def conferences_are_told() -> list[Finding]:
    """C8.7: held, put off or cancelled, one of them is to be written down."""
    return [
        Finding(
            "conference.untold",
            "warning",
            f"案件 {row.case.number} 的新闻发布会时间已过一天，还没有登记召开、改期或取消（C8.7）。",
            f"Case {row.case.number}: a press conference was due over a day ago; say whether it was held (C8.7).",
        )
        for row in overdue_conferences(clock.now())
        if row.case is not None
    ]
