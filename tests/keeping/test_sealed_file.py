"""S13, S14: a sealed file gives back what it took, and nothing when any byte of it is another."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings, strategies as st

from huiying.keeping import archive

PASSPHRASE = "sixteen characters or more"
PIECE = 1 << 20
HEAD = 5 + 16


def seal(*parts: bytes) -> bytes:
    out = io.BytesIO()
    writer = archive.Writer(out, PASSPHRASE)
    for part in parts:
        writer.write(part)
    writer.finish()
    return out.getvalue()


def unseal(data: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return archive.Reader(io.BytesIO(data), passphrase).read()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 7])
def test_whatever_its_length_it_comes_back(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)
    assert unseal(seal(content)) == content


@settings(max_examples=5)
@given(st.lists(st.binary(max_size=300_000), max_size=6), st.integers(1, 200_000))
def test_in_whatever_portions_it_is_written_and_read(parts: list[bytes], portion: int) -> None:
    reader = archive.Reader(io.BytesIO(seal(*parts)), PASSPHRASE)
    found = bytearray()
    while part := reader.read(portion):
        assert len(part) <= portion
        found += part
    assert bytes(found) == b"".join(parts)


@pytest.mark.parametrize("place", [5, HEAD, HEAD + 40, HEAD + PIECE + 20, -1])
def test_one_changed_bit_is_found(place: int) -> None:
    data = bytearray(seal(b"x" * (PIECE + 1000)))
    data[place] ^= 1
    with pytest.raises(archive.SealedError):
        unseal(bytes(data))


def test_what_was_cut_off_at_the_end_of_a_piece_is_found() -> None:
    data = seal(b"x" * (2 * PIECE + 5))
    with pytest.raises(archive.SealedError, match="不完整"):
        unseal(data[: HEAD + 2 * (PIECE + 16)])


def test_pieces_that_changed_places_are_found() -> None:
    data = seal(b"a" * PIECE + b"b" * PIECE + b"c")
    first, second = HEAD + PIECE + 16, HEAD + 2 * (PIECE + 16)
    with pytest.raises(archive.SealedError):
        unseal(data[:HEAD] + data[first:second] + data[HEAD:first] + data[second:])


def test_another_passphrase_opens_nothing() -> None:
    with pytest.raises(archive.SealedError, match="口令"):
        unseal(seal(b"content"), PASSPHRASE + "!")


def test_another_file_is_named_as_such() -> None:
    with pytest.raises(archive.SealedError, match="不是 huiying backup"):
        unseal(b"PK\x03\x04" + bytes(100))


def test_the_content_can_not_be_read_in_it() -> None:
    assert b"13900001234" not in seal(b"13900001234" * 100)
