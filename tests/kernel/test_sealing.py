"""S14: what is sealed opens only with the key, for its purpose, unaltered."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from huiying.kernel import sealing

SHARED_HOME = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@SHARED_HOME
@given(data=st.binary(max_size=200), purpose=st.text(max_size=20))
def test_what_is_sealed_opens_again(home: Path, data: bytes, purpose: str) -> None:
    assert sealing.unseal(sealing.seal(data, purpose), purpose) == data


@SHARED_HOME
@given(data=st.binary(max_size=60), bit=st.integers(0))
def test_any_flipped_bit_is_noticed(home: Path, data: bytes, bit: int) -> None:
    token = bytearray(sealing.seal(data, "contact"))
    bit %= len(token) * 8
    token[bit // 8] ^= 1 << bit % 8
    with pytest.raises(sealing.SealingError):
        sealing.unseal(bytes(token), "contact")


def test_a_token_does_not_open_for_another_purpose(home: Path) -> None:
    token = sealing.seal("13800138000", "contact")
    with pytest.raises(sealing.SealingError, match="evidence"):
        sealing.unseal(token, "evidence")


def test_the_same_text_is_sealed_differently_each_time(home: Path) -> None:
    assert sealing.seal("x", "p") != sealing.seal("x", "p")


def test_the_plain_text_does_not_show(home: Path) -> None:
    assert "张三".encode() not in sealing.seal("张三", "contact")


def test_something_else_is_not_taken_for_a_sealed_value(home: Path) -> None:
    with pytest.raises(sealing.SealingError, match="不是封存数据"):
        sealing.unseal(b"hello", "contact")


def test_a_value_sealed_at_another_bureau_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = sealing.seal("x", "p")
    monkeypatch.setenv("HUIYING_HOME", str(home / "other"))
    with pytest.raises(sealing.SealingError, match="另一把密钥"):
        sealing.unseal(token, "p")


def test_a_voice_tag_means_nothing_outside_its_event_inv10() -> None:
    one, other = sealing.new_key(), sealing.new_key()
    assert sealing.keyed_tag(one, "voice") == sealing.keyed_tag(one, "voice")
    assert sealing.keyed_tag(one, "voice") != sealing.keyed_tag(one, "voice2")
    assert sealing.keyed_tag(one, "voice") != sealing.keyed_tag(other, "voice")


def test_a_short_key_for_tags_is_refused() -> None:
    with pytest.raises(ValueError, match="不足 32"):
        sealing.keyed_tag(b"short", "voice")
