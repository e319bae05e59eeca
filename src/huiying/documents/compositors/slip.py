"""转办单 (C10.5, §5.2-5): the regulation's elements as they were issued, each filled or 「未掌握」 with why."""

from __future__ import annotations

from huiying.documents import names
from huiying.documents.composing import Basis, Blocks, Composed, clean, sure
from huiying.documents.compositors.base import OfCase
from huiying.documents.record import Entry
from huiying.handling.models import TransferSlip
from huiying.handling.slips import VALUE, written
from huiying.paper.document import Field, Fields, Heading, Row, Table

REPORTS = {"accepted": "签收", "facts_found": "报事实", "disposed": "报处置", "published": "已公开", "closed": "办结"}


def compose(basis: Basis) -> Composed:
    return _Slip(basis).compose()


class _Slip(OfCase):
    def compose(self) -> Composed:
        slip = TransferSlip.objects.select_related("assignment__department").get(pk=self.ref)
        issued = self._of("slip.issued", slip.number)
        routed = next((e for e in self.book.of("case.routed", "case.return_decided")
                       if e.data.get("slip") == slip.number), None)  # fmt: skip
        lead = slip.assignment.department.name
        known = sum(VALUE in element for element in slip.elements.values())
        rows = [
            Field("办件编号", self.case.number, sure(self.case.opened)),
            Field("级别与时限", f"{names.level(self.rules, slip.level)}，{self._until(slip)}", sure(issued)),
            Field("主办", lead, sure(routed.source if routed else "")),
            Field("协办", "、".join(slip.joint) or "无", sure(routed.source if routed else "")),
            Field("理由", self._reason(routed), sure(routed.source if routed else "")),
        ]
        elements = [
            Field(name, self.event.kept_back or clean(written(slip.elements[name])), sure(issued))
            # In the regulation's order: PostgreSQL's jsonb keeps no order of keys.
            for name in self.rules.transfer.required_fields
            if name in slip.elements
        ]
        blocks: Blocks = [
            Fields(tuple(rows)), Heading(f"{len(elements)} 要素"), Fields(tuple(elements)),
            Heading("要求"), Fields((Field("办理要求", clean(slip.requirements) or "按制度办理", sure(issued)),)),
            Heading("签收和办理"), *self._course(lead),
        ]  # fmt: skip
        figures = {"elements": len(elements), "known": known, "unknown": len(elements) - known}
        return self.made(blocks, figures=figures, places=("转办", "签收"))

    def _of(self, kind: str, number: str) -> str:
        return next((e.source for e in self.book.of(kind) if e.data.get("number") == number), "")

    def _until(self, slip: TransferSlip) -> str:
        return f"{self.said.time(slip.due_at)}前公开回应" if slip.due_at else "没有在计时限"

    def _reason(self, routed: Entry | None) -> str:
        if routed is None:
            return "—"
        matched = (routed.data.get("matched") or {}).get("reason") or ""
        return "；".join(words for words in (clean(str(routed.data.get("reason") or "")), str(matched)) if words)

    def _course(self, lead: str) -> Blocks:
        """签收, 退回, what was found and done, and each node that was reported."""
        rows = []
        for entry in self.book.window:
            words = self._told(entry)
            if words:
                rows.append(Row((self.said.time(entry.at), words, entry.who), (entry.source,)))
        return [Table(("时间", "办理", "办理人"), tuple(rows), (3, 8, 3), "尚未签收。")]

    def _told(self, entry: Entry) -> str:
        data = entry.data
        match entry.kind:
            case "case.accepted":
                return f"{data.get('department')}签收"
            case "case.returned":
                return f"{data.get('department')}退回：{self.words(str(data.get('reason') or ''), 80)}"
            case "case.found":
                return f"情况分析：{self.words(str(data.get('facts')), 120)}"
            case "case.disposed":
                return f"处置：{self.words(str(data.get('actions')), 120)}"
            case "report.made":
                return f"同步报送：{REPORTS.get(str(data.get('node')), str(data.get('node')))}"
        return ""
