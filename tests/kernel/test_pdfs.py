"""What a PDF says beside its pages is taken out at the door, and nothing in it acts by itself (§6.2, S14)."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, strategies as st
from pypdf import PdfReader, PdfWriter

from asking_of import PLACE, jpeg, pdf
from huiying.kernel import pdfs
from huiying.kernel.store import media_type_of


def test_author_keywords_files_inside_and_notes_are_gone_and_the_pages_stay() -> None:
    content = pdf(author="zhangsan", pages=3)
    assert b"zhangsan" in content
    clean = pdfs.without_metadata(content)
    assert b"zhangsan" not in clean
    read = PdfReader(io.BytesIO(clean))
    assert (len(read.pages), read.metadata, dict(read.attachments)) == (3, None, {})
    assert [float(read.pages[0].mediabox.width), media_type_of(clean)] == [200.0, "application/pdf"]
    assert pdfs.without_metadata(clean) == clean


def test_a_photo_inside_a_page_loses_its_place_too() -> None:
    content = pdf(photo=jpeg())
    assert PLACE in content
    clean = pdfs.without_metadata(content)
    assert PLACE not in clean
    assert b"JFIF" in clean


def test_what_would_start_when_it_is_opened_is_gone() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.add_annotation(0, _link("javascript:runswhenopened"))
    held = io.BytesIO()
    writer.write(held)
    assert b"runswhenopened" in held.getvalue()
    clean = pdfs.without_metadata(held.getvalue())
    assert b"runswhenopened" not in clean
    assert b"/Annots" not in clean


def _link(uri: str) -> object:
    from pypdf.annotations import Link

    return Link(rect=(0, 0, 10, 10), url=uri)


def test_one_with_a_password_is_told_apart_from_a_broken_one() -> None:
    with pytest.raises(pdfs.Locked):
        pdfs.without_metadata(pdf(password="secret"))
    with pytest.raises(pdfs.Broken) as broken:
        pdfs.without_metadata(pdf()[:200])
    assert not isinstance(broken.value, pdfs.Locked)


def test_a_book_is_not_an_attachment() -> None:
    with pytest.raises(pdfs.Broken, match="501 pages"):
        pdfs.without_metadata(pdf(pages=pdfs.PAGES_MOST + 1))


@given(st.data())
def test_however_it_is_damaged_it_is_cleaned_or_refused(data: st.DataObject) -> None:
    content = bytearray(pdf(photo=jpeg()))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(5, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        clean = pdfs.without_metadata(bytes(content[: data.draw(st.integers(5, len(content)))]))
    except (pdfs.Broken, pdfs.pictures.Broken):
        return
    assert media_type_of(clean) == "application/pdf"
