"""Handing an approved text to another host: at least once on our side, once on theirs (habit 11, C8.9, INV-4, INV-5).

A turn is one job of the outbox: look, speak with the other side, fetch back what stands there, record; one that did not
end it writes the next. An account's settings are sealed in the register, opened only to send or to test (§6.1 S14).
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock as time, home, sealing, store
from huiying.kernel.keyfiles import KeyFileError
from huiying.kernel.sealing import SealingError
from huiying.ledger.actions import Actor, record
from huiying.people.errors import Altered
from huiying.people.models import Appointment, Platform, User
from huiying.people.queries import regulation_now
from huiying.responding import bound, evidence, forms_of_answer
from huiying.responding.actions.publishing import locked_publication, note_altered, stands, subject_words
from huiying.responding.channels import speaking
from huiying.responding.channels.base import Channel, Failed, Later, Outcome, Pending, Sending
from huiying.responding.channels.registry import SENDING
from huiying.responding.models import Publication
from huiying.responding.queries import why_stale
from huiying.responding.targets import chain_of, place_written
from huiying.work import leases, notify, outbox
from huiying.work.models import Job


def _purpose(platform: Platform) -> str:
    return f"platform:{platform.code}"


def seal(platform: Platform, kind: str, settings: Mapping[str, str]) -> bytes:
    told = {"channel": kind, "settings": dict(settings)}
    return sealing.seal(json.dumps(told, ensure_ascii=False, sort_keys=True), _purpose(platform))


def opened(platform: Platform) -> tuple[str, dict[str, str]] | None:
    """The kind of interface and its settings; None where the account is not connected. Raises SealingError."""
    if not platform.sealed_settings:
        return None
    told = json.loads(sealing.unseal(platform.sealed_settings, _purpose(platform)))
    return str(told["channel"]), {str(name): str(value) for name, value in told["settings"].items()}


def channel_of(platform: Platform) -> Channel | None:
    """The interface that the account is connected to."""
    found = opened(platform)
    return SENDING.get(found[0]) if found is not None else None


def settings_for(platform: Platform, kind: str) -> dict[str, str] | None:
    """The settings with which `kind` speaks for the account, defaults filled in; None where it is not connected so."""
    found = opened(platform)
    if found is None or found[0] != kind or kind not in SENDING:
        return None
    defaults = {item.name: item.default for item in SENDING[kind].settings}
    return {**defaults, **{name: value for name, value in found[1].items() if value}}


KIND = "publish_out"
ON_ITS_WAY = (Publication.QUEUED, Publication.SENDING)
TRIES = 8  # turns without an answer: some forty minutes
LONGEST = dt.timedelta(hours=24)  # the other side is given so long to be done
READ_AGAIN = dt.timedelta(seconds=30)

_log = logging.getLogger(__name__)


# --- one turn, outside any transaction ---


def turn(job: Job) -> dict[str, Any]:
    """What the outbox does for a publication on another host. Never raises for what the other side does."""
    pk = int(job.payload["publication"])
    if settings.DEMO:
        return {"failed": _("演示不连接真实渠道，什么也没有发出。")}
    begun = _begin(pk, job)
    if not isinstance(begun, Sending):
        return begun
    try:
        channel = SENDING[begun.publication.channel]
        assert channel.send is not None
        found = channel.send(begun)
    except Failed as failed:
        return {"failed": str(failed)}
    except Later as later:
        return {"later": str(later), "after": _seconds(later.after), "sure": later.sure}
    except (outbox.JobTaken, leases.LeaseLost):
        raise
    except Exception:
        if job.attempts < job.max_attempts:
            raise
        _log.exception("publication %s", pk)
        return {"failed": _("程序自己出了错，请系统管理员查看日志，再点“再发一次”。")}
    if isinstance(found, Pending):
        return {"pending": found.after.total_seconds()}
    return _read_back(begun, found)


def _begin(pk: int, job: Job) -> Sending | dict[str, Any]:
    """Mark it as being sent, unless it must not go out any more and never began."""
    with transaction.atomic():
        row = locked_publication(pk)
        if row.state not in ON_ITS_WAY:
            return {"nothing": row.state}
        assert row.platform is not None
        try:
            told = settings_for(row.platform, row.channel)
        except (SealingError, KeyFileError):
            return {"failed": _("接口设置打不开：密钥文件与封存时不同。请系统管理员恢复密钥文件，或重新接上这个账号。")}
        if told is None:
            return {"failed": _("这个账号没有接上接口。请系统管理员在平台登记里接上，再点“再发一次”，或改为人工发布。")}
        stopped = _why_stopped(row)
        if stopped and not row.external.get("begun"):
            return {"failed": stopped}
        row.state = Publication.SENDING
        row.external = {"begun_at": time.now().isoformat(), **row.external, "begun": True}
        row.save(update_fields=["state", "external"])
        return Sending(row, row.platform, told, _memory(row, job), stopped)


def _why_stopped(row: Publication) -> str:
    """What changed since the release, so that the text must not go out any more (C7.4, INV-11)."""
    assert row.platform is not None
    if row.platform.closed_at is not None:
        return _("这个账号在发布之前停用了，这一条不再发布。")
    try:
        bound.check_publication(row)
    except Altered as altered:
        note_altered(chain_of(row), altered, Actor.SYSTEM)
        return altered.sentence
    if row.case is not None and why_stale(row.case, row.revision):
        return _("口径在发布之前更新了，这一条不再发布，请按新口径重新送审（C7.4）。")
    return forms_of_answer.why_silenced(row.revision)  # C12.1: the authorisation it was approved with


def _memory(row: Publication, job: Job) -> Any:
    """`remember`: at once, in a transaction of its own, and only for as long as the job is still this worker's."""

    def remember(step: Mapping[str, Any]) -> None:
        with transaction.atomic():
            mine = Job.objects.filter(pk=job.pk, fence=job.fence, done_at__isnull=True, failed_at__isnull=True)
            if not mine.exists():
                raise outbox.JobTaken(f"待办 {job.pk} 已被别的进程接手，不再往外发")
            fresh = Publication.objects.select_for_update().only("pk", "external").get(pk=row.pk)
            fresh.external = {**fresh.external, **step}
            fresh.save(update_fields=["external"])
        row.external = fresh.external

    return remember


