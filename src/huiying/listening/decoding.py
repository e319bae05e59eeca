"""Bytes of strangers, before anything reads them: text in any encoding of Chinese pages, and XML that defines or
fetches nothing.

Strict UTF-8 first, then what is declared, then GB18030 and Big5; decoding never raises. XML that defines entities is
refused: its beginning is read by a parser and not searched for words.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

LOOKED_AT: Final = 4096
_DECLARED: Final = (
    re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{2,20})"""),
    re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9._-]{2,20})""", re.IGNORECASE),
)
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The larger set in place of the one that is named: rare characters are in GB18030 only, Hong Kong's in Big5-HKSCS.
_WIDER: Final = {
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "x-gbk": "gb18030",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "cp950": "big5hkscs", "utf8": "utf-8",
}  # fmt: skip
#: The most frequent characters of Chinese text, simplified and traditional: garbage has few of them.
_FREQUENT: Final = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心"
    "這個們來為國說時會對過發後裡經學現當沒動還進點開無從實將關於請與"
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """`damaged` counts what could not be read; `encoding` is the one that was used."""

    text: str
    encoding: str
    damaged: int = 0


def decode(body: bytes, content_type: str = "") -> Decoded:
    """Text of a body; `content_type` is the HTTP header."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _forgiving(body[len(mark) :], encoding)
    if (text := _strictly(body, "utf-8")) is not None:
        return Decoded(text, "utf-8")
    declared = declared_encoding(body, content_type)
    if declared and declared != "utf-8" and (text := _strictly(body, declared)) is not None:
        return Decoded(text, declared)
    found = {name: text for name in ("gb18030", "big5hkscs") if (text := _strictly(body, name)) is not None}
    if found:
        best = max(found, key=lambda name: _likeness(found[name]))
        return Decoded(found[best], best)
    # A few broken bytes in a long text: whichever reading breaks least.
    tries = [_forgiving(body, name) for name in dict.fromkeys(filter(None, (declared, "utf-8", "gb18030")))]
    return min(tries, key=lambda tried: tried.damaged)


def declared_encoding(body: bytes, content_type: str) -> str:
    """The encoding that the header, the XML declaration or a meta element names, widened; "" for none or unknown."""
    head = body[:LOOKED_AT]
    said = [re.search(r"charset\s*=\s*[\"']?([A-Za-z0-9._-]{2,20})", content_type, re.IGNORECASE)]
    names = [match[1].lower() for match in said if match]
    names += [match[1].decode("ascii").lower() for pattern in _DECLARED if (match := pattern.search(head))]
    for name in names:
        wider = _WIDER.get(name, name)
        try:
            b"a".decode(wider, "replace")
        except (LookupError, ValueError):
            continue  # unknown, or no encoding of text, such as base64
        return wider
    return ""


def _strictly(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _forgiving(body: bytes, encoding: str) -> Decoded:
    text = body.decode(encoding, "replace")
    return Decoded(text, encoding, text.count("\ufffd"))


def _likeness(text: str) -> float:
    """Share of frequent characters among the Chinese ones."""
    chinese = [char for char in text[:20_000] if char > "\u2e80"]
    return sum(char in _FREQUENT for char in chinese) / len(chinese) if chinese else 0.0


#: No honest document needs more before its first element.
MOST_PROLOG: Final = 1 << 20
_XML_DECLARED: Final = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\?>")
_DEFINES: Final = re.compile(rb"<!ENTITY", re.IGNORECASE)


class Entities(ValueError):
    """The document defines entities: they may swell without end or read files."""


class _Begun(Exception):
    """The root element was reached: nothing can be defined any more."""


def check_xml_text(text: str) -> None:
    """Raises Entities. The text was decoded already: what it declares of its encoding counts for nothing."""
    check_xml((text.encode("utf-8", "replace"),))


def check_xml(blocks: Iterable[bytes], *, is_decoded: bool = True) -> None:
    """Raises Entities; reads no further than the root element. What is not well-formed is left to its reader.

    Unless `is_decoded` (UTF-8, whatever it declares), the document says its own encoding, as parts of a workbook do.
    """
    parser = expat.ParserCreate("utf-8" if is_decoded else None)
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.UnparsedEntityDeclHandler = _refuse
    parser.StartElementHandler = _begun
    seen = b""
    try:
        for block in blocks:
            to_clean, seen = is_decoded and not seen, seen + block
            if len(seen) > MOST_PROLOG + len(block):
                raise Entities("no root element")
            parser.Parse(_XML_DECLARED.sub(b"", block) if to_clean else block, False)
    except _Begun:
        return
    except expat.ExpatError:
        if _DEFINES.search(
            seen.replace(b"\x00", b"")
        ):  # in UTF-16 too; a reader that forgives may get further than this one
            raise Entities("<!ENTITY>") from None


def _refuse(*_told: object) -> int:
    raise Entities("<!ENTITY>")


def _begun(*_told: object) -> None:
    raise _Begun
