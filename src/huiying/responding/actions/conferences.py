"""新闻发布会 (C8.7): plan, media list, prepared answers, transcript with proof; held by who may speak (C12.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.kernel import clock as time
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.responding import evidence, formal
from huiying.responding.actions.forms import check_speaker, open_case
from huiying.responding.models import Authorisation, Evidence, PressConference
from huiying.responding.outlets import outlets

MOST_QUESTIONS = 40


@transaction.atomic
def plan_conference(
    case: Case,
    topic: str,
    starts_at: dt.datetime,
    place: str,
    speaker: Authorisation | None,
    media: Iterable[str],
    plan: str,
    actor: User,
) -> PressConference:
    """拟方案. Nothing of it is an answer yet: only what was held counts, by its evidence (§2.1)."""
    case = open_case(case)
    require(actor, "form.plan", case)
    row = PressConference(case=case, by=actor.name, at=time.now())
    _write(row, topic, starts_at, place, speaker, media, plan)
    row.save()
    _record(row, "conference.planned", _told(row), actor)
    return row


@transaction.atomic
def edit_conference(
    row: PressConference,
    topic: str,
    starts_at: dt.datetime,
    place: str,
    speaker: Authorisation | None,
    media: Iterable[str],
    plan: str,
    actor: User,
) -> None:
    """改方案 until it is held or cancelled."""
    row = _planned(row)
    require(actor, "form.plan", row.case)
    before = _told(row)
    _write(row, topic, starts_at, place, speaker, media, plan)
    row.save()
    if (told := _told(row)) != before:
        _record(row, "conference.changed", told, actor)


def _write(
    row: PressConference,
    topic: str,
    starts_at: dt.datetime,
    place: str,
    speaker: Authorisation | None,
    media: Iterable[str],
    plan: str,
) -> None:
    assert row.case is not None
    check_speaker(row.case, speaker)
    if starts_at < row.case.first_known_at:
        raise Refused(_("发布会不能早于本局得知此事的时间。"), code="too_early")
    row.topic = handling.require_text(topic, 4, _("发布会的题目"))[:300]
    row.place = handling.require_text(place, 2, _("地点"))[:200]
    row.starts_at, row.speaker, row.plan = starts_at, speaker, plan.strip()
    row.media = outlets(media)


@transaction.atomic
def prepare(row: PressConference, items: Iterable[Mapping[str, str]], actor: User) -> None:
    """备答: the questions that will be asked, each with what is to be said; an empty pair is no question."""
    row = _planned(row)
    require(actor, "form.plan", row.case)
    pairs = [(item.get("question", "").strip(), item.get("answer", "").strip()) for item in items]
    pairs = [pair for pair in pairs if any(pair)]
    if any(not question or not answer for question, answer in pairs):
        raise Refused(_("每个问题都要有备答，每个备答都要有问题。"), code="half_a_question")
    if len(pairs) > MOST_QUESTIONS:
        raise Refused(_("备答问题最多 %(n)d 个。") % {"n": MOST_QUESTIONS}, code="too_many")
    prepared = [{"question": question[:500], "answer": answer[:4000]} for question, answer in pairs]
    if prepared == row.prepared:
        return
    row.prepared = prepared
    row.save(update_fields=["prepared"])
    _record(row, "conference.prepared", {"questions": len(prepared)}, actor)


@transaction.atomic
def cancel_conference(row: PressConference, why: str, actor: User) -> None:
    row = _planned(row)
    require(actor, "form.plan", row.case)
    row.state, row.cancelled_why = PressConference.CANCELLED, handling.require_text(why, 4, _("取消的理由"))[:300]
    row.save(update_fields=["state", "cancelled_why"])
    _record(row, "conference.cancelled", {"why": row.cancelled_why}, actor)


@transaction.atomic
def hold_conference(row: PressConference, transcript: str, proof: UploadedFile[Any] | None, actor: User) -> None:
    """登记召开: transcript and proof, by a speaker whose authorisation holds, before the media of the list."""
    row = _planned(row)
    assert row.case is not None
    require(actor, "form.plan", row.case)
    if lacking := formal.not_ready_to_hold(row):
        raise Refused(" ".join(lacking), code="not_ready")
    now = time.now()
    if now < row.starts_at:
        raise Refused(_("还没有到召开的时间。提前召开的，请先改方案里的时间。"), code="too_early")
    text = handling.require_text(transcript, 20, _("实录"))
    if proof is None:
        raise Refused(_("请上传现场照片、视频或录音：没有凭证不算召开（C8.7）。"), code="no_evidence")
    kept = evidence.keep_proof(row.case, proof, "", actor.name)
    row.state, row.held_at, row.transcript, row.evidence = PressConference.HELD, now, text, kept
    row.save(update_fields=["state", "held_at", "transcript", "evidence"])
    assert row.speaker is not None
    _record(
        row,
        "conference.held",
        {"speaker": row.speaker.speaker_name, "media": len(row.media), "evidence": kept.sha256},
        actor,
        kept,
    )


def _planned(row: PressConference) -> PressConference:
    """The case first, then the conference; of two who hold or cancel it at once the second hears what the first did."""
    assert row.case is not None
    open_case(row.case)
    rows = PressConference.objects.select_for_update(of=("self",))
    found = rows.select_related("case__event", "case__regulation", "speaker__speaker__user").get(pk=row.pk)
    if found.state == PressConference.HELD:
        raise Refused(_("这次发布会已经登记召开，方案和实录不能再改。"), code="already_held")
    if found.state == PressConference.CANCELLED:
        raise Refused(_("这次发布会已经取消。"), code="cancelled")
    return found


def _told(row: PressConference) -> dict[str, Any]:
    return {
        "topic": row.topic,
        "starts_at": row.starts_at.isoformat(),
        "place": row.place,
        "speaker": row.speaker.speaker_name if row.speaker else "",
        "media": len(row.media),
    }


def _record(row: PressConference, kind: str, payload: dict[str, Any], actor: User, *rows: Evidence) -> None:
    assert row.case is not None
    told = {"conference": row.pk, "topic": row.topic} | payload
    record(f"case:{row.case.number}", kind, told, actor_of(actor), rows=[row, *rows])
