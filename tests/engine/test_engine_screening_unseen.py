"""Screening on posts that no template was written from (C5.10 to C5.16).

`screening_own_tune.jsonl` chose calibration and limits; the blind ones chose nothing.
The figures below are floors with room for chance, not the measured values, which stand in the documentation.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from huiying.engine.evaluation.screen import figures, screened
from huiying.engine.post import parse_post

DATA = Path(__file__).parent / "data"
HALVES = ("screening_own_tune.jsonl", "screening_own_blind.jsonl")
#: The second blind set was written later, by somebody who knew the departments' duties and none of the other texts.
SETS = (*HALVES, "screening_own_blind2.jsonl")


@pytest.mark.parametrize("half", SETS)
def test_what_concerns_the_bureau_reaches_a_person(half, screener):
    told = figures(screened(DATA / half, screener))
    assert told["recall"] >= 0.85
    assert told["recall_with_suspect"] >= 0.95


@pytest.mark.parametrize("half", SETS)
def test_the_desk_is_not_flooded(half, screener):
    told = figures(screened(DATA / half, screener))
    assert told["precision"] >= 0.90
    assert told["suspect_share"] <= 0.20


@pytest.mark.parametrize("half", SETS)
def test_the_department_is_one_that_a_dispatcher_could_choose(half, screener):
    assert figures(screened(DATA / half, screener))["lead_lenient"] >= 0.80


def test_without_the_model_far_more_is_missed(anshan):
    from huiying.engine.screening import Screener

    rules_alone = figures(screened(DATA / HALVES[0], Screener(anshan, learned=None)))
    assert rules_alone["recall_with_suspect"] < 0.9, "otherwise the model is not worth its weight"


def test_the_sets_share_no_text():
    texts = [{json.loads(line)["text"] for line in (DATA / one).read_text("utf-8").splitlines()} for one in SETS]
    assert len(set().union(*texts)) == sum(map(len, texts)) >= 450


@pytest.mark.parametrize("half", SETS)
def test_no_post_is_called_a_rumour_or_a_distortion_for_good(half, screener):
    """C1.2, C5.14: the machine only suggests, and says so."""
    for line in (DATA / half).read_text("utf-8").splitlines():
        found = screener.screen(parse_post(json.loads(line)))
        if found.concern in ("谣言", "歪曲"):
            assert any("以人工判断为准" in reason for reason in found.reasons), found.id
