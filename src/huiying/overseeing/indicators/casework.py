"""Indicators of the work on cases, clause by clause. Reads `CaseHistory`, nothing else (INV-12).

What a department did itself (accepting, returning, its tasks and reports) counts in its own row, whoever leads the case
now; everything else in the row of the case's last lead. A share without a base is None, never zero.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huiying.overseeing.history import norms
from huiying.overseeing.history.case import CaseHistory, Report, Task
from huiying.overseeing.history.norms import Norms


@dataclass(frozen=True)
class Frame:
    """What all figures of one run share. `cut_off` is the ledger's last moment: the machine's clock plays no part."""

    norms: Norms
    cut_off: dt.datetime | None
    concerns: Mapping[str, str]  # event number → the concern that a person decided


def casework(
    led: Sequence[CaseHistory], every: Sequence[CaseHistory], frame: Frame, department: str = ""
) -> dict[str, Any]:
    """The figures of `led`; what departments do themselves is taken from `every` case of the period."""

    def own(name: str) -> bool:
        return not department or name == department

    tasks = [task for case in every for task in case.tasks.values() if own(task.department)]
    return {
        **_source_and_owner(led, tasks, frame),
        **_liaison(led, frame),
        **_routing(led, every, own),
        **_ending(led),
        **_acceptance(every, frame, own),
        **_meetings(led, tasks, frame),
        **_reports(every, frame, own),
    }


def names(every: Sequence[CaseHistory]) -> set[str]:
    """Departments that accepted or returned a case, whoever leads it now."""
    return {row.department for case in every for row in case.accepted} | {
        name for case in every for name in case.returned_by
    }


def share(rows: Sequence[bool]) -> float | None:
    return round(sum(rows) / len(rows), 4) if rows else None


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _median(values: Sequence[float], places: int) -> float | None:
    return round(statistics.median(values), places) if values else None


def _source_and_owner(led: Sequence[CaseHistory], tasks: Sequence[Task], frame: Frame) -> dict[str, Any]:
    """（二）one lead at every moment, and the root of the matter."""
    closed = [case for case in led if case.closed]
    rectify = [task for task in tasks if task.kind == "rectify"]
    return {
        "cases_without_one_lead": sum(case.wrong_lead for case in led),
        "closed": len(closed),
        "closed_with_root_cause_share": share([bool((case.root_cause or "").strip()) for case in closed]),
        "rectify_tasks": len(rectify),
        "rectify_overdue": sum(frame.cut_off is not None and task.overdue(frame.cut_off) for task in rectify),
        "repeat_share": share([case.recurred for case in led]),
    }


def _liaison(led: Sequence[CaseHistory], frame: Frame) -> dict[str, Any]:
    """C5.15. An exempted case is counted by itself and stands in no share."""
    hours = [
        (case.liaison_sent_at - case.first_known_at).total_seconds() / 3600
        for case in led
        if case.liaison_sent_at and case.first_known_at
    ]
    required = [
        case
        for case in led
        if not case.exempted
        and norms.liaison_required(
            frame.norms.of(case.regulation), case.level, frame.concerns.get(case.event, "") if case.event else ""
        )
    ]
    return {
        "median_hours_to_liaison": _median(hours, 2),
        "liaison_required": len(required),
        "liaison_share": share([case.liaison_sent_at is not None for case in required]),
        "liaison_exempted": sum(case.exempted for case in led),
        "clues_handed_over": sum(case.clues for case in led),
    }


def _routing(led: Sequence[CaseHistory], every: Sequence[CaseHistory], own: Callable[[str], bool]) -> dict[str, Any]:
    """C7.1, C9.7, C10.5."""
    judged = [case.first_route_right for case in led if case.first_route_right is not None]
    followed = [row.followed for case in led for row in case.routes[:1] if row.followed is not None]
    routes = sum(own(row.department) for case in every for row in case.routes)
    refused = sum(own(name) for case in every for name in case.returned_by)
    slips = [whole for case in led for whole in case.slips]
    return {
        "first_route_accuracy": share(judged),
        "followed_share": share(followed),
        "refusal_rate": _ratio(refused, routes),
        "slips": len(slips),
        "slips_complete_share": share(slips),
    }


def _ending(led: Sequence[CaseHistory]) -> dict[str, Any]:
    """C1.3, C6.13, C7.2–C7.4, C9.7."""
    closed = [case for case in led if case.closed]
    told = {to: sum(case.feedback[to] for case in led) for to in ("asker", "reporter", "office", "leader")}
    return {
        "found_and_disposed": sum(case.found and case.disposed for case in led),
        "closed_settled_share": share([case.settled for case in closed if not case.declined]),
        "closed_with_feedback_share": share([bool(case.feedback) for case in closed]),
        "feedback_askers": told["asker"],
        "feedback_reporters": told["reporter"],
        "feedback_office": told["office"],
        "feedback_leaders": told["leader"],
        "conflicting_statements": sum(case.conflicting for case in led),
        "corrections_within_24h": sum(case.quick_corrections for case in led),
        "silent_past_half": sum(case.silent for case in led),
        "silent_at_deadline": sum(case.silent_at_deadline for case in led),
    }


def _acceptance(every: Sequence[CaseHistory], frame: Frame, own: Callable[[str], bool]) -> dict[str, Any]:
    """C9.7, C10.6."""
    minutes, in_time = [], []
    for case in every:
        for row in case.accepted:
            if row.routed_at is None or not own(row.department):
                continue
            minutes.append((row.at - row.routed_at).total_seconds() / 60)
            due = norms.due(frame.norms.of(case.regulation), "accept_transfer", row.level, row.routed_at)
            if due is not None:
                in_time.append(row.at <= due)
    return {"median_minutes_to_accept": _median(minutes, 1), "accepted_on_time_share": share(in_time)}


def _meetings(led: Sequence[CaseHistory], tasks: Sequence[Task], frame: Frame) -> dict[str, Any]:
    """C10.1. A decision that was dropped with a reason is neither done nor open."""
    asked = [
        case for case in led if case.confirmed and norms.meeting_required(frame.norms.of(case.regulation), case.level)
    ]
    held = [meeting for case in led for meeting in case.meetings]
    decisions = [task for task in tasks if task.kind == "decision" and not task.dropped]
    return {
        "meetings_held": len(held),
        "meetings_required": len(asked),
        "meeting_share": share([bool(case.meetings) for case in asked]),
        "attendance_share": _ratio(sum(present for present, _ in held), sum(invited for _, invited in held)),
        "decisions": len(decisions),
        "decisions_done_share": share([task.done for task in decisions]),
    }


def _reports(every: Sequence[CaseHistory], frame: Frame, own: Callable[[str], bool]) -> dict[str, Any]:
    """C10.7. An unseen report whose limit still runs stands in no share yet."""
    rows = [(case, row) for case in every for row in case.reports if own(row.department)]
    judged = [_seen_in_time(case, row, frame) for case, row in rows]
    return {
        "node_reports": len(rows),
        "reports_seen_on_time_share": share([in_time for in_time in judged if in_time is not None]),
    }


def _seen_in_time(case: CaseHistory, row: Report, frame: Frame) -> bool | None:
    due = norms.due(frame.norms.of(case.regulation), "report_office_sync", row.level, row.at)
    if due is None:
        return None
    if row.seen_at is not None:
        return row.seen_at <= due
    return False if frame.cut_off is not None and frame.cut_off > due else None
