"""The rows of one case as plain data for its export. Nothing sealed, no token, no citizen's contact goes along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from django.db.models import BinaryField, ForeignKey, Model, Q, QuerySet

from huiying.handling.models import (
    Attachment,
    Case,
    CaseAct,
    CaseDepartment,
    Clock,
    ClockEvent,
    ClueHandover,
    Disposal,
    Dissent,
    Escalation,
    FactSheet,
    Feedback,
    Finding,
    Knowledge,
    Liaison,
    LiaisonExemption,
    Meeting,
    MeetingSeat,
    NodeReport,
    Note,
    Recurrence,
    Return,
    SplitPost,
    StateChange,
    Task,
    TransferSlip,
)
from huiying.handling.models import Breach as BreachRow
from huiying.judging.models import ConcernDecision, EventPost, LevelDecision
from huiying.people.models import Department, User
from huiying.responding.models import (
    Authorisation,
    BodyConfirmation,
    EffectReview,
    Evidence,
    ExpertExplanation,
    Interview,
    MachineDraft,
    MediaInquiry,
    PressConference,
    Publication,
    ReviewRound,
    ReviewStep,
    Revision,
    StatutoryFiling,
    SustainedDecision,
    Withholding,
)
from huiying.responding.public import public_answer

# Keys of single-use links, and how to reach people: the archive proves acts and needs neither.
LEFT_OUT = frozenset({"token_hash", "contact", "usernames"})
_POST = (
    "platform", "channel_class", "kind", "native_id", "version", "parent_id", "root_id", "url", "title", "text",
    "text_sha256", "outlet", "outlet_tier", "own_channel", "region", "published_at", "received_at", "metrics",
)  # fmt: skip

Row = dict[str, Any]


def plain(row: Model) -> Row:
    """One row: its columns, a department by code and name, a person of the staff by name, other rows by their id."""
    made: Row = {}
    for column in row._meta.concrete_fields:
        if column.name in LEFT_OUT or isinstance(column, BinaryField):
            continue
        if isinstance(column, ForeignKey) and column.related_model in (Department, User):
            made[column.name] = _named(getattr(row, column.name))
        else:
            made[column.name] = getattr(row, column.attname)
    return made


def _named(row: Department | User | None) -> Any:
    if isinstance(row, Department):
        return {"code": row.code, "name": row.name}
    return row.name if row else None


def _rows(found: QuerySet[Any]) -> list[Row]:
    named = [
        column.name
        for column in found.model._meta.concrete_fields
        if isinstance(column, ForeignKey) and column.related_model in (Department, User)
    ]
    query = found.select_related(*named) if named else found
    return [plain(row) for row in query.order_by("pk")]


def documents(case: Case) -> dict[str, Any]:
    """File name → content, for every JSON document of the folder."""
    of_case = {"case": case}
    return {
        "case.json": _case(case),
        "posts.json": list(_posts(case)),
        "clocks.json": {
            "clocks": _rows(Clock.objects.filter(case=case)),
            "events": _rows(ClockEvent.objects.filter(clock__case=case)),
            "breaches": _rows(BreachRow.objects.filter(clock__case=case)),
            "calls": _rows(Escalation.objects.filter(case=case)),
        },
        "revisions.json": _rows(Revision.objects.filter(**of_case)),
        "decisions.json": {
            "levels": _rows(LevelDecision.objects.filter(event=case.event_id)),
            "concerns": _rows(ConcernDecision.objects.filter(event=case.event_id)),
            "rounds": _rows(ReviewRound.objects.filter(**of_case)),
            "steps": _rows(ReviewStep.objects.filter(round__case=case)),
            "confirmations": _rows(BodyConfirmation.objects.filter(**of_case)),
            "withholdings": _rows(Withholding.objects.filter(**of_case)),
            "sustained": {"sustained": case.sustained, "reason": case.sustained_reason},
            "sustained_decisions": _rows(SustainedDecision.objects.filter(**of_case)),
        },
        "effects.json": _rows(EffectReview.objects.filter(**of_case)),
        "forms.json": {
            "authorisations": _rows(Authorisation.objects.filter(**of_case)),
            "experts": _rows(ExpertExplanation.objects.filter(**of_case)),
            "conferences": _rows(PressConference.objects.filter(**of_case)),
            "interviews": _rows(Interview.objects.filter(**of_case)),
            "inquiries": _rows(MediaInquiry.objects.filter(**of_case)),
            "filings": _rows(StatutoryFiling.objects.filter(**of_case)),
            "machine_drafts": _rows(MachineDraft.objects.filter(**of_case)),
        },
        "answer.json": _answer(case),
        "publications.json": {
            "publications": _rows(Publication.objects.filter(**of_case)),
            "evidence": _rows(Evidence.objects.filter(**of_case)),
        },
        "findings.json": {
            "findings": _rows(Finding.objects.filter(**of_case)),
            "disposals": _rows(Disposal.objects.filter(**of_case)),
            "fact_sheets": _rows(FactSheet.objects.filter(**of_case)),
        },
        "tasks.json": _rows(Task.objects.filter(**of_case)),
        "slips.json": _rows(TransferSlip.objects.filter(**of_case)),
        "liaison.json": {
            "letters": _rows(Liaison.objects.filter(**of_case)),
            "exemptions": _rows(LiaisonExemption.objects.filter(**of_case)),
            "clues": _rows(ClueHandover.objects.filter(**of_case)),
        },
        "meetings.json": {
            "meetings": _rows(Meeting.objects.filter(**of_case)),
            "seats": _rows(MeetingSeat.objects.filter(meeting__case=case)),
            "dissents": _rows(Dissent.objects.filter(meeting__case=case)),
        },
        "room.json": {
            "notes": _rows(Note.objects.filter(**of_case)),
            "attachments": _rows(Attachment.objects.filter(**of_case)),
            "reports": _rows(NodeReport.objects.filter(**of_case)),
            "feedback": _rows(Feedback.objects.filter(**of_case)),
            "acts": _rows(CaseAct.objects.filter(**of_case)),
        },
    }


def _case(case: Case) -> Row:
    return {
        **plain(case),
        "event": case.event.number,
        "life_safety": case.event.life_safety,
        "sensitive": case.event.sensitive,
        "regulation": {"name": case.regulation.name, "sha256": case.regulation.sha256},
        "merged_into": _number(case.merged_into),
        "merged": list(case.merged.order_by("number").values_list("number", flat=True)),
        "split_from": _number(case.split_from),
        "split_off": list(case.split_off.order_by("number").values_list("number", flat=True)),
        "split_posts": list(SplitPost.objects.filter(case=case).order_by("pk").values_list("post", flat=True)),
        "recurrences": [
            {"earlier": row.earlier.number, "reason": row.reason, "by": row.by, "at": row.at}
            for row in Recurrence.objects.filter(case=case).select_related("earlier").order_by("pk")
        ],
        "states": _rows(StateChange.objects.filter(case=case)),
        "knowledge": _rows(Knowledge.objects.filter(case=case)),
        "departments": _rows(CaseDepartment.objects.filter(case=case)),
        "returns": _rows(Return.objects.filter(case=case)),
    }


def _answer(case: Case) -> Row | None:
    """What the public page showed of the case at this moment: every version, tombstones included (C11.1)."""
    found = public_answer(case.number)
    if found is None:
        return None
    return {**asdict(found), "took": found.took.total_seconds() if found.took else None}


def _number(case: Case | None) -> str | None:
    return case.number if case else None


def _posts(case: Case) -> Iterable[Row]:
    """What was said in public, masked as it was kept. A citizen's message keeps its place and gives no words away.

    The posts of a case that was split off stay in the event they came in with.
    """
    own = Q(event=case.event_id) | Q(post__split_cases__case=case)
    members = EventPost.objects.filter(own, withdrawn_at__isnull=True).select_related("post__message").distinct()
    for member in members.order_by("pk"):
        post = member.post
        row = {"id": post.pk, "stood_at": member.stood_at, **{name: getattr(post, name) for name in _POST}}
        message = getattr(post, "message", None)
        if message is not None:
            row |= {"message": message.number, "title": "", "text": "", "native_id": "", "url": ""}
        elif case.event.masked:  # minors, health, victims: the words stay in the house (§6.2)
            row |= {"title": "", "text": ""}
        yield row
