"""What the loop does for sources, patrol and search, what the auditor says of them （五）C5.8–C5.10, and what a
leaver holds (§6.1 S5). Imported once the app is ready.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy

from huiying.kernel import clock
from huiying.listening import attachments, collecting, evidence, patrol, rhythm, searching
from huiying.listening.actions import patrolling as patrol_actions
from huiying.listening.models import Source
from huiying.people.models import User
from huiying.people.offboarding import Kind, Thing, passes, register
from huiying.people.queries import is_set_up, regulation_now
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every, poller

LISTED = 20


@poller("collector", due=collecting.due, transactional=False)
def collect(now: dt.datetime, _limit: int) -> int:
    """Hand out turns and take in answers; each transaction of it stands under the loop's fence."""
    return collecting.running().tick(now)


@poller("source_alarms", due=rhythm.due)
def alarm(now: dt.datetime, limit: int) -> int:
    return rhythm.poll(now, limit)


@every("evidence.sweep", 86_400, transactional=False)
def sweep_evidence() -> None:
    """Files that a crash left without a row, or a purge without its end."""
    evidence.sweep()


@auditor("sources")
def sources_are_heard() -> list[Finding]:
    """Sources that fail or are silent, for as long as it lasts (C5.2)."""
    now, found = clock.now(), []
    for source in Source.objects.filter(state=Source.ACTIVE).exclude(alarm="").order_by("alarm_since")[:LISTED]:
        state = rhythm.state_of(source, now)
        silent = state.code == rhythm.SILENT
        why = "沉默：比平常久没有新内容" if silent else f"没有采到：{rhythm.in_words(state)}"
        found.append(
            Finding(
                "source.silent" if silent else "source.failing",
                "warning",
                f"来源“{source.name}”{why}",
                f"Source {source.pk} is {'silent' if silent else 'not collected'}.",
            )
        )
    return found


@every("attachments.clear_waiting", 1800, transactional=False)
def clear_waiting() -> int:
    """Files that were chosen on the form and never sent (§6.2)."""
    return attachments.clear_waiting()


@every("listening.patrol", 60)
def keep_the_patrol() -> None:
    """Cards of the windows that have begun; who is reminded; whether an emergency watch is still wanted."""
    if not patrol.is_running():
        return
    now = clock.now()
    patrol_actions.make_cards(now)
    patrol_actions.remind_of_cards(now)
    patrol_actions.ask_about_emergency(now)


@auditor("patrol")
def places_are_looked_at() -> list[Finding]:
    """No place stays unwatched for longer than the regulation's gap (C5.8), no class without a place (C5.10)."""
    if not is_set_up():
        return []
    regulation, found = regulation_now(), []
    for point, since in patrol.longest_unwatched(clock.now())[:LISTED]:
        hours = int(since.total_seconds() // 3600)
        found.append(
            Finding(
                "patrol.gap",
                "warning",
                f"巡查点“{point.name}”已 {hours} 小时没有人看过",
                f"Nobody has looked at “{point.name}” for {hours} h.",
            )
        )
    if patrol.points().exists() or Source.objects.filter(state=Source.ACTIVE).exists():
        for name in patrol.uncovered_classes(regulation, patrol.watched_classes()):
            found.append(
                Finding(
                    "coverage.class",
                    "error",
                    f"渠道类“{name}”没有任何监测来源（全覆盖，C5.10）",
                    f"The class “{regulation.english_of(name)}” has no source at all (C5.10).",
                )
            )
    return found


A_TURN: Final = 1_000  # the loop has other things to do
TOO_FAR: Final = dt.timedelta(minutes=10)


@every("search.index", 5, transactional=False)
def index_on() -> None:
    """A small step of indexing."""
    searching.catch_up(A_TURN)


@auditor("search")
def index_follows() -> list[Finding]:
    """The search index lags so far behind that people miss what they look for."""
    lag = searching.lag()
    if lag.since is None or clock.now() - lag.since <= TOO_FAR:
        return []
    return [
        Finding(
            "search.lag",
            "warning",
            f"查找索引落后 {lag.posts} 条来文；请检查后台循环是否在运行",
            f"The search index is {lag.posts} posts behind; check that the loop runs.",
        )
    ]


def _sources(user: User) -> list[Thing]:
    rows = Source.objects.filter(Q(owner=user) | Q(backup=user)).exclude(state=Source.RETIRED)
    return [Thing(row.pk, row.name) for row in rows]


register(Kind("source", gettext_lazy("监测来源的责任人或备用责任人"), _sources, passes(Source, "owner", "backup")))
