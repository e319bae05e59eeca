"""Publishing on the bureau's accounts (C8.9). How an account is connected is not told or changed here (§6.1 S6)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, READS, caller
from huiying.handling.access import get_case
from huiying.people.queries import regulation_of
from huiying.responding import targets
from huiying.responding.access import get_publication
from huiying.responding.actions import accounts
from huiying.responding.models import Publication

router = Router()


class PublicationOut(Schema):
    """`target` is an account's code, or a form of answer. `matches`: fetched back and compared with what was approved,
    null where it could not be. `facts`: whether the text holds the facts block word for word.
    """

    id: int
    target: str
    channel: str
    family: str
    stage: str
    revision: int
    state: str
    released_at: dt.datetime
    published_at: dt.datetime | None
    url: str
    manifest_sha256: str
    matches: bool | None
    similarity: float | None
    facts: bool
    error: str


class SkewOut(Schema):
    """Of the newest release that is public anywhere; `waiting` accounts are not out yet."""

    first_at: dt.datetime = Field(validation_alias="first")
    last_at: dt.datetime = Field(validation_alias="last")
    seconds: int
    limit_seconds: int
    waiting: int
    failed: int
    over: bool

    @staticmethod
    def resolve_seconds(found: targets.Skew) -> int:
        return int(found.length.total_seconds())

    @staticmethod
    def resolve_limit_seconds(found: targets.Skew) -> int:
        return int(found.limit.total_seconds())


class PublicationsOut(Schema):
    """`families` are linked channels with a public answer; `wanted` is how many the level asks for."""

    items: list[PublicationOut]
    families: list[str]
    wanted: int
    skew: SkewOut | None


@router.get("/cases/{number}/publications", response={200: PublicationsOut, **READS})
def publications(request: HttpRequest, number: str) -> dict[str, Any]:
    """By account, the newest release first (C8.9)."""
    case = get_case(caller(request), number)
    found = targets.releases(case)
    newest = next((release.skew for release in found if release.skew is not None), None)
    return {
        "items": [_out(row, release.carries_facts[row.target]) for release in found for row in release.rows],
        "families": sorted(targets.families_live(case)),
        "wanted": regulation_of(case.regulation).response.linked_channels.min_channels[case.level],
        "skew": newest,
    }


@router.post("/publications/{pk}/retry", response={200: PublicationOut, **NO})
def retry(request: HttpRequest, pk: int) -> dict[str, Any]:
    """The same text under the same key: the other side is asked first whether it has it."""
    return _one(accounts.retry_publication(get_publication(caller(request), pk), caller(request)))


@router.post("/publications/{pk}/by_hand", response={200: PublicationOut, **NO})
def by_hand(request: HttpRequest, pk: int) -> dict[str, Any]:
    """A person posts it on the same account instead."""
    return _one(accounts.post_by_hand_instead(get_publication(caller(request), pk), caller(request)))


def _one(row: Publication) -> dict[str, Any]:
    facts = row.revision.facts if row.revision is not None else row.press.facts if row.press is not None else ""
    return _out(row, targets.carries(row.text, facts))


def _out(row: Publication, facts: bool) -> dict[str, Any]:
    names = (
        "target", "channel", "stage", "state", "released_at", "published_at", "url", "manifest_sha256", "matches",
        "similarity", "error",
    )  # fmt: skip
    return {
        "id": row.pk,
        "family": row.platform.family if row.platform is not None else "",
        "revision": row.revision.number if row.revision is not None else row.press.number if row.press else 0,
        "facts": facts,
        **{name: getattr(row, name) for name in names},
    }
