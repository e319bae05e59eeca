"""Verbs of a case's life: one duty, one transaction, each with its ledger entry."""

from huiying.handling.actions.base import (
    UNDO_FOR as UNDO_FOR,
    locked as locked,
    move as move,
    require_text as require_text,
)
from huiying.handling.actions.disposal import (
    close as close,
    decide_sustained as decide_sustained,
    dispose as dispose,
    find as find,
    reopen as reopen,
    void as void,
    why_not_close as why_not_close,
)
from huiying.handling.actions.feedback import (
    ask_again as ask_again,
    feedback_due as feedback_due,
    give_feedback as give_feedback,
    rate as rate,
    uphold as uphold,
)
from huiying.handling.actions.grading import (
    add_knowledge as add_knowledge,
    confirm_level as confirm_level,
    follow_knowledge as follow_knowledge,
    note_late_knowledge as note_late_knowledge,
    open_case as open_case,
    propose_lower as propose_lower,
    second_lower as second_lower,
    set_emergency as set_emergency,
)
from huiying.handling.actions.liaison import (
    answer_liaison as answer_liaison,
    draft_liaison as draft_liaison,
    edit_letter as edit_letter,
    exempt as exempt,
    open_liaison as open_liaison,
    propose_clue as propose_clue,
    record_answer as record_answer,
    send_liaison as send_liaison,
    sign_clue as sign_clue,
    why_not_close_liaison as why_not_close_liaison,
)
from huiying.handling.actions.meetings import (
    acknowledge_seat as acknowledge_seat,
    cancel as cancel,
    convene as convene,
    hold as hold,
    minute as minute,
    sign as sign,
)
from huiying.handling.actions.relating import (
    link_recurrence as link_recurrence,
    merge_cases as merge_cases,
    split_case as split_case,
    unmerge_cases as unmerge_cases,
)
from huiying.handling.actions.routing import (
    accept as accept,
    decide_return as decide_return,
    mark_seen as mark_seen,
    return_case as return_case,
    route as route,
    set_keys as set_keys,
    undo_route as undo_route,
)
from huiying.handling.actions.table import propose_rule as propose_rule, second_rule as second_rule
from huiying.handling.actions.tasks import drop_task as drop_task, finish_task as finish_task, make_task as make_task
from huiying.handling.actions.work import (
    acknowledge_agenda as acknowledge_agenda,
    acknowledge_call as acknowledge_call,
    agree_facts as agree_facts,
    attach as attach,
    current_facts as current_facts,
    finish_agenda as finish_agenda,
    may_acknowledge as may_acknowledge,
    note_act as note_act,
    plan_agenda as plan_agenda,
    say as say,
    see_reports as see_reports,
)
