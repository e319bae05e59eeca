"""A file of a few kilobytes that unpacks to gigabytes is refused at every door, in words (§6.2, S14)."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, NumberObject

import stories
from asking_of import chunk, jpeg, pdf, png, webp
from cast import Cast
from huiying.handling.actions import work
from huiying.kernel import pdfs, pictures, store
from huiying.listening import attachments
from huiying.people.errors import Refused
from huiying.responding import evidence


def big_png(width: int = 60_000, height: int = 60_000) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


def big_jpeg(width: int = 60_000, height: int = 60_000) -> bytes:
    return jpeg().replace(b"\xff\xc0\0\x0b\x08\0\x01\0\x01", b"\xff\xc0\0\x0b\x08" + struct.pack(">HH", height, width))


def part(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def riff(*parts: bytes) -> bytes:
    body = b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def three(number: int) -> bytes:
    return number.to_bytes(3, "little")


SMALL_HEAD = part(b"VP8X", b"\x02\0\0\0" + three(9) + three(9))
BOMBS = {
    "a PNG of 60 000 by 60 000": big_png(),
    "a PNG of one row": big_png(2**31 - 1, 1),
    "a JPEG of 60 000 by 60 000": big_jpeg(),
    "a JPEG that tells its height behind the picture": big_jpeg(60_000, 0),
    "a JPEG with a second, huge frame": big_jpeg(1, 1)[:-2] + big_jpeg()[2:],
    "a WebP canvas of 60 000 by 60 000": riff(part(b"VP8X", b"\0\0\0\0" + three(59_999) + three(59_999))),
    "a WebP with a huge frame": riff(SMALL_HEAD, part(b"ANMF", b"\0" * 6 + three(59_999) + three(59_999) + b"\0" * 4)),
    "a lossless WebP of 16 384 by 16 384": riff(part(b"VP8L", b"\x2f" + struct.pack("<I", 0x0FFFFFFF))),
    "a WebP of 16 383 by 16 383": riff(part(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 0x3FFF, 0x3FFF))),
}
ORDINARY = {"jpeg": jpeg(), "png": png(), "webp": webp(), "largest photo": big_png(16_320, 12_240)}


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("照片.png", content)


def doors(cast: Cast) -> dict[str, Callable[[bytes], Any]]:
    case = stories.handled(cast)
    return {
        "hand entries, pictures to be read": lambda content: attachments.contents_of([upload(content)]),
        "the public form": lambda content: attachments.from_the_public([upload(content)], 3),
        "evidence of a publication": lambda content: evidence.keep_upload(
            case, upload(content), "http://x.cn/", "值班"
        ),
        "proof of a conference": lambda content: evidence.keep_proof(case, upload(content), "", "值班"),
        "the room of a case": lambda content: work.attach(case, upload(content), cast.tech_head),
    }


@pytest.mark.parametrize("what", BOMBS)
def test_a_picture_that_swells_is_told_by_its_head(what: str) -> None:
    assert pictures.is_too_large(BOMBS[what])
    assert store.media_type_of(BOMBS[what]) is None


@pytest.mark.parametrize("what", ORDINARY)
def test_an_ordinary_picture_is_none(what: str) -> None:
    assert not pictures.is_too_large(ORDINARY[what])
    assert store.media_type_of(ORDINARY[what])


def test_every_door_refuses_it_in_words(cast: Cast) -> None:
    for name, take in doors(cast).items():
        for what, content in BOMBS.items():
            with pytest.raises(Refused) as refused:
                take(content)
            assert "像素" in refused.value.sentence, (name, what)


def test_a_scan_inside_a_pdf_is_looked_at_too() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(photo=jpeg()))))
    image = writer.pages[0]["/Resources"]["/XObject"]["/P"]  # type: ignore[index]
    image[NameObject("/Width")] = image[NameObject("/Height")] = NumberObject(60_000)
    made = io.BytesIO()
    writer.write(made)
    with pytest.raises(pictures.TooLarge):
        pdfs.without_metadata(made.getvalue())
    with pytest.raises(Refused, match="像素"):
        attachments.from_the_public([upload(made.getvalue())], 3)


def test_an_office_file_that_swells_is_no_office_file() -> None:
    def office(filler: bytes) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("word/document.xml", filler)
        return made.getvalue()

    assert store.media_type_of(office(b"<w/>")) == "application/docx"
    assert store.media_type_of(office(b"\0" * (40 << 20))) is None


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0", b"", b"\xff\xd8\xff\xc0\0"]
)
def test_what_is_cut_off_is_no_error(content: bytes) -> None:
    assert not pictures.is_too_large(content)
