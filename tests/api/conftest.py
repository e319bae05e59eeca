"""A signed-in client for each person of the cast, and a case that was opened by the house's own verbs."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.judging.models import Event
from huiying.kernel import clock


class Caller:
    def __init__(self, user: Any = None) -> None:
        self.client = Client()
        if user is not None:
            self.client.force_login(user)

    def get(self, address: str, **query: Any) -> tuple[int, Any]:
        response = self.client.get(f"/api/{address}", query)
        return response.status_code, response.json()

    def post(self, address: str, body: Any = None) -> tuple[int, Any]:
        response = self.client.post(f"/api/{address}", json.dumps(body or {}), content_type="application/json")
        return response.status_code, response.json()


@pytest.fixture
def event(cast: Cast) -> Event:
    now = clock.now()
    return Event.objects.create(
        number="E20260914-001", stream_no=1, title="电子投标系统上传失败", opened_at=now, last_post_at=now,
        first_known_at=now, suggested_level="L1", lead="Z-XX", concern="投诉", posts_count=3, platforms_count=1,
    )  # fmt: skip


@pytest.fixture
def case(cast: Cast, event: Event) -> Case:
    """Opened and graded by the duty officer."""
    return handling.open_case(event, actor=cast.duty, level="L1", reason="核对过")


@pytest.fixture
def routed(cast: Cast, case: Case) -> Case:
    """With 交易中心信息技术部, not yet accepted."""
    handling.route(
        case, department=cast.department("Z-XX"), joint=[], reason="系统运维由信息技术部主管", actor=cast.office
    )
    case.refresh_from_db()
    return case


@pytest.fixture
def as_(cast: Cast) -> Callable[[str], Caller]:
    return lambda who: Caller(cast.people[who])


@pytest.fixture
def stranger(cast: Cast) -> Caller:
    return Caller()
