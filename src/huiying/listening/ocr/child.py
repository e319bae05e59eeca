"""The process that reads one picture: bytes on standard input, an answer as JSON on standard output, then it ends.

A large native library opens what comes from outside: so not in the process that holds keys and the database. Limits
on memory, time and pixels, no network. A page is cut at its wide empty strips, across first, then down (X–Y cut).
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from typing import Any, Final

from huiying.listening.ocr.door import NOTHING, TOO_LARGE, UNREADABLE

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


LARGEST_BYTES: Final = 16 << 20
MOST_PIXELS: Final = 60_000_000  # a broadsheet page at 300 dpi has 25 million
LONGEST_SIDE: Final = 3_000  # what is larger is made smaller: the print of a newspaper can still be read
MEMORY: Final = 4 << 30
CPU_SECONDS: Final = 300
SURE: Final = 0.8  # a line that the recogniser gives less than this is counted as unsure


class Unusable(Exception):
    """The picture is not read; `problem` says why."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def confine() -> None:
    """Limits for this process that it can not lift again."""
    import resource

    os.nice(10)  # clocks and pages go first
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_no_network)


def _no_network(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise PermissionError("reading a picture needs no network")


def picture_of(content: bytes) -> Any:
    """The picture, upright, in colours, at most LONGEST_SIDE. Raises Unusable; its size is judged from its head."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limit, which refuses instead of warning
    try:
        picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP"))
        if picture.width * picture.height > MOST_PIXELS:
            raise Unusable(TOO_LARGE)
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture = ImageOps.exif_transpose(picture).convert("RGB")
    except Unusable:
        raise
    except Exception as error:  # whatever a damaged file makes of the decoder
        raise Unusable(UNREADABLE) from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return picture


def lines_of(picture: Any) -> tuple[list[Line], int]:
    """The lines on a picture, and how many of them the recogniser is not sure of."""
    import numpy
    from rapidocr import RapidOCR

    threads = max(1, (os.cpu_count() or 2) // 2)
    reader = RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.max_side_len": LONGEST_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    pixels = numpy.asarray(picture)[:, :, ::-1]  # the library counts blue first
    found = reader(numpy.ascontiguousarray(pixels))
    lines, unsure = [], 0
    boxes = found.boxes if found.boxes is not None else ()
    for box, text, score in zip(boxes, found.txts or (), found.scores or (), strict=True):
        across, down = [float(point[0]) for point in box], [float(point[1]) for point in box]
        lines.append(Line(str(text), min(across), min(down), max(across), max(down)))
        unsure += float(score) < SURE
    return lines, unsure


def answer(content: bytes) -> dict[str, Any]:
    """`{"text", "unsure", "engine"}`, or `{"problem"}`."""
    try:
        picture = picture_of(content)
        lines, unsure = lines_of(picture)
    except Unusable as unusable:
        return {"problem": unusable.problem}
    text = page_text(lines)
    if not text:
        return {"problem": NOTHING}
    return {"text": text, "unsure": unsure, "engine": f"RapidOCR {version('rapidocr')}"}


def main() -> None:
    content = sys.stdin.buffer.read(LARGEST_BYTES)
    confine()
    sys.stdout.write(json.dumps(answer(content)))


if __name__ == "__main__":
    main()
