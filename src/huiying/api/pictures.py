"""How an event spread, what people say of it and how hot it is, over REST: the figures behind the event's page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api.bodies import Problem, Problems, caller
from huiying.judging import heat as heats, material, spread
from huiying.judging.access import get_event
from huiying.judging.material import Material
from huiying.judging.models import Event

router = Router()


class EdgeOut(Schema):
    """Posts by their number here; an `inferred` edge carries how sure it is and must be shown as inferred."""

    child: int
    parent: int
    confidence: float | None
    inferred: bool
    evidence: str


class NodeOut(Schema):
    """`place`: an institution by name, everybody else by platform; `below`: posts that came from it."""

    post: int
    place: str
    is_outlet: bool
    tier: int | None
    own: bool
    at: dt.datetime
    depth: int
    below: int
    folded: int


class PicturePlatformOut(Schema):
    name: str
    posts: int
    first_at: dt.datetime
    hours: list[tuple[dt.datetime, int]]


class TierOut(Schema):
    tier: int
    outlets: list[str]
    posts: int
    first_at: dt.datetime


class FollowingOut(Schema):
    """跟帖情况. None: no post brought the figure."""

    comments: int | None
    reposts: int | None
    unknown: int
    comments_heard: int
    reposts_heard: int
    copies: int


class FirstOut(Schema):
    post: int
    place: str
    channel: str
    at: dt.datetime
    timed: bool
    url: str


class PictureSpreadOut(Schema):
    """`rest`: posts by place that are not among `nodes`; `unread`: posts that were only counted."""

    first: FirstOut | None
    last_at: dt.datetime | None
    posts: int
    depth: int
    explicit: int
    inferred: int
    lone: int
    outside: int
    unread: int
    platforms: list[PicturePlatformOut]
    tiers: list[TierOut]
    nodes: list[NodeOut]
    edges: list[EdgeOut]
    rest: list[tuple[str, int]]
    following: FollowingOut


class ViewOut(Schema):
    """`quote` is masked and bears no name; `copies` of `posts` repeat another one."""

    words: list[str]
    posts: int
    copies: int
    share: float
    quote: str
    tag: str


class ViewsOut(Schema):
    """`enough` is false where too few people spoke to group anything; the shares and `rest_share` add up to 1."""

    n: int
    read: int
    groups: list[ViewOut]
    rest: int
    rest_share: float
    enough: bool


class PictureHeatOut(Schema):
    """`total` is the sum of the four `terms`; `volume` is the first of them by channel class."""

    at: dt.datetime
    total: float
    terms: dict[str, float]
    volume: dict[str, float]
    posts: dict[str, float]
    significance: float
    engaged: float


class CurveOut(Schema):
    """`now` and `peak` are None without posts; `hours` oldest first, the last of them now."""

    now: PictureHeatOut | None
    peak: PictureHeatOut | None
    rise: float | None
    hours: list[PictureHeatOut]


class HoursAsked(Schema):
    hours: int = Field(heats.HOURS, ge=1, le=heats.HOURS)


@router.get("/events/{number}/spread", response={200: PictureSpreadOut, 401: Problem, 404: Problem})
def event_spread(request: HttpRequest, number: str) -> Any:
    """First seen, platforms, outlets, and which post came from which. Posts and outlets only."""
    _event, read = _read(request, number)
    return spread.spread_of(read)


@router.get("/events/{number}/views", response={200: ViewsOut, 401: Problem, 404: Problem})
def event_views(request: HttpRequest, number: str) -> Any:
    """What people say, in groups; nothing of a danger to life."""
    event, read = _read(request, number)
    return material.views_of(read, quoting=not event.reserved)


@router.get("/events/{number}/heat", response={200: CurveOut, 401: Problem, 404: Problem, 422: Problems})
def event_heat(request: HttpRequest, number: str, asked: Query[HoursAsked]) -> Any:
    """The heat at the end of each hour with every term."""
    _event, read = _read(request, number)
    found = heats.heat_curve(read, asked.hours)
    return {
        "now": found[-1] if found else None,
        "peak": heats.peak(found),
        "rise": heats.rises(found),
        "hours": found,
    }


def _read(request: HttpRequest, number: str) -> tuple[Event, Material]:
    """Raises Http404 for whoever may not see the event."""
    found = get_event(caller(request), number)
    return found, material.of_event(found)
