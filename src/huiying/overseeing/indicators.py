"""Indicators of the work on cases, clause by clause. Reads `casebook`, nothing else (INV-12).

What a department did itself (accepting, returning, its tasks and reports) counts in its own row, whoever leads the case
now; everything else in the row of the case's last lead. A share without a base is None, never zero.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from huiying.overseeing import norms
from huiying.overseeing.casebook import Report, Task, Work
from huiying.overseeing.norms import Norms


@dataclass(frozen=True)
class Frame:
    """What all figures of one run share. `cut_off` is the ledger's last moment: the machine's clock plays no part."""

    norms: Norms
    cut_off: dt.datetime | None
    concerns: Mapping[str, str]  # event number → the concern that a person decided


def casework(led: Sequence[Work], every: Sequence[Work], frame: Frame, department: str = "") -> dict[str, Any]:
    """The figures of `led`; what departments do themselves is taken from `every` case of the period."""

    def own(name: str) -> bool:
        return not department or name == department

    tasks = [task for work in every for task in work.tasks.values() if own(task.department)]
    return {
        **_source_and_owner(led, tasks, frame),
        **_liaison(led, frame),
        **_routing(led, every, own),
        **_ending(led),
        **_acceptance(every, frame, own),
        **_meetings(led, tasks, frame),
        **_reports(every, frame, own),
    }


def names(every: Sequence[Work]) -> set[str]:
    """Departments that accepted or returned a case, whoever leads it now."""
    return {row.department for work in every for row in work.accepted} | {
        name for work in every for name in work.returned_by
    }


def share(rows: Sequence[bool]) -> float | None:
    return round(sum(rows) / len(rows), 4) if rows else None


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _median(values: Sequence[float], places: int) -> float | None:
    return round(statistics.median(values), places) if values else None


def _source_and_owner(led: Sequence[Work], tasks: Sequence[Task], frame: Frame) -> dict[str, Any]:
    """（二）one lead at every moment, and the root of the matter."""
    closed = [work for work in led if work.closed]
    rectify = [task for task in tasks if task.kind == "rectify"]
    return {
        "cases_without_one_lead": sum(work.wrong_lead for work in led),
        "closed": len(closed),
        "closed_with_root_cause_share": share([work.root_cause for work in closed]),
        "rectify_tasks": len(rectify),
        "rectify_overdue": sum(frame.cut_off is not None and task.overdue(frame.cut_off) for task in rectify),
        "repeat_share": share([work.recurred for work in led]),
    }


def _liaison(led: Sequence[Work], frame: Frame) -> dict[str, Any]:
    """C5.15. An exempted case is counted by itself and stands in no share."""
    hours = [
        (work.liaison_sent_at - work.first_known_at).total_seconds() / 3600
        for work in led
        if work.liaison_sent_at and work.first_known_at
    ]
    required = [
        work
        for work in led
        if not work.exempted
        and norms.liaison_required(
            frame.norms.of(work.regulation), work.level, frame.concerns.get(work.event, "") if work.event else ""
        )
    ]
    return {
        "median_hours_to_liaison": _median(hours, 2),
        "liaison_required": len(required),
        "liaison_share": share([work.liaison_sent_at is not None for work in required]),
        "liaison_exempted": sum(work.exempted for work in led),
        "clues_handed_over": sum(work.clues for work in led),
    }


def _routing(led: Sequence[Work], every: Sequence[Work], own: Callable[[str], bool]) -> dict[str, Any]:
    """C7.1, C9.7, C10.5."""
    judged = [work.first_route_right for work in led if work.first_route_right is not None]
    followed = [row.followed for work in led for row in work.routes[:1] if row.followed is not None]
    routes = sum(own(row.department) for work in every for row in work.routes)
    refused = sum(own(name) for work in every for name in work.returned_by)
    slips = [whole for work in led for whole in work.slips]
    return {
        "first_route_accuracy": share(judged),
        "followed_share": share(followed),
        "refusal_rate": _ratio(refused, routes),
        "slips": len(slips),
        "slips_complete_share": share(slips),
    }


def _ending(led: Sequence[Work]) -> dict[str, Any]:
    """C1.3, C6.13, C7.2–C7.4, C9.7."""
    closed = [work for work in led if work.closed]
    told = {to: sum(work.feedback[to] for work in led) for to in ("asker", "reporter", "office", "leader")}
    return {
        "found_and_disposed": sum(work.found and work.disposed for work in led),
        "closed_settled_share": share([work.settled for work in closed if not work.declined]),
        "closed_with_feedback_share": share([bool(work.feedback) for work in closed]),
        "feedback_askers": told["asker"],
        "feedback_reporters": told["reporter"],
        "feedback_office": told["office"],
        "feedback_leaders": told["leader"],
        "conflicting_statements": sum(work.conflicting for work in led),
        "corrections_within_24h": sum(work.quick_corrections for work in led),
        "silent_past_half": sum(work.silent for work in led),
        "silent_at_deadline": sum(work.silent_at_deadline for work in led),
    }


def _acceptance(every: Sequence[Work], frame: Frame, own: Callable[[str], bool]) -> dict[str, Any]:
    """C9.7, C10.6."""
    minutes, in_time = [], []
    for work in every:
        for row in work.accepted:
            if row.routed_at is None or not own(row.department):
                continue
            minutes.append((row.at - row.routed_at).total_seconds() / 60)
            due = norms.due(frame.norms.of(work.regulation), "accept_transfer", row.level, row.routed_at)
            if due is not None:
                in_time.append(row.at <= due)
    return {"median_minutes_to_accept": _median(minutes, 1), "accepted_on_time_share": share(in_time)}


def _meetings(led: Sequence[Work], tasks: Sequence[Task], frame: Frame) -> dict[str, Any]:
    """C10.1. A decision that was dropped with a reason is neither done nor open."""
    asked = [
        work for work in led if work.confirmed and norms.meeting_required(frame.norms.of(work.regulation), work.level)
    ]
    held = [meeting for work in led for meeting in work.meetings]
    decisions = [task for task in tasks if task.kind == "decision" and not task.dropped]
    return {
        "meetings_held": len(held),
        "meetings_required": len(asked),
        "meeting_share": share([bool(work.meetings) for work in asked]),
        "attendance_share": _ratio(sum(present for present, _ in held), sum(invited for _, invited in held)),
        "decisions": len(decisions),
        "decisions_done_share": share([task.done for task in decisions]),
    }


def _reports(every: Sequence[Work], frame: Frame, own: Callable[[str], bool]) -> dict[str, Any]:
    """C10.7. An unseen report whose limit still runs stands in no share yet."""
    rows = [(work, row) for work in every for row in work.reports if own(row.department)]
    judged = [_seen_in_time(work, row, frame) for work, row in rows]
    return {
        "node_reports": len(rows),
        "reports_seen_on_time_share": share([in_time for in_time in judged if in_time is not None]),
    }


def _seen_in_time(work: Work, row: Report, frame: Frame) -> bool | None:
    due = norms.due(frame.norms.of(work.regulation), "report_office_sync", row.level, row.at)
    if due is None:
        return None
    if row.seen_at is not None:
        return row.seen_at <= due
    return False if frame.cut_off is not None and frame.cut_off > due else None
