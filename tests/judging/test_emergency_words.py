"""While an emergency watch is on, its wider words bring posts before a person which the rules leave out (C5.9)."""

from __future__ import annotations

import pytest

from cast import Cast
from huiying.judging import pipeline
from huiying.judging.models import EventPost, Screening
from huiying.ledger.actions import Actor
from huiying.listening.actions import patrolling as patrol_actions, receive
from huiying.listening.models import EmergencyWatch
from lines_of import parsed
from stream_of import COMPLAINT

PARKING = "城南停车场今天又进不去了，排队排到马路上"
LUNCH = "今天午饭吃了面，味道不错"


def screened(name: str, text: str, **more: object) -> Screening:
    receive([parsed(name, text, **more)], how="import", actor=Actor.SYSTEM)
    pipeline.judge_pending()
    return Screening.objects.get(post__native_id=name)


def declared(cast: Cast, *words: str) -> EmergencyWatch:
    return patrol_actions.declare_emergency("城南大面积停电", words, cast.duty)


def test_a_post_with_a_wider_word_waits_for_a_person_and_says_why_in_both_languages(staff: Cast) -> None:
    assert screened("before", PARKING).band == Screening.OUT
    declared(staff, "城南停车场")
    row = screened("during", PARKING)
    assert row.band == Screening.SUSPECT
    assert row.reasons[-1] == "突发事件监测的扩大词「城南停车场」"
    assert row.reasons_en[-1] == "A wider word of the emergency watch, 「城南停车场」"
    assert len(row.reasons) == len(row.reasons_en)


def test_the_post_waits_among_the_suspects_and_joins_no_event_until_a_person_says_so(staff: Cast) -> None:
    declared(staff, "停车场")
    row = screened("during", PARKING)
    assert not EventPost.objects.exists()
    assert row.post.screened
    assert row.cleared_at is None


def test_posts_without_the_word_stay_out_and_hits_stay_hits(staff: Cast) -> None:
    declared(staff, "停车场", "保证金")
    assert screened("lunch", LUNCH).band == Screening.OUT
    hit = screened("hit", COMPLAINT)
    assert hit.band == Screening.HIT
    assert not any("扩大词" in reason for reason in hit.reasons)


@pytest.mark.parametrize(
    "written",
    ["城南停車場今天又进不去了", "城南停\u200b车场今天又进不去了", "城南停\u200d车\ufeff场今天又进不去了"],
)
def test_the_word_is_found_however_it_is_written(staff: Cast, written: str) -> None:
    """Traditional characters and invisible ones are folded, as everywhere in screening (C5.11)."""
    declared(staff, "停车场")
    assert screened("odd", written).band == Screening.SUSPECT


def test_the_word_counts_in_a_title_too_and_the_first_of_several_is_named(staff: Cast) -> None:
    declared(staff, "排队", "停车场")
    row = screened("titled", "今天又进不去了", title="停车场外面排队")
    assert row.band == Screening.SUSPECT
    assert row.reasons[-1] == "突发事件监测的扩大词「排队」"


def test_without_words_an_emergency_watch_widens_nothing(staff: Cast) -> None:
    declared(staff)
    assert screened("during", PARKING).band == Screening.OUT


def test_when_a_person_ends_it_the_words_are_heard_no_more_and_what_was_heard_stays(staff: Cast) -> None:
    watch = declared(staff, "停车场")
    row = screened("during", PARKING)
    patrol_actions.end_emergency(watch, "系统已经恢复", staff.shift)
    assert screened("after", f"{PARKING}，第二天").band == Screening.OUT
    row.refresh_from_db()
    assert row.band == Screening.SUSPECT
