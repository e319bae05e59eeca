"""Sources over REST, and the address to which tools send （五）C5.2, C5.6. The same gates and verbs as the desk."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from huiying.api.bodies import NO, READS, Body, Page, Problem, Problems, ReasonIn, Unreadable, caller, or_404, person
from huiying.listening import collected as listening_collected, outcomes, probing, source_queries
from huiying.listening.actions import sources as verbs
from huiying.listening.adapters import ADAPTERS
from huiying.listening.models import Post, Source, SourceCheck
from huiying.listening.reserved import without_sensitive
from huiying.people.models import User
from huiying.people.permissions import require

router = Router()
Short = Annotated[str, Field(max_length=100)]
Who = Annotated[str, Field(max_length=60)]


class SourceIn(Body):
    """`adapter` "" is found by looking. Owner and backup: `user:NAME` or `role:CODE`; "" for the posts on duty.

    A mail box: `adapter` mailbox, `url` imaps://user@host:993/folder, `password` (never given back; when editing ""
    keeps it, unless the url changes), `config` {"since": "2026-09-01"}, the first day that is read.
    """

    url: Annotated[str, Field(max_length=2000)] = ""
    name: Short = ""
    channel_class: Annotated[str, Field(min_length=1, max_length=20)]
    adapter: Annotated[str, Field(max_length=20)] = ""
    config: dict[str, Any] = Field(default_factory=dict)
    kind: Annotated[str, Field(max_length=20)] = ""
    platform: Annotated[str, Field(max_length=60)] = ""
    region: Annotated[str, Field(max_length=60)] = ""
    outlet: Short = ""
    outlet_tier: Annotated[int, Field(ge=0, le=4)] | None = None
    own_channel: bool = False
    owner: Who = ""
    backup: Who = ""
    rhythm_hours: Annotated[int, Field(ge=1, le=8760)] | None = None
    min_minutes: Annotated[int, Field(ge=verbs.FASTEST, le=verbs.SLOWEST)] = 10
    max_minutes: Annotated[int, Field(ge=verbs.FASTEST, le=verbs.SLOWEST)] = 240
    password: Annotated[str, Field(max_length=verbs.PASSWORD_CHARS, repr=False)] = ""


class LookedIn(Body):
    found: Annotated[int, Field(ge=0, le=10_000)] = 0
    note: Annotated[str, Field(max_length=300)] = ""


class SourceOut(Schema):
    """`state`: failed and unchecked are not collected, silent is reached but quiet too long, new and nothing are heard.

    `why` says in words why nothing was collected; `signing_key` comes once, when a hook is added.
    """

    id: int
    name: str
    channel_class: str
    platform: str
    adapter: str
    url: str
    region: str
    outlet: str
    outlet_tier: int | None
    own_channel: bool
    state: Literal["failed", "unchecked", "silent", "new", "nothing", "paused"]
    state_words: str
    since: dt.datetime | None
    why: str
    detail: str
    last_checked_at: dt.datetime | None
    last_success_at: dt.datetime | None
    last_new_at: dt.datetime | None
    next_look_at: dt.datetime | None
    last_new: int
    failures: int
    owner: str
    backup: str
    hook: str = ""
    signing_key: str = ""


class SourcesOut(Schema):
    count: int
    items: list[SourceOut]


class CheckOut(Schema):
    """One look: `collected` false means that nothing could be known, whatever `new` says."""

    at: dt.datetime
    outcome: str
    words: str
    collected: bool
    detail: str
    status: int | None
    items: int
    new: int
    encoding: str
    by: str

    @staticmethod
    def resolve_words(row: SourceCheck) -> str:
        return str(outcomes.WORDS.get(row.outcome, row.outcome))

    @staticmethod
    def resolve_collected(row: SourceCheck) -> bool:
        return row.outcome in outcomes.COLLECTED


class HookOut(Schema):
    new: int


@router.get("/sources", response={200: SourcesOut, **READS})
def sources(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    """Every source that is in use or paused, by class and name."""
    or_404(caller(request), "source.view")
    rows = source_queries.sources()
    part = rows[page.offset : page.offset + page.limit]
    return {"count": rows.count(), "items": [source_queries.as_row(source) for source in part]}


@router.get("/sources/{pk}", response={200: SourceOut, **READS})
def source(request: HttpRequest, pk: int) -> dict[str, Any]:
    return source_queries.as_row(_found(caller(request), pk))


@router.get("/sources/{pk}/checks", response={200: list[CheckOut], **READS})
def checks(request: HttpRequest, pk: int) -> QuerySet[SourceCheck]:
    """The latest looks, newest first."""
    return _found(caller(request), pk).checks.order_by("-id")[:100]


@router.post("/sources", response={200: SourceOut, **NO})
def add_source(request: HttpRequest, data: SourceIn) -> dict[str, Any]:
    """Take up a source; without `adapter` the address is looked at first."""
    user = caller(request)
    or_404(user, "source.view")
    _may_edit(user)
    told = _told(data)
    if not told.adapter:
        probe = probing.probe(told.url)
        found = {"adapter": probe.found.adapter, "config": probe.found.config}
        name = told.name or probe.found.reading.title or probe.platform
        told = verbs.SourceData(**{**vars(told), **found, "name": name})
    added = verbs.add_source(told, user)
    row = source_queries.as_row(added.source)
    if added.secret:
        row |= {
            "hook": f"/api/hooks/{added.source.pk}/{listening_collected.hook_address_key(added.source)}",
            "signing_key": added.secret,
        }
    return row


@router.post("/sources/{pk}/edit", response={200: SourceOut, **NO})
def edit_source(request: HttpRequest, pk: int, data: SourceIn) -> dict[str, Any]:
    found = _found(caller(request), pk)
    _may_edit(caller(request))
    told = _told(data)
    kept = {"adapter": told.adapter or found.adapter, "name": told.name or found.name}
    return source_queries.as_row(verbs.edit_source(found, verbs.SourceData(**{**vars(told), **kept}), caller(request)))


@router.post("/sources/{pk}/look", response={200: SourceOut, **NO})
def look(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Let the collector look at it next."""
    return source_queries.as_row(verbs.look_now(_found(caller(request), pk), caller(request)))


