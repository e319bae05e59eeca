"""C11.5, C11.1: the public reads what the bureau says unasked, and every correction of it, at one address for ever."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.test import Client

import releasing_told as told
import stories
from cast import Cast
from desk_helpers import text_of
from huiying.kernel.clock import FrozenClock
from huiying.portal import caching, reading
from huiying.responding.actions.press import publish_press, submit_press
from huiying.responding.models.releasing import address_of
from portal.test_public_words import INTERNAL, walk

PAGES = ("/", "/news/", "/news/2026-1/", "/feed.xml")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    caching.shelf.clear()
    yield
    caching.shelf.clear()


def test_a_release_stands_on_its_page_the_list_the_front_and_the_feed(cast: Cast, client: Client) -> None:
    release = told.published(cast)
    for address in PAGES:
        page = text_of(client.get(address))
        assert release.title in page, address
    page = text_of(client.get("/news/2026-1/"))
    for words in (told.TEXT["basis"], "局办公室", "新〔2026〕1号", told.TEXT["renditions"]["portal"]):  # type: ignore[index]
        assert str(words) in page


def test_before_it_is_out_nobody_reads_a_word(cast: Cast, client: Client) -> None:
    for release in (told.drafted(cast).release, told.submitted(cast).release, told.approved(cast)):
        assert client.get(f"/news/{address_of(release.number)}/").status_code == 404
    assert told.TEXT["title"] not in text_of(client.get("/news/"))


@pytest.mark.parametrize("address", ["2026-9", "2026-0", "2025-1", "x", "2026-1-1", "新〔2026〕1号", "%00"])
def test_an_address_that_names_nothing_is_not_found(cast: Cast, client: Client, address: str) -> None:
    told.published(cast)
    assert client.get(f"/news/{address}/").status_code == 404


def test_a_correction_shows_the_note_and_keeps_the_text_before(cast: Cast, client: Client) -> None:
    told.corrected(cast)
    page = text_of(client.get("/news/2026-1/"))
    assert page.index("10月8日起") < page.index("更正前的文字") < page.index("10月1日起")
    assert told.NOTE in page
    assert "有更正" in text_of(client.get("/news/"))


def test_a_correction_that_takes_personal_data_out_leaves_a_tombstone(cast: Cast, client: Client) -> None:
    release = told.published(cast, renditions={"portal": "咨询请联系张三，手机13912345678。"})
    change = {"renditions": {"portal": "咨询请到大厅窗口。"}, "correction_note": "删去了个人联系方式。"}
    version = submit_press(told.drafted(cast, release, **change).release, cast.editor)
    publish_press(told.approve(cast, version), ["portal"], cast.editor)
    stories.do_what_is_due()
    caching.shelf.clear()
    page = text_of(client.get("/news/2026-1/"))
    assert "13912345678" not in page
    assert "已删除，不再显示" in page


@pytest.mark.parametrize("address", PAGES)
def test_a_kept_page_moves_when_the_news_is_corrected(cast: Cast, client: Client, address: str) -> None:
    release = told.published(cast)
    first = client.get(address)
    assert client.get(address, headers={"if-none-match": first.headers["ETag"]}).status_code == 304
    assert not first.cookies
    version = submit_press(told.drafted(cast, release, **told.CORRECTED).release, cast.editor)
    publish_press(told.approve(cast, version), ["portal"], cast.editor)
    stories.do_what_is_due()
    changed = client.get(address, headers={"if-none-match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert "10月8日起" in text_of(changed)


def test_the_feed_has_answers_and_news_the_last_changed_first(cast: Cast, client: Client, frozen: FrozenClock) -> None:
    case = stories.answered(cast)
    frozen.advance(dt.timedelta(hours=1))
    told.published(cast)
    found = re.findall(r"<id>http://testserver(/[^<]*)</id>", client.get("/feed.xml").content.decode())
    assert found == ["/", "/news/2026-1/", f"/answers/{case.number}/"]


def test_the_figures_of_answers_do_not_count_news(cast: Cast) -> None:
    stories.answered(cast)
    before = reading.figures()
    told.published(cast)
    assert reading.figures() == before


def test_pages_of_the_list_come_in_parts(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huiying.portal.reading_pages.PAGE_SIZE", 1)
    told.published(cast)
    told.published(cast, title="第二件事")
    assert "第二件事" in text_of(client.get("/news/"))
    assert told.TEXT["title"] in text_of(client.get("/news/?page=2"))
    assert told.TEXT["title"] in text_of(client.get("/news/?page=99"))


def test_no_internal_word_stands_on_a_page_of_news(cast: Cast, client: Client) -> None:
    """UI.md: citizens read plain words."""
    told.corrected(cast)
    reached = dict(walk(client, "/news/"))
    assert "/news/2026-1/" in reached
    for word in (*INTERNAL, "采编", "审核", "送审", "起草人", "采编小林"):
        assert word not in reached["/news/2026-1/"], word
        assert word not in reached["/news/"], word


def test_an_empty_list_says_so(cast: Cast, client: Client) -> None:
    assert "还没有发布新闻" in text_of(client.get("/news/"))
