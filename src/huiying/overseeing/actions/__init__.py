"""Verbs of assessment （十二）; of training, skills and the house's own rules （九） in the modules of those names."""

from huiying.overseeing.actions.assessing import (
    Own as Own,
    appeal as appeal,
    comment as comment,
    decide_appeal as decide_appeal,
    finish as finish,
    show as show,
)
