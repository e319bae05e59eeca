"""总览, the month and the wall (C10.2, C5.12): who sees what, every picture with its numbers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.desk.views import pictures
from huiying.handling.models import Case
from huiying.judging.models import Event
from huiying.judging.warnings import raise_call
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.overseeing.overview import Row, Trend
from huiying.people.models import User
from huiying.regulation import load
from huiying.work.models import Heartbeat
from stream_of import LIFE

Browser = Callable[[User], Client]
SVG_TABLE = re.compile(r"<figure.*?</figure>", re.S)


@pytest.fixture
def case(cast: Cast) -> Case:
    return stories.routed(cast)


def beat() -> None:
    Heartbeat.objects.update_or_create(name="loop", defaults={"at": clock.now(), "pid": 1})


def test_c10_2_a_leader_sees_what_burns_what_waits_and_whether_we_hear(
    cast: Cast, browser: Browser, case: Case
) -> None:
    told = text_of(browser(cast.deputy).get("/desk/overview/"))
    for words in ("正在计时", case.number, "等您办", "按时率", "现在听得到吗", "近 14 天说到我们的"):
        assert words in told
    assert "还没有人接手" not in told


def test_every_picture_has_its_numbers_as_a_table(cast: Cast, browser: Browser, case: Case) -> None:
    client = browser(cast.deputy)
    for address in ("/desk/overview/", "/desk/overview/2026-09/"):
        figures = SVG_TABLE.findall(client.get(address).content.decode())
        assert len(figures) >= 3
        for figure in figures:
            assert "<svg" in figure
            assert "<table" in figure


def test_a_department_sees_its_own_cases_and_nobody_elses(cast: Cast, browser: Browser, case: Case) -> None:
    own = text_of(browser(cast.tech_head).get("/desk/overview/"))
    assert case.number in own
    assert "待本部门签收" in own
    assert "近 14 天说到我们的" not in own
    others = text_of(browser(cast.works_head).get("/desk/overview/"))
    assert case.number not in others
    assert "没有正在计时的件" in others
    assert "没有立案的件" in others


def test_the_share_of_a_department_is_of_its_own_cases(cast: Cast, browser: Browser) -> None:
    stories.answered(cast)
    assert "100%" in text_of(browser(cast.tech_head).get("/desk/overview/"))
    assert "100%" not in text_of(browser(cast.works_head).get("/desk/overview/"))


def test_a_danger_to_life_is_seen_by_those_who_act_on_it_alone(cast: Cast, browser: Browser, case: Case) -> None:
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    assert case.number in text_of(browser(cast.deputy).get("/desk/overview/"))
    assert case.number not in text_of(browser(cast.inspector).get("/desk/overview/"))
    assert "涉及生命安全的来文" not in text_of(browser(cast.inspector).get("/desk/overview/"))
    wall = text_of(browser(cast.duty).get("/desk/wall/"))
    assert case.number not in wall
    assert "没有正在计时的件" in wall


def test_an_open_call_about_a_danger_to_life_stands_on_top_of_the_overview(
    cast: Cast, browser: Browser, frozen: FrozenClock
) -> None:
    raise_call(stories.hear(LIFE, own_channel=True).members.get().post)
    assert "涉及生命安全：1 条还没有人接手" in text_of(browser(cast.deputy).get("/desk/overview/"))
    assert "生命安全" not in text_of(browser(cast.duty).get("/desk/wall/"))


def test_the_wall_carries_nothing_that_anybody_wrote(cast: Cast, browser: Browser, case: Case) -> None:
    beat()
    page = browser(cast.duty).get("/desk/wall/").content.decode()
    assert case.number in page
    assert case.title not in page
    assert "崩" not in page
    assert cast.duty.name not in page
    assert '<meta http-equiv="refresh" content="30">' in page
    assert "<script" not in page


def test_the_wall_says_when_the_loop_has_stopped(cast: Cast, browser: Browser, case: Case, frozen: FrozenClock) -> None:
    client = browser(cast.duty)
    assert "数据已过时" in text_of(client.get("/desk/wall/"))
    beat()
    assert "数据已过时" not in text_of(client.get("/desk/wall/"))
    frozen.advance(dt.timedelta(seconds=61))
    assert "后台处理在 9月14日 10:00 停了" in text_of(client.get("/desk/wall/"))


def test_an_overdue_case_is_said_in_words_and_not_by_colour_alone(
    cast: Cast, browser: Browser, case: Case, frozen: FrozenClock
) -> None:
    frozen.advance(dt.timedelta(hours=60))
    client = browser(cast.office)
    assert "1 件逾期" in text_of(client.get("/desk/overview/"))
    assert "已超" in text_of(client.get("/desk/wall/"))


def test_the_pictures_follow_the_ledger_at_once(cast: Cast, browser: Browser, case: Case) -> None:
    """They are counted once for all readers, and anew as soon as anything was recorded."""
    client = browser(cast.deputy)
    client.get("/desk/overview/")
    stories.opened(cast, "一般", stories.CONSULTATION)
    newest = Case.objects.latest("pk").number
    assert newest in text_of(client.get("/desk/overview/"))


def test_the_pictures_follow_what_has_no_entry_within_half_a_minute(
    cast: Cast, browser: Browser, case: Case, frozen: FrozenClock
) -> None:
    client = browser(cast.deputy)
    client.get("/desk/overview/")
    Event.objects.filter(pk=case.event_id).update(concern="谣言")
    frozen.advance(dt.timedelta(seconds=31))
    assert "谣言" in text_of(client.get("/desk/overview/"))


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("deputy", "/desk/overview/"),
        ("office", "/desk/overview/"),
        ("inspector", "/desk/overview/"),
        ("tech_head", "/desk/overview/"),
        ("office", "/desk/overview/2026-09/"),
        ("duty", "/desk/wall/"),
    ],
)
def test_no_picture_asks_the_database_more_than_twelve_times(
    cast: Cast, browser: Browser, case: Case, who: str, address: str
) -> None:
    client = browser(cast.people[who])
    client.get(address)  # the first reader of a half minute counts for all
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    assert len(asked) <= 12, [query["sql"].partition(" FROM ")[2][:60] for query in asked]


def test_the_months_go_from_the_first_entry_to_now_and_no_further(
    cast: Cast, browser: Browser, case: Case, frozen: FrozenClock
) -> None:
    frozen.set(dt.datetime(2026, 10, 9, 2, 0, tzinfo=dt.UTC))
    client = browser(cast.inspector)
    page = client.get("/desk/overview/2026-10/").content.decode()
    assert "/desk/overview/2026-09/" in page
    assert "/desk/overview/2026-11/" not in page
    assert "这个月没有新的事件" in page
    page = client.get("/desk/overview/2026-09/").content.decode()
    assert "/desk/overview/2026-10/" in page
    assert "/desk/overview/2026-08/" not in page
    for month in ("2026-08", "2026-11"):
        assert client.get(f"/desk/overview/{month}/").status_code == 404


def test_the_map_of_coverage_names_a_class_that_nothing_watches(cast: Cast, browser: Browser) -> None:
    for address in ("/desk/overview/", "/desk/coverage/"):
        assert "没有来源" in text_of(browser(cast.office).get(address))
    assert "6 类渠道听不到" in text_of(browser(cast.office).get("/desk/wall/"))


@pytest.mark.parametrize("address", ["/desk/overview/", "/desk/overview/2026-09/", "/desk/wall/", "/desk/coverage/"])
def test_the_pictures_are_english_too(cast: Cast, browser: Browser, case: Case, address: str) -> None:
    client = browser(cast.office)
    client.cookies["django_language"] = "en"
    page = client.get(address).content.decode()
    assert '<html lang="en"' in page
    left = re.sub(r'<(\w+)[^>]*lang="zh-Hans".*?</\1>|value="[^"]*"|中文|测试公共资源交易管理局', "", page, flags=re.S)
    assert not re.findall(r"[\u4e00-\u9fff]+", left)


def test_what_there_is_most_of_is_drawn_and_nothing_is_left_out_of_the_numbers() -> None:
    days = tuple(dt.date(2026, 9, day) for day in (13, 14))
    rows = tuple(Row(name, (n, 0)) for n, name in enumerate(("疑虑", "谣言", "咨询", "投诉", "求助", "建议"), 1))
    told = Trend(days, rows, rows[:3])
    drawn = pictures._short(pictures._trend(told))
    assert [bars.name for bars in drawn["concerns"]] == ["谣言", "咨询", "投诉", "求助", "建议"], "in their own order"
    assert [bars.name for bars in drawn["channels"]] == ["疑虑", "谣言", "咨询"]
    assert drawn["fewer"] == pictures.BARS
    page = render_to_string(
        "desk/parts/trend.html", drawn | {"desk": SimpleNamespace(may_list_posts=False, regulation=load("anshan"))}
    )
    assert page.count("疑虑") == 3, "in the numbers of both, and drawn where there are few"
    assert "只画最多的 5 类" in page
    few = pictures._short(pictures._trend(Trend(days, rows[:3], rows[:3])))
    assert few["fewer"] == 0
