"""Verbs from draft to public answer: one duty, one transaction, each with its ledger entry."""

from huiying.responding.actions.confirming import (
    answer_confirmation,
    ask_confirmation,
    escalate_conflict,
    note_silence,
    open_confirmation,
    override_confirmation,
    record_confirmation,
)
from huiying.responding.actions.drafting import save_revision, submit, withdraw
from huiying.responding.actions.publishing import (
    overdue_verifications,
    publish,
    record_post,
    release,
    subject_words,
    verify_post,
    went_live,
)
from huiying.responding.actions.reviewing import decide_step, propose_withhold, second_withhold

__all__ = [
    "answer_confirmation",
    "ask_confirmation",
    "decide_step",
    "escalate_conflict",
    "note_silence",
    "open_confirmation",
    "overdue_verifications",
    "override_confirmation",
    "propose_withhold",
    "publish",
    "record_confirmation",
    "record_post",
    "release",
    "save_revision",
    "second_withhold",
    "subject_words",
    "submit",
    "verify_post",
    "went_live",
    "withdraw",
]
