"""Reads the entries of cases into `CaseHistory`: the one place in which a kind of entry means something for figures.

A new kind that a figure depends on gets its reader here; a kind without a reader says nothing about a case.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final

from huiying.overseeing.history.case import (
    DEADLINE_MISSED,
    SECOND_WAVE,
    STALE_FACTS,
    Accepted,
    Breach,
    CaseHistory,
    Fault,
    Limit,
    Look,
    Release,
    Report,
    Route,
    Task,
    Text,
)
from huiying.overseeing.history.entries import Entry, Payload, count, mapping, moment, texts, whole
from huiying.regulation.deadlines import RESPOND


def read_cases(entries: Iterable[Entry]) -> dict[str, CaseHistory]:
    """Every case of these entries by its chain; the order of chains does not matter, only the order within each."""
    cases: dict[str, CaseHistory] = defaultdict(CaseHistory)
    for entry in entries:
        if entry["chain"].startswith("case:"):
            read_entry(cases[entry["chain"]], entry)
    return cases


def read_entry(case: CaseHistory, entry: Entry) -> None:
    reader = _READERS.get(entry["kind"])
    if reader is not None:
        case.erased = case.erased or entry["payload"] is None
        reader(case, entry["payload"] or {}, entry["at"], str(entry.get("actor") or ""))


def _opened(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.event, case.title = str(payload.get("event", "")), str(payload.get("title", ""))
    case.regulation = str(payload.get("regulation", ""))
    if not case.confirmed:  # a case that was voided and opened again keeps the level that a person gave it
        case.level = case.level_name = str(payload.get("suggested_level", ""))
    case.first_known_at = case.known_at_opening = moment(payload.get("first_known_at")) or at
    case.opened_at = at


def _known_earlier(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.first_known_at = moment(payload.get("known_at")) or case.first_known_at


def _graded(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.level = str(payload.get("to", "")) or case.level
    case.level_name = str(payload.get("name", "")) or case.level_name
    case.confirmed = True


def _routed(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    lead = payload.get("lead", "")
    case.last_lead = str(payload.get("lead", ""))
    case.wrong_lead = case.wrong_lead or ("lead" in payload and not (isinstance(lead, str) and lead.strip()))
    case.holder = lead if isinstance(lead, str) and lead else None
    case.lead_is_sure, case.awaits_routing = True, False
    case.joint = texts(payload.get("joint"))
    case.helped = case.helped or bool(case.joint)
    keys = mapping(mapping(payload.get("matched")).get("keys"))
    case.category = str(keys.get("category", "")) or case.category
    case.routes.append(Route(case.holder or "", at, payload.get("followed")))


def _route_undone(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    """Taken back before anybody saw it: as if it had not been routed."""
    case.holder, case.joint = None, ()
    if case.routes:
        case.routes.pop()


def _returned(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.returned_by.append(str(payload.get("department") or case.holder or ""))
    case.holder, case.awaits_routing = None, True


def _regrouped(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    """The office has the case again, or another case has it."""
    case.lead_is_sure = False


def _accepted(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    department = str(payload.get("department") or case.holder or "")
    # Accepted by a department that does not lead: for that moment two of them held the case (C2.1).
    case.wrong_lead = case.wrong_lead or bool(case.holder and department != case.holder)
    routed_at = case.routes[-1].at if case.routes else None
    case.accepted.append(Accepted(department, at, routed_at, case.level))


def _found(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.found = True
    if payload.get("department"):
        case.disposers.add(str(payload["department"]))


def _disposed(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.disposed = True
    case.settled = case.settled or bool(payload.get("settled"))


def _closed(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.closed = True
    case.root_cause = str(payload.get("root_cause", ""))


def _moved(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    was, to = payload.get("from"), payload.get("to")
    case.state = str(to or "")
    case.closed = case.closed and was != "closed"
    case.declined = to == "declined" or (case.declined and to == "closed")


def _recurred(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.recurred = True


def _task_made(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    department, due_at = str(payload.get("department", "")), moment(payload.get("due_at"))
    case.tasks[payload.get("task")] = Task(str(payload.get("kind", "")), department, due_at)


def _task_done(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    task = case.tasks.get(payload.get("task"))
    if task is not None:
        task.done, task.on_time = True, bool(payload.get("on_time", True))


def _task_dropped(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    task = case.tasks.get(payload.get("task"))
    if task is not None:
        task.dropped = True


def _facts(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    if "version" in payload:
        case.facts.append((at, whole(payload["version"])))


def _liaison_sent(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.liaison_sent_at = min(case.liaison_sent_at or at, at)


def _exempted(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.exempted = True


def _feedback(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.feedback[str(payload.get("to", ""))] += 1


def _met(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.meetings.append((count(payload.get("present")), count(payload.get("invited"))))


def _slip(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.slips.append(bool(payload.get("complete")))


def _reported(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.reports.append(Report(str(payload.get("node", "")), str(payload.get("department", "")), at, case.level))


def _seen(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    nodes = payload.get("nodes") or ()
    for row in case.reports:
        if row.seen_at is None and row.node in nodes:
            row.seen_at = at


def _silent(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.silent = case.silent or payload.get("act", RESPOND) == RESPOND


def _limited(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    if "clock" in payload:
        limit = Limit(str(payload.get("act", "")), moment(payload.get("due_at")), bool(payload.get("provisional")))
        case.limits[whole(payload["clock"])] = limit


def _stopped(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    for limit in case.limits.values():
        limit.runs = limit.runs and limit.act != payload.get("act")
    if (mine := case.limits.get(whole(payload.get("clock")))) is not None:
        mine.stopped_at = moment(payload.get("at"))


def _breached(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    if not payload:
        return
    act, due_at, counts = str(payload.get("act", "")), moment(payload.get("due_at")) or at, bool(payload.get("counts"))
    case.missed.append(Breach(whole(payload.get("clock")), act, due_at, counts, str(payload.get("cause", ""))))
    if act == RESPOND and counts:
        _fault(case, DEADLINE_MISSED, at)


def _fault(case: CaseHistory, code: str, at: dt.datetime) -> None:
    case.faults.append(Fault(at, code, case.holder or ""))


def _overridden(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.overridden += 1


def _clue(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.clues += bool(payload.get("signed"))


def _act(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.acts.add(str(payload.get("act", "")))


def _text(case: CaseHistory, payload: Payload) -> Text:
    return case.texts.setdefault(str(payload.get("manifest", "")), Text())


def _authorised(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.authorised = True


def _saved(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    text = _text(case, payload)
    text.bodies = frozenset(str(body) for body in payload.get("bodies") or ())
    text.people |= {who} - {""}
    text.writers |= {who} - {""}
    if "basis" in payload:
        text.basis = bool(payload["basis"])


def _decided(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    if payload.get("decision") == "approved":
        text = _text(case, payload)
        text.people |= {who} - {""}
        text.approvers |= {who} - {""}
        text.secrecy = text.secrecy or bool(payload.get("secrecy_checked"))
        text.personal_data = text.personal_data or bool(payload.get("personal_data_checked"))


def _approved(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    _text(case, payload).approved = True


def _voided(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    _text(case, payload).approved = False


def _confirmed(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    if payload.get("answer") == "agree":
        _text(case, payload).agreed.add(str(payload.get("body", "")))


def _made(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    text = _text(case, payload)
    text.people |= {who} - {""}


def _withheld(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    if payload.get("agreed"):
        case.grounds.append(str(payload.get("ground") or "").strip())


def _asked(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.asked_at.append(moment(payload.get("asked_at")) or at)


def _media_answered(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.media_answered += 1


def _begun(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    start = moment(payload.get("at")) or at
    for hours in payload.get("hours") or ():
        case.looks.append(Look(int(hours), start + dt.timedelta(hours=int(hours))))


def _judged(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    verdict = str(payload.get("verdict", ""))
    case.verdicts.append((whole(payload.get("hours")), verdict, at))
    if verdict == "second_wave":
        _fault(case, SECOND_WAVE, at)
    case.peak_at = moment(payload.get("peak_at")) or case.peak_at


def _sustained(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    case.decided_sustained = True


def _live(case: CaseHistory, payload: Payload, at: dt.datetime, who: str) -> None:
    department = str(payload.get("department") or "")
    fact_sheet = whole(payload.get("facts"))
    strange: bool | None = None
    if case.holder is not None and department:
        strange = department not in {case.holder, *case.disposers} and not case.authorised
    case.releases.append(
        Release(
            at=moment(payload.get("at")) or at,
            stage=str(payload.get("stage") or "first"),
            manifest=str(payload.get("manifest", "")),
            channel=str(payload.get("channel", "")),
            family=str(payload.get("family") or ""),
            evidence=bool(payload.get("evidence")),
            corrects=payload.get("corrects") is not None,
            fact_sheet=fact_sheet,
            strange_voice=strange,
        )
    )
    if 0 < fact_sheet < max((version for _at, version in case.facts), default=0):
        _fault(case, STALE_FACTS, at)


_READERS: dict[str, Callable[[CaseHistory, Payload, dt.datetime, str], None]] = {
    "case.opened": _opened,
    "case.known_earlier": _known_earlier,
    "case.graded": _graded,
    "case.routed": _routed,
    "case.route_undone": _route_undone,
    "case.returned": _returned,
    "case.merged": _regrouped,
    "case.unmerged": _regrouped,
    "case.voided": _regrouped,
    "case.accepted": _accepted,
    "case.found": _found,
    "case.disposed": _disposed,
    "case.closed": _closed,
    "case.moved": _moved,
    "case.recurred": _recurred,
    "task.made": _task_made,
    "task.done": _task_done,
    "task.dropped": _task_dropped,
    "facts.agreed": _facts,
    "release.live": _live,
    "liaison.sent": _liaison_sent,
    "liaison.exempted": _exempted,
    "feedback.given": _feedback,
    "meeting.held": _met,
    "slip.issued": _slip,
    "report.made": _reported,
    "report.seen": _seen,
    "clock.silent": _silent,
    "clock.started": _limited,
    "clock.stopped": _stopped,
    "clock.breached": _breached,
    "clue.signed": _clue,
    "case.act_noted": _act,
    "case.sustained": _sustained,
    "speaker.authorised": _authorised,
    "draft.saved": _saved,
    "review.decided": _decided,
    "review.approved": _approved,
    "review.voided": _voided,
    "confirmation.answered": _confirmed,
    "release.made": _made,
    "withholding.decided": _withheld,
    "media.asked": _asked,
    "media.answered": _media_answered,
    "effect.begun": _begun,
    "effect.judged": _judged,
    "confirmation.overridden": _overridden,
}
#: What a history is read from; and of it what says who leads.
KINDS: Final = tuple(_READERS)
LEADS: Final = tuple(kind for kind, read in _READERS.items() if read in (_routed, _returned, _route_undone))
