"""What the tests of releasing share: a press release at each step of its way, and who takes the steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import stories
from cast import Cast
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.responding.actions.press import decide_press, publish_press, save_press, submit_press
from huiying.responding.models import PressRelease, PressStep, PressVersion, Publication

TEXT = {
    "title": "十月起不见面开标扩大到全部房建项目",
    "facts": "10月1日起，全市房建项目全部实行不见面开标。",
    "renditions": {"portal": "10月1日起，全市房建项目全部实行不见面开标，企业不用再到现场。"},
    "basis": "《电子招标投标办法》第二十九条",
}
BOTH = {**TEXT["renditions"], "weibo": "10月1日起，全市房建项目全部实行不见面开标。"}  # type: ignore[dict-item]
NOTE = "原文的开始日期写错，应为10月8日。"
CORRECTED = {
    "renditions": {"portal": "10月8日起，全市房建项目全部实行不见面开标，企业不用再到现场。"},
    "correction_note": NOTE,
}
REVIEWERS = {"office_head": "office", "secrecy_checker": "secrecy", "deputy_leader": "deputy"}


def refused(act: Callable[[], Any]) -> str:
    """The code with which it says no; nothing was recorded."""
    before = LedgerEntry.objects.count()
    with pytest.raises(Refused) as said:
        act()
    assert LedgerEntry.objects.count() == before, "nothing was changed"
    return said.value.code


def drafted(cast: Cast, release: PressRelease | None = None, **changes: Any) -> PressVersion:
    told: dict[str, Any] = {**TEXT, "department": cast.department("BGS"), "actor": cast.editor, **changes}
    return save_press(release, **told)


def submitted(cast: Cast, **changes: Any) -> PressVersion:
    version = drafted(cast, **changes)
    return submit_press(version.release, cast.editor)


def decide(step: PressStep, actor: User, approve: bool = True, **changes: Any) -> PressStep:
    told: dict[str, Any] = {
        "approve": approve,
        "comment": "" if approve else "依据不对，请核对条文。",
        "manifest_sha256": step.version.manifest_sha256,
        "secrecy": True,
        "personal_data": True,
        "actor": actor,
    }
    return decide_press(step, **(told | changes))


def approve(cast: Cast, version: PressVersion) -> PressRelease:
    """Every step, each by the holder of its role."""
    while rows := PressVersion.objects.get(pk=version.pk).open_steps():
        for step in rows:
            decide(step, cast.people[REVIEWERS[step.role]])
    return again(version.release)


def approved(cast: Cast, **changes: Any) -> PressRelease:
    return approve(cast, submitted(cast, **changes))


def published(cast: Cast, codes: tuple[str, ...] = ("portal",), **changes: Any) -> PressRelease:
    release = approved(cast, **changes)
    publish_press(release, codes, cast.editor)
    stories.do_what_is_due()
    return again(release)


def corrected(cast: Cast) -> PressRelease:
    """Out, then corrected with a note."""
    release = published(cast)
    version = submit_press(drafted(cast, release, **CORRECTED).release, cast.editor)
    release = approve(cast, version)
    publish_press(release, ["portal"], cast.editor)
    stories.do_what_is_due()
    return again(release)


def live(release: PressRelease, target: str = "portal") -> Publication:
    return Publication.objects.filter(press__release=release, target=target, state="live").latest("id")


def again(release: PressRelease) -> PressRelease:
    return PressRelease.objects.select_related("department").get(pk=release.pk)
