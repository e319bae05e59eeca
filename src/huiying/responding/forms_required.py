"""Which forms of answer the level asks for (§4.3, C8.7), and which of them the case really has."""

from __future__ import annotations

from huiying.handling.models import Case
from huiying.people.queries import regulation_of
from huiying.responding.models import Publication, Revision

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
