"""TrendRadar's `frequency_words.txt` as watch rules, with the meaning that its documentation gives.

Groups stand between empty lines. A plain line: any of them; `+` all of them; `!` none of them, inside its own group;
`/…/` a regular expression, in `[GLOBAL_FILTER]` too, read as a bounded list of spellings; `=> name` and `[name]` say
how it is shown; `@N` limits a display and means nothing here. What is not carried over exactly is reported by line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from huiying.engine.expression import MAX_NEAR, OPERATORS, ExpressionError, parse
from huiying.engine.normalise import normalise
from huiying.engine.said import Said

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
    reader = _PatternReader(pattern)
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


class _PatternReader:
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


MAX_LINES: Final = 20_000
#: How a note is to be taken: the line is lost, it means a little more or less than it did, or it had no meaning for us.
LOST, CHANGED, IGNORED = "lost", "changed", "ignored"
_REGEX: Final = re.compile(r"/(.+)/[a-z]*")
_BARE: Final = re.compile(r"\w+")
_LETTERS: Final = re.compile(r"[A-Za-z0-9]")
_SECTIONS: Final = ("GLOBAL_FILTER", "WORD_GROUPS")


@dataclass(frozen=True, slots=True)
class Note:
    """What became of one line (from 1) that could not be carried over exactly."""

    line: int
    kind: str
    said: Said


@dataclass(frozen=True, slots=True)
class ImportedRule:
    """One group: our expression, and the line (from 1) on which the group began."""

    id: str
    name: str
    expression: str
    line: int


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read: its groups as rules, and every line that was not carried over exactly, in order."""

    rules: tuple[ImportedRule, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str


def read_frequency_words(text: str, *, prefix: str = "TR") -> Read:
    """Read a whole file; rules are called `TR001`, `TR002`, … Never raises for what the file holds."""
    reader = _Reader(prefix)
    for group in _groups(text):
        reader.take(group)
    reader.finish()
    return Read(tuple(reader.rules), tuple(sorted(reader.notes, key=lambda note: note.line)))


def _groups(text: str) -> Iterator[list[_Line]]:
    """Runs of lines between empty ones, comments left out; no more than MAX_LINES lines are read."""
    run: list[_Line] = []
    for number, raw in enumerate(text.removeprefix("\ufeff").splitlines()[:MAX_LINES], 1):
        line = raw.strip()
        if line and not line.startswith("#"):
            run.append(_Line(number, line))
        elif not line and run:
            yield run
            run = []
    if run:
        yield run


class _Reader:
    def __init__(self, prefix: str) -> None:
        self.rules: list[ImportedRule] = []
        self.notes: list[Note] = []
        self._prefix = prefix
        self._is_filter = False
        self._everywhere: list[str] = []
        self._groups: list[tuple[int, str, list[str]]] = []

    def take(self, lines: list[_Line]) -> None:
        name = ""
        if (section := _bracketed(lines[0])).upper() in _SECTIONS:
            self._is_filter = section.upper() == _SECTIONS[0]
            lines = lines[1:]
        if lines and not self._is_filter and (name := _bracketed(lines[0])):
            lines = lines[1:]
        if self._is_filter:
            self._filter(lines)
        elif lines:
            self._group(lines, name)

    def _filter(self, lines: list[_Line]) -> None:
        """Words which keep a post out of every group; only now is the whole of it known, so it is added at the end."""
        for line in lines:
            if line.text[0] in "!+@":
                self._note(line, IGNORED, "全局过滤区里不用 ! + @，这一行没有作用", "no ! + @ in the global filter")
                continue
            if (said := self._said(line, line.text, excludes=True)) is not None:
                self._everywhere.append(said[0])

    def _group(self, lines: list[_Line], name: str) -> None:
        any_of: list[str] = []
        all_of: list[str] = []
        none_of: list[str] = []
        names: list[str] = []
        for line in lines:
            mark = line.text[0]
            if mark == "@":
                self._note(line, IGNORED, "@ 只限制显示条数，不影响命中", "@ only limits a display")
                continue
            said = self._said(line, line.text[1:] if mark in "+!" else line.text, excludes=mark == "!")
            if said is None:
                if mark == "+":
                    self._note(
                        line, LOST, "必须词译不出来，整组不导入", "a required word is lost: its group is left out"
                    )
                    return
                continue
            expression, shown = said
            if mark == "!":
                none_of.append(expression)
                continue
            names.append(shown)
            (all_of if mark == "+" else any_of).append(expression)
        if not any_of and not all_of:
            self._note(lines[0], LOST, "这一组没有可用的词，不导入", "no usable word in this group: left out")
            return
        parts = [*([_either(any_of)] if any_of else []), *all_of, *(f"NOT {one}" for one in none_of)]
        self._groups.append((lines[0].number, name or " / ".join(dict.fromkeys(names)), parts))

    def finish(self) -> None:
        filters = [f"NOT {one}" for one in self._everywhere]
        for line, name, parts in self._groups:
            rule_id = f"{self._prefix}{len(self.rules) + 1:03d}"
            expression = " AND ".join([*parts, *filters])
            try:
                parse(rule_id, expression, {})
            except ExpressionError as error:
                self._note(_Line(line, ""), LOST, f"整组不导入：{error}", f"group left out: {error}")
                continue
            self.rules.append(ImportedRule(rule_id, name[:80], expression, line))

    def _said(self, line: _Line, text: str, *, excludes: bool) -> tuple[str, str] | None:
        """(expression, name shown) of one line without its mark; None, with a note, where it can not be said."""
        word, _, shown = (part.strip() for part in text.partition("=>"))
        if (found := _REGEX.fullmatch(word)) is not None:
            expression = self._regex(line, found[1], excludes=excludes)
        else:
            expression = self._word(line, word)
        return None if expression is None else (expression, shown or word)

    def _word(self, line: _Line, word: str) -> str | None:
        expression = _quoted(word)
        try:
            if expression is None:
                raise ExpressionError("", 1, "没有引号的词")
            parse("", expression, {})
        except ExpressionError as error:
            self._note(line, LOST, f"不导入：应为{error.expected}", f"left out: expected {error.expected}")
            return None
        plain = normalise(word).text
        if plain and (_LETTERS.match(plain[0]) or _LETTERS.match(plain[-1])):
            zh = "字母和数字的词只在单独成词时命中，原来夹在别的词里也算"
            self._note(line, CHANGED, zh, "words of letters or digits hit only where they stand alone")
        return expression

    def _regex(self, line: _Line, pattern: str, *, excludes: bool) -> str | None:
        try:
            spellings = spellings_of(pattern)
        except NotFinite as error:
            self._note(line, LOST, f"正则译不出来（{error}），不导入", f"regular expression left out ({error})")
            return None
        gaps = any(isinstance(piece, Gap) for one in spellings for piece in one)
        if gaps and excludes:
            # A wider exclusion would hide posts which the file lets through: that is a quiet way to miss a report.
            zh = "带间隔的过滤正则不分先后，会多过滤，不导入"
            self._note(line, LOST, zh, "an exclusion with a gap would exclude more: left out")
            return None
        if gaps:
            zh = "正则里的间隔译成 NEAR 或 AND，不分先后，会比原来多命中"
            self._note(line, CHANGED, zh, "a gap became NEAR or AND, in either order: it hits more than before")
        said = [self._spelling(line, one) for one in spellings]
        kept = [one for one in said if one is not None]
        return _either(kept) if kept and (len(kept) == len(said) or not excludes) else None

    def _spelling(self, line: _Line, spelling: Spelling) -> str | None:
        words = [self._word(line, piece) for piece in spelling if isinstance(piece, str)]
        gaps = [piece for piece in spelling if isinstance(piece, Gap)]
        if None in words:
            return None
        if not gaps:
            return words[0]
        joins = (
            f"{left} NEAR({gap.most}) {right}"
            if gap.most is not None and gap.most <= MAX_NEAR
            else f"{left} AND {right}"
            for left, gap, right in zip(words, gaps, words[1:], strict=False)
        )
        return f"({' AND '.join(joins)})"

    def _note(self, line: _Line, kind: str, zh: str, en: str) -> None:
        note = Note(line.number, kind, Said(zh, en))
        if note not in self.notes:
            self.notes.append(note)


def _bracketed(line: _Line) -> str:
    """What stands in `[…]`, where that is the whole line; else nothing."""
    is_one = line.text.startswith("[") and line.text.endswith("]")
    return line.text[1:-1].strip() if is_one else ""


def _quoted(word: str) -> str | None:
    """A word as the language writes it; None for one with a quotation mark in it."""
    if _BARE.fullmatch(word) and word not in OPERATORS:
        return word
    return None if '"' in word else f'"{word}"'


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"({' OR '.join(words)})"
