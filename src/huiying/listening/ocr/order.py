"""In which order the lines of a page are read: column by column, block by block, and which lines go on.

The recogniser gives lines with their places, sorted from top to bottom over the whole page, which mixes the columns of
a newspaper. Here the page is cut at its wide empty strips, across first, then down (recursive X–Y cut).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

#: Of a line's height: an empty strip as wide as this parts two blocks, or two columns.
BETWEEN_BLOCKS: Final = 1.5
BETWEEN_COLUMNS: Final = 0.8
#: A line that ends nearer than this to its block's edge goes on in the next one.
GOES_ON: Final = 1.6


@dataclass(frozen=True, slots=True)
class Line:
    """A line and its upright box, in pixels."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


def page_text(lines: Sequence[Line]) -> str:
    """The page's text: a line a paragraph, an empty line between blocks. Words that a line's end cut are whole."""
    blocks = _blocks([line for line in lines if line.text.strip()])
    return "\n\n".join(_paragraphs(block) for block in blocks)


def _blocks(lines: list[Line]) -> list[list[Line]]:
    if not lines:
        return []
    height = median(line.height for line in lines)
    for begin, end, gap in (
        (_top, _bottom, BETWEEN_BLOCKS * height),
        (_left, _right, BETWEEN_COLUMNS * height),
    ):
        parts = _cut(lines, begin, end, gap)
        if len(parts) > 1:
            return [block for part in parts for block in _blocks(part)]
    return [lines]


Edge = Callable[[Line], float]


def _cut(lines: list[Line], begin: Edge, end: Edge, gap: float) -> list[list[Line]]:
    """The lines in groups between which a strip of at least `gap` is empty."""
    parts: list[list[Line]] = []
    reached = 0.0
    for line in sorted(lines, key=begin):
        if not parts or begin(line) - reached >= gap:
            parts.append([])
            reached = end(line)
        parts[-1].append(line)
        reached = max(reached, end(line))
    return parts


def _paragraphs(block: list[Line]) -> str:
    edge = max(line.right for line in block)
    paragraphs, goes_on = list[str](), False
    for row in _rows(block):
        text = " ".join(line.text.strip() for line in row)
        if goes_on:
            paragraphs[-1] = _joined(paragraphs[-1], text)
        else:
            paragraphs.append(text)
        goes_on = edge - row[-1].right < GOES_ON * row[-1].height
    return "\n".join(paragraphs)


def _joined(before: str, after: str) -> str:
    """Chinese goes on without a space; two words in letters keep one."""
    between = " " if before[-1:].isascii() and before[-1:].isalnum() and after[:1].isascii() else ""
    return f"{before}{between}{after}"


def _rows(block: list[Line]) -> list[list[Line]]:
    """Lines that stand beside each other are one row, from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(block, key=_top):
        middle = (line.top + line.bottom) / 2
        if rows and rows[-1][0].top <= middle <= rows[-1][0].bottom:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=_left) for row in rows]


def _left(line: Line) -> float:
    return line.left


def _right(line: Line) -> float:
    return line.right


def _top(line: Line) -> float:
    return line.top


def _bottom(line: Line) -> float:
    return line.bottom
