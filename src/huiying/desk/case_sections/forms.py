"""The part of the case's page 回应 that `desk/parts/case_forms.html` shows: forms, voices, media, procedures."""

from __future__ import annotations

from typing import Any

from huiying.desk.bar import Bar
from huiying.desk.language import lang
from huiying.handling.models import Case
from huiying.people.models import User
from huiying.people.queries import regulation_of
from huiying.responding import formal
from huiying.responding.available_actions.forms import NAMES
from huiying.responding.forms_required import done_forms
from huiying.responding.models import PressConference, StatutoryFiling
from huiying.responding.queries_forms import forms_of, spoke_first
from huiying.responding.statement_voices import is_valid


def section(case: Case, user: User) -> dict[str, Any]:
    """One query a table, shared with the offers, and one for what is public."""
    found = forms_of(case)
    regulation = regulation_of(case.regulation)
    done = done_forms(case)
    asked = regulation.level_actions.by_level[case.level].forms
    return {
        "forms_asked": [(word, word in done) for word in asked],
        "forms_authorisations": [(row, is_valid(row)) for row in found.authorisations],
        "forms_experts": [(row, _dropped(row, formal.expert_lacks(row))) for row in found.experts],
        "forms_conferences": [(row, _lacking(row)) for row in found.conferences],
        "forms_interviews": [(row, _dropped(row, formal.interview_lacks(row))) for row in found.interviews],
        "forms_inquiries": found.inquiries,
        "forms_spoke_first": spoke_first(case),
        "forms_filings": [(row, filing_name(case, row)) for row in found.filings],
    }


def _dropped(row: Any, lacks: list[str]) -> list[str]:
    return [] if row.dropped_at is not None else lacks


def _lacking(row: PressConference) -> list[str]:
    return [] if row.state == PressConference.CANCELLED else formal.conference_lacks(row)


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
