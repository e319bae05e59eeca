"""One decision on a step of any review: on the text that the reviewer saw, by somebody who did not draft it (INV-4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.standing import Assignment
from huiying.people.words import join_names
from huiying.responding import steps
from huiying.responding.models import ReviewDecision, Reviewed


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
