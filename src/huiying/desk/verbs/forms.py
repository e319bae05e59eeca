"""Forms of answer, who may speak, media inquiries, statutory filings (C3.1, C8.3, C8.7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_answer_formats as forms
from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.handling.models import Case
from huiying.people.actions import speakers
from huiying.people.errors import Refused
from huiying.people.models import Spokesperson, User
from huiying.responding.actions import conferences, filings, inquiries, speaking
from huiying.responding.actions import forms as acts
from huiying.responding.models import Authorisation, PressConference
from huiying.responding.queries_forms import forms_of
from huiying.responding.statement_voices import valid_authorisations

Row = TypeVar("Row", bound=Model)


def _row(rows: Iterable[Row], pk: str) -> Row:
    """The record that the form named; it was there when the page was made."""
    found = next((row for row in rows if str(row.pk) == pk), None)
    if found is None:
        raise Refused(_t("这一条已经不在了，请刷新页面。"))
    return found


def _speaker(case: Case, pk: str) -> Authorisation | None:
    return _row(valid_authorisations(case), pk) if pk else None


def _authorise(case: Case, data: Cleaned, user: User) -> Any:
    entry = _row(Spokesperson.objects.filter(pk=data["speaker"]), data["speaker"])
    return speaking.authorise(case, entry, data["statement"], user)


def _plan_conference(case: Case, data: Cleaned, user: User) -> Any:
    speaker = _speaker(case, data["speaker"])
    return conferences.plan_conference(
        case, data["topic"], data["starts_at"], data["place"], speaker, data["outlets"], data["plan"], user
    )


def _edit_conference(row: PressConference, data: Cleaned, user: User) -> Any:
    assert row.case is not None
    speaker = _speaker(row.case, data["speaker"])
    return conferences.edit_conference(
        row, data["topic"], data["starts_at"], data["place"], speaker, data["outlets"], data["plan"], user
    )


VERBS: dict[str, Verb] = {
    "authorise_speaker": Verb(
        forms.AuthoriseForm,
        _authorise,
        lambda row: _t("已授权%(name)s就此件发言。") % {"name": row.speaker_name},
    ),
    "revoke_speaker": Verb(
        forms.RevokeForm,
        lambda case, data, user: speaking.revoke(_row(forms_of(case).valid, data["row"]), data["why"], user),
        _("授权已撤销，还没有发出去的不再发布。"),
    ),
    "plan_expert": Verb(
        forms.ExpertForm,
        lambda case, data, user: acts.plan_expert(
            case, data["name"], data["field"], data["employer"], data["topic"], user
        ),
        _("专家解读已登记，等另一个人核查利益关系。"),
    ),
    "check_expert": Verb(
        forms.CheckExpertForm,
        lambda case, data, user: acts.check_conflict(
            _row(forms_of(case).experts, data["row"]), data["free"] == "yes", data["statement"], user
        ),
        _("核查结果已记录。"),
    ),
    "drop_expert": Verb(
        forms.DropExpertForm,
        lambda case, data, user: acts.drop_expert(_row(forms_of(case).experts, data["row"]), data["why"], user),
        _("这次专家解读不再安排。"),
    ),
    "plan_conference": Verb(
        forms.ConferenceForm, _plan_conference, _("发布会方案已存。在“回应形式”里打开，准备问答和名单。")
    ),
    "plan_interview": Verb(
        forms.InterviewForm,
        lambda case, data, user: acts.plan_interview(
            case, data["outlet"], data["outline"], _speaker(case, data["speaker"]), user
        ),
        _("专访已登记，等另一个人审核提纲。"),
    ),
    "review_interview": Verb(
        forms.ReviewInterviewForm,
        lambda case, data, user: acts.review_outline(
            _row(forms_of(case).interviews, data["row"]), data["ok"] == "yes", data["comment"], user
        ),
        _("意见已记录。"),
    ),
    "drop_interview": Verb(
        forms.DropInterviewForm,
        lambda case, data, user: acts.drop_interview(_row(forms_of(case).interviews, data["row"]), data["why"], user),
        _("这次专访不再安排。"),
    ),
    "record_inquiry": Verb(
        forms.InquiryForm,
        lambda case, data, user: inquiries.record_inquiry(
            case, data["outlet"], data["question"], data["asked_at"], user
        ),
        _("媒体询问已登记。"),
    ),
    "answer_inquiry": Verb(
        forms.AnswerInquiryForm,
        lambda case, data, user: inquiries.answer_inquiry(
            _row(forms_of(case).inquiries, data["row"]), data["answer"], data["voice"], user
        ),
        _("答复已登记。"),
    ),
    "record_filing": Verb(
        forms.FilingForm,
        lambda case, data, user: filings.record_filing(
            case, data["channel"], data["reference"], data["filed_at"], user
        ),
        _("已登记，法定期限开始计算。公开回应不能代替它。"),
    ),
    "answer_filing": Verb(
        forms.AnswerFilingForm,
        lambda case, data, user: filings.answer_filing(
            _row(forms_of(case).own_filings, data["row"]), data["reference"], user
        ),
        _("法定答复已登记，这一件的时限停止。"),
    ),
}

# The verbs of one press conference, on its own page.
CONFERENCE_VERBS: dict[str, Verb] = {
    "edit": Verb(forms.EditConferenceForm, _edit_conference, _("方案已存。")),
    "prepare": Verb(
        forms.PrepareForm,
        lambda row, data, user: conferences.prepare(row, data["items"], user),
        _("备答问题已存。"),
    ),
    "hold": Verb(
        forms.HoldConferenceForm,
        lambda row, data, user: conferences.hold_conference(row, data["transcript"], data["proof"], user),
        _("已登记召开。发布“新闻发布会”这一条，才算公开回应。"),
    ),
    "cancel": Verb(
        forms.CancelConferenceForm,
        lambda row, data, user: conferences.cancel_conference(row, data["why"], user),
        _("发布会已取消。"),
    ),
}

# The verbs of the spokesperson register; the subject of `appoint` is the register itself (None).
SPEAKER_VERBS: dict[str, Verb] = {
    "appoint": Verb(
        forms.AppointSpeakerForm,
        lambda _none, data, user: speakers.appoint_spokesperson(
            data["person"], data["scope"], data["is_deputy"] == "yes", data["trained_on"], user
        ),
        _("已列入发言人名册。每次发言仍须局领导授权。"),
    ),
    "train": Verb(
        forms.TrainSpeakerForm,
        lambda row, data, user: speakers.train_spokesperson(row, data["trained_on"], user),
        _("培训已登记。"),
    ),
    "end": Verb(NothingForm, lambda row, data, user: speakers.end_spokesperson(row, user), _("已不再担任发言人。")),
}
