"""Calls, what the level asks for, splitting and un-merging."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.handling.actions.acts import may_acknowledge
from huiying.handling.available_actions.base import AvailableAction, CaseContext, live
from huiying.handling.calling import open_calls


def _is_called(now: CaseContext) -> bool:
    return live(now) and any(may_acknowledge(call, now.user) for call in open_calls(now.case))


def _too_few_posts(now: CaseContext) -> str:
    """Of a split case the form counts for itself."""
    whole = now.case.split_from_id is None and now.case.event.posts_count < 2
    return _("只有一条来文，没有可以拆的。") if whole else ""


OFFERS: tuple[AvailableAction, ...] = (
    AvailableAction("acknowledge_call", gettext_lazy("知悉催办"), "call.acknowledge", _is_called),
    AvailableAction(
        "note_act", gettext_lazy("记复看、专报或复盘"), "case.note_act", lambda now: live(now) or now.state == "closed"
    ),
    AvailableAction("split", gettext_lazy("拆成两件"), "case.split", live, _too_few_posts),
    AvailableAction("unmerge", gettext_lazy("撤销并案"), "case.unmerge", lambda now: now.state == "merged"),
)
