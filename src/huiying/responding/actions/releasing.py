"""主动公开事项 (C1.4, C11.1) and 信息缺口 (C6.14): planned for a day, done with an address, or dropped with a reason.

A person makes the task and somebody answers for it; an item may come again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling.actions.base import require_text
from huiying.judging.models import Event
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, record
from huiying.people.actions.registers import web_address
from huiying.people.contacts import takers
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import require
from huiying.people.queries import able, zone
from huiying.people.standing import actor_of, standing
from huiying.people.versions import department_name
from huiying.responding import releasing
from huiying.responding.models import DisclosureItem, InfoGap, PressRelease
from huiying.responding.models.releasing import address_of
from huiying.work import notify

BEFORE = dt.timedelta(days=3)
AT = dt.time(9, 0)  # reminders ring when people have come in


def _moment(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, AT, zone())


def _next_reminder(due_on: dt.date, now: dt.datetime) -> dt.datetime | None:
    """Three days before, on the day, and on the day after, when it is late; then it stands on the page in red."""
    moments = [_moment(due_on - BEFORE), _moment(due_on), _moment(due_on + dt.timedelta(days=1))]
    return next((moment for moment in moments if moment > now), None)


@transaction.atomic
def plan_disclosure(
    *, title: str, kind: str, department: Department, due_on: dt.date, repeats: str, ground: str, actor: User
) -> DisclosureItem:
    """Put on the calendar what has to be public by a day, with the rule that asks for it."""
    _may(actor, department)
    _check(kind, repeats, department)
    if due_on < releasing.here().today:
        raise Refused(_("公开日期不能早于今天。"), code="in_the_past")
    return _make(
        title=require_text(title, 4, _("公开什么"))[:200],
        kind=kind,
        department=department,
        due_on=due_on,
        repeats=repeats,
        ground=ground.strip()[:200],
        who=actor_of(actor),
    )


def _may(actor: User, department: Department) -> None:
    """The office plans for everybody, a department for itself."""
    require(actor, "disclosure.edit", department)


def _check(kind: str, repeats: str, department: Department) -> None:
    if kind not in releasing.KINDS:
        raise Refused(_("没有这样的公开类别。"), code="unknown_kind")
    if repeats not in releasing.REPEATS:
        raise Refused(_("请选择多久公开一次。"), code="unknown_rhythm")
    if not department.is_active:
        raise Refused(
            _("“%(name)s”不在现行职责清单中。") % {"name": department_name(department.name)}, code="not_listed"
        )


def _make(
    *,
    title: str,
    kind: str,
    department: Department,
    due_on: dt.date,
    repeats: str,
    ground: str,
    who: Actor,
    follows: DisclosureItem | None = None,
) -> DisclosureItem:
    now = time.now()
    item = DisclosureItem.objects.create(
        title=title,
        kind=kind,
        department=department,
        due_on=due_on,
        repeats=repeats,
        ground=ground,
        follows=follows,
        made_by=who.name,
        made_at=now,
        next_action_at=_next_reminder(due_on, now),
    )
    _record(item, "disclosure.planned", {"department": department.name, "repeats": repeats}, who)
    return item


def _record(item: DisclosureItem, kind: str, payload: dict[str, object], who: Actor) -> None:
    told = {
        "item": item.pk,
        "title": item.title,
        "due_on": item.due_on.isoformat(),
        "done_on": releasing.here().day_of(item.done_at).isoformat() if item.done_at else "",
    }
    record("system", kind, told | payload, who, rows=[item])


def _open(item: DisclosureItem, actor: User) -> DisclosureItem:
    rows = DisclosureItem.objects.select_for_update(of=("self",)).select_related("department", "follows")
    item = rows.get(pk=item.pk)
    _may(actor, item.department)
    if item.done_at is not None or item.dropped_at is not None:
        raise Refused(_("这一项已经了结。"), code="is_over")
    return item


@transaction.atomic
def edit_disclosure(
    item: DisclosureItem, *, title: str, kind: str, due_on: dt.date, repeats: str, ground: str, actor: User
) -> DisclosureItem:
    """Change the plan while there is time. Once the day has passed its date stays: moving it would hide the delay."""
    item = _open(item, actor)
    _check(kind, repeats, item.department)
    was, day = item.due_on, releasing.here().today
    if due_on != was and was < day:
        raise Refused(_("已经超期的事项不能改日期：请公开后登记，或撤销并说明理由。"), code="already_late")
    if due_on != was and due_on < day:
        raise Refused(_("公开日期不能早于今天。"), code="in_the_past")
    told = {
        "title": require_text(title, 4, _("公开什么"))[:200],
        "kind": kind,
        "due_on": due_on,
        "repeats": repeats,
        "ground": ground.strip()[:200],
    }
    changed = [name for name, value in told.items() if getattr(item, name) != value]
    if not changed:
        return item
    for name in changed:
        setattr(item, name, told[name])
    if "due_on" in changed:
        item.next_action_at = _next_reminder(due_on, time.now())
    item.save(update_fields=[*changed, "next_action_at"])
    _record(item, "disclosure.changed", {"changed": changed, "was": was.isoformat()}, actor_of(actor))
    return item


@transaction.atomic
def finish_disclosure(item: DisclosureItem, url: str, release: PressRelease | None, actor: User) -> DisclosureItem:
    """已公开: with the address, or by a press release that is out. The day is the server's (INV-13)."""
    item = _open(item, actor)
    if release is not None and release.published_at is None:
        raise Refused(_("这份新闻稿还没有公开。"), code="not_public")
    address = f"/news/{address_of(release.number)}/" if release is not None else web_address(url)
    if not address:
        raise Refused(_("请填写公开后的网址，或选一份已经公开的新闻稿。"), code="url")
    item.done_at, item.done_by, item.url, item.press = time.now(), actor.name, address, release
    item.next_action_at = None
    item.save(update_fields=["done_at", "done_by", "url", "press", "next_action_at"])
    _record(item, "disclosure.done", {"url": address, "on_time": not releasing.is_late(item)}, actor_of(actor))
    follow(item)
    return item


