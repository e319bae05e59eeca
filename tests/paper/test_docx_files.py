"""DOCX: opened again with its reader, the page as the standard measures it, the same bytes each time (§5.1, INV-9)."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx.oxml.ns import qn
from docx.shared import Mm

from huiying.paper import measures
from huiying.paper.document import STYLES, Paragraph, Row, Table
from huiying.paper.docx import ZIP_TIME, to_docx
from paper.paper_of import SENTENCE, made, stamped, word

OFFICIAL = [style for style in STYLES if style != "form"]


@pytest.mark.parametrize("style", OFFICIAL)
def test_5_1_the_page_has_the_measures_of_the_standard(style: str) -> None:
    section = word(made(style)).sections[0]
    assert abs(section.page_width - Mm(210)) < Mm(1)
    assert abs(section.page_height - Mm(297)) < Mm(1)
    margins = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    for margin, wanted in zip(margins, (37, 28, 26, 35), strict=True):
        assert abs(margin - Mm(wanted)) < Mm(1), wanted


@pytest.mark.parametrize("style", OFFICIAL)
def test_5_1_the_grid_is_22_lines_of_28_characters(style: str) -> None:
    grid = word(made(style)).sections[0]._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    pitch = int(grid.get(qn("w:linePitch"))) / 20
    assert int(measures.TYPE_HEIGHT * measures.POINTS_PER_MM / pitch) == measures.LINES
    character = measures.SIZE_3 + int(grid.get(qn("w:charSpace"))) / 4096
    assert int(measures.TYPE_WIDTH * measures.POINTS_PER_MM / character + 0.01) == measures.CHARACTERS


def test_5_1_the_typefaces_are_named_as_the_standard_names_them() -> None:
    named = {
        run._r.rPr.rFonts.get(qn("w:eastAsia"))
        for paragraph in word(made("official")).paragraphs
        for run in paragraph.runs
        if run._r.rPr is not None and run._r.rPr.rFonts is not None
    }
    assert {measures.TITLE_FACE, measures.BODY_FACE, measures.FIRST_FACE, measures.SECOND_FACE} <= named


def test_5_1_the_mark_is_red_and_a_plain_form_has_no_red() -> None:
    def reds(style: str) -> list[str]:
        return [
            run.text for paragraph in word(made(style)).paragraphs for run in paragraph.runs
            if run.font.color is not None and run.font.color.rgb is not None
        ]  # fmt: skip

    assert reds("official") == ["舆情专报"]
    assert reds("form") == []


@pytest.mark.parametrize("style", STYLES)
def test_every_word_is_in_the_file(style: str) -> None:
    opened = word(made(style))
    text = "\n".join(paragraph.text for paragraph in opened.paragraphs)
    for words in ("关于开标系统故障的专报", SENTENCE, "专报〔2026〕第1期", "一、核心判断", "抄送：市委宣传部"):
        assert words in text, words
    cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    assert {"时间", "经过", "级别"} <= set(cells)
    assert any(cell.startswith("立案") for cell in cells)


def test_5_1_page_numbers_stand_in_the_footers_of_odd_and_even_pages() -> None:
    opened = word(made("official"))
    assert opened.settings.odd_and_even_pages_header_footer
    section = opened.sections[0]
    for footer in (section.footer, section.even_page_footer):
        assert "PAGE" in footer._element.xml
        assert footer.paragraphs[0].style.name == "Normal", "the style of footers has a tab stop of its own"
        assert "graphic" in footer._element.xml, "the code is missing"
    letter = word(made("letter")).sections[0]
    assert letter.different_first_page_header_footer
    assert "PAGE" not in letter.first_page_footer._element.xml


@pytest.mark.parametrize("style", STYLES)
def test_inv_9_the_same_document_gives_the_same_bytes(style: str) -> None:
    document = made(style)
    one = to_docx(document, stamped(document))
    assert one == to_docx(document, stamped(document))
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert {info.date_time for info in archive.infolist()} == {ZIP_TIME}
        assert archive.namelist()[0] == "[Content_Types].xml"


def test_inv_9_another_word_gives_another_file() -> None:
    one, two = made(), made(blocks=(Paragraph("别的"),))
    assert to_docx(one, stamped(one)) != to_docx(two, stamped(two))
    assert word(one).core_properties.identifier == one.sha256


@pytest.mark.parametrize("style", ["official", "form"])
def test_the_columns_are_as_wide_in_libreoffice_as_in_word(style: str) -> None:
    """One takes the width of a column, the other that of a cell."""
    table = Table(("时间", "经过"), (Row(("9月14日", "立案")),), widths=(1, 3))
    (found,) = word(made(style, blocks=(table,))).tables
    left, right = (column.width for column in found.columns)
    assert left
    assert right
    assert right / left == pytest.approx(3, rel=0.01)
    assert [cell.width for cell in found.rows[1].cells] == pytest.approx([left, right], abs=10)


def test_the_lines_of_a_table_do_not_stand_on_the_lines_of_the_page() -> None:
    table = Table(("时间", "经过"), (Row(("9月14日", "立案")),))
    (found,) = word(made("official", blocks=(table,))).tables
    for cell in (cell for row in found.rows for cell in row.cells):
        (snap,) = cell.paragraphs[0]._p.pPr.findall(qn("w:snapToGrid"))
        assert snap.get(qn("w:val")) == "0"
