"""Forms of answer, who may speak, media inquiries, statutory filings (C1.4, C3.1, C8.3, C8.7, C12.1).

Holding a press conference needs its proof, a file: that is done on the desk. No field names a journalist.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router

from huiying.api.bodies import NO, READS, Done, Unreadable, caller, done, or_404, person
from huiying.api.forms_shapes import (
    AnswerFilingIn,
    AnswerInquiryIn,
    ConferenceIn,
    ConferenceOut,
    ConflictIn,
    ExpertIn,
    ExpertOut,
    FilingIn,
    FilingOut,
    FormLetSpeakIn,
    FormsOut,
    FormWhyIn,
    InquiryIn,
    InquiryOut,
    InterviewIn,
    InterviewOut,
    PrepareIn,
    ReviewIn,
    SpeakerIn,
    SpeakerOut,
    SpeakersOut,
    SpeakingOut,
    TrainIn,
    conference_out,
    expert_out,
    filing_out,
    inquiry_out,
    interview_out,
    speaker_out,
    speaking_out,
)
from huiying.handling.access import get_case
from huiying.handling.models import Case
from huiying.people.actions import registers as registering
from huiying.people.models import Spokesperson
from huiying.people.queries import regulation_of
from huiying.people.registers import speaker_register, speakers_in_force
from huiying.responding.actions import following, forms as actions_forms, forms as acts, speaking
from huiying.responding.forms_of_answer import done_forms, forms_of, spoke_first, voices
from huiying.responding.models import (
    Authorisation,
    ExpertExplanation,
    Interview,
    MediaInquiry,
    PressConference,
    StatutoryFiling,
)

router = Router()


# --- the register -----------------------------------------------------------------------------------------------------


@router.get("/speakers", response={200: SpeakersOut, **READS})
def speakers(request: HttpRequest) -> dict[str, Any]:
    """Who may be authorised to speak; being in the register lets nobody speak."""
    or_404(caller(request), "register.view")
    found = speaker_register()
    return {
        "days": found.days,
        "nobody": found.nobody,
        "no_deputy": found.no_deputy,
        "items": [speaker_out(row) for row in found.live],
    }


@router.post("/speakers", response={200: SpeakerOut, **NO})
def appoint(request: HttpRequest, data: SpeakerIn) -> dict[str, Any]:
    or_404(caller(request), "register.view")
    user = person(data.person, "person")
    made = registering.appoint_spokesperson(user, data.scope, data.deputy, data.trained_on, caller(request))
    return speaker_out(made)


@router.post("/speakers/{pk}/train", response={200: SpeakerOut, **NO})
def train(request: HttpRequest, pk: int, data: TrainIn) -> dict[str, Any]:
    row = _entry(request, pk)
    registering.train_spokesperson(row, data.trained_on, caller(request))
    return speaker_out(_entry(request, pk))


@router.post("/speakers/{pk}/end", response={200: SpeakerOut, **NO})
def end(request: HttpRequest, pk: int) -> dict[str, Any]:
    row = _entry(request, pk)
    registering.end_spokesperson(row, caller(request))
    return speaker_out(row)


def _entry(request: HttpRequest, pk: int) -> Spokesperson:
    or_404(caller(request), "register.view")
    return get_object_or_404(Spokesperson.objects.select_related("user__department"), pk=pk)


# --- one case ---------------------------------------------------------------------------------------------------------


@router.get("/cases/{number}/forms", response={200: FormsOut, **READS})
def forms(request: HttpRequest, number: str) -> dict[str, Any]:
    case = get_case(caller(request), number)
    found, done_ = forms_of(case), done_forms(case)
    asked = regulation_of(case.regulation).level_actions.by_level[case.level].forms
    return {
        "asked": [{"form": word, "done": word in done_} for word in asked],
        "may_speak": [{"key": one.key, "name": one.name} for one in voices(case)],
        "spoke_first": spoke_first(case),
        "speaking": [speaking_out(row, case) for row in found.authorisations],
        "experts": [expert_out(row, case) for row in found.experts],
        "conferences": [conference_out(row, case) for row in found.conferences],
        "interviews": [interview_out(row, case) for row in found.interviews],
        "inquiries": [inquiry_out(row, case) for row in found.inquiries],
        "filings": [filing_out(row) for row in found.filings],
    }


@router.post("/cases/{number}/let_speak", response={200: SpeakingOut, **NO})
def let_speak(request: HttpRequest, number: str, data: FormLetSpeakIn) -> dict[str, Any]:
    """A leader lets an entry of the register speak on this case, for one statement; never themselves."""
    case = get_case(caller(request), number)
    entry = speakers_in_force().filter(pk=data.speaker).first()
    if entry is None:
        raise Unreadable("speaker", _("发言人名册里没有这位在任的发言人。"))
    return speaking_out(speaking.authorise(case, entry, data.statement, caller(request)), case)


@router.post("/speaking/{pk}/revoke", response={200: Done, **NO})
def revoke(request: HttpRequest, pk: int, data: FormWhyIn) -> dict[str, str]:
    """What was released in this name and is not public yet never goes out."""
    row = Authorisation.objects.select_related("case").filter(pk=pk, case__isnull=False).first()
    case = _seen(request, row.case if row else None)
    assert row is not None
    speaking.revoke(row, data.why, caller(request))
    return done(case)


@router.post("/cases/{number}/experts", response={200: ExpertOut, **NO})
def plan_expert(request: HttpRequest, number: str, data: ExpertIn) -> dict[str, Any]:
    case = get_case(caller(request), number)
    row = acts.plan_expert(case, data.name, data.field, data.employer, data.topic, caller(request))
    return expert_out(row, case)


@router.post("/experts/{pk}/check", response={200: ExpertOut, **NO})
def check_expert(request: HttpRequest, pk: int, data: ConflictIn) -> dict[str, Any]:
    """利益关系核查, never by whoever proposed the expert."""
    row, case = _of_expert(request, pk)
    acts.check_conflict(row, data.free, data.statement, caller(request))
    return expert_out(_of_expert(request, pk)[0], case)


@router.post("/experts/{pk}/drop", response={200: ExpertOut, **NO})
def drop_expert(request: HttpRequest, pk: int, data: FormWhyIn) -> dict[str, Any]:
    row, case = _of_expert(request, pk)
    acts.drop_expert(row, data.why, caller(request))
    return expert_out(_of_expert(request, pk)[0], case)


@router.post("/cases/{number}/conferences", response={200: ConferenceOut, **NO})
def plan_conference(request: HttpRequest, number: str, data: ConferenceIn) -> dict[str, Any]:
    case = get_case(caller(request), number)
    row = actions_forms.plan_conference(
        case, data.topic, data.starts_at, data.place, _word(case, data.speaker), data.media, data.plan, caller(request)
    )
    return conference_out(row, case)


@router.get("/conferences/{pk}", response={200: ConferenceOut, **READS})
def conference(request: HttpRequest, pk: int) -> dict[str, Any]:
    return conference_out(*_of_conference(request, pk))


@router.post("/conferences/{pk}/edit", response={200: ConferenceOut, **NO})
def edit_conference(request: HttpRequest, pk: int, data: ConferenceIn) -> dict[str, Any]:
    row, case = _of_conference(request, pk)
    actions_forms.edit_conference(
        row, data.topic, data.starts_at, data.place, _word(case, data.speaker), data.media, data.plan, caller(request)
    )
    return conference_out(*_of_conference(request, pk))


@router.post("/conferences/{pk}/prepare", response={200: ConferenceOut, **NO})
def prepare(request: HttpRequest, pk: int, data: PrepareIn) -> dict[str, Any]:
    row, _case = _of_conference(request, pk)
    items = [{"question": item.question, "answer": item.answer} for item in data.items]
    actions_forms.prepare(row, items, caller(request))
    return conference_out(*_of_conference(request, pk))


@router.post("/conferences/{pk}/cancel", response={200: ConferenceOut, **NO})
def cancel_conference(request: HttpRequest, pk: int, data: FormWhyIn) -> dict[str, Any]:
    row, _case = _of_conference(request, pk)
    actions_forms.cancel_conference(row, data.why, caller(request))
    return conference_out(*_of_conference(request, pk))


@router.post("/cases/{number}/interviews", response={200: InterviewOut, **NO})
def plan_interview(request: HttpRequest, number: str, data: InterviewIn) -> dict[str, Any]:
    case = get_case(caller(request), number)
    word = _word(case, data.speaker)
    return interview_out(acts.plan_interview(case, data.outlet, data.outline, word, caller(request)), case)


@router.post("/interviews/{pk}/review", response={200: InterviewOut, **NO})
def review_interview(request: HttpRequest, pk: int, data: ReviewIn) -> dict[str, Any]:
    """审核提纲, never by whoever wrote it."""
    row, case = _of_interview(request, pk)
    acts.review_outline(row, data.ok, data.comment, caller(request))
    return interview_out(_of_interview(request, pk)[0], case)


@router.post("/interviews/{pk}/drop", response={200: InterviewOut, **NO})
def drop_interview(request: HttpRequest, pk: int, data: FormWhyIn) -> dict[str, Any]:
    row, case = _of_interview(request, pk)
    acts.drop_interview(row, data.why, caller(request))
    return interview_out(_of_interview(request, pk)[0], case)


@router.post("/cases/{number}/inquiries", response={200: InquiryOut, **NO})
def record_inquiry(request: HttpRequest, number: str, data: InquiryIn) -> dict[str, Any]:
    case = get_case(caller(request), number)
    row = speaking.record_inquiry(case, data.outlet, data.question, data.asked_at, caller(request))
    return inquiry_out(row, case)


@router.post("/inquiries/{pk}/answer", response={200: InquiryOut, **NO})
def answer_inquiry(request: HttpRequest, pk: int, data: AnswerInquiryIn) -> dict[str, Any]:
    """In the voice of a department in charge or of an authorised speaker; it is no public answer (INV-5)."""
    row = MediaInquiry.objects.select_related("case").filter(pk=pk).first()
    case = _seen(request, row.case if row else None)
    assert row is not None
    speaking.answer_inquiry(row, data.answer, data.spoken_by, caller(request))
    return inquiry_out(MediaInquiry.objects.get(pk=pk), case)


@router.post("/cases/{number}/filings", response={200: FilingOut, **NO})
def record_filing(request: HttpRequest, number: str, data: FilingIn) -> dict[str, Any]:
    """Starts the procedure's own clock; no public answer stops it (§2.1)."""
    case = get_case(caller(request), number)
    return filing_out(following.record_filing(case, data.channel, data.reference, data.filed_at, caller(request)))


