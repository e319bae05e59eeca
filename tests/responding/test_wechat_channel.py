"""C8.9: the WeChat official account, against a stand-in that follows its public documentation."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.kernel.clock import FrozenClock
from huiying.people.errors import Refused
from huiying.people.models import Platform
from huiying.responding.actions import accounts
from huiying.responding.channels.wechat import token
from huiying.responding.models import Publication
from responding.sending_helpers import again, connected, once, released, turns
from stand_ins import Wechat, answer

SUBMIT, ADD, POLL, TOKEN = (
    "/cgi-bin/freepublish/submit",
    "/cgi-bin/draft/add",
    "/cgi-bin/freepublish/get",
    "/cgi-bin/stable_token",
)


def code(number: int, said: str = "") -> object:
    return answer({"errcode": number, "errmsg": said})


def test_draft_submit_poll_and_the_article_is_read_back(cast: Cast, frozen: FrozenClock, wechat: Wechat) -> None:
    wechat.polls_before_done = 2
    row = turns(frozen, released(cast, "wechat", wechat))
    assert (row.state, row.matches, row.url) == (Publication.LIVE, True, f"{wechat.url}/s/1")
    assert [wechat.times(path) for path in (TOKEN, ADD, SUBMIT, POLL)] == [1, 1, 1, 3]
    assert wechat.drafts == {}


def test_the_article_holds_the_approved_words_and_leads_to_the_answer(
    cast: Cast, frozen: FrozenClock, wechat: Wechat
) -> None:
    row = turns(frozen, released(cast, "wechat", wechat, text="甲 < 乙 & 丙。\n\n第二段。"))
    article = wechat.published[0]["content"]["news_item"][0]
    assert article["title"] == row.title
    assert article["content"] == "<p>甲 &lt; 乙 &amp; 丙。</p><p>第二段。</p>"
    assert row.case is not None
    assert article["content_source_url"].startswith(f"https://huiying.example.gov.cn/answers/{row.case.number}/?r=")
    assert row.idempotency_key not in article["content_source_url"]
    assert row.matches is True


def test_a_page_that_asks_for_a_riddle_is_compared_by_the_interface(
    cast: Cast, frozen: FrozenClock, wechat: Wechat
) -> None:
    wechat.riddle = True
    row = turns(frozen, released(cast, "wechat", wechat))
    assert (row.state, row.matches) == (Publication.LIVE, True)


def test_words_that_were_changed_there_go_to_a_person(cast: Cast, frozen: FrozenClock, wechat: Wechat) -> None:
    wechat.alters = lambda content: content.replace("70", "").replace("两个标段", "三个标段")
    row = turns(frozen, released(cast, "wechat", wechat))
    assert (row.state, row.matches) == (Publication.TO_VERIFY, False)
    assert row.similarity is not None
    assert 0.8 < row.similarity < 1


@pytest.mark.parametrize("number", [40001, 40014, 42001])
@pytest.mark.parametrize("path", [ADD, SUBMIT, POLL])
def test_a_token_that_ends_in_the_middle_is_asked_for_anew_once(
    cast: Cast, frozen: FrozenClock, wechat: Wechat, number: int, path: str
) -> None:
    wechat.faults[path] = [code(number)]
    row = turns(frozen, released(cast, "wechat", wechat))
    assert row.state == Publication.LIVE
    assert (wechat.times(TOKEN), len(wechat.published)) == (2, 1)


def test_a_token_is_used_until_shortly_before_its_end(cast: Cast, frozen: FrozenClock, wechat: Wechat) -> None:
    platform = connected(cast, "wechat", wechat)
    accounts.test_connection(platform, cast.admin)
    turns(frozen, released_again(cast, wechat))
    assert wechat.times(TOKEN) == 1
    frozen.advance(dt.timedelta(hours=2))
    token(wechat.settings)
    assert wechat.times(TOKEN) == 2


def released_again(cast: Cast, wechat: Wechat) -> Publication:
    Platform.objects.filter(code="wechat").update(channel="by_hand")
    return released(cast, "wechat", wechat)


def test_a_token_that_is_refused_twice_is_a_matter_for_the_administrator(
    cast: Cast, frozen: FrozenClock, wechat: Wechat
) -> None:
    wechat.faults[ADD] = [code(40001), code(40001)]
    row = turns(frozen, released(cast, "wechat", wechat))
    assert row.state == Publication.FAILED
    assert "AppSecret" in row.error


def test_an_address_that_is_not_on_the_whitelist_is_named_with_where_to_put_it(
    cast: Cast, frozen: FrozenClock, wechat: Wechat
) -> None:
    wechat.faults[TOKEN] = [code(40164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 6")]
    row = turns(frozen, released(cast, "wechat", wechat))
    assert row.state == Publication.FAILED
    assert "203.0.113.7" in row.error
    assert "IP 白名单" in row.error


@pytest.mark.parametrize(("number", "minutes"), [(45009, 60), (45011, 1), (-1, 0)])
def test_busy_and_quota_are_waited_for(
    cast: Cast, frozen: FrozenClock, wechat: Wechat, number: int, minutes: int
) -> None:
    wechat.faults[SUBMIT] = [code(number)]
    row = released(cast, "wechat", wechat)
    once()
    assert again(row).state == Publication.QUEUED, "nothing is on its way: a person may still take it out"
    frozen.advance(dt.timedelta(minutes=minutes) - dt.timedelta(seconds=5))
    once()
    assert wechat.times(SUBMIT) == 1
    assert turns(frozen, row).state == Publication.LIVE
    assert len(wechat.published) == 1


@pytest.mark.parametrize("number", [48001, 53503, 53504, 53505, 45003, 99999])
def test_a_definite_no_is_said_with_what_to_do(cast: Cast, frozen: FrozenClock, wechat: Wechat, number: int) -> None:
    wechat.faults[SUBMIT] = [code(number, "因故")]
    row = turns(frozen, released(cast, "wechat", wechat))
    assert row.state == Publication.FAILED
    assert str(number) in row.error
    again_ = accounts.retry_publication(row, cast.office)
    assert turns(frozen, again_).state == Publication.LIVE
    assert (wechat.times(ADD), len(wechat.published)) == (1, 1), "the draft was still there"


@pytest.mark.parametrize("status", [2, 3, 4, 5, 6])
def test_a_publication_that_ended_badly_is_said_so(
    cast: Cast, frozen: FrozenClock, wechat: Wechat, status: int
) -> None:
    wechat.ends_with = status
    row = turns(frozen, released(cast, "wechat", wechat))
    assert row.state == Publication.FAILED
    assert "公众平台" in row.error


@pytest.mark.parametrize("fault", ["taken_and_dropped", "taken_and_500", "taken_and_garbage", "hang", "drop", 500])
def test_a_submission_without_an_answer_is_never_made_twice(
    cast: Cast, frozen: FrozenClock, wechat: Wechat, fault: object
) -> None:
    """Whether it was taken or not: in the end the article stands there once."""
    wechat.faults[SUBMIT] = [fault]
    row = turns(frozen, released(cast, "wechat", wechat))
    assert row.state == Publication.LIVE
    assert len(wechat.published) == 1


def test_a_submission_that_is_still_being_worked_on_is_waited_for(
    cast: Cast, frozen: FrozenClock, wechat: Wechat
) -> None:
    """In neither list: it is on its way. Nothing is submitted meanwhile."""
    wechat.faults[SUBMIT] = ["taken_and_dropped"]
    wechat.polls_before_done = 1
    row = released(cast, "wechat", wechat)
    for _look in range(4):
        once()
        assert again(row).state == Publication.SENDING
        frozen.advance(dt.timedelta(minutes=3))
    (task,) = wechat.tasks.values()
    wechat._finish(task)
    assert turns(frozen, row).state == Publication.LIVE
    assert wechat.times(SUBMIT) == 1


@pytest.mark.parametrize("fault", ["taken_and_dropped", "taken_and_garbage", "hang"])
def test_a_draft_without_an_answer_is_found_in_the_draft_box(
    cast: Cast, frozen: FrozenClock, wechat: Wechat, fault: object
) -> None:
    wechat.faults[ADD] = [fault]
    row = turns(frozen, released(cast, "wechat", wechat))
    assert row.state == Publication.LIVE
    assert len(wechat.published) == 1
    assert wechat.drafts == {}


def test_somebody_elses_drafts_are_not_ours(cast: Cast, frozen: FrozenClock, wechat: Wechat) -> None:
    for number in range(25):
        wechat.drafts[f"other-{number}"] = {"title": "x", "content": "", "content_source_url": "https://x.example/?r=0"}
    wechat.faults[ADD] = ["taken_and_dropped"]
    row = turns(frozen, released(cast, "wechat", wechat))
    assert row.state == Publication.LIVE
    assert len(wechat.drafts) == 25


def test_a_draft_that_was_thrown_away_is_made_anew(cast: Cast, frozen: FrozenClock, wechat: Wechat) -> None:
    wechat.faults[SUBMIT] = [code(-1)]
    row = released(cast, "wechat", wechat)
    once()
    wechat.drafts.clear()
    assert turns(frozen, row).state == Publication.LIVE
    assert len(wechat.published) == 1


def test_trying_costs_a_token_and_nothing_else(cast: Cast, wechat: Wechat) -> None:
    platform = connected(cast, "wechat", wechat)
    assert "AppSecret" in accounts.test_connection(platform, cast.admin)
    assert {one.path for one in wechat.asked} == {TOKEN}
    accounts.connect_platform(platform, wechat.settings | {"secret": "wrong"}, cast.admin)
    with pytest.raises(Refused, match="AppSecret 不对"):
        accounts.test_connection(platform, cast.admin)
