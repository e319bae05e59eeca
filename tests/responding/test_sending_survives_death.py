"""Habit 11, C8.9: the process dies between any two moments of sending; in the end it stands there once, with evidence.

A moment is a statement to the database, or just before or just after a word with the other side. For every moment that
a turn has, the turn dies there and the loop goes on later, as after a power cut.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from django.db import connection, transaction

from cast import Cast
from conftest import MONDAY_TEN
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.responding.channels import wechat as wechat_client
from huiying.responding.models import Evidence, Publication
from huiying.work.models import Job
from responding.sending_helpers import kinds, once, released, turns
from stand_ins import Cms, StandIn, Wechat, Weibo


class Dead(BaseException):
    """Not an Exception: nothing in the house may catch it and go on."""


class Moments:
    """Counts what happens and dies at one of them; never, where `at` is None."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.died = False

    def pass_one(self) -> None:
        if self.left == 0:
            self.left, self.died = -1, True
            raise Dead
        self.left -= 1

    def statement(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            self.pass_one()
        return execute(sql, params, many, context)


@contextmanager
def dying(moments: Moments, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real = httpx.Client.stream

    @contextmanager
    def stream(self: httpx.Client, *what: Any, **more: Any) -> Iterator[httpx.Response]:
        moments.pass_one()
        with real(self, *what, **more) as response:
            response.read()
            moments.pass_one()
            yield response

    with monkeypatch.context() as patched, connection.execute_wrapper(moments.statement):
        patched.setattr(httpx.Client, "stream", stream)
        yield


def _shown(host: StandIn) -> int:
    if isinstance(host, Cms):
        return len(host.shown)
    if isinstance(host, Wechat):
        return len(host.published) + len(host.drafts)
    assert isinstance(host, Weibo)
    return len(host.statuses)


def _emptied(host: StandIn) -> None:
    host.asked.clear()
    if isinstance(host, Cms):
        host.shown.clear()
    elif isinstance(host, Wechat):
        host.drafts.clear()
        host.tasks.clear()
        host.published.clear()
    elif isinstance(host, Weibo):
        host.statuses.clear()
    wechat_client._tokens.clear()


@pytest.mark.parametrize("code", ["website", "wechat", "weibo"])
def test_whenever_it_dies_it_is_published_once(
    cast: Cast, frozen: FrozenClock, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    host: StandIn = request.getfixturevalue({"website": "cms"}.get(code, code))
    row = released(cast, code, host, "登录服务中断，已恢复。")
    deaths = 0
    for turn in range(3):  # WeChat needs a second turn: the first one only submits
        moment = 0
        while _one_life(frozen, monkeypatch, host, row, turn, moment):
            moment += 1
        deaths += moment
    assert deaths > 20, "there was nothing to die of"


def _one_life(
    frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch, host: StandIn, row: Publication, turn: int, moment: int
) -> bool:
    """Live `turn` turns, die in the next at `moment`, go on; whether there was such a moment. All is taken back."""
    frozen.set(MONDAY_TEN)
    _emptied(host)
    with transaction.atomic():
        moments = Moments(moment)
        for _whole in range(turn):
            once()
            frozen.advance(_until_next(frozen))
        with dying(moments, monkeypatch):
            try:
                once()
            except Dead:
                assert moments.died
        if moments.died:
            found = turns(frozen, row)
            assert found.state == Publication.LIVE, (turn, moment, found.error)
            assert _shown(host) == 1, (turn, moment)
            assert kinds(found.case) == ["release.made", "release.live"]
            assert Evidence.objects.filter(case=found.case).count() == 1
            assert LedgerEntry.objects.filter(kind="release.live").count() == 1
        transaction.set_rollback(True)
    return moments.died


def _until_next(frozen: FrozenClock) -> dt.timedelta:
    job = Job.objects.filter(kind="publish_out", done_at__isnull=True).order_by("next_action_at").first()
    return max(job.next_action_at - frozen(), dt.timedelta(0)) if job else dt.timedelta(0)
