"""The one gate to a document: whoever may not see it gets 404, not the knowledge that it exists."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404

from huiying.documents.models import Instruction, IssuedDocument
from huiying.handling.access import note, opens
from huiying.handling.models import CaseDepartment
from huiying.handling.queries import cases_for
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.predicates import CLOSED_KINDS
from huiying.people.standing import standing

GENERAL = ("office", "duty", "lead_bureau", "review_all", "audit")


def get_document(user: User, pk: int) -> IssuedDocument:
    """The document; a case's own gate stands before it as well, but for those whom it was sent to by name."""
    rows = IssuedDocument.objects.select_related(
        "case__event", "case__regulation", "withdrawal__replaced_by"
    ).prefetch_related("circulations", "instructions", "signatures", "addenda")
    if not any(standing(user).can(capability) for capability in GENERAL):  # others are asked for their department
        departments = CaseDepartment.objects.select_related("department")
        rows = rows.prefetch_related(Prefetch("case__departments", departments))
    found = rows.filter(pk=pk).first()
    if found is None or not may(user, "document.view", found):
        raise Http404
    if found.case is not None:
        sent = _was_sent(user, found) and not found.case.event.sensitive  # of 敏感, to have been sent it is not enough
        if not sent and not opens(user, found.case):
            raise Http404
        note(user, found.case)
    return found


def _was_sent(user: User, document: IssuedDocument) -> bool:
    return any(row.user_id == user.pk for row in document.circulations.all()) or any(
        row.owner_id == user.pk for row in document.instructions.all()
    )


def get_instruction(user: User, document: IssuedDocument, pk: int) -> Instruction:
    found = document.instructions.select_related("owner").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def documents_for(user: User) -> QuerySet[IssuedDocument]:
    """The documents that a person may see: the rule of `get_document` as a query."""
    who = standing(user)
    sent = Q(circulations__user=user) | Q(instructions__owner=user)
    own = Q(case__in=cases_for(user).values("pk"))
    seen = sent & ~Q(case__event__sensitive__gt="") | own
    if any(who.can(capability) for capability in GENERAL):
        closed = [kind for kind, able in CLOSED_KINDS.items() if not any(who.can(capability) for capability in able)]
        seen |= Q(case__isnull=True) & ~Q(kind__in=closed)
    if may(user, "policy.view"):
        seen |= Q(kind="risk")
    rows = IssuedDocument.objects.filter(pk__in=IssuedDocument.objects.filter(seen).values("pk"))
    return rows.select_related("case", "withdrawal").prefetch_related("signatures", "instructions")
