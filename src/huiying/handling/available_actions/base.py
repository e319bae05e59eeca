"""What an offer is: a verb that a person may be shown, when, and why it may not be done now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.functional import Promise

from huiying.handling.models import Case, Task
from huiying.handling.process import LIVE
from huiying.people.models import User


class CaseContext:
    """One case as one person sees it now; each thing is looked up once, and only where an offer asks."""

    def __init__(self, case: Case, user: User) -> None:
        self.case, self.user = case, user

    @property
    def state(self) -> str:
        return self.case.state

    @cached_property
    def open_tasks(self) -> list[Task]:
        rows = self.case.tasks.filter(done_at__isnull=True, dropped_at__isnull=True)
        return list(rows.select_related("department"))


@dataclass(frozen=True)
class AvailableAction:
    name: str
    label: Promise
    permission: str
    when: Callable[[Any], bool]  # whether it makes sense to speak of it at all in this state
    why_not: Callable[[Any], str] | None = None


def live(now: CaseContext) -> bool:
    return now.state in LIVE
