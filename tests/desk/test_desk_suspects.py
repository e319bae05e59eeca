"""待辨: one press a post, ten minutes to think again (C5.14, C5.16)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from cast import Cast
from desk_helpers import text_of
from huiying.judging.models import Screening
from huiying.kernel.clock import FrozenClock
from huiying.listening.models import Post
from huiying.people.models import User

Browser = Callable[[User], Client]


@pytest.fixture
def suspect(cast: Cast, hear: Callable[..., object]) -> Screening:
    hear("有个地方窗口态度很差，说不上是哪家单位")
    found = Screening.objects.get(post=Post.objects.get())
    found.band, found.cleared = Screening.SUSPECT, ""
    found.save()
    return found


def test_a_suspect_is_decided_with_one_press_and_taken_back(cast: Cast, browser: Browser, suspect: Screening) -> None:
    client = browser(cast.duty)
    assert "说不上是哪家单位" in text_of(client.get("/desk/suspects/"))
    assert client.post(f"/desk/suspects/{suspect.pk}/out/").status_code == 302
    suspect.refresh_from_db()
    assert (suspect.cleared, suspect.cleared_by) == ("out", cast.duty.name)
    assert "已定不相关" in text_of(client.get("/desk/suspects/"))
    client.post(f"/desk/suspects/{suspect.pk}/undo/")
    suspect.refresh_from_db()
    assert suspect.cleared == ""


def test_after_ten_minutes_nothing_is_offered_to_undo(
    cast: Cast, browser: Browser, suspect: Screening, frozen: FrozenClock
) -> None:
    client = browser(cast.duty)
    client.post(f"/desk/suspects/{suspect.pk}/out/")
    frozen.advance(dt.timedelta(minutes=10, seconds=1))
    assert "已定不相关" not in text_of(client.get("/desk/suspects/"))
    assert "十分钟" in text_of(client.post(f"/desk/suspects/{suspect.pk}/undo/", follow=True))
    suspect.refresh_from_db()
    assert suspect.cleared == "out"


def test_the_tray_is_for_duty_and_office(cast: Cast, browser: Browser, suspect: Screening) -> None:
    client = browser(cast.works_head)
    assert client.get("/desk/suspects/").status_code == 404
    assert client.post(f"/desk/suspects/{suspect.pk}/hit/").status_code == 404


def test_an_unknown_decision_is_no_page(cast: Cast, browser: Browser, suspect: Screening) -> None:
    assert browser(cast.duty).post(f"/desk/suspects/{suspect.pk}/delete/").status_code == 404
