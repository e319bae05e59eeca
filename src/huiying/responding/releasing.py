"""Reads of what is released unasked: press releases (C11.5), the calendar of disclosure (C1.4, C11.1), 信息缺口
(C6.14).

What is late is so by server time. Of a gap the events are counted, never people (INV-10).
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _, gettext_lazy

from huiying.handling.models import Case
from huiying.handling.queries import cases_for
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock as time
from huiying.kernel.masking import mask_personal
from huiying.listening.watching import ruleset
from huiying.people.models import User
from huiying.people.queries import regulation_now, zone
from huiying.people.standing import standing
from huiying.people.versions import join_names
from huiying.responding import steps
from huiying.responding.forms_of_answer import is_valid
from huiying.responding.models import (
    Authorisation,
    DisclosureItem,
    InfoGap,
    PressConference,
    PressRelease,
    PressStep,
    PressVersion,
    Publication,
    Revision,
)
from huiying.responding.models.releasing import address_of
from huiying.responding.readiness import open_blanks

PORTAL = "portal"


def chain_of(release: PressRelease) -> str:
    return f"press:{release.number}"


def current_version(release: PressRelease) -> PressVersion | None:
    return release.versions.order_by("-number").first()


def public_of(release: PressRelease) -> Publication | None:
    """What the public reads of it now: on the portal, else wherever it stands."""
    live = Publication.objects.filter(press__release=release, state=Publication.LIVE).order_by("-published_at", "-id")
    return live.filter(channel=PORTAL).first() or live.first()


def reviewed_before(version: PressVersion) -> PressVersion | None:
    """The last text before this one that people reviewed: what they compare with."""
    earlier = PressVersion.objects.filter(release=version.release_id, number__lt=version.number)
    return earlier.filter(steps__isnull=False).order_by("-number").first()


# --- review -----------------------------------------------------------------------------------------------------------


def my_press_steps(user: User) -> list[PressStep]:
    """Press releases that wait for this person's review, the oldest first: two queries for any number of them."""
    rows = PressVersion.objects.filter(release__state=PressRelease.REVIEWING, voided_at__isnull=True)
    mine = []
    for version in rows.select_related("release__department").prefetch_related("steps"):
        for step in version.open_steps():
            step.version = version
            if step.appointment_of(user):
                mine.append(step)
    return mine


def personal_data_in(version: PressVersion) -> list[str]:
    """Kinds of personal data that the machine sees: a hint for 个人信息审查, not a verdict."""
    return sorted(mask_personal("\n".join([version.title, version.facts, *version.renditions.values()])).kinds)


# --- what stands in the way -------------------------------------------------------------------------------------------


def why_not_submit(version: PressVersion | None) -> list[str]:
    """What a text lacks before it is reviewed (C8.2, C3.1), each with what to do."""
    if version is None:
        return [_("还没有文稿，请先起草。")]
    why = []
    if not version.title:
        why.append(_("请写标题。"))
    if not version.facts:
        why.append(_("请写事实部分：各账号一字不差的那一段。"))
    if not version.renditions:
        why.append(_("请至少为一个本单位账号写文稿。"))
    if len(version.basis) < 4:
        why.append(_("请写明依据：法律法规条款，或公告文号（C8.2）。"))
    blanks = open_blanks("\n".join([version.title, version.facts, version.basis, *version.renditions.values()]))
    if blanks:
        why.append(_("模板里还有没填的空：%(names)s。请填上，或删去那一句。") % {"names": join_names(blanks)})
    return why


