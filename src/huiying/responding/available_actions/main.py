"""What a person may do with a case now, and what not and why: the action bar of the page and of the API.

It only offers; each verb still checks for itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from huiying.handling import available_actions
from huiying.handling.actions import UNDO_FOR, why_not_close
from huiying.handling.models import Case
from huiying.handling.process import LIVE, allows
from huiying.handling.queries import lead_row
from huiying.judging.models import LevelDecision
from huiying.kernel import clock as time
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.responding.available_actions import answering
from huiying.responding.models import ReviewRound, Revision, Withholding
from huiying.responding.queries import current_revision, open_round, why_not_release
from huiying.responding.readiness import why_not_submit


@dataclass(frozen=True)
class ActionState:
    name: str
    label: str | Promise
    allowed: bool
    why: str = ""


class _Now(available_actions.CaseContext):
    """What the answer's own verbs ask beside what the casework asks."""

    @cached_property
    def revision(self) -> Revision | None:
        return current_revision(self.case)

    @cached_property
    def round(self) -> ReviewRound | None:
        return open_round(self.case) if self.state == "reviewing" else None

    @cached_property
    def has_finding(self) -> bool:
        return self.case.findings.exists()

    @cached_property
    def proposal(self) -> LevelDecision | None:
        rows = LevelDecision.objects.filter(
            event=self.case.event_id, kind=LevelDecision.PROPOSED_LOWER, outcome__isnull=True
        )
        return rows.last() if self.state in LIVE else None

    @cached_property
    def withholding(self) -> Withholding | None:
        return self.case.withholdings.filter(agreed__isnull=True).first() if self.state in LIVE else None


_Offer = available_actions.AvailableAction


def _live(now: _Now) -> bool:
    return now.state in LIVE


def _worked(now: _Now) -> bool:
    return now.state in ("handling", "reviewing", "approved", "answered")


def _has_an_answer_page(now: _Now) -> bool:
    """From the case's beginning: 「正在核实」 may be wanted before anybody has accepted it."""
    return now.state in LIVE


def _by_process(verb: str) -> Callable[[_Now], bool]:
    return lambda now: allows(now.state, verb)


def _returned_before(now: _Now) -> str:
    return _("此件已退回过一次，由局办公室指定，不能再退。") if now.case.returns.exists() else ""


def _can_undo(now: _Now) -> str:
    row = lead_row(now.case)
    fresh = row is not None and not row.seen_at and not row.accepted_at and time.now() - row.since <= UNDO_FOR
    return "" if fresh else _("对方已经看到，或已超过十分钟。")


def _can_withdraw(now: _Now) -> str:
    decided = now.round is None or now.round.steps.exclude(decision="").exists()
    late = now.round is not None and time.now() - now.round.opened_at > UNDO_FOR
    return _("已有人审核，或已超过十分钟。") if decided or late else ""


def _second_person(now: _Now) -> str:
    row = now.proposal
    return _("须由另一个人同意。") if row is not None and row.by_user == now.user.pk else ""


def _other_withholder(now: _Now) -> str:
    row = now.withholding
    return _("须由另一个人同意。") if row is not None and row.proposed_user == now.user.pk else ""


def _needs_finding(now: _Now) -> str:
    return "" if now.has_finding else _("请先报核实情况（事实、原因、影响）。")


def _needs_draft(now: _Now) -> str:
    return "" if now.revision else _("还没有文稿，请先起草。")


def _level_is_set(now: _Now) -> str:
    return _("级别还没有由人确认。") if now.case.is_provisional else ""


