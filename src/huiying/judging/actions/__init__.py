"""Verbs of judging: what persons decide about posts, events, levels, concerns, rules and samples （五）（六）."""

from huiying.judging.actions.deciding import (
    decide_level as decide_level,
    propose_dismissal as propose_dismissal,
    propose_lower as propose_lower,
    second_concern as second_concern,
    second_dismissal as second_dismissal,
    second_lower as second_lower,
    set_concern as set_concern,
)
from huiying.judging.actions.desk import (
    Taken as Taken,
    acknowledge_urgent as acknowledge_urgent,
    acknowledge_warning as acknowledge_warning,
    clear_suspect as clear_suspect,
    judge_now as judge_now,
    keep_apart as keep_apart,
    merge_events as merge_events,
    read_attitude as read_attitude,
    regrade_event as regrade_event,
    set_offline_risk as set_offline_risk,
    split_event as split_event,
    take_in as take_in,
    undo_clear as undo_clear,
    unmerge as unmerge,
)
from huiying.judging.opening import forget_voices as forget_voices
