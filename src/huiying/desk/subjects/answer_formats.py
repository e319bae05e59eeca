"""Forms of answer, who may speak, media inquiries, statutory filings (C3.1, C8.3, C8.7): verbs, sentences, and the
part of the case's page 回应 (`desk/parts/case_forms.html`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _t, gettext_lazy as _, pgettext_lazy

from huiying.desk.bar import Bar, Cleaned, NothingForm, Verb
from huiying.desk.language import lang
from huiying.desk.subjects import answer_format_forms as forms
from huiying.handling.models import Case
from huiying.people.actions import registers
from huiying.people.errors import Refused
from huiying.people.models import Spokesperson, User
from huiying.people.queries import regulation_of
from huiying.responding import forms_of_answer
from huiying.responding.actions import following, forms as actions_forms, forms as acts, speaking
from huiying.responding.available_actions.answering import NAMES
from huiying.responding.forms_of_answer import done_forms, forms_of, is_valid, spoke_first, valid_authorisations
from huiying.responding.models import Authorisation, PressConference, StatutoryFiling

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
    return actions_forms.plan_conference(
        case, data["topic"], data["starts_at"], data["place"], speaker, data["outlets"], data["plan"], user
    )


def _edit_conference(row: PressConference, data: Cleaned, user: User) -> Any:
    assert row.case is not None
    speaker = _speaker(row.case, data["speaker"])
    return actions_forms.edit_conference(
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
        lambda case, data, user: speaking.record_inquiry(
            case, data["outlet"], data["question"], data["asked_at"], user
        ),
        _("媒体询问已登记。"),
    ),
    "answer_inquiry": Verb(
        forms.AnswerInquiryForm,
        lambda case, data, user: speaking.answer_inquiry(
            _row(forms_of(case).inquiries, data["row"]), data["answer"], data["voice"], user
        ),
        _("答复已登记。"),
    ),
    "record_filing": Verb(
        forms.FilingForm,
        lambda case, data, user: following.record_filing(
            case, data["channel"], data["reference"], data["filed_at"], user
        ),
        _("已登记，法定期限开始计算。公开回应不能代替它。"),
    ),
    "answer_filing": Verb(
        forms.AnswerFilingForm,
        lambda case, data, user: following.answer_filing(
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
        lambda row, data, user: actions_forms.prepare(row, data["items"], user),
        _("备答问题已存。"),
    ),
    "hold": Verb(
        forms.HoldConferenceForm,
        lambda row, data, user: actions_forms.hold_conference(row, data["transcript"], data["proof"], user),
        _("已登记召开。发布“新闻发布会”这一条，才算公开回应。"),
    ),
    "cancel": Verb(
        forms.CancelConferenceForm,
        lambda row, data, user: actions_forms.cancel_conference(row, data["why"], user),
        _("发布会已取消。"),
    ),
}

# The verbs of the spokesperson register; the subject of `appoint` is the register itself (None).
SPEAKER_VERBS: dict[str, Verb] = {
    "appoint": Verb(
        forms.AppointSpeakerForm,
        lambda _none, data, user: registers.appoint_spokesperson(
            data["person"], data["scope"], data["is_deputy"] == "yes", data["trained_on"], user
        ),
        _("已列入发言人名册。每次发言仍须局领导授权。"),
    ),
    "train": Verb(
        forms.TrainSpeakerForm,
        lambda row, data, user: registers.train_spokesperson(row, data["trained_on"], user),
        _("培训已登记。"),
    ),
    "end": Verb(NothingForm, lambda row, data, user: registers.end_spokesperson(row, user), _("已不再担任发言人。")),
}


SENTENCES: dict[str, Any] = {
    "speaker.appointed": _("%(name)s列入发言人名册：%(scope)s"),
    "speaker.trained": _("发言人%(name)s参加培训（%(trained_on)s）"),
    "speaker.ended": _("%(name)s不再担任发言人"),
    "speaker.authorised": _("授权发言人%(name)s：%(statement)s"),
    "speaker.revoked": _("撤销发言人%(name)s的授权"),
    "expert.planned": _("登记专家解读：%(topic)s（%(employer)s）"),
    "expert.checked": _("核查专家（%(employer)s）：%(free)s"),
    "expert.dropped": _("不再安排专家解读（%(employer)s）"),
    "conference.planned": _("拟新闻发布会方案：%(topic)s"),
    "conference.changed": _("改新闻发布会方案：%(topic)s"),
    "conference.prepared": _("为新闻发布会准备 %(questions)s 个备答问题"),
    "conference.held": _("召开新闻发布会：%(topic)s（发言人%(speaker)s）"),
    "conference.cancelled": _("取消新闻发布会：%(topic)s"),
    "interview.planned": _("登记%(outlet)s专访"),
    "interview.reviewed": _("审核%(outlet)s专访的提纲：%(ok)s"),
    "interview.dropped": _("不再安排%(outlet)s专访"),
    "media.asked": _("%(outlet)s来询问"),
    "media.answered": _("答复%(outlet)s的询问（%(voice)s）"),
    "statutory.filed": _("已依法提出%(channel)s：%(reference)s"),
    "statutory.answered": _("%(channel)s %(reference)s 已作法定答复：%(answer)s"),
}
WORDS: dict[str, Any] = {
    "没有利益关系": pgettext_lazy("expert", "没有利益关系"),
    "有利益关系": pgettext_lazy("expert", "有利益关系"),
}


def section(case: Case, user: User) -> dict[str, Any]:
    """One query a table, shared with the offers, and one for what is public."""
    found = forms_of(case)
    regulation = regulation_of(case.regulation)
    done = done_forms(case)
    asked = regulation.level_actions.by_level[case.level].forms
    return {
        "forms_asked": [(word, word in done) for word in asked],
        "forms_authorisations": [(row, is_valid(row)) for row in found.authorisations],
        "forms_experts": [(row, _dropped(row, forms_of_answer.expert_lacks(row))) for row in found.experts],
        "forms_conferences": [(row, _lacking(row)) for row in found.conferences],
        "forms_interviews": [(row, _dropped(row, forms_of_answer.interview_lacks(row))) for row in found.interviews],
        "forms_inquiries": found.inquiries,
        "forms_spoke_first": spoke_first(case),
        "forms_filings": [(row, filing_name(case, row)) for row in found.filings],
    }


def _dropped(row: Any, lacks: list[str]) -> list[str]:
    return [] if row.dropped_at is not None else lacks


def _lacking(row: PressConference) -> list[str]:
    return [] if row.state == PressConference.CANCELLED else forms_of_answer.conference_lacks(row)


def filing_name(case: Case, row: StatutoryFiling) -> str:
    regulation = regulation_of(case.regulation)
    known = row.channel in regulation.response.statutory_channels
    return regulation.name_of("statutory", row.channel, lang()) if known else row.channel


def own_bar(bar: Bar) -> Bar:
    """The section's verbs in a bar of their own, taken out of the page's: what carries the answer on stays there."""
    own = Bar(
        may=[action for action in bar.may if action.name in NAMES],
        may_not=[action for action in bar.may_not if action.name in NAMES],
    )
    bar.may = [action for action in bar.may if action.name not in NAMES]
    bar.may_not = [action for action in bar.may_not if action.name not in NAMES]
    return own
