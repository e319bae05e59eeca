"""推送 (C11.3): what is public goes to a partner once: carry it on and leave the facts as they are."""

from __future__ import annotations

from smtplib import SMTPException, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record
from huiying.people.actions.registers import web_address
from huiying.people.errors import Refused
from huiying.people.models import Partner, User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.responding import partners
from huiying.responding.models import PartnerPush, Publication
from huiying.responding.partners import pack
from huiying.responding.targets import chain_of
from huiying.work.models import Job
from huiying.work.outbox import GiveUp, enqueue

KIND = "partner_push"


@transaction.atomic
def push(row: Publication, partner: Partner, actor: User) -> PartnerPush:
    """Hand a public text to a partner: by e-mail where it is configured, else the pack is copied and sent by a person.

    Pressing twice gives the same push: no partner gets the same text twice.
    """
    require(actor, "partner.push", row)
    partner = Partner.objects.select_for_update().get(pk=partner.pk)
    row = Publication.objects.select_related("press__release", "case__event", "revision").get(pk=row.pk)
    key = f"push:{row.pk}:{partner.pk}"
    known = PartnerPush.objects.filter(idempotency_key=key).first()
    if known is not None:
        return known
    if partner.until is not None:
        raise Refused(_("与“%(name)s”的合作已经结束。") % {"name": partner.name}, code="ended")
    if why := partners.why_not_pushed(row):
        raise Refused(_refusals()[why], code=why)
    made = PartnerPush.objects.create(
        partner=partner,
        publication=row,
        means=partners.means_for(partner),
        idempotency_key=key,
        pushed_by=actor.name,
        pushed_at=time.now(),
    )
    _record(made, "partner.pushed", {"means": made.means}, actor_of(actor))
    if made.means == partners.EMAIL:
        enqueue(KIND, {"push": made.pk}, key=f"{KIND}:{key}")
    return made


def _refusals() -> dict[str, str]:
    return {
        "not_public": _("只有已经公开的内容才能推送给合作账号（C11.3）。"),
        "withdrawn": _("这是撤回说明，不推送。"),
        "replaced": _("这一稿之后又有新的公开文字，请推送最新的。"),
    }


def _record(row: PartnerPush, kind: str, payload: dict[str, object], who: Actor) -> None:
    told = {"push": row.pk, "partner": row.partner.name, "title": row.publication.title, **payload}
    record(chain_of(row.publication), kind, told, who, rows=[row])


def _locked(row: PartnerPush) -> PartnerPush:
    rows = PartnerPush.objects.select_for_update(of=("self",))
    return rows.select_related("partner", "publication__case", "publication__press__release").get(pk=row.pk)


def deliver(pk: int) -> bool:
    """Hand one pack to the mail server; outside a transaction. False where there is nothing to send any more.

    What went out is never sent again: a mark is written first and taken off when the server has answered. GiveUp where
    trying again cannot help, or might send twice; OSError where the server could not be reached or asks for patience.
    """
    row = PartnerPush.objects.select_related(
        "partner", "publication__press__release", "publication__revision", "publication__case"
    ).get(pk=pk)
    if row.sent_at is not None or row.means != partners.EMAIL:
        return False
    if row.error == partners.UNSURE:
        raise GiveUp(row.error)
    connection = get_connection(timeout=settings.EMAIL_TIMEOUT)
    try:
        connection.open()
    except SMTPResponseException as error:
        _failed(row, _answered(error), error.smtp_code >= 500)
    except (OSError, SMTPException) as error:
        _failed(row, f"连不上邮件服务器（{type(error).__name__}）", False)
    _mark(row, partners.UNSURE)
    try:
        connection.send_messages([_message(row)])
    except SMTPResponseException as error:
        _failed(row, _answered(error), error.smtp_code >= 500)
    except SMTPException as error:  # no single answer: every recipient refused, or the connection broke in between
        refused = getattr(error, "recipients", None)
        if not refused:
            raise GiveUp(partners.UNSURE) from error
        codes = [code for code, _words in refused.values()]
        _failed(row, f"邮件服务器不收这个地址（{codes[0]}）", all(code >= 500 for code in codes))
    except OSError as error:
        raise GiveUp(partners.UNSURE) from error
    finally:
        connection.close()
    return True


