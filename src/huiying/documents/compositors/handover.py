"""交接班表 (C5.1, §7.2): the sheet as it was frozen when the one who goes confirmed it, with both confirmations."""

from __future__ import annotations

from huiying.documents import names
from huiying.documents.composing import Basis, Blocks, Composed, LocalTimes, clean
from huiying.handling.handover_sheet import DANGER
from huiying.handling.models import Handover
from huiying.kernel import canonical
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.history.entries import moment
from huiying.paper.document import FORM, Document, Field, Fields, Heading, Note, Paragraph


def compose(basis: Basis) -> Composed:
    row = Handover.objects.select_related("outgoing", "incoming").get(pk=int(basis.subject))
    rules = basis.rules()
    said = LocalTimes(rules.zone)
    given, taken = _source(basis, "handover.given", row.pk), _source(basis, "handover.taken", row.pk)
    blocks: Blocks = [
        Fields((
            Field("班次", f"{said.time(moment(row.sheet['since']))}—{said.time(row.changes_at)}"),
            Field("交班人", f"{row.outgoing.name}，{said.time(row.gave_at)}确认", given),
            Field("接班人", f"{row.incoming.name}，{said.time(row.took_at)}确认", taken),
        ))
    ]  # fmt: skip
    figures: dict[str, object] = {}
    for section in row.sheet["sections"]:
        lines = section["lines"]
        figures[section["title"]] = len(lines)
        blocks.append(Heading(section["title"]))
        if section["title"] == DANGER:  # what it says is told face to face (Life first)
            blocks.append(Paragraph(f"{len(lines)} 件，当面交接，不列内容。" if lines else "无。"))
        else:
            blocks += [Paragraph(clean(line)) for line in lines] or [Paragraph("无。")]
    blocks += [Heading("设备、账号和特别关注"), Paragraph(clean(row.remarks) or "无。")]
    blocks.append(Note(f"交班时封存的交接表校验码：{row.sheet_sha256}"))
    name = names.of(rules, "handover")
    document = Document(
        kind="handover", style=FORM, issuer=basis.issuer, mark=name, number=basis.number,
        title=f"{name}（{said.time(row.changes_at)}）", cut_off=canonical.timestamp(basis.cut_off),
        date=said.day(row.changes_at), blocks=tuple(blocks), places=("交班人", "接班人"),
    )  # fmt: skip
    return Composed(document, figures)


def _source(basis: Basis, kind: str, pk: int) -> tuple[str, ...]:
    """The confirmation's own entry on the duty chain."""
    rows = LedgerEntry.objects.filter(chain="duty", kind=kind, seq__lte=int(basis.heads.get("duty", 0))).order_by(
        "-seq"
    )
    for entry in rows[:200]:
        if (entry.data or {}).get("handover") == pk:
            return (f"duty#{entry.seq}",)
    return ()
