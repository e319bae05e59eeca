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
from huiying.people.words import listed
from huiying.responding import bound, steps, turns
from huiying.responding.actions.drafting import end_round
from huiying.responding.models import ReviewRound, ReviewStep, Revision
from huiying.responding.queries import eligibility, open_steps, why_stale


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
    _check_round(round_, step, manifest_sha256)
    standing_for = eligibility(actor, step, case)
    if standing_for is None:
        raise Refused(_("这一步不由您审核，或您是起草人，或您已审核过本轮的另一步。"), code="not_permitted")
    if approve and (stale := why_stale(case, round_.revision)):
        raise Refused(stale, code="stale_facts")
    if not approve and len(comment.strip()) < 4:
        raise Refused(_("退回须写明理由，至少 4 个字。"), code="too_short")
    step.decision = "approved" if approve else "rejected"
    step.decided_by, step.decided_user, step.as_deputy = actor.name, actor.pk, standing_for.is_deputy
    step.decided_at, step.decided_sha256, step.comment = time.now(), manifest_sha256, comment.strip()
    step.next_action_at = None
    step.secrecy_checked, step.personal_data_checked = approve and secrecy, approve and personal_data
    if approve:
        _need_checks(step)
    step.save()
    if not approve:
        end_round(round_, ReviewRound.REJECTED, step.comment)
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
        end_round(round_, ReviewRound.APPROVED, "")
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
        steps.begin_turn(round_, time.now())
        turns.tell(case, round_)
    return step


def _check_round(round_: ReviewRound, step: ReviewStep, manifest_sha256: str) -> None:
    if round_.state != ReviewRound.OPEN or step.decision:
        raise Refused(_("这一轮审核已经结束，或这一步已有人审过。请刷新页面。"), code="round_is_over")
    bound.check_revision(round_.revision, round_)
    if round_.revision.manifest_sha256 != round_.manifest_sha256 or manifest_sha256 != round_.manifest_sha256:
        raise Refused(_("您看到的不是现在的文稿。请刷新页面，看过新的文稿再审。"), code="other_text")
    if step.pk not in {row.pk for row in open_steps(round_)}:
        raise Refused(_("还没有轮到这一步：前面的审核尚未完成。"), code="not_your_turn")


def _need_checks(step: ReviewStep) -> None:
    """保密审查 and 个人信息审查 (C8.2): whoever has them in their step does them there, and no round ends approved
    without both.
    """
    done = {"secrecy": step.secrecy_checked, "personal_data": step.personal_data_checked}
    own = [steps.check_words(check) for check in step.checks if not done[check]]
    if own:
        raise Refused(
            _("这一步要先完成%(checks)s：请核对后勾选，再同意。") % {"checks": listed(own)}, code="checks_missing"
        )
    others = step.round.steps.exclude(pk=step.pk)
    if others.filter(decision="").exists():
        return
    secrecy = step.secrecy_checked or others.filter(secrecy_checked=True).exists()
    personal = step.personal_data_checked or others.filter(personal_data_checked=True).exists()
    if not (secrecy and personal):
        raise Refused(
            _("最后一步同意之前，须有人完成保密审查和个人信息审查。请核对后勾选这两项。"),
            code="checks_missing",
        )
