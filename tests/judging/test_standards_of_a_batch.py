"""What a batch asks once: the same answer for its whole length, a new one for the next (C6.12, INV-12)."""

from __future__ import annotations

from itertools import count

import pytest

from huiying.judging import batch, learning
from huiying.judging.models import LearningRun

pytestmark = pytest.mark.django_db


def test_outside_a_batch_every_question_is_asked():
    numbers = count()
    assert [batch.once("n", lambda: next(numbers)) for _ in range(3)] == [0, 1, 2]


def test_within_a_batch_a_question_is_asked_once_and_the_next_batch_asks_again():
    numbers = count()
    for expected in (0, 1):
        with batch.one_regulation():
            assert [batch.once("n", lambda: next(numbers)) for _ in range(3)] == [expected] * 3


def test_different_questions_have_different_answers():
    with batch.one_regulation():
        assert batch.once(("learning", "lead"), lambda: 1) == 1
        assert batch.once(("learning", "concern"), lambda: 2) == 2


def test_an_answer_of_nothing_is_an_answer():
    asked = []
    with batch.one_regulation():
        for _ in range(2):
            assert batch.once("nothing", lambda: asked.append(1)) is None
    assert asked == [1]


def test_a_question_that_failed_is_asked_again():
    def fails() -> int:
        raise RuntimeError

    with batch.one_regulation():
        with pytest.raises(RuntimeError):
            batch.once("n", fails)
        assert batch.once("n", lambda: 7) == 7


def test_a_batch_that_fails_leaves_nothing_behind():
    def fails() -> None:
        with batch.one_regulation():
            batch.once("n", lambda: 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert batch.once("n", lambda: 2) == 2


def test_the_models_in_force_are_asked_for_once_in_a_batch(django_assert_num_queries):
    with batch.one_regulation(), django_assert_num_queries(1):
        for _ in range(4):
            for target in learning.TARGETS:
                assert learning.in_force(target) is None
    with django_assert_num_queries(2):
        learning.in_force(LearningRun.LEAD)
        learning.in_force(LearningRun.LEAD)
