"""The list of a feed reader (OPML) on the import page: chosen, classed, taken up (C5.2, C5.10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cast import Cast
from desk_helpers import text_of
from huiying.kernel import clock
from huiying.listening import import_queue
from huiying.listening.models import Import, Source
from huiying.people.models import User

Browser = Callable[[User], Client]
OPML = b"""<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"><body><outline text="News">
<outline text="Daily" xmlUrl="http://daily.example/rss"/>
<outline text="Daily again" xmlUrl="http://daily.example/rss"/>
<outline text="Inside" xmlUrl="http://10.0.0.7/rss"/>
</outline><outline text="Forum" xmlUrl="http://bbs.example/rss"/></body></opml>"""
ANSWERED = {
    "channel_class": "论坛", "owner": "role:duty_officer", "backup": "role:shift_leader", "min_minutes": 20,
    "max_minutes": 240,
}  # fmt: skip


@pytest.fixture
def listed(cast: Cast, browser: Browser, home: Any) -> Iterator[Import]:
    client = browser(cast.duty)
    client.post("/desk/imports/", {"file": SimpleUploadedFile("mine.opml", OPML)})
    row = Import.objects.get()
    client.post(f"/desk/imports/{row.pk}/do/begin/")
    for _turn in range(5):
        import_queue.go_on(clock.now(), 1)
    yield Import.objects.get()
    import_queue.close()


def test_what_is_no_source_stands_among_the_rejected_rows(cast: Cast, browser: Browser, listed: Import) -> None:
    page = text_of(browser(cast.duty).get(f"/desk/imports/{listed.pk}/"))
    assert "mine.opml:4 与第 3 行是同一个订阅地址" in page
    assert "登记选上的来源" in page
    assert not Source.objects.exists(), "importing a list registers nothing by itself"


def test_the_chosen_are_taken_up_and_what_is_wrong_is_told_by_line(
    cast: Cast, browser: Browser, listed: Import
) -> None:
    client, address = browser(cast.duty), f"/desk/imports/{listed.pk}/sources/"
    told = ANSWERED | {"url": ["http://daily.example/rss", "http://10.0.0.7/rss"]}
    page = text_of(client.post(address, told))
    assert "已登记 1 个来源" in page
    assert "mine.opml:5 Inside" in page
    assert "内部或保留地址" in page
    made = Source.objects.get()
    assert (made.name, made.channel_class, made.min_minutes, made.state) == ("Daily", "论坛", 20, "active")
    answer = client.post(address, ANSWERED | {"url": ["http://bbs.example/rss"]})
    assert answer.status_code == 302
    assert Source.objects.count() == 2
    assert f'href="/desk/sources/{made.pk}/"' in client.get(f"/desk/imports/{listed.pk}/").content.decode()


def test_what_is_not_on_the_list_can_not_be_smuggled_in(cast: Cast, browser: Browser, listed: Import) -> None:
    address = f"/desk/imports/{listed.pk}/sources/"
    assert browser(cast.duty).post(address, ANSWERED | {"url": ["http://other.example/"]}).status_code == 409
    assert not Source.objects.exists()


def test_a_form_that_lacks_its_class_says_so(cast: Cast, browser: Browser, listed: Import) -> None:
    client, address = browser(cast.duty), f"/desk/imports/{listed.pk}/sources/"
    url = {"url": ["http://bbs.example/rss"]}
    assert client.post(address, url).status_code == 422
    same = client.post(address, ANSWERED | url | {"backup": "role:duty_officer"})
    assert same.status_code == 409
    assert "须不同" in text_of(same)


def test_who_hands_in_no_files_takes_up_no_list(cast: Cast, browser: Browser, listed: Import) -> None:
    address = f"/desk/imports/{listed.pk}/sources/"
    assert browser(cast.inspector).post(address, ANSWERED).status_code == 404
