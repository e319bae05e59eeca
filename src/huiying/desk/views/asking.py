"""互动渠道 (C4.1) and 民意月报 (C4.5): where people reach us, and what they said in a month, in true proportion."""

from __future__ import annotations

import datetime as dt
import re

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.kernel import clock
from huiying.listening.inlets import flows
from huiying.overseeing.digest import digest
from huiying.overseeing.digest_loop import issued_at, last_month
from huiying.overseeing.periods import Period, period
from huiying.people.permissions import may
from huiying.people.queries import regulation_now

DAYS = 30
WAYS = {
    "portal": _("网上留言"),
    "paste": _("人工登记"),
    "import": _("导入"),
    "source": _("自动采集"),
    "demo": _("演示"),
}


@staff()
def channels(request: StaffRequest) -> HttpResponse:
    """Each channel with its counts, when something last came, and whether it reaches the ledger (C4.1)."""
    or_404(request.user, "channels.view")
    rows = flows(clock.now() - dt.timedelta(days=DAYS))
    for row in rows:
        row.told = [(WAYS.get(way, way), n) for way, n in row.ways.most_common()]  # type: ignore[attr-defined]
    lately = sum(row.lately for row in rows)
    context = {
        "rows": rows,
        "days": DAYS,
        "lately": lately,
        "in_ledger": sum(min(row.in_ledger, row.lately) for row in rows),
        "bad": sum(row.is_bad for row in rows),
        "registered": sum(row.inlet is not None for row in rows),
    }
    return render(request, "desk/channels.html", context)


@staff()
def latest(request: StaffRequest) -> HttpResponse:
    """The last month that is whole."""
    or_404(request.user, "digest.view")
    return redirect("desk:digest_of", last_month(clock.now()).words)


@staff()
def digest_of(request: StaffRequest, month: str) -> HttpResponse:
    or_404(request.user, "digest.view")
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", month):
        raise Http404
    wanted = period(month)
    today = clock.now().astimezone(regulation_now().zone).date()
    if wanted.first > today:
        raise Http404
    context = {
        "found": digest(wanted),
        "month": wanted.first,
        "is_whole": wanted.after <= today,
        "issued_at": issued_at(month),
        "before": _month(wanted, -1),
        "after": _month(wanted, 1) if wanted.after <= today else "",
        "sees_events": may(request.user, "event.view").allowed,
    }
    return render(request, "desk/digest.html", context)


def _month(wanted: Period, step: int) -> str:
    day = wanted.after if step > 0 else wanted.first - dt.timedelta(days=1)
    return f"{day:%Y-%m}"
