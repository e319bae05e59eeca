"""Putting on paper what the casework made: notes, slips, letters, forms, the special report (C6.10) and
制度落实情况表 （十二）.

The same state is printed once; printed again after something happened, it is another edition with its own number
(「…·2」). Of a special report the texts are frozen first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from huiying.documents.actions.issued import CHAIN, next_in, send, write
from huiying.documents.kinds import CASE, KINDS
from huiying.documents.models import IssuedDocument
from huiying.documents.record import heads_of
from huiying.foreseeing.models import Assessment
from huiying.handling import actions as handling
from huiying.handling.models import Case, CaseAct, Handover, Liaison, Meeting, TransferSlip
from huiying.handling.process import LIVE
from huiying.judging.models import EventPost, Screening, Warning
from huiying.judging.queries import members
from huiying.kernel import canonical, clock as time
from huiying.ledger.actions import lock, record
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.actions.measures import PAPERS, paper_of
from huiying.overseeing.history.norms import period
from huiying.overseeing.models import Measure
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may, require
from huiying.people.queries import regulation_of, takers, zone
from huiying.people.standing import actor_of
from huiying.responding.models import ReviewRound

NOTES = ("quick", "follow", "final")
OVER = ("answered", "declined", "closed")


@dataclass
class _What:
    """What is to be printed: its subject, its case, its own number, the chains it is read from."""

    subject: str
    case: Case | None
    chains: list[str]
    number: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    packed: dict[str, int] = field(default_factory=dict)  # chains that were packed as evidence, each up to its entry
    may: str = "document.make"  # who may print what is about no case
    of: Any = None  # what that permission looks at
    to: list[User] = field(default_factory=list)  # whom it is for: it is sent to them


def issue_of_case(kind: str, case: Case, actor: User) -> IssuedDocument:
    """快报, 续报, 终报, 反馈单, 证据包 of a case as it stands now."""
    if kind not in KINDS or KINDS[kind].about != CASE or kind == "report":
        raise Refused(_("没有这种文书。"), code="unknown_kind")
    require(actor, "document.issue", case)
    given: dict[str, Any] = {}
    if kind in NOTES:
        if case.event.reserved:
            raise Refused(_("涉及人身安全或标为敏感的事不进工作群，不出快报、续报和终报。"), code="danger")
        if kind == "final" and case.state not in OVER:
            raise Refused(_("还没有结果，不能出终报；先出续报。"), code="not_over")
        if kind == "follow":
            before = IssuedDocument.objects.filter(case=case, kind__in=NOTES).first()
            given["since"] = canonical.timestamp(before.cut_off) if before else None
    return _issue(kind, _What(case.number, case, _chains(case), given=given), actor)


def issue_of_object(kind: str, pk: int, actor: User) -> IssuedDocument:
    """转办单, 审批表, 核实函, 预警通知, 纪要, 交接班表 of one row of the casework; 督办单, 通报批评, 约谈记录, 移送材料
    of a measure; 风险评估报告 of an assessment.
    """
    find = _FIND.get(kind)
    if find is None:
        raise Refused(_("没有这种文书。"), code="unknown_kind")
    what = find(pk)
    if what is None:
        raise Refused(_("没有这一件，请核对。"), code="unknown_object")
    if what.case is not None:
        require(actor, "document.issue", what.case)
    else:
        require(actor, what.may, what.of)
    what.given["ref"] = pk
    return _issue(kind, what, actor)


@transaction.atomic
def _issue(kind: str, what: _What, actor: User) -> IssuedDocument:
    lock(*what.chains, CHAIN)
    heads, now = heads_of(what.chains) | what.packed, time.now()
    same = IssuedDocument.objects.filter(kind=kind, subject=what.subject)
    # An entry that only says that something was printed changes nothing of what is printed.
    newest = same.first()
    if newest is not None and kind not in NOTES and _only_paper_since(newest, heads):
        return newest
    number = what.number
    if KINDS[kind].editions and newest is not None:
        number = same.order_by("id")[0].number
    if number and newest is not None:
        number = f"{number}·{same.count() + 1}"
    row = write(
        kind, what.subject, cut_off=now, by=actor, number=number or next_in(kind, now), case=what.case, heads=heads,
        given=what.given,
    )  # fmt: skip
    if what.to:
        send(row, what.to, actor_of(actor))
    return row


def _only_paper_since(document: IssuedDocument, heads: dict[str, int]) -> bool:
    for chain, seq in heads.items():
        was = int(document.made_from.get(chain, 0))
        newer = LedgerEntry.objects.filter(chain=chain, seq__gt=was, seq__lte=seq)
        if newer.exclude(kind__startswith="document.").exists():
            return False
    return True


def _chains(case: Case) -> list[str]:
    return [f"case:{case.number}", f"event:{case.event.number}"]


def _slip(pk: int) -> _What | None:
    row = TransferSlip.objects.select_related("case__event").filter(pk=pk).first()
    return _What(row.number, row.case, _chains(row.case), row.number) if row is not None else None


def _round(pk: int) -> _What | None:
    row = ReviewRound.objects.select_related("case__event").filter(pk=pk).first()
    return _What(f"{row.case.number}/{row.pk}", row.case, _chains(row.case)) if row is not None else None


def _letter(pk: int) -> _What | None:
    row = Liaison.objects.select_related("case__event").filter(pk=pk).first()
    if row is not None and row.sent_at is None:
        raise Refused(_("这份函还没有发出，先发出再打印。"), code="not_sent")
    return _What(row.number, row.case, _chains(row.case), row.number) if row is not None else None


def _minutes(pk: int) -> _What | None:
    row = Meeting.objects.select_related("case__event").filter(pk=pk).first()
    if row is not None and row.state != Meeting.SIGNED:
        raise Refused(_("纪要还没有由主持人签发，不能成文。"), code="not_signed")
    return _What(row.number, row.case, _chains(row.case), row.number) if row is not None else None


def _warning(pk: int) -> _What | None:
    row = Warning.objects.select_related("event").filter(pk=pk).first()
    if row is not None and row.event.reserved:
        raise Refused(_("涉及人身安全或标为敏感的事当面报告，不出预警通知。"), code="danger")
    return _What(f"{row.event.number}/{row.pk}", None, [f"event:{row.event.number}"]) if row is not None else None


def _handover(pk: int) -> _What | None:
    row = Handover.objects.filter(pk=pk).first()
    if row is not None and row.took_at is None:
        raise Refused(_("双方都确认以后，交接班表才成文。"), code="not_taken")
    return _What(str(row.pk), None, ["duty"]) if row is not None else None


def _measure(kind: str) -> Callable[[int], _What | None]:
    """The paper of a step, once a person decided it: nothing issues itself, and nothing before that (C12.4)."""

    def find(pk: int) -> _What | None:
        row = Measure.objects.select_related("department").filter(pk=pk).first()
        if row is None:
            return None
        if kind == "talk" and paper_of(row.step) == kind and row.state == Measure.ISSUED and not row.talk:
            raise Refused(_("还没有记录约谈，先记录再成文。"), code="not_talked")
        if printable_measure(row) != kind:
            raise Refused(_("这项措施没有作出，或不出这种文书。"), code="not_issued")
        named = Case.objects.filter(number__in=row.cases)
        given = {"danger": named.filter(event__life_safety=True).exists()}
        if named.filter(event__sensitive__gt="").exists():
            given["sensitive"] = True
        packed = {one["chain"]: one["seq"] for one in row.evidence}
        return _What(
            row.number, None, [f"measure:{row.number}"], given=given, packed=packed,
            may="measure.propose", to=takers(row.department),
        )  # fmt: skip

    return find


def _risk(pk: int) -> _What | None:
    row = Assessment.objects.select_related("policy").filter(pk=pk).first()
    if row is not None and row.state != Assessment.APPROVED:
        raise Refused(_("评估还没有批准，不能成文。"), code="not_approved")
    if row is None:
        return None
    return _What(f"{row.policy.number}/{row.n}", None, [f"policy:{row.policy.number}"], may="policy.assess", of=row)


_FIND: dict[str, Callable[[int], _What | None]] = {
    "slip": _slip,
    "approval": _round,
    "letter": _letter,
    "minutes": _minutes,
    "warning": _warning,
    "handover": _handover,
    **{kind: _measure(kind) for kind in PAPERS},
    "risk": _risk,
}
OBJECTS = tuple(_FIND)


def case_of(kind: str, pk: int) -> Case | None:
    """Whose gate stands before the row; None where it has none. Raises nothing: an unfit state is said when issuing."""
    rows: dict[str, Any] = {"slip": TransferSlip, "approval": ReviewRound, "letter": Liaison, "minutes": Meeting}
    if kind not in rows:
        return None
    row = rows[kind].objects.select_related("case").filter(pk=pk).first()
    return row.case if row is not None else None


def may_know(kind: str, pk: int, user: User) -> bool:
    """The gate of a row that is no case's: whoever may not see it is not told that it is there."""
    if kind in PAPERS:
        row = Measure.objects.select_related("department").filter(pk=pk).first()
        return row is not None and may(user, "measure.view", row).allowed
    if kind == "risk":
        return may(user, "policy.view").allowed
    return may(user, "document.make").allowed


