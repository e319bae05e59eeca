"""What a person may do with a case now, and what not and why: the action bar of the page and of the API.

It only offers; each verb still checks for itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.handling.actions import UNDO_FOR, why_not_close
from huiying.handling.models import Case
from huiying.handling.process import LIVE, allows
from huiying.handling.queries import lead_row
from huiying.judging.models import LevelDecision
from huiying.kernel import clock as time
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import office
from huiying.responding.queries import current_revision, open_round, why_not_release, why_not_submit

Why = Callable[[Case, User], str]


@dataclass(frozen=True)
class ActionState:
    name: str
    label: str | Promise
    allowed: bool
    why: str = ""


@dataclass(frozen=True)
class _Offer:
    name: str
    label: Promise
    permission: str
    when: Callable[[Case], bool]  # whether it makes sense to speak of it at all in this state
    why_not: Why | None = None


def _live(case: Case) -> bool:
    return case.state in LIVE


def _worked(case: Case) -> bool:
    return case.state in ("handling", "reviewing", "approved", "answered")


def _returned_before(case: Case, _user: User) -> str:
    if not case.returns.exists():
        return ""
    return _("此件已退回过一次，由%(office)s指定，不能再退。") % {"office": office().name}


def _can_undo(case: Case, _user: User) -> str:
    row = lead_row(case)
    fresh = row is not None and not row.seen_at and not row.accepted_at and time.now() - row.since <= UNDO_FOR
    return "" if fresh else _("对方已经看到，或已超过十分钟。")


def _can_withdraw(case: Case, _user: User) -> str:
    round_ = open_round(case)
    decided = round_ is None or round_.steps.exclude(decision="").exists()
    late = round_ is not None and time.now() - round_.opened_at > UNDO_FOR
    return _("已有人审核，或已超过十分钟。") if decided or late else ""


def _has_proposal(case: Case) -> bool:
    return _live(case) and _proposal(case) is not None


def _proposal(case: Case) -> LevelDecision | None:
    return LevelDecision.objects.filter(
        event=case.event_id, kind=LevelDecision.PROPOSED_LOWER, outcome__isnull=True
    ).last()


def _second_person(case: Case, user: User) -> str:
    row = _proposal(case)
    return _("须由另一个人同意。") if row is not None and row.by_user == user.pk else ""


def _withholding_is_open(case: Case) -> bool:
    return case.withholdings.filter(agreed__isnull=True).exists()


def _other_withholder(case: Case, user: User) -> str:
    own = case.withholdings.filter(agreed__isnull=True, proposed_user=user.pk).exists()
    return _("须由另一个人同意。") if own else ""


def _needs_finding(case: Case, _user: User) -> str:
    return "" if case.findings.exists() else _("请先报核实情况（事实、原因、影响）。")


def _needs_draft(case: Case, _user: User) -> str:
    return "" if current_revision(case) else _("还没有文稿，请先起草。")


def _level_is_set(case: Case, _user: User) -> str:
    return _("级别还没有由人确认。") if case.is_provisional else ""


OFFERS: tuple[_Offer, ...] = (
    _Offer("confirm_level", gettext_lazy("确认或上调级别"), "case.regrade", _live),
    _Offer("second_lower", gettext_lazy("对下调提议表态"), "case.regrade", _has_proposal, _second_person),
    _Offer("route", gettext_lazy("转办"), "case.route", lambda case: allows(case.state, "route")),
    _Offer("undo_route", gettext_lazy("撤回转办"), "case.route", lambda case: case.state == "assigned", _can_undo),
    _Offer("accept", gettext_lazy("签收"), "case.accept", lambda case: allows(case.state, "accept")),
    _Offer(
        "return",
        gettext_lazy("退回并说明原因"),
        "case.return",
        lambda case: allows(case.state, "return"),
        _returned_before,
    ),
    _Offer(
        "decide_return",
        gettext_lazy("指定主办部门"),
        "case.decide_return",
        lambda case: case.state == "returned",
    ),
    _Offer("find", gettext_lazy("报核实情况"), "case.find", _worked),
    _Offer("dispose", gettext_lazy("报处置情况"), "case.dispose", _worked, _needs_finding),
    _Offer("draft", gettext_lazy("起草回应"), "case.draft", _worked),
    _Offer(
        "submit",
        gettext_lazy("送审"),
        "case.submit",
        lambda case: case.state in ("handling", "answered"),
        lambda case, user: " ".join(why_not_submit(case)),
    ),
    _Offer(
        "withdraw",
        gettext_lazy("撤回送审"),
        "case.submit",
        lambda case: case.state == "reviewing",
        _can_withdraw,
    ),
    _Offer("ask_confirmation", gettext_lazy("请有关机关确认"), "confirmation.ask", _worked, _needs_draft),
    _Offer(
        "release",
        gettext_lazy("发布"),
        "release.publish",
        lambda case: case.state in ("reviewing", "approved", "answered"),
        lambda case, user: " ".join(why_not_release(case)),
    ),
    _Offer("sustain", gettext_lazy("决定是否持续回应"), "case.sustain", lambda case: case.state == "answered"),
    _Offer(
        "close",
        gettext_lazy("办结"),
        "case.close",
        lambda case: case.state in ("answered", "declined"),
        lambda case, user: " ".join(why_not_close(case)),
    ),
    _Offer("propose_lower", gettext_lazy("提议下调级别"), "case.regrade", _live, _level_is_set),
    _Offer("set_emergency", gettext_lazy("认定突发事件级别"), "case.emergency", _live),
    _Offer("add_knowledge", gettext_lazy("补充更早获知的证据"), "case.knowledge", _live),
    _Offer("withhold", gettext_lazy("提议不予公开"), "case.withhold", lambda case: allows(case.state, "withhold")),
    _Offer(
        "second_withhold",
        gettext_lazy("对不予公开表态"),
        "case.withhold",
        _withholding_is_open,
        _other_withholder,
    ),
    _Offer("reopen", gettext_lazy("重新办理"), "case.reopen", lambda case: allows(case.state, "reopen")),
    _Offer("merge", gettext_lazy("并入另一件"), "case.merge", lambda case: allows(case.state, "merge")),
    _Offer("void", gettext_lazy("作废"), "case.void", lambda case: allows(case.state, "void")),
)


def actions_for(user: User, case: Case) -> list[ActionState]:
    """Every verb worth naming in this state, in the order of the work, with the reason where it is not allowed now."""
    states = []
    for offer in OFFERS:
        if not offer.when(case):
            continue
        verdict = may(user, offer.permission, case)
        why = verdict.why if not verdict else (offer.why_not(case, user) if offer.why_not else "")
        states.append(ActionState(offer.name, offer.label, not why, why))
    return states
