"""口径 (C7.4): one line of facts for everybody, in versions. Whoever saw an older one is told what changed."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling.actions.base import locked, require_text
from huiying.handling.models import Case, FactSheet
from huiying.handling.process import LIVE
from huiying.kernel import clock as time
from huiying.kernel.wording import difference, normalised
from huiying.ledger.actions import record, together
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.people.words import department_name

PIECES, PIECE_CHARS = 4, 60


def current_facts(case: Case) -> FactSheet | None:
    """The newest version, the only one that may be quoted."""
    return FactSheet.objects.filter(case=case).order_by("-version").first()


@transaction.atomic
@together()
def agree_facts(case: Case, text: str, based_on: int, reason: str, actor: User) -> FactSheet:
    """定口径: a new version, by somebody who saw the newest. The same text again is no new version (habit 12)."""
    case = locked(case)
    require(actor, "case.facts", case)
    if case.state not in LIVE:
        raise Refused(_("此件已经结束，口径不能再改。需要时先重新办理。"), code="not_in_this_state")
    newest = current_facts(case)
    check_not_stale(case, based_on, newest)
    text = normalised(require_text(text, 4, _("口径")))
    if newest is not None and newest.text == text:
        return newest
    if newest is not None:
        reason = require_text(reason, 4, _("为什么改口径"))
    row = FactSheet.objects.create(
        case=case,
        version=newest.version + 1 if newest else 1,
        text=text,
        reason=reason.strip()[:300],
        by=actor.name,
        by_user=actor.pk,
        department=actor.department.name if actor.department else "",
        at=time.now(),
    )
    record(
        f"case:{case.number}",
        "facts.agreed",
        {"version": row.version, "text": row.text, "reason": row.reason},
        actor_of(actor),
        rows=[row],
    )
    return row


def check_not_stale(case: Case, version: int, newest: FactSheet | None) -> None:
    """Raise Refused where `version` is not the newest: the second of two departments is told, never overheard."""
    if newest is None or newest.version == version:
        return
    raise Refused(stale_words(case, version, newest), code="stale_facts")


def stale_words(case: Case, version: int, newest: FactSheet) -> str:
    """What changed since the version that somebody saw, as one sentence (scenario 7)."""
    seen = FactSheet.objects.filter(case=case, version=version).first()
    told = {
        "version": newest.version,
        "name": newest.by,
        "department": department_name(newest.department),
        "what": changed_words(seen.text if seen else "", newest.text),
    }
    return _("口径已是第 %(version)d 版（%(department)s %(name)s）：%(what)s。请按新口径再办（C7.4）。") % told


def changed_words(old: str, new: str) -> str:
    """「删去“一个标段”，新增“两个标段”」, the first few pieces."""
    said_ = []
    for op, text in difference(old, new):
        piece = " ".join(text.split())[:PIECE_CHARS]
        if piece and op == "gone":
            said_.append(_("删去“%(text)s”") % {"text": piece})
        elif piece and op == "new":
            said_.append(_("新增“%(text)s”") % {"text": piece})
    more = _("等") if len(said_) > PIECES else ""
    return _("，").join(said_[:PIECES]) + more
