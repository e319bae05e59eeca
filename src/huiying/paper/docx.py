"""DOCX on the measures of GB/T 9704-2012, with the standard's typefaces by name: what a clerk opens and goes on with.

The file is the same bytes for the same document (INV-9): no time of the machine goes into it. Which typeface a reader
sees is settled on the reader's machine; the last line says what the standard asks for.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

import docx
from docx.document import Document as Word
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as WordTable, _Cell
from docx.text.paragraph import Paragraph as WordParagraph
from docx.text.run import Run

from huiying.kernel import qr
from huiying.paper import measures
from huiying.paper.document import (
    BRIEF,
    FORM,
    LETTER,
    OFFICIAL,
    Document,
    Fields,
    Heading,
    Note,
    Paragraph,
    References,
    Stamp,
    Table,
    said_of,
)

FIXED = dt.datetime(2016, 9, 8, tzinfo=dt.UTC)  # a file that knows when it was saved is another file each time
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
RED = RGBColor.from_string(measures.RED.upper())
LATIN = "Times New Roman"
BODY, FIRST, SECOND, TITLE = measures.BODY_FACE, measures.FIRST_FACE, measures.SECOND_FACE, measures.TITLE_FACE
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def to_docx(document: Document, stamp: Stamp) -> bytes:
    word = docx.Document()
    writer = _Writer(word, document, stamp)
    writer.write()
    out = io.BytesIO()
    word.save(out)
    return _fixed(out.getvalue())


def _fixed(data: bytes) -> bytes:
    """The same archive with one time for every part, in the order of the names."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as write:
        # [Content_Types].xml comes first, as readers expect of a package.
        for name in sorted(read.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            write.writestr(info, read.read(name))
    return out.getvalue()


def _writable(text: str) -> str:
    """Without what XML knows no way to write: a control character that a stranger typed must not cost a document."""
    return _NOT_XML.sub("", text)


class _Writer:
    def __init__(self, word: Word, document: Document, stamp: Stamp) -> None:
        self.word, self.document, self.stamp = word, document, stamp
        self.references = References()
        self.official = document.style != FORM
        self.size = measures.SIZE_3 if self.official else 12.0

    def write(self) -> None:
        self._properties()
        self._page()
        self._head()
        for block in self.document.blocks:
            self._block(block)
        self._end()

    # The page -------------------------------------------------------------------------------------------------------

    def _properties(self) -> None:
        core, document = self.word.core_properties, self.document
        core.title, core.author = _writable(document.title)[:255], _writable(document.issuer)[:255]
        core.identifier = self.stamp.sha256
        core.created = core.modified = FIXED
        core.last_modified_by, core.comments, core.revision = core.author, "", 1

    def _page(self) -> None:
        section = self.word.sections[0]
        section.start_type = WD_SECTION.NEW_PAGE
        section.page_width, section.page_height = Mm(measures.PAGE_WIDTH), Mm(measures.PAGE_HEIGHT)
        margins = (measures.TOP, measures.LEFT, measures.RIGHT, measures.BOTTOM) if self.official else (22, 25, 20, 30)
        section.top_margin, section.left_margin, section.right_margin, section.bottom_margin = map(Mm, margins)
        section.footer_distance = Mm(margins[3] - measures.PAGE_NUMBER_BELOW - 8)
        if self.official:
            grid = section._sectPr.find(qn("w:docGrid"))
            if grid is None:
                grid = OxmlElement("w:docGrid")
                section._sectPr.append(grid)
            grid.set(qn("w:type"), "linesAndChars")
            grid.set(qn("w:linePitch"), str(int(measures.PITCH * 20)))
            # 4096ths of a point: how much narrower than the size a character stands.
            grid.set(qn("w:charSpace"), str(round((measures.CHARACTER - measures.SIZE_3) * 4096)))
        self.word.settings.odd_and_even_pages_header_footer = True
        section.different_first_page_header_footer = self.document.style == LETTER
        self._normal()
        for footer, odd in ((section.footer, True), (section.even_page_footer, False)):
            self._folio(footer, odd)
        if self.document.style == LETTER:
            self._folio(section.first_page_footer, True, numbered=False)

    def _normal(self) -> None:
        style = self.word.styles["Normal"]
        style.font.name, style.font.size = LATIN, Pt(self.size)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
        form = style.paragraph_format
        form.space_before = form.space_after = Pt(0)
        form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        form.line_spacing = Pt(round(measures.PITCH, 1)) if self.official else Pt(19)

    def _folio(self, footer: Any, odd: bool, *, numbered: bool = True) -> None:
        """— 1 — outside, the code inside; the other way round on even pages."""
        footer.is_linked_to_previous = False
        line = footer.paragraphs[0]
        line.style = "Normal"  # the style of footers has a tab stop in the middle, where no number stands
        line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        stop = Pt(measures.TYPE_WIDTH * measures.POINTS_PER_MM - measures.SIZE_4)
        if odd:
            self._code(line)
            if numbered:
                line.paragraph_format.tab_stops.add_tab_stop(stop, WD_TAB_ALIGNMENT.RIGHT)
                line.add_run("\t")
                self._number(line)
            return
        line.paragraph_format.left_indent = Pt(measures.SIZE_4)
        self._number(line)
        line.paragraph_format.tab_stops.add_tab_stop(stop, WD_TAB_ALIGNMENT.RIGHT)
        line.add_run("\t")
        self._code(line)

    def _code(self, line: WordParagraph) -> None:
        if self.stamp.address:
            line.add_run().add_picture(io.BytesIO(qr.png(self.stamp.address)), width=Mm(13))
        self._run(line, f" {self.stamp.sha256[:16]}", size=6.5)

    def _number(self, line: WordParagraph) -> None:
        self._run(line, "— ", size=measures.SIZE_4, face="宋体")
        run = self._run(line, "", size=measures.SIZE_4, face="宋体")
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            if kind:
                part = OxmlElement("w:fldChar")
                part.set(qn("w:fldCharType"), kind)
            else:
                part = OxmlElement("w:instrText")
                part.text = text
            run._r.append(part)
        self._run(line, " —", size=measures.SIZE_4, face="宋体")

    # The head -------------------------------------------------------------------------------------------------------

    def _head(self) -> None:
        document = self.document
        if self.stamp.void:
            self._line(f"【{self.stamp.void}】", face=FIRST, align=CENTRE)
        if document.style == FORM:
            self._line(document.mark, face=TITLE, size=20, bold=True, align=CENTRE, free=True)
            self._line(f"{document.issuer}　　编号：{document.number}", size=measures.SIZE_5)
            self._rule("000000", 6)
            if document.title != document.mark:
                self._line(document.title, face=FIRST, size=measures.SIZE_4, align=CENTRE)
            self._extras(measures.SIZE_5)
        else:
            if document.style != LETTER:
                self._extras(12)
            widest = measures.TYPE_WIDTH * measures.POINTS_PER_MM / max(len(document.mark), 1)
            size = min({OFFICIAL: 40, LETTER: 30}.get(document.style, 44), int(widest))  # it stands on one line
            above = measures.MARK_BELOW * measures.POINTS_PER_MM if document.style == OFFICIAL else 0
            self._line(document.mark, face=TITLE, size=size, align=CENTRE, red=True, free=True, above=above)
            self._numbers()
            self._line(
                document.title, face=TITLE, size=measures.SIZE_2, align=CENTRE, free=True, above=2 * measures.PITCH
            )
            self._line("")
        if document.to:
            self._line(f"{document.to}：")

    def _numbers(self) -> None:
        document = self.document
        if document.style == LETTER:  # 信函: the double line stands above the number
            self._rule(measures.RED, 18, double=True)
            self._line(document.number, size=measures.SIZE_4, align=RIGHT)
            return
        if document.style == OFFICIAL:
            self._line("")
        told = (
            f"{document.issuer}　{document.number}　{document.date}" if document.style == "brief" else document.number
        )
        self._line(told, size=measures.SIZE_4 if document.style == "brief" else measures.SIZE_3, align=CENTRE)
        self._rule(measures.RED, 12)

    def _extras(self, size: float) -> None:
        for label, value in self.document.head:
            self._line(f"{label}：{value}", face=FIRST, size=size)

    # Blocks ---------------------------------------------------------------------------------------------------------

    def _block(self, block: object) -> None:
        match block:
            case Heading(text, level):
                face = {1: FIRST, 2: SECOND}.get(level, BODY)
                line = self._line(text, face=face, indent=self.official)
                line.paragraph_format.keep_with_next = True
            case Paragraph(text, sources):
                line = self._line(text, indent=True)
                self._mark(line, self.references.mark(sources))
            case Fields(rows):
                self._fields(rows)
            case Table():
                self._table(block)
            case Note(text):
                self._line(text, size=9, free=True)

    def _fields(self, rows: tuple[Any, ...]) -> None:
        table = self.word.add_table(rows=0, cols=2)
        self._grid(table, (0.26, 0.74))
        size = measures.SIZE_4 if self.official else 11
        for row in rows:
            left, right = table.add_row().cells
            self._cell(left, row.label, size, face=FIRST, width=0.26)
            self._mark(self._cell(right, row.value, size, width=0.74), self.references.mark(row.sources))
        self._line("")

    def _table(self, block: Table) -> None:
        if not block.rows:
            self._line(block.empty)
            return
        columns = block.widths or (1,) * len(block.header)
        whole, size = sum(columns), 12.0 if self.official else 10.0
        table = self.word.add_table(rows=1, cols=len(block.header))
        self._grid(table, [width / whole for width in columns])
        for cell, text, width in zip(table.rows[0].cells, block.header, columns, strict=True):
            self._cell(cell, text, size, face=FIRST, width=width / whole)
        repeat = OxmlElement("w:tblHeader")
        repeat.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(repeat)
        for row in block.rows:
            line = None
            for cell, text, width in zip(table.add_row().cells, row.cells, columns, strict=True):
                line = self._cell(cell, text, size, width=width / whole)
            if line is not None:
                self._mark(line, self.references.mark(row.sources))
        self._line("")

    def _grid(self, table: WordTable, shares: Sequence[float]) -> None:
        """Word takes the width of a cell, LibreOffice that of the column: both are told."""
        table.style = "Table Grid"
        table.autofit = False
        for column, share in zip(table.columns, shares, strict=True):
            column.width = self._width(share)

    def _width(self, share: float) -> Mm:
        return Mm((measures.TYPE_WIDTH if self.official else 165) * share)

    def _cell(self, cell: _Cell, text: str, size: float, *, width: float, face: str = BODY) -> WordParagraph:
        cell.width = self._width(width)
        line: WordParagraph = cell.paragraphs[0]
        line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        free = OxmlElement("w:snapToGrid")  # a table's lines are closer than the 22 of the page
        free.set(qn("w:val"), "0")
        line._p.get_or_add_pPr().insert_element_before(free, "w:spacing", "w:ind", "w:jc", "w:rPr")
        self._run(line, text, size=size, face=face)
        return line

    # The end --------------------------------------------------------------------------------------------------------

    def _end(self) -> None:
        document = self.document
        for place in document.places:
            self._line(f"{place}：{self.stamp.of(place) or '＿＿＿＿＿＿'}", size=measures.SIZE_4)
        if document.style not in (FORM, BRIEF):
            self._line("")
            for text in (document.issuer, document.date):
                line = self._line(text, align=RIGHT)
                line.paragraph_format.right_indent = Pt(4 * measures.CHARACTER)
        if self.stamp.additions:
            self._line("补记和批示", face=FIRST, size=measures.SIZE_4)
            for text in self.stamp.additions:
                self._line(text, size=measures.SIZE_4)
        for text in document.foot:
            self._rule("000000", 4)
            self._line(text, size=measures.SIZE_4)
        if document.foot:
            self._rule("000000", 8)
        small = []
        if self.references.order:
            told = "　".join(f"[{n}] {said_of(source)}" for n, source in enumerate(self.references.order, 1))
            small.append(f"出处：{told}")
        small.append(f"内容校验码（SHA-256）：{self.stamp.sha256}")
        named = "、".join((TITLE, BODY, SECOND, FIRST))
        small.append(f"本文件按标准写明字体{named}；没有安装这些字体的电脑会换成别的字体显示。")
        for text in small:
            self._line(text, size=7.5, free=True)

    # Parts ----------------------------------------------------------------------------------------------------------

    def _line(
        self, text: str, *, face: str = BODY, size: float = 0, align: WD_ALIGN_PARAGRAPH | None = None,
        red: bool = False, bold: bool = False, indent: bool = False, free: bool = False, above: float = 0,
    ) -> WordParagraph:  # fmt: skip
        line = self.word.add_paragraph()
        form = line.paragraph_format
        if align is not None:
            line.alignment = align
        if indent:
            form.first_line_indent = Pt(2 * (measures.CHARACTER if self.official else self.size))
        if free:  # a line that is higher or lower than the grid's
            form.line_spacing_rule = WD_LINE_SPACING.SINGLE
        if above:
            form.space_before = Pt(above)
        run = self._run(line, text, size=size or self.size, face=face)
        run.bold = bold or None
        if red:
            run.font.color.rgb = RED
        return line

    def _run(self, line: WordParagraph, text: str, *, size: float, face: str = BODY) -> Run:
        run = line.add_run(_writable(text))
        run.font.size, run.font.name = Pt(size), LATIN
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
        return run

    def _mark(self, line: WordParagraph, text: str) -> None:
        if text:
            self._run(line, text, size=7).font.superscript = True

    def _rule(self, colour: str, eighths: int, *, double: bool = False) -> None:
        """A line across the type area: the bottom border of an empty paragraph."""
        line = self._line("", size=2, free=True)
        borders = OxmlElement("w:pBdr")
        bottom = OxmlElement("w:bottom")
        kind = "thickThinSmallGap" if double else "single"
        for name, value in (("val", kind), ("sz", str(eighths)), ("space", "1"), ("color", colour)):
            bottom.set(qn(f"w:{name}"), value)
        borders.append(bottom)
        line._p.get_or_add_pPr().append(borders)
