"""Near-duplicates: edits are found, different matters stay apart, nothing short ever merges (C5.16)."""

from __future__ import annotations

import random
import subprocess
import sys

import pytest
from hypothesis import given, strategies as st

from huiying.engine.duplicates import DuplicateIndex, fingerprint, numbers_in, overlap
from huiying.engine.texts import MAX_BARE, text_of

STORY = (
    "昨天下午去交易大厅办理保证金退还手续，窗口说要等财务确认，财务又说银行那边没有到账回单，来回跑了三趟，"
    "材料一份不少，最后让回去等电话。项目早就签了合同，按规定五日内就该退，现在已经过去一个多月。"
)


def _found(known: str, asked: str):
    index = DuplicateIndex()
    index.add("first", fingerprint(known))
    return index.find(fingerprint(asked))


@pytest.mark.parametrize(
    "edited",
    [
        STORY,
        "太真实了：" + STORY,
        STORY + " 详情见 http://example.invalid/1 @某某",
        STORY[: int(len(STORY) * 0.6)],
        STORY.replace("昨天下午", "前天上午"),
        STORY.replace("，", " "),
        "！！" + STORY + "。。。",
    ],
)
def test_small_edits_of_a_story_are_found(edited):
    found = _found(STORY, edited)
    assert found is not None
    assert found.key == "first"
    assert 0.4 <= found.similarity <= 1


def test_an_edit_of_one_character_in_twenty_is_found_almost_always():
    draw = random.Random(7)
    hits = 0
    for _ in range(100):
        letters = list(STORY)
        for place in draw.sample(range(len(letters)), len(letters) // 20):
            letters[place] = chr(draw.randrange(0x4E00, 0x9FA5))
        hits += _found(STORY, "".join(letters)) is not None
    assert hits >= 99


@pytest.mark.parametrize("text", ["", "转发微博", "顶", "转发微博 //@甲:", "！！！", "好的好的", "[图片]"])
def test_empty_short_and_boilerplate_texts_never_merge(text):
    assert _found(text, text) is None


def test_two_notices_that_differ_in_a_number_stay_apart():
    notice = "关于某排水管网改造工程施工招标项目编号AS2026-118的中标候选人公示，公示期三日，异议请书面提出"
    assert _found(notice, notice.replace("118", "119")) is None
    assert _found(notice + "一标段", notice + "二标段") is None
    assert _found(notice, notice) is not None


def test_another_story_is_no_duplicate():
    assert _found(STORY, "鞍山今年的采购目录什么时候公布，去年这个时候已经能在网上查到了，请问在哪个栏目") is None


def test_the_earliest_exact_copy_is_the_answer():
    index = DuplicateIndex()
    for key in ("a", "b"):
        index.add(key, fingerprint(STORY))
    found = index.find(fingerprint(STORY))
    assert found is not None
    assert (found.key, found.exact) == ("a", True)


def test_the_window_bounds_what_is_kept():
    index = DuplicateIndex(window=3)
    for number in range(10):
        index.add(str(number), fingerprint(f"第{number}个完全不同的故事{'甲乙丙丁戊己庚辛壬癸'[number] * 12}"))
    assert len(index) == 3
    assert index.find(fingerprint(f"第0个完全不同的故事{'甲' * 12}")) is None


def test_numbers_and_lots_are_read():
    assert numbers_in("编号2026118，二标段，第3包，共12家") == {"2026118", "二标段", "3"}


@given(st.text(max_size=60), st.text(max_size=60))
def test_overlap_is_symmetric_and_bounded(left, right):
    one, two = fingerprint(left).grams, fingerprint(right).grams
    assert overlap(one, two) == overlap(two, one)
    assert all(0 <= share <= 1 for share in overlap(one, two))


@given(st.text(max_size=200))
def test_a_text_is_its_own_duplicate_or_too_short_to_be_one(text):
    found = _found(text, text)
    assert (found is not None) == fingerprint(text).mergeable


def test_band_keys_do_not_depend_on_the_process():
    """A restarted engine must find what the old one would have found."""
    code = "from huiying.engine.duplicates import fingerprint; print(fingerprint('公共资源交易中心保证金').bands)"
    seen = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


# --- hashtags: who joins one has not copied anybody (C5.16) ---

TAG = "#某大学百年校庆倒计时200天#"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"百年校庆打卡{TAG} @某大学", f"{TAG}@某大学 雨后的校园"),
        (f"{TAG} @某大学 鸭大我来啦！", f"喜欢这抹绿{TAG} @某大学"),
        (f"{TAG} @某大学", f"{TAG} @某大学"),
    ],
)
def test_two_voices_under_one_hashtag_are_no_copies(one: str, other: str) -> None:
    index = DuplicateIndex(8)
    index.add("1", fingerprint(one))
    assert index.find(fingerprint(other)) is None


def test_a_text_is_still_recognised_when_a_hashtag_is_put_before_it() -> None:
    text = "今天平台登录不上，九点半的标没法解密，打电话一直占线，到底谁来管，投标保证金怎么办"
    index = DuplicateIndex(8)
    index.add("1", fingerprint(text))
    found = index.find(fingerprint(f"#身边事# {text} @某平台"))
    assert found is not None
    assert found.key == "1"


def test_letters_beside_hashtags_and_called_names_are_what_a_post_says_itself() -> None:
    assert text_of("", f"{TAG}@某大学 雨后的校园").bare == 5
    assert text_of("", "没有话题的一句话").bare == MAX_BARE
    assert text_of("", f"{TAG}{'长' * 200}").bare == MAX_BARE
    assert text_of("", "开头#没有结束的话题").bare == 9
