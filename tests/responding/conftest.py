"""Stand-ins of other hosts, reachable from this test alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from huiying.responding.channels import speaking, wechat as wechat_client
from stand_ins import Cms, Wechat, Weibo


@pytest.fixture
def _near(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is open, nobody is waited for long, and no token is left over from another test."""
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    monkeypatch.setattr(speaking, "SECONDS", 1.5)
    wechat_client._tokens.clear()


@pytest.fixture
def cms(_near: None) -> Iterator[Cms]:
    host = Cms()
    with host.running():
        yield host


@pytest.fixture
def wechat(_near: None) -> Iterator[Wechat]:
    host = Wechat()
    with host.running():
        yield host


@pytest.fixture
def weibo(_near: None) -> Iterator[Weibo]:
    host = Weibo()
    with host.running():
        yield host