def why_not_publish(version: PressVersion | None) -> list[str]:
    """INV-4: this exact text was approved, by others than its drafter, with both checks done."""
    if version is None or version.approved_at is None or version.voided_at is not None:
        return [_("现在的文稿还没有审定。")]
    rows = list(version.steps.all())
    decided = [row.decision == "approved" and row.decided_sha256 == version.manifest_sha256 for row in rows]
    checked = {check for row in rows for check in row.checks}
    if not rows or not all(decided) or any(row.decided_user == version.drafter_user for row in rows):
        return [_("现在的文稿还没有审定。")]
    if missing := [steps.check_words(check) for check in steps.CHECKS if check not in checked]:
        return [_("还没有做%(checks)s，不能发布（C8.2）。") % {"checks": join_names(missing)}]
    return []


def speakers_of(release: PressRelease) -> list[Authorisation]:
    """Who may speak about it now (C12.1)."""
    rows = release.authorisations.select_related("speaker__user").order_by("id")
    return [row for row in rows if is_valid(row)]


# --- lists ------------------------------------------------------------------------------------------------------------


def releases(state: str = "") -> QuerySet[PressRelease]:
    rows = PressRelease.objects.select_related("department").order_by("-id")
    return rows.filter(state=state) if state else rows


def planned_late(now: dt.datetime) -> QuerySet[PressRelease]:
    """Planned for a moment that has passed, and not out."""
    rows = PressRelease.objects.filter(planned_at__lt=now, published_at__isnull=True)
    return rows.exclude(state=PressRelease.DROPPED).select_related("department").order_by("planned_at")


# --- what the public reads --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class News:
    """A press release as the public reads it: the newest text, and what stood there before."""

    number: str
    address: str
    title: str
    text: str
    basis: str
    department: str
    published_at: dt.datetime
    changed_at: dt.datetime
    versions: list[Publication]  # newest first, the first text last

    @property
    def corrected(self) -> bool:
        return len(self.versions) > 1


def _live() -> QuerySet[Publication]:
    rows = Publication.objects.filter(channel=PORTAL, state=Publication.LIVE, press__isnull=False)
    return rows.select_related("press__release__department")


def public_news() -> QuerySet[Publication]:
    """The newest live portal text of each press release, the release that was out last first."""
    newer = Publication.objects.filter(
        press__release=OuterRef("press__release"), channel=PORTAL, state=Publication.LIVE
    ).filter(
        Q(published_at__gt=OuterRef("published_at")) | Q(published_at=OuterRef("published_at"), pk__gt=OuterRef("pk"))
    )
    return _live().filter(~Exists(newer)).order_by("-press__release__published_at", "-pk")


def news_item(number: str) -> News | None:
    rows = list(_live().filter(press__release__number=number).order_by("-published_at", "-id")) if number else []
    return _news(rows) if rows else None


def news_rows(publications: Iterable[Publication]) -> list[News]:
    """As items of a list, in the same order, with one query for the earlier texts of all."""
    newest = list(publications)
    wanted = [row.press.release_id for row in newest if row.press is not None]
    texts: dict[int, list[Publication]] = {}
    for row in _live().filter(press__release__in=wanted).order_by("-published_at", "-id"):
        assert row.press is not None
        texts.setdefault(row.press.release_id, []).append(row)
    return [_news(texts[release]) for release in wanted]


def _news(rows: list[Publication]) -> News:
    newest, first = rows[0], rows[-1]
    version = newest.press
    assert version is not None
    assert newest.published_at is not None
    assert first.published_at is not None
    return News(
        number=version.release.number,
        address=address_of(version.release.number),
        title=newest.title,
        text=newest.text,
        basis=version.basis,
        department=version.release.department.name,
        published_at=first.published_at,
        changed_at=newest.published_at,
        versions=rows,
    )


def stage_of(version: PressVersion) -> str:
    return Revision.CORRECTION if version.corrects_id else Revision.FIRST


KINDS = {
    "plan": gettext_lazy("规划计划"),
    "result": gettext_lazy("结果公告"),
    "statistics": gettext_lazy("统计数据"),
    "policy": gettext_lazy("政策文件"),
    "budget": gettext_lazy("预算决算"),
    "other": gettext_lazy("其他"),
}
REPEATS = {"": 0, "monthly": 1, "quarterly": 3, "yearly": 12}


