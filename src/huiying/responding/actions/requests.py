"""要求更正或删除 (§6.2): received with a number, decided by a person, the reason told to whoever holds the code."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import canonical, sealing, tokens
from huiying.kernel import clock as time
from huiying.kernel.masking import mask_personal
from huiying.ledger.actions import Actor, record
from huiying.listening import ingest_masking
from huiying.listening.actions.sealed import CONTACT, purge_contact
from huiying.listening.models import Message
from huiying.listening.queries import message_by_code
from huiying.people import personal_data
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import able, regulation_now, zone
from huiying.people.standing import actor_of
from huiying.people.words import require_text
from huiying.responding.models import PersonalRequest
from huiying.responding.public import public_answer
from huiying.work import notify
from huiying.work.numbers import next_number

PURPOSE = "personal_request.original"
TEXT_MOST = 2000


CALLED = {PersonalRequest.CORRECTION: "更正", PersonalRequest.DELETION: "删除", PersonalRequest.COPY: "副本"}


@dataclass(frozen=True)
class Receipt:
    number: str
    query_code: str


@transaction.atomic
def ask_request(kind: str, text: str, *, message: str = "", code: str = "", answer: str = "") -> Receipt:
    """Somebody asks for a correction or a deletion. About a message only with its own code; no name is asked."""
    if kind not in CALLED:
        raise Refused(_("请选择：更正、删除，或要一份副本。"), code="kind")
    text = require_text(text, 4, _("要改什么或删什么"))
    if len(text) > TEXT_MOST:
        raise Refused(_("最多 %(most)d 个字，请缩短。") % {"most": TEXT_MOST}, code="too_long")
    about = ""
    if message.strip() or code.strip():
        found = message_by_code(message, code)
        if found is None:
            raise Refused(_("编号和查询码对不上。请核对回执；不涉及自己的留言的，这两栏都不用填。"), code="code")
        about = found.number
    if kind == PersonalRequest.COPY and not about:
        raise Refused(_("副本只给留言人自己：请填留言的编号和查询码。"), code="no_message")
    answer = answer.strip()
    if answer and public_answer(answer) is None:
        raise Refused(_("没有编号是“%(number)s”的公开答复，请核对。") % {"number": answer[:30]}, code="answer")
    now, regulation = time.now(), regulation_now()
    masked = mask_personal(text)
    query_code, code_hash = tokens.new_code()
    day = f"{now.astimezone(zone()):%Y%m%d}"
    row = PersonalRequest.objects.create(
        number=f"Q{day}-{next_number(f'personal_request:{day}'):03d}",
        query_code_hash=code_hash,
        kind=kind,
        message=about,
        answer=answer,
        text=masked.text,
        sealed_text=sealing.seal(text, PURPOSE) if masked.changed else None,
        received_at=now,
        due_at=regulation.work_calendar.add(now, regulation.dialogue.request_within),
    )
    told = {"number": row.number, "kind": kind, "message": about, "answer": answer, "sha256": canonical.sha256(text)}
    record(_chain(row), "personal_request.received", told, Actor.PUBLIC, rows=[row])
    words = f"{row.number} 有人要求{CALLED[kind]}，请办理"
    people = [user.username for user in able("office")]
    notify.send(words, words, people, "warning", key=f"request:{row.pk}", url=f"/desk/requests/{row.pk}/")
    return Receipt(row.number, query_code)


def _chain(row: PersonalRequest) -> str:
    return f"request:{row.number}"


@transaction.atomic
def decide_request(row: PersonalRequest, decision: str, reason: str, purge: bool, actor: User) -> PersonalRequest:
    """The office decides, with the reason that the asker reads. `purge` destroys the contact that was left with the
    message. A wrong or personal word in a public answer is taken out by a correction of that answer (C11.1).
    """
    require(actor, "personal_request.decide")
    row = PersonalRequest.objects.select_for_update().get(pk=row.pk)
    if row.decided_at is not None:
        raise Refused(_("这项请求已经办结。"), code="is_over")
    if decision not in (PersonalRequest.GRANTED, PersonalRequest.PARTLY, PersonalRequest.REFUSED):
        raise Refused(_("请选择：照办、部分照办，或不办。"), code="decision")
    if purge and not row.message:
        raise Refused(_("这项请求不涉及留言，没有联系方式可删。"), code="no_message")
    if purge and decision == PersonalRequest.REFUSED:
        raise Refused(_("选了不办，就不能同时删除联系方式。"), code="decision")
    reason = require_text(reason, 4, _("理由（对方会看到）"))
    if mask_personal(reason).changed:
        raise Refused(_("理由里像有个人信息，请改写后再办结。"), code="personal_data")
    if purge:
        purge_contact(Message.objects.get(number=row.message))
    row.decision, row.reason, row.contact_purged = decision, reason, purge
    row.decided_by, row.decided_at = actor.name, time.now()
    row.save(update_fields=["decision", "reason", "contact_purged", "decided_by", "decided_at"])
    told = {
        "number": row.number,
        "decision": decision,
        "reason": reason,
        "purged": purge,
        "on_time": row.decided_at <= row.due_at,
    }
    record(_chain(row), "personal_request.decided", told, actor_of(actor), rows=[row])
    return row


@transaction.atomic
def hand_out(number: str, code: str) -> str | None:
    """What somebody left with their message, as a text for themselves (PIPL art. 45): once the office granted it, to
    whoever holds the code of the request, which was given only to who held the code of the message. None otherwise,
    alike for an unknown number, a wrong code and a request that was not granted.
    """
    row = request_by_code(number, code)
    given = (PersonalRequest.GRANTED, PersonalRequest.PARTLY)
    if row is None or row.kind != PersonalRequest.COPY or row.decision not in given:
        return None
    message = Message.objects.select_related("post").get(number=row.message)
    title, text = ingest_masking.original_of(message.post)
    contact = ""
    if message.sealed_contact is not None:
        contact = sealing.unseal(message.sealed_contact, CONTACT).decode()
    record(_chain(row), "personal_request.copied", {"number": row.number, "message": message.number}, Actor.PUBLIC)
    at = message.received_at.astimezone(zone())
    lines = (
        (_("编号"), message.number), (_("收到时间"), f"{at:%Y-%m-%d %H:%M}"), (_("标题"), title), (_("内容"), text),
        (_("联系方式"), contact or _("没有留，或已经删除")),
    )  # fmt: skip
    return "".join(f"{name}：{value}\n" for name, value in lines if value)


@transaction.atomic
def purge_originals(now: dt.datetime) -> int:
    """What was written before masking is destroyed when its time is over; decision and reason stay (§6.2)."""
    regulation = regulation_now()
    kept = personal_data.kept("request", regulation)
    rows = PersonalRequest.objects.select_for_update().filter(sealed_text__isnull=False, decided_at__isnull=False)
    gone = [row for row in rows if row.decided_at and regulation.work_calendar.add(row.decided_at, kept) <= now]
    for row in gone:
        row.sealed_text = None
        row.save(update_fields=["sealed_text"])
        told = {"number": row.number}
        record(_chain(row), "personal_request.original_purged", told, Actor.SYSTEM, rows=[row])
    return len(gone)


def request_by_code(number: str, code: str) -> PersonalRequest | None:
    """The request, or None alike for an unknown number and a wrong code."""
    found = PersonalRequest.objects.filter(number=number.strip().upper()[:30]).first()
    matches = tokens.code_matches(code, found.query_code_hash if found else "0" * 64)
    return found if matches else None
