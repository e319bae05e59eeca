"""A report of forty pages as PDF and as DOCX: seconds on the wall's clock, the first setting in a process included."""

from __future__ import annotations

from time import perf_counter
from typing import Any, Final

PAGES: Final = 40
GOAL: Final = 10.0


def run() -> list[dict[str, Any]]:
    from huiying.paper.document import BRIEF, Document, Heading, Paragraph, Row, Stamp, Table
    from huiying.paper.docx import to_docx
    from huiying.paper.pdf import to_pdf

    text = "群众反映交易系统登录不上，担心开标超时受影响；信息技术部已续证书，两个标段开标顺延。" * 6
    blocks: list[Any] = []
    for n in range(PAGES):
        blocks += [Heading(f"（{n + 1}）"), Paragraph(text, (f"case:bench#{n}", f"post:{n}"))]
        rows = tuple(
            Row((f"9月14日 {hour:02d}:00", "本地论坛", text[:40]), (f"event:bench#{hour}",)) for hour in range(8)
        )
        blocks.append(Table(("时间", "出处", "内容"), rows, (2, 2, 5)))
    document = Document(
        kind="report", style=BRIEF, issuer="测试公共资源交易管理局", mark="舆情专报", number="专报〔2026〕第1期",
        title="四十页的专报", cut_off="2026-09-14T02:00:00.000000Z", date="2026年9月14日", blocks=tuple(blocks),
    )  # fmt: skip
    stamp = Stamp(document.sha256, f"http://bench.example/verify/{document.sha256}/")
    found = []
    for name, render in (("paper_pdf_40_pages", to_pdf), ("paper_docx_40_pages", to_docx)):
        begun = perf_counter()
        content = render(document, stamp)
        seconds = perf_counter() - begun
        assert len(content) > 10_000
        found.append(
            {
                "name": name, "figure": round(seconds, 3), "unit": "s", "peer_or_floor": None, "ratio": None,
                "goal": GOAL, "met": seconds <= GOAL,
            }
        )  # fmt: skip
    return found
