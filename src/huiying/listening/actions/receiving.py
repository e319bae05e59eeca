"""Taking posts and messages in, whole and once (C5.16, INV-1); opening what was sealed at the door: with a reason,
on record, for who has to act (§6.2); and forgetting it.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import islice, repeat
from typing import Final, Protocol, TypeVar

from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from huiying.engine import post as engine_post
from huiying.kernel import canonical, clock, sealing, tokens
from huiying.ledger.actions import Actor, lock, record, together
from huiying.listening import attachments, hosts, ingest_masking
from huiying.listening.models import Message, Post, PostAttachment, Source, StaffReport
from huiying.listening.reserved import is_masked
from huiying.listening.watching import in_danger
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import actor_of, regulation_now, zone
from huiying.work.outbox import enqueue
from huiying.work.rows import insert, next_number

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


CHAIN = "posts"
#: What a database or its driver says of a value that it cannot keep. That it is away or locked is no fault of a row.
UNSTORABLE: Final = (DataError, IntegrityError, ArithmeticError, ValueError)
CHUNK = 200
_log = logging.getLogger(__name__)
OWN_PLATFORM = "门户留言"
MESSAGE_KINDS = ("咨询", "投诉", "建议", "表扬", "网站问题", "不实信息")
MESSAGE_CHARS = 5000
CONTACT_CHARS = 200


@dataclass
class Received:
    """What one import brought. received = new + duplicate; `versions` of the new ones are later texts of a known id.

    `post_ids` are all its posts, also those known before, each once, in the order of arrival; `source_id` is where the
    collector found them. `refused` says of those that the database would not keep, by their place among the posts given
    (from 0), why.
    """

    batch: str
    source_id: int | None = None
    received: int = 0
    new: int = 0
    duplicate: int = 0
    versions: int = 0
    post_ids: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)

    def add(self, part: Received) -> None:
        """Count what a part of the same posts brought; its batch and refusals are the caller's."""
        self.received += part.received
        self.new += part.new
        self.duplicate += part.duplicate
        self.versions += part.versions
        self.post_ids += part.post_ids


@dataclass(frozen=True)
class TakenIn:
    """What the paste box took: the stored post, and whether it had been received before."""

    post: Post
    is_new: bool


@dataclass(frozen=True)
class Receipt:
    """What a citizen takes home: number and code, nothing else is needed to ask again (C4.3)."""

    number: str
    query_code: str
    life_safety: bool


Chunk = TypeVar("Chunk")


class Judging(Protocol):
    """Who judges new rows within the transaction that stores them (`judging.reading`)."""

    def judged(self, rows: Sequence[Post]) -> AbstractContextManager[None]:
        """They have their ids when the block is left."""

    def ahead(
        self, chunks: Iterable[Chunk], posts_of: Callable[[Chunk], Sequence[engine_post.Post]]
    ) -> Iterator[tuple[Chunk, Looks]]:
        """Each chunk with the looks at its posts where they were taken meanwhile."""


Looks = Sequence[ingest_masking.Look] | None


def receive(
    posts: Iterable[engine_post.Post],
    *,
    how: str,
    actor: User | Actor,
    batch: str = "",
    source: Source | None = None,
    judging: Judging | None = None,
) -> Received:
    """Store each post once by (platform, kind, native id, text). Each chunk of 200 is one transaction.

    A known id with another text is a new row with the next version: kept, screened again (INV-1). What the database
    will not keep is refused alone, in `refused`; all others are stored. They wait for the loop's judging, unless who
    brings many has his own.
    """
    result = Received(
        batch or f"{how}-{clock.now():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}", source.pk if source else None
    )
    who = actor_of(actor)
    stream, begun = iter(posts), 0
    chunks = iter(lambda: list(islice(stream, CHUNK)), [])
    for chunk, looks in judging.ahead(chunks, list) if judging else ((chunk, None) for chunk in chunks):
        for place, why in receive_chunk(chunk, result, how, who, judging, looks).items():
            result.refused[begun + place] = why
        begun += len(chunk)
    result.post_ids = list(dict.fromkeys(result.post_ids))
    return result