def _answered(error: SMTPResponseException) -> str:
    words = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
    return f"邮件服务器答复 {error.smtp_code} {words}"


def _failed(row: PartnerPush, words: str, for_good: bool) -> None:
    _mark(row, words if for_good else f"{words}，稍后自动再试")
    if for_good:
        raise GiveUp(words)
    raise OSError(words)


def _mark(row: PartnerPush, words: str) -> None:
    PartnerPush.objects.filter(pk=row.pk, sent_at__isnull=True).update(error=words[:300])


def _message(row: PartnerPush) -> EmailMultiAlternatives:
    written = pack(row.publication, row.partner)
    domain = str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2] or "localhost"
    message = EmailMultiAlternatives(
        written.subject,
        written.text,
        to=[row.partner.contact_email],
        headers={"Message-ID": f"<huiying-push-{row.publication_id}-{row.partner_id}@{domain}>"},
    )
    message.attach_alternative(written.html, "text/html")
    return message


@transaction.atomic
def delivered(pk: int) -> None:
    """The mail server took it."""
    row = _locked(PartnerPush(pk=pk))
    if row.sent_at is None:
        _sent(row, Actor.SYSTEM)


def _sent(row: PartnerPush, who: Actor) -> None:
    row.sent_at, row.error = time.now(), ""
    row.save(update_fields=["sent_at", "error", "means"])
    _record(row, "partner.sent", {"means": row.means}, who)


@transaction.atomic
def mark_sent(row: PartnerPush, actor: User) -> PartnerPush:
    """The person sent the pack themselves, or heard that it had arrived."""
    require(actor, "partner.push", row.publication)
    row = _locked(row)
    if row.sent_at is not None:
        raise Refused(_("这一次推送已经送到。"), code="already_sent")
    if row.error != partners.UNSURE:
        row.means = partners.BY_HAND
    _sent(row, actor_of(actor))
    return row


@transaction.atomic
def send_again(row: PartnerPush, actor: User) -> PartnerPush:
    """After a failure: the contact was corrected, or it is certain by telephone that nothing had arrived."""
    require(actor, "partner.push", row.publication)
    row = _locked(row)
    if row.sent_at is not None:
        raise Refused(_("这一次推送已经送到。"), code="already_sent")
    if not partners.mail_is_on() or not row.partner.contact_email:
        raise Refused(_("没有可用的邮件服务器或对方邮箱：请复制全文自己发送，再登记“已经送到”。"), code="no_mail")
    waiting = Job.objects.filter(kind=KIND, payload__push=row.pk, done_at__isnull=True, failed_at__isnull=True)
    if waiting.exists():
        raise Refused(_("正在发送或等待自动重试，不用再按。"), code="on_its_way")
    row.means, row.error = partners.EMAIL, ""
    row.save(update_fields=["means", "error"])
    tries = Job.objects.filter(kind=KIND, payload__push=row.pk).count()
    enqueue(KIND, {"push": row.pk}, key=f"{KIND}:{row.idempotency_key}:{tries + 1}")
    _record(row, "partner.pushed_again", {"means": row.means}, actor_of(actor))
    return row


@transaction.atomic
def record_reply(row: PartnerPush, reply: str, url: str, note: str, actor: User) -> PartnerPush:
    """What came of it: carried, with the address, or declined. A later word replaces an earlier one in the open."""
    require(actor, "partner.push", row.publication)
    row = _locked(row)
    if row.sent_at is None:
        raise Refused(_("还没有送到对方，不能登记答复。"), code="not_sent")
    if reply not in (partners.REPOSTED, partners.DECLINED):
        raise Refused(_("请选择：已转载，或不转载。"), code="reply")
    address = web_address(url) if reply == partners.REPOSTED else ""
    if reply == partners.REPOSTED and not address:
        raise Refused(_("请填写转载后的网址。"), code="url")
    row.reply, row.url, row.reply_note = reply, address, note.strip()[:300]
    row.replied_at, row.reply_recorded_by = time.now(), actor.name
    row.save(update_fields=["reply", "url", "reply_note", "replied_at", "reply_recorded_by"])
    _record(row, "partner.replied", {"reply": reply, "url": address}, actor_of(actor))
    return row
