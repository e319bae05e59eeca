"""Taking posts in over REST, in the open format huiying.post/1; a bad row is named, the others are kept."""

from __future__ import annotations

from typing import Annotated, Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Body, Router, Schema
from pydantic import Field

from huiying.api.bodies import Problem, Problems, caller
from huiying.engine.post import Post, PostError, parse_post
from huiying.listening.actions import receive
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.queries import standing

router = Router()
MOST = 5000


class Rejected(Schema):
    """`row` counts from 1, as lines of a file do."""

    row: int
    field: str
    reason: str


class StreamPostsOut(Schema):
    batch: str
    received: int
    new: int
    duplicate: int
    rejected: list[Rejected]


@router.post("/posts", response={200: StreamPostsOut, 401: Problem, 409: Problem, 422: Problems})
def posts(request: HttpRequest, rows: Body[Annotated[list[Any], Field(max_length=MOST)]]) -> dict[str, object]:
    """A list of posts. Sent twice, each is kept once."""
    user = caller(request)
    _require_duty(user)
    good: list[Post] = []
    places: list[int] = []
    rejected: list[dict[str, object]] = []
    for place, row in enumerate(rows, start=1):
        try:
            good.append(_post(row))
            places.append(place)
        except PostError as error:
            rejected.append({"row": place, "field": error.field, "reason": str(error)})
    received = receive(good, how="import", actor=user)
    rejected += [{"row": places[at], "field": "", "reason": why} for at, why in received.refused.items()]
    rejected.sort(key=lambda one: cast("int", one["row"]))
    return {
        "batch": received.batch,
        "received": received.received,
        "new": received.new,
        "duplicate": received.duplicate,
        "rejected": rejected,
    }


def _post(row: Any) -> Post:
    if not isinstance(row, dict):
        raise PostError("", "一个对象", "请按 huiying.post/1 写成对象，至少有 native_id 和 text 或 title。")
    return parse_post(row)


def _require_duty(user: User) -> None:
    """Whole files of posts come through the duty desk (C5.13)."""
    if not standing(user).can("duty"):
        raise Refused(_("批量收帖须由值班岗位办理。"), code="not_permitted")