def receive_one(post: engine_post.Post, *, how: str, actor: User | Actor, batch: str = "") -> Received:
    """Store the one post that a person gives. Raises Refused where the database will not keep it."""
    with transaction.atomic():
        result = receive([post], how=how, actor=actor, batch=batch)
        for why in result.refused.values():
            raise Refused(why, code="unreadable")
    return result


def receive_chunk(
    chunk: Sequence[engine_post.Post],
    result: Received,
    how: str,
    who: Actor,
    judging: Judging | None = None,
    looks: Looks = None,
) -> dict[int, str]:
    """Store a chunk in one transaction and add to `result`; what the database will not keep, by its place, and why.

    The reader of posts refuses what is known to fit no database. This is for what nobody foresaw: one row must never
    take its neighbours with it, and a judgement that fails must not take the posts with it (INV-1).
    """
    if judging is not None:
        try:
            _store(chunk, result, how, who, judging, looks)
            return {}
        except Exception:
            _log.warning("a chunk was not judged at once, it is stored and waits", exc_info=True)
    try:
        _store(chunk, result, how, who)
    except UNSTORABLE:
        _log.warning("a chunk was not stored as a whole, each row is tried alone", exc_info=True)
        return _store_each(chunk, result, how, who)
    return {}


def _store_each(chunk: Sequence[engine_post.Post], result: Received, how: str, who: Actor) -> dict[int, str]:
    refused: dict[int, str] = {}
    for place, post in enumerate(chunk):
        try:
            _store([post], result, how, who)
        except UNSTORABLE as error:
            refused[place] = _("数据库存不下这一条（%(kind)s）。请检查其中的特殊字符、过大的数字和时间。") % {
                "kind": type(error).__name__
            }
    return refused


@transaction.atomic
@together([CHAIN])  # posts have one writer at a time, so that "known already" cannot change under us
def _store(
    chunk: Sequence[engine_post.Post],
    result: Received,
    how: str,
    who: Actor,
    judging: Judging | None = None,
    looks: Looks = None,
) -> None:
    part = Received(result.batch, received=len(chunk))
    known = _known(chunk)
    rows: list[Post] = []
    places: list[Post] = []
    refreshed: dict[int, Post] = {}
    for post, look in zip(chunk, looks or repeat(None, len(chunk)), strict=True):
        versions = known.setdefault(ingest_masking.key_of(post), {})
        sha256 = ingest_masking.sha256_of(post)
        if sha256 in versions:
            part.duplicate += 1
            if _refresh(versions[sha256], post) and versions[sha256].pk:
                refreshed[versions[sha256].pk] = versions[sha256]
        else:
            row = ingest_masking.admit(post, how=how, batch=result.batch, version=len(versions) + 1, look=look)
            row.source_id = result.source_id
            part.versions += bool(versions)
            versions[sha256] = row
            rows.append(row)
        places.append(versions[sha256])
    with judging.judged(rows) if judging else nullcontext():
        for row in rows:
            if not row.screened:
                ingest_masking.seal_voice(row)
        insert(rows)
        _pass_on(rows, refreshed, result.batch)
        if rows:
            record(CHAIN, "posts.received", _summary(rows, len(chunk), result.batch, how), who, rows=rows)
    part.new = len(rows)
    part.post_ids = [row.pk for row in places]
    result.add(part)


def _known(chunk: Sequence[engine_post.Post]) -> dict[tuple[str, str, str], dict[str, Post]]:
    """Rows already there under the chunk's keys, by text hash."""
    keys = {ingest_masking.key_of(post) for post in chunk}
    # Every column of the unique index is named, or it would be read from end to end for each chunk.
    platforms, kinds, native_ids = (set(column) for column in zip(*keys, strict=True))
    rows = Post.objects.filter(platform__in=platforms, kind__in=kinds, native_id__in=native_ids)
    known: dict[tuple[str, str, str], dict[str, Post]] = {}
    for row in rows.only("platform", "kind", "native_id", "text_sha256", "metrics", "metrics_at").order_by("id"):
        key = (row.platform, row.kind, row.native_id)
        if key in keys:
            known.setdefault(key, {})[row.text_sha256] = row
    return known


