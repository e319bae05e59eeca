"""C8.9: a website by webhook, against a stand-in: once on its side whatever happens in between."""

from __future__ import annotations

import datetime as dt

import pytest

from cast import Cast
from huiying.kernel.clock import FrozenClock
from huiying.responding import evidence
from huiying.responding.actions import accounts
from huiying.responding.channels.speaking import Reply, plain, text_of
from huiying.responding.models import Publication
from responding.sending_helpers import TEXT, again, connected, kinds, once, released, turns
from stand_ins import Answer, Cms, answer


def test_what_was_approved_stands_there_and_counts_from_the_snapshot_c8_9_inv_5(
    cast: Cast, frozen: FrozenClock, cms: Cms
) -> None:
    row = turns(frozen, released(cast, "website", cms))
    assert (row.state, row.matches, row.similarity) == (Publication.LIVE, True, 1.0)
    assert row.url == f"{cms.url}/page/1"
    assert row.evidence is not None
    assert row.published_at == row.evidence.received_at
    kept = evidence.path_of(row.evidence.sha256).read_bytes()
    assert plain(TEXT) in plain(text_of(kept.decode()))
    assert kinds(row.case) == ["release.made", "release.live"]


def test_the_document_says_what_it_is_and_where_it_comes_from(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    row = turns(frozen, released(cast, "website", cms))
    (told,) = cms.shown.values()
    assert row.case is not None
    assert row.revision is not None
    assert told["number"] == row.case.number
    assert (told["text"], told["facts"], told["stage"]) == (TEXT, row.revision.facts, "first")
    assert told["manifest_sha256"] == row.manifest_sha256
    assert told["approved_at"] == "2026-09-14T02:00:00.000000Z"
    assert told["corrects"] is None


@pytest.mark.parametrize("fault", [500, 503, 429, 408, "hang", "drop", "garbage"])
def test_trouble_passes_and_it_is_published_once(cast: Cast, frozen: FrozenClock, cms: Cms, fault: object) -> None:
    cms.faults["/hook"] = [fault, fault]
    row = turns(frozen, released(cast, "website", cms))
    assert row.state == Publication.LIVE
    assert len(cms.shown) == 1


@pytest.mark.parametrize("fault", ["taken_and_dropped", "taken_and_500", "taken_and_garbage"])
def test_taken_without_a_word_is_found_by_its_key_and_not_sent_again(
    cast: Cast, frozen: FrozenClock, cms: Cms, fault: str
) -> None:
    cms.faults["/hook"] = [fault]
    row = turns(frozen, released(cast, "website", cms))
    assert row.state == Publication.LIVE
    assert (cms.times("/hook", "POST"), len(cms.shown)) == (1, 1)


def test_a_site_that_can_not_be_asked_gets_the_same_bytes_under_the_same_key(
    cast: Cast, frozen: FrozenClock, cms: Cms
) -> None:
    cms.knows_keys = False
    cms.faults["/hook"] = ["taken_and_dropped"]
    row = turns(frozen, released(cast, "website", cms))
    assert row.state == Publication.LIVE
    first, second = [one for one in cms.asked if one.path == "/hook" and one.method == "POST"]
    assert (first.body, first.headers["idempotency-key"]) == (second.body, second.headers["idempotency-key"])
    assert len(cms.shown) == 1


def test_a_site_that_needs_time_is_asked_again_until_the_page_is_there(
    cast: Cast, frozen: FrozenClock, cms: Cms
) -> None:
    cms.waits = 3
    row = turns(frozen, released(cast, "website", cms))
    assert row.state == Publication.LIVE
    assert cms.times("/hook", "POST") == 1
    assert cms.times("/status") == 3


def test_retry_after_is_kept(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    cms.faults["/hook"] = [answer({}, 503, **{"Retry-After": "1800"})]
    row = released(cast, "website", cms)
    once()
    frozen.advance(dt.timedelta(minutes=29))
    once()
    assert cms.times("/hook") == 1
    frozen.advance(dt.timedelta(minutes=2))
    once()
    assert again(row).state == Publication.LIVE


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("120", 120), ("Mon, 14 Sep 2026 02:10:00 GMT", 600), ("999999999", 6 * 3600), ("soon", None), ("-5", None)],
)
def test_retry_after_is_read_in_both_ways_and_has_an_end(frozen: FrozenClock, said: str, seconds: int | None) -> None:
    found = Reply(503, {"retry-after": said}, b"").retry_after
    assert (None if found is None else found.total_seconds()) == seconds


def test_a_refusal_is_for_good_and_in_the_words_of_the_other_side(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    cms.faults["/hook"] = [answer({"error": "栏目已关闭"}, 422)]
    row = turns(frozen, released(cast, "website", cms))
    assert row.state == Publication.FAILED
    assert "栏目已关闭" in row.error
    assert cms.times("/hook") == 1
    assert kinds(row.case)[-1] == "release.failed"


def test_a_wrong_signature_is_said_so(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    row = turns(frozen, released(cast, "website", cms, secret="another-secret-of-letters"))
    assert (row.state, "签名不对" in row.error) == (Publication.FAILED, True)


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect_is_not_followed_with_what_was_approved_in_hand(
    cast: Cast, frozen: FrozenClock, cms: Cms, status: int
) -> None:
    cms.faults["/hook"] = [Answer(status, headers={"Location": "http://10.0.0.1/hook"})]
    row = turns(frozen, released(cast, "website", cms))
    assert row.state == Publication.FAILED
    assert "最终的网址" in row.error


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/page/1", "", 7, "http://x"])
def test_an_answer_without_a_usable_address_is_no_answer(
    cast: Cast, frozen: FrozenClock, cms: Cms, url: object
) -> None:
    cms.faults["/hook"] = [answer({"url": url}, 201)]
    row = turns(frozen, released(cast, "website", cms))
    assert row.state == Publication.LIVE, "it was looked up and sent again under its key"
    assert row.url == f"{cms.url}/page/1"


def test_a_status_address_of_another_host_is_not_gone_to(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    cms.faults["/hook"] = [answer({"status_url": "http://127.0.0.2:9/steal"}, 202)]
    row = released(cast, "website", cms)
    once()
    assert "status_url" not in again(row).external


def test_trying_shows_whether_address_and_secret_are_right(cast: Cast, cms: Cms) -> None:
    platform = connected(cast, "website", cms)
    assert "签名没有被拒绝" in accounts.test_connection(platform, cast.admin)
    assert cms.shown == {}
