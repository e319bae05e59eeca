"""C10.6, C5.16, §4.3: the verbs of calls, acts, splits and un-merging from the case page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from cast import Cast
from huiying.desk.subjects.calling import section
from huiying.handling import actions, clocks
from huiying.handling.actions.relating import posts_to_split
from huiying.handling.models import Case, CaseAct, Escalation
from huiying.kernel import clock as time
from huiying.kernel.clock import FrozenClock
from huiying.people.models import User
from stories import OUTAGE, RUMOUR, again, hear, opened, routed


def client(user: User) -> Client:
    made = Client()
    made.force_login(user)
    return made


def do(user: User, case: Case, verb: str, **told: object) -> int:
    return client(user).post(reverse("desk:case_do", args=[case.number, verb]), told).status_code


def rung(cast: Cast, frozen: FrozenClock) -> Case:
    case = routed(cast)
    frozen.advance(dt.timedelta(hours=24))
    clocks.poll(time.now(), 100)
    return again(case)


def test_whoever_was_called_acknowledges_with_one_press(cast: Cast, frozen: FrozenClock) -> None:
    case = rung(cast, frozen)
    call = Escalation.objects.get(case=case, kind="clock")
    address = reverse("desk:acknowledge_call", args=[call.pk])
    assert client(cast.tech_liaison).get(address).status_code == 405
    assert client(cast.tech_liaison).post(address).status_code == 302
    call.refresh_from_db()
    assert call.acknowledged_by == cast.tech_liaison.name


def test_an_outsider_is_not_even_told_that_there_is_a_call(cast: Cast, frozen: FrozenClock) -> None:
    case = rung(cast, frozen)
    call = Escalation.objects.get(case=case, kind="clock")
    assert client(cast.works_head).post(reverse("desk:acknowledge_call", args=[call.pk])).status_code == 404
    call.refresh_from_db()
    assert call.acknowledged_at is None


def test_the_bar_acknowledges_every_call_of_the_case(cast: Cast, frozen: FrozenClock) -> None:
    case = rung(cast, frozen)
    assert do(cast.deputy, case, "acknowledge_call") == 302
    assert not Escalation.objects.filter(case=case, acknowledged_at=None, closed_why="").exists()
    assert do(cast.deputy, case, "acknowledge_call") == 409


def test_a_look_at_the_spread_is_noted(cast: Cast) -> None:
    case = routed(cast)
    assert do(cast.duty, case, "note_act", kind="rescan", note="阅读量没有增加，评论平稳。") == 302
    assert do(cast.duty, case, "note_act", kind="review", note="没有办结不能复盘") == 422
    assert CaseAct.objects.get().kind == "rescan"


def test_split_and_part_from_the_page(cast: Cast) -> None:
    case = opened(cast)
    hear(OUTAGE.replace("今早", "今天早上"))
    chosen = posts_to_split(again(case))[-1].pk
    told = {"posts": [chosen], "title": "解密超时责任认定", "reason": "登录故障与解密超时是两件事。"}
    assert do(cast.duty, again(case), "split", **told) == 302
    made = Case.objects.get(split_from=case)
    other = opened(cast, text=RUMOUR)
    actions.merge_cases(made, other, cast.duty)
    assert do(cast.duty, again(made), "unmerge", reason="不是一件事，分开办") == 409
    assert do(cast.office, again(made), "unmerge", reason="不是一件事，分开办") == 302
    assert again(made).state == "registered"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_of_a_rung_case_open(cast: Cast, frozen: FrozenClock, language: str) -> None:
    case = rung(cast, frozen)
    page = client(cast.office).get(reverse("desk:case", args=[case.number]), headers={"accept-language": language})
    assert page.status_code == 200


def test_the_section_costs_few_queries(cast: Cast, frozen: FrozenClock, django_assert_max_num_queries: object) -> None:
    case = rung(cast, frozen)
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        found = section(case, cast.office)
    assert {row.name for row in found["calling_required"]} >= {"respond", "rescan"}
    assert [mine for _call, mine in found["calling_calls"]] == [True] * len(found["calling_calls"])
