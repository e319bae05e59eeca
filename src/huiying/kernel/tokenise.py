"""One search tokeniser for SQLite FTS5 and `tsvector('simple')`: both get words already separated.

Documents carry dictionary words and every pair of neighbouring Chinese characters, so a two-character word
is found wherever the dictionary would have cut. Queries use pairs only: segmentation depends on the
sentence around a word, pairs do not, so whatever contains the query contains all its tokens (recall 1).
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import rjieba

_RUNS = re.compile(
    r"([\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)"
    r"|([^\W_\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)"
)


def tokenise(text: str) -> list[str]:
    """Tokens of a document, in reading order, repeated as often as they occur; NFKC, lower case."""
    tokens: list[str] = []
    for chinese, other in _runs(text):
        if other:
            tokens.append(other)
            continue
        tokens.extend(word for word in rjieba.cut_for_search(chinese, True) if len(word) != 2)
        tokens.extend(_pairs(chinese))
    return tokens


def query_tokens(text: str) -> list[str]:
    """Tokens of a query, without repetition; a document must contain all of them.

    A single Chinese character finds only documents where it stands as a word of its own.
    """
    tokens: list[str] = []
    for chinese, other in _runs(text):
        tokens.extend([other] if other else _pairs(chinese) or [chinese])
    return list(dict.fromkeys(tokens))


def _runs(text: str) -> list[tuple[str, str]]:
    return _RUNS.findall(unicodedata.normalize("NFKC", text).lower())


def _pairs(chinese: str) -> list[str]:
    return [left + right for left, right in pairwise(chinese)]
