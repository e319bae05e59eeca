"""民意月报 on paper (C4.5): the figures that were issued to the leaders, as the record has them, and no others."""

from __future__ import annotations

import datetime as dt
from typing import Any

from huiying.documents import names
from huiying.documents.composing import Basis, Blocks, Composed, LocalTimes, shares
from huiying.kernel import canonical
from huiying.ledger.models import LedgerEntry
from huiying.paper.document import BRIEF, Document, Heading, Note, Paragraph
from huiying.people.errors import Refused


def issued(month: str) -> LedgerEntry | None:
    return LedgerEntry.objects.filter(chain=f"digest:{month}", kind="digest.issued").order_by("seq").first()


def compose(basis: Basis) -> Composed:
    entry = issued(basis.subject)
    if entry is None or entry.data is None:
        raise Refused(f"{basis.subject} 的月报还没有报出。", code="not_issued")
    figures: dict[str, Any] = {
        name: entry.data[name] for name in ("messages", "channels", "heard", "grades", "answered", "asked_again")
    }
    for name in ("messages", "channels", "heard", "grades"):  # the most frequent first, the zeros with them (C4.5)
        figures[name] = dict(sorted(figures[name].items(), key=lambda pair: -pair[1]))
    rules, source = basis.rules(), (f"{entry.chain}#{entry.seq}",)
    said = LocalTimes(rules.zone)
    whole, heard = sum(figures["messages"].values()), sum(figures["heard"].values())
    year, month = map(int, basis.subject.split("-"))
    blocks: Blocks = [
        Heading(f"一、写给我们的：{whole}条"),
        Paragraph("当月全部来文都数进来，一条只数一次，表扬和批评按真实比例。", source),
        shares("说的是什么", figures["messages"]), shares("从哪里来", figures["channels"]),
        Heading(f"二、别处说到我们的：{heard}条"), shares("性质", figures["heard"]),
        Heading("三、答得怎么样"),
        Paragraph(f"公开答复{figures['answered']}件，再次提出{figures['asked_again']}件。", source),
        shares("满意度", figures["grades"]),
        Heading("四、大家来问、网站本该写明的事"),
        Paragraph(f"涉及事件：{'、'.join(entry.data.get('untold') or ()) or '无'}。", source),
        Note("涉及人身安全的只计数，不列出。"),
    ]  # fmt: skip
    name = names.of(rules, "digest")
    document = Document(
        kind="digest", style=BRIEF, issuer=basis.issuer, mark=name, number=basis.number,
        title=f"{year}年{month}月民意情况", cut_off=canonical.timestamp(basis.cut_off), date=said.day(basis.cut_off),
        blocks=tuple(blocks), head=(("密级", "内部资料"),), foot=("报送：局领导",),
        short=f"【{name} {basis.subject}】来文{whole}条，别处说到{heard}条，公开答复{figures['answered']}件，"
        f"再次提出{figures['asked_again']}件。【系统生成，以台账为准】",
    )  # fmt: skip
    return Composed(document, figures)


def month_end(month: str, zone: dt.tzinfo) -> dt.datetime:
    year, number = map(int, month.split("-"))
    following = dt.date(year + number // 12, number % 12 + 1, 1)
    return dt.datetime.combine(following, dt.time(), zone)
