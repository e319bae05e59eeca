"""What `huiying check` finds of lies planted outside the ledger （十二） INV-8, INV-12.

The chain proves the ledger; the tables are copies for the pages. A date that was moved, a breach that was deleted, a
score that was typed in leaves the ledger as it is, so the two are compared, row by row. Sentences carry numbers, never
titles: some cases are about a danger to life. What was erased by decision accuses nobody.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from huiying.handling.models import Breach, Case, CaseDepartment, Clock, NodeReport, Return, Task
from huiying.kernel import canonical
from huiying.overseeing.auditing import answers, house, meetings  # noqa: F401 -- the rows they have compared
from huiying.overseeing.auditing.comparing import lie
from huiying.overseeing.commands import FINAL, assess, chain_of, entries_of
from huiying.overseeing.history.case import CaseHistory
from huiying.overseeing.history.entries import Entry
from huiying.overseeing.history.reading import KINDS, read_cases
from huiying.overseeing.models import Appeal, Assessment, AssessmentComment, Measure
from huiying.people.models import Interpretation, RegulationVersion
from huiying.work.auditor import LISTED, Finding, auditor

MEASURE_KINDS = (
    "measure.proposed", "measure.stated", "measure.decided", "measure.talked", "measure.followed",
    "measure.outcome_noted",
)  # fmt: skip

TALK = ("held_at", "place", "leader", "attended", "words", "promises")


def _moment(value: Any) -> str:
    """One way to write a moment, whatever offset it was written in."""
    at = dt.datetime.fromisoformat(value) if isinstance(value, str) and value else value
    return at.astimezone(dt.UTC).isoformat() if isinstance(at, dt.datetime) else ""


@auditor("planted_cases")
def cases_say_what_the_ledger_says() -> list[Finding]:
    """Dates, states, levels, leads, deadlines, breaches and tasks of every case."""
    told = {chain.removeprefix("case:"): case for chain, case in read_cases(entries_of(KINDS)).items()}
    found: list[Finding] = []
    for finding in _cases(told):
        found.append(finding)
        if len(found) >= LISTED:
            break
    return found


def _cases(told: dict[str, CaseHistory]) -> Iterator[Finding]:
    leads = {
        row.case_id: row.department.name
        for row in CaseDepartment.objects.filter(role="lead", until__isnull=True).select_related("department")
    }
    rows = {case.number: case for case in Case.objects.all()}
    for number in sorted(told.keys() - rows.keys()):
        if told[number].event:  # erased, it names none
            yield lie(f"案件 {number}", f"Case {number}", "整件不见了", "the whole case is gone")
    for number in sorted(rows.keys() - told.keys()):
        yield lie(f"案件 {number}", f"Case {number}", "台账里没有立案", "the ledger knows no opening of it")
    for number in sorted(rows.keys() & told.keys()):
        said = told[number]
        if not said.erased:
            yield from _case(rows[number], said, leads.get(rows[number].pk, ""))
    yield from _clocks(told)
    yield from _counts(told)


def _case(case: Case, said: CaseHistory, lead: str) -> Iterator[Finding]:
    where = (f"案件 {case.number}", f"Case {case.number}")
    if _moment(said.first_known_at) != _moment(case.first_known_at):
        known = said.first_known_at.isoformat() if said.first_known_at else ""
        yield lie(*where, f"首次获知应为 {known}", f"first known at {known}")
    if said.state and said.state != case.state:
        yield lie(*where, f"状态应为 {said.state}", f"its state is {said.state}")
    if said.confirmed and said.level != case.level:
        yield lie(*where, f"级别应为 {said.level}", f"its level is {said.level}")
    if said.root_cause is not None and case.root_cause != said.root_cause:
        yield lie(*where, "根源不是办结时写的", "its root cause is not what was written")
    if said.lead_is_sure and said.holder and lead != said.holder:
        yield lie(*where, f"主办应为{said.holder}", f"its lead is {said.holder}")
    if case.answered_at is not None and case.answered_at not in {release.at for release in said.releases}:
        yield lie(*where, "回应时间没有公开发布可对", "no public act stands at the time of its answer")


def _clocks(told: dict[str, CaseHistory]) -> Iterator[Finding]:
    clocks = {row.pk: row for row in Clock.objects.filter(is_legal=True).select_related("case")}
    breaches = {row.clock_id: row for row in Breach.objects.select_related("clock__case")}
    known: set[int] = set()
    for number, said in sorted(told.items()):
        where = (f"案件 {number} 的时限", f"A time limit of case {number}")
        for pk, limit in said.limits.items():
            row = clocks.get(pk)
            if row is None:
                yield lie(*where, f"第 {pk} 号时限不见了", f"clock {pk} is gone")
            elif row.due_at != limit.due_at:
                due = _moment(limit.due_at)
                yield lie(*where, f"到期应为 {due}", f"it was due at {due}")
            elif limit.stopped_at and row.stopped_at != limit.stopped_at:
                stopped = _moment(limit.stopped_at)
                yield lie(*where, f"停止应在 {stopped}", f"it stopped at {stopped}")
        for missed in said.missed:
            pk = missed.clock
            known.add(pk)
            breach = breaches.get(pk)
            if breach is None:
                yield lie(*where, f"第 {pk} 号时限的逾期记录不见了", f"the breach of clock {pk} is gone")
            elif (breach.cause, breach.counts, breach.due_at) != (missed.cause, missed.counts, missed.due_at):
                yield lie(*where, f"第 {pk} 号时限的逾期记录被改过", f"the breach of clock {pk} was changed")
    for pk in sorted(breaches.keys() - known):
        number = breaches[pk].clock.case.number
        if number not in told or not told[number].erased:
            where = (f"案件 {number} 的时限", f"A time limit of case {number}")
            yield lie(*where, f"第 {pk} 号时限的逾期是添上去的", f"the breach of clock {pk} was put in")


def _counts(told: dict[str, CaseHistory]) -> Iterator[Finding]:
    """Tasks, returns and reports."""
    tasks = {row.pk: row for row in Task.objects.all()}
    returns: dict[str, int] = defaultdict(int)
    reports: dict[str, int] = defaultdict(int)
    for number in Return.objects.values_list("case__number", flat=True):
        returns[number] += 1
    for number in NodeReport.objects.values_list("case__number", flat=True):
        reports[number] += 1
    for number, said in sorted(told.items()):
        if said.erased:
            continue
        where = (f"案件 {number}", f"Case {number}")
        if returns[number] != (times := len(said.returned_by)):
            yield lie(*where, f"应有 {times} 次退回", f"it was returned {times} times")
        if reports[number] != (steps := len(said.reports)):
            yield lie(*where, f"应有 {steps} 次节点报送", f"{steps} steps were reported")
        for pk, expected in said.tasks.items():
            row = tasks.get(pk)
            if row is None:
                yield lie(*where, f"任务 {pk} 不见了", f"task {pk} is gone")
            elif row.due_at != expected.due_at:
                due = _moment(expected.due_at)
                yield lie(*where, f"任务 {pk} 到期应为 {due}", f"task {pk} was due then")
            elif bool(row.done_at) != expected.done:
                yield lie(*where, f"任务 {pk} 是否完成被改过", f"whether task {pk} is done was changed")


@auditor("planted_regulation")
def versions_are_what_was_adopted() -> list[Finding]:
    """（十三）（十四）: the text of each version, its date, and every signed interpretation."""
    told = {entry["payload"]["sha256"]: entry["payload"] for entry in _payloads("regulation.adopted")}
    found = []
    for row in RegulationVersion.objects.all():
        where = (f"制度版本 {row.sha256[:12]}", f"Regulation version {row.sha256[:12]}")
        said = told.pop(row.sha256, None)
        if said is None:
            found.append(lie(*where, "台账里没有采用过", "the ledger knows no adoption of it"))
        elif canonical.sha256(row.text) != row.sha256:
            found.append(lie(*where, "文字被改过", "its text was changed"))
        elif row.effective_from.isoformat() != said.get("effective_from"):
            found.append(lie(*where, f"施行日期应为 {said.get('effective_from')}", "its date was changed"))
    for sha256 in told:
        where = (f"制度版本 {sha256[:12]}", f"Regulation version {sha256[:12]}")
        found.append(lie(*where, "不见了", "it is gone"))
    return found + list(_interpretations())


def _payloads(kind: str) -> Iterator[Entry]:
    return (entry for entry in entries_of((kind,)) if entry["payload"] is not None)


def _interpretations() -> Iterator[Finding]:
    rows = {row.pk: row for row in Interpretation.objects.all()}
    for entry in _payloads("interpretation.signed"):
        said = entry["payload"]
        row = rows.pop(int(said["interpretation"]), None)
        where = (f"对 {said['gap']} 的解释", f"The interpretation of {said['gap']}")
        if row is None:
            yield lie(*where, "不见了", "it is gone")
        elif (row.gap, row.ruling, row.effective_from.isoformat(), row.effect, row.signed_by) != (
            said["gap"], said["ruling"], said["effective_from"], said["effect"], entry["actor"],
        ):  # fmt: skip
            yield lie(*where, "被改过", "it was changed")
    for row in rows.values():
        yield lie(f"对 {row.gap} 的解释", f"The interpretation of {row.gap}", "没有人签署过", "nobody signed it")


@auditor("planted_scores")
def scores_are_computed() -> list[Finding]:
    """C12.3: each score again from the ledger; one that was typed in is not what comes out."""
    found = []
    for row in Assessment.objects.all():
        where = (f"{row.period} 考核", f"The assessment of {row.period}")
        told = assess(row.period)["assessment"]
        if told["cut_off"] is None or _moment(told["cut_off"]) != _moment(row.cut_off):
            found.append(lie(*where, "截止时间不是出示时的", "its cut-off is not that of its showing"))
        elif (row.scores, row.weights, row.basis) != (told["scores"], told["weights"], told["basis"]):
            found.append(lie(*where, "得分或权重不是算出来的", "a score or weight is not what the ledger gives"))
        elif row.sha256 != told["sha256"]:
            found.append(lie(*where, "校验值不对", "its digest is another"))
        if (row.state == Assessment.FINAL) != (told["state"] == FINAL):
            found.append(lie(*where, "是否已定被改过", "whether it is final was changed"))
        found += _answers(row, where)
    return found


def _answers(assessment: Assessment, where: tuple[str, str]) -> Iterator[Finding]:
    """Comments and appeals of one assessment."""
    entries = [entry for entry in entries_of(chain=chain_of(assessment.period)) if entry["payload"] is not None]
    said = [(e["payload"]["department"], e["payload"]["text"]) for e in entries if e["kind"] == "assessment.commented"]
    rows = AssessmentComment.objects.filter(assessment=assessment).select_related("department")
    if sorted(said) != sorted((row.department.name, row.text) for row in rows):
        yield lie(*where, "部门的意见被改过", "what departments said was changed")
    made = {e["payload"]["appeal"]: (e["payload"]["case"], e["payload"]["reason"], None) for e in entries
            if e["kind"] == "appeal.made"}  # fmt: skip
    for entry in entries:
        if entry["kind"] == "appeal.decided" and entry["payload"]["appeal"] in made:
            case, reason, _none = made[entry["payload"]["appeal"]]
            made[entry["payload"]["appeal"]] = (case, reason, entry["payload"]["upheld"])
    appeals = Appeal.objects.filter(assessment=assessment)
    if made != {row.pk: (row.case_number, row.reason, row.upheld) for row in appeals}:
        yield lie(*where, "申诉或答复被改过", "an appeal or its answer was changed")


@auditor("planted_measures")
def measures_are_what_was_decided() -> list[Finding]:
    """C12.4–C12.6: what was proposed, said for itself, decided and put right."""
    told: dict[str, dict[str, Any]] = defaultdict(dict)
    for entry in entries_of(MEASURE_KINDS):
        if entry["payload"] is not None:
            told[entry["payload"]["measure"]] |= {entry["kind"]: entry["payload"]}
    found = []
    rows = {row.number: row for row in Measure.objects.select_related("department")}
    for number in sorted(told.keys() | rows.keys()):
        row, said = rows.get(number), told.get(number, {})
        where = (f"措施 {number}", f"Measure {number}")
        if row is None:
            found.append(lie(*where, "不见了", "it is gone"))
        elif "measure.proposed" not in said:
            found.append(lie(*where, "没有人提出过", "nobody proposed it"))
        elif _measure(row) != _measure_told(said):
            found.append(lie(*where, "内容被改过", "it was changed"))
    return found


def _measure(row: Measure) -> dict[str, Any]:
    return {
        "department": row.department.name, "step": row.step, "trigger": row.trigger, "facts": row.facts,
        "cases": row.cases, "evidence": row.evidence, "statement": row.statement, "state": row.state,
        "reason": row.reason, "talk": row.talk, "follow": row.follow_note, "outcome": row.outcome,
    }  # fmt: skip


def _measure_told(said: dict[str, Any]) -> dict[str, Any]:
    proposed, decided = said["measure.proposed"], said.get("measure.decided")
    state = Measure.PROPOSED
    if decided is not None:
        state = Measure.ISSUED if decided["issued"] else Measure.DROPPED
    if "measure.followed" in said:
        state = Measure.FOLLOWED
    return {
        **{name: proposed[name] for name in ("department", "step", "trigger", "facts", "cases", "evidence")},
        "statement": said.get("measure.stated", {}).get("text", ""),
        "state": state,
        "reason": decided["reason"] if decided else "",
        "talk": {name: said["measure.talked"][name] for name in TALK} if "measure.talked" in said else {},
        "follow": said.get("measure.followed", {}).get("note", ""),
        "outcome": said.get("measure.outcome_noted", {}).get("note", ""),
    }
