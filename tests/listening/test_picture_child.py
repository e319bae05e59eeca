"""The process that reads a picture: confined, bounded, and never more than an answer (C5.7, S14).

The recogniser itself is the extra `[ocr]`; the last tests run only where it is installed.
"""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import textwrap
import zlib
from importlib.util import find_spec
from pathlib import Path

import pytest

from huiying.listening.ocr import door
from huiying.listening.ocr.child import LONGEST_SIDE, MOST_PIXELS

FONTS = [
    path for folder in ("/usr/share/fonts", "/usr/local/share/fonts")
    for path in sorted(Path(folder).rglob("*CJK*Regular*")) + sorted(Path(folder).rglob("wqy*.tt?"))
]  # fmt: skip
has_extra = pytest.mark.skipif(not door.installed(), reason="the extra [ocr] is not installed")
has_pillow = pytest.mark.skipif(find_spec("PIL") is None, reason="the extra [ocr] is not installed")


def png_head(width: int, height: int) -> bytes:
    """A picture that says how large it is and brings hardly a byte: a decompression bomb."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


def in_child(code: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in a process that has confined itself."""
    script = f"from huiying.listening.ocr import child\nchild.confine()\n{textwrap.dedent(code)}"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)


def test_the_child_reaches_no_network() -> None:
    done = in_child("""
        import socket
        for call in (lambda: socket.create_connection(("127.0.0.1", 9)), lambda: socket.getaddrinfo("a.example", 80)):
            try:
                call()
            except PermissionError as error:
                print(error)
    """)
    assert done.stdout.splitlines() == ["reading a picture needs no network"] * 2, done.stderr


def test_the_child_gets_no_more_memory_than_its_share() -> None:
    done = in_child("""
        try:
            bytearray(child.MEMORY + 1)
        except MemoryError:
            print("refused")
    """)
    assert done.stdout == "refused\n", done.stderr


def test_the_childs_time_on_the_processor_is_limited_and_it_steps_back() -> None:
    done = in_child("""
        import os, resource
        print(resource.getrlimit(resource.RLIMIT_CPU)[1], os.nice(0))
    """)
    limit, nice = done.stdout.split()
    assert int(limit) == 300
    assert int(nice) >= 10


def test_the_child_knows_nothing_of_the_bureau(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_HOME", "/somewhere")
    monkeypatch.setenv("HUIYING_DATABASE_URL", "postgres://secret@127.0.0.1/x")
    assert not [name for name in door._environment() if name.startswith(("HUIYING", "DJANGO"))]
    assert door._environment()["PATH"] == os.environ["PATH"]


def test_the_child_needs_no_django() -> None:
    script = "import sys, huiying.listening.ocr.child\nprint('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_child_that_dies_is_an_answer_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever comes back that is no answer: killed, garbage, silence."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert door.in_a_child(b"x").problem == door.BROKE
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert door.in_a_child(b"x").problem == door.BROKE
    monkeypatch.setattr(sys, "executable", "/bin/echo")
    assert door.in_a_child(b"x").problem == door.BROKE


def test_a_child_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 30\n")
    slow.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(slow))
    assert door.in_a_child(b"x", seconds=0.2).problem == door.TOO_SLOW


def test_another_reader_stands_in_for_the_length_of_a_block() -> None:
    before = door.installed()
    with door.use(lambda content: door.Draft(content.decode(), 0, "test")):
        assert door.installed()
        assert door.read(b"abc").text == "abc"
    assert door.installed() is before


@has_pillow
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (png_head(100_000, 100_000), door.TOO_LARGE),
        (png_head(MOST_PIXELS, 2), door.TOO_LARGE),
        (png_head(300, 300), door.UNREADABLE),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 64, door.UNREADABLE),
        (b"\xff\xd8\xff" + b"0" * 64, door.UNREADABLE),
        (b"GIF89a" + b"0" * 64, door.UNREADABLE),
        (b"", door.UNREADABLE),
    ],
)
def test_a_bomb_or_a_damaged_picture_is_refused_by_its_name(content: bytes, problem: str) -> None:
    assert door.in_a_child(content) == door.Draft(problem=problem)


@has_pillow
def test_a_large_picture_is_made_smaller_before_it_is_read() -> None:
    from PIL import Image

    from huiying.listening.ocr.child import picture_of

    kept = io.BytesIO()
    Image.new("L", (LONGEST_SIDE * 2, 10)).save(kept, "PNG")
    assert picture_of(kept.getvalue()).size == (LONGEST_SIDE, 5)


def drawn(*texts: str) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (900, 60 + 60 * len(texts)), "white")
    font = ImageFont.truetype(str(FONTS[0]), 32)
    for number, text in enumerate(texts):
        ImageDraw.Draw(picture).text((30, 30 + 60 * number), text, font=font, fill="black")
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


@has_extra
@pytest.mark.skipif(not FONTS, reason="no Chinese font to write with")
def test_the_real_recogniser_reads_a_chinese_slip() -> None:
    """From the models in its package: the child has no network."""
    draft = door.in_a_child(drawn("工单编号：GD20260914", "鞍山公共资源交易平台登录不上"))
    assert draft.problem == ""
    assert draft.engine.startswith("RapidOCR 3.")
    assert "公共资源交易平台登录不上" in draft.text
    assert "GD20260914" in draft.text


@has_extra
def test_the_real_recogniser_finds_nothing_on_white_paper() -> None:
    from PIL import Image

    kept = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(kept, "PNG")
    assert door.in_a_child(kept.getvalue()).problem == door.NOTHING
