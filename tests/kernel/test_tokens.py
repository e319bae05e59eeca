"""Link tokens and query codes: only hashes are kept."""

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
