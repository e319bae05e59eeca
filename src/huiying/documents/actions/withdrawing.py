"""撤回 and 替代 of a special report (C6.10): decided by another than who issued it, with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.documents.actions.issued import chain_of, note, tell
from huiying.documents.models import IssuedDocument, Withdrawal
from huiying.kernel import clock as time
from huiying.ledger.actions import lock
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may, require
from huiying.people.standing import actor_of, standing
from huiying.people.words import require_text

KIND = "report"
SIGNED_OUT = "签发"  # the place by which a report went out


def later_ones(document: IssuedDocument) -> Sequence[IssuedDocument]:
    """Reports of the same case that may stand for this one."""
    rows = IssuedDocument.objects.filter(kind=KIND, case=document.case, pk__gt=document.pk, withdrawal__isnull=True)
    return list(rows)


def why_not_withdraw(document: IssuedDocument, user: User) -> str:
    if document.kind != KIND:
        return _("只有专报可以撤回；其他文书要更正，写补记。")
    if document.withdrawn is not None:
        return _("这份专报已经撤回。")
    if why := may(user, "document.withdraw", document).why:
        return why
    if document.issued_user == user.pk:
        return _("出这份专报的人不能自己撤回，请另一人决定。")
    if any(row.place == SIGNED_OUT for row in document.signatures.all()) and not standing(user).can("lead_bureau"):
        return _("这份专报已由局领导签发，要由局领导决定撤回。")
    return ""


@transaction.atomic
def withdraw(
    document: IssuedDocument, *, reason: str, replaced_by: IssuedDocument | None = None, actor: User
) -> Withdrawal:
    """The paper stays, is marked, and its number is not given again; whoever has it is told."""
    lock(chain_of(document))
    document = IssuedDocument.objects.select_related("case", "withdrawal").get(pk=document.pk)
    require(actor, "document.withdraw", document)
    if why := why_not_withdraw(document, actor):
        raise Refused(why, code="not_to_withdraw")
    if replaced_by is not None and replaced_by not in later_ones(document):
        raise Refused(_("替代它的须是同一件的、之后出的、没有撤回的专报。"), code="no_successor")
    row = Withdrawal.objects.create(
        document=document, replaced_by=replaced_by, reason=require_text(reason, 6, _("撤回的理由")), by=actor.name,
        by_user=actor.pk, at=time.now(),
    )  # fmt: skip
    told = {"reason": row.reason, "instead": replaced_by.number if replaced_by is not None else ""}
    kind = "document.superseded" if replaced_by is not None else "document.withdrawn"
    note(document, kind, told, actor_of(actor), [row])
    people = {one.user for one in document.circulations.select_related("user")}
    people |= {one.owner for one in document.instructions.select_related("owner")}
    words = f"{row.word}：{document.number}"
    tell(document, sorted(people, key=lambda user: user.pk), "withdrawn", words, row.reason)
    return row
