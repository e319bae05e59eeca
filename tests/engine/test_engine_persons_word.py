"""A person merges, splits and keeps apart; the stream obeys for ever after, also after a replay (C5.10, C6.2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from huiying.engine.facade import Engine
from huiying.engine.post import Post
from huiying.engine.rules import load_rules
from huiying.engine.stream import EventStream, StreamSettings

START = datetime(2026, 6, 1, tzinfo=UTC)
DEPOSIT = "交易中心换了银行以后，五月投标的保证金到现在没退，财务让等银行，银行让等财务"
OUTAGE = "不见面开标系统突然登不上了，九点半的标解不了密，直播间也卡死了，代理说让等"
AGAIN = "开标系统又登不上了，标解不了密，直播间卡死，代理还是让等"


def _post(number: int, text: str) -> Post:
    moment = START + timedelta(hours=number)
    return Post(f"S{number}", text, published_at=moment, time_confidence="stated")


def _stream() -> EventStream:
    return EventStream(StreamSettings(window=256, live=256))


def test_what_a_person_merged_stays_one_and_later_posts_follow():
    stream = _stream()
    first, second = stream.observe(_post(1, DEPOSIT)).event, stream.observe(_post(2, OUTAGE)).event
    assert first != second
    assert stream.together(second, first) == (second, first)
    assert stream.final(second) == first
    assert stream.final(stream.observe(_post(3, AGAIN)).event) == first
    assert stream.together(first, second) is None


def test_what_a_person_kept_apart_is_never_merged_by_the_machine():
    def told(apart: bool) -> bool:
        stream = _stream()
        one = stream.observe(_post(0, "某医院核磁设备采购中标价太贵，比市场高三成，要求公开评标过程")).event
        other = stream.observe(_post(1, OUTAGE)).event
        if apart:
            stream.apart(one, other)
        for number in range(2, 60):
            # Two matters that come to be told in the same words.
            parent = "S0" if number % 2 else "S1"
            post = _post(number, f"核磁采购太贵，开标系统登不上，解不了密，第{'甲乙丙丁'[number % 4]}次来问，没人管")
            stream.remember(post, one if parent == "S0" else other, None)
        return stream.final(one) == stream.final(other)

    assert told(apart=False)
    assert not told(apart=True)


def test_merging_again_takes_back_keeping_apart():
    stream = _stream()
    one, other = stream.observe(_post(1, DEPOSIT)).event, stream.observe(_post(2, OUTAGE)).event
    stream.apart(one, other)
    stream.together(one, other)
    assert stream.final(one) == stream.final(other)


def test_split_posts_take_their_words_along_and_new_ones_find_them():
    stream = _stream()
    event = stream.observe(_post(1, DEPOSIT)).event
    stream.remember(_post(2, OUTAGE), event, None)
    number = stream.next_number
    stream.split(event, number, [_post(2, OUTAGE)])
    assert stream.final(stream.observe(_post(3, AGAIN)).event) == number
    assert stream.final(stream.observe(_post(4, "保证金没退，财务让等银行，银行让等财务，换了银行以后")).event) == event
    assert stream.observe(_post(5, f"转：{OUTAGE}")).event == number


def test_a_merge_taken_back_stands_on_its_own_number_again():
    stream = _stream()
    one, other = stream.observe(_post(1, DEPOSIT)).event, stream.observe(_post(2, OUTAGE)).event
    stream.together(one, other)
    stream.split(one, other, [_post(2, OUTAGE)])
    assert stream.final(other) == other
    assert stream.final(stream.observe(_post(3, AGAIN)).event) == other


def test_the_door_hears_a_person_and_tells_no_merge_that_a_person_made():
    engine = Engine(load_rules("anshan"), stream=StreamSettings(window=256, live=256))
    rows = [_post(1, DEPOSIT).to_dict(), _post(2, OUTAGE).to_dict()]
    first, second = (row["event"] for row in engine.handle({"op": "observe", "posts": rows})["assigned"])
    assert engine.handle({"op": "pin", "kind": "together", "left": first, "right": second})["ok"]
    answer = engine.handle({"op": "observe", "posts": [_post(3, AGAIN).to_dict()]})
    assert answer["assigned"][0]["event"] == first
    assert answer["merges"] == []
    for wrong in ({"kind": "perhaps", "left": 1, "right": 2}, {"kind": "apart", "left": 0, "right": 2}):
        assert not engine.handle({"op": "pin", **wrong})["ok"]
    assert not engine.handle({"op": "remember", "rows": [{"post": rows[0], "event": 10**12}]})["ok"]
