"""Opening what was sealed at the door: with a reason, on record, for who has to act (§6.2); and forgetting it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock, sealing
from huiying.ledger.actions import Actor, lock, record
from huiying.listening import ingest_masking
from huiying.listening.models import Message, Post
from huiying.listening.reserved import is_masked
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of

CONTACT = "message.contact"
REASON_CHARS = 8


@dataclass(frozen=True)
class Opened:
    """The text as it was received, and how to reach its writer where that was left and is still kept."""

    title: str
    text: str
    contact: str
    contact_purged_at: dt.datetime | None


@transaction.atomic
def open_sealed(post: Post, reason: str, actor: User) -> Opened:
    """Read the original of a masked text and the contact. Who, when and why stands in the ledger; the text does not."""
    require(actor, "post.unmask" if is_masked(post) else "post.unseal")
    reason = reason.strip()
    if len(reason) < REASON_CHARS:
        raise Refused(
            _("请写明为什么要看原文，至少 %(least)d 个字；会留下记录。") % {"least": REASON_CHARS}, code="too_short"
        )
    message = Message.objects.filter(post=post).first()
    chain = f"message:{message.number}" if message else "posts"
    lock(chain)
    record(chain, "post.unsealed", {"post": post.pk, "reason": reason}, actor_of(actor))
    title, text = ingest_masking.original_of(post)
    contact = ""
    if message is not None and message.sealed_contact is not None:
        contact = sealing.unseal(message.sealed_contact, CONTACT).decode()
    return Opened(title, text, contact, message.contact_purged_at if message else None)


@transaction.atomic
def purge_contact(message: Message) -> None:
    """Destroy a contact whose time is over; the tombstone says when (§6.2)."""
    if message.sealed_contact is None:
        return
    message.sealed_contact, message.contact_purged_at = None, clock.now()
    message.save(update_fields=["sealed_contact", "contact_purged_at"])
    record(
        f"message:{message.number}", "message.contact_purged", {"number": message.number}, Actor.SYSTEM, rows=[message]
    )
