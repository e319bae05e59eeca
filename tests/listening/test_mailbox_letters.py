"""A letter becomes an item: its words whatever their encoding, nobody's name, attachments by name (C5.2, INV-10)."""

from __future__ import annotations

import base64
import datetime as dt
from email.message import EmailMessage

import pytest
from hypothesis import given, settings, strategies as st

from huiying.engine.post import parse_post
from huiying.listening.adapters import ADAPTERS, Document, Item
from huiying.listening.adapters.mailbox import MOST_BYTES
from huiying.listening.decoding import Decoded
from local_mail import letter

ARRIVED = dt.datetime(2026, 9, 14, 1, 0, tzinfo=dt.UTC)
URL = "imaps://a@mail.example:993/INBOX;UIDVALIDITY=1/;UID=7"


def item(raw: bytes, arrived: dt.datetime | None = ARRIVED, url: str = URL) -> Item:
    (found,) = ADAPTERS["mailbox"].read(Document(url, "message/rfc822", Decoded("", ""), raw, arrived), {}).items
    return found


def test_an_ordinary_letter_has_its_title_text_and_time() -> None:
    found = item(letter())
    assert (found.title, found.text) == ("开标时间", "开标时间为什么一再推迟？")
    assert found.published_at == dt.datetime(2026, 9, 14, 0, 55, tzinfo=dt.UTC)
    assert found.time_confidence == "stated"


def test_nobody_stands_in_it_but_a_voice_for_the_door() -> None:
    """INV-10: no author is kept; the address is a voice, which the door seals."""
    found = item(letter())
    assert found.voice == "zhangsanfeng@mail.example"
    assert "zhangsanfeng" not in repr(found)
    assert "张三丰" not in repr(found)
    assert "mail.example" not in found.native_id, "its own id often has the sender's name in it"


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "gb18030", "big5", "utf-8", "hz-gb-2312"])
def test_chinese_letters_are_read_in_every_encoding(charset: str) -> None:
    words, body = (
        "鞍山公共資源" if charset == "big5" else "鞍山公共资源",
        "招標延期" if charset == "big5" else "招标延期",
    )
    codec = "hz" if charset == "hz-gb-2312" else charset
    coded = base64.b64encode(words.encode(codec)).decode()
    raw = f"Subject: =?{charset}?B?{coded}?=\r\nContent-Type: text/plain; charset={charset}\r\n\r\n".encode() + (
        body * 8
    ).encode(codec)
    found = item(raw)
    assert (found.title, found.text) == (words, body * 8)


def test_a_rare_character_under_the_name_of_a_smaller_set_is_read() -> None:
    """Programmes write gb2312 and send what only GB18030 has."""
    coded = base64.b64encode("朱镕基路喆".encode("gb18030")).decode()
    assert item(f"Subject: =?gb2312?B?{coded}?=\r\n\r\n文".encode()).title == "朱镕基路喆"


def test_a_character_that_is_cut_over_two_encoded_words_is_whole() -> None:
    one, two = (base64.b64encode(part).decode() for part in ("招标".encode()[:4], "招标".encode()[4:]))
    assert item(f"Subject: =?utf-8?B?{one}?=\r\n =?utf-8?B?{two}?=\r\n\r\nx".encode()).title == "招标"


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_raw_bytes_in_a_header_are_read(codec: str) -> None:
    raw = (
        b"Subject: "
        + "关于开标公告的意见".encode(codec)
        + b"\r\nContent-Type: text/plain\r\n\r\n"
        + "正文".encode(codec)
    )
    assert item(raw).title == "关于开标公告的意见"


def test_html_becomes_text_without_its_scripts() -> None:
    raw = "Content-Type: text/html; charset=utf-8\r\n\r\n<p>第一段</p><script>alert(1)</script><p>第二段</p>".encode()
    assert item(raw).text == "第一段\n第二段"


