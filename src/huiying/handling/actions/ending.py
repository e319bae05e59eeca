"""What rooms above this one ask before a case may end: each registers its question here (docs/adr/0009).

A case is closed by `handling`; whether an answer had its effect, or a promise to the public is open, only `responding`
knows, and `handling` does not import it.
"""

from __future__ import annotations

from collections.abc import Callable

from huiying.handling.models import Case

Guard = Callable[[Case], list[str]]
guards: list[Guard] = []


def guard(check: Guard) -> Guard:
    """Ask `check` before every closing: sentences of what stands in the way, none when nothing does."""
    if check not in guards:
        guards.append(check)
    return check


def why_not_end(case: Case) -> list[str]:
    return [sentence for check in guards for sentence in check(case)]
