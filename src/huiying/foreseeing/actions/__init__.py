"""Verbs of consultations （四）; those of policies, assessments and plans stand beside, each in its module."""

from huiying.foreseeing.actions.consulting import (
    decide_consultation as decide_consultation,
    decide_result as decide_result,
    draft_sha256 as draft_sha256,
    drop_consultation as drop_consultation,
    propose_consultation as propose_consultation,
    propose_result as propose_result,
    purge_opinions as purge_opinions,
    remind as remind,
    save_consultation as save_consultation,
    save_group as save_group,
    send_opinion as send_opinion,
)
