"""Templates, the holding statement, confirmation of other bodies （八）（九）."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.handling.actions import UNDO_FOR
from huiying.handling.available_actions import AvailableAction
from huiying.handling.models import Case
from huiying.handling.process import LIVE
from huiying.kernel import clock as time
from huiying.responding import queries
from huiying.responding.actions.confirming import heard_after
from huiying.responding.models import Publication, ReviewRound, Revision

WANTED = tuple(state for state in LIVE if state not in ("answered", "declined"))
UNDO = gettext_lazy("已有人审核，或已超过十分钟。")


def _wanted(now: Any) -> bool:
    """From the first minute until there is an answer."""
    return now.state in WANTED and now.case.answered_at is None


class _Held:
    """What there is of a holding statement, looked up once for all offers."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def round(self) -> ReviewRound | None:
        return queries.open_round(self.case, Revision.HOLDING) if self.revision is not None else None

    @cached_property
    def revision(self) -> Revision | None:
        return queries.current_revision(self.case, Revision.HOLDING)

    @cached_property
    def approved(self) -> bool:
        return self.revision is not None and queries.approved_round(self.case, self.revision) is not None

    @cached_property
    def waiting(self) -> list[str]:
        """Codes of the approved texts that were not released yet."""
        return not_out(self.revision) if self.revision is not None and self.approved else []


def _held(now: Any) -> _Held:
    found: _Held = now.__dict__.setdefault("_holding", _Held(now.case))
    return found


def _why_not_hold(now: Any) -> str:
    held = _held(now)
    if held.round is not None:
        return _("“正在核实”已经在审核中。")
    if held.approved:
        return _("“正在核实”已经审定，请发布。") if held.waiting else _("“正在核实”已经发布。")
    return ""


def _why_not_withdraw(now: Any) -> str:
    round_ = _held(now).round
    decided = round_ is None or round_.steps.exclude(decision="").exists()
    late = round_ is not None and time.now() - round_.opened_at > UNDO_FOR
    return str(UNDO) if decided or late else ""


def _ready(now: Any) -> bool:
    """An approved statement with a place where it does not stand yet."""
    return _wanted(now) and bool(_held(now).waiting)


def not_out(revision: Revision) -> list[str]:
    """Codes of the texts that were not released yet."""
    released = Publication.objects.filter(revision=revision).exclude(state=Publication.FAILED)
    gone = set(released.values_list("target", flat=True))
    return [code for code in revision.renditions if code not in gone]


def _objected(now: Any) -> bool:
    rows = now.case.confirmations.filter(answer="object", escalated_at__isnull=True)
    return now.state in LIVE and rows.exists()


def _unheard(now: Any) -> bool:
    rows = now.case.confirmations.filter(overridden_at__isnull=False)
    return any(heard_after(row) is None for row in rows)


def _names_a_body(now: Any) -> bool:
    """A holding statement that names a body waits for it like any text."""
    held = _held(now).revision if _wanted(now) else None
    return held is not None and bool(held.bodies)


def _named(now: Any) -> str:
    return "" if now.revision or _names_a_body(now) else _("还没有文稿，请先起草。")


# On the page 办理 from the first minute; nothing is said of it where it cannot be pressed.
TO_HOLD = AvailableAction(
    "to_hold",
    gettext_lazy("先发“正在核实”"),
    "case.hold_statement",
    lambda now: _wanted(now) and not _why_not_hold(now),
)

WORKED = ("handling", "reviewing", "approved", "answered")

OFFERS: tuple[AvailableAction, ...] = (
    AvailableAction("hold_statement", gettext_lazy("先发“正在核实”"), "case.hold_statement", _wanted, _why_not_hold),
    AvailableAction(
        "release_holding",
        gettext_lazy("发布“正在核实”"),
        "release.publish",
        _ready,
        lambda now: " ".join(queries.why_not_release(now.case, _held(now).revision)),
    ),
    AvailableAction(
        "withdraw_holding",
        gettext_lazy("撤回“正在核实”的送审"),
        "case.hold_statement",
        lambda now: _wanted(now) and _held(now).round is not None,
        _why_not_withdraw,
    ),
    AvailableAction(
        "record_confirmation",
        gettext_lazy("登记电话、来函或当面的确认"),
        "confirmation.ask",
        lambda now: now.state in WORKED or _names_a_body(now),
        _named,
    ),
    AvailableAction("hear_after_all", gettext_lazy("补听没有等的机关的意见"), "confirmation.ask", _unheard),
    AvailableAction("escalate_conflict", gettext_lazy("意见不一致，报请协调"), "liaison.write", _objected),
)
