"""The process that reads one picture: bytes on standard input, an answer as JSON on standard output, then it ends.

A picture comes from outside and is opened by a large native library: so not in the process that holds keys and the
database. Here are a limit on memory and on time, no network, and no look at more pixels than `MOST_PIXELS`.
"""

from __future__ import annotations

import io
import json
import os
import sys
from importlib.metadata import version
from typing import Any, Final

from huiying.listening.ocr.order import Line, page_text
from huiying.listening.ocr.problems import NOTHING, TOO_LARGE, UNREADABLE

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
