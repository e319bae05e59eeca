"""What is public about one 业务范畴: the topic by which answers are listed and followed （四）."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from huiying.handling.models import Case
from huiying.people.queries import regulation_now
from huiying.responding import pages
from huiying.responding.history import Course
from huiying.responding.models import Publication
from huiying.responding.press import public_news
from huiying.responding.press_numbers import address_of
from huiying.responding.public import public_answers, public_courses


def topics() -> dict[str, str]:
    """Code → name, in the regulation's order."""
    return {code: item.name for code, item in regulation_now().routing.categories.items()}


def of_topic(rows: QuerySet[Publication], topic: str) -> QuerySet[Publication]:
    return rows.filter(case__category=topic) if topic else rows


def counts(courses: Mapping[int, Course]) -> dict[str, int]:
    """Topic → how many answers stand under it; topics without any are left out."""
    cases = Case.objects.filter(pk__in=courses).exclude(category="").values_list("category", flat=True)
    found: dict[str, int] = {}
    for code in cases:
        found[code] = found.get(code, 0) + 1
    return {code: found[code] for code in topics() if code in found}


@dataclass(frozen=True)
class New:
    """One thing that became public: its path on this site, what it is called, when."""

    path: str
    title: str
    at: dt.datetime


def published_between(topic: str, after: dt.datetime, until: dt.datetime) -> list[New]:
    """Answers, pages and (under no topic) press releases that became public in between, oldest first."""
    answers = of_topic(public_answers("", public_courses()), topic).filter(published_at__gt=after)
    found = [
        New(f"/answers/{row.case.number}/", row.revision.title, row.published_at)
        for row in answers.filter(published_at__lte=until)
        if row.case and row.revision and row.published_at
    ]
    shown = list(pages.public_pages("", topic, after, until))
    texts = pages.texts_of(shown)
    found += [New(f"/{page.kind}/{page.address}/", texts[page.pk].title, _decided(texts[page.pk])) for page in shown]
    if not topic:
        news = public_news().filter(published_at__gt=after, published_at__lte=until)
        found += [
            New(f"/news/{address_of(row.press.release.number)}/", row.title, row.published_at)
            for row in news
            if row.press and row.published_at
        ]
    return sorted(found, key=lambda new: new.at)


def _decided(text: object) -> dt.datetime:
    at = getattr(text, "decided_at", None)
    assert isinstance(at, dt.datetime)
    return at
