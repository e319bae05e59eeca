"""Documents to set: every kind of block, in every style."""

from __future__ import annotations

import io
import re

import docx
import pypdf
from docx.document import Document as Word

from huiying.paper.document import Document, Field, Fields, Heading, Note, Paragraph, Row, Stamp, Table
from huiying.paper.docx import to_docx
from huiying.paper.pdf import to_pdf

SENTENCE = "鞍山公共资源交易平台登录服务中断七十分钟涉及两个标段信息技术部已续证书开标顺延逐一电话告知投标人"
ADDRESS = "http://huiying.example/verify/"


def made(style: str = "form", **changes: object) -> Document:
    told: dict[str, object] = {
        "kind": "report", "style": style, "issuer": "测试公共资源交易管理局", "mark": "舆情专报",
        "number": "专报〔2026〕第1期", "title": "关于开标系统故障的专报", "cut_off": "2026-09-14T02:00:00.000000Z",
        "date": "2026年9月14日", "places": ("拟稿", "审核"), "foot": ("抄送：市委宣传部",),
        "blocks": (
            Heading("一、核心判断"), Paragraph(SENTENCE, ("case:20260914-01#3", "post:1")), Heading("（一）概况", 2),
            Table(("时间", "经过"), (Row(("9月14日 10:00", "立案"), ("case:20260914-01#1",)),), (1, 3)),
            Table(("时间", "经过"), ()), Fields((Field("级别", "较大", ("case:20260914-01#3",)),)),
            Note("只含本系统收到的来文。"),
        ),
    }  # fmt: skip
    return Document(**(told | changes))  # type: ignore[arg-type]


def stamped(document: Document, **changes: object) -> Stamp:
    return Stamp(document.sha256, ADDRESS + document.sha256, **changes)  # type: ignore[arg-type]


def pages(document: Document, stamp: Stamp | None = None) -> list[str]:
    """The text of each page, as a reader selects it."""
    reader = pypdf.PdfReader(io.BytesIO(to_pdf(document, stamp or stamped(document))))
    return [page.extract_text() for page in reader.pages]


def word(document: Document, stamp: Stamp | None = None) -> Word:
    return docx.Document(io.BytesIO(to_docx(document, stamp or stamped(document))))


def whole(text: str) -> str:
    """Without breaks and spaces: what was said, not how it was set."""
    return re.sub(r"[\s\u200b]+", "", text)
