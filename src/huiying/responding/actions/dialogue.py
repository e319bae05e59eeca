"""Following a topic by e-mail （四）, and 要求更正或删除 (§6.2): asked with a number, decided by a person, told to the
code's holder.

A follower's address is sealed and looked up by nothing (INV-10): asked for, confirmed by the link that was sent, ended
by a link, then destroyed; whoever asks twice is written to twice and ends each by its own link.
"""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from huiying.kernel import canonical, clock as time, keyfiles, sealing, tokens
from huiying.kernel.masking import mask_personal
from huiying.ledger.actions import Actor, record
from huiying.listening import ingest_masking
from huiying.listening.actions.receiving import CONTACT, purge_contact
from huiying.listening.models import Message
from huiying.listening.queries import message_by_code
from huiying.people import personal_data
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import able, bureau, regulation_now, zone
from huiying.people.standing import actor_of
from huiying.people.versions import require_text
from huiying.responding import pages
from huiying.responding.models import PersonalRequest, Subscription
from huiying.responding.partners import site_root
from huiying.responding.public import public_answer
from huiying.work import notify
from huiying.work.models import Job
from huiying.work.outbox import enqueue
from huiying.work.rows import next_number

CONFIRM, NEWS = "follower_confirm", "follower_news"
PURPOSE_OF_ADDRESS = "follower.address"
MOST = 20  # of one letter; the rest is on the page
# What is committed a moment after the time that it bears is not overlooked.
SETTLED = dt.timedelta(minutes=1)


def mail_is_on() -> bool:
    """Letters need a mail server, and a name of the site to write into their links."""
    return bool(settings.EMAIL_HOST and site_root())


def link_tag(follower: Subscription, purpose: str) -> str:
    """The secret part of a link. Derived, so a stolen table opens no link."""
    return sealing.keyed_tag(keyfiles.load("followers"), f"{purpose}:{follower.pk}:{follower.made_at.isoformat()}")[:40]


def by_link(purpose: str, link: str) -> Subscription | None:
    """The row behind `<id>-<tag>`, or None; compared in constant time."""
    number, _dash, tag = link.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    row = Subscription.objects.filter(pk=int(number)).first()
    if row is None or not hmac.compare_digest(link_tag(row, purpose), tag):
        return None
    return row


@transaction.atomic
def follow(address: str, topic: str, language: str) -> Subscription:
    """Somebody typed an address: it is written to once, with the link that confirms."""
    if not mail_is_on():
        raise Refused(_("本站没有配置发信，请用 RSS 或日历订阅。"), code="no_mail")
    if topic and topic not in pages.topics():
        raise Refused(_("没有这个业务范畴。"), code="topic")
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refused(_("这个邮箱地址不完整，请核对后再试，例如 name@example.cn。"), code="address") from error
    row = Subscription.objects.create(
        sealed_address=sealing.seal(address, PURPOSE_OF_ADDRESS), topic=topic, language=language, made_at=time.now()
    )
    _record(row, "follower.asked")
    enqueue(CONFIRM, {"follower": row.pk}, key=f"{CONFIRM}:{row.pk}")
    return row


@transaction.atomic
def confirm(row: Subscription) -> Subscription:
    """The link was opened by whoever has the mailbox. Opening it again changes nothing."""
    row = Subscription.objects.select_for_update().get(pk=row.pk)
    if row.ended_at is not None:
        raise Refused(_("这份订阅已经结束，邮箱已从这里删除。"), code="ended")
    if row.confirmed_at is None:
        row.confirmed_at = row.told_until = time.now()
        row.save(update_fields=["confirmed_at", "told_until"])
        _record(row, "follower.confirmed")
    return row


@transaction.atomic
def end(row: Subscription) -> Subscription:
    """退订: one click, no question; the address is destroyed with it (§6.2)."""
    row = Subscription.objects.select_for_update().get(pk=row.pk)
    if row.ended_at is None:
        _end(row)
    return row


def _end(row: Subscription) -> None:
    row.ended_at, row.sealed_address = time.now(), None
    row.save(update_fields=["ended_at", "sealed_address"])
    _record(row, "follower.ended")


