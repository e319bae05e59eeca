"""Fetched sources in the coverage matrix （五）C5.2, C5.10: collected and new, collected and nothing, not collected."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from huiying.kernel import clock
from huiying.listening import coverage, outcomes
from huiying.listening.models import Source, SourceCheck
from huiying.listening.patrol import Window


@coverage.provider
def collected(windows: list[Window]) -> Iterable[coverage.Watched]:
    """Active sources with what their looks of each window brought; a window that had begun and has none was missed."""
    sources = list(Source.objects.filter(state=Source.ACTIVE).select_related("owner").order_by("channel_class", "name"))
    if not windows or not sources:
        return []
    looked: dict[tuple[int, dt.datetime], set[str]] = defaultdict(set)
    checks = SourceCheck.objects.filter(at__gte=windows[0].opens_at, at__lt=windows[-1].due_at)
    for source, at, outcome in checks.values_list("source_id", "at", "outcome"):
        home = next((window for window in windows if window.opens_at <= at < window.due_at), None)
        if home is not None:
            looked[source, home.opens_at].add(outcome)
    now = clock.now()
    return [
        coverage.Watched(
            name=source.name,
            channel_class=source.channel_class,
            owner=source.owner.name if source.owner else source.owner_role,
            kind="source",
            looks=tuple(_look(window, looked[source.pk, window.opens_at], source, now) for window in windows),
            url=source.url,
        )
        for source in sources
    ]


def _look(window: Window, found: set[str], source: Source, now: dt.datetime) -> coverage.Look:
    if window.due_at <= source.added_at:
        state = coverage.NONE
    elif outcomes.NEW in found or outcomes.RECEIVED in found:
        state = coverage.FOUND
    elif found & outcomes.COLLECTED:
        state = coverage.NIL
    elif found - {outcomes.MOVED, outcomes.ROBOTS_READ}:
        state = coverage.UNREACHABLE
    else:
        state = coverage.MISSED if window.due_at <= now else coverage.OPEN
    return coverage.Look(window.opens_at, state)
