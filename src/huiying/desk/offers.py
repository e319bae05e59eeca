"""What may be done on the page of something that is no case: its verbs in order, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class State:
    """One verb for the action bar."""

    name: str
    label: str
    why: str

    @property
    def allowed(self) -> bool:
        return not self.why


def offered(rows: Iterable[tuple[str, str | Promise, str]]) -> list[State]:
    """Name, label, and why not ("" where it may be done)."""
    return [State(name, str(label), why) for name, label, why in rows]
