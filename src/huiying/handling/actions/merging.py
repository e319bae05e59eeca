"""Two cases, one matter: a reversible link that keeps both numbers alive （五）C5.16."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import clocks
from huiying.handling.actions.base import locked, move, require_text
from huiying.handling.models import Case, Knowledge
from huiying.handling.process import LIVE
from huiying.judging.models import Event
from huiying.kernel import clock as time
from huiying.ledger.actions import lock, record, together
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of


@transaction.atomic
@together()
def merge_cases(loser: Case, winner: Case, actor: User) -> None:
    """并案: both numbers stay valid; the winner takes the earliest knowledge and every earlier deadline (INV-3)."""
    require(actor, "case.merge", loser)
    require(actor, "case.merge", winner)
    first, second = sorted((loser.pk, winner.pk))
    if first == second:
        raise Refused(_("不能把一件并入它自己。"), code="same_case")
    list(Case.objects.select_for_update().filter(pk__in=(first, second)).order_by("pk"))
    loser, winner = locked(loser), locked(winner)
    if loser.event.sensitive != winner.event.sensitive:
        raise Refused(_("两件的敏感标记不一样：先标得一样，再并案。"), code="labels_differ")
    if winner.state not in LIVE:
        raise Refused(_("并入的案件已经办结。"), code="case_is_closed")
    lock(f"case:{loser.number}", f"case:{winner.number}")
    who = actor_of(actor)
    loser.state_before_merge = loser.state
    move(loser, "merge", who, winner.number)
    loser.merged_into = winner
    loser.save(update_fields=["merged_into", "state_before_merge"])
    for row in clocks.live(loser).filter(is_legal=True):
        clocks.adopt(winner, row, who)
    clocks.supersede_all(loser, _merged(winner))
    if loser.first_known_at < winner.first_known_at:
        known = Knowledge.objects.create(
            case=winner,
            known_at=loser.first_known_at,
            how="并案",
            evidence=loser.number,
            recorded_by=actor.name,
            recorded_at=time.now(),
        )
        winner.first_known_at = loser.first_known_at
        winner.save(update_fields=["first_known_at"])
        earlier = Event.objects.filter(pk=winner.event_id, first_known_at__gt=loser.first_known_at)
        earlier.update(first_known_at=loser.first_known_at)
        record(
            f"case:{winner.number}",
            "case.known_earlier",
            {"known_at": loser.first_known_at.isoformat(), "how": "并案", "evidence": loser.number},
            who,
            rows=[known, winner, winner.event],
        )
        clocks.start_legal(winner, cause=clocks.FOUND_EARLIER, actor=who)
    record(f"case:{winner.number}", "case.merged", {"from": loser.number}, who)


def _merged(winner: Case) -> str:
    return f"merged into {winner.number}"


@transaction.atomic
@together()
def unmerge_cases(loser: Case, reason: str, actor: User) -> None:
    """撤销并案: the case goes on where it stood, and its clocks run again with the same due dates (INV-1, INV-3).

    What the merge brought the other case, earlier knowledge and earlier deadlines, stays there: nothing moves later.
    """
    require(actor, "case.unmerge", loser)
    pks = sorted(pk for pk in (loser.pk, loser.merged_into_id) if pk is not None)
    list(Case.objects.select_for_update().filter(pk__in=pks).order_by("pk"))
    loser = locked(loser)
    winner = loser.merged_into
    if winner is None or loser.state != "merged" or winner.pk not in pks:
        raise Refused(_("此件没有并入别的案件，不必撤销。"), code="not_merged")
    reason = require_text(reason, 4, _("撤销并案的理由"))
    lock(f"case:{loser.number}", f"case:{winner.number}")
    who = actor_of(actor)
    move(loser, f"unmerge_to_{loser.state_before_merge}", who, reason)
    loser.merged_into, loser.state_before_merge = None, ""
    loser.save(update_fields=["merged_into", "state_before_merge"])
    clocks.resume(loser, _merged(winner))
    record(f"case:{loser.number}", "case.unmerged", {"from": winner.number, "reason": reason}, who, [loser])
    record(f"case:{winner.number}", "case.unmerged", {"into": loser.number, "reason": reason}, who)
