"""Verbs of a case's life: one duty, one transaction, each with its ledger entry."""

from huiying.handling.actions.acts import acknowledge_call, may_acknowledge, note_act
from huiying.handling.actions.agenda import acknowledge_agenda, finish_agenda, plan_agenda
from huiying.handling.actions.asking import ask_again, rate, uphold
from huiying.handling.actions.base import (
    UNDO_FOR,
    locked,
    move,
    require_text,
)
from huiying.handling.actions.clues import propose_clue, sign_clue
from huiying.handling.actions.disposal import (
    close,
    decide_sustained,
    dispose,
    find,
    reopen,
    void,
    why_not_close,
)
from huiying.handling.actions.facts import agree_facts, current_facts
from huiying.handling.actions.feedback import feedback_due, give_feedback
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
from huiying.handling.actions.liaison import (
    answer_liaison,
    draft_liaison,
    edit_letter,
    exempt,
    open_liaison,
    record_answer,
    send_liaison,
    why_not_close_liaison,
)
from huiying.handling.actions.meetings import acknowledge_seat, cancel, convene, hold, minute, sign
from huiying.handling.actions.merging import merge_cases, unmerge_cases
from huiying.handling.actions.recurrence import link_recurrence
from huiying.handling.actions.reports import see_reports
from huiying.handling.actions.room import attach, say
from huiying.handling.actions.routing import (
    accept,
    decide_return,
    mark_seen,
    return_case,
    route,
    set_keys,
    undo_route,
)
from huiying.handling.actions.splitting import split_case
from huiying.handling.actions.table import propose_rule, second_rule
from huiying.handling.actions.tasks import drop_task, finish_task, make_task

__all__ = [
    "UNDO_FOR",
    "accept",
    "acknowledge_agenda",
    "acknowledge_call",
    "acknowledge_seat",
    "add_knowledge",
    "agree_facts",
    "answer_liaison",
    "ask_again",
    "attach",
    "cancel",
    "close",
    "confirm_level",
    "convene",
    "current_facts",
    "decide_return",
    "decide_sustained",
    "dispose",
    "draft_liaison",
    "drop_task",
    "edit_letter",
    "exempt",
    "feedback_due",
    "find",
    "finish_agenda",
    "finish_task",
    "follow_knowledge",
    "give_feedback",
    "hold",
    "link_recurrence",
    "locked",
    "make_task",
    "mark_seen",
    "may_acknowledge",
    "merge_cases",
    "minute",
    "move",
    "note_act",
    "note_late_knowledge",
    "open_case",
    "open_liaison",
    "plan_agenda",
    "propose_clue",
    "propose_lower",
    "propose_rule",
    "rate",
    "record_answer",
    "reopen",
    "require_text",
    "return_case",
    "route",
    "say",
    "second_lower",
    "second_rule",
    "see_reports",
    "send_liaison",
    "set_emergency",
    "set_keys",
    "sign",
    "sign_clue",
    "split_case",
    "undo_route",
    "unmerge_cases",
    "uphold",
    "void",
    "why_not_close",
    "why_not_close_liaison",
]
