"""What a photo says beside the picture: place, time, device, a name. A citizen did not mean to tell, so it is taken out
at the door (§6.2: no location, no device). Only the turn of the camera stays, or the picture would lie on its side.

The picture itself is never decoded: the file's own structure is walked, and one that does not hold together is refused.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs"}
)  # fmt: skip
_WEBP_DROPPED = frozenset({b"EXIF", b"XMP "})
_EXIF = b"Exif\x00\x00"
_ORIENTATION = 0x0112
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_MOST = 0xFFFF


#: The largest telephone's photo has just under 200 million points; unpacked they are 800 MB to whoever opens it.
MOST_POINTS: Final = 200_000_000


class Broken(ValueError):
    """The bytes begin like a picture and are none."""


class TooLarge(Broken):
    """A few bytes that say they are a picture of thousands of millions of points: made to stop whoever opens it."""


def is_too_large(content: bytes) -> bool:
    """Whether the file says that it has more than MOST_POINTS, in any of its frames. What it says is not unpacked."""
    try:
        return any(width * height > MOST_POINTS for width, height in _sizes(content))
    except (struct.error, IndexError, Broken):
        return False  # no decoder gets further than this either


def _sizes(content: bytes) -> Iterator[tuple[int, int]]:
    if content.startswith(_PNG) and content[12:16] == b"IHDR":
        yield struct.unpack_from(">II", content, 16)
    elif content.startswith(b"\xff\xd8\xff"):
        yield from _jpeg_sizes(content)
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        yield from _webp_sizes(content)


def _jpeg_sizes(content: bytes) -> Iterator[tuple[int, int]]:
    at = 2
    while content[at] == 0xFF and content[at + 1] != 0xD9:
        marker = content[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            yield width, height or _JPEG_MOST  # 0: told behind the picture, whatever it will be
        at += 2 + max(length, 2)
        if marker == 0xDA:
            at = _after_scan(content, at)


def _webp_sizes(content: bytes) -> Iterator[tuple[int, int]]:
    at = 12
    while at + 8 <= len(content):
        kind = content[at : at + 4]
        (length,) = struct.unpack_from("<I", content, at + 4)
        if kind == b"VP8X":
            yield _three(content, at + 12) + 1, _three(content, at + 15) + 1
        elif kind == b"ANMF":
            yield _three(content, at + 14) + 1, _three(content, at + 17) + 1
        elif kind == b"VP8L":
            (bits,) = struct.unpack_from("<I", content, at + 9)
            yield (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        elif kind == b"VP8 ":
            width, height = struct.unpack_from("<HH", content, at + 14)
            yield width & 0x3FFF, height & 0x3FFF
        at += 8 + length + length % 2


def _three(content: bytes, at: int) -> int:
    if at + 3 > len(content):
        raise IndexError("cut off")
    return int.from_bytes(content[at : at + 3], "little")


def without_metadata(content: bytes, media_type: str) -> bytes:
    """The same picture without what was written beside it. Other kinds of file come back as they are. Raises Broken."""
    if is_too_large(content):
        raise TooLarge
    try:
        if media_type == "image/jpeg":
            clean = b"".join(_jpeg(content))
            if b"".join(_jpeg(clean)) != clean:  # made to be read in two ways: what one reader skips another may show
                raise Broken("not the same twice")
            return clean
        if media_type == "image/png":
            return _PNG + b"".join(_png(content))
        if media_type == "image/webp":
            return _webp(content)
    except (struct.error, IndexError) as error:
        raise Broken(str(error)) from error
    return content


def _jpeg(content: bytes) -> Iterator[bytes]:
    """Segment by segment up to the end of the picture; what hangs on behind it (films, second pictures) is left."""
    yield content[:2]
    at, scanned = 2, False
    while True:
        if content[at] != 0xFF:
            raise Broken("no marker")
        marker = content[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == 0xD9:
            if not scanned:
                raise Broken("no picture")
            yield content[at : at + 2]
            return
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(content):
            raise Broken("cut off")
        yield _segment(marker, content[at:end])
        at = end
        if marker == 0xDA:
            scanned = True
            at = _after_scan(content, end)
            yield content[end:at]


def _segment(marker: int, whole: bytes) -> bytes:
    """Kept but for application data and comments; of these the colour (ICC, Adobe) and the density (JFIF) stay."""
    body = whole[4:]
    if marker == 0xE1 and body.startswith(_EXIF):
        return _turned(body[len(_EXIF) :])
    harmless = (marker == 0xE0 and body.startswith(b"JFIF\x00")) or (marker == 0xEE and body.startswith(b"Adobe"))
    is_colour = marker == 0xE2 and body.startswith(b"ICC_PROFILE\x00")
    is_data = 0xE0 <= marker <= 0xEF or marker == 0xFE
    return b"" if is_data and not (harmless or is_colour) else whole


def _after_scan(content: bytes, at: int) -> int:
    """Where the coded picture ends: at the first marker that is neither stuffing nor a restart."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            raise Broken("cut off")
        if content[at + 1] != 0x00 and not 0xD0 <= content[at + 1] <= 0xD7:
            return at
        at += 2


def _turned(tiff: bytes) -> bytes:
    """An EXIF block with nothing but the turn of the camera; empty where it was held straight or says nothing."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return b""
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    for index in range(min(count, 512)):
        entry = start + 2 + 12 * index
        tag, kind = struct.unpack_from(f"{order}HH", tiff, entry)
        if tag == _ORIENTATION and kind == 3:
            (turn,) = struct.unpack_from(f"{order}H", tiff, entry + 8)
            return _exif_of(turn) if 2 <= turn <= 8 else b""
    return b""


def _exif_of(turn: int) -> bytes:
    tiff = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, turn, 0, 0)
    body = _EXIF + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(content: bytes) -> Iterator[bytes]:
    at, seen = len(_PNG), set()
    while True:
        (length,) = struct.unpack_from(">I", content, at)
        kind, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content):
            raise Broken("cut off")
        (check,) = struct.unpack_from(">I", content, end - 4)
        if zlib.crc32(content[at + 4 : end - 4]) != check:
            raise Broken("checksum")
        seen.add(kind)
        if kind in _PNG_KEPT:
            yield content[at:end]
        if kind == b"IEND":
            if not {b"IHDR", b"IDAT"} <= seen:
                raise Broken("no picture")
            return
        at = end


def _webp(content: bytes) -> bytes:
    (size,) = struct.unpack_from("<I", content, 4)
    if size + 8 > len(content):
        raise Broken("cut off")
    at, kept, has_picture = 12, b"", False
    while at < size + 8:
        kind = content[at : at + 4]
        (length,) = struct.unpack_from("<I", content, at + 4)
        end = at + 8 + length + length % 2
        if end > len(content):
            raise Broken("cut off")
        chunk = content[at:end]
        if kind == b"VP8X":  # says which further chunks there are: EXIF and XMP are gone
            chunk = chunk[:8] + bytes([chunk[8] & ~0x0C]) + chunk[9:]
        has_picture = has_picture or kind in (b"VP8 ", b"VP8L", b"ANMF")
        kept += b"" if kind in _WEBP_DROPPED else chunk
        at = end
    if not has_picture:
        raise Broken("no picture")
    return content[:4] + struct.pack("<I", len(kept) + 4) + b"WEBP" + kept
