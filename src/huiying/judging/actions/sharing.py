"""Verbs of sharing （五）C5.18: a package to 宣传部, 政府办 or another department; opens and replies come back."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from huiying.judging.models import Event, EventPost, SharePackage, ShareReply
from huiying.kernel import canonical, clock, keyfiles, tokens
from huiying.kernel.keepable import link_of
from huiying.kernel.masking import mask_personal
from huiying.ledger.actions import Actor, record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import able, actor_of
from huiying.work import notify

LASTS = dt.timedelta(days=7)
MOST_POSTS = 30
SCHEMA = "huiying.share/1"
KEY = "shares"


def content_of(event: Event, body: str, purpose: str) -> dict[str, Any]:
    """What leaves the house: the matter, how far it went, masked words. No voice, no account, no asker (INV-10)."""
    rows = EventPost.objects.filter(event=event, withdrawn_at__isnull=True).select_related("post").order_by("id")
    posts = [
        {
            "platform": row.post.platform,
            "channel_class": row.post.channel_class,
            "outlet": row.post.outlet,
            "published_at": row.post.published_at.isoformat() if row.post.published_at else None,
            "title": mask_personal(row.post.title).text,
            # A citizen's message to the bureau is nobody else's to read.
            "text": "" if row.post.kind == "message" else mask_personal(row.post.text).text[:1000],
            "url": "" if row.post.own_channel else link_of(row.post.url),
        }
        for row in rows[:MOST_POSTS]
    ]
    return {
        "schema": SCHEMA,
        "event": event.number,
        "title": mask_personal(event.title).text,
        "concern_suggested": event.concern,
        "first_known_at": event.first_known_at.isoformat(),
        "last_post_at": event.last_post_at.isoformat(),
        "posts_count": event.posts_count,
        "platforms_count": event.platforms_count,
        "posts": posts,
        "for": body,
        "purpose": purpose,
    }


@transaction.atomic
def share(event: Event, body: str, purpose: str, actor: User) -> tuple[SharePackage, str]:
    """The package as it stands now, and the token of its link, which is shown once."""
    require(actor, "event.share", event)
    if event.reserved:
        raise Refused(_("涉及生命安全或标为敏感的事件不打包共享，请直接电话联系。"), code="life_safety")
    body, purpose = body.strip()[:100], purpose.strip()[:300]
    if len(body) < 2:
        raise Refused(_("请写共享给哪个机关或部门。"), code="no_body")
    if len(purpose) < 4:
        raise Refused(_("请写明用途，至少 4 个字。"), code="no_purpose")
    content = content_of(event, body, purpose)
    token, token_hash = tokens.new_token()
    now = clock.now()
    made = SharePackage.objects.create(
        event=event,
        body=body,
        purpose=purpose,
        content=content,
        sha256=canonical.sha256(canonical.dumps(content)),
        token_hash=token_hash,
        made_by=actor.name,
        made_at=now,
        expires_at=now + LASTS,
    )
    told = {"share": made.pk, "body": body, "purpose": purpose, "sha256": made.sha256}
    record(f"event:{event.number}", "event.shared", told, actor_of(actor), rows=[made])
    return made, token


@transaction.atomic
def revoke_share(package: SharePackage, actor: User) -> None:
    require(actor, "event.share", package)
    package = SharePackage.objects.select_for_update(of=("self",)).select_related("event").get(pk=package.pk)
    if package.revoked_at is not None:
        raise Refused(_("这次共享已经收回。"), code="revoked")
    package.revoked_at, package.revoked_by = clock.now(), actor.name
    package.save(update_fields=["revoked_at", "revoked_by"])
    told = {"share": package.pk, "body": package.body}
    record(f"event:{package.event.number}", "event.share_revoked", told, actor_of(actor), rows=[package])


def open_package(token: str) -> SharePackage | None:
    """The live package behind a link; None where it is unknown, past or revoked. The first open is recorded."""
    found = _live(token)
    if found is None:
        return None
    now = clock.now()
    with transaction.atomic():
        first = SharePackage.objects.filter(pk=found.pk, first_opened_at__isnull=True).update(first_opened_at=now)
        SharePackage.objects.filter(pk=found.pk).update(opens=F("opens") + 1, last_opened_at=now)
        if first:
            told = {"share": found.pk, "body": found.body}
            record(f"event:{found.event.number}", "event.share_opened", told, Actor(name=found.body), rows=[found])
    return SharePackage.objects.select_related("event").get(pk=found.pk)


@transaction.atomic
def reply(token: str, name: str, text: str) -> ShareReply:
    """What the other body says; it comes back to the event and to the duty desk."""
    found = _live(token)
    if found is None:
        raise Refused(_("这个链接已经失效，请联系发给您链接的单位。"), code="closed")
    name, text = name.strip()[:100], text.strip()[:4000]
    if not name or not text:
        raise Refused(_("请写姓名和意见。"), code="empty")
    made = ShareReply.objects.create(package=found, name=name, text=mask_personal(text).text, at=clock.now())
    told = {"share": found.pk, "body": found.body, "reply": made.pk}
    who = Actor(name=name, department=found.body)
    record(f"event:{found.event.number}", "event.share_answered", told, who, rows=[made])
    notify.send(
        f"{found.body}对 {found.event.number} 有回复",
        made.text[:200],
        [user.username for user in able("duty")],
        key=f"share-reply:{made.pk}",
        url=f"/desk/events/{found.event.number}/shares/",
    )
    return made


def _live(token: str) -> SharePackage | None:
    rows = SharePackage.objects.filter(revoked_at__isnull=True, expires_at__gt=clock.now())
    return rows.filter(token_hash=tokens.hash_token(token)).select_related("event").first()


def signed(package: SharePackage) -> dict[str, Any]:
    """The package as a file: its content, its hash, and a signature under a key outside the database."""
    return {"content": package.content, "sha256": package.sha256, "signature": _signature(package.sha256)}


def signature_holds(file: dict[str, Any]) -> bool:
    """Whether a file that comes back is one that this house made, unchanged."""
    sha256 = canonical.sha256(canonical.dumps(file.get("content")))
    return file.get("sha256") == sha256 and hmac.compare_digest(str(file.get("signature")), _signature(sha256))


def _signature(sha256: str) -> str:
    return hmac.new(keyfiles.load(KEY), sha256.encode(), hashlib.sha256).hexdigest()
