"""Batches on their way are sealed; a voice travels in them and nowhere else (§6.2, INV-10)."""

from pathlib import Path

import pytest

from huiying.hub import broker
from lines_of import parsed, post

KEY = bytes(range(32))
BATCH = broker.Batch(7, "import", (post("1", "张某 13800001111 的保证金不退", voice="weibo:123"),))


def test_what_is_sealed_comes_out_as_it_went_in() -> None:
    assert broker.open_(broker.seal(BATCH, KEY), KEY) == BATCH


def test_nothing_of_it_can_be_read_on_the_way() -> None:
    body = broker.seal(BATCH, KEY)
    for part in ("张某", "13800001111", "weibo:123"):
        assert part.encode() not in body
    assert body != broker.seal(BATCH, KEY)


@pytest.mark.parametrize(
    "body", [b"", b"{}", broker.seal(BATCH, KEY)[:-1], broker.seal(BATCH, KEY)[:-1] + b"\0", b"HYH1short"]
)
def test_what_is_not_ours_or_was_changed_is_refused(body: bytes) -> None:
    with pytest.raises(broker.Unreadable):
        broker.open_(body, KEY)


def test_another_hubs_key_opens_nothing() -> None:
    with pytest.raises(broker.Unreadable, match="密钥不同"):
        broker.open_(broker.seal(BATCH, KEY), bytes(32))


def test_a_post_travels_whole_and_its_voice_with_it() -> None:
    whole = parsed("1", "开标推迟", voice="v1", parent_id="0", metrics={"reads": 5}, extra={"a": [1]})
    (back,) = broker.Batch(1, "import", (broker.row_of(whole),)).posts()
    assert back == whole
    assert back.voice == "v1"
    assert "voice" not in broker.row_of(parsed("2", "没有"))


def test_the_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "hub" / "hub.key"
    first = broker.key(path)
    assert broker.key(path) == first
    assert len(first) == 32
    assert path.stat().st_mode & 0o077 == 0


def test_a_damaged_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "hub.key"
    path.write_text("zz")
    with pytest.raises(broker.Unreadable, match=r"hub\.key"):
        broker.key(path)


def test_a_batch_of_something_else_is_refused() -> None:
    with pytest.raises(broker.Unreadable):
        broker.open_(broker.sealed({"n": 1}, KEY), KEY)
