"""An event's page: what a leader reads in ten seconds, the drawings with their tables, few queries (UI.md)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

import stories
from cast import Cast
from desk_helpers import OUTAGE, text_of
from huiying.handling import actions as handling
from huiying.judging import actions as judging
from huiying.judging.models import Event
from huiying.kernel.clock import FrozenClock
from huiying.listening.models import Post
from huiying.people.models import User

Browser = Callable[[User], Client]
LATER = "鞍山公共资源交易平台又登录不上了，开标解密超时，这次谁负责"
VOICES = [
    "平台又登录不上，鞍山交易平台到底谁在维护",
    "鞍山交易平台登录不上，到底谁在维护这个平台",
    "登录不上的鞍山交易平台，请问谁在维护",
    "开标解密超时，鞍山交易中心赔不赔我们的损失",
    "鞍山交易中心，解密超时的损失谁来赔",
    "解密超时造成的损失，鞍山交易中心要赔",
]


@pytest.fixture
def storm(cast: Cast, frozen: FrozenClock) -> Event:
    """A post an hour ago, a newspaper, a chain, and six people who say two things."""
    event = stories.hear(OUTAGE, native_id="a", published_at="2026-09-14T08:50:00+08:00", metrics={"comments": 12})
    stories.hear(f"{OUTAGE}转", native_id="b", parent_id="a", outlet="鞍山日报", outlet_tier=2)
    stories.hear(f"同感//@岫玉阿林:{OUTAGE}", native_id="c", kind="repost")
    for number, text in enumerate(VOICES):
        stories.hear(text, native_id=f"v{number}", root_id="a", parent_id="a", kind="comment")
    event.refresh_from_db()
    return event


def page(client: Client, event: Event) -> Any:
    return client.get(f"/desk/events/{event.number}/")


def gist(response: Any) -> dict[str, str]:
    """The ten seconds: question → answer."""
    raw = response.content.decode()
    block = raw[raw.index('<dl class="facts gist">') :]
    pairs = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", block[: block.index("</dl>")], re.DOTALL)
    return {
        re.sub(r"<[^>]+>|\s+", " ", name).strip(): " ".join(re.sub(r"<[^>]+>", " ", value).split())
        for name, value in pairs
    }


# --- ten seconds ---


def test_the_seven_questions_of_a_leader_are_answered_at_the_top(cast: Cast, browser: Browser, storm: Event) -> None:
    found = gist(page(browser(cast.deputy), storm))
    assert list(found) == [
        "从何时起", "传到哪里", "传得多快", "大家说什么", "是真是假", "法定时限", "如果不办",
    ]  # fmt: skip
    assert found["从何时起"].startswith("9月14日 08:50 首见于本地论坛")
    assert "1 家媒体，最高市级媒体" in found["传到哪里"]
    assert "热度" in found["传得多快"]


def test_posts_in_the_last_hour_stand_beside_those_of_the_hour_before(
    cast: Cast, browser: Browser, storm: Event, frozen: FrozenClock
) -> None:
    Post.objects.filter(native_id="a").update(published_at=frozen() - dt.timedelta(minutes=90))
    Post.objects.exclude(native_id="a").update(published_at=frozen() - dt.timedelta(minutes=10))
    posts = storm.members.count()
    assert gist(page(browser(cast.duty), storm))["传得多快"].startswith(f"最近一小时 {posts - 1} 条，前一小时 1 条")


def test_truth_is_to_be_verified_until_a_person_established_it(cast: Cast, browser: Browser, storm: Event) -> None:
    client = browser(cast.duty)
    assert gist(page(client, storm))["是真是假"].startswith("待核实")
    judging.set_concern(storm, "谣言", cast.duty, claim="平台全崩了", proof="当日运行日志无中断")
    assert gist(page(client, storm))["是真是假"].startswith("核对中")
    judging.second_concern(storm.concern_decisions.get(), True, cast.office)
    assert gist(page(client, storm))["是真是假"].startswith("认定为谣言")


def test_a_persons_word_on_the_concern_does_not_make_it_true(cast: Cast, browser: Browser, storm: Event) -> None:
    judging.set_concern(storm, "投诉", cast.duty)
    assert gist(page(browser(cast.duty), storm))["是真是假"].startswith("待核实")


def test_facts_that_the_department_found_are_established(cast: Cast, browser: Browser) -> None:
    case = stories.handled(cast)
    assert gist(page(browser(cast.office), case.event))["是真是假"].startswith("已查明")


# --- what the law wants, and what happens if nobody does anything ---


def test_before_a_case_the_limits_are_reckoned_from_the_suggestion_and_say_so(
    cast: Cast, browser: Browser, storm: Event
) -> None:
    found = gist(page(browser(cast.duty), storm))
    assert "按建议级别推算" in found["法定时限"]
    assert "公开回应" in found["法定时限"]
    assert "没有人确认级别，系统就按" in found["如果不办"]
    assert "过时记逾期" in found["如果不办"]


def test_past_the_hour_of_confirmation_the_sentence_changes(
    cast: Cast, browser: Browser, storm: Event, frozen: FrozenClock
) -> None:
    frozen.advance(dt.timedelta(hours=2))
    assert gist(page(browser(cast.duty), storm))["如果不办"].startswith("确认时限已过")


def test_with_a_case_the_limits_are_its_clocks(cast: Cast, browser: Browser, storm: Event, frozen: FrozenClock) -> None:
    handling.open_case(storm, cast.duty, "L2", "平台故障影响开标")
    client = browser(cast.office)
    found = gist(page(client, storm))
    assert "按建议级别推算" not in found["法定时限"]
    assert "就记一条不能更改的逾期" in found["如果不办"]
    frozen.advance(dt.timedelta(days=9))
    assert "已超时限" in gist(page(client, storm))["如果不办"]


def test_the_provisional_level_is_capped_as_the_file_says(cast: Cast, browser: Browser, storm: Event) -> None:
    """DESIGN.md: an unconfirmed suggestion is capped at the second level unless a floor fired."""
    Event.objects.filter(pk=storm.pk).update(suggested_level="L4", floor_fired=False)
    assert "系统就按「较大」" in gist(page(browser(cast.duty), storm))["如果不办"]
    Event.objects.filter(pk=storm.pk).update(floor_fired=True)
    assert "系统就按「特别重大」" in gist(page(browser(cast.duty), storm))["如果不办"]


@pytest.mark.parametrize(
    ("state", "words"),
    [(Event.NOTED, "目前无须回应"), (Event.ENDED, "已办结"), (Event.MERGED, "")],
)
def test_what_needs_nothing_says_what_would_change_that(
    cast: Cast, browser: Browser, storm: Event, state: str, words: str
) -> None:
    Event.objects.filter(pk=storm.pk).update(state=state)
    found = gist(page(browser(cast.duty), storm))
    assert found.get("如果不办", "").startswith(words)
    assert found["法定时限"] == "现在没有在走的时限"


# --- views, heat, spread ---


def test_what_people_say_is_grouped_with_shares_and_masked_quotations(
    cast: Cast, browser: Browser, storm: Event
) -> None:
    text = text_of(page(browser(cast.duty), storm))
    assert re.search(r"网民发声 \d+ 条，去掉相同的归并了 \d+ 条", text)
    assert "岫玉阿林" not in text


def test_too_few_voices_are_no_views(cast: Cast, browser: Browser, event: Event) -> None:
    response = page(browser(cast.duty), event)
    assert "网民发声只有 1 条，不足 5 条" in text_of(response)
    assert "不归纳观点" in gist(response)["大家说什么"]


def test_the_heat_is_written_as_the_sum_of_its_terms(cast: Cast, browser: Browser, storm: Event) -> None:
    found = re.search(
        r"现在 ([\d.]+)＝来文 ([\d.]+)＋互动 ([\d.]+)＋敏感 ([\d.]+)＋突增 ([\d.]+)",
        text_of(page(browser(cast.duty), storm)),
    )
    assert found is not None
    total, *terms = map(float, found.groups())
    assert total == pytest.approx(sum(terms), abs=0.21)


def test_drawings_have_their_table_behind_them_and_need_no_script(cast: Cast, browser: Browser, storm: Event) -> None:
    raw = page(browser(cast.duty), storm).content.decode()
    for section in ("heat", "spread"):
        part = raw[raw.index(f'<section id="{section}">') :]
        part = part[: part.index("</section>")]
        assert "<svg" in part
        assert 'role="img"' in part
        assert "<table" in part
        assert "<script" not in part


def test_inferred_lines_are_dashed_and_marked_in_the_table(cast: Cast, browser: Browser, storm: Event) -> None:
    client = browser(cast.duty)
    raw = page(client, storm).content.decode()
    assert 'class="said"' in raw
    storm.members.exclude(parent="").update(parent_evidence="推断：与较早的一条文字相同", parent_confidence=0.55)
    raw = page(client, storm).content.decode()
    assert 'class="inferred"' in raw
    assert 'class="said"' not in raw
    assert "推断 55%" in " ".join(raw.split())


def test_no_drawing_bears_the_name_of_a_person(cast: Cast, browser: Browser, storm: Event) -> None:
    raw = page(browser(cast.duty), storm).content.decode()
    titles = re.findall(r"<title>(\d.*?)</title>", raw)
    assert titles
    assert all("本地论坛" in title or "鞍山日报" in title for title in titles)


def test_a_danger_to_life_is_neither_grouped_nor_quoted(cast: Cast, browser: Browser, storm: Event) -> None:
    Event.objects.filter(pk=storm.pk).update(life_safety=True)
    response = page(browser(cast.duty), storm)
    assert "涉及生命安全或标为敏感，不归纳也不引用" in text_of(response)
    assert "“" not in gist(response)["大家说什么"]


# --- similar ones ---


def test_similar_past_events_say_how_they_were_answered(cast: Cast, browser: Browser, frozen: FrozenClock) -> None:
    first = stories.hear(stories.OUTAGE, published_at="2026-09-14T08:50:00+08:00")
    case = handling.open_case(first, cast.duty, "L2", "平台故障影响开标")
    case.answered_at = case.first_known_at + dt.timedelta(hours=3, minutes=20)
    case.save()
    frozen.advance(dt.timedelta(days=40))
    second = stories.hear(LATER, published_at=frozen().isoformat())
    assert second.pk != first.pk
    text = text_of(page(browser(cast.duty), second))
    assert first.number in text
    assert "获知后 3 小时 20 分公开回应" in text
    Event.objects.filter(pk=first.pk).update(life_safety=True)
    assert first.number not in text_of(page(browser(cast.duty), second))


def test_an_event_decided_not_to_be_answered_shows_the_reason(
    cast: Cast, browser: Browser, frozen: FrozenClock
) -> None:
    first = stories.hear(stories.OUTAGE, published_at="2026-09-14T08:50:00+08:00")
    reason = "上周已就同一故障公开说明，没有新的情况"
    dismissal = judging.propose_dismissal(first, "answered", reason, cast.duty)
    assert dismissal is not None
    first.refresh_from_db()
    judging.second_dismissal(first, True, cast.office)
    frozen.advance(dt.timedelta(days=40))
    second = stories.hear(LATER, published_at=frozen().isoformat())
    assert second.pk != first.pk
    assert reason in text_of(page(browser(cast.duty), second))


def test_nothing_similar_says_so(cast: Cast, browser: Browser, event: Event) -> None:
    assert "库里没有类似的往事" in text_of(page(browser(cast.duty), event))


# --- few queries ---


@pytest.mark.parametrize("stage", ["open", "cased", "took_in"])
def test_the_page_asks_the_database_at_most_twelve_questions(
    cast: Cast, browser: Browser, storm: Event, stage: str, django_assert_max_num_queries: Any
) -> None:
    if stage != "open":
        handling.open_case(storm, cast.duty, "L2", "平台故障影响开标")
    if stage == "took_in":
        other = stories.hear(stories.CONSULTATION)
        Event.objects.filter(pk=other.pk).update(state=Event.MERGED, merged_into=storm)
    client = browser(cast.duty)
    with django_assert_max_num_queries(12):
        response = page(client, storm)
    assert response.status_code == 200


def test_a_verb_that_is_refused_shows_the_whole_page_again(cast: Cast, browser: Browser, storm: Event) -> None:
    response = browser(cast.duty).post(f"/desk/events/{storm.number}/do/open_case/", {"level": "L9"})
    assert response.status_code == 422
    assert "怎么传开的" in response.content.decode()
