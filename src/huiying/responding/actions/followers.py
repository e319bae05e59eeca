"""Following a topic by e-mail （四）: asked for, confirmed by the link that was sent, ended by a link, then destroyed.

The address is sealed and looked up by nothing (INV-10): whoever asks twice is written to twice and ends each by its own
link. The links are keyed tags, so that nothing of them is stored.
"""

from __future__ import annotations

import datetime as dt
import hmac
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from huiying.kernel import clock as time
from huiying.kernel import keyfiles, sealing
from huiying.ledger.actions import Actor, record
from huiying.people import personal_data
from huiying.people.errors import Refused
from huiying.people.queries import bureau, regulation_now
from huiying.responding import topics
from huiying.responding.models import Subscription
from huiying.responding.packs import site_root
from huiying.work.models import Job
from huiying.work.outbox import enqueue

CONFIRM, NEWS = "follower_confirm", "follower_news"
PURPOSE = "follower.address"
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
    if topic and topic not in topics.topics():
        raise Refused(_("没有这个业务范畴。"), code="topic")
    try:
        validate_email(address)
    except ValidationError as error:
        raise Refused(_("这个邮箱地址不完整，请核对后再试，例如 name@example.cn。"), code="address") from error
    row = Subscription.objects.create(
        sealed_address=sealing.seal(address, PURPOSE), topic=topic, language=language, made_at=time.now()
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
    new = {topic: topics.published_between(topic, first, now) for topic in {row.topic for row in rows}}
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
    address = sealing.unseal(row.sealed_address, PURPOSE).decode()
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
    new = topics.published_between(row.topic, after, until)
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