@transaction.atomic
def drop_disclosure(item: DisclosureItem, reason: str, whole_series: bool, actor: User) -> DisclosureItem:
    """不再公开, with a reason: this once, or for good where it repeats. The row stays to be read (INV-1)."""
    item = _open(item, actor)
    item.dropped_at, item.dropped_by = time.now(), actor.name
    item.dropped_why, item.next_action_at = require_text(reason, 4, _("理由"))[:300], None
    item.save(update_fields=["dropped_at", "dropped_by", "dropped_why", "next_action_at"])
    _record(item, "disclosure.dropped", {"reason": item.dropped_why, "series": whole_series}, actor_of(actor))
    if not whole_series:
        follow(item)
    return item


def follow(item: DisclosureItem) -> DisclosureItem | None:
    """The next one of what repeats, once: when this one is settled, or when its day has come, whichever is first."""
    if not item.repeats or DisclosureItem.objects.filter(follows=item).exists():
        return None
    return _make(
        title=item.title,
        kind=item.kind,
        department=item.department,
        due_on=releasing.next_due(item),
        repeats=item.repeats,
        ground=item.ground,
        who=Actor.SYSTEM,
        follows=item,
    )


def remind(now: dt.datetime, limit: int) -> int:
    """Tell the department three days before and on the day; the day after also the office. Each once."""
    rows = DisclosureItem.objects.select_for_update(of=("self",), skip_locked=True)
    due = rows.filter(next_action_at__lte=now).select_related("department", "follows").order_by("next_action_at", "id")
    found = list(due[:limit])
    day = releasing.here().day_of(now)
    for item in found:
        people = takers(item.department)
        if day > item.due_on:
            _tell(item, [*people, *able("office")], "late", f"已经超期：{item.title}，应于 {item.due_on:%m-%d} 公开")
        else:
            when = "today" if day == item.due_on else "before"
            _tell(item, people or able("office"), when, f"{item.due_on:%m-%d} 应公开：{item.title}")
        if day >= item.due_on:
            follow(item)
        item.next_action_at = _next_reminder(item.due_on, now)
        item.save(update_fields=["next_action_at"])
    return len(found)


def _tell(item: DisclosureItem, people: list[User], when: str, words: str) -> None:
    notify.send(
        words[:120],
        words,
        [user.username for user in people],
        "warning" if when == "late" else "info",
        key=f"disclosure:{item.pk}:{item.due_on}:{when}",
        url=f"/desk/calendar/{item.pk}/",
        digest=when == "before",
    )


BEFORE_A_GAP = dt.timedelta(hours=24)
MOST_EVENTS = 100


