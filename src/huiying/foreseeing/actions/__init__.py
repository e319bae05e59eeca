"""Verbs of consultations （四）; those of policies, assessments and plans stand beside, each in its module."""

from huiying.foreseeing.actions.consulting import (
    decide_consultation,
    decide_result,
    draft_sha256,
    drop_consultation,
    propose_consultation,
    propose_result,
    purge_opinions,
    remind,
    save_consultation,
    save_group,
    send_opinion,
)

__all__ = [
    "decide_consultation",
    "decide_result",
    "draft_sha256",
    "drop_consultation",
    "propose_consultation",
    "propose_result",
    "purge_opinions",
    "remind",
    "save_consultation",
    "save_group",
    "send_opinion",
]
