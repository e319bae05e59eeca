"""The stream over REST: posts under the desk's filters, and search. Nothing here asks for an author (INV-10)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from huiying.api.bodies import Problem, Problems, caller
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

    id: int = Field(validation_alias="post_id")
    platform: str = Field(validation_alias="post.platform")
    channel_class: str = Field(validation_alias="post.channel_class")
    kind: str = Field(validation_alias="post.kind")
    title: str = Field(validation_alias="post.title")
    text: str = Field(validation_alias="post.text")
    url: str
    outlet: str = Field(validation_alias="post.outlet")
    published_at: dt.datetime | None = Field(validation_alias="post.published_at")
    received_at: dt.datetime = Field(validation_alias="post.received_at")
    band: str
    concern: str
    level: str
    lead: str
    rules: list[str]
    reasons: list[str]
    event: str | None

    @staticmethod
    def resolve_url(row: Screening) -> str:
        return link_of(row.post.url)

    @staticmethod
    def resolve_event(row: Screening) -> str | None:
        place = getattr(row.post, "membership", None)
        shown = place is not None and place.withdrawn_at is None and not place.event.reserved
        return place.event.number if place is not None and shown else None


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
        "items": found.rows,
        "next": found.after,
        "cut": found.cut,
        "silence": None if found.rows else stream.silence(filters)[0].value,
        "search_lag": found.lag or None,
    }
