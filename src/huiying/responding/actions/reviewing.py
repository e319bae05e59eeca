"""Deciding one step of a review （九）, on the text the reviewer saw and by somebody who did not draft it (INV-4);
whose turn it is, told at once and reminded (C9.3); and 不公开为例外 （一）: a ground of the law, a reason, a day of
review, two persons (C1.1).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling, clocks
from huiying.handling.models import Case
from huiying.handling.process import step
from huiying.kernel import clock, clock as time
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import regulation_of, zone
from huiying.people.standing import Assignment, actor_of
from huiying.people.versions import join_names
from huiying.regulation import Regulation
from huiying.regulation.deadlines import quiet_until
from huiying.responding import bound, steps
from huiying.responding.models import ReviewDecision, Reviewed, ReviewRound, ReviewStep, Revision, Withholding
from huiying.responding.queries import why_stale
from huiying.responding.readiness import GROUNDS
from huiying.work import notify
from huiying.work.models import Notice


@dataclass(frozen=True)
class Opinion:
    """What a reviewer says. `manifest_sha256` is that of the text he saw; `secrecy` and `personal_data` are what he has
    checked in it (C8.2).
    """

    approve: bool
    comment: str
    manifest_sha256: str
    secrecy: bool = False
    personal_data: bool = False

    def has_checked(self, check: str) -> bool:
        return {"secrecy": self.secrecy, "personal_data": self.personal_data}[check]


def require_turn(step: ReviewDecision, text: Reviewed[Any], opinion: Opinion, manifest: str, actor: User) -> Assignment:
    """The appointment in which `actor` decides. Raises Refused: another text, not its turn, not his to decide."""
    if opinion.manifest_sha256 != manifest:
        raise Refused(_("您看到的不是现在的文稿。请刷新页面，看过新的文稿再审。"), code="other_text")
    if step.pk not in {row.pk for row in text.open_steps()}:
        raise Refused(_("还没有轮到这一步：前面的审核尚未完成。"), code="not_your_turn")
    appointment = step.appointment_of(actor)
    if appointment is None:
        raise Refused(_("这一步不由您审核，或您是起草人，或您已审核过本轮的另一步。"), code="not_permitted")
    return appointment


def require_open(step: ReviewDecision, *, is_open: bool) -> None:
    if not is_open or step.decision:
        raise Refused(_("这一轮审核已经结束，或这一步已有人审过。请刷新页面。"), code="round_is_over")


def decide(step: ReviewDecision, opinion: Opinion, actor: User) -> None:
    """Write it on the step, not yet saved. Raises Refused where sent back without a reason, or approved unchecked."""
    comment = opinion.comment.strip()
    if not opinion.approve and len(comment) < 4:
        raise Refused(_("退回须写明理由，至少 4 个字。"), code="too_short")
    unchecked = [steps.check_words(check) for check in step.checks if not opinion.has_checked(check)]
    if opinion.approve and unchecked:
        raise Refused(
            _("这一步要先完成%(checks)s：请核对后勾选，再同意。") % {"checks": join_names(unchecked)},
            code="checks_missing",
        )
    step.decision, step.comment = step.APPROVED if opinion.approve else step.REJECTED, comment
    step.decided_by, step.decided_user, step.decided_at = actor.name, actor.pk, clock.now()
    step.decided_sha256 = opinion.manifest_sha256


GRAVE = 2  # the two gravest levels wake people up
REPEAT = dt.timedelta(minutes=30)  # of a file that has no ladder of its own


def is_grave(level: str, regulation: Regulation) -> bool:
    """Of such a level an internal word about a review knows no quiet hours."""
    return regulation.rank(level) >= len(regulation.levels) - GRAVE


def tell(case: Case, round_: ReviewRound) -> None:
    """Everybody who may decide one of the steps whose turn it is, never the drafter; each once a step."""
    regulation = regulation_of(case.regulation)
    now = time.now()
    for turn in round_.open_steps():
        title = "“正在核实”待您审核" if round_.track == Revision.HOLDING else "文稿待您审核"
        notify.send(
            f"{case.number} {title}",
            ("" if case.event.reserved else f"{round_.revision.title}｜") + _until(turn, regulation),
            [user.username for user in turn.own_deciders(now)],
            "warning" if is_grave(round_.level, regulation) else "info",
            key=f"turn:{turn.pk}",
            url=f"/desk/reviews/{turn.pk}/",
            not_before=None if is_grave(round_.level, regulation) else quiet_until(regulation, now),
        )


def remind(
    step: ReviewDecision, now: dt.datetime, title: str, text: str, *, key: str, url: str, grave: bool = False
) -> None:
    """A step's time is over and nobody decided: say so, and set when it is said again.

    The first time its holders hear of it, from the second time on whoever stands in for them too.
    """
    regulation = step.reviewed.regulation_of_review()
    first = f"{key}:first"
    again = Notice.objects.filter(key=first).exists()
    notify.send(
        title,
        text,
        [user.username for user in step.to_remind(now, again=again)],
        "warning",
        key=f"{key}:{int(now.timestamp())}" if again else first,
        url=url,
        not_before=None if grave else quiet_until(regulation, now),
    )
    ladder = regulation.clocks.escalation
    step.next_action_at = now + (ladder.repeat_every.elapsed if ladder is not None else REPEAT)
    step.save(update_fields=["next_action_at"])


def said(step: ReviewStep, regulation: Regulation) -> str:
    """「9月14日14:00」, when the step's share of the time is over."""
    local = (step.due_at or time.now()).astimezone(regulation.zone)
    return f"{local.month}月{local.day}日{local:%H:%M}"


