"""What a photo says beside the picture is taken out at the door; the picture stays as it was (§6.2)."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, strategies as st

from asking_of import PLACE, jpeg, png, webp
from huiying.kernel.pictures import Broken, without_metadata
from huiying.kernel.store import media_type_of

ALL = [(jpeg(), "image/jpeg"), (png(), "image/png"), (webp(), "image/webp")]


@pytest.mark.parametrize(("content", "kind"), ALL)
def test_place_time_and_device_are_gone_and_the_file_is_still_of_its_kind(content: bytes, kind: str) -> None:
    assert PLACE in content
    clean = without_metadata(content, kind)
    assert PLACE not in clean
    assert media_type_of(clean) == kind
    assert without_metadata(clean, kind) == clean


def test_the_picture_itself_is_not_touched() -> None:
    content = jpeg()
    scan = content[content.index(b"\xff\xdb") :]
    assert without_metadata(content, "image/jpeg").endswith(scan)
    assert b"JFIF" in without_metadata(content, "image/jpeg")


def test_only_the_turn_of_the_camera_stays() -> None:
    """Or a photo taken upright would lie on its side."""
    clean = without_metadata(jpeg(turn=6), "image/jpeg")
    start = clean.index(b"Exif\0\0") + 6
    assert clean[start : start + 4] == b"MM\0*"
    assert struct.unpack_from(">HHHIH", clean, start + 8) == (1, 0x0112, 3, 1, 6)
    assert b"Exif" not in without_metadata(jpeg(turn=1), "image/jpeg")


def test_a_film_that_hangs_behind_the_picture_is_cut_off() -> None:
    clean = without_metadata(jpeg(tail=b"ftypmp4" + PLACE), "image/jpeg")
    assert clean.endswith(b"\xff\xd9")
    assert PLACE not in clean


def test_the_flags_of_a_webp_no_longer_promise_what_is_gone() -> None:
    clean = without_metadata(webp(), "image/webp")
    assert clean[20] & 0x0C == 0
    assert struct.unpack_from("<I", clean, 4)[0] + 8 == len(clean)


def test_what_is_no_picture_comes_back_as_it_is() -> None:
    assert without_metadata(b"words", "text/plain") == b"words"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff<script>alert(1)</script>", "image/jpeg"),
        (b"\xff\xd8\xff\xd9", "image/jpeg"),
        (jpeg()[:-2], "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n<svg onload=alert(1)>", "image/png"),
        (png()[:-4], "image/png"),
        (png().replace(b"IDAT", b"IDAX"), "image/png"),
        (b"RIFF\xff\xff\xff\xffWEBPVP8 ", "image/webp"),
        (b"RIFF\x04\x00\x00\x00WEBP", "image/webp"),
    ],
)
def test_bytes_that_only_begin_like_a_picture_are_refused(content: bytes, kind: str) -> None:
    with pytest.raises(Broken):
        without_metadata(content, kind)


@pytest.mark.parametrize(("content", "kind"), ALL)
@given(data=st.data())
def test_a_damaged_file_is_refused_or_cleaned_never_an_error(data: st.DataObject, content: bytes, kind: str) -> None:
    at = data.draw(st.integers(0, len(content) - 1))
    broken = content[:at] + data.draw(st.binary(max_size=8)) + content[at + data.draw(st.integers(0, 8)) :]
    try:
        clean = without_metadata(broken, kind)
    except Broken:
        return
    assert isinstance(clean, bytes)
