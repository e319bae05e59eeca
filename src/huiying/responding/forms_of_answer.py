"""Forms of answer: who may speak, what a conference, an expert or an interview must have before its act counts, and
reads of them, of media inquiries and of statutory filings (§4.3, C1.4, C3.1, C8.3, C8.7, C12.1).

An act of a form is a publication like any other, with a record of the form beside it. No journalist is named (INV-10).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.kernel import clock as time
from huiying.kernel.masking import mask_personal
from huiying.people.errors import Refused
from huiying.people.queries import regulation_of
from huiying.people.versions import department_name
from huiying.responding.models import (
    Authorisation,
    ExpertExplanation,
    Interview,
    MediaInquiry,
    PressConference,
    Publication,
    Revision,
    StatutoryFiling,
)

LONGEST, MOST = 60, 100
OF_A_PERSON = ("记者", "主编", "主播", "先生", "女士", "老师", "编辑：", "电话")


def outlet(text: str) -> str:
    """The name of a medium. Raises Refused where it is empty or names a person or a way to reach one."""
    name = " ".join(text.split())
    if len(name) < 2 or len(name) > LONGEST:
        raise Refused(_("请写媒体单位的名称，2 到 60 个字。"), code="outlet")
    if any(word in name for word in OF_A_PERSON) or mask_personal(name).kinds:
        raise Refused(_("“%(name)s”：只写媒体单位，不写记者的姓名和电话。") % {"name": name}, code="no_person")
    return name


def outlets(names: Iterable[str]) -> list[str]:
    """A media list, each outlet once, in the order given."""
    found = list(dict.fromkeys(outlet(name) for name in names if name.strip()))
    if len(found) > MOST:
        raise Refused(_("媒体名单最多 %(n)d 家。") % {"n": MOST}, code="too_many")
    return found


DEPARTMENT, SPEAKER = "department", "speaker"


@dataclass(frozen=True)
class Voice:
    """One choice of the draft page: `key` for a form, `written` for the record."""

    key: str
    name: str  # in the reader's language
    written: str
    department: str  # whose word it is: the case's own department, or the speaker's
    authorisation: Authorisation | None = None


def speaking_departments(case: Case) -> list[str]:
    """Names of the departments that may speak now: the lead first, then those that have found or disposed something."""
    rows = sorted((row for row in case.departments.all() if row.until is None), key=lambda row: row.pk)
    lead = [row.department.name for row in rows if row.role == "lead"]
    worked = {finding.department.name for finding in case.findings.select_related("department")}
    return list(dict.fromkeys([*lead, *(row.department.name for row in rows if row.department.name in worked)]))


def is_valid(row: Authorisation) -> bool:
    """Whether an authorisation still lets its speaker speak: not revoked, and the register's entry has not ended."""
    until = row.speaker.until
    return row.revoked_at is None and row.speaker.user.is_active and (until is None or until > time.now())


def authorisations(case: Case) -> QuerySet[Authorisation]:
    return Authorisation.objects.filter(case=case).select_related("speaker__user__department").order_by("id")


def valid_authorisations(case: Case) -> list[Authorisation]:
    """Those by which somebody may speak now: neither revoked nor outlived by the register's entry."""
    return [row for row in authorisations(case) if is_valid(row)]


def voices(case: Case) -> list[Voice]:
    """Everybody who may speak on the case now: departments first, the lead before the others."""
    found = [Voice(f"{DEPARTMENT}:{name}", department_name(name), name, name) for name in speaking_departments(case)]
    for row in valid_authorisations(case):
        own = row.speaker.user.department
        name = _("发言人 %(name)s（%(statement)s）") % {"name": row.speaker_name, "statement": row.statement}
        department = own.name if own is not None else ""
        found.append(Voice(f"{SPEAKER}:{row.pk}", name, f"发言人 {row.speaker_name}", department, row))
    return found


def voice_of(case: Case, key: str) -> Voice:
    """The voice of that key. Raises Refused where it may not speak on this case, now."""
    found = next((one for one in voices(case) if one.key == key), None)
    if found is None:
        raise Refused(
            _("这个部门或发言人现在不能就此件发声：须是主办、处置部门，或有局领导的授权（C8.3、C12.1）。"),
            code="no_voice",
        )
    return found


def still_authorised(row: Authorisation | None) -> bool:
    """Whether the speaker of a form of answer may speak for the case now, by this authorisation or by a newer one."""
    if row is None or row.case is None:
        return False
    return any(other.speaker_id == row.speaker_id for other in valid_authorisations(row.case))


def why_silenced(revision: Revision | None) -> str:
    """A text in a speaker's name goes out only while its very authorisation holds: it was approved with the text."""
    if revision is None or revision.speaker is None or is_valid(revision.speaker):
        return ""
    return _("发言人%(name)s的授权已经撤销或到期，这一稿不能发布。请局领导重新授权，再改稿送审（C12.1）。") % {
        "name": revision.speaker.speaker_name
    }


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
    elif not still_authorised(row.speaker):
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
    if row.speaker is not None and not still_authorised(row.speaker):
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
    silenced = why_silenced(row.revision)
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


