"""What the public reads: released answers, their versions, corrections, open figures (C1.1, C4.4, C11.1), and the same
as a signed JSON Feed 1.1 that another site can fetch and check (C8.9).

Made from what staff wrote and reviewed. The text of a citizen's message is never read, so it cannot leak.
"""

from __future__ import annotations

import base64
import datetime as dt
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.paginator import Page, Paginator
from django.urls import reverse

from huiying.handling.models import Case
from huiying.kernel import canonical, keyfiles
from huiying.kernel.keepable import day_of
from huiying.listening.models import Message
from huiying.people.queries import bureau, regulation_now, zone
from huiying.portal import reading
from huiying.responding.models import Publication, Revision
from huiying.responding.pages import counts, of_topic, topics
from huiying.responding.public import (
    CHECKING,
    WITHDRAWN,
    Answer,
    Course,
    corrections_log,
    due_of,
    every_course,
    public_answer,
    public_answers,
    public_courses,
)

PAGE_SIZE = 15
QUERY_LENGTH = 60


@dataclass(frozen=True)
class PublishedAnswer:
    """An answer in a list or a feed, in the words that stand now. `changed_at` is later than `published_at` where a
    later text took the place of the first. While it is being checked, there is a `due_at` and no `took`.
    """

    number: str
    state: str
    title: str
    question: str
    text: str
    department: str
    published_at: dt.datetime
    changed_at: dt.datetime
    took: dt.timedelta | None
    due_at: dt.datetime | None
    corrected: bool


@dataclass(frozen=True)
class Change:
    """One line of the log of corrections. `number` is empty for a press release."""

    at: dt.datetime
    number: str
    title: str
    note: str
    department: str
    withdrawn: bool


@dataclass(frozen=True)
class Figures:
    """Messages received here, answers given, median time from first knowledge to the answer."""

    asked: int
    answered: int
    median: dt.timedelta | None


def latest(count: int, topic: str = "") -> list[PublishedAnswer]:
    """The newest answers, of one topic where it is given."""
    courses = public_courses()
    return rows(of_topic(public_answers("", courses), topic)[:count], courses)


@dataclass(frozen=True)
class Query:
    """What a reader narrows the answers by: words, a topic, local days (both included)."""

    query: str = ""
    topic: str = ""
    first: dt.date | None = None
    last: dt.date | None = None

    @property
    def is_narrow(self) -> bool:
        return bool(self.query or self.topic or self.first or self.last)


def asked_of(given: Mapping[str, str]) -> Query:
    """What the address asks for; what makes no sense there is left out, never an error."""
    query = given.get("q", "").replace("\x00", "").strip()[:QUERY_LENGTH]
    topic = given.get("topic", "")
    return Query(query, topic if topic in topics() else "", day_of(given.get("from", "")), day_of(given.get("to", "")))


def page_of_answers(asked: Query, page: str) -> tuple[Page[Publication], list[PublishedAnswer]]:
    """Answers that fit everything asked for; a page that does not exist becomes the nearest."""
    courses = public_courses()
    rows_of = of_topic(public_answers(asked.query, courses), asked.topic)
    if asked.first is not None:
        rows_of = rows_of.filter(published_at__gte=dt.datetime.combine(asked.first, dt.time(), zone()))
    if asked.last is not None:
        after = asked.last + dt.timedelta(days=1)
        rows_of = rows_of.filter(published_at__lt=dt.datetime.combine(after, dt.time(), zone()))
    found = Paginator(rows_of, PAGE_SIZE).get_page(page)
    return found, rows(found.object_list, courses)


def topic_counts() -> list[tuple[str, int]]:
    """Topics that have answers, with how many."""
    return list(counts(public_courses()).items())


def rows(publications: Iterable[Publication], courses: Mapping[int, Course]) -> list[PublishedAnswer]:
    """The answers whose standing texts are `publications`, in the same order."""
    shown = list(publications)
    checking = [row.case_id for row in shown if row.case_id and courses[row.case_id].state == CHECKING]
    due = due_of(checking) if checking else {}
    return [_row(row, courses[row.case_id or 0], due.get(row.case_id or 0)) for row in shown]


