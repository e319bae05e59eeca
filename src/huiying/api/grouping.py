"""Merging, splitting, keeping apart and labelling of events over REST (C5.10, C6.2, §6.1 S8)."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, Body, LabelIn, Reason, ReasonIn, caller
from huiying.handling.actions import sensitive
from huiying.judging import actions as judging
from huiying.judging.access import get_event
from huiying.judging.models import Event

router = Router()


class OtherIn(Body):
    """`number`: the other event's."""

    number: str = Field(min_length=1, max_length=30)


class ApartIn(OtherIn):
    reason: Reason


class SplitEventIn(Body):
    """`posts`: ids of the event's posts that are another matter."""

    posts: list[int] = Field(min_length=1, max_length=2000)
    reason: Reason


class EventStands(Schema):
    """The event that a verb leaves or makes, and how it stands."""

    number: str
    state: str


@router.post("/events/{number}/merge", response={200: EventStands, **NO})
def merge(request: HttpRequest, number: str, data: OtherIn) -> dict[str, str]:
    """The event goes into another one. Answers with that one."""
    user = caller(request)
    return _stands(judging.merge_events(get_event(user, number), get_event(user, data.number), user))


@router.post("/events/{number}/unmerge", response={200: EventStands, **NO})
def unmerge(request: HttpRequest, number: str) -> dict[str, str]:
    """The event stands on its own again, and the two stay apart. Nothing changes where it was not merged."""
    user = caller(request)
    return _stands(judging.unmerge(get_event(user, number), user))


@router.post("/events/{number}/split", response={200: EventStands, **NO})
def split(request: HttpRequest, number: str, data: SplitEventIn) -> dict[str, str]:
    """Answers with the new event."""
    user = caller(request)
    return _stands(judging.split_event(get_event(user, number), data.posts, data.reason, user))


@router.post("/events/{number}/keep_apart", response={200: EventStands, **NO})
def keep_apart(request: HttpRequest, number: str, data: ApartIn) -> dict[str, str]:
    user = caller(request)
    event = get_event(user, number)
    judging.keep_apart(event, get_event(user, data.number), data.reason, user)
    return _stands(event)


@router.post("/events/{number}/label", response={200: EventStands, **NO})
def label(request: HttpRequest, number: str, data: LabelIn) -> dict[str, str]:
    """标为敏感 before there is a case, at once. The caller may be one of those who then see no more of the event."""
    user = caller(request)
    event = get_event(user, number)
    sensitive.label_event(event, data.kind, data.reason, user)
    return _stands(event)


@router.post("/events/{number}/unlabel", response={200: EventStands, **NO})
def unlabel(request: HttpRequest, number: str, data: ReasonIn) -> dict[str, str]:
    """取消敏感: never by whoever set it."""
    user = caller(request)
    event = get_event(user, number)
    sensitive.unlabel_event(event, data.reason, user)
    return _stands(event)


def _stands(event: Event) -> dict[str, str]:
    event.refresh_from_db()
    return {"number": event.number, "state": event.state}
