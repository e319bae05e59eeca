"""Pictures that stand for screenshots and scans, made and not shipped."""

from __future__ import annotations

import struct
import zlib


def screenshot(story: str) -> bytes:
    """A small PNG that stands for a screenshot: a page with lines, its width of text by the story's name."""
    width, height = 240, 135
    rows = []
    for y in range(height):
        length = 60 + zlib.crc32(f"{story}{y // 12}".encode()) % 150
        rows.append(b"\0" + bytes(0x55 if y % 12 < 5 and 12 <= x < length else 0xF4 for x in range(width)))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
