"""Letters to other bodies and clues."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.handling.actions.clues import bodies, waiting_clue
from huiying.handling.actions.liaison import needs_liaison
from huiying.handling.available_actions.base import AvailableAction, CaseContext, live
from huiying.handling.models import LiaisonExemption


def _may_be_exempted(now: CaseContext) -> bool:
    """Asked for, and neither a letter nor an exemption stands yet."""
    if not live(now) or not needs_liaison(now.case):
        return False
    sent = now.case.liaisons.filter(sent_at__isnull=False).exists()
    return not sent and not LiaisonExemption.objects.filter(case=now.case).exists()


def _second_person(now: CaseContext) -> str:
    clue = waiting_clue(now.case)
    own = clue is not None and clue.proposed_user == now.user.pk
    return _("是您提议的，须由另一位局领导签字。") if own else ""


OFFERS: tuple[AvailableAction, ...] = (
    AvailableAction(
        "sign_clue",
        gettext_lazy("对线索移交签字"),
        "clue.sign",
        lambda now: live(now) and waiting_clue(now.case) is not None,
        _second_person,
    ),
    AvailableAction("draft_liaison", gettext_lazy("拟核实函"), "liaison.write", live),
    AvailableAction("exempt_liaison", gettext_lazy("说明不需要核实衔接"), "liaison.exempt", _may_be_exempted),
    AvailableAction(
        "propose_clue",
        gettext_lazy("提议移交线索"),
        "clue.propose",
        lambda now: live(now) and bool(bodies(now.case)),
    ),
)
