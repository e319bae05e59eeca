"""Verbs of assessment （十二）; of training, skills and the house's own rules （九） in the modules of those names."""

from huiying.overseeing.actions.assessing import Own, appeal, comment, decide_appeal, finish, show

__all__ = ["Own", "appeal", "comment", "decide_appeal", "finish", "show"]
