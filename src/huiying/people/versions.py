"""The regulation in force. A case is judged by what was in force at its first_known_at (C14.1)."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

from huiying.kernel import canonical, clock
from huiying.people.models import RegulationVersion
from huiying.regulation import loader
from huiying.regulation.regulation import Regulation


@lru_cache(maxsize=32)
def _parsed(sha256: str, text: str) -> Regulation:
    return loader.loads(text, source=f"regulation {sha256[:12]}")


def parsed(text: str) -> Regulation:
    """A regulation's text, read and checked once a process. Raises RegulationError where the text is wrong."""
    return _parsed(canonical.sha256(text), text)


@lru_cache(maxsize=4)
def _built_in(name: str) -> Regulation:
    return loader.load(name)


def version_at(at: dt.datetime) -> RegulationVersion | None:
    """The version whose effective_from is the latest not after `at`'s date in the bureau's zone; None before the first.

    Between two versions with one date the one adopted later counts.
    """
    latest = RegulationVersion.objects.order_by("-effective_from", "-adopted_at").first()
    if latest is None:
        return None
    local = at.astimezone(regulation_of(latest).zone).date()
    if latest.effective_from <= local:
        return latest
    found = (
        RegulationVersion.objects.filter(effective_from__lte=local).order_by("-effective_from", "-adopted_at").first()
    )
    # Before the first version took effect there is nothing older to judge by: the first one is used and shown.
    return found or RegulationVersion.objects.order_by("effective_from", "adopted_at").first()


def regulation_of(version: RegulationVersion) -> Regulation:
    return _parsed(version.sha256, version.text)


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
