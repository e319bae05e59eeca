"""After the answer （三）（八）: what a person makes of its effect, and whether the bureau goes on speaking."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.kernel import clock as time
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import regulation_of
from huiying.people.standing import actor_of
from huiying.responding import following, heat
from huiying.responding.following import DAY, HOUR, decision_of, hours_of
from huiying.responding.models import EffectReview, SustainedDecision

VERDICTS = (EffectReview.SETTLED, EffectReview.PERSISTS, EffectReview.SECOND_WAVE)
SELDOM = 24 * 31  # hours: a promise for a later month than the next is none


@transaction.atomic
def judge_effect(review: EffectReview, verdict: str, comment: str, actor: User) -> EffectReview:
    """效: what a person makes of the heat after the answer, once its time has come (C3.2, C8.10).

    A second wave asks for the decision to go on anew.
    """
    case = handling.locked(review.case)
    review = EffectReview.objects.select_for_update(of=("self",)).select_related("publication").get(pk=review.pk)
    review.case = case
    require(actor, "effect.judge", case)
    if verdict not in VERDICTS:
        raise Refused(_("请选择：已平息、仍在议论，或又起一波。"), code="verdict")
    if review.verdict:
        raise Refused(_("这一次效果已经有人认定，认定不能改写。"), code="already_judged")
    now = time.now()
    if now < review.due_at:
        raise Refused(
            _("回应后满 %(hours)d 小时才看效果，现在还早（C3.2）。") % {"hours": review.hours}, code="too_early"
        )
    comment = handling.require_text(comment, 4, _("怎么看"))
    following.measure(review)
    review.verdict, review.comment, review.by, review.at = verdict, comment, actor.name, now
    review.next_action_at = None
    review.save(update_fields=["verdict", "comment", "by", "at", "next_action_at"])
    peak = heat.peak_at(case.event)
    record(
        f"case:{case.number}",
        "effect.judged",
        {
            "hours": review.hours,
            "answer_at": at.isoformat() if (at := review.publication.published_at) else None,
            "verdict": verdict,
            "suggested": review.suggested,
            "comment": comment,
            "peak_at": peak.isoformat() if peak else None,
        },
        actor_of(actor),
        rows=[review],
    )
    if verdict == EffectReview.SECOND_WAVE:
        following.prompt(case, f"{review.hours}小时效果认定为又起一波")
    return review


@transaction.atomic
def decide_sustained(
    case: Case, sustained: bool, reason: str, every_hours: int | None, actor: User
) -> SustainedDecision:
    """视情况决定是否持续回应 (C8.8): yes with a rhythm and the next date, or no. The newest decision counts.

    `every_hours` left out: the rhythm that the file proposes for the level.
    """
    handling.decide_sustained(case, sustained, reason, actor)
    case = handling.locked(case)
    if every_hours is not None and not 1 <= every_hours <= SELDOM:
        raise Refused(_("多久再说一次，请填 1 到 %(most)d 小时。") % {"most": SELDOM}, code="rhythm")
    now = time.now()
    every = (every_hours or proposed_hours(case)) if sustained else None
    due = now + every * HOUR if every is not None else None
    before = list(case.sustained_decisions.filter(superseded_at__isnull=True))
    case.sustained_decisions.filter(superseded_at__isnull=True).update(superseded_at=now, next_action_at=None)
    made = SustainedDecision.objects.create(
        case=case,
        sustained=sustained,
        reason=case.sustained_reason,
        every_hours=every,
        next_due_at=due,
        next_action_at=due,
        by=actor.name,
        by_user=actor.pk,
        at=now,
    )
    kind, payload = "sustain.ended", dict[str, object]()
    if due is not None:
        kind, payload = "sustain.planned", {"every_hours": every, "next_due_at": due.isoformat()}
    record(f"case:{case.number}", kind, payload, actor_of(actor), rows=[*before, made])
    return made


def proposed_hours(case: Case) -> int:
    """The rhythm that the file proposes for the level; a day where it proposes none."""
    every = regulation_of(case.regulation).response.sustained_response_decision.every.get(case.level)
    return hours_of(every.elapsed if every is not None and every.elapsed else DAY)


__all__ = ["decide_sustained", "decision_of", "judge_effect", "proposed_hours"]
