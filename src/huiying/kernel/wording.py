"""Two texts side by side: what counts as the same, and what changed, by words."""

from __future__ import annotations

import difflib

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
