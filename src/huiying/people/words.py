"""Names of the regulation in the language of whoever reads the sentence. Records keep the Chinese name instead."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiying.people.errors import Refused
from huiying.people.versions import regulation_now
from huiying.regulation import Regulation


def in_english() -> bool:
    return (get_language() or "").startswith("en")


def display_name(regulation: Regulation, kind: str, code: str) -> str:
    """A level, role, department … by its code, or a `word` of the file. KeyError where there is none."""
    return regulation.name_of(kind, code, get_language() or "")


def department_name(name: str) -> str:
    """A department by the name that its row has."""
    return regulation_now().english_of(name) if in_english() else name


def join_names(names: Iterable[str]) -> str:
    """Names side by side in a sentence: 「甲、乙」, "A, B"."""
    return _("、").join(names)


def require_text(text: str, least: int, what: str) -> str:
    """A text that must say something. Raises Refused, naming the field and the length expected."""
    text = text.strip()
    if len(text) < least:
        raise Refused(_("请写明%(what)s，至少 %(least)d 个字。") % {"what": what, "least": least}, code="too_short")
    return text
