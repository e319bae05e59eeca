"""What is loaded is not looked through again; what comes later is collected as ever."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from huiying.kernel.processes import settle


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.unfreeze()
    settle()  # as the suite begins (tests/conftest.py), without what this test made


class Ring:
    def __init__(self) -> None:
        self.itself = self


def test_what_is_loaded_leaves_the_collectors_sight() -> None:
    kept = [Ring() for _ in range(100)]
    settle()
    assert gc.get_freeze_count() > len(kept)
    assert not any(one is kept[0] for one in gc.get_objects())


def test_rubbish_from_before_is_not_kept_for_ever() -> None:
    gone = weakref.ref(Ring())
    settle()
    assert gone() is None


def test_rubbish_that_comes_later_is_collected() -> None:
    settle()
    gone = weakref.ref(Ring())
    gc.collect()
    assert gone() is None
