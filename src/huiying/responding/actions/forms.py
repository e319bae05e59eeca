"""专家解读和媒体专访 (C8.7): somebody else looks into the expert's interests and reads the outline."""

from __future__ import annotations

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
from huiying.responding.models import Authorisation, ExpertExplanation, Interview, Publication
from huiying.responding.outlets import outlet
from huiying.responding.statement_voices import valid_authorisations


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
