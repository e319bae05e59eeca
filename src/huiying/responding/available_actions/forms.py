"""Forms of answer, who may speak, media inquiries, statutory filings (C3.1, C8.3, C8.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.handling.available_actions import AvailableAction, CaseContext
from huiying.handling.process import LIVE
from huiying.people.queries import regulation_of
from huiying.people.speakers import in_force
from huiying.responding.actions.inquiries import OPEN_TO
from huiying.responding.models import ExpertExplanation, Interview, Publication
from huiying.responding.queries_forms import Forms, forms_of

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
    return "" if in_force().exists() else _("发言人名册里没有在任的人，请先在“发言人”页任命。")


def _others(
    rows: Callable[[Forms], Iterable[ExpertExplanation | Interview]], why: Promise
) -> Callable[[CaseContext], str]:
    """Somebody else's only: nobody looks into what they brought themselves."""

    def why_not(now: CaseContext) -> str:
        if any(row.by_user != now.user.pk for row in rows(forms_of(now.case))):
            return ""
        return str(why)

    return why_not


OFFERS: tuple[AvailableAction, ...] = (
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
NAMES = frozenset(offer.name for offer in OFFERS)