@router.post("/filings/{pk}/answer", response={200: FilingOut, **NO})
def answer_filing(request: HttpRequest, pk: int, data: AnswerFilingIn) -> dict[str, Any]:
    rows = StatutoryFiling.objects.select_related("case", "clock")
    row = rows.filter(pk=pk).first()
    _seen(request, row.case if row else None)
    assert row is not None
    following.answer_filing(row, data.reference, caller(request))
    return filing_out(rows.get(pk=pk))


# --- gates and rows ---------------------------------------------------------------------------------------------------


def _seen(request: HttpRequest, case: Case | None) -> Case:
    """The gate of the case; what belongs to none of ours is not there."""
    if case is None:
        raise Http404
    return get_case(caller(request), case.number)


def _of_expert(request: HttpRequest, pk: int) -> tuple[ExpertExplanation, Case]:
    row = ExpertExplanation.objects.select_related("case").filter(pk=pk).first()
    case = _seen(request, row.case if row else None)
    assert row is not None
    return row, case


def _of_conference(request: HttpRequest, pk: int) -> tuple[PressConference, Case]:
    rows = PressConference.objects.select_related("case", "speaker__speaker__user", "speaker__case")
    row = rows.filter(pk=pk).first()
    case = _seen(request, row.case if row else None)
    assert row is not None
    return row, case


def _of_interview(request: HttpRequest, pk: int) -> tuple[Interview, Case]:
    rows = Interview.objects.select_related("case", "speaker__speaker__user", "speaker__case")
    row = rows.filter(pk=pk).first()
    case = _seen(request, row.case if row else None)
    assert row is not None
    return row, case


def _word(case: Case, pk: int | None) -> Authorisation | None:
    """A leader's authorisation for this case; 422 where there is none of that id."""
    if pk is None:
        return None
    row = Authorisation.objects.filter(case=case, pk=pk).first()
    if row is None:
        raise Unreadable("speaker", _("这位发言人没有就此件发言的有效授权，请局领导先授权（C12.1）。"))
    return row
