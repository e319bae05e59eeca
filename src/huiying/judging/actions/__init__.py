"""Verbs of judging: what persons decide about posts, events, levels, concerns, rules and samples （五）（六）."""

from huiying.judging.actions.deciding import (
    decide_level,
    propose_dismissal,
    propose_lower,
    second_concern,
    second_dismissal,
    second_lower,
    set_concern,
)
from huiying.judging.actions.desk import (
    Taken,
    acknowledge_urgent,
    acknowledge_warning,
    clear_suspect,
    judge_now,
    keep_apart,
    merge_events,
    read_attitude,
    regrade_event,
    set_offline_risk,
    split_event,
    take_in,
    undo_clear,
    unmerge,
)
from huiying.judging.opening import forget_voices

__all__ = [
    "Taken",
    "acknowledge_urgent",
    "acknowledge_warning",
    "clear_suspect",
    "decide_level",
    "forget_voices",
    "judge_now",
    "keep_apart",
    "merge_events",
    "propose_dismissal",
    "propose_lower",
    "read_attitude",
    "regrade_event",
    "second_concern",
    "second_dismissal",
    "second_lower",
    "set_concern",
    "set_offline_risk",
    "split_event",
    "take_in",
    "undo_clear",
    "unmerge",
]
