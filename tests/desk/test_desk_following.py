"""What comes after the answer as staff see and do it: effect, going on, versions, missed topics (C1.3, C3.2, C8.8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.desk.subjects.following import BAR, Bars
from huiying.handling import audits as case_audits
from huiying.handling.models import Case, Clock
from huiying.judging import tasks
from huiying.judging.models import Event
from huiying.judging.queries import missed_topics
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.people.models import User
from huiying.people.queries import regulation_now
from huiying.responding import actions, following
from huiying.responding.actions.following import decide_sustained
from huiying.responding.models import EffectReview, Publication
from huiying.responding.tasks import following as loop

Browser = Callable[[User], Client]
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def out(cast: Cast) -> Case:
    return stories.answered(cast)


def effect(client: Client, case: Case) -> str:
    response = client.get(f"/desk/cases/{case.number}/effect/")
    assert response.status_code == 200
    return text_of(response)


def judge(client: Client, case: Case, **told: object) -> int:
    return client.post(f"/desk/cases/{case.number}/do/judge_effect/", told).status_code


# --- the effect page --------------------------------------------------------------------------------------------------


def test_before_its_time_the_page_says_when_and_offers_nothing(out: Case, cast: Cast, browser: Browser) -> None:
    shown = effect(browser(cast.office), out)
    assert "到时再看" in shown
    assert 'name="verdict"' not in shown


def test_at_its_time_before_and_after_stand_side_by_side_with_a_marked_suggestion(
    out: Case, cast: Cast, browser: Browser, frozen: FrozenClock
) -> None:
    frozen.advance(24 * HOUR)
    loop.measure_effects(clock.now(), 10)
    client = browser(cast.office)
    response = client.get(f"/desk/cases/{out.number}/effect/")
    shown, source = text_of(response), response.content.decode()
    for word in ("回应前", "回应后", "来文", "每小时来文", "不详", "建议"):
        assert word in shown
    assert 'class="before"' in source
    assert 'class="mark"' in source, "the release stands on the curve"
    assert "checked" not in source, "a person chooses; nothing is chosen for them"


def test_a_person_judges_and_the_case_says_so(out: Case, cast: Cast, browser: Browser, frozen: FrozenClock) -> None:
    day = EffectReview.objects.get(case=out, hours=24)
    client = browser(cast.tech_liaison)
    assert judge(client, out, review=day.pk, verdict="settled", comment="已平息") == 422, "not yet on offer"
    frozen.advance(24 * HOUR)
    assert judge(client, out) == 422
    assert judge(client, out, review=day.pk, verdict="settled", comment="好") == 409
    assert judge(browser(cast.duty), out, review=day.pk, verdict="settled", comment="已经平息") == 409
    assert judge(browser(cast.works_head), out, review=day.pk, verdict="settled", comment="已经平息") == 404
    assert judge(client, out, review=day.pk, verdict="second_wave", comment="又有人在问路费") == 302
    shown = text_of(client.get(f"/desk/cases/{out.number}/answer/"))
    assert "又起一波" in shown
    assert "又有人在问路费" in shown
    assert judge(client, out, review=day.pk, verdict="settled", comment="已经平息") == 422, "judged once"
    entry = text_of(client.get(f"/desk/cases/{out.number}/"))
    assert "效果认定为" in entry


def test_outsiders_are_not_told_that_the_page_is_there(out: Case, cast: Cast, browser: Browser) -> None:
    assert browser(cast.works_head).get(f"/desk/cases/{out.number}/effect/").status_code == 404
    assert browser(cast.office).get("/desk/cases/none/effect/").status_code == 404


def test_before_an_answer_the_page_says_what_would_be_here(cast: Cast, browser: Browser) -> None:
    case = stories.handled(cast)
    assert "第一份答复公开之后开始" in effect(browser(cast.office), case)


def test_the_page_is_english_where_the_reader_is(out: Case, cast: Cast, browser: Browser) -> None:
    client = browser(cast.office)
    client.cookies["django_language"] = "en"
    assert client.get(f"/desk/cases/{out.number}/effect/").status_code == 200


def test_the_page_costs_few_queries(out: Case, cast: Cast, browser: Browser, frozen: FrozenClock) -> None:
    frozen.advance(73 * HOUR)
    loop.measure_effects(clock.now(), 10)
    client = browser(cast.office)
    effect(client, out)
    with CaptureQueriesContext(
        connection,
    ) as taken:
        effect(client, out)
    assert len(taken) <= 22


@pytest.mark.parametrize(
    ("before", "after", "lengths"),
    [(10, 5, (BAR, BAR / 2)), (0, 4, (0, BAR)), (None, 4, (0, BAR)), (0, 0, (0, 0)), (None, None, (0, 0))],
)
def test_a_bar_is_as_long_as_its_share_of_the_larger_one(
    before: float | None, after: float | None, lengths: tuple[float, float]
) -> None:
    bars = Bars("来文", before, after)
    assert (bars.before_length, bars.after_length) == lengths


# --- on the page of the case and on the first page --------------------------------------------------------------------


def test_the_decision_to_go_on_has_a_rhythm_on_the_desk_c8_8(out: Case, cast: Cast, browser: Browser) -> None:
    client = browser(cast.office)
    assert 'name="every_hours" value="24"' in client.get(f"/desk/cases/{out.number}/answer/").content.decode()
    told = {"sustained": "yes", "reason": "每半天通报一次", "every_hours": "12"}
    assert client.post(f"/desk/cases/{out.number}/do/sustain/", told).status_code == 302
    row = following.decision_of(out)
    assert row is not None
    assert row.every_hours == 12
    shown = text_of(client.get(f"/desk/cases/{out.number}/answer/"))
    assert "继续，每 12 小时说一次" in shown
    told["every_hours"] = "100000"
    assert client.post(f"/desk/cases/{out.number}/do/sustain/", told).status_code == 422


def test_the_first_page_names_what_waits_after_an_answer(
    out: Case, cast: Cast, browser: Browser, frozen: FrozenClock
) -> None:
    decide_sustained(out, True, "每天通报一次进展", 12, cast.office)
    frozen.advance(25 * HOUR)
    shown = text_of(browser(cast.office).get("/desk/"))
    assert "认定效果" in shown
    assert "回应后 24 小时" in shown
    assert "续报还没有发" in shown
    assert "认定效果" in text_of(browser(cast.tech_head).get("/desk/"))
    assert "认定效果" not in text_of(browser(cast.works_head).get("/desk/"))
    following.prompt(stories.again(out), "最近24小时又有 9 条来文")
    assert "重新决定是否持续回应" in text_of(browser(cast.deputy).get("/desk/"))
    assert "9 条来文" in text_of(browser(cast.office).get(f"/desk/cases/{out.number}/answer/"))


def test_staff_see_every_public_version_and_the_way_to_the_public_page(
    out: Case, cast: Cast, browser: Browser, frozen: FrozenClock
) -> None:
    frozen.advance(HOUR)
    told = stories.DRAFT | {"renditions": {"portal": "撤回重核。"}}
    actions.save_revision(
        stories.again(out),
        actor=cast.editor,
        stage="withdrawal",
        corrects=Publication.objects.get(case=out),
        correction_note="时间不准",
        **told,  # type: ignore[arg-type]
    )
    stories.approve(cast, actions.submit(stories.again(out), cast.editor))
    actions.release(stories.again(out), ["portal"], cast.office)
    stories.do_what_is_due()
    response = browser(cast.office).get(f"/desk/cases/{out.number}/answer/")
    shown = text_of(response)
    for word in ("公开过的每一稿", "撤回", "时间不准", "首发", "已撤回"):
        assert word in shown
    assert f"/answers/{out.number}/" in response.content.decode()


def test_a_body_that_was_not_heard_after_an_override_is_named_as_a_hint_c8_4(
    out: Case, cast: Cast, browser: Browser
) -> None:
    row, _token = actions.ask_confirmation(out, "财政局", "", cast.editor)
    actions.override_confirmation(row, "时限将到，事实清楚，先行回应。", cast.deputy)
    shown = text_of(browser(cast.office).get(f"/desk/cases/{out.number}/answer/"))
    assert "还没有听取意见：财政局" in shown


# --- missed topics (C1.3) ---------------------------------------------------------------------------------------------


@pytest.fixture
def missed(cast: Cast, frozen: FrozenClock) -> Event:
    event = stories.hear()
    Event.objects.filter(pk=event.pk).update(posts_count=3)
    frozen.advance(regulation_now().grading.confirm_within.elapsed)
    return Event.objects.get(pk=event.pk)


def test_a_topic_of_three_posts_that_nobody_looked_at_is_named_c1_3(
    missed: Event, cast: Cast, browser: Browser
) -> None:
    assert list(missed_topics(clock.now())) == [missed]
    (found,) = tasks.topics_are_looked_at()
    assert missed.number in found.sentence_zh
    assert missed.number in found.sentence_en
    assert missed.title not in found.sentence_zh
    client = browser(cast.duty)
    assert "还没有人管的事" in text_of(client.get("/desk/"))
    assert "有人反复说" in text_of(client.get("/desk/events/"))
    assert missed.title in text_of(client.get("/desk/events/?missed=1"))
    assert "还没有人管的事" not in text_of(browser(cast.works_head).get("/desk/"))


@pytest.mark.parametrize("how", ["few", "young", "cased", "noted"])
def test_a_topic_that_is_small_young_or_taken_is_not_missed(missed: Event, how: str) -> None:
    now = clock.now()
    change = {
        "few": {"posts_count": 2},
        "young": {"opened_at": now},
        "cased": {"state": Event.CASED},
        "noted": {"state": Event.NOTED},
    }[how]
    Event.objects.filter(pk=missed.pk).update(**change)
    assert not missed_topics(now).exists()
    assert tasks.topics_are_looked_at() == []


def test_a_live_case_without_clock_and_without_answer_is_named_c1_3(cast: Cast) -> None:
    """Must be impossible: a case leaving every queue."""
    case = stories.routed(cast)
    assert case_audits.cases_have_a_clock() == []
    Clock.objects.filter(case=case).update(stopped_at=clock.now())
    (found,) = case_audits.cases_have_a_clock()
    assert case.number in found.sentence_zh
    assert found.code == "case.no_clock"
    Case.objects.filter(pk=case.pk).update(answered_at=clock.now())
    assert case_audits.cases_have_a_clock() == []
