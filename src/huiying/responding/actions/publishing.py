"""From an approved manifest to a public act with evidence （八）."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling import clocks
from huiying.handling.models import Case
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.responding import evidence
from huiying.responding.channels.registry import CHANNELS
from huiying.responding.models import Evidence, Publication
from huiying.responding.queries import approved_round, current_revision, why_not_release
from huiying.work.outbox import enqueue


@transaction.atomic
def release(case: Case, channels: Sequence[str], actor: User) -> list[Publication]:
    """发布: for each channel one publication of exactly what was approved. Releasing twice gives the same rows."""
    case = handling.locked(case)
    require(actor, "release.publish")
    revision = current_revision(case)
    why = why_not_release(case, revision)
    if why or revision is None:
        raise Refused(" ".join(why), code="not_ready")
    round_ = approved_round(case, revision)
    assert round_ is not None
    missing = [kind for kind in channels if kind not in revision.renditions]
    if not channels or missing:
        raise Refused(_("请选择已有文稿的渠道。"), code="channel_without_text")
    last = round_.steps.order_by("-position", "-id").first()
    assert last is not None
    assert last.decided_user is not None
    made = []
    for kind in dict.fromkeys(channels):
        row, created = Publication.objects.get_or_create(
            idempotency_key=f"{case.number}:{round_.pk}:{kind}",
            defaults={
                "case": case,
                "revision": revision,
                "channel": kind,
                "state": CHANNELS[kind].first_state,
                "manifest_sha256": revision.manifest_sha256,
                "approved_sha256": round_.manifest_sha256,
                "drafter_user": revision.drafter_user,
                "approver_user": last.decided_user,
                "released_by": actor.name,
                "released_at": time.now(),
            },
        )
        made.append(row)
        if created:
            record(
                f"case:{case.number}",
                "release.made",
                {"channel": kind, "manifest": revision.manifest_sha256, "revision": revision.number},
                actor_of(actor),
            )
            if CHANNELS[kind].publish is not None:
                enqueue("publish", {"publication": row.pk}, key=f"publish:{row.idempotency_key}")
    return made


def went_live(row: Publication, proof: Evidence, url: str, actor: Actor) -> None:
    """The public act stands, with evidence: stop the clocks at the moment of its receipt (C8.5, INV-5)."""
    at = proof.received_at
    row.state, row.published_at, row.evidence, row.url, row.error = Publication.LIVE, at, proof, url, ""
    row.save()
    case = handling.locked(row.case)
    record(
        f"case:{case.number}",
        "release.live",
        {
            "channel": row.channel,
            "url": url,
            "evidence": proof.sha256,
            "at": at.isoformat(),
            "manifest": row.manifest_sha256,
            "corrects": row.revision.corrects_id,
        },
        actor,
    )
    for act in CHANNELS[row.channel].acts:
        clocks.stop(case, act, f"{row.channel} {url} {proof.sha256}", actor, at=at)
    if case.answered_at is None or at < case.answered_at:
        case.answered_at = at
        case.save(update_fields=["answered_at"])
    if case.state == "approved":
        handling.move(case, "publish", actor, row.channel)


@transaction.atomic
def record_post(row: Publication, url: str, screenshot: UploadedFile[Any] | None, actor: User) -> Publication:
    """A person posted it by hand: address and screenshot. It waits for a second person, and its clocks with it."""
    require(actor, "release.publish")
    row = Publication.objects.select_for_update(of=("self",)).select_related("case", "revision").get(pk=row.pk)
    if row.state not in (Publication.TO_DO, Publication.REJECTED):
        raise Refused(_("这一条已经登记过。"), code="already_recorded")
    url = url.strip()
    if not re.fullmatch(r"https?://\S{4,1900}", url):
        raise Refused(_("请填写发布后的网址，以 http:// 或 https:// 开头。"), code="url")
    if screenshot is None:
        raise Refused(_("请上传截图：没有证据不算回应（C8.7）。"), code="no_evidence")
    proof = evidence.keep_upload(row.case, screenshot, url, actor.name)
    row.state, row.url, row.evidence = Publication.TO_VERIFY, url, proof
    row.posted_by, row.posted_user = actor.name, actor.pk
    row.verified_by, row.verified_user, row.verified_at = "", None, None
    row.save()
    clocks.hold(row.case, CHANNELS[row.channel].acts, proof.received_at)
    record(
        f"case:{row.case.number}",
        "release.posted",
        {"channel": row.channel, "url": url, "evidence": proof.sha256},
        actor_of(actor),
    )
    return row


@transaction.atomic
def verify_post(row: Publication, ok: bool, comment: str, actor: User) -> Publication:
    """The second person: compared the public text with the approved one. Rejected, it never counted."""
    require(actor, "release.verify")
    row = Publication.objects.select_for_update(of=("self",)).select_related("case", "revision").get(pk=row.pk)
    if row.state != Publication.TO_VERIFY or row.evidence is None:
        raise Refused(_("没有待核对的发布。"), code="nothing_to_verify")
    if row.posted_user == actor.pk:
        raise Refused(_("须由另一个人核对，不能自己核对自己发布的内容。"), code="second_person")
    row.verified_by, row.verified_user, row.verified_at = actor.name, actor.pk, time.now()
    who = actor_of(actor)
    record(
        f"case:{row.case.number}",
        "release.verified",
        {"channel": row.channel, "ok": ok, "comment": comment, "evidence": row.evidence.sha256},
        who,
    )
    if ok:
        went_live(row, row.evidence, row.url, who)
        clocks.let_go(row.case, CHANNELS[row.channel].acts)
        return row
    row.state, row.error = Publication.REJECTED, handling.said(comment, 4, _("不符之处"))
    row.save()
    clocks.let_go(row.case, CHANNELS[row.channel].acts)
    return row


def publish(pk: int) -> None:
    """What the outbox does for a channel with a transport of its own. Running twice publishes once."""
    row = Publication.objects.select_for_update(of=("self",)).select_related("case", "revision").get(pk=pk)
    if row.state != Publication.QUEUED:
        return
    transport = CHANNELS[row.channel].publish
    assert transport is not None
    outcome = transport(row)
    proof = evidence.keep(row.case, "snapshot", outcome.snapshot, outcome.media_type, outcome.url, "系统")
    went_live(row, proof, outcome.url, Actor.SYSTEM)


def overdue_verifications(now: dt.datetime) -> list[Publication]:
    waiting = Publication.objects.filter(state=Publication.TO_VERIFY).select_related("case", "evidence")
    return [row for row in waiting if row.evidence and now - row.evidence.received_at > dt.timedelta(hours=2)]
