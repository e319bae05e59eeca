"""Shared for the engine's tests: the rule set, the worked examples, and a short way to make a post."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from huiying.engine.post import Post, parse_post
from huiying.engine.rules import RuleSet, load_rules
from huiying.engine.screening import Screener

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def anshan() -> RuleSet:
    return load_rules("anshan")


@pytest.fixture(scope="session")
def screener(anshan: RuleSet) -> Screener:
    return Screener(anshan)


@pytest.fixture(scope="session")
def examples() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / "example_posts.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="session")
def lookalikes() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / "lookalikes.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="session")
def make_post():
    def make(text: str, **given: Any) -> Post:
        return parse_post({"native_id": given.pop("id", "T1"), "text": text, **given})

    return make
