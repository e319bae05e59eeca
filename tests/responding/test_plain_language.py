"""C8.10, C3.2: plain words, facts and remedy first, nobody blamed. Hints, each with how to do better."""

from __future__ import annotations

import pytest

from cast import Cast
from huiying.responding import actions, tone
from huiying.responding.tone import look_at, reading, sentences
from stories import again, approve, drafted

GOOD = (
    "9月14日8时30分至9时40分，交易系统不能登录，现已恢复。两个项目的开标改到下午2时，已交的文件有效，不用重交。\n"
    "原因是证书到期没有更换，9月15日前换完。有疑问请拨打0412-5551234。"
)


def found(text: str, **how: bool) -> list[str]:
    return [hint.code for hint in look_at(text, "portal", **how)]


def test_a_good_answer_gets_no_hint() -> None:
    assert found(GOOD) == []


def test_a_first_paragraph_without_facts_is_pointed_out() -> None:
    assert "no_facts_first" in found(
        "大家好，感谢大家对我们工作的关心和支持，现在来谈一谈这件事情。\n9月14日恢复，电话5551234。"
    )
    assert "no_facts_first" not in found(GOOD)


def test_a_first_paragraph_without_a_remedy_is_pointed_out() -> None:
    text = "9月14日8时30分，交易平台出现了登录方面的状况，很多人看到了。\n现已恢复，电话0412-5551234，9月15日前回访。"
    assert "no_remedy_first" in found(text)
    assert "no_remedy_first" not in found(GOOD)


def test_what_stands_below_does_not_make_up_for_the_beginning() -> None:
    """倒金字塔: a reader who stops after the first paragraph has the facts and knows what to do."""
    text = "感谢大家的关心和支持，我们一定会把后面的事情做好。\n" + GOOD
    assert {"no_facts_first"} <= set(found(text))


@pytest.mark.parametrize("word", sorted(tone.EMPTY))
def test_every_empty_phrase_is_named_with_what_to_write_instead(word: str) -> None:
    hints = [hint for hint in look_at(f"{GOOD}{word}。") if hint.code == "empty"]
    assert any(hint.quote == word and hint.how for hint in hints)


@pytest.mark.parametrize("word", ["不明真相", "别有用心", "少数人", "抹黑"])
def test_nobody_who_asks_is_blamed(word: str) -> None:
    """C1.2: criticism is no offence."""
    assert "blaming" in found(f"{GOOD}{word}的人在传。")


def test_praise_of_oneself_is_named() -> None:
    assert "praise" in found(f"{GOOD}我局工作取得了显著成效。")


def test_the_longer_phrase_hides_the_shorter_inside_it() -> None:
    quotes = [hint.quote for hint in look_at(f"{GOOD}恶意炒作。") if hint.code == "blaming"]
    assert quotes == ["恶意炒作"]


def test_a_word_of_the_trade_is_explained_or_replaced() -> None:
    hints = [hint for hint in look_at(f"{GOOD}项目流标。") if hint.code == "jargon"]
    assert [hint.quote for hint in hints] == ["流标"]
    assert "没有选出中标人" in hints[0].how
    assert "jargon" not in found(f"{GOOD}项目流标（没有选出中标人）。")


def test_a_long_sentence_is_quoted() -> None:
    long = "，".join(["9月14日系统恢复以后"] * 8) + "。"
    hint = next(hint for hint in look_at(GOOD + long) if hint.code == "long_sentence")
    assert hint.quote.startswith("9月14日系统恢复以后")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("交易系统已经恢复，已交的文件有效，电话0412-5551234。", "no_date"),
        ("9月14日8时30分，交易系统恢复，已交的文件有效。", "no_contact"),
    ],
)
def test_a_missing_date_or_contact_is_pointed_out(text: str, code: str) -> None:
    assert code in found(text)


def test_a_detour_is_pointed_out() -> None:
    assert "passive" in found(f"{GOOD}对有关项目进行核查。")


def test_a_microblog_is_told_where_it_is_folded() -> None:
    assert "folded" not in found(GOOD, short=True)
    assert "folded" in found(GOOD * 2, short=True)
    assert "folded" not in found(GOOD * 2)


def test_nothing_is_said_of_nothing() -> None:
    assert look_at("  \n ") == []


def test_the_figure_of_reading_is_explained() -> None:
    easy = reading("系统恢复了。开标改到两点。")
    assert (easy.sentences, easy.average, easy.word) == (2, 6, "好读")
    assert "2 句" in easy.explained
    assert reading("一" * 50 + "。").word == "难读"
    assert reading("").sentences == 0


def test_sentences_end_where_people_stop() -> None:
    assert sentences("一。二！三？四；五\n六") == ["一。", "二！", "三？", "四；", "五", "六"]


def test_the_same_text_gives_the_same_hints() -> None:
    text = "我局高度重视，第一时间处理。据悉有关部门已介入。"
    assert look_at(text) == look_at(text)


def test_hints_never_stand_in_the_way_c8_10(cast: Cast) -> None:
    """They say what to do better; the writer decides."""
    text = "我局高度重视，第一时间处理，少数人不明真相。"
    revision = drafted(cast, renditions={"portal": text})
    assert {"empty", "blaming"} <= {hint.code for hint in tone.hints(again(revision.case), revision)}
    approve(cast, actions.submit(again(revision.case), cast.editor))
    assert again(revision.case).state == "approved"


def test_a_form_below_the_level_is_a_hint_c3_2(cast: Cast) -> None:
    """度: the level's forms against the texts."""
    revision = drafted(cast, "特别重大")
    codes = {hint.code for hint in tone.form(again(revision.case), revision)}
    assert codes == {"form_too_light", "few_channels"}


def test_a_form_above_the_level_is_a_hint_c3_2(cast: Cast) -> None:
    texts = {"portal": GOOD, "wechat": GOOD, "press_conference": GOOD}
    revision = drafted(cast, "较大", renditions=texts)
    assert {hint.code for hint in tone.form(again(revision.case), revision)} == {"form_too_heavy"}


def test_an_emergency_asks_for_a_press_conference_at_any_level(cast: Cast) -> None:
    """61号: the superior norm, not the level."""
    texts = {"portal": GOOD, "wechat": GOOD, "press_conference": GOOD}
    revision = drafted(cast, "较大", renditions=texts)
    case = again(revision.case)
    case.emergency = "重大"
    assert tone.form(case, revision) == []


def test_the_fitting_form_gets_no_hint_c3_2(cast: Cast) -> None:
    revision = drafted(cast, "较大", renditions={"portal": GOOD, "wechat": GOOD})
    assert tone.form(again(revision.case), revision) == []
    assert tone.is_short("weibo")
    assert not tone.is_short("portal")