def _until(step: ReviewStep, regulation: Regulation) -> str:
    return f"请在{said(step, regulation)}前审核。" if step.due_at is not None else "请尽早审核。"


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
        tell(case, round_)
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


@transaction.atomic
def propose_withhold(case: Case, ground: str, reason: str, review_on: dt.date, actor: User) -> Withholding:
    require(actor, "case.withhold", case)
    case = handling.locked(case)
    step(case.state, "withhold")
    if ground not in GROUNDS:
        raise Refused(_("请从法定理由中选择一项；只写文字说明不能作为不公开的理由。"), code="no_ground")
    reason = handling.require_text(reason, 10, _("不予公开的理由"))
    if review_on <= time.now().astimezone(zone()).date():
        raise Refused(_("请写明今后的复核日期：不公开须到期复核。"), code="review_date")
    if case.withholdings.filter(agreed__isnull=True).exists():
        raise Refused(_("已有一份不予公开的提议待第二人决定。"), code="already_proposed")
    made = Withholding.objects.create(
        case=case,
        ground=ground,
        reason=reason,
        review_on=review_on,
        proposed_by=actor.name,
        proposed_user=actor.pk,
        proposed_at=time.now(),
    )
    record(
        f"case:{case.number}",
        "withholding.proposed",
        {"ground": ground, "reason": reason, "review_on": review_on.isoformat()},
        actor_of(actor),
        rows=[made],
    )
    return made


@transaction.atomic
def second_withhold(row: Withholding, agree: bool, actor: User) -> Withholding:
    """The second person. Agreed, the decision ends the clock: a reasoned no is an answer, silence is not."""
    require(actor, "case.withhold", row)
    row = Withholding.objects.select_for_update(of=("self",)).select_related("case").get(pk=row.pk)
    if row.agreed is not None:
        raise Refused(_("这份提议已有决定。"), code="already_decided")
    if row.proposed_user == actor.pk:
        raise Refused(_("须由另一个人决定。"), code="second_person")
    case = handling.locked(row.case)
    step(case.state, "withhold")  # a text in review, or out, is decided about first
    row.agreed, row.seconded_by, row.seconded_user, row.seconded_at = agree, actor.name, actor.pk, time.now()
    row.save()
    who = actor_of(actor)
    told = {"agreed": agree, "ground": row.ground}
    record(f"case:{case.number}", "withholding.decided", told, who, rows=[row])
    if agree:
        handling.move(case, "withhold", who, str(GROUNDS[row.ground]))
        for act in ("respond", "first_authoritative_release", "press_conference"):
            clocks.stop(case, act, "不予公开的决定", who)
    return row
