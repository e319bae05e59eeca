"""A letter in a mail box: press digests, alerts of other tools, letters to the bureau (C5.2, C5.7).

Who wrote it is nowhere kept: the sender's address is a voice, sealed at the door, to count people by (INV-10). What is
attached is named and never opened; the whole letter is in the sealed evidence. A letter that can not be read is an
item that says so: none is lost because its writer's programme was broken (INV-1).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from huiying.engine.post import ASSUMED_ZONE, clean
from huiying.kernel import canonical
from huiying.listening.adapters.base import (
    ASSUMED,
    SEEN,
    STATED,
    Config,
    Document,
    Found,
    Item,
    Reading,
    believed,
    one_line,
    plain,
)
from huiying.listening.decoding import decode

MEDIA_TYPE: Final = "message/rfc822"
#: So much of a letter is read; what comes behind it are attachments, hardly ever words.
MOST_BYTES: Final = 2_000_000
MOST_CHARS: Final = 200_000
_DEEPEST, _MOST_PARTS = 8, 100
_HEADER_CHARS: Final = 4_000
#: Encodings whose bytes are all ASCII, so that they look like UTF-8.
_SEVEN_BIT: Final = {"hz-gb-2312": "hz", "hz": "hz", "iso-2022-jp": "iso2022_jp", "iso-2022-kr": "iso2022_kr",
                     "utf-7": "utf-7"}  # fmt: skip
_STUB_CHARS: Final = 120
#: A clock that is wrong by more than this is not believed; the server's is.
_CLOCKS_APART: Final = dt.timedelta(days=1)


class Mailbox:
    kind = "mailbox"
    name = _("邮箱（IMAP）")
    polled = True

    def detect(self, document: Document) -> Found | None:
        return None

    def read(self, document: Document, config: Config) -> Reading:
        """One letter, one item; never raises."""
        try:
            item = _item(document)
        except Exception:  # hostile headers make the library's parsers fail in ways of their own
            item = _unread(document, "这封信的格式有误，读不出来。原件封存在证据里，请到邮箱里查看。")
        return Reading((item,))


@dataclass(slots=True)
class _Content:
    """What was found in a letter: its words, and the names of what hangs on it."""

    texts: list[str] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    parts: int = 0


def _item(document: Document) -> Item:
    if not document.body:
        return _unread(document, "这封信太大，没有读。请到邮箱里查看。")
    message = message_from_bytes(document.body, policy=policy.default)
    content = _Content()
    _collect(message, content, 0)
    # Cleaned here already: a letter of nothing but control characters has no words, and the house takes no empty post.
    title = clean(one_line(_words(_raw(message, "subject")))).strip()
    text = clean("\n\n".join(content.texts)).strip()
    notes = [f"[附件：{name}，没有打开]" for name in content.attached]
    if len(document.body) >= MOST_BYTES or len(text) > MOST_CHARS:
        notes.append("[这封信很长，只读了前面一部分]")
    whole = "\n".join([text[:MOST_CHARS], *notes]).strip()
    if not title and not whole:
        whole = "（这封信没有标题，也没有正文）"
    published, confidence = _written_at(message, document.arrived_at)
    return Item(
        _native_id(message, title, document),
        "",
        title,
        whole,
        published,
        confidence,
        voice=_voice(message),
    )


def _unread(document: Document, why: str) -> Item:
    native_id = f"mail:{canonical.sha256(document.url, document.body.hex()[:100_000])[:32]}"
    arrived = document.arrived_at
    return Item(native_id, "", "", why, arrived, SEEN)


def _native_id(message: Message, title: str, document: Document) -> str:
    """The letter's own id, hashed (it often has the sender's name in it); without one what it says and when."""
    given = _raw(message, "message-id").strip()
    told = given or f"{title}\x00{_raw(message, 'date')}\x00{canonical.sha256(document.body.hex())}"
    return f"mail:{canonical.sha256(told)[:32]}"


# --- headers ----------------------------------------------------------------------------------------------------------


def _raw(message: Message, name: str) -> str:
    """A header as it came, at most 4 000 characters; bytes that are none of ASCII are read as those of a page are."""
    value = next((str(text) for key, text in message.raw_items() if key.lower() == name), "")[:_HEADER_CHARS]
    value = re.sub(r"[\r\n]+\s*", " ", value)
    if value.isascii():
        return value
    return decode(value.encode("utf-8", "surrogateescape")).text


def _words(value: str) -> str:
    """Encoded words (RFC 2047) as text; the pieces of one character may be spread over two of them."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except Exception:  # bad base64
        return value
    return "".join(_piece(text, charset) for text, charset in pieces)


