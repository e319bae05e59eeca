"""信息缺口 (C6.14): what people keep asking and our site does not say. Events are counted, never people (INV-10)."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from huiying.handling.models import Case
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock as time
from huiying.listening.watching import ruleset
from huiying.people.models import User
from huiying.people.queries import regulation_now
from huiying.people.standing import standing
from huiying.responding.models import InfoGap, Publication, Revision

# What is asked or doubted; a bureau whose file knows neither word has no suggestions.
ASKING = ("咨询", "疑虑")
ENOUGH = 3
WINDOW = dt.timedelta(days=90)
SHOWN = 12


@dataclass(frozen=True)
class RecurringMatter:
    """A matter that came up again and again: the watch rule that its events share, and where it was answered."""

    topic: str  # the rule's name
    department: str  # code of the department that most of them point at
    events: list[Event]  # the latest first
    answers: list[Publication]  # public answers to some of them

    @property
    def numbers(self) -> list[str]:
        return [event.number for event in self.events]


def asked_often(now: dt.datetime | None = None) -> list[RecurringMatter]:
    """The matters of the last ninety days that came at least three times, the most frequent first.

    Danger to life is left out: it is on no list (Life first).
    """
    since = (now or time.now()) - WINDOW
    events = {
        event.pk: event
        for event in Event.objects.filter(opened_at__gte=since, concern__in=ASKING, life_safety=False, sensitive="")
        .exclude(state__in=(Event.MERGED, Event.DISMISSED))
        .defer("grade", "reasons", "reasons_en")
    }
    by_rule: defaultdict[str, set[int]] = defaultdict(set)
    places = EventPost.objects.filter(event__in=list(events), withdrawn_at__isnull=True)
    for event, rules in places.values_list("event", "post__screening__rules"):
        for rule in rules or ():
            by_rule[rule].add(event)
    names = {rule.id: rule.name for rule in ruleset(regulation_now()).rules}
    answers = _answers_of(events)
    found: list[tuple[str, set[int]]] = []
    for rule, members in sorted(by_rule.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        # A narrower rule over the same events says nothing new.
        if len(members) >= ENOUGH and not any(members <= taken for _rule, taken in found):
            found.append((rule, members))
    return [_asked(names.get(rule, rule), [events[pk] for pk in members], answers) for rule, members in found[:SHOWN]]


def _asked(topic: str, events: list[Event], answers: dict[int, Publication]) -> RecurringMatter:
    latest = sorted(events, key=lambda event: (event.opened_at, event.pk), reverse=True)
    leads = Counter(event.lead for event in latest if event.lead)
    department = leads.most_common(1)[0][0] if leads else ""
    return RecurringMatter(topic, department, latest, [answers[event.pk] for event in latest if event.pk in answers])


def _answers_of(events: dict[int, Event]) -> dict[int, Publication]:
    """Event → its public answer on our own site."""
    cases = dict(Case.objects.filter(event__in=list(events)).values_list("pk", "event"))
    rows = Publication.objects.filter(case__in=list(cases), channel="portal", state=Publication.LIVE)
    rows = rows.exclude(stage__in=(Revision.HOLDING, Revision.WITHDRAWAL)).order_by("published_at", "id")
    return {cases[row.case_id]: row for row in rows.select_related("case") if row.case_id is not None}


def suggestions(rows: list[RecurringMatter]) -> list[RecurringMatter]:
    """Those that no public answer and no task of the last ninety days covers."""
    known = InfoGap.objects.filter(Q(done_at__isnull=True) | Q(done_at__gte=time.now() - WINDOW))
    taken = set(known.filter(dropped_at__isnull=True).values_list("topic", flat=True))
    return [row for row in rows if not row.answers and row.topic not in taken]


def answered_already(rows: list[RecurringMatter]) -> list[RecurringMatter]:
    """Asked again although the answer is public: link to it instead of writing it anew."""
    return [row for row in rows if row.answers]


def gaps() -> QuerySet[InfoGap]:
    return InfoGap.objects.select_related("department", "owner")


def open_gaps() -> QuerySet[InfoGap]:
    return gaps().filter(done_at__isnull=True, dropped_at__isnull=True)


def late_gaps(now: dt.datetime) -> QuerySet[InfoGap]:
    return open_gaps().filter(due_at__lt=now)


def theirs(user: User, gap: InfoGap) -> bool:
    """Its owner, whoever handles for its department, the office and who drafts (C6.14)."""
    person = standing(user)
    if user.pk == gap.owner_id or person.can("office") or person.can("publish"):
        return True
    return person.can_in("handle", {gap.department.code})
