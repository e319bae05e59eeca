"""媒体询问 (C1.4): an outlet asked. Whether the bureau had spoken before is counted; an answer to it is a statement."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling.actions.facts import current_facts
from huiying.handling.models import Case
from huiying.handling.process import LIVE
from huiying.kernel import clock as time
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.responding.models import MediaInquiry, Publication
from huiying.responding.outlets import outlet
from huiying.responding.statement_voices import voice_of

OPEN_TO = LIVE | {"closed"}  # the media ask after the end, too


@transaction.atomic
def record_inquiry(case: Case, name: str, question: str, asked_at: dt.datetime, actor: User) -> MediaInquiry:
    """Which outlet asked what, and when: its own word for the time, never later than now (INV-13)."""
    case = _open(case)
    require(actor, "media.record", case)
    now = time.now()
    if asked_at > now:
        raise Refused(_("询问的时间不能晚于现在。"), code="in_the_future")
    row = MediaInquiry.objects.create(
        case=case,
        outlet=outlet(name),
        question=handling.require_text(question, 4, _("媒体问了什么")),
        asked_at=asked_at,
        recorded_at=now,
        by=actor.name,
    )
    record(
        f"case:{case.number}",
        "media.asked",
        {"inquiry": row.pk, "outlet": row.outlet, "asked_at": asked_at.isoformat()},
        actor_of(actor),
        rows=[row],
    )
    return row


@transaction.atomic
def answer_inquiry(row: MediaInquiry, answer: str, voice: str, actor: User) -> None:
    """What was said to the outlet, and in whose voice: of the departments and speakers who may, nobody else (C8.3)."""
    case = _open(row.case)
    require(actor, "media.record", case)
    row = MediaInquiry.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.answered_at is not None:
        raise Refused(_("这次询问已经答复。"), code="already_answered")
    if current_facts(case) is None and not Publication.objects.filter(case=case, state=Publication.LIVE).exists():
        raise Refused(_("还没有口径，也没有公开说过话：请先定口径，再答复媒体（C7.4）。"), code="no_line")
    spoken = voice_of(case, voice)
    row.answer = handling.require_text(answer, 4, _("答复的内容"))
    row.answered_at, row.answered_by = time.now(), spoken.written[:100]
    row.save(update_fields=["answer", "answered_at", "answered_by"])
    record(
        f"case:{case.number}",
        "media.answered",
        {"inquiry": row.pk, "outlet": row.outlet, "voice": row.answered_by},
        actor_of(actor),
        rows=[row],
    )


def _open(case: Case) -> Case:
    case = handling.locked(case)
    if case.state not in OPEN_TO:
        raise Refused(_("此件已经并案或作废，请在并入的那一件里登记。"), code="not_in_this_state")
    return case
