"""The pages of releasing have no Chinese of ours for an English reader; what the bureau wrote is marked as Chinese."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

import releasing_told as told
from cast import Cast
from desk.test_desk_releasing import everything
from huiying.desk.subjects import releasing as sentences
from whole.test_english_is_complete import CHINESE, english, read


@pytest.fixture(autouse=True)
def back_to_chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


@pytest.mark.django_db
def test_every_page_of_releasing_is_english(cast: Cast) -> None:
    for address in everything(cast):
        read(english(cast.office), address)


@pytest.mark.django_db
def test_the_public_news_is_english(cast: Cast) -> None:
    told.corrected(cast)
    for address in ("/news/", "/news/2026-1/", "/"):
        read(english(), address)


def test_every_sentence_of_the_ledger_is_english() -> None:
    with translation.override("en"):
        for said in (*sentences.SENTENCES.values(), *sentences.WORDS.values()):
            assert not CHINESE.search(str(said)), said
