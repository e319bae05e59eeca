"""One tokeniser for indexing and for searching: a two-character word is always found."""

from hypothesis import given, settings, strategies as st

from huiying.kernel.wording import Wanted, phrases, plain, tokenise, wanted

CHINESE = st.text(st.sampled_from("鞍山市公共资源交易中心评标专家围标串标保证金退还"), min_size=1, max_size=30)
MIXED = st.text(st.sampled_from("鞍山围标退还ab12，。"), min_size=1, max_size=20)


def test_words_pairs_and_latin_words_are_tokens() -> None:
    assert tokenise("公共资源ABC交易") == ["公共资源", "公共", "共资", "资源", "源", "abc", "交易", "易"]


def test_width_and_case_do_not_matter() -> None:
    assert tokenise("ＣＡ证书 Ca") == tokenise("ca证书 CA")


def test_punctuation_separates_pairs() -> None:
    assert "标串" not in tokenise("围标，串标")
    assert "标串" in tokenise("围标串标")


def holds(text: str, phrase: str) -> bool:
    """Whether the tokens of `text` have all that is asked for `phrase`."""
    tokens = tokenise(text)
    return all(
        any(token.startswith(one.token) if one.is_prefix else token == one.token for token in tokens)
        for one in wanted(plain(phrase))
    )


def test_a_phrase_asks_for_no_token_twice() -> None:
    assert wanted("退还退还") == [Wanted("退还"), Wanted("还退")]


def test_words_and_quoted_phrases_of_a_query_are_told_apart() -> None:
    assert phrases('围标 "评标 专家" ＣＡ') == ["围标", "评标 专家", "ca"]
    assert phrases('"没有关上 的') == ["没有关上 的"]
    assert phrases(' "" ') == []


def test_the_ends_of_a_phrase_may_be_parts_of_longer_words() -> None:
    assert wanted("ca证书") == [Wanted("证书")]
    assert wanted("证书ca") == [Wanted("证书"), Wanted("ca", is_prefix=True)]
    assert wanted("第3标") == [Wanted("3"), Wanted("标", is_prefix=True)]


def test_a_single_character_is_found_wherever_it_stands() -> None:
    assert wanted("标") == [Wanted("标", is_prefix=True)]
    assert all(holds("围标人。", one) for one in ("围", "标", "人", "人。"))
    assert "好" in tokenise("好！")


def test_nothing_gives_nothing() -> None:
    assert tokenise(" ，。!\n") == wanted("，。") == []


@settings(deadline=None)
@given(text=CHINESE, data=st.data())
def test_every_part_of_two_characters_or_more_is_found(text: str, data: st.DataObject) -> None:
    text += "中心"
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    assert holds(text, text[start:end])


@settings(deadline=None)
@given(text=MIXED, data=st.data())
def test_a_part_that_begins_within_a_word_of_letters_is_found_by_the_rest(text: str, data: st.DataObject) -> None:
    text += "中心"
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    part = text[start:end]
    if any("\u4e00" <= sign <= "\u9fff" for sign in part):  # letters alone within a word are not looked for
        assert holds(text, part)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_token_holds_space_or_upper_case(text: str) -> None:
    for token in [*tokenise(text), *(one.token for one in wanted(plain(text)))]:
        assert token == token.lower()
        assert len(token.split()) == 1
