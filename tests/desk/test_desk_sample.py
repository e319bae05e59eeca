"""抽检: one press a post, the estimate in words, and lessons that the office can take back (C5.16)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from cast import Cast
from desk_helpers import text_of
from huiying.judging.models import SampledPost, SampleDraw, ScreenAdjustment, Screening
from huiying.kernel import clock
from huiying.listening.models import Post
from huiying.listening.watching import screener
from huiying.people.models import User

Browser = Callable[[User], Client]
PAGE = "/desk/suspects/sample/"


@pytest.fixture
def sampled(cast: Cast, hear: Callable[..., object]) -> Screening:
    hear("今天去公园走走，鸽子真多")
    found = Screening.objects.get(post=Post.objects.get())
    found.band, found.cleared = Screening.OUT, ""
    found.save()
    draw = SampleDraw.objects.create(
        week=dt.date(2026, 9, 7), seed="out:2026-09-07", population=400, reached=20, size=1, drawn_at=clock.now()
    )
    SampledPost.objects.create(draw=draw, screening=found, place=0)
    return found


def lesson(state: str = "applied") -> ScreenAdjustment:
    told = {"weights": {}, "learned_from": 212, "held_back": 98, "loss_before": 0.512, "loss_after": 0.471}
    return ScreenAdjustment.objects.create(state=state, model=screener().model_version or "", at=clock.now(), **told)


def test_a_sampled_post_is_reviewed_with_one_press_and_taken_back(
    cast: Cast, browser: Browser, sampled: Screening
) -> None:
    client = browser(cast.duty)
    assert "鸽子真多" in text_of(client.get(PAGE))
    assert client.post(f"{PAGE}{sampled.pk}/out/").status_code == 302
    sampled.refresh_from_db()
    assert sampled.cleared == "out"
    assert "已定不相关" in text_of(client.get(PAGE))
    client.post(f"{PAGE}{sampled.pk}/undo/")
    sampled.refresh_from_db()
    assert sampled.cleared == ""


def test_before_anybody_looked_the_page_claims_nothing(cast: Cast, browser: Browser, sampled: Screening) -> None:
    text = text_of(browser(cast.duty).get(PAGE))
    assert "还没有人看过" in text
    assert "其实相关的占" not in text


def test_the_estimate_says_its_bounds_and_its_seed(cast: Cast, browser: Browser, sampled: Screening) -> None:
    client = browser(cast.duty)
    client.post(f"{PAGE}{sampled.pk}/out/")
    text = text_of(client.get(PAGE))
    assert "看过 1 条，其中 0 条其实相关" in text
    assert "0.0% 至 97.5%" in text  # one post says almost nothing, and the page says so
    assert "out:2026-09-07" in text


def test_without_a_draw_the_page_says_when_one_comes(cast: Cast, browser: Browser) -> None:
    assert "还没有抽过" in text_of(browser(cast.duty).get(PAGE))


def test_a_post_that_was_not_drawn_is_not_decided_here(cast: Cast, browser: Browser, sampled: Screening) -> None:
    SampledPost.objects.all().delete()
    assert browser(cast.duty).post(f"{PAGE}{sampled.pk}/out/").status_code == 404


def test_the_office_takes_a_lesson_back_and_the_duty_desk_only_reads_it(cast: Cast, browser: Browser) -> None:
    found = lesson()
    duty = browser(cast.duty)
    assert "正在使用" in text_of(duty.get(PAGE))
    assert "撤回这次调整" not in text_of(duty.get(PAGE))
    assert duty.post(f"/desk/suspects/lessons/{found.pk}/withdraw/").status_code == 404
    office = browser(cast.office)
    assert "撤回这次调整" in text_of(office.get(PAGE))
    office.post(f"/desk/suspects/lessons/{found.pk}/withdraw/")
    assert "已撤回" in text_of(office.get(PAGE))


def test_the_tray_leads_to_the_sample(cast: Cast, browser: Browser) -> None:
    assert PAGE in browser(cast.duty).get("/desk/suspects/").content.decode()
