"""A template's named blanks 【请填：…】 are filled in or the draft does not go out."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.people.words import join_names
from huiying.responding.models import Revision

BLANK = re.compile(r"【请填：([^】\n]{1,40})】")


def open_blanks(text: str) -> list[str]:
    """The names of the blanks that still stand in a text, each once, in reading order."""
    return list(dict.fromkeys(name.strip() for name in BLANK.findall(text)))


def why(case: Case, revision: Revision) -> list[str]:
    texts = [revision.title, revision.question, revision.facts, revision.basis, *revision.renditions.values()]
    found = open_blanks("\n".join(texts))
    if not found:
        return []
    return [_("模板里还有没填的空：%(names)s。请填上，或删去那一句。") % {"names": join_names(found)}]
