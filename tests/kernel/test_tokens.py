"""Link tokens and query codes: only hashes are kept."""

import math
from collections import Counter
from pathlib import Path

import pytest

from huiying.kernel import tokens


def test_a_token_matches_its_hash_and_no_other() -> None:
    token, stored = tokens.new_token()
    other, _ = tokens.new_token()
    assert tokens.token_matches(token, stored)
    assert not tokens.token_matches(other, stored)
    assert token not in stored
    assert len(token) >= 43


def test_a_code_has_no_letters_that_are_misread(home: Path) -> None:
    codes = [tokens.new_code()[0] for _ in range(200)]
    assert all(len(code) == 8 for code in codes)
    assert not set("".join(codes)) & set("01OILU")
    assert len(set(codes)) == 200


@pytest.mark.parametrize("typed", ["ABCD2345", "abcd2345", "ABCD-2345", " abcd 2345 ", "ＡＢＣＤ２３４５"])
def test_a_code_is_understood_as_citizens_type_it(home: Path, typed: str) -> None:
    assert tokens.code_matches(typed, tokens.hash_code("ABCD2345"))


def test_another_code_does_not_match(home: Path) -> None:
    code, stored = tokens.new_code()
    assert not tokens.code_matches(code[::-1] + "2", stored)


def test_a_stolen_table_is_useless_without_the_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = tokens.hash_code("ABCD2345")
    monkeypatch.setenv("HUIYING_HOME", str(home / "elsewhere"))
    assert not tokens.code_matches("ABCD2345", stored)


def test_a_code_cannot_be_guessed_through_the_door() -> None:
    """39 bits, and thirty tries in ten minutes from one place: a thousand places would try for two hundred years."""
    assert len(set(tokens.CODE_ALPHABET)) == len(tokens.CODE_ALPHABET) == 30
    codes = 30**8
    assert math.log2(codes) > 39
    tries_a_year = 30 * 6 * 24 * 365.25
    assert codes / 2 / (1000 * tries_a_year) > 200


def test_codes_use_the_whole_alphabet_evenly(home: Path) -> None:
    """Every character at every place; none more than half as often again as it should be."""
    made = "".join(tokens.new_code()[0] for _ in range(3000))
    counts = Counter(made)
    assert set(counts) == set(tokens.CODE_ALPHABET)
    assert max(counts.values()) < 1.5 * len(made) / 30
