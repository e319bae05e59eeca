"""A reader of pictures for tests, and the loop's turns until a reading is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.files.uploadedfile import SimpleUploadedFile

from huiying.kernel import clock
from huiying.listening.models import PictureReading
from huiying.listening.ocr import door, readings

ENGINE = "试验识别 1.0"
PNG = b"\x89PNG\r\n\x1a\n"


def picture(text: str = "", name: str = "a.png") -> SimpleUploadedFile:
    """A file whose first bytes are a picture's; the reader of tests reads what stands behind them."""
    return SimpleUploadedFile(name, PNG + text.encode())


def as_written(content: bytes) -> door.Draft:
    """Reads a `picture`: "!code" is a problem, "text?2" has two unsure lines."""
    text = content.removeprefix(PNG).decode()
    if text.startswith("!"):
        return door.Draft(problem=text[1:])
    text, _, unsure = text.partition("?")
    return door.Draft(text, int(unsure or 0), ENGINE)


@contextmanager
def readable(reader: Callable[[bytes], door.Draft] = as_written) -> Iterator[None]:
    """As if the extra were installed; a bench of its own, since a thread of another test may still be on the old."""
    kept, readings.bench = readings.bench, readings.Bench()
    try:
        with door.use(reader):
            yield
    finally:
        readings.bench = kept


def read_all() -> None:
    """Turns of the loop until nothing waits to be read."""
    for _turn in range(20):
        readings.go_on(clock.now(), 1)
        if readings.bench.thread is not None:
            readings.bench.thread.join(timeout=10)
        elif not PictureReading.objects.filter(state=PictureReading.WAITING).exists():
            return
    raise AssertionError("the readings did not end")
