"""Life first: before masks, gates, negative words and bands (DESIGN "Life first", DOMAIN §4.2 F5)."""

from __future__ import annotations

import pytest

from huiying.engine.cues import life_signal
from huiying.engine.normalise import normalise


def _signal(text: str, **where: bool):
    places = {"own_channel": False, "local": False, "business": False, **where}
    return life_signal(normalise(text), **places)


@pytest.mark.parametrize(
    "text",
    [
        "我不想活了",
        "真的活不下去了",
        "我从楼上跳下去算了",
        "今天就跳楼",
        "跳*楼",
        "tiao楼",
        "跳樓",
        "想轻生",
        "自殺",
        "准备喝农药",
        "割腕",
        "遗书写好了",
        "不行就一了百了",
        "被逼上绝路了",
        "电梯里困着人，喘不上气",
    ],
)
def test_on_own_channels_no_business_word_is_needed(text):
    assert _signal(text, own_channel=True) is not None


@pytest.mark.parametrize(
    "text",
    [
        "跳楼价大甩卖",
        "跳楼大甩卖最后三天",
        "笑死我了",
        "这报价是自杀式报价",
        "预防自杀宣传周",
        "想死你了",
        "我们上吊装设备",
        "这问题困扰很久，被困扰的企业",
        "生命线工程",
        "保证金没退",
        "不想活动了",
    ],
)
def test_idioms_are_no_signal_even_on_own_channels(text):
    assert _signal(text, own_channel=True) is None


def test_an_idiom_does_not_hide_a_signal_beside_it():
    assert _signal("卖成跳楼价，我也要跳楼了", own_channel=True) is not None


def test_elsewhere_the_place_or_the_business_is_needed():
    assert _signal("我不想活了") is None
    assert _signal("我不想活了", local=True) is not None
    assert _signal("我不想活了", business=True) is not None


def test_a_weak_word_counts_on_own_channels_only():
    assert _signal("实在没活路了", local=True, business=True) is None
    assert _signal("实在没活路了", own_channel=True) is not None


def test_the_signal_quotes_the_original_words():
    text = "货款压了一年半，我要跳 * 楼"
    signal = _signal(text, own_channel=True)
    assert signal is not None
    assert signal.quote == text[signal.start : signal.end] == "跳 * 楼"


def test_a_signal_survives_negative_words_and_masks(screener, make_post):
    post = make_post("马鞍山的彩票二手交易害的，我不想活了", own_channel=True)
    result = screener.screen(post)
    assert result.life_safety
    assert result.band == "hit"
    assert "立即电话" in result.reasons[0]


def test_a_local_signal_without_business_goes_to_the_tray_and_still_calls(screener, make_post):
    result = screener.screen(make_post("彩票输光了，想轻生", region="鞍山"))
    assert result.life_safety
    assert result.band == "suspect"


def test_a_signal_from_elsewhere_calls_nobody_here(screener, make_post):
    assert not screener.screen(make_post("工程款没给，有人要跳楼", region="沈阳")).life_safety


def test_a_life_signal_is_not_a_level(screener, examples):
    """F5: the level of P18 stays low, the path beside it does not."""
    from huiying.engine.post import parse_post

    result = screener.screen(parse_post(next(row for row in examples if row["id"] == "P18")))
    assert result.life_safety
    assert result.level == "一般"


def test_only_one_worked_example_carries_a_signal(screener, examples):
    from huiying.engine.post import parse_post

    assert [row["id"] for row in examples if screener.screen(parse_post(row)).life_safety] == ["P18"]
