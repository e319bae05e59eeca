"""信息缺口 (C6.14): a person makes the task, somebody answers for it, and what was published has an address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling.actions.base import require_text
from huiying.judging.models import Event
from huiying.kernel import clock as time
from huiying.ledger.actions import record
from huiying.people.actions.registers import web_address
from huiying.people.contacts import takers
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import require
from huiying.people.queries import able
from huiying.people.standing import actor_of, standing
from huiying.people.words import department_name
from huiying.responding import gaps
from huiying.responding.models import InfoGap
from huiying.work import notify

BEFORE = dt.timedelta(hours=24)
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
    _record(
        gap,
        "gap.made",
        {"department": department.name, "owner": owner.name, "due_at": due_at.isoformat(), "asked": gap.asked},
        actor,
    )
    _tell(gap, [owner], "made", f"有一项补信息任务由您负责：{gap.question}")
    return gap


def _first(now: dt.datetime, due_at: dt.datetime) -> dt.datetime:
    """A day before the date, or half of the way where less than two days are left."""
    return due_at - min(BEFORE, (due_at - now) / 2)


def _record(gap: InfoGap, kind: str, payload: dict[str, object], actor: User) -> None:
    told = {"gap": gap.pk, "question": gap.question, **payload}
    record("system", kind, told, actor_of(actor), rows=[gap])


def _open(gap: InfoGap, actor: User) -> InfoGap:
    gap = InfoGap.objects.select_for_update(of=("self",)).select_related("department", "owner").get(pk=gap.pk)
    if not gaps.theirs(actor, gap):
        raise Refused(_("须由责任人、责任部门或统筹部门办理。"), code="not_permitted")
    if gap.done_at is not None or gap.dropped_at is not None:
        raise Refused(_("这项任务已经了结。"), code="is_over")
    return gap


@transaction.atomic
def finish_gap(gap: InfoGap, url: str, actor: User) -> InfoGap:
    """已补上: with the address where everybody finds it now."""
    gap = _open(gap, actor)
    address = url.strip() if url.strip().startswith(("/answers/", "/news/")) else web_address(url)
    if not address:
        raise Refused(_("请填写公开后的网址。"), code="url")
    gap.done_at, gap.done_by, gap.url, gap.next_action_at = time.now(), actor.name, address[:500], None
    gap.save(update_fields=["done_at", "done_by", "url", "next_action_at"])
    _record(gap, "gap.done", {"url": gap.url, "on_time": gap.done_at <= gap.due_at}, actor)
    return gap


@transaction.atomic
def drop_gap(gap: InfoGap, reason: str, actor: User) -> InfoGap:
    """不再需要, with a reason; the task stays to be read (INV-1)."""
    gap = _open(gap, actor)
    gap.dropped_at, gap.dropped_by, gap.next_action_at = time.now(), actor.name, None
    gap.dropped_why = require_text(reason, 4, _("理由"))[:300]
    gap.save(update_fields=["dropped_at", "dropped_by", "dropped_why", "next_action_at"])
    _record(gap, "gap.dropped", {"reason": gap.dropped_why}, actor)
    return gap


def remind(now: dt.datetime, limit: int) -> int:
    """The owner before the date and when it has come; then the department and the office, once."""
    rows = InfoGap.objects.select_for_update(of=("self",), skip_locked=True).filter(next_action_at__lte=now)
    found = list(rows.select_related("department", "owner").order_by("next_action_at", "id")[:limit])
    for gap in found:
        if now < gap.due_at:
            _tell(gap, [gap.owner], "before", f"快到期：{gap.question}")
            gap.next_action_at = gap.due_at
        else:
            people = list(dict.fromkeys([gap.owner, *takers(gap.department), *able("office")]))
            _tell(gap, people, "late", f"已经超期：{gap.question}，责任人{gap.owner_name}")
            gap.next_action_at = None
        gap.save(update_fields=["next_action_at"])
    return len(found)


def _tell(gap: InfoGap, people: list[User], when: str, words: str) -> None:
    notify.send(
        words[:120],
        words,
        [user.username for user in people],
        "warning" if when == "late" else "info",
        key=f"gap:{gap.pk}:{when}",
        url=f"/desk/gaps/{gap.pk}/",
    )
