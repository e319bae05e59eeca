"""S14: a secret that others can read, too short or well known is refused, and told without its words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from huiying.kernel import secretfiles
from huiying.kernel.secretfiles import SecretRefused, check_environment, is_everybodys, read

GOOD = "kQ8w3-really-random-Tz"


def kept(tmp_path: Path, text: str, mode: int = 0o600) -> Path:
    path = tmp_path / "secret"
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o440])
def test_a_file_closed_to_others_is_read(tmp_path: Path, mode: int) -> None:
    assert read(kept(tmp_path, f" {GOOD}\n", mode), 16) == GOOD


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o602, 0o620, 0o660, 0o666])
def test_one_that_others_may_read_or_change_is_refused_with_what_to_do(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SecretRefused, match="chmod 600") as told:
        read(kept(tmp_path, GOOD, mode), 16)
    assert GOOD not in str(told.value)


@pytest.mark.parametrize(
    "text", ["", "\n", "kurz7", "0000000000000000000000", "changeme-1234567890", "Password!!!!!12345678"]
)
def test_empty_short_and_well_known_ones_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SecretRefused) as told:
        read(kept(tmp_path, text), 16)
    assert not text.strip() or text not in str(told.value)


@pytest.mark.parametrize("word", ["", "postgres", "Guest", "admin123", "密码", "huiying!", "aaaaaaaaaaaa", "123"])
def test_what_everybody_tries_first(word: str) -> None:
    assert is_everybodys(word)


@given(st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=24, max_size=40))
def test_random_ones_are_not(secret: str) -> None:
    letters = {char for char in secret.lower() if char.isalpha()}
    assert not is_everybodys(secret) or len(letters) < 9


@pytest.mark.parametrize("name", ["HUIYING_DATABASE_URL", "HUIYING_EMAIL_URL", "HUIYING_BROKER_URL"])
@pytest.mark.parametrize("password", ["postgres", "", "%70assword", "changeme1"])
def test_a_well_known_password_of_another_machine_is_refused_by_the_name_of_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, password: str
) -> None:
    monkeypatch.setenv(name, f"scheme://user:{password}@10.1.2.3:5432/x")
    with pytest.raises(SecretRefused, match=name) as told:
        check_environment()
    assert "10.1.2.3" not in str(told.value)


@pytest.mark.parametrize(
    "url",
    ["", "postgres://huiying@127.0.0.1/x", "amqp://guest:guest@127.0.0.1:5672//", f"smtps://u:{GOOD}@mail.example"],
)
def test_none_a_good_one_and_those_of_this_very_machine_are_let_be(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name in ("HUIYING_DATABASE_URL", "HUIYING_EMAIL_URL", "HUIYING_BROKER_URL"):
        monkeypatch.setenv(name, url)
    check_environment()
    assert secretfiles.is_everybodys("guest")
