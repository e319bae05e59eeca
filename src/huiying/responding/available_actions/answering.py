"""The offers of the answer beside its own way, on the case's page 回应: templates, the holding statement and
confirmation （八）（九）, accounts (C8.9, C11.3), forms of answer and filings (C3.1, C8.3, C8.7), effect and going on
(C3.2, C8.8, C11.1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from huiying.handling.actions import UNDO_FOR
from huiying.handling.available_actions import AvailableAction, CaseContext
from huiying.handling.models import Case
from huiying.handling.process import LIVE
from huiying.kernel import clock as time
from huiying.people.queries import regulation_of
from huiying.people.registers import speakers_in_force
from huiying.responding import queries, targets
from huiying.responding.actions.confirming import heard_after
from huiying.responding.actions.speaking import OPEN_TO
from huiying.responding.forms_of_answer import Forms, forms_of
from huiying.responding.models import ExpertExplanation, Interview, Publication, ReviewRound, Revision

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

DRAFTING: tuple[AvailableAction, ...] = (
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


def _too_few(now: CaseContext) -> bool:
    return now.state == "answered" and bool(targets.why_not_linked(now.case))


ACCOUNTS: tuple[AvailableAction, ...] = (
    AvailableAction("excuse_linked", gettext_lazy("写明为什么不用更多渠道"), "case.close", _too_few),
)


Row = TypeVar("Row", ExpertExplanation, Interview)
PUBLIC = (Publication.TO_VERIFY, Publication.LIVE)


def unchecked(found: Forms) -> list[ExpertExplanation]:
    return [row for row in found.live_experts if row.conflict_free is None]


def unreviewed(found: Forms) -> list[Interview]:
    return [row for row in found.live_interviews if row.outline_reviewed is None]


def droppable(rows: Iterable[Row]) -> list[Row]:
    """What no public act stands on."""
    return [row for row in rows if row.publication is None or row.publication.state not in PUBLIC]


def _live(now: CaseContext) -> bool:
    return now.state in LIVE


def _live_with(some: Callable[[Forms], object]) -> Callable[[CaseContext], bool]:
    return lambda now: now.state in LIVE and bool(some(forms_of(now.case)))


def _open(now: CaseContext) -> bool:
    return now.state in OPEN_TO


def _may_be_filed(now: CaseContext) -> bool:
    return now.state in OPEN_TO and bool(regulation_of(now.case.regulation).response.statutory_channels)


def _somebody_to_authorise(now: CaseContext) -> str:
    return "" if speakers_in_force().exists() else _("发言人名册里没有在任的人，请先在“发言人”页任命。")


def _others(
    rows: Callable[[Forms], Iterable[ExpertExplanation | Interview]], why: Promise
) -> Callable[[CaseContext], str]:
    """Somebody else's only: nobody looks into what they brought themselves."""

    def why_not(now: CaseContext) -> str:
        if any(row.by_user != now.user.pk for row in rows(forms_of(now.case))):
            return ""
        return str(why)

    return why_not


FORMS: tuple[AvailableAction, ...] = (
    AvailableAction(
        "authorise_speaker", gettext_lazy("授权发言人"), "speaker.authorise", _live, _somebody_to_authorise
    ),
    AvailableAction(
        "check_expert",
        gettext_lazy("核查专家的利益关系"),
        "form.check",
        _live_with(unchecked),
        _others(unchecked, gettext_lazy("专家是您提出的，须由另一个人核查。")),
    ),
    AvailableAction(
        "review_interview",
        gettext_lazy("审核采访提纲"),
        "form.check",
        _live_with(unreviewed),
        _others(unreviewed, gettext_lazy("提纲是您拟的，须由另一个人审核。")),
    ),
    AvailableAction("plan_expert", gettext_lazy("登记专家解读"), "form.plan", _live),
    AvailableAction("plan_conference", gettext_lazy("拟新闻发布会方案"), "form.plan", _live),
    AvailableAction("plan_interview", gettext_lazy("登记媒体专访"), "form.plan", _live),
    AvailableAction("record_inquiry", gettext_lazy("登记媒体询问"), "media.record", _open),
    AvailableAction(
        "answer_inquiry",
        gettext_lazy("答复媒体询问"),
        "media.record",
        lambda now: _open(now) and any(row.answered_at is None for row in forms_of(now.case).inquiries),
    ),
    AvailableAction("record_filing", gettext_lazy("登记已依法提出"), "filing.record", _may_be_filed),
    AvailableAction(
        "answer_filing",
        gettext_lazy("登记法定答复"),
        "filing.record",
        lambda now: any(row.answered_at is None for row in forms_of(now.case).own_filings),
    ),
    AvailableAction(
        "revoke_speaker",
        gettext_lazy("撤销发言授权"),
        "speaker.authorise",
        _live_with(lambda found: found.valid),
    ),
    AvailableAction(
        "drop_expert",
        gettext_lazy("不再安排专家解读"),
        "form.plan",
        _live_with(lambda found: droppable(found.live_experts)),
    ),
    AvailableAction(
        "drop_interview",
        gettext_lazy("不再安排专访"),
        "form.plan",
        _live_with(lambda found: droppable(found.live_interviews)),
    ),
)
NAMES = frozenset(offer.name for offer in FORMS)


def _waits(now: Any) -> bool:
    """An answer is public, and somebody has yet to say what came of it."""
    if now.state not in LIVE or now.case.answered_at is None:
        return False
    return bool(now.case.effect_reviews.filter(verdict="").exists())


def _too_early(now: Any) -> str:
    first = now.case.effect_reviews.filter(verdict="").order_by("due_at").first()
    if first is None or first.due_at <= time.now():
        return ""
    return _("回应后满 %(hours)d 小时才看效果，现在还早（C3.2）。") % {"hours": first.hours}


FOLLOWING: tuple[AvailableAction, ...] = (
    AvailableAction("judge_effect", gettext_lazy("认定回应效果"), "effect.judge", _waits, _too_early),
)

OFFERS: tuple[AvailableAction, ...] = (*DRAFTING, *ACCOUNTS, *FORMS, *FOLLOWING)
LINKS = ("to_answer", TO_HOLD.name)  # on the page 办理: ways to the page 回应, no verbs
