"""Regular expressions as people write them in word lists, read as a bounded list of spellings.

Understood: plain text, `|`, brackets, `?`, `[abc]`, escapes, `\\b`, look-arounds for letters (a word of letters stands
alone in our rules anyway), and gaps (`.*`, `.{0,9}`). Everything else is refused, so that no meaning is guessed at.
"""

from __future__ import annotations

from typing import Final

MAX_SPELLINGS: Final = 200
MAX_GAP: Final = 200

#: A spelling is made of words with gaps between them: a number of characters, or None for any number.
Spelling = tuple["str | Gap", ...]
_EDGES: Final = ("(?<![a-zA-Z])", "(?![a-zA-Z])", "(?<![A-Za-z])", "(?![A-Za-z])", r"\b")
_SPECIAL: Final = frozenset("*+?{}[]()|^$.\\")


class Gap(tuple[int | None]):
    """At most so many characters, or any number (None)."""

    __slots__ = ()

    @property
    def most(self) -> int | None:
        return self[0]


class NotFinite(ValueError):
    """A regular expression that is not a bounded list of spellings; the argument says what in it is not understood."""


def spellings_of(pattern: str) -> list[Spelling]:
    """All spellings of `pattern`, each beginning and ending with a word. Raises `NotFinite`."""
    reader = _Reader(pattern)
    found = [_trimmed(one) for one in reader.read_all()]
    if any(not one for one in found):
        raise NotFinite("可以什么都不写的部分")
    return list(dict.fromkeys(found))


def _trimmed(spelling: Spelling) -> Spelling:
    """Without gaps at the ends, which ask for nothing, and with neighbouring words and gaps joined."""
    found: list[str | Gap] = []
    for piece in spelling:
        last = found[-1] if found else None
        if isinstance(piece, str) and isinstance(last, str):
            found[-1] = last + piece
        elif isinstance(piece, Gap) and isinstance(last, Gap):
            most = None if piece.most is None or last.most is None else piece.most + last.most
            found[-1] = Gap((most,))
        elif not (isinstance(piece, Gap) and last is None):
            found.append(piece)
    return tuple(found[:-1] if found and isinstance(found[-1], Gap) else found)


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0

    def read_all(self) -> list[Spelling]:
        found = self._either()
        if self._at < len(self._text):
            raise NotFinite(self._text[self._at :][:10])
        return found

    def _either(self) -> list[Spelling]:
        found = self._sequence()
        while self._take("|"):
            found = _bounded([*found, *self._sequence()])
        return found

    def _sequence(self) -> list[Spelling]:
        found: list[Spelling] = [()]
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            if not any(self._take(edge) for edge in _EDGES):
                unit = self._repeated(self._unit())
                found = _bounded([left + right for left in found for right in unit])
        return found

    def _unit(self) -> list[Spelling]:
        if self._take("."):
            return [(Gap((1,)),)]
        if self._take("(?:") or self._take("("):
            if self._text.startswith("?", self._at):
                raise NotFinite(f"(?{self._text[self._at + 1 : self._at + 3]}")
            found = self._either()
            if not self._take(")"):
                raise NotFinite("没有配对的括号")
            return found
        if self._take("["):
            return self._choice()
        return [(self._char(),)]

    def _char(self) -> str:
        char = self._text[self._at]
        self._at += 1
        if char == "\\":
            following = self._text[self._at : self._at + 1]
            if not following or following.isalnum():
                raise NotFinite(f"\\{following}")
            self._at += 1
            return following
        if char in _SPECIAL:
            raise NotFinite(char)
        return char

    def _choice(self) -> list[Spelling]:
        stop = self._text.find("]", self._at)
        chars = self._text[self._at : stop]
        if stop < 0 or not chars or any(char in "^-\\[" for char in chars):
            raise NotFinite(f"[{chars[:8]}")
        self._at = stop + 1
        return [(char,) for char in chars]

    def _repeated(self, unit: list[Spelling]) -> list[Spelling]:
        if self._take("?"):
            return [*unit, ()]
        is_any = unit == [(Gap((1,)),)]
        if is_any and (self._take("*") or self._take("+")):
            self._take("?")  # greedy or not: the same texts
            return [(Gap((None,)),)]
        if is_any and self._take("{"):
            stop = self._text.find("}", self._at)
            least, comma, most = self._text[self._at : max(stop, self._at)].partition(",")
            if stop < 0 or not all(part.isdecimal() or not part for part in (least, most)):
                raise NotFinite("{")
            self._at = stop + 1
            self._take("?")
            limit = most if comma else least
            return [(Gap((int(limit) if limit else None,)),)]
        if self._at < len(self._text) and self._text[self._at] in "*+{":
            raise NotFinite(f"重复 {self._text[self._at]}")
        return unit

    def _take(self, expected: str) -> bool:
        if self._text.startswith(expected, self._at):
            self._at += len(expected)
            return True
        return False


def _bounded(found: list[Spelling]) -> list[Spelling]:
    if len(found) > MAX_SPELLINGS:
        raise NotFinite(f"超过 {MAX_SPELLINGS} 种写法")
    return found
