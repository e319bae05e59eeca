"""`//@name:` chains: read as evidence of spread, then the names become 用户A (INV-10, C10 传播路径).

Nothing here returns a name. Plain searching, no regular expressions: a hostile text costs linear work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

_MARK: Final = "//@"
_MAX_NAME: Final = 32
# Each link carries all that it quotes, so an endless chain would cost its length squared.
_MAX_LINKS: Final = 16
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Quoted:
    """One earlier post of a chain: who (as 用户A), its own words, and those with all it quotes."""

    who: str
    own: str
    whole: str


def own_words(text: str) -> str:
    """What the poster added, without the chain."""
    start = text.find(_MARK)
    return text if start < 0 else text[:start]


def parents(text: str) -> tuple[Quoted, ...]:
    """The chain of a repost, nearest parent first; empty where there is none."""
    names: dict[str, str] = {}
    found: list[Quoted] = []
    starts = list(islice(_marks(text), _MAX_LINKS + 1))
    for index, (_, name_start, name_end, body) in enumerate(starts[:_MAX_LINKS]):
        stop = starts[index + 1][0] if index + 1 < len(starts) else len(text)
        who = _alias(text[name_start:name_end], names)
        found.append(Quoted(who, text[body:stop].strip(), text[body:].strip()))
    return tuple(found)


def anonymise(text: str) -> str:
    """`text` with every mentioned account as 用户A, 用户B …, the same name always the same letter."""
    names: dict[str, str] = {}
    pieces: list[str] = []
    done = 0
    at = text.find("@")
    while at >= 0:
        end = _name_end(text, at + 1)
        if end > at + 1 and not _is_mail(text, at):
            pieces += [text[done : at + 1], _alias(text[at + 1 : end], names)]
            done = end
        at = text.find("@", max(end, at + 1))
    return "".join([*pieces, text[done:]])


def unnamed(text: str) -> str:
    """`text` without any mentioned name: a post and its quotation give names different letters, words stay alike."""
    pieces: list[str] = []
    done = 0
    at = text.find("@")
    while at >= 0:
        end = _name_end(text, at + 1)
        if end > at + 1 and not _is_mail(text, at):
            pieces.append(text[done:at])
            done = end
        at = text.find("@", max(end, at + 1))
    return "".join([*pieces, text[done:]])


def _marks(text: str) -> Iterator[tuple[int, int, int, int]]:
    """(start of mark, start of name, end of name, start of the quoted words) for each link."""
    at = text.find(_MARK)
    while at >= 0:
        start = at + len(_MARK)
        end = _name_end(text, start)
        if end > start and end < len(text) and text[end] in ":：":
            yield at, start, end, end + 1
        at = text.find(_MARK, start)


def _name_end(text: str, start: int) -> int:
    end = start
    while end < len(text) and end - start < _MAX_NAME and _in_name(text[end]):
        end += 1
    return end


def _in_name(char: str) -> bool:
    return char.isalnum() or char in "_-·"


def _is_mail(text: str, at: int) -> bool:
    return at > 0 and text[at - 1].isascii() and (text[at - 1].isalnum() or text[at - 1] in "._-")


def _alias(name: str, names: dict[str, str]) -> str:
    known = names.get(name)
    if known is None:
        # An alias given before stays what it is, so that anonymising twice changes nothing.
        known = name if _is_alias(name) else _free(names)
        names[name] = known
    return known


def _is_alias(name: str) -> bool:
    return name.startswith("用户") and len(name) > 2 and all(char in _LETTERS for char in name[2:])


def _free(names: dict[str, str]) -> str:
    taken = set(names.values())
    number = len(names)
    while (alias := f"用户{_letters(number)}") in taken:
        number += 1
    return alias


def _letters(number: int) -> str:
    word = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, len(_LETTERS))
        word = _LETTERS[rest] + word
    return word
