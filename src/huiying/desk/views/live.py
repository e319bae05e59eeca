"""What changed since the page was drawn: the alarms, the countdowns, and a line that offers to show the news.

Nothing that is being read moves: countdowns change in place, rows come when the person asks for them (UI.md "Live").
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import condition

from huiying.desk.context import of
from huiying.desk.gate import StaffRequest, staff
from huiying.handling.access import get_case
from huiying.handling.models import Clock
from huiying.handling.queries import cases_for
from huiying.judging import queries as judging
from huiying.kernel import clock
from huiying.ledger.queries import since
from huiying.people.permissions import may
from huiying.people.queries import standing

CLOCKS = 60


def version(request: HttpRequest) -> str:
    """Nothing new in the ledger in this minute: the answer is the same, and is not sent again (304)."""
    moved = of(request).moved
    return f'"{moved}-{clock.now():%Y%m%d%H%M}-{request.user.pk}-{get_language()}"'


@staff()
def live(request: StaffRequest) -> HttpResponse:
    response: HttpResponse = _answer(request)
    return response


@condition(etag_func=version)
def _answer(request: StaffRequest) -> HttpResponse:
    seen = _number(request.GET.get("since", ""))
    scope = request.GET.get("scope", "")
    ids = [number for part in request.GET.get("clocks", "").split(",") if (number := _number(part))][:CLOCKS]
    rows = Clock.objects.filter(pk__in=ids, case__in=cases_for(request.user).values("pk")) if ids else []
    context = {"oob": True, "rows": rows, "news": _news(request, seen, scope), "back": request.GET.get("back", "")}
    if scope == "home":
        context |= _grave(request)
    return render(request, "desk/live.html", context)


def _number(text: str) -> int:
    # isdigit() would also say yes to "²", which is no number to int().
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _news(request: StaffRequest, seen: int, scope: str) -> bool:
    """Whether something came that belongs on the page: this case's own entries, or anything of cases and events."""
    entries = since(seen)
    if scope == "home":
        return (
            entries.filter(chain__startswith="case:").exists()
            or entries.filter(kind__startswith="event.opened").exists()
        )
    if scope.startswith("case:"):
        case = get_case(request.user, scope.removeprefix("case:"))
        return entries.filter(chain=f"case:{case.number}").exists()
    return False


def _grave(request: StaffRequest) -> dict[str, object]:
    """Numbers for the tab's title and for the one sound: warnings of the two gravest levels."""
    if not may(request.user, "warning.acknowledge"):
        return {"counted": False}
    regulation = standing(request.user).regulation
    grave = {level.code for level in regulation.levels[-2:]}
    warnings = list(judging.open_warnings(request.user))
    urgent = judging.urgent_calls().count()
    return {
        "counted": True,
        "count": len(warnings) + urgent,
        "grave": urgent + sum(warning.level in grave for warning in warnings),
    }