def _piece(text: bytes | str, charset: str | None) -> str:
    if isinstance(text, str):
        return text
    return _decoded(text, charset) if charset else text.decode("raw_unicode_escape", "replace")


def _decoded(body: bytes, charset: str | None) -> str:
    seven = _SEVEN_BIT.get((charset or "").lower())
    if seven and body.isascii():
        return body.decode(seven, "replace")
    return decode(body, f"charset={charset}" if charset else "").text


def _written_at(message: Message, arrived: dt.datetime | None) -> tuple[dt.datetime | None, str]:
    """When it was written, by its own word where that fits its arrival; else when it arrived."""
    try:
        moment = parsedate_to_datetime(_raw(message, "date"))
    except (TypeError, ValueError, IndexError, OverflowError):
        return arrived, SEEN
    told = STATED if moment.tzinfo is not None else ASSUMED
    found, confidence = believed(moment if moment.tzinfo is not None else moment.replace(tzinfo=ASSUMED_ZONE), told)
    if found is None or (arrived is not None and found > arrived + _CLOCKS_APART):
        return arrived, SEEN
    return found, confidence


def _voice(message: Message) -> str:
    """The writer's address, for the door alone: it is sealed there, counts one voice of an event, and is destroyed."""
    address = parseaddr(_words(_raw(message, "from")[:1_000]))[1].strip().lower()
    return address if "@" in address and len(address) <= 254 else ""


# --- body -------------------------------------------------------------------------------------------------------------


def _collect(part: Message, into: _Content, depth: int) -> None:
    """The words of a part and all below it, within reason: a letter may be nested a thousand deep on purpose."""
    into.parts += 1
    if depth > _DEEPEST or into.parts > _MOST_PARTS:
        return
    kind = part.get_content_type()
    below: Any = part.get_payload()
    if isinstance(below, list):
        if kind == "multipart/alternative":
            _choose([child for child in below if isinstance(child, Message)], into, depth)
            return
        for child in below:
            if kind == MEDIA_TYPE and (subject := one_line(_words(_raw(child, "subject")))):
                into.texts.append(f"转来的信：{subject}")
            _collect(child, into, depth + 1)
        return
    name = _name_of(part)
    if name or part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text":
        if part.get_content_disposition() != "inline" or part.get_content_maintype() not in ("image", "text"):
            into.attached.append(name or kind)
            return
        if part.get_content_maintype() == "image":
            return  # a picture inside the text, such as a letterhead
    text = _text_of(part, kind)
    if text:
        into.texts.append(text)


def _choose(children: list[Message], into: _Content, depth: int) -> None:
    """Of several ways to say the same the plain one, unless it only says that the letter is elsewhere."""
    ways: list[_Content] = []
    for child in children[:_DEEPEST]:
        way = _Content(parts=into.parts)
        _collect(child, way, depth + 1)
        into.parts = way.parts
        into.attached += way.attached
        if way.texts:
            ways.append(way)
    if not ways:
        return
    first, longest = ways[0], max(ways, key=_length)
    stub = _length(first) < _STUB_CHARS and _length(longest) > 3 * _length(first)
    into.texts += (longest if stub else first).texts


def _length(way: _Content) -> int:
    return sum(map(len, way.texts))


def _text_of(part: Message, kind: str) -> str:
    body = part.get_payload(decode=True)
    if not isinstance(body, bytes):
        return ""
    text = _decoded(body, part.get_content_charset())
    return plain(text) if kind == "text/html" else re.sub(r"\n{3,}", "\n\n", text.replace("\r\n", "\n")).strip()


def _name_of(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except Exception:  # a name in an encoding that there is not
        name = "?"
    return one_line(_words(str(name)), 120)
