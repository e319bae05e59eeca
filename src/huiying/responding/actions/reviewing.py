"""Deciding one step of a review （九）: on this exact manifest, by somebody who did not draft it (INV-4)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling import clocks
from huiying.kernel import clock as time
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.standing import actor_of
from huiying.responding import bound, turns
from huiying.responding.actions.deciding import Opinion, decide, require_open, require_turn
from huiying.responding.models import ReviewRound, ReviewStep, Revision
from huiying.responding.queries import why_stale


@transaction.atomic
def decide_step(
    step: ReviewStep,
    *,
    approve: bool,
    comment: str,
    manifest_sha256: str,
    actor: User,
    secrecy: bool = False,
    personal_data: bool = False,
) -> ReviewStep:
    """Approve, or send back with a reason. The hash the reviewer saw must be the one under review."""
    case = handling.locked(step.round.case)
    step = ReviewStep.objects.select_for_update(of=("self",)).select_related("round__revision").get(pk=step.pk)
    round_ = step.round
    round_.case = case
    opinion = Opinion(approve, comment, manifest_sha256, secrecy, personal_data)
    require_open(step, is_open=round_.is_under_review())
    bound.check_revision(round_.revision, round_)
    appointment = require_turn(step, round_, opinion, round_.manifest_sha256, actor)
    if approve and (stale := why_stale(case, round_.revision)):
        raise Refused(stale, code="stale_facts")
    decide(step, opinion, actor)
    step.as_deputy, step.next_action_at = appointment.is_deputy, None
    step.secrecy_checked, step.personal_data_checked = approve and secrecy, approve and personal_data
    if approve:
        _require_both_checks(step)
    step.save()
    if not approve:
        round_.end(ReviewRound.REJECTED, step.comment)
    who = actor_of(actor)
    record(
        f"case:{case.number}",
        "review.decided",
        {
            "round": round_.pk,
            "role": step.role,
            "decision": step.decision,
            "as_deputy": step.as_deputy,
            "manifest": manifest_sha256,
            "secrecy_checked": step.secrecy_checked,
            "personal_data_checked": step.personal_data_checked,
            "comment": step.comment,
        },
        who,
        rows=[step, round_],
    )
    answer = round_.track == Revision.ANSWER  # a holding statement is reviewed beside the case and moves it nowhere
    if not approve:
        if answer:
            handling.move(case, "reject_again" if case.answered_at else "reject", who, step.comment)
            clocks.stop_from(case, "submitted_at", step.comment, who)
    elif not round_.steps.filter(decision="").exists():
        round_.end(ReviewRound.APPROVED, "")
        record(
            f"case:{case.number}",
            "review.approved",
            {"round": round_.pk, "manifest": round_.manifest_sha256, "revision": round_.revision.number},
            who,
            rows=[round_],
        )
        if answer:
            handling.move(case, "decide_step", who)
            clocks.stop_from(case, "submitted_at", "审定", who)
    else:
        round_.begin_turn(time.now())
        turns.tell(case, round_)
    return step


def _require_both_checks(step: ReviewStep) -> None:
    """No round ends approved without 保密审查 and 个人信息审查 (C8.2), whoever did them."""
    others = step.round.steps.exclude(pk=step.pk)
    if others.filter(decision="").exists():
        return
    secrecy = step.secrecy_checked or others.filter(secrecy_checked=True).exists()
    personal = step.personal_data_checked or others.filter(personal_data_checked=True).exists()
    if not (secrecy and personal):
        raise Refused(
            _("最后一步同意之前，须有人完成保密审查和个人信息审查。请核对后勾选这两项。"), code="checks_missing"
        )
