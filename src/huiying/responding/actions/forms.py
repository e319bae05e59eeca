"""专家解读, 媒体专访 and 新闻发布会 (C8.7): planned, looked into by somebody else, held by who may speak (C12.1).

A conference has its plan, media list, prepared answers and a transcript with proof.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.handling.process import LIVE
from huiying.kernel import clock as time
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.responding import evidence, forms_of_answer
from huiying.responding.forms_of_answer import outlet, outlets, valid_authorisations
from huiying.responding.models import (
    Authorisation,
    Evidence,
    ExpertExplanation,
    Interview,
    PressConference,
    Publication,
)


def open_case(case: Case) -> Case:
    """The case, locked, while an answer to it may still be given."""
    case = handling.locked(case)
    if case.state not in LIVE:
        raise Refused(_("此件已经办结、并案或作废，不再安排回应形式。"), code="not_in_this_state")
    return case


def check_speaker(case: Case, speaker: Authorisation | None) -> None:
    """Whoever is to speak has a leader's word for this very case, and it holds at this moment (C12.1)."""
    if speaker is not None and speaker.pk not in {row.pk for row in valid_authorisations(case)}:
        raise Refused(_("这位发言人没有就此件发言的有效授权，请局领导先授权（C12.1）。"), code="not_authorised")


# --- 专家解读 ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def plan_expert(case: Case, name: str, field: str, employer: str, topic: str, actor: User) -> ExpertExplanation:
    """An expert who is to explain in public, under their own name. The ledger names the field, not the person."""
    case = open_case(case)
    require(actor, "form.plan", case)
    row = ExpertExplanation.objects.create(
        case=case,
        name=handling.require_text(name, 2, _("专家姓名"))[:60],
        field=handling.require_text(field, 2, _("专业领域"))[:100],
        employer=handling.require_text(employer, 2, _("工作单位"))[:100],
        topic=handling.require_text(topic, 4, _("解读的题目"))[:300],
        by=actor.name,
        by_user=actor.pk,
        at=time.now(),
    )
    _of_expert(row, "expert.planned", {"topic": row.topic}, actor)
    return row


@transaction.atomic
def check_conflict(row: ExpertExplanation, free: bool, statement: str, actor: User) -> None:
    """利益关系核查: somebody other than who proposed the expert says what was looked into and found."""
    row = _locked_expert(row)
    require(actor, "form.check", row.case)
    if row.by_user == actor.pk:
        raise Refused(_("专家是您提出的，利益关系须由另一个人核查（C8.7）。"), code="second_person")
    if row.conflict_free is not None:
        raise Refused(_("已经核查过。情况有变请另行登记。"), code="already_checked")
    row.conflict_statement = handling.require_text(statement, 10, _("查了哪些关系、结果如何"))
    row.conflict_free = free
    row.conflict_checked_by, row.conflict_checked_user = actor.name, actor.pk
    row.conflict_checked_at = time.now()
    row.save()
    _of_expert(row, "expert.checked", {"free": "没有利益关系" if free else "有利益关系"}, actor)


@transaction.atomic
def drop_expert(row: ExpertExplanation, why: str, actor: User) -> None:
    row = _locked_expert(row)
    require(actor, "form.plan", row.case)
    _check_unused(row.publication)
    row.dropped_at, row.dropped_why = time.now(), handling.require_text(why, 4, _("不再安排的理由"))[:300]
    row.save(update_fields=["dropped_at", "dropped_why"])
    _of_expert(row, "expert.dropped", {"why": row.dropped_why}, actor)


def _locked_expert(row: ExpertExplanation) -> ExpertExplanation:
    """The case first, then the record: every verb takes them in this order."""
    open_case(row.case)
    rows = ExpertExplanation.objects.select_for_update(of=("self",))
    found = rows.select_related("case__event", "case__regulation", "publication").get(pk=row.pk)
    if found.dropped_at is not None:
        raise Refused(_("这次专家解读已经不再安排。"), code="dropped")
    return found


def _of_expert(row: ExpertExplanation, kind: str, payload: dict[str, object], actor: User) -> None:
    told = {"expert": row.pk, "field": row.field, "employer": row.employer}
    record(f"case:{row.case.number}", kind, told | payload, actor_of(actor), rows=[row])


def _check_unused(used: Publication | None) -> None:
    if used is not None and used.state in (Publication.TO_VERIFY, Publication.LIVE):
        raise Refused(_("已经据此公开回应，不能撤下。"), code="already_public")


# --- 媒体专访 ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def plan_interview(case: Case, name: str, outline: str, speaker: Authorisation | None, actor: User) -> Interview:
    """An interview with an outlet. Without an authorised speaker the department that handles the matter speaks."""
    case = open_case(case)
    require(actor, "form.plan", case)
    check_speaker(case, speaker)
    row = Interview.objects.create(
        case=case,
        outlet=outlet(name),
        speaker=speaker,
        outline=handling.require_text(outline, 10, _("采访提纲")),
        by=actor.name,
        by_user=actor.pk,
        at=time.now(),
    )
    _of_interview(row, "interview.planned", {"speaker": speaker.speaker_name if speaker else ""}, actor)
    return row


@transaction.atomic
def review_outline(row: Interview, ok: bool, comment: str, actor: User) -> None:
    """审核提纲 by somebody other than its writer; a refusal says why."""
    row = _locked_interview(row)
    require(actor, "form.check", row.case)
    if row.by_user == actor.pk:
        raise Refused(_("提纲是您拟的，须由另一个人审核（C8.7）。"), code="second_person")
    if row.outline_reviewed is not None:
        raise Refused(_("提纲已经审核过。改了提纲请另行登记。"), code="already_reviewed")
    row.outline_reviewed = ok
    row.review_comment = (comment.strip() if ok else handling.require_text(comment, 4, _("不同意的理由")))[:500]
    row.reviewed_by, row.reviewed_user, row.reviewed_at = actor.name, actor.pk, time.now()
    row.save()
    _of_interview(row, "interview.reviewed", {"ok": ok, "comment": row.review_comment}, actor)


@transaction.atomic
def drop_interview(row: Interview, why: str, actor: User) -> None:
    row = _locked_interview(row)
    require(actor, "form.plan", row.case)
    _check_unused(row.publication)
    row.dropped_at, row.dropped_why = time.now(), handling.require_text(why, 4, _("不再安排的理由"))[:300]
    row.save(update_fields=["dropped_at", "dropped_why"])
    _of_interview(row, "interview.dropped", {"why": row.dropped_why}, actor)


def _locked_interview(row: Interview) -> Interview:
    open_case(row.case)
    rows = Interview.objects.select_for_update(of=("self",))
    found = rows.select_related("case__event", "case__regulation", "publication").get(pk=row.pk)
    if found.dropped_at is not None:
        raise Refused(_("这次专访已经不再安排。"), code="dropped")
    return found


def _of_interview(row: Interview, kind: str, payload: dict[str, object], actor: User) -> None:
    told = {"interview": row.pk, "outlet": row.outlet}
    record(f"case:{row.case.number}", kind, told | payload, actor_of(actor), rows=[row])


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
    if lacking := forms_of_answer.not_ready_to_hold(row):
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
