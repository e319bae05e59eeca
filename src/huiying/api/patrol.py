"""Patrol, coverage, the emergency watch and hand-overs over REST （五）C5.1, C5.8–C5.10. Ticks go one by one."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from pydantic import Field

from huiying.api.bodies import NO, READS, Body, DepartmentCode, Username, caller, department, or_404, person
from huiying.handling import handover
from huiying.handling.actions import reconciling, reconciling as acts_reconciling
from huiying.handling.models import Handover, OutsideItem, OutsideList
from huiying.judging import coverage as judging_coverage, coverage as lateness
from huiying.kernel import clock
from huiying.listening import coverage, patrol
from huiying.listening.actions import patrolling as acts
from huiying.listening.models import EmergencyWatch, PatrolCard, PatrolPoint, Post

router = Router()


class TickIn(Body):
    """`text`: the link or words of what was found; `note`: why a place could not be reached."""

    result: Literal["nil", "found", "unreachable"]
    note: Annotated[str, Field(max_length=500)] = ""
    text: Annotated[str, Field(max_length=20000)] = ""


class PointIn(Body):
    name: Annotated[str, Field(min_length=2, max_length=100)]
    channel_class: Annotated[str, Field(max_length=20)]
    url: Annotated[str, Field(max_length=500)] = ""
    what: Annotated[str, Field(max_length=200)] = ""
    owner: DepartmentCode
    backup: DepartmentCode


class PatrolWhyIn(Body):
    why: Annotated[str, Field(max_length=300)]


class EmergencyIn(Body):
    """`every_minutes` at most what the regulation gives."""

    what: Annotated[str, Field(max_length=300)]
    words: list[Annotated[str, Field(max_length=40)]] = Field(default=[], max_length=60)
    every_minutes: int | None = None


class GiveIn(Body):
    remarks: Annotated[str, Field(max_length=2000)] = ""


class PatrolBeginIn(Body):
    incoming: Username


class PatrolCardOut(Schema):
    id: int
    point: int = Field(validation_alias="point_id")
    name: str = Field(validation_alias="point.name")
    channel_class: str = Field(validation_alias="point.channel_class")
    opens_at: dt.datetime
    due_at: dt.datetime
    result: str
    late: bool = Field(validation_alias="is_late")
    ticked_at: dt.datetime | None
    ticked_by: str


class PointOut(Schema):
    id: int
    name: str
    channel_class: str
    url: str
    owner: str = Field(validation_alias="owner.code")
    backup: str = Field(validation_alias="backup.code")


class CellOut(Schema):
    opens_at: dt.datetime = Field(validation_alias="window.opens_at")
    state: str
    counts: dict[str, int]

    @staticmethod
    def resolve_counts(cell: coverage.Cell) -> dict[str, int]:
        return dict(cell.counts)


class ClassOut(Schema):
    channel_class: str = Field(validation_alias="name")
    required: bool
    sources: int
    note: str
    windows: list[CellOut] = Field(validation_alias="cells")

    @staticmethod
    def resolve_sources(row: coverage.ClassRow) -> int:
        return len(row.sources)

    @staticmethod
    def resolve_note(row: coverage.ClassRow) -> str:
        return row.note.reason if row.note else ""


class EmergencyOut(Schema):
    id: int
    what: str
    words: list[str]
    every_minutes: int
    declared_at: dt.datetime
    ended_at: dt.datetime | None


class ListIn(Body):
    """`text`: a line an item, with or without its address."""

    body: Annotated[str, Field(max_length=100)]
    period_from: dt.date
    period_to: dt.date
    text: Annotated[str, Field(max_length=200000)]


class DecideLineIn(Body):
    """`post`: the id of the post that it is, where it is not the suggested one."""

    state: Literal["heard", "missed", "not_ours"]
    post: int | None = None
    cause: Annotated[str, Field(max_length=200)] = ""


class ListOut(Schema):
    id: int
    body: str
    period_from: dt.date
    period_to: dt.date


class ReconcileOut(Schema):
    """`rate` is null while nothing was decided; `interval` is Wilson's at 95 %."""

    n: int
    missed: int
    rate: float | None
    interval: tuple[float, float] | None
    lists: list[ListOut]


class LineOut(Schema):
    id: int
    position: int
    text: str
    url: str
    suggested_id: int | None
    similarity: float
    state: str
    post_id: int | None
    cause: str


class HandoverOut(Schema):
    id: int
    changes_at: dt.datetime
    outgoing: str
    incoming: str
    gave_at: dt.datetime | None
    took_at: dt.datetime | None
    sheet_sha256: str
    sheet: dict[str, Any]


@router.get("/patrol", response={200: list[PatrolCardOut], **READS})
def cards(request: HttpRequest) -> list[PatrolCard]:
    """What is to be looked at now, and what was missed in the last day."""
    or_404(caller(request), "patrol.view")
    return patrol.cards_to_do(clock.now())


@router.post("/patrol/{pk}/tick", response={200: PatrolCardOut, **NO})
def tick(request: HttpRequest, pk: int, data: TickIn) -> PatrolCard:
    or_404(caller(request), "patrol.view")
    card = get_object_or_404(PatrolCard, pk=pk)
    return acts.tick(card, data.result, caller(request), note=data.note, text=data.text)


@router.get("/coverage", response={200: list[ClassOut], **READS})
def matrix(request: HttpRequest) -> tuple[coverage.ClassRow, ...]:
    """Every class of the regulation, watched or not."""
    or_404(caller(request), "patrol.view")
    return coverage.matrix().rows


class PatrolSpreadOut(Schema):
    """Hours from publication to the desk; null without a post."""

    n: int
    p50: float | None
    p90: float | None