def both(plain: str, html: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "摘要"
    message.set_content(plain)
    message.add_alternative(html, subtype="html")
    return message.as_bytes()


def test_of_two_ways_to_say_it_the_plain_one_is_read_unless_it_says_nothing() -> None:
    assert item(both("今天有三条报道。" * 20, "<p>另一种</p>")).text.startswith("今天有三条报道")
    full = "".join(f"<p>第{n}条：开标系统又登录不上了，投标人在大厅等候。</p>" for n in range(9))
    assert "第8条" in item(both("您的邮箱不支持 HTML。", full)).text


def test_what_is_attached_is_named_and_not_opened() -> None:
    message = EmailMessage()
    message["Subject"] = "材料"
    message.set_content("见附件。")
    message.add_attachment(b"MZ\x90\x00", maintype="application", subtype="x-msdownload", filename="补充材料.exe")
    message.add_attachment("秘密的正文", filename="说明.txt")
    found = item(message.as_bytes())
    assert found.text == "见附件。\n[附件：补充材料.exe，没有打开]\n[附件：说明.txt，没有打开]"


def test_a_letter_inside_a_letter_is_read_too() -> None:
    inner = EmailMessage()
    inner["Subject"] = "群众来信"
    inner.set_content("开标大厅没有停车位。")
    outer = EmailMessage()
    outer["Subject"] = "转发"
    outer.set_content("请阅。")
    outer.add_attachment(inner)
    text = item(outer.as_bytes()).text
    assert "转来的信：群众来信" in text
    assert "开标大厅没有停车位" in text


@pytest.mark.parametrize(
    "date", ["", "昨天", "Mon, 14 Sep 2037 08:55:00 +0800", "Thu, 1 Jan 1970 00:00:00 +0000", "Mon, 99 Zzz 20260 +99"]
)
def test_a_time_that_can_not_be_gives_way_to_the_arrival(date: str) -> None:
    found = item(f"Subject: x\r\nDate: {date}\r\n\r\ntext".encode())
    assert (found.published_at, found.time_confidence) == (ARRIVED, "seen")


def test_the_same_letter_has_the_same_id_wherever_it_lies() -> None:
    assert item(letter()).native_id == item(letter(), url=URL.replace("UID=7", "UID=90")).native_id
    assert item(letter(number="1")).native_id != item(letter(number="2")).native_id
    bare, other = letter(number=""), letter(number="", text="别的话")
    assert item(bare).native_id == item(bare, url="imaps://elsewhere").native_id
    assert item(bare).native_id != item(other).native_id


def test_a_letter_without_a_word_is_an_item_that_says_so() -> None:
    assert item(b"From: a@b.example\r\n\r\n").text == "（这封信没有标题，也没有正文）"
    assert "太大" in item(b"").text


def test_a_letter_that_is_cut_says_so() -> None:
    found = item(letter(text="长。" * 400_000)[:MOST_BYTES])
    assert found.text.endswith("[这封信很长，只读了前面一部分]")
    assert len(found.text) < 201_000


BROKEN = [
    b"\x00\xff\xfe",
    b"Subject: =?utf-8?B?%%%?=\r\n\r\nx",
    b"Subject: =?no-such-charset?B?5byA?=\r\n\r\nx",
    b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
    b"Content-Type: multipart/mixed\r\n\r\nno boundary",
    b'Content-Type: text/plain; charset="a\'b"; charset*0*=x\r\n\r\ntext',
    b"Content-Transfer-Encoding: base64\r\n\r\n!!!!not base64",
    b"Content-Type: text/plain; name*=utf-8''%FF%FE; name*1=\"\r\n\r\nx",
    b"Content-Disposition: attachment; filename==?utf-8?B?%%\r\n\r\nx",
    b"From: " + b"(" * 3000 + b"\r\n\r\nx",
    b"From: =?utf-8?q?=00=0A?= <>\r\nSubject: a\r\n\r\nx",
    b"Subject:" + b" x" * 100_000 + b"\r\n\r\nx",
    b"Message-ID: <" + b"[" * 5000 + b"\r\nSubject: =?=?=?=\r\n\r\nx",
]


@pytest.mark.parametrize("raw", [b"Subject: \x00\x01\r\n\r\n\x00", b"Subject: =?utf-8?B?AAE=?=\r\n\r\n\x1b\x07"])
def test_a_letter_of_control_characters_is_not_lost(raw: bytes) -> None:
    """INV-1: the house refuses an empty post, so the item says that there is nothing."""
    assert item(raw).text == "（这封信没有标题，也没有正文）"


@pytest.mark.parametrize("raw", BROKEN)
def test_a_broken_letter_is_still_an_item(raw: bytes) -> None:
    found = item(raw)
    assert found.native_id.startswith("mail:")
    assert found.title or found.text


def test_a_letter_nested_a_thousand_deep_ends() -> None:
    raw = b""
    for depth in range(1_000):
        raw += f"Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n".encode()
    found = item(b"Subject: deep\r\n" + raw + b"\r\n\r\nbottom")
    assert found.title == "deep" or "格式有误" in found.text


_WORDS = st.text(max_size=40)
_HEADER = st.builds(
    lambda name, value: name + b": " + value + b"\r\n",
    st.sampled_from([b"Subject", b"From", b"Date", b"Message-ID", b"Content-Type", b"Content-Transfer-Encoding",
                     b"Content-Disposition"]),
    st.one_of(
        st.binary(max_size=60).map(lambda raw: raw.replace(b"\n", b" ")),
        _WORDS.map(lambda text: text.encode("gb18030", "replace").replace(b"\n", b" ")),
        st.sampled_from([b"multipart/mixed; boundary=x", b"multipart/alternative; boundary=x", b"message/rfc822",
                         b"text/html; charset=gbk", b"text/plain; charset=utf-16", b"base64", b"quoted-printable",
                         b"attachment; filename=x", b"=?utf-8?B?5byA?=", b"=?utf-8?B?AAE=?=", b"\x00\x01", b"\x7f"]),
    ),
)  # fmt: skip
_BODY = st.one_of(
    st.binary(max_size=200), st.sampled_from([b"--x\r\n\r\n<p>a</p>\r\n--x--", b"\xe2\x80\x8b", b" \r\n"])
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_HEADER, max_size=6), _BODY)
def test_whatever_lies_in_the_box_becomes_a_post_that_the_house_takes(headers: list[bytes], body: bytes) -> None:
    """INV-1: an item that the engine refuses would be lost without a word."""
    found = item(b"".join(headers) + b"\r\n" + body)
    post = parse_post({"native_id": found.native_id, "title": found.title, "text": found.text, "voice": found.voice})
    assert post.full_text
