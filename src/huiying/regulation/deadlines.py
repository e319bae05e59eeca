"""When an act is due, and the sentence that proves it (C8.5, C8.6; DOMAIN §2.1); and the quiet hours (C5.12).

Three things are kept apart: the act (respond, first authoritative release, press conference), the level of
the opinion, and the level of the emergency (突发事件), on which superior norms key. The effective deadline
is the earliest of all layers. Quiet hours hold for internal nudges; a legal deadline knows none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from huiying.regulation.basis import Basis
from huiying.regulation.calendar import Duration
from huiying.regulation.errors import UsageError
from huiying.regulation.regulation import Regulation
from huiying.regulation.schema import Overlay

RESPOND = "respond"

Layer = Literal["regulation", "overlay", "internal"]

_COUNTED = {
    "natural": ("自然小时，夜间和节假日照算", "natural hours; nights and holidays count"),
    "days": (
        "首次获知当日不计，放假日不计、调休上班日计入，到末日下班为止",
        "working days; the first day and days off do not count, make-up days do; to the end of work",
    ),
    "hours": (
        "只计上班时间，放假日不计、调休上班日计入",
        "working hours; days off do not count, make-up days do",
    ),
}


@dataclass(frozen=True)
class Deadline:
    """One act of one layer. ``due_at`` carries the regulation's zone; ``basis`` is the line of the file,
    ``source`` the norm by name.

    ``explanation`` and ``explanation_en`` show how the date was computed: they are frozen with the case
    when the clock starts.
    """

    act: str
    due_at: datetime
    basis: str
    source: str
    explanation: str
    explanation_en: str
    layer: Layer
    within: Duration


def deadlines(
    regulation: Regulation, level: str, first_known_at: datetime, emergency: str | None = None
) -> list[Deadline]:
    """Every public act that is due, each by its layer; the regulation's own first.

    A layer applies only from its ``effective_from`` on, by the local date of ``first_known_at`` (C14.1):
    80号 of 2016-11-10 does not reach back to September 2016. UsageError for an unknown level or emergency;
    ValueError for a time without zone.
    """
    named = regulation.level(level)
    _check_emergency(regulation, emergency)
    start = _local(regulation, first_known_at)
    found: list[Deadline] = []
    if regulation.in_force_on(start.date()):
        rule = regulation.clocks.respond_within[named.code]
        basis = regulation.basis_of(f"{rule.path}.within")
        labels = (named.name, regulation.name_of("level", named.code, "en"))
        ground = _Ground(basis, _source(regulation, basis), labels, "regulation")
        found.append(_deadline(regulation, RESPOND, start, rule.within, ground))
    for overlay in regulation.overlays:
        if emergency in overlay.applies.emergency_event and overlay.effective_from <= start.date():
            found.extend(_of_overlay(regulation, overlay, start, str(emergency)))
    return found


def _of_overlay(regulation: Regulation, overlay: Overlay, start: datetime, emergency: str) -> Iterator[Deadline]:
    labels = (f"{emergency}突发事件", f"{regulation.emergency_levels[emergency].lower()} emergency")
    for act, within in overlay.acts.items():
        basis = regulation.basis_of(f"{overlay.path}.{act}_within")
        source = overlay.name or _norm(basis.words) or overlay.id
        yield _deadline(regulation, act, start, within, _Ground(basis, source, labels, "overlay"))


def effective(found: Iterable[Deadline]) -> dict[str, Deadline]:
    """The earliest deadline of each act; of equal ones the first, which is the regulation's own."""
    earliest: dict[str, Deadline] = {}
    for deadline in found:
        if deadline.act not in earliest or deadline.due_at < earliest[deadline.act].due_at:
            earliest[deadline.act] = deadline
    return earliest


def internal_deadlines(regulation: Regulation, level: str, moments: Mapping[str, datetime]) -> list[Deadline]:
    """The nudges inside the bureau whose starting moment has come.

    ``moments`` maps ``first_known_at``, ``level_confirmed_at``, ``transferred_at``, ``submitted_at``,
    ``node_at`` to times, as far as known. They bind nobody outside and stop no legal clock.
    """
    named = regulation.level(level)
    labels = (named.name, regulation.name_of("level", named.code, "en"))
    found = []
    for act, clock in regulation.clocks.internal.items():
        within, begun = clock.limit(named.code), moments.get(clock.start)
        if within is None or begun is None:
            continue
        basis = regulation.basis_of(
            f"{clock.path}.within" if within is clock.within else f"{clock.path}.by_level.{named.name}"
        )
        start = _local(regulation, begun)
        ground = _Ground(basis, _source(regulation, basis), labels, "internal", clock.start)
        found.append(_deadline(regulation, act, start, within, ground))
    return found


def nudge(
    regulation: Regulation, act: str, level: str, start: datetime, moment: str = "level_confirmed_at"
) -> Deadline | None:
    """One nudge of the software's own from ``start``, or None where the file does not ask for it at this level.

    The file's ``clocks.internal`` speaks first; 核实衔接 has its limit under ``monitor.liaison``, the first notice, the
    rescan and the review theirs under ``level_actions`` (DOMAIN §4.3).
    """
    if act in regulation.clocks.internal:
        begun = regulation.clocks.internal[act].start
        found = internal_deadlines(regulation, level, {begun: start})
        return next((item for item in found if item.act == act), None)
    named = regulation.level(level)
    todo, path = regulation.level_actions.by_level[named.code], f"level_actions.by_level.{named.name}"
    limits = {
        "liaison": (regulation.monitor.liaison.within, "monitor.liaison.within"),
        "first_notice": (None if todo.first_notice == "ledger" else todo.first_notice, f"{path}.first_notice"),
        "rescan": (todo.rescan, f"{path}.rescan"),
        "review": (todo.review_within, f"{path}.review_within"),
    }
    within, key = limits.get(act, (None, ""))
    if within is None:
        return None
    basis = regulation.basis_of(key)
    labels = (named.name, regulation.name_of("level", named.code, "en"))
    ground = _Ground(basis, _source(regulation, basis), labels, "internal", moment)
    return _deadline(regulation, act, _local(regulation, start), within, ground)


