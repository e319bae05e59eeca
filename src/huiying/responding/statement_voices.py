"""Whose voice a statement may have (C8.3, C12.1): a department in charge or disposing, or an authorised speaker."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.kernel import clock as time
from huiying.people.errors import Refused
from huiying.people.words import department_name
from huiying.responding.models import Authorisation, Revision

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
