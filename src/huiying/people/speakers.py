"""新闻发言人名册 (C12.1): who may speak for the bureau now, and on how many days of the year somebody could."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from huiying.kernel import clock
from huiying.people.models import Bureau, Spokesperson
from huiying.people.versions import zone
from huiying.work.auditor import Finding, auditor

YEAR = 365


@dataclass(frozen=True)
class Register:
    """What the register lacks today, and how many of the last 365 days it named somebody."""

    live: list[Spokesperson]
    days: int

    @property
    def nobody(self) -> bool:
        return not any(not row.is_deputy for row in self.live)

    @property
    def no_deputy(self) -> bool:
        return not any(row.is_deputy for row in self.live)

    @property
    def untrained(self) -> list[Spokesperson]:
        return [row for row in self.live if row.trained_on is None]


def in_force(at: dt.datetime | None = None) -> QuerySet[Spokesperson]:
    """Entries that let somebody be authorised at the moment: not ended, of a person who still works here."""
    now = at or clock.now()
    running = Q(until__isnull=True) | Q(until__gt=now)
    rows = Spokesperson.objects.filter(running, since__lte=now, user__is_active=True)
    return rows.select_related("user__department")


def register() -> Register:
    """Two queries."""
    now = clock.now()
    return Register(list(in_force(now)), days_covered(Spokesperson.objects.values_list("since", "until"), now))


def days_covered(spans: Iterable[tuple[dt.datetime, dt.datetime | None]], now: dt.datetime) -> int:
    """On how many of the last 365 local days, today included, an entry stood in force when the day ended."""
    own, known = zone(), list(spans)
    today = now.astimezone(own).date()
    count = 0
    for back in range(YEAR):
        midnight = dt.datetime.combine(today - dt.timedelta(days=back - 1), dt.time(), tzinfo=own)
        end = min(now, midnight - dt.timedelta(seconds=1))
        count += any(since <= end and (until is None or until > end) for since, until in known)
    return count


@auditor("speakers")
def somebody_may_speak() -> list[Finding]:
    """C12.1: a bureau at work has a spokesperson, a deputy, and both were trained."""
    if not Bureau.objects.filter(set_up_at__isnull=False).exists():
        return []
    found = register()
    gaps = []
    if found.nobody:
        gaps.append(("speaker.nobody", "没有在任的新闻发言人", "Nobody is the bureau's spokesperson"))
    if found.no_deputy:
        gaps.append(("speaker.no_deputy", "新闻发言人没有副手", "The spokesperson has no deputy"))
    if found.untrained:
        names = "、".join(row.user.name for row in found.untrained)
        gaps.append(("speaker.untrained", f"新闻发言人还没有培训：{names}", f"Not yet trained to speak: {names}"))
    return [Finding(code, "warning", f"{zh}（C12.1）", f"{en} (C12.1).") for code, zh, en in gaps]
