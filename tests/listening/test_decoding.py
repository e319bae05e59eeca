"""Encodings of Chinese pages and feeds: right without being told, rare characters included (issue 6, hostile web)."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from huiying.listening.decoding import declared_encoding, decode

SIMPLE = "市公共资源交易中心今天发布了关于电子投标系统升级的通知，请各投标人及时更新证书，否则可能无法解密。"
TRADITIONAL = "本市公共資源交易中心今天發布了關於電子投標系統升級的通知，請各位在時間內更新憑證，沒有更新的會無法解密。"
RARE = "鞍山市岫岩满族自治县朱镕基喆堃䶮先生投标"  # 䶮 and 镕 are beyond GB2312


@pytest.mark.parametrize(
    ("body", "header", "encoding"),
    [
        (SIMPLE.encode(), "", "utf-8"),
        (SIMPLE.encode("gb2312"), "", "gb18030"),
        (SIMPLE.encode("gb18030"), "text/html; charset=GB2312", "gb18030"),
        (TRADITIONAL.encode("big5"), "", "big5hkscs"),
        (TRADITIONAL.encode("big5"), "text/xml; charset=Big5", "big5hkscs"),
        (SIMPLE.encode(), "text/html; charset=gbk", "utf-8"),  # many pages declare gbk and are UTF-8
        (SIMPLE.encode("utf-8-sig"), "", "utf-8"),
        (b"\xff\xfe" + SIMPLE.encode("utf-16-le"), "", "utf-16-le"),
        (b"\xfe\xff" + SIMPLE.encode("utf-16-be"), "", "utf-16-be"),
    ],
)
def test_each_encoding_is_found(body: bytes, header: str, encoding: str) -> None:
    found = decode(body, header)
    assert found.encoding == encoding
    assert found.text in (SIMPLE, TRADITIONAL)
    assert found.damaged == 0


def test_rare_characters_survive_a_page_that_says_gb2312() -> None:
    body = f'<meta charset="gb2312"><p>{RARE}</p>'.encode("gb18030")
    assert RARE in decode(body, "text/html").text


def test_a_declaration_in_the_document_counts_where_the_header_says_nothing() -> None:
    xml = '<?xml version="1.0" encoding="Big5"?><t>題</t>'.encode("big5")
    assert declared_encoding(xml, "text/xml") == "big5hkscs"
    assert declared_encoding(b"<meta http-equiv=x content='text/html; charset=GB2312'>", "") == "gb18030"
    assert decode(xml).text.endswith("<t>題</t>")


@pytest.mark.parametrize("nonsense", ["base64", "hex", "idna", "no-such-thing", "rot13"])
def test_a_declaration_that_is_no_encoding_of_text_is_passed_over(nonsense: str) -> None:
    assert decode(SIMPLE.encode("gb18030"), f"text/html; charset={nonsense}").text == SIMPLE


def test_a_few_broken_bytes_do_not_turn_a_page_into_garbage() -> None:
    body = (SIMPLE * 20).encode()
    broken = body[:301] + b"\xff" + body[301:]
    found = decode(broken, "text/html; charset=utf-8")
    assert found.encoding == "utf-8"
    assert 1 <= found.damaged <= 4
    assert "更新证书" in found.text


@given(st.binary(max_size=600), st.sampled_from(["", "text/html; charset=gbk", "text/html; charset=\x00", "big5"]))
def test_whatever_the_bytes_are_a_text_comes_back(body: bytes, header: str) -> None:
    found = decode(body, header)
    assert isinstance(found.text, str)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=200))
def test_text_in_utf_8_is_never_taken_for_another_encoding(text: str) -> None:
    assert decode(text.encode(), "text/html; charset=gb2312").text == text
