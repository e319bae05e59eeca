"""The hand-over sheet composes itself from the record (§7.2): nothing of it is typed but the remarks (C5.1).

Each section is a title and its lines, in the bureau's language, since the sheet becomes a record. What is about a
danger to life stands in a section of its own, without a word of what it says, and only those who act on a danger are
shown that section (`shown_to`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from huiying.handling.models import Case, CaseDepartment, FactSheet, Liaison
from huiying.handling.process import LIVE
from huiying.handling.queries import with_next_due
from huiying.judging import queries as judging
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.listening import coverage, patrol
from huiying.people.contacts import cards
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import regulation_now, regulation_of
from huiying.people.versions import zone

MOST = 40
DANGER = "涉及生命安全，当面交接"
Lines = list[str]
Section = Callable[[dt.datetime, dt.datetime], tuple[str, Lines]]


@dataclass(frozen=True)
class Sheet:
    """`sections`: (title, lines); an empty one says so, it is not left out."""

    since: dt.datetime
    at: dt.datetime
    sections: tuple[tuple[str, tuple[str, ...]], ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "since": self.since.isoformat(),
            "at": self.at.isoformat(),
            "sections": [{"title": title, "lines": list(lines)} for title, lines in self.sections],
        }


def shown_to(user: User, sheet: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sections of a stored sheet that this reader may see (Life first)."""
    sections: list[dict[str, Any]] = sheet.get("sections", [])
    return sections if may(user, "urgent.view") else [one for one in sections if one["title"] != DANGER]


def compose(since: dt.datetime, now: dt.datetime | None = None) -> Sheet:
    """The sheet as it stands at `now`, about the shift since `since`."""
    at = now or clock.now()
    parts: list[Section] = [_open_cases, _to_confirm, _sources, _attention, _facts, _dangers]
    found = [part(since, at) for part in parts]
    return Sheet(since, at, tuple((title, tuple(_short(lines))) for title, lines in found))


def _short(lines: Lines) -> Lines:
    return lines if len(lines) <= MOST else [*lines[:MOST], f"……还有 {len(lines) - MOST} 条，见各页"]


def _local(at: dt.datetime) -> str:
    return f"{at.astimezone(zone()):%m-%d %H:%M}"


# A reporter of wrongdoing is not the desk's to know of (§6.2); of a minor or a victim it reads the number only.
OF_THE_DESK = ("", Event.MINOR, Event.VICTIM)


def _live(**which: Any) -> list[Case]:
    """Live cases, the next deadline first, those without one last."""
    rows = with_next_due(Case.objects.filter(state__in=LIVE, **which).select_related("event", "regulation"))
    return list(rows.order_by(F("next_due").asc(nulls_last=True), "opened_at"))


def _open_cases(_since: dt.datetime, now: dt.datetime) -> tuple[str, Lines]:
    """未结清单: number, level, time left, state, who has it and whom to call."""
    return "未结清单", _lines_of(_live(event__life_safety=False, event__sensitive__in=OF_THE_DESK), now)


def _dangers(_since: dt.datetime, now: dt.datetime) -> tuple[str, Lines]:
    """What is about a danger to life: that it is there and whom to call; what it says is told face to face."""
    lines = _lines_of(_live(event__life_safety=True, event__sensitive__in=OF_THE_DESK), now)
    lines += [f"定级：{event.number}{_until(event)}" for event in _events_to_do(danger=True)]
    calls = judging.urgent_calls().count()
    return DANGER, lines + ([f"叫人：{calls} 件还没有人应"] if calls else [])


def _lines_of(cases: list[Case], now: dt.datetime) -> Lines:
    leads = {
        row.case_id: row.department
        for row in CaseDepartment.objects.filter(
            case__in=cases, role=CaseDepartment.LEAD, until__isnull=True
        ).select_related("department")
    }
    contacts = {card.department.pk: card for card in cards(list({row.pk: row for row in leads.values()}.values()))}
    lines = []
    for case in cases:
        regulation, lead = regulation_of(case.regulation), leads.get(case.pk)
        title = [] if case.event.reserved else [case.title]
        parts = [case.number, regulation.name_of("level", case.level), *title, regulation.name_of("state", case.state)]
        due = case.next_due  # type: ignore[attr-defined]  # annotated by with_next_due
        if due is not None:
            hours = (due - now).total_seconds() / 3600
            parts.append(f"{_local(due)} 止，{'剩' if hours >= 0 else '已超'} {abs(hours):.1f} 小时")
        if lead is not None:
            called = [one.user for one in contacts[lead.pk].liaisons] if lead.pk in contacts else []
            who = f"（{called[0].name} {called[0].phone}）".replace(" ）", "）") if called else ""
            parts.append(f"主办{lead.name}{who}")
        lines.append("｜".join(parts))
    return lines