def _row(publication: Publication, course: Course, due_at: dt.datetime | None) -> PublishedAnswer:
    revision, case = publication.revision, publication.case
    assert revision is not None
    assert case is not None
    changed_at = publication.published_at or publication.released_at
    first = course.answers[0].at if course.answers else None
    return PublishedAnswer(
        number=case.number,
        state=course.state,
        title=revision.title,
        question=revision.question,
        text=publication.text,
        department=revision.department,
        published_at=first or changed_at,
        changed_at=changed_at,
        took=first - case.first_known_at if first else None,
        due_at=due_at,
        corrected=any(line.corrects for line in course.lines),
    )


def answer(number: str) -> Answer | None:
    """The public word about a case number, or None."""
    return public_answer(number)


def page_of_changes(page: str) -> tuple[Page[Publication], list[Change]]:
    """更正记录: what was corrected or taken back, the latest first (C11.1)."""
    found = Paginator(corrections_log(), PAGE_SIZE).get_page(page)
    return found, [_change(row) for row in found.object_list]


def _change(row: Publication) -> Change:
    text = row.revision or row.press
    assert text is not None
    return Change(
        at=row.published_at or row.released_at,
        number=row.case.number if row.case else "",
        title=row.title,
        note=text.correction_note,
        department=row.revision.department if row.revision else "",
        withdrawn=row.stage == Revision.WITHDRAWAL,
    )


def figures() -> Figures:
    """Counted from the released answers, so that anybody with the records gets the same (INV-9). What is being checked
    or was taken back is no answer given.
    """
    courses = {case: course for case, course in every_course().items() if course.state not in (CHECKING, WITHDRAWN)}
    known = dict(Case.objects.filter(pk__in=courses).values_list("pk", "first_known_at"))
    took = [(course.answers[0].at - known[case]).total_seconds() for case, course in courses.items() if course.answers]
    median = dt.timedelta(seconds=statistics.median(took)) if took else None
    return Figures(Message.objects.count(), len(courses), median)


VERSION = "https://jsonfeed.org/version/1.1"
KEY_NAME = "release"


def feed(root: str, count: int) -> bytes:
    """The newest answers in canonical JSON: what is signed is these bytes. `root` is the site's address."""
    house = bureau()
    name = house.name if house is not None and house.name else regulation_now().meta.issuer
    courses = public_courses()
    found = list(public_answers("", courses)[:count])
    items = [_item(root, row, shown) for row, shown in zip(found, reading.rows(found, courses), strict=True)]
    document = {
        "version": VERSION,
        "title": f"回应 · {name}",
        "home_page_url": f"{root}{reverse('portal:home')}",
        "feed_url": f"{root}{reverse('portal:feed_json')}",
        "language": "zh-Hans",
        "authors": [{"name": name}],
        "items": items,
        "_huiying": {
            "schema": "huiying.feed/1",
            "signature_url": f"{root}{reverse('portal:feed_signature')}",
            "key_url": f"{root}{reverse('portal:release_key')}",
        },
    }
    return canonical.dumps(document).encode() + b"\n"


def _item(root: str, row: Publication, shown: reading.PublishedAnswer) -> dict[str, Any]:
    url = f"{root}{reverse('portal:answer', args=[shown.number])}"
    revision = row.revision
    assert revision is not None
    return {
        "id": url,
        "url": url,
        "title": shown.title,
        "summary": shown.question,
        "content_text": shown.text,
        "date_published": shown.published_at,
        "date_modified": shown.changed_at,
        "authors": [{"name": shown.department}],
        "_huiying": {
            "number": shown.number,
            "stage": row.stage,
            "basis": revision.basis,
            "correction_note": revision.correction_note,
            "manifest_sha256": row.manifest_sha256,
        },
    }


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keyfiles.load(KEY_NAME))


def signature(content: bytes) -> str:
    """Ed25519 over the bytes, in base64."""
    return base64.b64encode(_key().sign(content)).decode()


def public_key() -> str:
    """For whoever checks: the raw key in base64, and the same as PEM."""
    key = _key().public_key()
    raw = base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return f"ed25519 {raw}\n\n{pem}"
