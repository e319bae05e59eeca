"""Verbs from draft to public answer: one duty, one transaction, each with its ledger entry."""

from huiying.responding.actions.confirming import (
    answer_confirmation as answer_confirmation,
    ask_confirmation as ask_confirmation,
    escalate_conflict as escalate_conflict,
    note_silence as note_silence,
    open_confirmation as open_confirmation,
    override_confirmation as override_confirmation,
    record_confirmation as record_confirmation,
)
from huiying.responding.actions.drafting import save_revision as save_revision, submit as submit, withdraw as withdraw
from huiying.responding.actions.publishing import (
    overdue_verifications as overdue_verifications,
    publish as publish,
    record_post as record_post,
    release as release,
    subject_words as subject_words,
    verify_post as verify_post,
    went_live as went_live,
)
from huiying.responding.actions.reviewing import (
    decide_step as decide_step,
    propose_withhold as propose_withhold,
    second_withhold as second_withhold,
)