def _events_to_do(*, danger: bool) -> list[Event]:
    rows = judging.events_to_do().filter(life_safety=danger, sensitive="")
    return list(rows.only("number", "title", "life_safety", "confirm_by")[: MOST + 1])


def _until(event: Event) -> str:
    return f"，请在 {_local(event.confirm_by)} 前" if event.confirm_by else ""


def _to_confirm(_since: dt.datetime, now: dt.datetime) -> tuple[str, Lines]:
    """待确认: grading, liaison."""
    lines = [f"定级：{event.number} {event.title[:40]}{_until(event)}" for event in _events_to_do(danger=False)]
    letters = Liaison.objects.filter(case__event__life_safety=False, case__event__sensitive="")
    waiting = letters.filter(sent_at__isnull=False, answered_at__isnull=True, not_received_at__isnull=True)
    for row in waiting.select_related("case").order_by("submit_before"):
        until = f"，{_local(row.submit_before)} 前答复" if row.submit_before else ""
        lines.append(f"核实衔接：{row.case.number} 等{row.body}答复{until}")
    return "待确认", lines


def _sources(since: dt.datetime, now: dt.datetime) -> tuple[str, Lines]:
    """监测源状态: what was not looked at, what could not be, which class nobody watches."""
    lines = [f"漏巡：{card.point.name}（{_local(card.opens_at)} 起的时段）" for card in patrol.missed(since, now)]
    for row in coverage.matrix(1).rows:
        if row.required and row.uncovered:
            lines.append(f"渠道类“{row.name}”没有监测来源" + (f"：{row.note.reason}" if row.note else ""))
        for source in row.sources:
            bad = [look for look in source.looks if look.state == coverage.UNREACHABLE]
            if bad:
                lines.append(f"打不开：{source.name}")
    return "监测源状态", lines


def _attention(_since: dt.datetime, _now: dt.datetime) -> tuple[str, Lines]:
    """特别关注: the emergency watch."""
    watch = patrol.emergency()
    if watch is None:
        return "特别关注", []
    words = f"，扩大词：{'、'.join(watch.words)}" if watch.words else ""
    return "特别关注", [f"突发事件监测进行中：{watch.what}，每 {watch.every_minutes} 分钟一遍{words}"]


def _facts(since: dt.datetime, now: dt.datetime) -> tuple[str, Lines]:
    """口径库变化 since the last hand-over."""
    rows = FactSheet.objects.filter(
        at__gt=since, at__lte=now, case__event__life_safety=False, case__event__sensitive=""
    )
    return "口径变化", [
        f"{row.case.number} 第 {row.version} 版：{row.text[:60]}"
        for row in rows.select_related("case").order_by("at", "id")
    ]


def night_words(now: dt.datetime, since: dt.datetime) -> str:
    """The summary at 22:00 and 06:30 (§7.1): what may need somebody tonight, or what the night brought."""
    regulation = regulation_now()
    live = _live(event__sensitive__in=OF_THE_DESK)
    due = [(row, row.next_due) for row in live if row.next_due]  # type: ignore[attr-defined]  # annotated
    soon = [(row, at) for row, at in due if now < at <= now + dt.timedelta(hours=12)]
    late = sum(at <= now for _row, at in due)
    new = Event.objects.filter(opened_at__gt=since, opened_at__lte=now, life_safety=False, sensitive="").exclude(
        state=Event.MERGED
    )
    parts = [
        f"在办 {len(live)} 件" + (f"，已超时 {late} 件" if late else ""),
        f"新事件 {new.count()} 件，待定级 {judging.events_to_do().count()} 件",
    ]
    words = [f"{row.number}（{regulation.name_of('level', row.level)}，{_local(at)} 止）" for row, at in soon[:5]]
    if words:
        parts.append("12 小时内到期：" + "、".join(words))
    missed = patrol.missed(since, now).count()
    if missed:
        parts.append(f"漏巡 {missed} 处")
    watch = patrol.emergency()
    if watch is not None:
        parts.append(f"突发事件监测进行中：{watch.what}")
    calls = judging.urgent_calls().count()
    if calls:
        parts.append(f"生命安全叫人 {calls} 件没有人应")
    return "；".join(parts) + "。"
