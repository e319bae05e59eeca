"""Citizens who ask over the portal, and pictures as a telephone makes them."""

from __future__ import annotations

import io
import struct
import zlib

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject

from cast import Cast
from huiying.handling import actions
from huiying.handling.models import Case
from huiying.handling.queries import case_of_event
from huiying.judging.pipeline import judge_pending
from huiying.judging.queries import event_of_post
from huiying.listening.actions import Receipt, receive_message
from huiying.listening.models import Message
from stories import OUTAGE, again, answered, effects_seen

PLACE = b"N41.1087 E122.9956 HUAWEI-P30 2026:09:13"


def asked(kind: str = "投诉", text: str = OUTAGE, contact: str = "") -> Receipt:
    receipt = receive_message(kind, text, contact)
    while judge_pending().screened:
        pass
    return receipt


def asked_and_answered(cast: Cast, level: str = "一般") -> tuple[Receipt, Case]:
    """A message over the portal, and the public answer to its matter."""
    receipt = asked()
    case = answered(cast, level)
    event = event_of_post(Message.objects.get(number=receipt.number).post)
    assert event is not None
    assert case_of_event(event.pk) == case
    return receipt, again(case)


def asked_and_closed(cast: Cast) -> tuple[Receipt, Case]:
    receipt, case = asked_and_answered(cast)
    actions.close(effects_seen(cast, case), "证书管理没有到期提醒", cast.office)
    return receipt, again(case)


def jpeg(turn: int = 1, tail: bytes = b"") -> bytes:
    """A JPEG with EXIF (place, device, turn), XMP, a comment, one scan, and perhaps something behind its end."""
    tiff = struct.pack("<2sHIHHHIHHHHII", b"II", 42, 8, 2, 0x0112, 3, 1, turn, 0, 0x8825, 4, 1, 64) + b"\0" * 8 + PLACE
    segments = [
        (0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        (0xE1, b"Exif\0\0" + tiff),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + PLACE + b"</x>"),
        (0xFE, b"taken by " + PLACE),
        (0xDB, b"\0" + bytes(64)),
        (0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0"),
    ]
    body = b"".join(b"\xff" + bytes([mark]) + struct.pack(">H", len(data) + 2) + data for mark, data in segments)
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\0\0\x3f\0" + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + body + scan + b"\xff\xd9" + tail


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png() -> bytes:
    """One grey point, with a text and an EXIF chunk."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    told = chunk(b"tEXt", b"Comment\0" + PLACE) + chunk(b"eXIf", b"II*\0" + PLACE)
    return b"\x89PNG\r\n\x1a\n" + head + told + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")


def webp() -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)

    body = part(b"VP8X", bytes([0x0C, 0, 0, 0, 0, 0, 0, 0, 0, 0])) + part(b"VP8L", b"\x2f\0\0\0\0")
    body += part(b"EXIF", PLACE) + part(b"XMP ", PLACE)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def pdf(*, author: str = "张三", photo: bytes = b"", password: str = "", pages: int = 1) -> bytes:
    """As a word processor or a scanning app writes it, with its author, a file inside and a note on the page."""
    writer = PdfWriter()
    for _ in range(pages):
        page = writer.add_blank_page(200, 200)
        page[NameObject("/PieceInfo")] = TextStringObject(author)
        if photo:
            image = StreamObject()
            image._data = photo
            image.update(
                {
                    NameObject("/Type"): NameObject("/XObject"),
                    NameObject("/Subtype"): NameObject("/Image"),
                    NameObject("/Filter"): NameObject("/DCTDecode"),
                }
            )
            drawn = DictionaryObject({NameObject("/P"): writer._add_object(image)})
            page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): drawn})
    writer.add_metadata({"/Author": author, "/Keywords": PLACE.decode()})
    writer.add_attachment("inside.txt", PLACE)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


PDF = pdf()
