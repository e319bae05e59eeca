"""The case process as one readable table: state → states that may follow, each with its verb and its clause.

State names are data of the regulation file; this table is the software's, since the guards below it are.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from huiying.people.errors import Refused


@dataclass(frozen=True)
class Step:
    to: str
    verb: str
    clause: str


PROCESS: dict[str, tuple[Step, ...]] = {
    "": (Step("registered", "open", "（六）及时预警"),),
    "registered": (
        Step("assigned", "route", "（七）谁主管谁处置"),
        Step("declined", "withhold", "（一）不公开为例外"),
        Step("merged", "merge", "（五）去重并案"),
        Step("voided", "void", "INV-1 作废留痕"),
    ),
    "assigned": (
        Step("handling", "accept", "（十）迅速处置"),
        Step("returned", "return", "（七）退回一次"),
        Step("assigned", "route", "（七）统筹部门改派"),
        Step("registered", "undo_route", "十分钟内撤回"),
        Step("declined", "withhold", "（一）不公开为例外"),
        Step("merged", "merge", "（五）去重并案"),
        Step("voided", "void", "INV-1 作废留痕"),
    ),
    "returned": (
        Step("assigned", "decide_return", "（七）统筹部门指定"),
        Step("declined", "withhold", "（一）不公开为例外"),
        Step("merged", "merge", "（五）去重并案"),
        Step("voided", "void", "INV-1 作废留痕"),
    ),
    "handling": (
        Step("reviewing", "submit", "（九）采编送审"),
        Step("returned", "return", "（七）退回一次"),
        Step("declined", "withhold", "（一）不公开为例外"),
        Step("merged", "merge", "（五）去重并案"),
        Step("voided", "void", "INV-1 作废留痕"),
    ),
    "reviewing": (
        Step("approved", "decide_step", "（九）领导审核把关"),
        Step("handling", "reject", "（九）退回修改"),
        Step("handling", "change", "（九）改动即须重审"),
        Step("answered", "reject_again", "（九）续报、更正退回修改"),
        Step("answered", "change_again", "（九）续报、更正改动即须重审"),
    ),
    "approved": (
        Step("answered", "publish", "（八）公开回应"),
        Step("handling", "change", "（九）改动即须重审"),
        Step("answered", "change_again", "（九）续报、更正改动即须重审"),
    ),
    "answered": (
        Step("closed", "close", "（七）事件办结"),
        Step("reviewing", "submit", "（八）持续回应；（十一）更正"),
    ),
    "declined": (
        Step("closed", "close", "（一）（七）"),
        Step("handling", "reopen", "（一）到期复核"),
    ),
    "closed": (Step("handling", "reopen", "（八）持续回应"),),
    # Un-merging goes back to the state before (`Case.state_before_merge`): the verb names it (INV-1).
    "merged": tuple(
        Step(state, f"unmerge_to_{state}", "（五）撤销并案")
        for state in ("registered", "assigned", "returned", "handling")
    ),
    "voided": (Step("registered", "open", "（六）再次立案"),),
}

LIVE = frozenset(PROCESS) - {"", "closed", "merged", "voided"}


def step(state: str, verb: str) -> Step:
    """The step that `verb` makes from `state`. Raises Refused where the process has none."""
    for candidate in PROCESS[state]:
        if candidate.verb == verb:
            return candidate
    raise Refused(_("此件当前的状态下不能这样办理。请刷新页面，看看现在可以做什么。"), code="not_in_this_state")


def allows(state: str, verb: str) -> bool:
    return any(candidate.verb == verb for candidate in PROCESS[state])
