"""轮到您: one list a person of all that waits for their act, by the next moment that binds （九）（十）."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _, pgettext

from huiying.handling.models import Task
from huiying.handling.queries import own_tasks
from huiying.judging.models import Event, Warning
from huiying.people.models import User
from huiying.responding import queries as responding, turns
from huiying.responding.models import EffectReview, Publication, SustainedDecision

FAR = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Item:
    """One thing to do: `word` is the verb, `url` the page where it is done; `post` a press that needs no page."""

    word: str
    title: str
    url: str
    number: str = ""
    level: str = ""
    suggested: bool = False
    sensitive: bool = False
    due_at: dt.datetime | None = None
    at: dt.datetime | None = None  # since when, where nothing says until when
    note: str = ""
    post: str = ""
    post_word: str = ""
    warns: bool = False  # somebody is being called until it is pressed


def queue(
    user: User, cases: Iterable[Any], events: Sequence[Event], warnings: dict[int, Warning], lists: dict[str, Any]
) -> list[Item]:
    """What waits for `user`, open warnings first, then by date.

    `cases` at work as `turns.open_cases` gives them, `events` to grade, open `warnings` by event, and the `lists` that
    the home page has read already. A warned event that waits to be graded stands once: its row has the press.
    """
    listed = {event.pk for event in events}
    items = [
        *(_warning(warning) for warning in warnings.values() if warning.event_id not in listed),
        *(_step(step) for step in responding.my_steps(user)),
        *(_press_step(step) for step in lists["press_steps"]),
        *(_turn(turn) for turn in turns.mine(user, cases)),
        *(_event(event, warnings.get(event.pk)) for event in events),
        *(_posting(row) for row in lists["posting"] if row.case_id is None),
        *(_task(task) for task in own_tasks(user)),
        *(_promise(row) for row in lists["promises_due"]),
        *(_effect(row) for row in lists["effects_due"]),
    ]
    return sorted(items, key=lambda item: (not item.warns, item.due_at or FAR))


def _turn(turn: turns.Turn) -> Item:
    case = turn.case
    accepts = turn.kind.name == "accept"
    return Item(
        str(turn.kind.word), case.title, turn.url, case.number, case.level, case.is_provisional,
        bool(case.event.sensitive), turn.due_at,
        post=reverse("desk:case_do", args=[case.number, "accept"]) if accepts else "",
        post_word=_("签收") if accepts else "",
    )  # fmt: skip


def _step(step: Any) -> Item:
    revision = step.round.revision
    return Item(
        pgettext("turn", "审核"), revision.title,
        reverse("desk:review", args=[step.pk]), step.round.case.number, step.round.level,
        due_at=step.due_at, at=step.round.opened_at, note=_("%(name)s起草") % {"name": revision.drafter},
    )  # fmt: skip


def _press_step(step: Any) -> Item:
    version = step.version
    note = _("%(name)s起草") % {"name": version.drafter}
    url = reverse("desk:press_step", args=[step.pk])
    return Item(_("审核新闻稿"), version.title, url, version.release.number, note=note)


def _warning(warning: Warning) -> Item:
    event = warning.event
    return Item(
        _("知悉预警"), event.title, reverse("desk:event", args=[event.number]), event.number, warning.level,
        at=warning.at, post=reverse("desk:acknowledge_warning", args=[warning.pk]), post_word=_("知悉"), warns=True,
    )  # fmt: skip


def _event(event: Event, warning: Warning | None) -> Item:
    return Item(
        pgettext("turn", "定级"), event.title,
        reverse("desk:event", args=[event.number]), event.number, event.suggested_level,
        suggested=True, due_at=event.confirm_by, at=event.last_post_at,
        note=_("来文 %(posts)s 条，%(platforms)s 个平台")
        % {"posts": event.posts_count, "platforms": event.platforms_count},
        post=reverse("desk:acknowledge_warning", args=[warning.pk]) if warning else "",
        post_word=_("知悉预警") if warning else "",
        warns=warning is not None,
    )  # fmt: skip


def _posting(row: Publication) -> Item:
    by_hand = row.state == Publication.TO_DO
    note = "" if by_hand else _("%(name)s已发布") % {"name": row.posted_by}
    word = _("人工发布") if by_hand else _("核对已发布的内容")
    return Item(word, row.title, reverse("desk:publication", args=[row.pk]), at=row.released_at, note=note)


def _task(task: Task) -> Item:
    return Item(
        _("办任务"), task.title, reverse("desk:task", args=[task.pk]), task.case.number if task.case else "",
        due_at=task.due_at,
    )  # fmt: skip


def _promise(row: SustainedDecision) -> Item:
    note = _("答复之后来文又多了") if row.prompted_at else _("答应的续报还没有发")
    url = reverse("desk:case_answer", args=[row.case.number])
    return Item(_("重新决定是否持续回应") if row.prompted_at else _("发续报"), row.case.title, url, row.case.number,
                row.case.level, due_at=None if row.prompted_at else row.next_due_at, note=note)  # fmt: skip


def _effect(row: EffectReview) -> Item:
    note = _("回应后 %(hours)s 小时") % {"hours": row.hours}
    url = reverse("desk:case_effect", args=[row.case.number])
    return Item(_("认定效果"), row.case.title, url, row.case.number, row.case.level, due_at=row.due_at, note=note)
