"""Pages that gather answers, search over everything public, press conferences, the open figures (C1.1, C4.4), and press
releases with everything that was ever said in them （十一）C11.5.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_safe

from huiying.overseeing import overview
from huiying.people import queries as people
from huiying.portal import reading, reading_pages, rules as portal_rules
from huiying.portal.caching import until_the_ledger_moves
from huiying.responding.models import TopicPage


def _topic(request: HttpRequest) -> str:
    return reading.asked_of(request.GET).topic


@require_safe
@until_the_ledger_moves
def hot(request: HttpRequest) -> HttpResponse:
    """热点回应, and beside it the frequent questions and the clarifications of each (C4.4)."""
    context = {
        "hot": reading_pages.faces(TopicPage.HOT),
        "frequent": reading_pages.faces(TopicPage.FREQUENT, count=5),
        "clarified": reading_pages.faces(TopicPage.CLARIFICATION, count=5),
    }
    return render(request, "portal/hot.html", context)


@require_safe
@until_the_ledger_moves
def frequent(request: HttpRequest) -> HttpResponse:
    """Every frequent question with its answer on one page: to be read, searched by the browser and printed."""
    found = reading_pages.faces(TopicPage.FREQUENT, _topic(request))
    by_topic: dict[str, list[reading_pages.Face]] = {}
    for item in found:
        by_topic.setdefault(item.page.topic, []).append(item)
    return render(request, "portal/frequent.html", {"by_topic": sorted(by_topic.items()), "topic": _topic(request)})


@require_safe
@until_the_ledger_moves
def clarified(request: HttpRequest) -> HttpResponse:
    """澄清: what goes round, what was found, the proof, since when (C1.2, C4.4)."""
    return render(request, "portal/clarified.html", {"found": reading_pages.faces(TopicPage.CLARIFICATION)})


def _item(request: HttpRequest, kind: str, address: str) -> HttpResponse:
    found = reading_pages.face(kind, address)
    if found is None:
        raise Http404
    context = {"item": found, "gathered": reading_pages.gathered(found.text)}
    return render(request, "portal/topic_page.html", context, status=410 if found.page.withdrawn_at else 200)


@require_safe
@until_the_ledger_moves
def hot_item(request: HttpRequest, address: str) -> HttpResponse:
    return _item(request, TopicPage.HOT, address)


@require_safe
@until_the_ledger_moves
def frequent_item(request: HttpRequest, address: str) -> HttpResponse:
    return _item(request, TopicPage.FREQUENT, address)


@require_safe
@until_the_ledger_moves
def clarified_item(request: HttpRequest, address: str) -> HttpResponse:
    return _item(request, TopicPage.CLARIFICATION, address)


@require_safe
@until_the_ledger_moves
def search(request: HttpRequest) -> HttpResponse:
    query = reading.asked_of(request.GET).query
    return render(request, "portal/search.html", {"q": query, "found": reading_pages.search(query)})


@require_safe
@until_the_ledger_moves
def conferences(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/conferences.html", {"found": reading_pages.conferences()})


@require_safe
@until_the_ledger_moves
def conference(request: HttpRequest, pk: int) -> HttpResponse:
    """What was said at a press conference, word for word (C8.7)."""
    found = reading_pages.conference(pk)
    if found is None:
        raise Http404
    return render(request, "portal/conference.html", {"item": found})


# --- the open figures -------------------------------------------------------------------------------------------------


@require_safe
@until_the_ledger_moves
def figures(request: HttpRequest) -> HttpResponse:
    """How many asked, how many were answered, how fast, how many late and why, by month."""
    rows, whole = overview.own_months(people.zone())
    return render(request, "portal/figures.html", {"rows": rows, "whole": whole})


COLUMNS = ("month", "asked", "answered", "median_hours", "slowest_hours", "late", "reasons")


def _told(row: overview.OpenMonth) -> dict[str, Any]:
    return {name: getattr(row, name) for name in COLUMNS}


@require_safe
@until_the_ledger_moves
def figures_json(request: HttpRequest) -> HttpResponse:
    """The same for programs. A share or a median without a base is null, never zero."""
    rows, whole = overview.own_months(people.zone())
    told = {
        "schema": "huiying.figures/1",
        "timezone": str(people.zone()),
        "about": request.build_absolute_uri(reverse("portal:figures")),
        "months": [_told(row) for row in rows],
        "whole": {name: value for name, value in _told(whole).items() if name != "month"},
    }
    return HttpResponse(
        json.dumps(told, ensure_ascii=False, indent=1) + "\n", content_type="application/json; charset=utf-8"
    )


@require_safe
@until_the_ledger_moves
def figures_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table: UTF-8 with its mark, so that spreadsheets read the Chinese."""
    rows, _whole = overview.own_months(people.zone())
    causes = sorted({cause for row in rows for cause in row.reasons})
    out = io.StringIO()
    table = csv.writer(out)
    heads = [_t("月份"), _t("收到留言"), _t("公开答复"), _t("中位用时（小时）"), _t("最长用时（小时）"), _t("超过时限")]
    table.writerow([*heads, *(portal_rules.cause_words(cause) for cause in causes)])
    for row in rows:
        told = [row.month, row.asked, row.answered, row.median_hours, row.slowest_hours, row.late]
        table.writerow([*("" if value is None else value for value in told), *(row.reasons.get(c, 0) for c in causes)])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="figures.csv"'
    return response


@require_safe
@until_the_ledger_moves
def rules(request: HttpRequest) -> HttpResponse:
    """The regulation in our own words, out of its data, with its live openness figures (C1.1)."""
    context = {"regulation": people.regulation_now(), **portal_rules.told(people.regulation_now())}
    return render(request, "portal/rules.html", context)


@require_safe
@until_the_ledger_moves
def calendar(request: HttpRequest) -> HttpResponse:
    """The dates to come as iCalendar (RFC 5545), to be followed by any calendar."""
    root = request.build_absolute_uri("/").rstrip("/")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Huiying//public//ZH", "CALSCALE:GREGORIAN"]
    for due in reading_pages.calendar():
        lines += [
            "BEGIN:VEVENT",
            f"UID:{due.key}@{request.get_host()}",
            f"DTSTAMP:{due.day:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{due.day:%Y%m%d}",
            f"SUMMARY:{_escaped(due.title)}",
            *([f"URL:{root}{due.url}"] if due.url else []),
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    body = "\r\n".join(folded for line in lines for folded in _folded(line)) + "\r\n"
    return HttpResponse(body, content_type="text/calendar; charset=utf-8")


def _escaped(text: str) -> str:
    for char, told in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n"), ("\r", "")):
        text = text.replace(char, told)
    return text


def _folded(line: str) -> list[str]:
    """No line over 75 bytes, and no character cut in two (RFC 5545 §3.1)."""
    found, current = [], ""
    for char in line:
        if len((current + char).encode()) > 74:
            found.append(current)
            current = " "
        current += char
    return [*found, current]


@require_safe
@until_the_ledger_moves
def news(request: HttpRequest) -> HttpResponse:
    """Newest first."""
    page = reading_pages.page_of_news(request.GET.get("page", "1"))
    return render(request, "portal/news.html", {"page": page, "found": reading_pages.rows(page.object_list)})


@require_safe
@until_the_ledger_moves
def item(request: HttpRequest, address: str) -> HttpResponse:
    """One press release: who said it, when, on what basis, and what was corrected (C11.1)."""
    found = reading_pages.item(address)
    if found is None:
        raise Http404
    return render(request, "portal/news_item.html", {"item": found, "corrections": reading_pages.corrections(found)})
