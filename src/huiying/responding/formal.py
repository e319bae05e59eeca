"""Forms of answer (C8.7): what a press conference, an expert or an interview must have before its act counts.

An act of a form is a publication like any other; beside it stands a record of the form, which must be complete, and
which one act alone can use. So nobody can say 「开过发布会」 without a transcript and a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from huiying.responding import statement_voices
from huiying.responding.models import ExpertExplanation, Interview, PressConference, Publication

Form = ExpertExplanation | PressConference | Interview


def expert_lacks(row: ExpertExplanation) -> list[str]:
    if row.conflict_free is None:
        return [_("专家的利益关系还没有由另一个人核查（C8.7）。")]
    return [] if row.conflict_free else [_("专家与此事有利益关系，不能由其解读。请另请一位（C8.7）。")]


def not_ready_to_hold(row: PressConference) -> list[str]:
    """What a planned conference lacks before anybody may speak there."""
    found = []
    if row.speaker is None:
        found.append(_("还没有选定发言人：须有局领导对这次发言的授权（C12.1）。"))
    elif not statement_voices.still_authorised(row.speaker):
        found.append(_("发言人的授权已经撤销或到期，请局领导重新授权（C12.1）。"))
    if not row.media:
        found.append(_("还没有媒体名单。"))
    if not row.prepared:
        found.append(_("还没有备答问题。"))
    return found


def conference_lacks(row: PressConference) -> list[str]:
    found = not_ready_to_hold(row)
    if row.state != PressConference.HELD or not row.transcript or row.evidence_id is None:
        found.append(_("发布会还没有登记召开：须有实录和照片或视频（C8.7）。"))
    return found


def interview_lacks(row: Interview) -> list[str]:
    found = []
    if row.outline_reviewed is None:
        found.append(_("采访提纲还没有由另一个人审核（C8.7）。"))
    elif not row.outline_reviewed:
        found.append(_("采访提纲没有通过审核，请改后另行登记（C8.7）。"))
    if row.speaker is not None and not statement_voices.still_authorised(row.speaker):
        found.append(_("受访发言人的授权已经撤销或到期，请局领导重新授权（C12.1）。"))
    return found


def _experts(row: Publication) -> Iterable[Form]:
    return ExpertExplanation.objects.filter(case=row.case_id, dropped_at__isnull=True)


def _conferences(row: Publication) -> Iterable[Form]:
    rows = PressConference.objects.select_related("speaker__speaker__user", "speaker__case")
    return rows.filter(case=row.case_id).exclude(state=PressConference.CANCELLED).order_by("id")


def _interviews(row: Publication) -> Iterable[Form]:
    rows = Interview.objects.select_related("speaker__speaker__user", "speaker__case")
    return rows.filter(case=row.case_id, dropped_at__isnull=True)


# Form → its records of the case, what one of them lacks, and what is said where there is none.
_FORMS: dict[str, tuple[Callable[[Publication], Iterable[Form]], Callable[[Any], list[str]]]] = {
    "expert": (_experts, expert_lacks),
    "press_conference": (_conferences, conference_lacks),
    "interview": (_interviews, interview_lacks),
}


def _nothing(form: str) -> str:
    return {
        "expert": _("还没有登记专家解读：请先登记专家，由另一个人核查利益关系（C8.7）。"),
        "press_conference": _("还没有登记新闻发布会：请先拟方案，开完登记实录和凭证（C8.7）。"),
        "interview": _("还没有登记媒体专访：请先登记媒体和提纲，由另一个人审核（C8.7）。"),
    }[form]


def _free(record: Form, row: Publication) -> bool:
    """Whether the act may use the record: its own, nobody's, or one of an act that never came about."""
    used = record.publication
    return used is None or used.pk == row.pk or used.state == Publication.FAILED


def _best(row: Publication) -> tuple[Form | None, list[str]]:
    """The record of the form that fits the act: the first complete one, else the newest with what it lacks."""
    records, lacks = _FORMS[row.channel]
    found = [record for record in records(row) if _free(record, row)]
    complete = next((record for record in found if not lacks(record)), None)
    if complete is not None:
        return complete, []
    return (found[-1], lacks(found[-1])) if found else (None, [_nothing(row.channel)])


def why_incomplete(row: Publication) -> list[str]:
    """What an act by hand still lacks: its speaker's authorisation, and the record of its form where it is one."""
    silenced = statement_voices.why_silenced(row.revision)
    lacking = _best(row)[1] if row.channel in _FORMS else []
    return [*([silenced] if silenced else []), *lacking]


def link(row: Publication) -> Form | None:
    """The act and its record belong together from now on; returned for the ledger. Called where nothing is lacking."""
    if row.channel not in _FORMS:
        return None
    record, _lacks = _best(row)
    assert record is not None
    if record.publication_id != row.pk:
        record.publication = row
        record.save(update_fields=["publication"])
    return record