def _read_back(sending: Sending, outcome: Outcome) -> dict[str, Any]:
    """Fetch the public page and compare. Where no program can read it, the interface's own word is compared instead."""
    row = sending.publication
    page = speaking.fetch(outcome.url)
    content, media_type = outcome.snapshot, outcome.media_type
    matches: bool | None = None
    similarity: float | None = None
    if page is not None:
        matches, similarity = speaking.compare(row.text, page.text)
        content, media_type = page.content, page.media_type
    if (page is None or (similarity or 0) < speaking.READABLE) and outcome.said:
        matches, similarity = speaking.compare(row.text, speaking.text_of(outcome.said))
        content, media_type = outcome.snapshot, outcome.media_type
    if not matches and (similarity or 0) < speaking.READABLE and not row.external.get("read_again"):
        # Sites publish to their own mirrors: what is not there yet is looked at once more before a person is asked.
        sending.remember({"read_again": True})
        return {"pending": READ_AGAIN.total_seconds()}
    return {
        "url": outcome.url,
        "snapshot": store.keep(home.evidence(), content),
        "media_type": media_type,
        "matches": matches,
        "similarity": similarity,
    }


def _seconds(length: dt.timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()


# --- recording what came of it, with the mark that the job is done ---


def settle(job: Job, result: Mapping[str, Any] | None) -> None:
    row = locked_publication(int(job.payload["publication"]))
    if result is None or row.state not in ON_ITS_WAY:
        return
    if "url" in result:
        _stands(row, result)
    elif "failed" in result:
        fail(row, str(result["failed"]))
    elif "pending" in result:
        _wait(row, dt.timedelta(seconds=float(result["pending"])))
    elif "later" in result:
        _try_again(row, result)


def _stands(row: Publication, result: Mapping[str, Any]) -> None:
    content = evidence.read(str(result["snapshot"]))
    outcome = Outcome(str(result["url"]), content, str(result["media_type"]), result["matches"], result["similarity"])
    stands(row, outcome)


def _wait(row: Publication, after: dt.timedelta) -> None:
    """The other side has it and is not done."""
    if time.now() - dt.datetime.fromisoformat(row.external["begun_at"]) > LONGEST:
        why = _("对方一天还没有发完。请到账号后台查看，确认没有发出，再点“再发一次”或改为人工发布。")
        fail(row, why, unsure=True)
        return
    row.state, row.error = Publication.SENDING, ""
    _next_turn(row, after, tries=0)


def _try_again(row: Publication, result: Mapping[str, Any]) -> None:
    tries = int(row.external.get("tries", 0)) + 1
    why, sure = str(result["later"]), bool(result["sure"])
    if tries >= TRIES:
        unsure = "" if sure else _("不知道对方收到没有：再发之前会先查，改为人工发布之前请先到账号上看一眼。")
        fail(row, _("试了 %(n)d 次没有发出：%(why)s") % {"n": tries, "why": why} + unsure, unsure=not sure)
        return
    row.error = why[:500]
    if sure:
        # Nothing of it stands over there: a person may still take it out of the queue.
        row.state = Publication.QUEUED
        row.external = {**row.external, "begun": False}
    asked = result["after"]
    key = f"publish:{row.idempotency_key}"
    after = outbox.retry_delay(key, tries) if asked is None else dt.timedelta(seconds=float(asked))
    _next_turn(row, after, tries=tries)


def _next_turn(row: Publication, after: dt.timedelta, *, tries: int) -> None:
    row.external = {**row.external, "tries": tries}
    row.save(update_fields=["state", "error", "external"])
    queue(row, time.now() + after)


def queue(row: Publication, at: dt.datetime) -> None:
    """One more turn, at its time, under a key of its own. The publication's row counts them."""
    number = int(row.external.get("turn", 0)) + 1
    row.external = {**row.external, "turn": number}
    row.save(update_fields=["external"])
    outbox.enqueue(KIND, {"publication": row.pk}, key=f"publish:{row.idempotency_key}:{number}", run_at=at)


def fail(row: Publication, why: str, *, unsure: bool = False) -> None:
    """It is not out, for good; people are told, and take it on (again, or by hand). `unsure`: it may be out there."""
    row.state, row.error = Publication.FAILED, why[:500]
    row.external = {**row.external, "failed_at": time.now().isoformat(), "unsure": unsure}
    row.save(update_fields=["state", "error", "external"])
    record(
        chain_of(row),
        "release.failed",
        {"channel": row.channel, "target": row.target, "place": place_written(row), "why": row.error},
        Actor.SYSTEM,
        rows=[row],
    )
    words = _("%(subject)s在“%(place)s”没有发出：%(why)s") % {
        "subject": subject_words(row),
        "place": place_written(row),
        "why": row.error,
    }
    title = _("发布失败：%(place)s") % {"place": place_written(row)}
    key = f"release.failed:{row.pk}:{row.external.get('turn', 0)}"
    notify.send(title, words, _who_releases(row), "warning", key=key, url=f"/desk/publications/{row.pk}/")


def _who_releases(row: Publication) -> list[str]:
    """Whoever released it, and the heads of the office."""
    roles = regulation_now().roles_acting_as("office_head")
    heads = Appointment.objects.current(time.now()).filter(role__in=roles, user__is_active=True)
    names = [item.user.username for item in heads.select_related("user").order_by("is_deputy", "id")]
    released = User.objects.filter(name=row.released_by, is_active=True).values_list("username", flat=True)
    return list(dict.fromkeys([*released, *names]))


# --- what got lost ---


def find_lost() -> int:
    """A publication whose turn ended without a word (the outbox gave up, a row was restored): people are told."""
    lost = 0
    for pk in Publication.objects.filter(state__in=ON_ITS_WAY, channel__in=list(SENDING)).values_list("pk", flat=True):
        with transaction.atomic():
            row = locked_publication(pk)
            jobs = Job.objects.filter(kind=KIND, payload__publication=pk, done_at__isnull=True, failed_at__isnull=True)
            if row.state in ON_ITS_WAY and not jobs.exists():
                fail(row, _("发送中断，没有结果。再发之前会先查对方有没有收到。"), unsure=True)
                lost += 1
    return lost
