"""来文: every post under filters in the address, and 查找 by words. Never by author (INV-10)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from huiying.desk.context import of
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.rows import case_rows
from huiying.desk.templatetags.desk import local
from huiying.engine.post import CHANNEL_CLASSES, UNCLASSIFIED
from huiying.handling.queries import cases_for
from huiying.judging import stream
from huiying.judging.models import Screening
from huiying.judging.stream import Filters, Silence
from huiying.kernel.keepable import day_of
from huiying.kernel.wording import phrases
from huiying.listening import queries as listening
from huiying.listening.searching import SEARCH_CHARS, TAIL
from huiying.people.models import Department
from huiying.people.permissions import may
from huiying.people.queries import standing
from huiying.regulation import Regulation

A_PAGE = 30
WORDS = ("q", "band", "channel", "concern", "lead", "level", "rule", "state", "case")
LONGEST = 100


@dataclass
class Read:
    """What an address asks for; `wrong` are sentences about what in it could not be read, and was left out."""

    filters: Filters
    wrong: list[str] = field(default_factory=list)


def read(request: HttpRequest) -> Read:
    """The filters of an address. A day that is none is named, the rest still counts."""
    wrong: list[str] = []
    days: dict[str, dt.date | None] = {}
    for name, word in (("since", _("从哪天")), ("until", _("到哪天"))):
        text = request.GET.get(name, "").strip()
        days[name] = day_of(text)
        if text and days[name] is None:
            wrong.append(_("“%(field)s”应写成 2026-09-14 这样的日期，已不按它筛选。") % {"field": word})
    words: dict[str, Any] = {name: request.GET.get(name, "").strip()[:LONGEST] for name in WORDS}
    filters = Filters(**words, since=days["since"], until=days["until"], oldest=request.GET.get("sort") == "oldest")
    return Read(filters, wrong)


@staff()
def posts(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "event.view")
    asked = read(request)
    regulation = standing(request.user).regulation
    at = request.GET.get("at", "")
    found = stream.posts(asked.filters, A_PAGE, int(at) if at.isdecimal() and len(at) < 19 else None)
    context = {
        "rows": [row_of(row, asked.filters) for row in found.rows],
        "found": found,
        "chosen": asked.filters,
        "wrong": asked.wrong,
        "turned": bool(at),
        "bands": bands(),
        "channels": [*CHANNEL_CLASSES, UNCLASSIFIED],
        "lag": found.lag,
        "read_at_once": TAIL,
        "waits_since": listening.waiting_since(),
        **choices(regulation),
    }
    if not found.rows:
        context["empty"] = silent(request, asked.filters)
    return render(request, "desk/posts.html", context)


def choices(regulation: Regulation) -> dict[str, Any]:
    """What the filter form offers, for posts and events alike."""
    return {
        "levels": regulation.levels,
        "concerns": regulation.concerns,
        "departments": Department.objects.filter(is_active=True).order_by("code").values_list("code", flat=True),
    }


def bands() -> list[tuple[str, str]]:
    """The three bands and their words."""
    return [(Screening.HIT, _("命中")), (Screening.SUSPECT, _("待辨")), (Screening.OUT, _("无关"))]


def row_of(row: Screening, filters: Filters) -> dict[str, Any]:
    """A post as a list shows it. An event about a danger to life is not named."""
    place = getattr(row.post, "membership", None)
    event = place.event if place is not None and place.withdrawn_at is None and not place.event.reserved else None
    return {
        "post": row.post,
        "screening": row,
        "event": event,
        "band": dict(bands())[row.band],
        "words": phrases(filters.q),
    }


def silent(request: HttpRequest, filters: Filters) -> str:
    """Which of the silences an empty list is, in words."""
    why, last = stream.silence(filters)
    if why is Silence.NOT_COLLECTED:
        if filters.channel:
            return _("这一类渠道从来没有收进过来文：没有采集，不等于没有人说。请登记来源或导入文件。")
        return _("还没有收进任何来文。请在值班台粘贴、导入文件，或登记来源。")
    if why is Silence.SOURCE_SILENT:
        return _("这段时间没有收进来文，最近一条收于 %(at)s：来源没有新内容，或者采集停了，请看来源是否正常。") % {
            "at": local(last)
        }
    if why is Silence.NOT_JUDGED:
        return _("已有来文收进来，还在等待判别，稍后再看。")
    if of(request).facts and not filters.narrow:
        return _("往后没有了。")
    return _("收到过来文，但没有符合这些条件的。放宽条件再看。")


SHOWN = 30


@staff()
def search(request: StaffRequest) -> HttpResponse:
    """Cases and events by title or number, posts by their words. What this person may not see is not looked through."""
    or_404(request.user, "search.view")
    q = request.GET.get("q", "").strip()[:SEARCH_CHARS]
    words = phrases(q)
    context: dict[str, Any] = {"q": q, "words": words}
    if words:
        cases = cases_for(request.user).filter(
            event__life_safety=False, event__sensitive=""
        )  # found on the desk, by whom it calls (S8)
        for word in words:
            cases = cases.filter(Q(title__icontains=word) | Q(number__iexact=word))
        context["case_rows"] = case_rows(cases[:SHOWN])
    if words and may(request.user, "event.view").allowed:
        found = stream.posts(Filters(q=q), SHOWN)
        context |= {
            "events": stream.events(Filters(q=" ".join(words)))[:SHOWN],
            "posts": [row_of(row, Filters(q=q)) for row in found.rows],
            "more": found.after is not None,
            "lag": found.lag,
            "read_at_once": TAIL,
        }
    return render(request, "desk/search.html", context)