@transaction.atomic
def make_gap(
    *,
    question: str,
    department: Department,
    owner: User,
    due_at: dt.datetime,
    actor: User,
    topic: str = "",
    events: Sequence[str] = (),
) -> InfoGap:
    """补信息任务: what is missing, who publishes it, by when; the numbers of the events that asked, never of people."""
    require(actor, "gap.edit", department)
    now = time.now()
    if due_at <= now:
        raise Refused(_("任务的期限须在现在之后。"), code="due_in_the_past")
    if not department.is_active:
        raise Refused(
            _("“%(name)s”不在现行职责清单中。") % {"name": department_name(department.name)}, code="not_listed"
        )
    if not owner.is_active or department.code not in standing(owner).departments:
        raise Refused(
            _("%(name)s不是%(department)s的人，不能作它的责任人。请改选责任人或责任部门。")
            % {"name": owner.name, "department": department_name(department.name)},
            code="owner_elsewhere",
        )
    numbers = list(dict.fromkeys(events))[:MOST_EVENTS]
    known = set(
        Event.objects.filter(number__in=numbers, life_safety=False, sensitive="").values_list("number", flat=True)
    )
    gap = InfoGap.objects.create(
        question=require_text(question, 4, _("缺什么信息"))[:300],
        topic=topic.strip()[:60],
        asked=len(known),
        cases=[number for number in numbers if number in known],
        department=department,
        owner=owner,
        owner_name=owner.name,
        due_at=due_at,
        next_action_at=_first(now, due_at),
        made_by=actor.name,
        made_at=now,
    )
    _record_gap(
        gap,
        "gap.made",
        {"department": department.name, "owner": owner.name, "due_at": due_at.isoformat(), "asked": gap.asked},
        actor,
    )
    _tell_of_gap(gap, [owner], "made", f"有一项补信息任务由您负责：{gap.question}")
    return gap


def _first(now: dt.datetime, due_at: dt.datetime) -> dt.datetime:
    """A day before the date, or half of the way where less than two days are left."""
    return due_at - min(BEFORE_A_GAP, (due_at - now) / 2)


def _record_gap(gap: InfoGap, kind: str, payload: dict[str, object], actor: User) -> None:
    told = {"gap": gap.pk, "question": gap.question, **payload}
    record("system", kind, told, actor_of(actor), rows=[gap])


def _open_gap(gap: InfoGap, actor: User) -> InfoGap:
    gap = InfoGap.objects.select_for_update(of=("self",)).select_related("department", "owner").get(pk=gap.pk)
    if not releasing.theirs(actor, gap):
        raise Refused(_("须由责任人、责任部门或统筹部门办理。"), code="not_permitted")
    if gap.done_at is not None or gap.dropped_at is not None:
        raise Refused(_("这项任务已经了结。"), code="is_over")
    return gap


@transaction.atomic
def finish_gap(gap: InfoGap, url: str, actor: User) -> InfoGap:
    """已补上: with the address where everybody finds it now."""
    gap = _open_gap(gap, actor)
    address = url.strip() if url.strip().startswith(("/answers/", "/news/")) else web_address(url)
    if not address:
        raise Refused(_("请填写公开后的网址。"), code="url")
    gap.done_at, gap.done_by, gap.url, gap.next_action_at = time.now(), actor.name, address[:500], None
    gap.save(update_fields=["done_at", "done_by", "url", "next_action_at"])
    _record_gap(gap, "gap.done", {"url": gap.url, "on_time": gap.done_at <= gap.due_at}, actor)
    return gap


@transaction.atomic
def drop_gap(gap: InfoGap, reason: str, actor: User) -> InfoGap:
    """不再需要, with a reason; the task stays to be read (INV-1)."""
    gap = _open_gap(gap, actor)
    gap.dropped_at, gap.dropped_by, gap.next_action_at = time.now(), actor.name, None
    gap.dropped_why = require_text(reason, 4, _("理由"))[:300]
    gap.save(update_fields=["dropped_at", "dropped_by", "dropped_why", "next_action_at"])
    _record_gap(gap, "gap.dropped", {"reason": gap.dropped_why}, actor)
    return gap


def remind_of_gap(now: dt.datetime, limit: int) -> int:
    """The owner before the date and when it has come; then the department and the office, once."""
    rows = InfoGap.objects.select_for_update(of=("self",), skip_locked=True).filter(next_action_at__lte=now)
    found = list(rows.select_related("department", "owner").order_by("next_action_at", "id")[:limit])
    for gap in found:
        if now < gap.due_at:
            _tell_of_gap(gap, [gap.owner], "before", f"快到期：{gap.question}")
            gap.next_action_at = gap.due_at
        else:
            people = list(dict.fromkeys([gap.owner, *takers(gap.department), *able("office")]))
            _tell_of_gap(gap, people, "late", f"已经超期：{gap.question}，责任人{gap.owner_name}")
            gap.next_action_at = None
        gap.save(update_fields=["next_action_at"])
    return len(found)


def _tell_of_gap(gap: InfoGap, people: list[User], when: str, words: str) -> None:
    notify.send(
        words[:120],
        words,
        [user.username for user in people],
        "warning" if when == "late" else "info",
        key=f"gap:{gap.pk}:{when}",
        url=f"/desk/gaps/{gap.pk}/",
    )
