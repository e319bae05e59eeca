"""制度落实情况表 （十二）: the page of the whole regulation as a document for the inspector."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.documents.actions.issued import CHAIN, write
from huiying.documents.models import IssuedDocument
from huiying.kernel import clock as time
from huiying.ledger.actions import lock
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.periods import period
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import zone

SETTLE = dt.timedelta(minutes=1)  # what was begun before the cut-off has been written by now


@transaction.atomic
def issue_conformance(words: str, actor: User) -> IssuedDocument:
    """As of a minute ago. Where nothing happened since the last one, that one. Raises UsageError for no period."""
    require(actor, "conformance.print")
    wanted = period(words)
    cut_off = time.now() - SETTLE
    if wanted.first > cut_off.astimezone(zone()).date():
        raise Refused(_("这个时期还没有开始。"), code="not_begun")
    lock(CHAIN)
    newest = IssuedDocument.objects.filter(kind="conformance", subject=wanted.words).first()
    if newest is not None:
        since = LedgerEntry.objects.filter(at__gt=newest.cut_off, at__lte=cut_off)
        if not since.exclude(kind__startswith="document.").exists():
            return newest
    return write("conformance", wanted.words, cut_off=cut_off, by=actor, given={"period": wanted.words})
