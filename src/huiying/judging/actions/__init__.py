"""Verbs of judging: what persons decide about posts, events, levels, concerns, rules and samples （五）（六）."""

from huiying.judging.actions.concerns import (
    second_concern,
    set_concern,
)
from huiying.judging.actions.desk import (
    Taken,
    acknowledge_urgent,
    acknowledge_warning,
    clear_suspect,
    judge_now,
    merge_events,
    read_attitude,
    regrade_event,
    set_offline_risk,
    take_in,
    undo_clear,
    unmerge,
)
from huiying.judging.actions.dismissing import (
    propose_dismissal,
    second_dismissal,
)
from huiying.judging.actions.grouping import (
    keep_apart,
    split_event,
)
from huiying.judging.actions.levels import (
    decide_level,
    propose_lower,
    second_lower,
)
from huiying.judging.voice_tags import (
    forget as forget_voices,
)

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
