"""巡查, 覆盖表, 交接班 as pages: what is due, one press a look, nothing that the record does not hold (C5.1, C5.8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cast import Cast
from desk_helpers import text_of
from huiying.handling import handover
from huiying.handling.models import Handover
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.listening import patrol
from huiying.listening.actions import patrolling as patrol_actions
from huiying.listening.models import EmergencyWatch, PatrolCard, PatrolPoint
from huiying.people.models import User

Browser = Callable[[User], Client]


def a_point(cast: Cast, name: str = "本地论坛", channel_class: str = "论坛") -> PatrolPoint:
    return patrol_actions.add_point(
        name=name, channel_class=channel_class, url="https://bbs.example/", what="涉局帖子",
        owner=cast.department("WGC"), backup=cast.department("BGS"), actor=cast.office,
    )  # fmt: skip


def page(client: Client, address: str, status: int = 200) -> str:
    reply = client.get(address)
    assert reply.status_code == status, address
    return text_of(reply)


def test_the_duty_desk_sees_what_is_due_and_ticks_it_with_one_press(cast: Cast, browser: Browser) -> None:
    card = a_point(cast).cards.get()
    client = browser(cast.duty)
    found = page(client, "/desk/patrol/")
    assert "本地论坛" in found
    assert "未见异常" in found
    assert client.post(f"/desk/patrol/cards/{card.pk}/nil/").status_code == 302
    card.refresh_from_db()
    assert card.result == "nil"
    assert "本时段都看过了" in page(client, "/desk/patrol/")


def test_there_is_one_button_a_card_and_none_for_all_of_them_c5_8(cast: Cast, browser: Browser) -> None:
    for n in range(3):
        a_point(cast, f"论坛{n}")
    reply = browser(cast.duty).get("/desk/patrol/").content.decode()
    targets = [f"/desk/patrol/cards/{card.pk}/nil/" for card in PatrolCard.objects.all()]
    assert all(reply.count(target) == 1 for target in targets)
    assert "全部" not in reply


def test_a_late_look_says_that_it_will_stay_late(cast: Cast, browser: Browser, frozen: FrozenClock) -> None:
    card = a_point(cast).cards.get()
    frozen.set(card.due_at + dt.timedelta(minutes=5))
    client = browser(cast.duty)
    assert "漏看" in page(client, "/desk/patrol/")
    assert "迟看" in text_of(client.post(f"/desk/patrol/cards/{card.pk}/nil/", follow=True))
    assert "迟看" in page(client, f"/desk/patrol/points/{card.point_id}/")


def test_what_may_not_be_done_is_said_and_nothing_is_recorded(cast: Cast, browser: Browser) -> None:
    card = a_point(cast).cards.get()
    client = browser(cast.inspector)
    assert "未见异常" not in page(client, "/desk/patrol/"), "no button for who may not"
    assert "须由" in text_of(client.post(f"/desk/patrol/cards/{card.pk}/nil/", follow=True))
    card.refresh_from_db()
    assert card.result == ""


def test_the_page_of_patrol_costs_few_queries_however_many_places(cast: Cast, browser: Browser) -> None:
    for n in range(12):
        a_point(cast, f"论坛{n}")
    client = browser(cast.duty)
    client.get("/desk/patrol/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/desk/patrol/")
    assert len(queries) <= 14


def test_the_emergency_watch_is_declared_and_ended_on_the_page(cast: Cast, browser: Browser) -> None:
    a_point(cast)
    told = {"what": "开标系统大面积中断", "words": "登不上、中断", "every_minutes": "10"}
    assert browser(cast.duty).post("/desk/patrol/emergency/declare/", told).status_code == 302
    watch = EmergencyWatch.objects.get()
    assert watch.words == ["登不上", "中断"]
    found = page(browser(cast.shift), "/desk/patrol/")
    assert "突发事件监测进行中" in found
    assert "不会自己停" in found
    assert browser(cast.duty).post("/desk/patrol/emergency/end/", {"why": "系统已恢复"}).status_code == 409
    assert browser(cast.shift).post("/desk/patrol/emergency/end/", {"why": "系统已恢复"}).status_code == 302
    assert patrol.emergency() is None


def test_coverage_shows_every_class_and_calls_what_nobody_watches(cast: Cast, browser: Browser) -> None:
    a_point(cast)
    found = page(browser(cast.office), "/desk/coverage/")
    for name in ("门户网站", "论坛", "博客", "微博客", "新闻跟帖", "传统媒体"):
        assert name in found
    assert "只有 1 类有人看" in found
    assert browser(cast.office).post("/desk/coverage/do/adopt/").status_code == 302
    assert "6 类渠道都有人看" in page(browser(cast.office), "/desk/coverage/")


def test_a_reason_stands_beside_the_red_class(cast: Cast, browser: Browser) -> None:
    client = browser(cast.office)
    told = {"channel_class": "博客", "reason": "本地已无活跃博客"}
    assert client.post("/desk/coverage/do/note_class/", told).status_code == 302
    found = page(client, "/desk/coverage/")
    assert "本地已无活跃博客" in found
    assert "没有来源" in found


def test_a_hand_over_is_given_by_one_and_taken_by_the_other_on_the_page(cast: Cast, browser: Browser) -> None:
    first, second = browser(cast.duty), browser(cast.duty2)
    assert first.post("/desk/handover/do/begin/", {"incoming": cast.duty2.pk}).status_code == 302
    row = Handover.objects.get()
    assert "还没有确认" in page(first, f"/desk/handover/{row.pk}/")
    assert second.post(f"/desk/handover/{row.pk}/do/take/").status_code == 409
    assert first.post(f"/desk/handover/{row.pk}/do/give/", {"remarks": "手机一部"}).status_code == 302
    assert "手机一部" in page(second, f"/desk/handover/{row.pk}/")
    assert second.post(f"/desk/handover/{row.pk}/do/take/").status_code == 302
    assert "交接完" in page(first, "/desk/handover/")


def test_a_hand_over_that_nobody_confirmed_fills_its_row(cast: Cast, browser: Browser, frozen: FrozenClock) -> None:
    handover.prepare_handover(clock.now(), cast.duty, cast.duty2)
    client = browser(cast.office)
    assert 'class="overdue"' not in client.get("/desk/handover/").content.decode()
    frozen.advance(dt.timedelta(minutes=31))
    assert 'class="overdue"' in client.get("/desk/handover/").content.decode()


@pytest.mark.parametrize("address", ["/desk/patrol/", "/desk/coverage/", "/desk/handover/"])
def test_the_pages_are_english_for_an_english_reader(cast: Cast, browser: Browser, address: str) -> None:
    a_point(cast)
    handover.prepare_handover(clock.now(), cast.duty, cast.duty2)
    client = browser(cast.duty)
    client.cookies["django_language"] = "en"
    found = text_of(client.get(address))
    for word in ("巡查点", "交接班", "未见异常", "覆盖表", "渠道类"):
        assert word not in found
