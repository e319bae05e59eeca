"""Texts by their words: one search tokeniser for SQLite FTS5 and `tsvector('simple')`, and two texts side by side.

Documents carry dictionary words and every pair of neighbouring Chinese characters, so a two-character word
is found wherever the dictionary would have cut. Queries use pairs only: segmentation depends on the
sentence around a word, pairs do not, so whatever contains the query contains all its tokens (recall 1).
Whoever asks compares the phrase with the text at the end, since tokens alone do not say that they stand together.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

_RUNS = re.compile(
    r"([\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)"
    r"|([^\W_\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)"
)
_PHRASES = re.compile(r'"([^"]*)"?|([^\s"]+)')


def tokenise(text: str) -> list[str]:
    """Tokens of a document, in reading order, repeated as often as they occur; NFKC, lower case."""
    import rjieba  # its dictionary is read with it, and a command that searches nothing has no use for it

    tokens: list[str] = []
    for chinese, other in _runs(text):
        if other:
            tokens.append(other)
            continue
        tokens.extend(word for word in rjieba.cut_for_search(chinese, True) if len(word) != 2)
        tokens.extend(_pairs(chinese))
        tokens.append(chinese[-1])  # of a run's last character no pair begins
    return tokens


@dataclass(frozen=True)
class Wanted:
    """A token that must be there: whole, or as the beginning of one (`is_prefix`)."""

    token: str
    is_prefix: bool = False


def phrases(q: str) -> list[str]:
    """The phrases of a query, as `plain` text: words between spaces, and whatever stands in one pair of quotes."""
    found = (quoted or word for quoted, word in _PHRASES.findall(plain(q)))
    return list(dict.fromkeys(one.strip() for one in found if one.strip()))


def wanted(phrase: str) -> list[Wanted]:
    """What every document has whose text contains `phrase` (as `plain` text): its tokens, those at the ends with care.

    A phrase begins and ends anywhere, a token does not: the last run of letters may go on, so it is asked for as a
    beginning; the first may be the end of a longer one, so it is asked for only where nothing else is. Empty where the
    phrase has no letters.
    """
    runs = _RUNS.findall(phrase)
    found: list[Wanted] = []
    for place, (chinese, other) in enumerate(runs):
        is_first, is_last = place == 0, place == len(runs) - 1
        pairs = _pairs(chinese)
        if pairs:
            found.extend(Wanted(pair) for pair in pairs)
        elif is_last:
            found.append(Wanted(chinese or other, is_prefix=True))
        elif not is_first:
            found.append(Wanted(chinese or other))
    return list(dict.fromkeys(found))


def plain(text: str) -> str:
    """The form in which texts are compared: NFKC, lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def _runs(text: str) -> list[tuple[str, str]]:
    return _RUNS.findall(plain(text))


def _pairs(chinese: str) -> list[str]:
    return [left + right for left, right in pairwise(chinese)]


Piece = tuple[str, str]  # ("same" | "gone" | "new", text)


def normalised(text: str) -> str:
    """The text as it is compared: line ends unified, outer space and trailing blanks gone; words never touched."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def difference(old: str, new: str) -> list[Piece]:
    """Pieces in reading order; joined without the gone ones they give `new`, without the new ones `old`."""
    import rjieba  # its dictionary is read with it, and a command that compares no texts has no use for it

    before, after = rjieba.cut(old), rjieba.cut(new)
    pieces: list[Piece] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for op, i1, i2, j1, j2 in matcher.get_opcodes():
        if op == "equal":
            pieces.append(("same", "".join(before[i1:i2])))
            continue
        if i2 > i1:
            pieces.append(("gone", "".join(before[i1:i2])))
        if j2 > j1:
            pieces.append(("new", "".join(after[j1:j2])))
    return pieces
