"""线索移交: a clue is handed to the body that the law names, on a leader's signature （五）61号 §6.3.

It is counted and never followed after: nothing here says what became of it, or of whom.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling.actions.base import locked, require_text
from huiying.handling.actions.liaison import yearly_number
from huiying.handling.models import Case, ClueHandover
from huiying.handling.process import LIVE
from huiying.kernel import clock as time
from huiying.ledger.actions import record, together
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import able, regulation_of
from huiying.people.standing import actor_of
from huiying.people.words import display_name, join_names
from huiying.work import notify


def bodies(case: Case) -> tuple[str, ...]:
    """To whom the regulation lets a clue be handed; none where it names nobody."""
    return regulation_of(case.regulation).monitor.liaison.clue_bodies


def waiting_clue(case: Case) -> ClueHandover | None:
    """The clue that waits for a leader's signature, the earliest first."""
    return case.clues.filter(signed__isnull=True).first()


@transaction.atomic
@together()
def propose_clue(case: Case, body: str, facts: str, legal_ground: str, actor: User) -> ClueHandover:
    """提议移交: which facts, on what ground in law, to which lawful recipient."""
    case = locked(case)
    require(actor, "clue.propose", case)
    if case.state not in LIVE:
        raise Refused(_("此件已经办结、并案或作废，不能再移交线索。"), code="not_in_this_state")
    allowed = bodies(case)
    if body not in allowed:
        regulation = regulation_of(case.regulation)
        names = join_names(display_name(regulation, "word", name) for name in allowed)
        raise Refused(
            _("线索只能依法移交：%(names)s。") % {"names": names} if allowed else _("制度没有规定线索移交给谁。"),
            code="unknown_body",
        )
    row = ClueHandover.objects.create(
        number=yearly_number("clue", "线索"),
        case=case,
        body=body,
        facts=require_text(facts, 10, _("线索事实")),
        legal_ground=require_text(legal_ground, 4, _("法律依据"))[:300],
        proposed_by=actor.name,
        proposed_user=actor.pk,
        proposed_at=time.now(),
    )
    payload = {"number": row.number, "body": body, "legal_ground": row.legal_ground}
    record(f"case:{case.number}", "clue.proposed", payload, actor_of(actor), rows=[row])
    notify.send(
        f"{row.number} 待签字",
        f"{case.number}｜拟向{body}移交线索，请局领导签字。",
        [user.username for user in able("lead_bureau")],
        "warning",
        key=f"clue:{row.pk}:proposed",
        url=f"/desk/cases/{case.number}/outside/",
    )
    return row


@transaction.atomic
@together()
def sign_clue(row: ClueHandover, sign: bool, why: str, actor: User) -> None:
    """The leader's word, never the proposer's own. Refusing needs a reason; signing ends the matter for this house."""
    require(actor, "clue.sign", row)
    case = locked(row.case)
    row = ClueHandover.objects.select_for_update().get(pk=row.pk)
    if row.signed is not None:
        raise Refused(_("这条线索已有结论。"), code="already_decided")
    if row.proposed_user == actor.pk:
        raise Refused(_("是您提议的，须由另一位局领导签字。"), code="second_person")
    row.refused_why = "" if sign else require_text(why, 4, _("不移交的理由"))
    row.signed, row.signed_by, row.signed_user, row.signed_at = sign, actor.name, actor.pk, time.now()
    row.save()
    payload = {"number": row.number, "body": row.body, "signed": sign, "reason": row.refused_why}
    record(f"case:{case.number}", "clue.signed", payload, actor_of(actor), rows=[row])
