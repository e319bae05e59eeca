"""What the public reads beside single answers: pages that gather them, conferences, what comes (C4.4), press releases
(C11.5), and what the feed tells (C11.1).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from huiying.foreseeing.queries import public_consultations
from huiying.kernel import masking
from huiying.kernel.wording import phrases, plain
from huiying.people.queries import zone
from huiying.portal import reading, reading_pages
from huiying.portal.reading import PAGE_SIZE, PublishedAnswer
from huiying.responding import pages
from huiying.responding.models import DisclosureItem, PressConference, Publication, TopicPage, TopicText
from huiying.responding.models.releasing import number_of
from huiying.responding.public import public_answers, public_courses
from huiying.responding.releasing import News, news_item, news_rows, public_news

SHOWN_OF_A_KIND = 30


@dataclass(frozen=True)
class Face:
    """A page as the public reads it. `before`: the texts that stood there earlier, the latest first."""

    page: TopicPage
    text: TopicText
    before: list[TopicText]

    @property
    def url(self) -> str:
        return reverse(f"portal:{self.page.kind}_item", args=[self.page.address])

    @property
    def changed(self) -> bool:
        return bool(self.before)


def faces(kind: str, topic: str = "", count: int | None = None) -> list[Face]:
    """Public pages of a kind, the last changed first."""
    rows = list(pages.public_pages(kind, topic)[:count])
    texts = pages.texts_of(rows)
    return [Face(row, texts[row.pk], []) for row in rows]


def face(kind: str, address: str) -> Face | None:
    """One page, withdrawn ones too: their address says why they are gone."""
    rows = TopicPage.objects.filter(kind=kind, address=address, published_at__isnull=False)
    page = rows.select_related("department").first()
    if page is None:
        return None
    newest, *before = page.texts.filter(decision=TopicText.APPROVED).order_by("-number")
    return Face(page, newest, before)


def gathered(text: TopicText) -> list[reading.PublishedAnswer]:
    """The answers that a page gathers, in its own order; one that was taken back since is left out."""
    courses = public_courses()
    rows = public_answers("", courses).filter(case__number__in=text.answers)
    found = {row.number: row for row in reading.rows(rows, courses)}
    return [found[number] for number in text.answers if number in found]


# --- press conferences ------------------------------------------------------------------------------------------------


def conferences(count: int | None = None) -> list[PressConference]:
    """Held in public, with a transcript that a second person checked; the last one first (C8.7).

    One whose words hold personal data is not shown: the machine cannot tell who agreed to it (§6.2).
    """
    rows = PressConference.objects.filter(
        state=PressConference.HELD,
        publication__state=Publication.LIVE,
        case__event__life_safety=False,
        case__event__sensitive="",
    )
    found = rows.select_related("case", "publication", "speaker").order_by("-held_at", "-id")[:count]
    return [row for row in found if not masking.mask_personal(f"{row.topic}\n{row.transcript}").changed]


def conference(pk: int) -> PressConference | None:
    return next((row for row in conferences() if row.pk == pk), None)


# --- search -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hit:
    """One thing that was found: what kind of page, where, in which words."""

    kind: str | Promise
    url: str
    title: str
    text: str
    at: dt.datetime


def search(query: str) -> list[Hit]:
    """Everything public that holds each word and each quoted phrase; the latest first (C4.4).

    Read from the texts themselves, so what became public a moment ago is found.
    """
    asked = phrases(query)
    if not asked:
        return []
    courses = public_courses()
    answers = reading.rows(public_answers(query, courses)[:SHOWN_OF_A_KIND], courses)
    found = [
        Hit(_("答复"), reverse("portal:answer", args=[row.number]), row.title, row.question, row.changed_at)
        for row in answers
    ]
    return sorted([*found, *_holding(asked, _others())], key=lambda hit: hit.at, reverse=True)


def _holding(asked: Iterable[str], hits: Iterable[tuple[str, Hit]]) -> list[Hit]:
    return [hit for words, hit in hits if all(phrase in plain(words) for phrase in asked)]


def _others() -> Iterable[tuple[str, Hit]]:
    for kind, name in pages.KINDS.items():
        for item in faces(kind):
            text = item.text
            words = f"{text.title}\n{text.asked}\n{text.text}\n{text.proof}"
            yield words, Hit(name, item.url, text.title, text.asked, text.decided_at or text.at)
    for news in news_rows(public_news()):
        url = reverse("portal:news_item", args=[news.address])
        yield (
            f"{news.title}\n{news.text}",
            Hit(pgettext_lazy("public site", "新闻"), url, news.title, news.text, news.changed_at),
        )
    for row in conferences():
        url = reverse("portal:conference", args=[row.pk])
        words = f"{row.topic}\n{row.transcript}"
        yield words, Hit(_("发布会"), url, row.topic, row.transcript, row.held_at or row.at)
    for asking in public_consultations():
        url = reverse("portal:consultation", args=[asking.address])
        words = f"{asking.title}\n{asking.summary}\n{asking.text}\n{asking.result}"
        yield words, Hit(_("意见征集"), url, asking.title, asking.summary, asking.opened_at or asking.made_at)


# --- what comes -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """One entry of the public calendar."""

    key: str
    title: str
    day: dt.date
    url: str


def calendar() -> list[Due]:
    """When consultations end and their results are due, and what is planned to be published （十一）C1.4, C4.2."""
    local = zone()
    found = []
    for row in public_consultations():
        url = reverse("portal:consultation", args=[row.address])
        found.append(
            Due(f"closes-{row.address}", f"意见征集截止：{row.title}", row.closes_at.astimezone(local).date(), url)
        )
        if row.result_due_at is not None:
            day = row.result_due_at.astimezone(local).date()
            found.append(Due(f"result-{row.address}", f"公布征集结果：{row.title}", day, url))
    for item in DisclosureItem.objects.filter(dropped_at__isnull=True, done_at__isnull=True):
        found.append(Due(f"planned-{item.pk}", f"计划公开：{item.title}", item.due_on, ""))
    return sorted(found, key=lambda due: (due.day, due.key))


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
