"""PDF pages: selectable Chinese, the lines and characters of GB/T 9704, a code on each page, the same bytes (§5.1)."""

from __future__ import annotations

import io
import re

import pypdf
import pytest

from huiying.kernel import home
from huiying.paper import measures
from huiying.paper.document import STYLES, Paragraph, Row, Table
from huiying.paper.pdf import loose, to_pdf, to_pictures
from paper.paper_of import SENTENCE, made, pages, stamped, whole

OFFICIAL = [style for style in STYLES if style != "form"]
LONG = "测" * 2000


@pytest.mark.parametrize("style", STYLES)
def test_the_text_of_a_page_is_selectable_chinese(style: str) -> None:
    document = made(style)
    text = whole("".join(pages(document)))
    for words in (
        "关于开标系统故障的专报",
        SENTENCE,
        "专报〔2026〕第1期",
        "一、核心判断",
        "立案",
        "只含本系统收到的来文。",
    ):
        assert words in text, words


@pytest.mark.parametrize("style", OFFICIAL)
def test_5_1_a_line_holds_28_characters(style: str) -> None:
    """Of running text alone, every full line has them: not one more, not one less."""
    lines = [line for page in pages(made(style, blocks=(Paragraph(LONG),))) for line in page.splitlines()]
    full = [line for line in lines if set(line) == {"测"}]
    assert [len(line) for line in full[1:-1]] == [measures.CHARACTERS] * (len(full) - 2)
    assert len(full[0]) == measures.CHARACTERS - 2  # the paragraph begins two characters in


def test_5_1_a_page_holds_22_lines() -> None:
    text = pages(made("brief", blocks=(Paragraph(LONG),)))
    assert sum(set(line) == {"测"} for line in text[1].splitlines()) == measures.LINES


def test_5_1_the_page_is_a4() -> None:
    reader = pypdf.PdfReader(io.BytesIO(to_pdf(made("official"), stamped(made("official")))))
    width, height = reader.pages[0].mediabox.width, reader.pages[0].mediabox.height
    assert float(width) == pytest.approx(210 * measures.POINTS_PER_MM, abs=0.5)
    assert float(height) == pytest.approx(297 * measures.POINTS_PER_MM, abs=0.5)


def test_5_1_each_page_has_its_number_and_the_first_of_a_letter_has_none() -> None:
    for style in ("official", "form"):
        for number, text in enumerate(pages(made(style, blocks=(Paragraph(LONG),))), 1):
            assert re.search(rf"—\s*{number}\s*—", text), (style, number)
    letter = pages(made("letter", blocks=(Paragraph(LONG),)))
    assert not re.search(r"—\s*1\s*—", letter[0])
    assert re.search(r"—\s*2\s*—", letter[1])


def test_inv_9_the_hash_stands_on_each_page_beside_the_code() -> None:
    document = made("brief", blocks=(Paragraph(LONG),))
    text = pages(document)
    assert len(text) > 2
    assert all(document.sha256[:16] in page for page in text)
    assert document.sha256 in whole("".join(text))


@pytest.mark.parametrize("style", STYLES)
def test_inv_9_the_same_document_gives_the_same_bytes(style: str) -> None:
    document = made(style)
    assert to_pdf(document, stamped(document)) == to_pdf(document, stamped(document))


def test_a_signature_and_an_addendum_are_printed() -> None:
    document = made("brief")
    stamp = stamped(document, signed=(("拟稿", "采编小林 9月14日 10:00"),), additions=("批示：请三日内报整改。",))
    text = whole("".join(pages(document, stamp)))
    assert "拟稿：采编小林" in text
    assert "批示：请三日内报整改。" in text


def test_5_1_the_page_says_which_typefaces_were_really_used() -> None:
    """The standard's are named and not bundled."""
    text = whole("".join(pages(made("official"))))
    for face in (measures.BODY_FACE, measures.TITLE_FACE, measures.SECOND_FACE, measures.FIRST_FACE):
        assert face in text, face
    assert f"本页实际使用{whole(measures.SERIF)}、{whole(measures.SANS)}" in text


def test_5_1_a_folder_of_the_bureau_s_own_typefaces_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    own = home.home() / "fonts"
    own.mkdir(exist_ok=True)
    try:
        assert str(own) in measures.faces().paths
    finally:
        own.rmdir()
    assert str(own) not in measures.faces().paths


def test_a_long_address_breaks_and_no_word_is_lost() -> None:
    address = "https://example.cn/" + "a" * 100
    assert loose(address).replace("\u200b", "") == address
    assert loose("短文 short") == "短文 short"
    document = made(blocks=(Table(("链接", "说明"), (Row((address, "说明")),), (1, 1)),))
    assert address in whole("".join(pages(document)))


def test_the_same_pages_are_pictures_for_whoever_has_no_reader() -> None:
    document = made("brief", blocks=tuple(Paragraph(SENTENCE * 4) for _n in range(12)))
    pictures = to_pictures(document, stamped(document), 40)
    assert len(pictures) == len(pages(document)) > 1
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert pictures == to_pictures(document, stamped(document), 40)
