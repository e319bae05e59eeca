"""The stream over REST: posts under the desk's filters, and search. Nothing here asks for an author (INV-10)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api.errors import Problem, Problems
from huiying.api.security import caller
from huiying.judging import stream
from huiying.judging.models import Screening
from huiying.judging.stream import Filters
from huiying.kernel.keepable import link_of
from huiying.people.permissions import may

router = Router()


class PostsAsked(Schema):
    """The filters of the desk's 来文 page. `at` is the `next` of the page before; days are of the bureau's zone."""

    q: str = Field("", max_length=100)
    band: Literal["", "hit", "suspect", "out"] = ""
    channel: str = Field("", max_length=20)
    concern: str = Field("", max_length=20)
    lead: str = Field("", max_length=20)
    level: str = Field("", max_length=20)
    rule: str = Field("", max_length=60)
    case: Literal["", "yes", "no"] = ""
    since: dt.date | None = None
    until: dt.date | None = None
    oldest: bool = False
    at: int | None = Field(None, ge=0, lt=2**63)
    limit: int = Field(50, ge=1, le=200)


class PostRow(Schema):
    """`text` is masked as it is stored; `event` is null where the post stands in none that may be shown."""

    id: int
    platform: str
    channel_class: str
    kind: str
    title: str
    text: str
    url: str
    outlet: str
    published_at: dt.datetime | None
    received_at: dt.datetime
    band: str
    concern: str
    level: str
    lead: str
    rules: list[str]
    reasons: list[str]
    event: str | None


class Behind(Schema):
    """Posts that the search index does not hold yet, and when the oldest of them came in."""

    posts: int
    since: dt.datetime | None


class PostList(Schema):
    """`next` asks for the page after; null at the end. `cut`: a search did not look at all candidates.

    `silence` says why nothing is listed: nothing (none fits), not_collected, silent, not_judged; else null.
    """

    items: list[PostRow]
    next: int | None
    cut: bool
    silence: str | None
    search_lag: Behind | None


@router.get("/stream", response={200: PostList, 401: Problem, 404: Problem, 422: Problems})
def posts(request: HttpRequest, asked: Query[PostsAsked]) -> dict[str, object]:
    """Posts as they were screened, newest first, for those who judge events. Danger to life is not among them."""
    if not may(caller(request), "event.view"):
        raise Http404
    filters = Filters(**asked.dict(exclude={"at", "limit"}))
    found = stream.posts(filters, asked.limit, asked.at)
    return {
        "items": [_row(row) for row in found.rows],
        "next": found.after,
        "cut": found.cut,
        "silence": None if found.rows else stream.silence(filters)[0].value,
        "search_lag": {"posts": found.lag.posts, "since": found.lag.since} if found.lag else None,
    }


def _row(row: Screening) -> dict[str, Any]:
    post, place = row.post, getattr(row.post, "membership", None)
    event = place.event if place is not None and place.withdrawn_at is None and not place.event.reserved else None
    told = ("platform", "channel_class", "kind", "title", "text", "url", "outlet", "published_at", "received_at")
    judged = ("band", "concern", "level", "lead", "rules", "reasons")
    return {
        "id": post.pk,
        **{name: getattr(post, name) for name in told} | {"url": link_of(post.url)},
        **{name: getattr(row, name) for name in judged},
        "event": event.number if event is not None else None,
    }
