"""C5.14, C7.1: labels are learned from examples, calibrated, and abstain rather than guess."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, strategies as st

from huiying.engine import labels as learning
from huiying.engine.labels import (
    LabelModel,
    ModelUnreadable,
    TooFew,
    calibrate,
    count,
    features,
    threshold_for,
    train,
    weights_of,
    words_and_runs,
)

THINGS = {
    "疑虑": ["请问保证金什么时候退还", "想知道评标结果为什么还没有公布", "这个流程是怎么规定的呢"],
    "投诉": ["开标系统又崩溃了没人管", "窗口态度恶劣推来推去", "投诉迟迟没有人答复我们"],
    "表扬": ["窗口工作人员特别耐心点赞", "办事效率很高非常满意", "感谢中心热情周到的服务"],
}


def examples(times: int, seed: int = 1) -> tuple[list[tuple[str, str]], list[str]]:
    draw = random.Random(seed)
    texts, labels = [], []
    for number in range(times):
        for label, said in THINGS.items():
            body = "，".join(draw.sample(said, 2)) + f"，编号{number}" + "".join(draw.choices("甲乙丙丁戊己庚辛", k=6))
            texts.append(("", body))
            labels.append(label)
    return texts, labels


@pytest.fixture(scope="module")
def model() -> LabelModel:
    return train(*examples(20))


def test_what_was_taught_is_recognised_in_other_words_around_it(model: LabelModel):
    told = model.suggest("", "昨天去了，窗口工作人员特别耐心，想表扬一下")
    assert told.label == "表扬"
    assert told.sure
    assert any(word in "窗口工作人员特别耐心点赞" for word in told.words)


def test_a_text_unlike_anything_taught_is_not_said_aloud(model: LabelModel):
    told = model.suggest("", "zzz qqq 12345")
    assert not told.sure, told


def test_the_same_corrections_give_the_same_bytes():
    texts, labels = examples(12)
    assert train(texts, labels).to_bytes() == train(texts, labels).to_bytes()


def test_a_stored_model_answers_as_before(model: LabelModel):
    again = LabelModel.from_bytes(model.to_bytes())
    asked = [("", "开标系统崩溃了"), ("感谢", "服务热情"), ("", "")]
    assert again.suggestions(asked) == model.suggestions(asked)
    assert again.to_bytes() == model.to_bytes()
    assert (again.threshold, again.examples, again.labels) == (model.threshold, 60, ("投诉", "疑虑", "表扬"))


@given(place=st.integers(0, 4_000), byte=st.integers(1, 255))
def test_an_altered_file_is_refused_or_still_a_whole_model(model: LabelModel, place: int, byte: int):
    content = bytearray(model.to_bytes())
    content[place % len(content)] ^= byte
    with pytest.raises(ModelUnreadable):
        LabelModel.from_bytes(bytes(content))


@pytest.mark.parametrize("content", [b"", b"HYLABEL1", b"HYLABEL1junk", b"\x80\x04pickle"])
def test_what_is_no_model_is_refused(content: bytes):
    with pytest.raises(ModelUnreadable):
        LabelModel.from_bytes(content)


def test_a_cut_off_file_is_refused(model: LabelModel):
    content = model.to_bytes()
    with pytest.raises(ModelUnreadable):
        LabelModel.from_bytes(content[: len(content) // 2])


def test_too_few_corrections_are_said_to_be_too_few():
    texts, labels = examples(5)
    with pytest.raises(TooFew, match="15 条"):
        train(texts, labels)
    with pytest.raises(TooFew, match="1 类"):
        train([("", f"同一类的话{n}") for n in range(40)], ["投诉"] * 40)


def test_a_label_seen_twice_is_not_learned():
    texts, labels = examples(10)
    model = train([*texts, ("", "谣言一"), ("", "谣言二")], [*labels, "谣言", "谣言"])
    assert "谣言" not in model.labels
    assert model.examples == 30


def test_two_labels_are_enough():
    texts, labels = examples(15)
    kept = [(text, label) for text, label in zip(texts, labels, strict=True) if label != "疑虑"]
    model = train([text for text, _ in kept], [label for _, label in kept])
    assert model.suggest("", "窗口态度恶劣推来推去").label == "投诉"
    assert model.suggest("", "感谢中心热情周到的服务").label == "表扬"


def test_copies_share_a_group_and_different_texts_do_not():
    long = "鞍山公共资源交易中心今天上午开标系统登录不上，很多投标人在大厅里等着，没有人出来解释"
    groups = learning.duplicate_groups([("", long), ("", long + "！"), ("", "请问保证金什么时候退还给我们单位呢谢谢")])
    assert groups[0] == groups[1]
    assert groups[0] != groups[2]


def test_texts_under_the_same_title_share_a_group_but_no_title_is_none():
    groups = learning.duplicate_groups(
        [("关于开标系统的投诉", "甲"), ("关于开标系统的投诉", "乙"), ("", "丙"), ("", "丁")]
    )
    assert groups[0] == groups[1]
    assert len(set(groups.tolist())) == 3


def test_no_fold_learns_from_a_copy_of_its_test():
    labels = np.array([0, 1] * 20)
    groups = np.repeat(np.arange(20), 2)
    for taught, asked in learning.split(labels, groups, 4):
        assert not set(groups[taught]) & set(groups[asked])
        assert len(taught) + len(asked) == 40


def test_the_title_counts_twice_and_digits_are_alike():
    words, runs = words_and_runs("系统", "系统 2026")
    assert words["系统"] == 3
    assert runs["系统"] == 3
    assert words["0000"] == 1


@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_can_be_counted_and_judged(model: LabelModel, body: str, title: str):
    told = model.suggest(title, body)
    assert told.label in model.labels
    assert 0 <= told.confidence <= 1


def test_a_feature_that_all_labels_use_alike_weighs_less_than_one_that_one_label_owns():
    corpus = count([("", "共同 独有"), ("", "共同 独有"), ("", "共同"), ("", "共同")])
    weights = weights_of(corpus.blocks[0], np.array([0, 0, 1, 1]), 2, 0.5)
    names = corpus.names[0]
    assert weights[names.index("独有")] > weights[names.index("共同")]


def test_a_feature_that_one_text_has_alone_weighs_nothing():
    corpus = count([("", "只此一次"), ("", "别的"), ("", "别的")])
    weights = dict(zip(corpus.names[1], weights_of(corpus.blocks[1], np.array([0, 1, 1]), 2, 0.5), strict=True))
    assert weights["只此"] == 0


def test_a_row_of_features_has_length_one_in_each_block_however_long_the_text():
    corpus = count([("", "开标 系统"), ("", "开标 系统" * 300), ("", "开标")])
    weights = [weights_of(block, np.array([0, 1, 1]), 2, 0.0) for block in corpus.blocks]
    lengths = np.sqrt(features(corpus.blocks, weights).multiply(features(corpus.blocks, weights)).sum(axis=1))
    assert np.asarray(lengths).ravel() == pytest.approx([2**0.5] * 3, rel=1e-5)


def test_the_further_ahead_the_surer():
    draw = np.random.default_rng(3)
    ahead = draw.uniform(0, 2, 400)
    right = draw.uniform(size=400) < 0.4 + 0.3 * ahead
    margins = np.column_stack([ahead, np.zeros(400)])
    curve = calibrate(margins, np.where(right, 0, 1))
    low, high = curve.confidence(np.array([[0.1, 0.0], [1.9, 0.0]]))
    assert low == pytest.approx(0.43, abs=0.1)
    assert high == pytest.approx(0.97, abs=0.07)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80), st.floats(0.5, 0.99))
def test_above_the_threshold_answers_are_right_as_often_as_wanted(rows: list[tuple[float, bool]], wanted: float):
    confidence = np.array([row[0] for row in rows])
    right = np.array([row[1] for row in rows])
    order = np.argsort(-confidence, kind="stable")
    threshold = threshold_for(confidence, right, wanted)
    if threshold > 1:
        assert all(right[order][: n + 1].mean() < wanted for n in range(9, len(rows)))
        return
    kept = [int((confidence[order][: n + 1] >= threshold).sum()) for n in range(len(rows))]
    assert max(kept) >= 10
    last = max(
        n for n in range(len(rows)) if confidence[order][n] >= threshold and right[order][: n + 1].mean() >= wanted
    )
    assert last >= 9


def test_pure_noise_gives_a_threshold_that_nothing_reaches():
    draw = random.Random(9)
    texts = [("", "".join(draw.choices("天地玄黄宇宙洪荒日月盈昃辰宿列张", k=20))) for _ in range(80)]
    model = train(texts, [draw.choice("甲乙丙丁") for _ in texts])
    assert sum(model.suggest(*text).sure for text in texts) == 0