@router.post("/sources/{pk}/looked", response={200: SourceOut, **NO})
def looked(request: HttpRequest, pk: int, data: LookedIn) -> dict[str, Any]:
    """A person looked; 0 is a record too (C5.8)."""
    found = _found(caller(request), pk)
    verbs.looked_by_hand(found, data.found, data.note, caller(request))
    return source_queries.as_row(_found(caller(request), pk))


@router.post("/sources/{pk}/pause", response={200: SourceOut, **NO})
def pause(request: HttpRequest, pk: int, data: ReasonIn) -> dict[str, Any]:
    return source_queries.as_row(verbs.pause_source(_found(caller(request), pk), data.reason, caller(request)))


@router.post("/sources/{pk}/resume", response={200: SourceOut, **NO})
def resume(request: HttpRequest, pk: int) -> dict[str, Any]:
    return source_queries.as_row(verbs.resume_source(_found(caller(request), pk), caller(request)))


@router.post("/sources/{pk}/retire", response={200: SourceOut, **NO})
def retire(request: HttpRequest, pk: int, data: ReasonIn) -> dict[str, Any]:
    return source_queries.as_row(verbs.retire_source(_found(caller(request), pk), data.reason, caller(request)))


@router.post("/posts/{pk}/watch", response={200: SourceOut, **NO})
def watch(request: HttpRequest, pk: int) -> dict[str, Any]:
    """新闻跟帖 (C5.6): a source for the comments of an article; the same one where it is watched already."""
    or_404(caller(request), "source.view")
    post = without_sensitive(Post.objects.filter(pk=pk, life_safety=False)).first()
    if post is None:
        raise Http404
    return source_queries.as_row(verbs.watch_article(post, caller(request)))


@router.post(
    "/hooks/{pk}/{key}",
    response={200: HookOut, 404: Problem, 413: Problem, 422: Problems, 429: Problem},
    auth=None,
)
def hook(request: HttpRequest, pk: int, key: str) -> Any:
    """What Miniflux (signed in X-Miniflux-Signature) or changedetection.io sends; the key is part of the address."""
    signature = request.headers.get("X-Miniflux-Signature", "")
    try:
        new = listening_collected.accept_hook(pk, key, request.body, signature, request.headers.get("Content-Type", ""))
    except listening_collected.HookRefused as refused:
        if refused.status == 404:
            raise Http404 from refused
        words = {413: outcomes.TOO_LARGE, 429: outcomes.THROTTLED}[refused.status]
        return Status(refused.status, {"error": str(outcomes.WORDS[words]), "code": words})
    except outcomes.Failed as failed:
        raise Unreadable("body", str(outcomes.WORDS[failed.outcome])) from failed
    return {"new": new}


def _found(user: User, pk: int) -> Source:
    or_404(user, "source.view")
    return get_object_or_404(source_queries.sources(retired=True), pk=pk)


def _may_edit(user: User) -> None:
    """Before anything is fetched on somebody's behalf."""
    require(user, "source.edit")


def _told(data: SourceIn) -> verbs.SourceData:
    told = data.dict()
    if told["adapter"] and told["adapter"] not in ADAPTERS:
        raise Unreadable("adapter", "、".join(ADAPTERS))
    return verbs.SourceData(**told | owners(data.owner, data.backup))


def owners(owner: str, backup: str) -> dict[str, Any]:
    """Who answers for a source, as the verb takes it: `user:NAME`, `role:CODE`, or "" for the posts on duty."""
    told: dict[str, Any] = {}
    for name, value, default in zip(("owner", "backup"), (owner, backup), verbs.default_roles(), strict=True):
        kind, _colon, key = value.partition(":")
        told[name] = person(key, name) if kind == "user" else None
        told[f"{name}_role"] = "" if kind == "user" else (key or default)
    return told
