"""C8.9: the microblog, against a stand-in that follows the public documentation of `2/statuses/share`."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.kernel.clock import FrozenClock
from huiying.people.errors import Refused
from huiying.responding.actions import accounts
from huiying.responding.channels.weibo import length, short
from huiying.responding.models import Publication
from responding.sending_helpers import again, connected, once, released, turns
from stand_ins import Weibo

SHARE, TIMELINE = "/2/statuses/share.json", "/2/statuses/user_timeline.json"
TEXT = "9月14日8时30分至9时40分，登录服务中断，“已恢复”。两个标段开标顺延。"


def test_it_is_posted_with_a_link_and_its_words_are_read_back(cast: Cast, frozen: FrozenClock, weibo: Weibo) -> None:
    row = turns(frozen, released(cast, "weibo", weibo, TEXT))
    assert (row.state, row.matches) == (Publication.LIVE, True)
    (status,) = weibo.statuses
    assert row.case is not None
    assert status["sent"].startswith(f"{TEXT} https://huiying.example.gov.cn/answers/{row.case.number}/?r=")
    assert row.url == f"{weibo.url}/5001/{short(status['mid'])}"


def test_the_token_goes_in_a_header_and_never_in_an_address(cast: Cast, frozen: FrozenClock, weibo: Weibo) -> None:
    turns(frozen, released(cast, "weibo", weibo, TEXT))
    assert all(weibo.TOKEN not in str(one.query) and weibo.TOKEN not in one.body.decode() for one in weibo.asked)


def test_a_text_that_has_its_own_link_gets_no_second_one(cast: Cast, frozen: FrozenClock, weibo: Weibo) -> None:
    text = "详见 https://huiying.example.gov.cn/answers/1/"
    turns(frozen, released(cast, "weibo", weibo, text))
    assert weibo.statuses[0]["sent"] == text


@pytest.mark.parametrize(
    ("text", "count"),
    [("一二三", 3), ("ab", 1), ("abc", 2), ("一a", 2), ("看 https://a.example/x?y=1", 12), ("“引”", 3)],
)
def test_length_is_counted_as_weibo_counts(text: str, count: int) -> None:
    assert length(text) == count


@pytest.mark.parametrize(
    ("mid", "page"),
    [("5", "5"), ("10000000", "10000"), ("3501756485200075", "z0JH2lOMb")],
)
def test_the_number_of_a_status_becomes_the_name_of_its_page(mid: str, page: str) -> None:
    """The last pair stands in Weibo's own documentation of queryid."""
    assert short(mid) == page


@pytest.mark.parametrize("text", ["字" * 131, "今天 #开标# 顺延。"])
def test_what_weibo_would_not_take_is_said_before_it_is_sent(
    cast: Cast, frozen: FrozenClock, weibo: Weibo, text: str
) -> None:
    row = turns(frozen, released(cast, "weibo", weibo, text))
    assert row.state == Publication.FAILED
    assert "微博" in row.error
    assert weibo.times(SHARE) == 0


def test_a_hundred_and_thirty_characters_and_the_link_fit(cast: Cast, frozen: FrozenClock, weibo: Weibo) -> None:
    assert turns(frozen, released(cast, "weibo", weibo, "字" * 129)).state == Publication.LIVE


@pytest.mark.parametrize("fault", ["taken_and_dropped", "taken_and_500", "taken_and_garbage", "hang", "drop", 502])
def test_silence_is_looked_into_before_anything_is_sent_again(
    cast: Cast, frozen: FrozenClock, weibo: Weibo, fault: object
) -> None:
    weibo.faults[SHARE] = [fault]
    row = turns(frozen, released(cast, "weibo", weibo, TEXT))
    assert row.state == Publication.LIVE
    assert len(weibo.statuses) == 1


