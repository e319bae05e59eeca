"""预警: every warning with its state and how long it waited; alarms and whether they were real （六）C6.11 C6.12."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _t

from huiying.desk.dispatch import perform
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import twin
from huiying.desk.views.events import page_of
from huiying.judging import alarming, warning_queries
from huiying.judging import warnings as judging
from huiying.judging.models import Alarm, Warning
from huiying.kernel import clock
from huiying.people.permissions import may

ALARMS_SHOWN = 20


@staff()
def warnings(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "event.view")
    state = request.GET.get("state", "")
    page, now = page_of(request, warning_queries.warnings_for(request.user, state)), clock.now()
    alarms = warning_queries.alarms_for(request.user)[:ALARMS_SHOWN]
    context = {
        "page": page,
        "rows": [
            {
                "warning": row,
                "state": warning_queries.state_of(row),
                "waited": warning_queries.time_to_acknowledge(row),
                "late": warning_queries.is_late(row, now),
            }
            for row in page
        ],
        "state": state,
        "alarms": [{"alarm": row, "words": twin(row.words, row.words_en)} for row in alarms],
        "bars": alarming.bars(),
        "may_acknowledge": may(request.user, "warning.acknowledge").allowed,
        "may_cancel": may(request.user, "warning.cancel").allowed,
        "may_judge": may(request.user, "alarm.judge").allowed,
        "may_budget": may(request.user, "alarm.budget").allowed,
    }
    return render(request, "desk/warnings.html", context)


@staff("POST")
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "warning.cancel")
    found = get_object_or_404(warning_queries.warnings_for(request.user), pk=pk)
    return _tell(
        request, lambda: judging.cancel(found, request.POST.get("reason", ""), request.user), _t("预警已取消。")
    )


@staff("POST")
def verdict(request: StaffRequest, pk: int, verdict: str) -> HttpResponse:
    or_404(request.user, "alarm.judge")
    if verdict not in (Alarm.REAL, Alarm.FALSE):
        raise Http404
    found = get_object_or_404(warning_queries.alarms_for(request.user), pk=pk)
    return _tell(request, lambda: alarming.judge_alarm(found, verdict, request.user), _t("已记下，今后的报警会参照。"))


@staff("POST")
def budget(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "alarm.budget")
    try:
        wanted = float(request.POST.get("budget", ""))
    except ValueError:
        wanted = 0.0
    return _tell(request, lambda: alarming.set_budget(wanted, request.user), _t("误报上限已改，报警线随之调整。"))


def _tell(request: StaffRequest, verb: Callable[[], Warning | Alarm | object], done: str) -> HttpResponse:
    return perform(request, verb, done=done, to="desk:warnings")