@dataclass(frozen=True)
class Here:
    """The bureau's zone and what day it is there: asked once a page, for the regulation says it."""

    zone: ZoneInfo

    @property
    def today(self) -> dt.date:
        return self.day_of(time.now())

    def day_of(self, at: dt.datetime) -> dt.date:
        return at.astimezone(self.zone).date()

    def starts(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), self.zone)


def here() -> Here:
    return Here(zone())


def next_due(item: DisclosureItem) -> dt.date:
    """The same day a month, a quarter or a year on; where a month is too short its last day, and then the day again."""
    day, last = item.due_on.day, calendar.monthrange(item.due_on.year, item.due_on.month)[1]
    if day == last and item.follows is not None:
        day = max(day, item.follows.due_on.day)
    months = item.due_on.month - 1 + REPEATS[item.repeats]
    year, month = item.due_on.year + months // 12, months % 12 + 1
    return dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def is_late(item: DisclosureItem, at: Here | None = None) -> bool:
    """After its day it is late, done or not; what was dropped is not owed."""
    if item.dropped_at is not None:
        return False
    at = at or here()
    return (at.day_of(item.done_at) if item.done_at is not None else at.today) > item.due_on


def items() -> QuerySet[DisclosureItem]:
    return DisclosureItem.objects.select_related("department", "press")


def late_items(at: Here | None = None) -> QuerySet[DisclosureItem]:
    """Owed, and their day has passed."""
    return items().filter(due_on__lt=(at or here()).today, done_at__isnull=True, dropped_at__isnull=True)


@dataclass(frozen=True)
class Share:
    """Of what was due in a year up to now, how much was public on its day or before."""

    year: int
    due: int
    on_time: int

    @property
    def percent(self) -> int | None:
        return round(100 * self.on_time / self.due) if self.due else None


def due_in(year: int, at: Here | None = None) -> QuerySet[DisclosureItem]:
    """What the share counts: what was due in the year before today, and what is done already."""
    rows = items().filter(due_on__year=year, dropped_at__isnull=True)
    return rows.filter(Q(due_on__lt=(at or here()).today) | Q(done_at__isnull=False))


def share(year: int, at: Here | None = None) -> Share:
    at = at or here()
    rows = list(due_in(year, at))
    return Share(year, len(rows), sum(not is_late(row, at) for row in rows))


@dataclass
class Day:
    """One day of the month with what stands on it."""

    day: dt.date
    items: list[DisclosureItem] = field(default_factory=list)
    releases: list[PressRelease] = field(default_factory=list)
    conferences: list[PressConference] = field(default_factory=list)


def month(first: dt.date, user: User, at: Here | None = None) -> list[Day]:
    """The days of a month on which something stands. A conference of a case is shown to who may see the case."""
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    days: dict[dt.date, Day] = {}
    at = at or here()

    def on(day: dt.date) -> Day:
        return days.setdefault(day, Day(day))

    for item in items().filter(due_on__range=(first, last)):
        on(item.due_on).items.append(item)
    span = (at.starts(first), at.starts(last + dt.timedelta(days=1)))
    planned = releases().filter(planned_at__gte=span[0], planned_at__lt=span[1])
    for release in planned.exclude(state=PressRelease.DROPPED).order_by("planned_at"):
        assert release.planned_at is not None
        on(at.day_of(release.planned_at)).releases.append(release)
    conferences = PressConference.objects.filter(starts_at__gte=span[0], starts_at__lt=span[1])
    seen = Q(case__isnull=True) | Q(case__in=cases_for(user).values("pk"))
    for row in conferences.filter(seen).exclude(state=PressConference.CANCELLED).select_related("case", "press"):
        on(at.day_of(row.starts_at)).conferences.append(row)
    return [days[day] for day in sorted(days)]


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
