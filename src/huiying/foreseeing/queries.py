"""Reads of consultations （四）C4.2."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from huiying.foreseeing.models import Consultation, Opinion, OpinionGroup, Tally
from huiying.kernel import canonical, clock as time

RUNNING = (Consultation.OPEN, Consultation.RESULT)


def chain_of(row: Consultation) -> str:
    return f"consultation:{row.address}"


def is_open(row: Consultation, now: dt.datetime | None = None) -> bool:
    """Whether opinions are taken now."""
    return row.state == Consultation.OPEN and row.closes_at > (now or time.now())


def public_consultations(topic: str = "") -> QuerySet[Consultation]:
    """Those that were opened, the ones that run first."""
    rows = Consultation.objects.filter(opened_at__isnull=False).select_related("department")
    if topic:
        rows = rows.filter(topic=topic)
    return rows.order_by("-closes_at", "-id")


def public_consultation(address: str) -> Consultation | None:
    return public_consultations().filter(address=address).first()


def ended_without_result(now: dt.datetime) -> QuerySet[Consultation]:
    """Past their end, and nobody was told what came of it: C4.2's “must be impossible” in the making."""
    return Consultation.objects.filter(state__in=RUNNING, closes_at__lte=now).order_by("result_due_at")


def overdue(now: dt.datetime) -> QuerySet[Consultation]:
    return ended_without_result(now).filter(result_due_at__lt=now)


@dataclass(frozen=True)
class Counted:
    """One option of a question, with its count and its share of those who answered the question."""

    text: str
    count: int
    share: float | None


def survey(row: Consultation) -> list[tuple[str, list[Counted]]]:
    """The questions with their counts."""
    counts = {(t.question, t.option): t.count for t in Tally.objects.filter(consultation=row)}
    found = []
    for number, question in enumerate(row.questions):
        texts = question["options"]
        each = [counts.get((number, option), 0) for option in range(len(texts))]
        whole = sum(each)
        options = [Counted(text, n, n / whole if whole else None) for text, n in zip(texts, each, strict=True)]
        found.append((question["text"], options))
    return found


def groups(row: Consultation) -> QuerySet[OpinionGroup]:
    return row.groups.annotate(n=Count("opinions")).order_by("-n", "id")


def unsorted(row: Consultation) -> QuerySet[Opinion]:
    return row.opinions.filter(group__isnull=True)


def result_sha256(row: Consultation, words: str) -> str:
    """SHA-256 of all that the public reads of the result: the second person approves exactly this (INV-4)."""
    told = {
        "consultation": row.address,
        "words": words,
        "groups": [[g.pk, g.summary, g.decision, g.reason, g.n] for g in groups(row)],  # type: ignore[attr-defined]
    }
    return canonical.sha256(canonical.dumps(told))


def staff_list(every: bool) -> QuerySet[Consultation]:
    rows = Consultation.objects.select_related("department").annotate(
        n=Count("opinions"), left=Count("opinions", filter=Q(opinions__group__isnull=True))
    )
    if not every:
        rows = rows.exclude(state__in=(Consultation.DONE, Consultation.DROPPED))
    return rows.order_by("-id")