MAIN_OFFERS: tuple[_Offer, ...] = (
    _Offer("confirm_level", gettext_lazy("确认或上调级别"), "case.regrade", _live),
    _Offer(
        "second_lower",
        gettext_lazy("对下调提议表态"),
        "case.regrade",
        lambda now: now.proposal is not None,
        _second_person,
    ),
    _Offer("route", gettext_lazy("转办"), "case.route", _by_process("route")),
    _Offer("undo_route", gettext_lazy("撤回转办"), "case.route", lambda now: now.state == "assigned", _can_undo),
    _Offer("accept", gettext_lazy("签收"), "case.accept", _by_process("accept")),
    _Offer(
        "return",
        gettext_lazy("退回并说明原因"),
        "case.return",
        _by_process("return"),
        _returned_before,
    ),
    _Offer(
        "decide_return",
        gettext_lazy("指定主办部门"),
        "case.decide_return",
        lambda now: now.state == "returned",
    ),
    _Offer("find", gettext_lazy("报核实情况"), "case.find", _worked),
    _Offer("dispose", gettext_lazy("报处置情况"), "case.dispose", _worked, _needs_finding),
    _Offer("to_answer", gettext_lazy("起草、送审、发布回应"), "case.view", _has_an_answer_page),
    answering.TO_HOLD,
    _Offer(
        "close",
        gettext_lazy("办结"),
        "case.close",
        lambda now: now.state in ("answered", "declined"),
        lambda now: " ".join(why_not_close(now.case)),
    ),
    _Offer("propose_lower", gettext_lazy("提议下调级别"), "case.regrade", _live, _level_is_set),
    _Offer("set_emergency", gettext_lazy("认定突发事件级别"), "case.emergency", _live),
    _Offer("add_knowledge", gettext_lazy("补充更早获知的证据"), "case.knowledge", _live),
    _Offer("reopen", gettext_lazy("重新办理"), "case.reopen", _by_process("reopen")),
    _Offer("merge", gettext_lazy("并入另一件"), "case.merge", _by_process("merge")),
    _Offer("void", gettext_lazy("作废"), "case.void", _by_process("void")),
)

# The page 回应: from the draft to what comes after the answer.
ANSWER_OFFERS: tuple[_Offer, ...] = (
    _Offer("draft", gettext_lazy("起草回应"), "case.draft", _worked),
    _Offer(
        "submit",
        gettext_lazy("送审"),
        "case.submit",
        lambda now: now.state in ("handling", "answered"),
        lambda now: " ".join(why_not_submit(now.case, now.revision)),
    ),
    _Offer(
        "withdraw",
        gettext_lazy("撤回送审"),
        "case.submit",
        lambda now: now.state == "reviewing",
        _can_withdraw,
    ),
    _Offer("ask_confirmation", gettext_lazy("请有关机关确认"), "confirmation.ask", _worked, _needs_draft),
    _Offer(
        "release",
        gettext_lazy("发布"),
        "release.publish",
        lambda now: now.state in ("reviewing", "approved", "answered"),
        lambda now: " ".join(why_not_release(now.case, now.revision)),
    ),
    _Offer("sustain", gettext_lazy("决定是否持续回应"), "case.sustain", lambda now: now.state == "answered"),
    _Offer("withhold", gettext_lazy("提议不予公开"), "case.withhold", _by_process("withhold")),
    _Offer(
        "second_withhold",
        gettext_lazy("对不予公开表态"),
        "case.withhold",
        lambda now: allows(now.state, "withhold") and now.withholding is not None,
        _other_withholder,
    ),
    *answering.OFFERS,
)
OFFERS = (*MAIN_OFFERS, *ANSWER_OFFERS)
ANSWER = "answer"


def actions_for(user: User, case: Case, part: str | None = None) -> list[ActionState]:
    """Every verb worth naming in this state, in the order of the work, with the reason where it is not allowed now.

    `part` is one of `parts()`: the offers of one page of the case; None gives every verb.
    """
    states = []
    now = _Now(case, user)
    for offer in _offers(part):
        if not offer.when(now):
            continue
        verdict = may(user, offer.permission, case)
        why = verdict.why if not verdict else (offer.why_not(now) if offer.why_not else "")
        states.append(ActionState(offer.name, offer.label, not why, why))
    return states


def _offers(part: str | None) -> tuple[_Offer, ...]:
    if part is None:
        verbs = (offer for offer in (*OFFERS, *available_actions.OFFERS) if offer.name not in answering.LINKS)
        return tuple(verbs)
    if part == ANSWER:
        return ANSWER_OFFERS
    return (
        (*MAIN_OFFERS, *available_actions.PARTS[part])
        if part == available_actions.MAIN
        else available_actions.PARTS[part]
    )


def parts() -> dict[str, tuple[_Offer, ...]]:
    """Page → what it offers."""
    return {
        part: _offers(part)
        for part in (available_actions.MAIN, ANSWER, available_actions.TOGETHER, available_actions.OUTSIDE)
    }
