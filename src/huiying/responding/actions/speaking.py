"""发言授权 (C12.1), statement by statement, and 媒体询问 (C1.4), whose answer is a statement.

A leader lets somebody of the register speak and may take it back. Whether the bureau had spoken before it was asked is
counted.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling.actions.work import current_facts
from huiying.handling.models import Case
from huiying.handling.process import LIVE
from huiying.kernel import clock as time
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import Spokesperson, User
from huiying.people.permissions import require
from huiying.people.registers import speakers_in_force
from huiying.people.standing import actor_of
from huiying.responding import releasing
from huiying.responding.forms_of_answer import outlet, voice_of
from huiying.responding.models import Authorisation, MediaInquiry, PressRelease, Publication
from huiying.responding.targets import STILL_HERE, call_back


@transaction.atomic
def authorise(case: Case, speaker: Spokesperson, statement: str, actor: User) -> Authorisation:
    """For one statement on one case; nobody authorises themselves."""
    require(actor, "speaker.authorise")
    case = handling.locked(case)
    if case.state not in LIVE:
        raise Refused(_("此件已经办结、并案或作废，不再授权发言。"), code="not_in_this_state")
    return _made(Authorisation(case=case), speaker, statement, f"case:{case.number}", actor)


@transaction.atomic
def authorise_for_press(release: PressRelease, speaker: Spokesperson, statement: str, actor: User) -> Authorisation:
    """For one press release and what the media ask about it (C11.5, C12.1)."""
    require(actor, "speaker.authorise")
    release = PressRelease.objects.select_for_update().get(pk=release.pk)
    if release.state == PressRelease.DROPPED:
        raise Refused(_("这份新闻稿已经撤销，不再授权发言。"), code="not_in_this_state")
    return _made(Authorisation(press=release), speaker, statement, releasing.chain_of(release), actor)


def _made(made: Authorisation, speaker: Spokesperson, statement: str, chain: str, actor: User) -> Authorisation:
    entry = speakers_in_force().filter(pk=speaker.pk).first()
    if entry is None:
        raise Refused(_("发言人名册里没有这位在任的发言人。请先在“发言人”页任命。"), code="not_in_the_register")
    if entry.user_id == actor.pk:
        raise Refused(_("不能授权自己发言，请由另一位局领导授权（C12.1）。"), code="own_authorisation")
    made.speaker, made.speaker_name = entry, entry.user.name
    made.statement = handling.require_text(statement, 4, _("授权就什么发言"))[:300]
    made.by, made.by_user, made.at = actor.name, actor.pk, time.now()
    made.save()
    record(
        chain,
        "speaker.authorised",
        {"authorisation": made.pk, "name": made.speaker_name, "statement": made.statement},
        actor_of(actor),
        rows=[made],
    )
    return made


@transaction.atomic
def revoke(row: Authorisation, why: str, actor: User) -> None:
    """Taken back: what goes out in this name and is not out yet never goes out."""
    require(actor, "speaker.authorise")
    if row.case is not None:
        chain = f"case:{handling.locked(row.case).number}"
    else:
        assert row.press is not None
        chain = releasing.chain_of(PressRelease.objects.select_for_update().get(pk=row.press.pk))
    row = Authorisation.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.revoked_at is not None:
        raise Refused(_("这份授权已经撤销。"), code="already_revoked")
    row.revoked_at, row.revoked_by = time.now(), actor.name
    row.revoked_why = handling.require_text(why, 4, _("撤销授权的理由"))[:300]
    row.save(update_fields=["revoked_at", "revoked_by", "revoked_why"])
    waiting = Publication.objects.filter(revision__speaker=row, state__in=STILL_HERE)
    who = actor_of(actor)
    stopped = call_back(
        waiting.select_related("case", "platform"), "发言人的授权已经撤销，这一条不再发布（C12.1）。", who
    )
    record(
        chain,
        "speaker.revoked",
        {"authorisation": row.pk, "name": row.speaker_name, "why": row.revoked_why, "stopped": stopped},
        who,
        rows=[row],
    )


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
