"""One tokeniser for indexing and for searching: a two-character word is always found."""

from hypothesis import given
from hypothesis import strategies as st

from huiying.kernel.tokenise import query_tokens, tokenise

CHINESE = st.text(st.sampled_from("鞍山市公共资源交易中心评标专家围标串标保证金退还"), min_size=1, max_size=30)


def test_words_pairs_and_latin_words_are_tokens() -> None:
    assert tokenise("公共资源ABC交易") == ["公共资源", "公共", "共资", "资源", "abc", "交易"]


def test_width_and_case_do_not_matter() -> None:
    assert tokenise("ＣＡ证书 Ca") == tokenise("ca证书 CA")


def test_punctuation_separates_pairs() -> None:
    assert "标串" not in tokenise("围标，串标")
    assert "标串" in tokenise("围标串标")


def test_a_query_has_no_token_twice() -> None:
    assert query_tokens("退还退还 CA ca") == ["退还", "还退", "ca"]


def test_a_single_character_query_is_itself() -> None:
    assert query_tokens("标") == ["标"]
    assert "好" in tokenise("好！")


def test_nothing_gives_nothing() -> None:
    assert tokenise(" ，。!\n") == query_tokens("") == []


@given(text=CHINESE, data=st.data())
def test_every_part_of_two_characters_or_more_is_found(text: str, data: st.DataObject) -> None:
    text += "中心"
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    assert set(query_tokens(text[start:end])) <= set(tokenise(text))


@given(st.text(max_size=60))
def test_no_token_holds_space_or_upper_case(text: str) -> None:
    for token in tokenise(text) + query_tokens(text):
        assert token == token.lower()
        assert len(token.split()) == 1