def _refresh(row: Post, post: engine_post.Post) -> bool:
    """Let newer known figures replace older ones; an unknown figure never replaces a known one.

    Newer is what the collector read later; where it does not say, what came later.
    """
    told = {name: figure for name, figure in post.metrics.items() if figure is not None}
    is_older = row.metrics_at is not None and post.seen_at is not None and post.seen_at < row.metrics_at
    if is_older:
        told = {name: figure for name, figure in told.items() if row.metrics.get(name) is None}
    figures = {**row.metrics, **told}
    if figures == row.metrics:
        return False
    row.metrics = figures
    row.metrics_at = row.metrics_at if is_older else post.seen_at or row.metrics_at
    return True


def _pass_on(rows: Sequence[Post], refreshed: dict[int, Post], batch: str) -> None:
    """Danger to life first, before any other thing (Life first); then judging, then new figures."""
    for row in rows:
        if row.life_safety:
            enqueue("urgent_call", {"post": row.pk}, key=f"urgent:{row.pk}", comes_first=True)
    if any(not row.screened for row in rows):
        enqueue("judge", {"batch": batch}, key=f"judge:{rows[-1].pk}")
    if refreshed:
        Post.objects.bulk_update(refreshed.values(), ["metrics", "metrics_at"])
        moment = canonical.timestamp(clock.now())
        enqueue("regrade_posts", {"posts": sorted(refreshed)}, key=f"regrade:{batch}:{min(refreshed)}:{moment}")


def _summary(rows: Sequence[Post], received: int, batch: str, how: str) -> dict[str, object]:
    """Counts, ids and hashes: enough to prove what was here and when, no text (the ledger may outlive the text).

    `inlets`: how many came over each of the bureau's own channels, "" for one that the regulation does not list (C4.1).
    """
    own = [row for row in rows if row.own_channel]
    inlet_of = regulation_now().inlet_of if own else None
    inlets = Counter(inlet_of(row.platform, row.channel_class) for row in own) if inlet_of else {}
    return {
        "batch": batch,
        "how": how,
        "received": received,
        "new": len(rows),
        "posts": [{"id": row.pk, "sha256": row.text_sha256, "version": row.version} for row in rows],
        "life_safety": [row.pk for row in rows if row.life_safety],
        **({"inlets": dict(inlets)} if inlets else {}),
    }


def take_in(text_or_link: str, *, title: str = "", platform: str = "", url: str = "", actor: User) -> TakenIn:
    """Store what a person pasted (C5.13). A date in the text is not believed: the server's time is what counts.

    Raises Refused when there is nothing to store or the person may not.
    The person is credited for a new one, and told how it ended; nobody's score counts what they brought (C6.13, C9.7).
    """
    require(actor, "post.take_in")
    pasted, title = text_or_link.strip(), title.strip()
    if not pasted and not title:
        raise Refused(_("没有内容。请粘贴链接或文字。"), code="empty")
    row = _pasted(pasted, title, platform.strip(), url.strip() or hosts.first_link(pasted))
    try:
        post = engine_post.parse_post(row)
    except engine_post.PostError as error:
        raise Refused(str(error), code="unreadable") from error
    with transaction.atomic():
        received = receive_one(post, how="paste", actor=actor)
        stored = Post.objects.get(pk=received.post_ids[0])
        if received.new == 1:
            credit(stored, actor)
    return TakenIn(stored, received.new == 1)


def credit(post: Post, actor: User) -> None:
    """Who brought a new post in; nobody's score counts it."""
    made = StaffReport.objects.create(post=post, user=actor, by=actor.name, at=clock.now())
    department = actor.department.name if actor.department else ""
    record("system", "report.credited", {"department": department, "by": actor.name}, actor_of(actor), rows=[made])


def _pasted(pasted: str, title: str, platform: str, url: str) -> dict[str, object]:
    place = hosts.place_of(url) if url else None
    return {
        "native_id": hosts.native_id_of(url) if url else f"text:{canonical.sha256(title, chr(0), pasted)[:32]}",
        "platform": platform or (place.platform if place else "值班录入"),
        "channel_class": place.channel_class if place else "",
        "outlet_tier": place.tier if place else None,
        "url": url,
        "title": title,
        "text": pasted,
    }