def test_a_timeline_that_lags_is_given_a_moment(cast: Cast, frozen: FrozenClock, weibo: Weibo) -> None:
    weibo.faults[SHARE] = ["taken_and_dropped"]
    weibo.lags = True
    row = released(cast, "weibo", weibo, TEXT)
    once()
    frozen.advance(dt.timedelta(seconds=15))
    once()
    weibo.lags = False
    assert turns(frozen, row).state == Publication.LIVE
    assert weibo.times(SHARE) == 1


@pytest.mark.parametrize("number", [20017, 20019])
def test_repeated_content_is_found_and_counts(cast: Cast, frozen: FrozenClock, weibo: Weibo, number: int) -> None:
    """Even where the timeline lagged too long, Weibo refuses the second copy, and the first is found."""
    weibo.faults[SHARE] = ["taken_and_dropped", Weibo.error(number, "repeat content!")]
    weibo.faults[TIMELINE] = ["garbage", "garbage"]
    row = turns(frozen, released(cast, "weibo", weibo, TEXT))
    assert row.state == Publication.LIVE
    assert len(weibo.statuses) == 1


def test_repeated_content_that_is_not_ours_is_no_publication(cast: Cast, frozen: FrozenClock, weibo: Weibo) -> None:
    weibo.faults[SHARE] = [Weibo.error(20019, "repeat content!")]
    row = turns(frozen, released(cast, "weibo", weibo, TEXT))
    assert row.state == Publication.FAILED
    assert "内容重复" in row.error


@pytest.mark.parametrize("number", [21314, 21315, 21316, 21317, 21327, 21332])
def test_a_token_that_ended_is_a_matter_for_the_administrator(
    cast: Cast, frozen: FrozenClock, weibo: Weibo, number: int
) -> None:
    weibo.faults[SHARE] = [Weibo.error(number, "expired_token", 403)]
    row = turns(frozen, released(cast, "weibo", weibo, TEXT))
    assert row.state == Publication.FAILED
    assert "重新接上" in row.error


@pytest.mark.parametrize("number", [10022, 10023, 10024, 20016, 10009])
def test_too_often_is_waited_for(cast: Cast, frozen: FrozenClock, weibo: Weibo, number: int) -> None:
    weibo.faults[SHARE] = [Weibo.error(number, "out of limit", 403)]
    row = released(cast, "weibo", weibo, TEXT)
    once()
    assert again(row).state == Publication.QUEUED
    assert turns(frozen, row).state == Publication.LIVE
    assert len(weibo.statuses) == 1


@pytest.mark.parametrize("number", [10014, 20012, 20018, 10017, 20021, 29999])
def test_a_definite_no_is_said_with_its_number(cast: Cast, frozen: FrozenClock, weibo: Weibo, number: int) -> None:
    weibo.faults[SHARE] = [Weibo.error(number, "no", 400)]
    row = turns(frozen, released(cast, "weibo", weibo, TEXT))
    assert row.state == Publication.FAILED
    assert str(number) in row.error


def test_taken_but_slow_is_looked_for(cast: Cast, frozen: FrozenClock, weibo: Weibo) -> None:
    """20032: out, their lists lag."""
    row = released(cast, "weibo", weibo, TEXT)
    weibo.faults[SHARE] = ["taken_and_dropped"]
    once()
    frozen.advance(dt.timedelta(seconds=15))
    weibo.faults[SHARE] = [Weibo.error(20032, "Update success, while server slow now")]
    assert turns(frozen, row).state == Publication.LIVE
    assert len(weibo.statuses) == 1


def test_trying_names_the_account(cast: Cast, weibo: Weibo) -> None:
    platform = connected(cast, "weibo", weibo)
    assert "鞍山公共资源" in accounts.test_connection(platform, cast.admin)
    accounts.connect_platform(platform, weibo.settings | {"access_token": "other"}, cast.admin)
    with pytest.raises(Refused, match="21327"):
        accounts.test_connection(platform, cast.admin)
    assert weibo.times(SHARE) == 0
