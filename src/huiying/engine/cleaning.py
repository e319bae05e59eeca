"""What is taken out of every text before anybody reads it: what no eye can see and no file can hold."""

from __future__ import annotations

import re
from typing import Final

# Control characters break terminals and documents; direction overrides let a text show something else than it
# says. Line breaks and tabs stay: they carry meaning.
_GONE: Final = {
    **{code: None for code in range(0x20) if code not in (0x09, 0x0A)},
    **dict.fromkeys(range(0x7F, 0xA0)),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A))),
}
_TO_CLEAN: Final = re.compile("[\r\ud800-\udfff" + re.escape("".join(map(chr, _GONE))) + "]")


def clean(text: str) -> str:
    """`text` without control characters and direction overrides; lone surrogates become U+FFFD.

    Markup stays as it is: it is text here, and the pages escape it.
    """
    if _TO_CLEAN.search(text) is None:
        return text
    unified = text.replace("\r\n", "\n").replace("\r", "\n").translate(_GONE)
    return unified.encode("utf-8", "replace").decode() if _has_surrogate(unified) else unified


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
