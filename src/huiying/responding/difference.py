"""What changed between two texts, by words, for somebody who approves on a phone."""

from __future__ import annotations

import difflib

import rjieba

Piece = tuple[str, str]  # ("same" | "gone" | "new", text)


def difference(old: str, new: str) -> list[Piece]:
    """Pieces in reading order; joined without the gone ones they give `new`, without the new ones `old`."""
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