def later_never(old_due: datetime, new_due: datetime) -> datetime:
    """The earlier of two: nothing moves a deadline later (INV-3)."""
    return min(old_due, new_due)


def regrade(regulation: Regulation, old_due: datetime, new_level: str, first_known_at: datetime) -> datetime:
    """When the response is due after a change of level.

    Up: first knowledge plus the limit of the new level, even if that is already past (the breach row, cause
    升级, counts in no score). Down: never later than before (INV-3, INV-7).
    """
    start = _local(regulation, first_known_at)
    new_due = regulation.work_calendar.add(start, regulation.limit_for(new_level))
    return later_never(old_due, new_due).astimezone(regulation.zone)


def warn_points(start: datetime, due: datetime, ratios: Iterable[float]) -> list[datetime]:
    """The moments at these shares of the way from ``start`` to ``due``, in the zone of ``due``; elapsed
    time, to the second.
    """
    begun, end = start.astimezone(UTC), due.astimezone(UTC)
    whole = (end - begun).total_seconds()
    return [(begun + timedelta(seconds=int(whole * ratio))).astimezone(due.tzinfo) for ratio in ratios]


def _check_emergency(regulation: Regulation, emergency: str | None) -> None:
    if emergency is not None and emergency not in regulation.emergency_levels:
        names = "、".join(regulation.emergency_levels)
        raise UsageError(f"没有叫“{emergency}”的突发事件级别，应当是其中之一：{names}。")


def _local(regulation: Regulation, moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without zone is no moment")
    return moment.astimezone(regulation.zone)


def _source(regulation: Regulation, basis: Basis) -> str:
    """The norm by name, as the page and the PDF show it."""
    own = f"《{regulation.meta.title}》"
    return {
        "text": f"{own}{basis.words}",
        "interpretation": f"{regulation.department(regulation.meta.interpreter).name}对{own}的解释",
        "superior": _norm(basis.words),
        "default": "产品默认值",
    }[basis.kind]


def _norm(words: str) -> str:
    """The name of a norm without the remark in brackets behind it."""
    return re.split(r"[（(]", words)[0].strip()


MOMENTS = {
    "first_known_at": ("首次获知", "First known"),
    "level_confirmed_at": ("确认级别", "Level confirmed"),
    "transferred_at": ("转办", "Transferred"),
    "submitted_at": ("送审", "Submitted"),
    "node_at": ("到达节点", "Node reached"),
    "closed_at": ("办结", "Closed"),
    "asked_again_at": ("提问人再次提出", "Raised again by the asker"),
    "required_at": ("须办理", "Required"),
    "looked_at": ("上次复看", "Last looked at"),
}


@dataclass(frozen=True)
class _Ground:
    """Why an act is due: the line of the file, the norm, whom it is for (zh, en), from what moment."""

    basis: Basis
    source: str
    labels: tuple[str, str]
    layer: Layer
    begun: str = "first_known_at"


def _deadline(regulation: Regulation, act: str, start: datetime, within: Duration, ground: _Ground) -> Deadline:
    due = regulation.work_calendar.add(start, within)
    counted, counted_en = _COUNTED["days" if within.working_days else "hours" if within.working_hours else "natural"]
    verb, verb_en = MOMENTS[ground.begun]
    who, who_en = ground.labels
    if act != RESPOND:
        who += f"，{regulation.name_of('act', act)}"
        who_en += f", {regulation.name_of('act', act, 'en').lower()}"
    until = _zh(due) if due.year == start.year else f"{due.year}年{_zh(due)}"
    return Deadline(
        act=act,
        due_at=due,
        basis=ground.basis.text,
        source=ground.source,
        explanation=f"{start.year}年{_zh(start)}{verb}，{who} {within.zh()}（{counted}）→ {until}",
        explanation_en=f"{verb_en} {_en(start)}, {who_en}: {within.en()} ({counted_en}) → {_en(due)}",
        layer=ground.layer,
        within=within,
    )


def _zh(moment: datetime) -> str:
    return f"{moment.month}月{moment.day}日{moment:%H:%M}"


def _en(moment: datetime) -> str:
    return f"{moment.year:04}-{moment:%m-%d %H:%M}"


_DAY = 24 * 60


def quiet_until(regulation: Regulation, at: datetime) -> datetime | None:
    """When the quiet hours that hold at `at` end; None where none hold. 22:00-24:00 and 00:00-06:30 are one night."""
    spans = [tuple(map(_minute, window.split("-"))) for window in regulation.clocks.quiet_hours]
    local = at.astimezone(regulation.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    minute = local.hour * 60 + local.minute
    end = minute
    while (found := _end(spans, end % _DAY)) is not None and end - minute < _DAY:
        end += found - end % _DAY
    if end == minute:
        return None
    day, rest = divmod(end, _DAY)
    wall = (midnight + timedelta(days=day)).replace(hour=rest // 60, minute=rest % 60)
    return wall.astimezone(UTC)


def _end(spans: list[tuple[int, ...]], minute: int) -> int | None:
    return max((until for begun, until in spans if begun <= minute < until), default=None)


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
