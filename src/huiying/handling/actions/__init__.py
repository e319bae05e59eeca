"""Verbs of a case's life: one duty, one transaction, each with its ledger entry."""

from huiying.handling.actions.base import (
    UNDO_FOR,
    locked,
    move,
    said,
)
from huiying.handling.actions.disposal import (
    close,
    decide_sustained,
    dispose,
    find,
    reopen,
    void,
    why_not_close,
)
from huiying.handling.actions.grading import (
    add_knowledge,
    confirm_level,
    follow_knowledge,
    note_late_knowledge,
    open_case,
    propose_lower,
    second_lower,
    set_emergency,
)
from huiying.handling.actions.routing import (
    accept,
    decide_return,
    mark_seen,
    merge_cases,
    return_case,
    route,
    undo_route,
)

__all__ = [
    "UNDO_FOR",
    "accept",
    "add_knowledge",
    "close",
    "confirm_level",
    "decide_return",
    "decide_sustained",
    "dispose",
    "find",
    "follow_knowledge",
    "locked",
    "mark_seen",
    "merge_cases",
    "move",
    "note_late_knowledge",
    "open_case",
    "propose_lower",
    "reopen",
    "return_case",
    "route",
    "said",
    "second_lower",
    "set_emergency",
    "undo_route",
    "void",
    "why_not_close",
]
