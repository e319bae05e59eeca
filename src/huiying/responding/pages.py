"""Reads of the public pages that gather answers （四）C4.4: what stands, what was asked often, what is public about a
topic.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.handling.models import Case
from huiying.judging.models import ConcernDecision, Event, EventPost
from huiying.kernel import canonical, clock as time
from huiying.people.queries import regulation_now
from huiying.responding import pages, releasing
from huiying.responding.models import Publication, TopicPage, TopicText
from huiying.responding.models.releasing import address_of
from huiying.responding.public import Course, public_answers, public_courses
from huiying.responding.releasing import public_news

KINDS: dict[str, str | Promise] = {
    TopicPage.HOT: _("热点回应"),
    TopicPage.FREQUENT: _("常见问题"),
    TopicPage.CLARIFICATION: _("澄清"),
}


def chain_of(page: TopicPage) -> str:
    return f"page:{page.address}"


def manifest_of(
    kind: str,
    topic: str,
    department: str,
    *,
    title: str,
    asked: str,
    text: str,
    proof: str,
    since: dt.date | None,
    answers: Iterable[str],
    note: str,
) -> str:
    """SHA-256 of all that the public can read of the page: what is approved is exactly this (INV-4)."""
    told = {
        "kind": kind,
        "topic": topic,
        "department": department,
        "title": title,
        "asked": asked,
        "text": text,
        "proof": proof,
        "since": since.isoformat() if since else "",
        "answers": list(answers),
        "note": note,
    }
    return canonical.sha256(canonical.dumps(told))


def newest(page: TopicPage) -> TopicText | None:
    return page.texts.order_by("-number").first()


def standing_text(page: TopicPage) -> TopicText | None:
    """What people read: the last approved text."""
    return page.texts.filter(decision=TopicText.APPROVED).order_by("-number").first()


def public_pages(
    kind: str = "", topic: str = "", after: dt.datetime | None = None, until: dt.datetime | None = None
) -> QuerySet[TopicPage]:
    """Pages that are public, the last changed first; a withdrawn one keeps its address and leaves the lists.

    `after`, `until`: only what changed in between.
    """
    last = TopicText.objects.filter(page=OuterRef("pk"), decision=TopicText.APPROVED).order_by("-number")
    rows = TopicPage.objects.filter(published_at__isnull=False, withdrawn_at__isnull=True)
    rows = rows.annotate(changed_at=Subquery(last.values("decided_at")[:1])).select_related("department")
    if kind:
        rows = rows.filter(kind=kind)
    if topic:
        rows = rows.filter(topic=topic)
    if after is not None:
        rows = rows.filter(changed_at__gt=after)
    if until is not None:
        rows = rows.filter(changed_at__lte=until)
    return rows.order_by("-changed_at", "-id")


def texts_of(pages: Iterable[TopicPage]) -> dict[int, TopicText]:
    """Page → its standing text, one query for all."""
    rows = TopicText.objects.filter(page__in=list(pages), decision=TopicText.APPROVED).order_by("number")
    return {row.page_id: row for row in rows}


def waiting() -> QuerySet[TopicText]:
    """Texts that wait for their second person."""
    rows = TopicText.objects.filter(proposed_at__isnull=False, decision="", page__withdrawn_at__isnull=True)
    return rows.select_related("page__department").order_by("proposed_at")


@dataclass(frozen=True)
class Suggested:
    """A question that came again and again. `subject` is the rule or the event; nothing of what anybody wrote."""

    subject: str
    department: str  # code
    events: list[str]
    times: int
    answers: list[str]  # numbers of public answers to some of them
    clarifies: bool = False  # a claim found false by two persons (C1.2)


def suggestions() -> list[Suggested]:
    """Frequent questions and proven rumours of the last ninety days that no page covers; the most frequent first."""
    covered = set().union(*TopicPage.objects.values_list("events", flat=True))
    subjects = set(TopicPage.objects.exclude(subject="").values_list("subject", flat=True))
    least = regulation_now().dialogue.same_question
    found = [
        Suggested(
            row.topic,
            row.department,
            row.numbers,
            len(row.events),
            [answer.case.number for answer in row.answers if answer.case],
        )
        for row in releasing.asked_often()
        if row.topic not in subjects and len(row.events) >= least and not set(row.numbers) <= covered
    ]
    found += [row for row in _same_event(least) if not set(row.events) & covered]
    found.sort(key=lambda row: (-row.times, row.subject))
    return [row for row in _rumours() if not set(row.events) & covered] + found


def _same_event(least: int) -> list[Suggested]:
    """The same question in several messages stands in one event: messages are counted, never people (INV-10)."""
    since = time.now() - releasing.WINDOW
    places = EventPost.objects.filter(
        post__message__isnull=False,
        withdrawn_at__isnull=True,
        event__opened_at__gte=since,
        event__life_safety=False,
        event__sensitive="",
    ).exclude(event__state__in=(Event.MERGED, Event.DISMISSED))
    rows = places.values("event").annotate(n=Count("pk")).filter(n__gte=least)
    counts = {row["event"]: row["n"] for row in rows}
    events = Event.objects.in_bulk(counts)
    return [Suggested(events[pk].number, events[pk].lead, [events[pk].number], n, []) for pk, n in counts.items()]


def _rumours() -> list[Suggested]:
    """Claims that two persons found false on proof, not clarified in public yet (C1.2)."""
    since = time.now() - releasing.WINDOW
    rows = ConcernDecision.objects.filter(
        proof_needed=True, agreed=True, at__gte=since, event__life_safety=False, event__sensitive=""
    )
    return [
        Suggested(row.claim[:60], row.event.lead, [row.event.number], row.event.posts_count, [], clarifies=True)
        for row in rows.select_related("event")
        if row.event.concern == row.concern
    ]


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
