"""What the loop does for the patrol, and what the auditor says of it （五）C5.8–C5.10."""

from __future__ import annotations

from huiying.kernel import clock
from huiying.listening import patrol
from huiying.listening.actions import patrolling as patrol_actions
from huiying.listening.models import Source
from huiying.people.queries import is_set_up, regulation_now
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every

LISTED = 20


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