def printable_measure(measure: Measure) -> str:
    """The kind of document that a measure can be put on now, "" where none."""
    kind = paper_of(measure.step)
    ready = measure.state in (Measure.ISSUED, Measure.FOLLOWED) and (kind != "talk" or bool(measure.talk))
    return kind if ready else ""


def printable(case: Case) -> list[tuple[str, int, str]]:
    """(kind, row, number) of what the casework made of this case and can be put on paper."""
    words = Cast("revision__number", CharField())
    found = case.slips.order_by().values_list(Value("slip"), "pk", "number")
    found = found.union(
        case.rounds.order_by().values_list(Value("approval"), "pk", words),
        case.liaisons.order_by().filter(sent_at__isnull=False).values_list(Value("letter"), "pk", "number"),
        case.meetings.order_by().filter(state=Meeting.SIGNED).values_list(Value("minutes"), "pk", "number"),
        case.event.warnings.order_by().values_list(Value("warning"), "pk", Cast("level", CharField())),
        all=True,
    )
    levels = {level.code: level.name for level in regulation_of(case.regulation).levels}

    def said(kind: str, number: str) -> str:
        if kind == "approval":
            return f"第{number}稿"
        return levels.get(number, number) if kind == "warning" else number

    return sorted((kind, pk, said(kind, number)) for kind, pk, number in found)


