"""What a person heard, read or was handed: call, letter, visit, 12345 slip, newspaper, broadcast (C5.7, C5.13)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from huiying.engine.post import PostError, parse_post
from huiying.kernel import canonical, clock
from huiying.ledger.actions import lock, record
from huiying.listening import attachments
from huiying.listening.actions import CHAIN, TakenIn, credit, receive_one
from huiying.listening.models import HandEntry, PictureReading, Post, PostAttachment
from huiying.listening.ocr import readings
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of

REASON_CHARS: Final = 8
#: What each kind is as a post: `(platform, class of （五）, kind)`; a medium is its own platform.
_AS_POST: Final = {
    HandEntry.CALL: ("来电", "大厅来电来访", "call"),
    HandEntry.LETTER: ("来信", "局长信箱", "letter"),
    HandEntry.COUNTER: ("来访", "大厅来电来访", "message"),
    HandEntry.SLIP: ("12345热线", "12345热线", "message"),
    HandEntry.WECHAT: ("微信后台", "微信公众号", "message"),
    HandEntry.NEWSPAPER: ("", "传统媒体", "news"),
    HandEntry.BROADCAST: ("", "传统媒体", "news"),
}
#: Published for everybody: a photo of it needs no reason to be looked at.
MEDIA: Final = frozenset({HandEntry.NEWSPAPER, HandEntry.BROADCAST})


@dataclass(frozen=True)
class Entry:
    """What the form says. `medium` and `place` (版面, 时段) belong to media, `number` to a slip.

    `read_text` is what a machine read of the pictures, as the person left it; it counts only when `read_checked`.
    """

    kind: str
    text: str = ""
    title: str = ""
    medium: str = ""
    place: str = ""
    number: str = ""
    url: str = ""
    reported_at: dt.datetime | None = None
    read_text: str = ""
    read_checked: bool = False


def enter(
    entry: Entry, pictures: list[UploadedFile[Any]], actor: User, reading: PictureReading | None = None
) -> TakenIn:
    """Store an entry with its pictures, which lie sealed. Raises Refused where it cannot be taken.

    `reading` is the actor's own: its pictures belong to the entry as well. Clocks start from the server's time;
    自报时间 is kept beside it and moves nothing (INV-13).
    """
    require(actor, "post.take_in")
    read = _read_by_machine(entry, reading, actor)
    if read:
        entry = replace(entry, text="\n\n".join(filter(None, (entry.text.strip(), entry.read_text.strip()))))
    row = _row(entry) | {"extra": read}
    contents = attachments.contents_of(pictures, len(reading.pictures) if reading else 0)
    try:
        post = parse_post(row)
    except PostError as error:
        raise Refused(str(error), code="unreadable") from error
    with transaction.atomic():
        lock(CHAIN)
        kept = readings.take_over(reading, actor) if reading else []
        received = receive_one(post, how="paste", actor=actor)
        stored = Post.objects.get(pk=received.post_ids[0])
        if received.new:
            credit(stored, actor)
        kept += [attachments.seal_away(content, media_type) for content, media_type in contents]
        _keep(stored, entry, kept, read, actor)
    return TakenIn(stored, received.new == 1)


def _row(entry: Entry) -> dict[str, Any]:
    if entry.kind not in _AS_POST:
        raise Refused(_("请选择来自哪里。"), code="unknown_kind")
    text, title, medium = entry.text.strip(), entry.title.strip(), entry.medium.strip()
    if not text and not title:
        raise Refused(_("还没有写内容。"), code="empty")
    if entry.kind in MEDIA and not medium:
        raise Refused(_("请写明是哪家报纸、哪个台。"), code="no_medium")
    if entry.kind == HandEntry.SLIP and not entry.number.strip():
        raise Refused(_("请写明工单号，以便以后核对。"), code="no_number")
    platform, channel_class, kind = _AS_POST[entry.kind]
    number = entry.number.strip()
    made = canonical.sha256(entry.kind, "\x00", medium, "\x00", entry.place, "\x00", title, "\x00", text)[:32]
    return {
        "native_id": number or f"hand:{made}",
        "platform": platform or medium,
        "channel_class": channel_class,
        "kind": kind,
        "outlet": medium if entry.kind in MEDIA else None,
        "own_channel": entry.kind not in MEDIA,
        "url": entry.url.strip() or None,
        "title": title,
        "text": text,
    }


def _read_by_machine(entry: Entry, reading: PictureReading | None, actor: User) -> dict[str, Any]:
    """What the post says of a text that a machine read; {} where none was used. Raises Refused if nobody checked it."""
    text = entry.read_text.strip()
    if reading is None or not text:
        return {}
    if not entry.read_checked:
        raise Refused(
            _("照片上读出的文字还没有核对。请对照原件改正后打勾；不用这段文字，就把它清空。"), code="not_checked"
        )
    corrected = text.split() != readings.draft_of(reading).split()
    return {"read_by_machine": reading.engine, "checked_by": actor.name, "corrected": corrected}


def _keep(post: Post, entry: Entry, files: Iterable[attachments.Kept], read: dict[str, Any], actor: User) -> None:
    now = clock.now()
    made, is_first = HandEntry.objects.get_or_create(
        post=post,
        defaults={
            "kind": entry.kind,
            "place": entry.place.strip()[:100],
            "number": entry.number.strip()[:60],
            "reported_at": entry.reported_at,
            "by": actor.name,
            "at": now,
        },
    )
    kept: list[PostAttachment] = []
    for file in files:
        if made.attachments.filter(sha256=file["sha256"]).exists():
            transaction.on_commit(partial(attachments.forget, file["stored"]))
            continue
        kept.append(PostAttachment.objects.create(entry=made, at=now, **file))
    if is_first or kept:
        payload = {
            "post": post.pk,
            "kind": entry.kind,
            "reported_at": entry.reported_at,
            "attachments": [row.sha256 for row in kept],
        }
        record(CHAIN, "entry.made", payload | read, actor_of(actor), rows=[made, *kept])


def is_published(row: PostAttachment) -> bool:
    """Out of a newspaper or a broadcast, which everybody could see."""
    return row.entry is not None and row.entry.kind in MEDIA


@transaction.atomic
def open_attachment(row: PostAttachment, reason: str, actor: User) -> bytes:
    """The picture itself. What a citizen brought needs a reason, which goes into the ledger (§6.2); media do not.

    Raises Refused, or store.Unfit where it is not what was kept.
    """
    if is_published(row):
        require(actor, "search.view")
    else:
        require(actor, "post.unseal")
        if len(reason.strip()) < REASON_CHARS:
            raise Refused(
                _("请写明为什么要看原件，至少 %(least)d 个字；会留下记录。") % {"least": REASON_CHARS}, code="too_short"
            )
        payload = {"post": row.post.pk, "sha256": row.sha256, "reason": reason.strip()[:500]}
        record(CHAIN, "entry.opened", payload, actor_of(actor))
    return attachments.opened(row.stored, row.sha256)
