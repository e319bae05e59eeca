"""A document as data: its JSON comes back as it was, its hash covers every sign and every source (INV-9)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from huiying.kernel import canonical
from huiying.paper.document import (
    STYLES,
    Field,
    Fields,
    Heading,
    Note,
    Paragraph,
    References,
    Row,
    Table,
    loads,
    said_of,
    sources_of,
    to_paste,
    to_text,
)
from paper.paper_of import made, stamped

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
SOURCES = st.lists(st.sampled_from(["case:20260914-01#1", "event:E1#2", "post:7"]), max_size=3, unique=True).map(tuple)
ROWS = st.lists(st.builds(Row, st.tuples(WORDS, WORDS), SOURCES), max_size=3).map(tuple)
BLOCKS = st.one_of(
    st.builds(Heading, WORDS, st.integers(1, 4)),
    st.builds(Paragraph, WORDS, SOURCES),
    st.builds(Note, WORDS),
    st.builds(Fields, st.lists(st.builds(Field, WORDS, WORDS, SOURCES), max_size=3).map(tuple)),
    st.builds(Table, st.tuples(WORDS, WORDS), ROWS, st.just((1, 2)), WORDS),
)  # fmt: skip


@given(st.lists(BLOCKS, max_size=6).map(tuple), st.sampled_from(STYLES))
def test_inv_9_a_document_comes_back_from_its_json_as_it_was(blocks: tuple[object, ...], style: str) -> None:
    document = made(style, blocks=blocks)
    again = loads(json.loads(document.dumps()))
    assert again == document
    assert again.sha256 == document.sha256 == canonical.sha256(document.dumps())


@given(WORDS)
def test_inv_9_another_word_is_another_hash(word: str) -> None:
    one = made(blocks=(Paragraph(word),))
    assert made(blocks=(Paragraph(word + "。"),)).sha256 != one.sha256
    assert made(blocks=(Paragraph(word, ("post:1",)),)).sha256 != one.sha256


def test_inv_9_the_hash_does_not_depend_on_who_signed_later() -> None:
    document = made()
    assert stamped(document, signed=(("拟稿", "采编小林"),)).sha256 == stamped(document).sha256


def test_sources_are_numbered_in_the_order_of_the_page_and_each_once() -> None:
    assert sources_of(made()) == ["case:20260914-01#3", "post:1", "case:20260914-01#1"]
    references = References()
    assert references.mark(("a", "b")) == "[1,2]"
    assert references.mark(("b", "c")) == "[2,3]"
    assert references.mark(()) == ""


def test_a_source_is_said_in_words() -> None:
    assert said_of("case:20260914-01#3") == "台账case:20260914-01第3条"
    assert said_of("post:12") == "来文12"


def test_another_schema_and_another_style_are_refused() -> None:
    with pytest.raises(ValueError, match="不认识的文书格式"):
        loads(made().to_json() | {"schema": "huiying.document/2"})
    with pytest.raises(ValueError, match="版式"):
        made("poster")
    with pytest.raises(ValueError, match="不认识的段落"):
        loads(made().to_json() | {"blocks": [{"is": "picture"}]})


def test_text_holds_every_word_of_the_document() -> None:
    document = made()
    told = to_text(document, stamped(document, signed=(("拟稿", "采编小林"),), additions=("补记1：已续证书",)))
    for words in (
        document.number,
        "一、核心判断",
        "立案",
        "级别：较大",
        "无。",
        "拟稿：采编小林",
        "审核：",
        "补记1",
        document.sha256,
    ):
        assert words in told


def test_the_short_text_is_what_is_pasted() -> None:
    assert to_paste(made(short="【专报】一句话")) == "【专报】一句话"
    assert to_paste(replace(made(), short="")) == to_text(made())