SETTLED_AFTER = dt.timedelta(minutes=1)  # what was begun before the cut-off has been written by now


@transaction.atomic
def issue_conformance(words: str, actor: User) -> IssuedDocument:
    """As of a minute ago. Where nothing happened since the last one, that one. Raises UsageError for no period."""
    require(actor, "conformance.print")
    wanted = period(words)
    cut_off = time.now() - SETTLED_AFTER
    if wanted.first > cut_off.astimezone(zone()).date():
        raise Refused(_("这个时期还没有开始。"), code="not_begun")
    lock(CHAIN)
    newest = IssuedDocument.objects.filter(kind="conformance", subject=wanted.words).first()
    if newest is not None:
        since = LedgerEntry.objects.filter(at__gt=newest.cut_off, at__lte=cut_off)
        if not since.exclude(kind__startswith="document.").exists():
            return newest
    return write("conformance", wanted.words, cut_off=cut_off, by=actor, given={"period": wanted.words})


MOST_POSTS = 5000
MOST_WORDS = 2000


@transaction.atomic
def issue_special_report(
    case: Case, actor: User, *, judgement: str = "", advice: str = "", to: str = ""
) -> IssuedDocument:
    """The report on a case as it stands now. 核心判断 and 建议 may be added to by hand, and become entries first."""
    require(actor, "document.issue", case)
    if case.event.sensitive:  # §6.2: never in a 专报; the matter goes to the integrity department by its own way
        raise Refused(_("标为敏感的事不出专报。"), code="sensitive")
    judgement, advice = judgement.strip(), advice.strip()
    for name, text in ((_("核心判断"), judgement), (_("处置建议"), advice)):
        if len(text) > MOST_WORDS:
            raise Refused(
                _("“%(name)s”最多 %(most)d 个字，请缩短。") % {"name": name, "most": MOST_WORDS}, code="too_long"
            )
    chains = [f"case:{case.number}", f"event:{case.event.number}"]
    lock(*chains)
    now, who = time.now(), actor_of(actor)
    number = next_in("report", now)
    freeze(case, number, actor)
    if judgement or advice:
        told = {"report": number, "judgement": judgement, "advice": advice}
        record(chains[0], "document.remarked", told, who)
    row = write(
        "report", case.number, cut_off=now, by=actor, number=number, case=case, heads=heads_of(chains),
        given={"to": to.strip()[:200]},
    )  # fmt: skip
    if case.state in LIVE:
        handling.note_act(case, CaseAct.SPECIAL_REPORT, f"已出{number}", actor)
    return row


def freeze(case: Case, number: str, actor: User) -> None:
    """Which texts a document speaks of, with the figures they had: in the record, so that nobody chooses afterwards."""
    rows = list(members(case.event).select_related("post__screening")[: MOST_POSTS + 1])
    if len(rows) > MOST_POSTS:
        raise Refused(
            _("这件事的来文超过 %(most)d 条，一份专报写不下。请先拆分办件。") % {"most": MOST_POSTS}, code="too_many"
        )
    told = {"report": number, "posts": [_text(row) for row in rows]}
    record(f"case:{case.number}", "document.material", told, actor_of(actor))


def _text(row: EventPost) -> dict[str, Any]:
    post = row.post
    screening: Screening | None = getattr(post, "screening", None)
    sure = post.time_confidence != "future"
    metrics = {
        name: int(value)
        for name in ("reads", "reposts", "comments")
        if isinstance(value := post.metrics.get(name), (int, float))
    }
    return {
        "id": post.pk,
        "sha256": post.text_sha256,
        "platform": post.platform,
        "outlet": post.outlet,
        "concern": screening.concern if screening else "",
        "published_at": post.published_at if sure else None,
        "received_at": post.received_at,
        **metrics,
    }
