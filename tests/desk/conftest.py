"""Browsers of the cast, and a matter to work on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from cast import Cast
from desk_helpers import DRAFT, FACTS, OUTAGE
from huiying.engine.post import Post
from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.judging import pipeline
from huiying.judging.models import Event
from huiying.ledger.actions import Actor
from huiying.listening import actions as listening
from huiying.people.models import User
from huiying.responding import actions as responding
from huiying.responding.models import ReviewRound

Browser = Callable[[User], Client]


@pytest.fixture
def browser(cast: Cast) -> Browser:
    """A signed-in browser of one person."""

    def of(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return of


@pytest.fixture
def hear(cast: Cast) -> Callable[[str], Event | None]:
    """Receive a text, judge it, and give the event that it joined."""

    def heard(text: str, native_id: str = "") -> Event | None:
        post = Post(native_id=native_id or text[:30], text=text, platform="本地论坛", channel_class="论坛")
        received = listening.receive([post], how="import", actor=Actor.SYSTEM)
        pipeline.judge_pending()
        return Event.objects.filter(members__post__in=received.post_ids).first()

    return heard


@pytest.fixture
def event(hear: Callable[[str], Event | None]) -> Event:
    found = hear(OUTAGE)
    assert found is not None
    return found


@pytest.fixture
def case(cast: Cast, event: Event) -> Case:
    """A confirmed case, routed to the information technology section."""
    made = handling.open_case(event, cast.duty, "L2", "平台故障影响开标")
    handling.route(made, cast.department("Z-XX"), [cast.department("WGC")], "平台故障由信息技术部处置", cast.duty)
    made.refresh_from_db()
    return made


@pytest.fixture
def handled(cast: Cast, case: Case) -> Case:
    """Accepted, with findings and a draft."""
    handling.accept(case, cast.tech_liaison)
    case.refresh_from_db()
    handling.find(case, FACTS, "存储控制器故障", "两个项目开标推迟", cast.tech_liaison)
    responding.save_revision(case, **DRAFT, actor=cast.tech_liaison)
    case.refresh_from_db()
    return case


@pytest.fixture
def in_review(cast: Cast, handled: Case) -> ReviewRound:
    return responding.submit(handled, cast.tech_liaison)