def _record(row: Subscription, kind: str) -> None:
    """That somebody did, and for which topic; never who."""
    record("system", kind, {"follower": row.pk, "topic": row.topic}, Actor.PUBLIC, rows=[row])


@transaction.atomic
def purge_unconfirmed(now: dt.datetime) -> int:
    """Whoever never opened the link is forgotten: perhaps somebody else typed the address."""
    regulation = regulation_now()
    kept = personal_data.kept("follower", regulation)
    rows = Subscription.objects.select_for_update().filter(confirmed_at__isnull=True, ended_at__isnull=True)
    gone = [row for row in rows if regulation.work_calendar.add(row.made_at, kept) <= now]
    for row in gone:
        _end(row)
    return len(gone)


@transaction.atomic
def tell(now: dt.datetime) -> int:
    """A letter for each confirmed follower for whom something new is public; returns how many were put out."""
    now -= SETTLED
    rows = list(Subscription.objects.select_for_update().filter(_waiting(now)))
    first = min((row.told_until for row in rows if row.told_until), default=now)
    new = {topic: pages.published_between(topic, first, now) for topic in {row.topic for row in rows}}
    told = 0
    for row in rows:
        since = row.told_until or now
        if any(item.at > since for item in new[row.topic]):
            payload = {"follower": row.pk, "after": since.isoformat(), "until": now.isoformat()}
            enqueue(NEWS, payload, key=f"{NEWS}:{row.pk}:{now.isoformat()}")
            told += 1
    Subscription.objects.filter(pk__in=[row.pk for row in rows]).update(told_until=now)
    return told


def _waiting(now: dt.datetime) -> Q:
    return Q(confirmed_at__isnull=False, ended_at__isnull=True, told_until__lt=now)


def send_letter(job: Job) -> None:
    """The letter of a job, handed to the mail server. Nothing where the follower has ended meanwhile."""
    row = Subscription.objects.filter(pk=int(job.payload["follower"])).first()
    if row is None or row.sealed_address is None:
        return
    address = sealing.unseal(row.sealed_address, PURPOSE_OF_ADDRESS).decode()
    with translation.override(row.language):
        message = _confirm_letter(row) if job.kind == CONFIRM else _news_letter(row, job.payload)
    message.to = [address]
    message.send()


def _house() -> str:
    found = bureau()
    name = found.name if found is not None and found.name else regulation_now().meta.issuer
    return regulation_now().english_of(name) if (translation.get_language() or "").startswith("en") else name


def _topic_called(topic: str) -> str:
    if not topic:
        return _("全部答复")
    return regulation_now().name_of("category", topic, translation.get_language() or "")


def _confirm_letter(row: Subscription) -> EmailMessage:
    told = {
        "house": _house(),
        "topic": _topic_called(row.topic),
        "link": f"{site_root()}/follow/confirm/{row.pk}-{link_tag(row, CONFIRM)}/",
    }
    text = _(
        "有人（应该是您）请%(house)s把“%(topic)s”的新答复寄到这个邮箱。\n\n"
        "确认请打开：\n%(link)s\n\n不是您填的，不用管它：不确认就不会再寄，地址会自动删除。"
    )
    return EmailMessage(_("请确认订阅：%(topic)s") % told, text % told)


def _news_letter(row: Subscription, payload: dict[str, Any]) -> EmailMessage:
    after, until = (dt.datetime.fromisoformat(str(payload[name])) for name in ("after", "until"))
    new = pages.published_between(row.topic, after, until)
    root = site_root()
    stop = f"{root}/follow/end/{row.pk}-{link_tag(row, 'end')}/"
    lines = [f"{item.title}\n{root}{item.path}" for item in new[-MOST:]]
    told = {"house": _house(), "topic": _topic_called(row.topic), "n": len(new), "stop": stop}
    foot = _("退订（一次点击，地址随即删除）：\n%(stop)s") % told
    return EmailMessage(
        _("%(house)s：“%(topic)s”有 %(n)d 条新的") % told,
        "\n\n".join([*lines, "—", foot]),
        headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


PURPOSE_OF_REQUEST = "personal_request.original"
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
        sealed_text=sealing.seal(text, PURPOSE_OF_REQUEST) if masked.changed else None,
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
