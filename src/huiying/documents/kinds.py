"""The kinds of documents: how each is numbered, composed and signed, and what it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from huiying.documents.composing import Basis, Composed, Signer, signers
from huiying.documents.compositors import (
    briefing,
    case_papers,
    conformance,
    daily_log,
    measures,
    notes,
    risk,
    special_report,
)
from huiying.regulation import Regulation

ITSELF, CASE, OBJECT = "itself", "case", "object"  # made by the loop; about a case; about one row of the casework


@dataclass(frozen=True)
class Kind:
    """`series`: how the number is written, with `{year}` and `{n}`; "" where the thing itself has one.

    `places`: who signs there, by capability; "" for whoever may sign the document at all. The log's are the
    regulation's: ask `places_of`.
    """

    code: str
    about: str
    compose: Callable[[Basis], Composed]
    series: str = ""
    places: tuple[tuple[str, str], ...] = ()
    editions: bool = False  # printed again it keeps its number: 「督办〔2026〕1号·2」


KINDS: dict[str, Kind] = {
    kind.code: kind
    for kind in (
        Kind("log", ITSELF, daily_log.compose),
        Kind(
            "report", CASE, special_report.compose, "专报〔{year}〕第{n}期",
            (("拟稿", ""), ("审核", "office"), ("签发", "lead_bureau")),
        ),
        Kind("quick", CASE, notes.compose, "快报〔{year}〕{n}号"),
        Kind("follow", CASE, notes.compose, "续报〔{year}〕{n}号"),
        Kind("final", CASE, notes.compose, "终报〔{year}〕{n}号"),
        Kind("briefing", ITSELF, briefing.compose_briefing),
        Kind("night", ITSELF, briefing.compose_night),
        Kind("handover", OBJECT, briefing.compose_handover, "交接〔{year}〕{n}号"),
        Kind("slip", OBJECT, case_papers.compose_slip, places=(("转办", ""), ("签收", ""))),
        Kind("approval", OBJECT, case_papers.compose_approval, "审批〔{year}〕{n}号"),
        Kind("letter", OBJECT, case_papers.compose_letter),
        Kind("warning", OBJECT, case_papers.compose_warning, "预警〔{year}〕{n}号"),
        Kind("feedback", CASE, case_papers.compose_feedback, "反馈〔{year}〕{n}号", (("经办", ""), ("审核", "office"))),
        Kind("minutes", OBJECT, case_papers.compose_minutes),
        Kind("digest", ITSELF, briefing.compose_digest),
        Kind("pack", CASE, measures.compose_pack, "证据〔{year}〕{n}号", (("制作", ""), ("审核", "office"))),
        Kind(
            "supervision", OBJECT, measures.compose_supervision, "督办〔{year}〕{n}号",
            (("签发", "office"), ("签收", "handle")), editions=True,
        ),
        Kind(
            "criticism", OBJECT, measures.compose_criticism, "通报〔{year}〕{n}号", (("签发", "lead_bureau"),),
            editions=True,
        ),
        Kind(
            "talk", OBJECT, measures.compose_talk, "约谈〔{year}〕{n}号",
            (("约谈人", "lead_bureau"), ("被约谈人", "handle"), ("记录人", "")), editions=True,
        ),
        Kind(
            "referral", OBJECT, measures.compose_referral, "移送〔{year}〕{n}号", (("签发", "lead_bureau"),),
            editions=True,
        ),
        Kind(
            "risk", OBJECT, risk.compose, "风险评估〔{year}〕{n}号", (("评估", ""), ("批准", "lead_bureau")),
            editions=True,
        ),
        Kind("conformance", ITSELF, conformance.compose, "落实〔{year}〕{n}号", (("制表", ""), ("核对", "audit"))),
    )
}  # fmt: skip


def places_of(kind: str, law: Regulation) -> dict[str, Signer]:
    """Where a document is signed, and by whom."""
    if kind == "log":
        return signers(law)
    return {place: Signer(capabilities=frozenset(filter(None, [may]))) for place, may in KINDS[kind].places}


def compose(basis: Basis) -> Composed:
    """Compose, or compose again: the same basis gives the same document (INV-9)."""
    return KINDS[basis.kind].compose(basis)