# Words by which a file's form is one of the three that have a record of their own; every other form is a text that
# stands on an account of the bureau's.
OF_FORM = {
    "press_conference": ("发布会", "通报会"),
    "expert": ("专家",),
    "interview": ("专访", "采访"),
}


def form_of(word: str) -> str:
    """`press_conference`, `expert`, `interview`, or "" for a form that is a text on an account."""
    return next((form for form, marks in OF_FORM.items() if any(mark in word for mark in marks)), "")


def done_forms(case: Case) -> set[str]:
    """The words of the level's forms for which a public act with evidence stands; 「正在核实」 is no answer."""
    regulation = regulation_of(case.regulation)
    asked = regulation.level_actions.by_level[case.level].forms
    rows = Publication.objects.filter(case=case, state=Publication.LIVE)
    rows = rows.exclude(stage__in=(Revision.HOLDING, Revision.WITHDRAWAL)).select_related("platform")
    live = list(rows)
    channels = {row.channel for row in live}
    families = {row.platform.family for row in live if row.platform is not None}
    known = regulation.response.linked_channels.set
    return {word for word in asked if _done(word, channels, families, known)}


def _done(word: str, channels: set[str], families: set[str], known: tuple[str, ...]) -> bool:
    if form := form_of(word):
        return form in channels
    named = [family for family in known if family in word]
    # A form that names no account of ours, such as a reply to the asker that is published, is any public answer.
    return bool(families & set(named)) if named else bool(channels)


class Forms:
    """Everything of one case, each table read once and only where somebody asks."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def authorisations(self) -> list[Authorisation]:
        return list(authorisations(self.case))

    @property
    def valid(self) -> list[Authorisation]:
        return [row for row in self.authorisations if is_valid(row)]

    @cached_property
    def experts(self) -> list[ExpertExplanation]:
        return list(self.case.expert_explanations.select_related("publication"))

    @cached_property
    def conferences(self) -> list[PressConference]:
        rows = self.case.press_conferences.select_related("speaker__speaker__user", "speaker__case", "publication")
        return list(rows)

    @cached_property
    def interviews(self) -> list[Interview]:
        rows = self.case.interviews.select_related("speaker__speaker__user", "speaker__case", "publication")
        return list(rows)

    @cached_property
    def inquiries(self) -> list[MediaInquiry]:
        return list(self.case.media_inquiries.all())

    @cached_property
    def filings(self) -> list[StatutoryFiling]:
        """Also of cases that were merged into this one: a procedure stays under the number where it was filed."""
        rows = StatutoryFiling.objects.filter(Q(case=self.case) | Q(case__merged_into=self.case))
        return list(rows.select_related("clock__breach", "case").order_by("id"))

    @property
    def own_filings(self) -> list[StatutoryFiling]:
        return [row for row in self.filings if row.case_id == self.case.pk]

    @property
    def live_experts(self) -> list[ExpertExplanation]:
        return [row for row in self.experts if row.dropped_at is None]

    @property
    def live_interviews(self) -> list[Interview]:
        return [row for row in self.interviews if row.dropped_at is None]


def forms_of(case: Case) -> Forms:
    """The one of this case object: offers, forms and the page ask the database once together."""
    found: Forms | None = getattr(case, "_forms", None)
    if found is None:
        found = Forms(case)
        case._forms = found  # type: ignore[attr-defined]
    return found


def upcoming_conferences(now: dt.datetime) -> QuerySet[PressConference]:
    """Planned and not yet begun, the next one first: for the briefing calendar."""
    rows = PressConference.objects.filter(state=PressConference.PLANNED, starts_at__gte=now)
    return rows.select_related("case__event", "press", "speaker").order_by("starts_at", "id")


def overdue_conferences(now: dt.datetime) -> QuerySet[PressConference]:
    """Their time has come a day ago, and nobody has said whether they were held."""
    rows = PressConference.objects.filter(state=PressConference.PLANNED, starts_at__lt=now - dt.timedelta(days=1))
    return rows.select_related("case").order_by("starts_at", "id")


def first_word_at(case: Case) -> dt.datetime | None:
    """The first official word in public, 「正在核实」 included."""
    rows = Publication.objects.filter(case=case, state=Publication.LIVE)
    found: dt.datetime | None = rows.aggregate(at=Min("published_at"))["at"]
    return found


def spoke_first(case: Case) -> bool | None:
    """先发 (C1.4): whether the first official word came before the first question of a medium; None if none asked."""
    asked = min((row.asked_at for row in forms_of(case).inquiries), default=None)
    if asked is None:
        return None
    word = first_word_at(case)
    return word is not None and word <= asked


def spoke_first_of(cases: QuerySet[Case]) -> tuple[int, int]:
    """Of the cases that media asked about: in how many the bureau had spoken before, and how many there are (C1.4)."""
    asked = cases.annotate(
        asked_first=Min("media_inquiries__asked_at"),
        word_first=Min("publications__published_at", filter=Q(publications__state=Publication.LIVE)),
    ).filter(asked_first__isnull=False)
    pairs = list(asked.values_list("asked_first", "word_first"))
    return sum(word is not None and word <= first for first, word in pairs), len(pairs)
