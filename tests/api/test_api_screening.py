"""The tray, the sample with its estimate, and the lessons over REST (C5.14, C5.16)."""

from __future__ import annotations

import datetime as dt

import pytest

from huiying.judging.models import SampledPost, SampleDraw, ScreenAdjustment, Screening
from huiying.kernel import clock
from huiying.listening.watching import screener
from stream_of import bring


@pytest.fixture
def rows(cast) -> dict[str, Screening]:
    """A suspect, and a post put aside that was drawn."""
    unsure, aside = bring("那边周末到底办不办", "今天去公园走走")
    Screening.objects.filter(post=unsure).update(band=Screening.SUSPECT, cleared="")
    Screening.objects.filter(post=aside).update(band=Screening.OUT, cleared="")
    found = {"suspect": Screening.objects.get(post=unsure), "sampled": Screening.objects.get(post=aside)}
    draw = SampleDraw.objects.create(
        week=dt.date(2026, 9, 7), seed="s", population=300, reached=10, size=1, drawn_at=clock.now()
    )
    SampledPost.objects.create(draw=draw, screening=found["sampled"], place=0)
    return found


def test_the_tray_and_the_sample_are_lists_with_reasons(as_, rows):
    status, tray = as_("duty").get("suspects")
    assert (status, tray["count"]) == (200, 1)
    assert tray["items"][0]["id"] == rows["suspect"].pk
    assert tray["items"][0]["reasons"]
    _status, sample = as_("duty").get("suspects/sample")
    assert [row["text"] for row in sample["items"]] == ["今天去公园走走"]
    assert "voice" not in sample["items"][0]


def test_a_decision_is_taken_and_taken_back(as_, rows):
    duty, pk = as_("duty"), rows["sampled"].pk
    assert duty.post(f"suspects/{pk}/decide", {"decision": "out"})[1]["cleared"] == "out"
    assert duty.post(f"suspects/{pk}/decide", {"decision": "undo"})[1]["cleared"] == ""
    assert duty.post(f"suspects/{pk}/decide", {"decision": "perhaps"})[0] == 422
    assert duty.post("suspects/999999/decide", {"decision": "out"})[0] == 404


def test_the_estimate_is_null_where_nothing_was_looked_at_and_bounded_after(as_, rows):
    duty = as_("duty")
    before = duty.get("suspects/sample/estimate")[1]
    assert (before["seen"], before["share"], before["recall_least"]) == (0, None, None)
    duty.post(f"suspects/{rows['sampled'].pk}/decide", {"decision": "out"})
    after = duty.get("suspects/sample/estimate")[1]
    assert (after["seen"], after["found"], after["share"], after["population"]) == (1, 0, 0, 300)
    assert after["high"] == pytest.approx(0.975)
    assert after["missed_most"] == round(0.975 * 300)
    assert after["draws"][0]["seed"] == "s"


def test_a_hit_is_never_decided_again_here(as_, cast):
    (post,) = bring("鞍山交易中心评标围标，三家标书一模一样")
    row = Screening.objects.get(post=post)
    assert row.band == Screening.HIT
    assert as_("duty").post(f"suspects/{row.pk}/decide", {"decision": "out"})[0] == 404


def test_a_lesson_is_told_with_its_losses_and_withdrawn_by_the_office(as_, cast):
    told = {"learned_from": 90, "held_back": 40, "loss_before": 0.6, "loss_after": 0.5, "weights": {"": 0.1}}
    made = ScreenAdjustment.objects.create(
        state="applied", model=screener().model_version or "", at=clock.now(), **told
    )
    (row,) = as_("duty").get("screening/lessons")[1]["items"]
    assert (row["in_force"], row["loss_after"], row["weights"]) == (True, 0.5, {"": 0.1})
    assert as_("duty").post(f"screening/lessons/{made.pk}/withdraw")[0] == 404
    status, row = as_("office").post(f"screening/lessons/{made.pk}/withdraw")
    assert (status, row["state"], row["in_force"]) == (200, "withdrawn", False)


def test_people_who_clear_nothing_learn_nothing(as_, rows):
    for address in ("suspects", "suspects/sample", "suspects/sample/estimate", "screening/lessons"):
        assert as_("works_head").get(address)[0] == 404
