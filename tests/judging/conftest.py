"""The bureau with its people, time standing still, an engine that belongs to this test alone."""

from collections.abc import Iterator

import pytest

from cast import Cast, bureau
from huiying.judging import engines
from huiying.kernel import clock


@pytest.fixture
def staff(db: None, frozen: clock.FrozenClock) -> Iterator[Cast]:
    engines.use_in_process()
    yield bureau()
    engines.use_in_process()
