"""What the public reads of press releases, and what the feed tells of them and of the answers (C11.1, C11.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.urls import reverse

from huiying.kernel import masking
from huiying.portal import reading_pages
from huiying.portal.reading import PAGE_SIZE, PublishedAnswer
from huiying.responding.models import Publication
from huiying.responding.press import News, news_item, news_rows, public_news
from huiying.responding.press_numbers import number_of


@dataclass(frozen=True)
class Correction:
    """One correction: when, why, and the text before it. `text` is None where personal data was taken out."""

    at: dt.datetime
    note: str
    text: str | None


@dataclass(frozen=True)
class Entry:
    """One entry of the feed: an answer with its state, or a press release."""

    url: str
    state: str
    title: str
    summary: str
    text: str
    department: str
    published_at: dt.datetime
    changed_at: dt.datetime


def latest(count: int) -> list[News]:
    return news_rows(public_news()[:count])


def page_of_news(page: str) -> Page[Publication]:
    """A page that does not exist becomes the nearest."""
    return Paginator(public_news(), PAGE_SIZE).get_page(page)


def rows(publications: Iterable[Publication]) -> list[News]:
    return news_rows(publications)


def item(address: str) -> News | None:
    return news_item(number_of(address))


def corrections(found: News) -> list[Correction]:
    """What was corrected, the latest first; each stays readable for ever, or leaves a tombstone."""
    return [_correction(new, old) for new, old in zip(found.versions, found.versions[1:], strict=False)]


def _correction(new: Publication, old: Publication) -> Correction:
    """Showing an earlier text with personal data would undo the correction that took it out (§6.2)."""
    assert new.press is not None
    keep = not masking.mask_personal(f"{old.title}\n{old.text}").changed
    return Correction(new.published_at or new.released_at, new.press.correction_note, old.text if keep else None)


def feed(answers: Iterable[PublishedAnswer], count: int, topic: str = "") -> list[Entry]:
    """The latest answers, pages and press releases, the last changed first; a press release has no topic."""
    found = [
        Entry(
            reverse("portal:answer", args=[row.number]),
            row.state,
            row.title,
            row.question,
            row.text,
            row.department,
            row.published_at,
            row.changed_at,
        )
        for row in answers
    ]
    found += [
        Entry(
            item.url,
            "",
            item.text.title,
            item.text.asked,
            item.text.text,
            item.page.department.name,
            item.page.published_at or item.text.at,
            item.text.decided_at or item.text.at,
        )
        for item in reading_pages.faces("", topic, count)
    ]
    found += [
        Entry(
            reverse("portal:news_item", args=[row.address]),
            "",
            row.title,
            "",
            row.text,
            row.department,
            row.published_at,
            row.changed_at,
        )
        for row in ([] if topic else latest(count))
    ]
    return sorted(found, key=lambda entry: entry.changed_at, reverse=True)[:count]