@transaction.atomic
def receive_message(
    kind: str,
    text: str,
    contact: str,
    *,
    title: str = "",
    files: Sequence[attachments.Kept] = (),
    statutory: Sequence[str] = (),
) -> Receipt:
    """A citizen's message: numbered, receipted, and a post like any other (C4.1, C4.3). No name is ever asked for.

    `files` wait since the form took them (`attachments.hold`); `statutory` are the lawful channels that the asker was
    told of before sending (C3.1). Raises Refused, kindly, for an empty or overlong message.
    """
    kind, text, title, contact = kind.strip(), text.strip(), title.strip(), contact.strip()
    _check_message(kind, text, title, contact)
    now = clock.now()
    number = _message_number(f"{now.astimezone(zone()):%Y%m%d}")
    lock(CHAIN, f"message:{number}")
    received = receive_one(
        _message_post(number, text, title), how="portal", actor=Actor.PUBLIC, batch=f"message-{number}"
    )
    post = Post.objects.get(pk=received.post_ids[0])
    code, code_hash = tokens.new_code()
    attachments.adopt(files)
    message = Message.objects.create(
        number=number,
        query_code_hash=code_hash,
        post=post,
        kind=kind,
        sealed_contact=sealing.seal(contact, CONTACT) if contact else None,
        received_at=now,
        statutory=list(statutory),
    )
    attached = [PostAttachment(message=message, at=now, **one) for one in files]
    insert(attached)
    payload = {
        "number": number,
        "kind": kind,
        "post": post.pk,
        "sha256": post.text_sha256,
        "has_contact": bool(contact),
        "files": [one["sha256"] for one in files],
        "statutory": list(statutory),
    }
    record(f"message:{number}", "message.received", payload, Actor.PUBLIC, rows=[message, *attached])
    return Receipt(number, code, post.life_safety)


def speaks_of_danger(text: str) -> bool:
    """Whether a message to the bureau would speak of a danger to life: its writer is helped before anything else."""
    try:
        return in_danger(engine_post.parse_post({"native_id": "?", "text": text, "own_channel": True}))
    except engine_post.PostError:
        return False


def _check_message(kind: str, text: str, title: str, contact: str) -> None:
    if kind not in MESSAGE_KINDS:
        raise Refused(_("请选择留言类型：%(kinds)s。") % {"kinds": "、".join(MESSAGE_KINDS)}, code="unknown_kind")
    if not text:
        raise Refused(_("还没有写内容。请写下您要反映的事情，再提交。"), code="empty")
    if len(text) > MESSAGE_CHARS or len(title) > MESSAGE_CHARS:
        raise Refused(
            _("内容有 %(length)s 字，最多 %(limit)s 字。请删减，或分两次提交。")
            % {"length": max(len(text), len(title)), "limit": MESSAGE_CHARS},
            code="too_long",
        )
    if len(contact) > CONTACT_CHARS:
        raise Refused(_("联系方式最多 %(limit)s 字，请缩短。") % {"limit": CONTACT_CHARS}, code="too_long")


def _message_post(number: str, text: str, title: str) -> engine_post.Post:
    try:
        return engine_post.parse_post(
            {
                "native_id": number,
                "platform": OWN_PLATFORM,
                "channel_class": "门户网站",
                "kind": "message",
                "own_channel": True,
                "title": title,
                "text": text,
                "published_at": clock.now().isoformat(),
            }
        )
    except engine_post.PostError as error:
        raise Refused(_("这段内容里没有能读的文字。请写下您要反映的事情，再提交。"), code="empty") from error


def _message_number(day: str) -> str:
    """`20260914-0007-31`; the check digits catch a wrong or swapped digit on the telephone (ISO 7064, mod 97-10)."""
    serial = f"{next_number(f'message:{day}'):04d}"
    return f"{day}-{serial}-{98 - int(f'{day}{serial}00') % 97:02d}"