class LatencyOut(Schema):
    channel_class: str
    day: PatrolSpreadOut
    night: PatrolSpreadOut
    untimed: int


class TopicOut(Schema):
    """`hits`: posts of ninety days by channel class. No rule: nothing looks for it."""

    category: str
    rules: int
    to_review: int
    hits: dict[str, int]


@router.get("/coverage/topics", response={200: list[TopicOut], **READS})
def topics(request: HttpRequest) -> list[dict[str, Any]]:
    """Every business category, with rules or without (C5.11)."""
    or_404(caller(request), "patrol.view")
    found = judging_coverage.matrix()
    return [
        {
            "category": row.category,
            "rules": row.rules,
            "to_review": row.to_review,
            "hits": dict(zip(found.channels, row.hits, strict=True)),
        }
        for row in found.rows
    ]


@router.get("/latency", response={200: list[LatencyOut], **READS})
def latency(request: HttpRequest) -> tuple[lateness.ClassLatency, ...]:
    """Thirty days, by channel class, by day and by night (C5.12, C5.17)."""
    or_404(caller(request), "patrol.view")
    return lateness.latency().rows


@router.post("/patrol/points", response={200: PointOut, **NO})
def add_point(request: HttpRequest, data: PointIn) -> PatrolPoint:
    or_404(caller(request), "patrol.view")
    told = data.dict() | {name: department(getattr(data, name), name) for name in ("owner", "backup")}
    return acts.add_point(**told, actor=caller(request))


@router.post("/patrol/points/{pk}/retire", response={200: PointOut, **NO})
def retire(request: HttpRequest, pk: int, data: PatrolWhyIn) -> PatrolPoint:
    or_404(caller(request), "patrol.view")
    point = get_object_or_404(PatrolPoint.objects.select_related("owner", "backup"), pk=pk)
    acts.retire_point(point, data.why, caller(request))
    return point


@router.post("/patrol/emergency", response={200: EmergencyOut, **NO})
def declare(request: HttpRequest, data: EmergencyIn) -> EmergencyWatch:
    or_404(caller(request), "patrol.view")
    return acts.declare_emergency(data.what, data.words, caller(request), every_minutes=data.every_minutes)


@router.post("/patrol/emergency/end", response={200: EmergencyOut, **NO})
def end(request: HttpRequest, data: PatrolWhyIn) -> EmergencyWatch:
    or_404(caller(request), "patrol.view")
    watch = patrol.emergency()
    if watch is None:
        raise Http404
    acts.end_emergency(watch, data.why, caller(request))
    return EmergencyWatch.objects.get(pk=watch.pk)


@router.get("/reconcile", response={200: ReconcileOut, **READS})
def reconcile(request: HttpRequest) -> dict[str, Any]:
    """Lists from outside, and of the lines that were ours how many we had missed (C5.16)."""
    or_404(caller(request), "reconcile.decide")
    rate = reconciling.missed_rate()
    return {
        "n": rate.n,
        "missed": rate.missed,
        "rate": rate.rate,
        "interval": rate.interval,
        "lists": reconciling.lists(),
    }


@router.post("/reconcile", response={200: ListOut, **NO})
def take_list(request: HttpRequest, data: ListIn) -> OutsideList:
    or_404(caller(request), "reconcile.decide")
    return acts_reconciling.take_list(data.body, data.period_from, data.period_to, data.text, caller(request))


@router.get("/reconcile/{pk}", response={200: list[LineOut], **READS})
def lines(request: HttpRequest, pk: int) -> list[OutsideItem]:
    or_404(caller(request), "reconcile.decide")
    return list(OutsideItem.objects.filter(list_id=pk))


@router.post("/reconcile/lines/{pk}/decide", response={200: LineOut, **NO})
def decide(request: HttpRequest, pk: int, data: DecideLineIn) -> OutsideItem:
    or_404(caller(request), "reconcile.decide")
    item = get_object_or_404(OutsideItem, pk=pk)
    post = Post.objects.filter(pk=data.post).first() if data.post else None
    return acts_reconciling.decide_item(item, data.state, caller(request), post=post, cause=data.cause)


@router.get("/handovers", response={200: list[HandoverOut], **READS})
def handovers(request: HttpRequest) -> list[dict[str, Any]]:
    or_404(caller(request), "handover.view")
    return [_handover(request, row) for row in Handover.objects.select_related("outgoing", "incoming")[:30]]


@router.post("/handovers", response={200: HandoverOut, **NO})
def begin(request: HttpRequest, data: PatrolBeginIn) -> dict[str, Any]:
    or_404(caller(request), "handover.view")
    return _handover(request, handover.begin_handover(person(data.incoming, "incoming"), caller(request)))


@router.post("/handovers/{pk}/give", response={200: HandoverOut, **NO})
def give(request: HttpRequest, pk: int, data: GiveIn) -> dict[str, Any]:
    return _handover(request, handover.give(_the_handover(request, pk), data.remarks, caller(request)))


@router.post("/handovers/{pk}/take", response={200: HandoverOut, **NO})
def take(request: HttpRequest, pk: int) -> dict[str, Any]:
    return _handover(request, handover.take(_the_handover(request, pk), caller(request)))


def _the_handover(request: HttpRequest, pk: int) -> Handover:
    or_404(caller(request), "handover.view")
    return get_object_or_404(Handover, pk=pk)


def _handover(request: HttpRequest, row: Handover) -> dict[str, Any]:
    return {
        "id": row.pk,
        "changes_at": row.changes_at,
        "outgoing": row.outgoing.username,
        "incoming": row.incoming.username,
        "gave_at": row.gave_at,
        "took_at": row.took_at,
        "sheet_sha256": row.sheet_sha256,
        "sheet": row.sheet and {**row.sheet, "sections": handover.shown_to(caller(request), row.sheet)},
    }
