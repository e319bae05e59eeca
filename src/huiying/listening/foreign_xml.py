"""XML that strangers wrote: what defines entities, or points to some outside, is refused before anything reads it.

Entities can be defined before the root element only, wherever in a megabyte of comments that is, so the beginning is
read by a parser and not searched for words. One rule for feeds, sitemaps, lists of sources and workbooks (S12).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from xml.parsers import expat

#: No honest document needs more before its first element.
MOST_PROLOG: Final = 1 << 20
_DECLARED: Final = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\?>")
_DEFINES: Final = re.compile(rb"<!ENTITY", re.IGNORECASE)


class Entities(ValueError):
    """The document defines entities: they may swell without end or read files."""


class _Begun(Exception):
    """The root element was reached: nothing can be defined any more."""


def check_text(text: str) -> None:
    """Raises Entities. The text was decoded already: what it declares of its encoding counts for nothing."""
    check((text.encode("utf-8", "replace"),))


def check(blocks: Iterable[bytes], *, is_decoded: bool = True) -> None:
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
            parser.Parse(_DECLARED.sub(b"", block) if to_clean else block, False)
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
