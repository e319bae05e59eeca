"""The regulation in force, and its names in the reader's language. A case is judged by what was in force at its
first_known_at C14.1; records keep the Chinese names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import get_language, gettext as _

from huiying.kernel import canonical, clock
from huiying.people.errors import Refused
from huiying.people.models import RegulationVersion
from huiying.regulation import loader
from huiying.regulation.regulation import Regulation

# Every verb and every page asks for the regulation, and its text is long: a version's text is fetched and read once a
# process, known by its hash.
KEPT = 32
_read: dict[str, Regulation] = {}


def _reading(sha256: str, text: str) -> Regulation:
    made = loader.loads(text, source=f"regulation {sha256[:12]}")
    while len(_read) >= KEPT:
        _read.pop(next(iter(_read), ""), None)
    _read[sha256] = made
    return made


def already_read(regulation: Regulation) -> None:
    """Whoever read a file hands it over, so that it is not read once more."""
    _read[regulation.sha256] = regulation


def parsed(text: str) -> Regulation:
    """A regulation's text, read and checked once a process. Raises RegulationError where the text is wrong."""
    sha256 = canonical.sha256(text)
    return _read.get(sha256) or _reading(sha256, text)


@lru_cache(maxsize=4)
def _built_in(name: str) -> Regulation:
    return loader.load(name)


def version_at(at: dt.datetime) -> RegulationVersion | None:
    """The version whose effective_from is the latest not after `at`'s date in the bureau's zone; None before the first.

    Between two versions with one date the one adopted later counts.
    """
    versions = RegulationVersion.objects.only("id", "sha256", "effective_from", "name")
    latest = versions.order_by("-effective_from", "-adopted_at").first()
    if latest is None:
        return None
    local = at.astimezone(regulation_of(latest).zone).date()
    if latest.effective_from <= local:
        return latest
    found = versions.filter(effective_from__lte=local).order_by("-effective_from", "-adopted_at").first()
    # Before the first version took effect there is nothing older to judge by: the first one is used and shown.
    return found or versions.order_by("effective_from", "adopted_at").first()


def regulation_of(version: RegulationVersion) -> Regulation:
    """The version's content. Its text is loaded only where this process has not read it yet."""
    return _read.get(version.sha256) or _reading(version.sha256, version.text)


def regulation_by(sha256: str) -> Regulation:
    """The version that has this hash; asked of the database once a process. DoesNotExist where there is none."""
    return _read.get(sha256) or regulation_of(RegulationVersion.objects.get(sha256=sha256))


def regulation_at(at: dt.datetime) -> tuple[RegulationVersion, Regulation]:
    version = version_at(at)
    if version is None:
        raise LookupError("no regulation has been adopted yet; run `huiying run` once, it adopts the built-in one")
    return version, regulation_of(version)


def regulation_now() -> Regulation:
    version = version_at(clock.now())
    return _built_in(settings.REGULATION) if version is None else regulation_of(version)


def zone() -> ZoneInfo:
    """The zone in which times are shown and days are counted."""
    return regulation_now().zone


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
