"""What the level asks for, row by row, and how far each is: DOMAIN §4.3 for one case; and 会商材料, what a meeting
needs to know of the case, put together by itself from what was recorded C10.2.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _, gettext_lazy

from huiying.handling.actions.grading import awaits_confirmation, level_decision
from huiying.handling.models import Case, CaseAct, CaseDepartment, Clock, FactSheet, Finding, Liaison, Meeting, Task
from huiying.handling.queries import shown_clocks
from huiying.judging.queries import series
from huiying.kernel import clock as time
from huiying.people.queries import regulation_of
from huiying.people.versions import display_name, in_english, join_names
from huiying.regulation.calendar import Duration

DONE, OPEN, LATE, NOT_ASKED = "done", "open", "late", "not_asked"

# Which of the level's forms of answer (C8.7) a case has: the words of the file that are done. The room that answers
# stands above this one and sets it when it is ready; without it any public answer counts for every form.
FORM_STATE: Callable[[Case], set[str]] | None = None


# On what a row rests, in the words of people instead of the file's.
GROUNDS = {
    "text": gettext_lazy("条文"),
    "interpretation": gettext_lazy("本局解释"),
    "superior": gettext_lazy("上位规定"),
    "default": gettext_lazy("产品默认值"),
}


@dataclass(frozen=True)
class Required:
    """One row of §4.3. `words` says it to a person, `detail` who or how much, `basis` the line of the file."""

    name: str
    words: str
    state: str
    due_at: dt.datetime | None = None
    detail: str = ""
    basis: str = ""


def required_acts(case: Case) -> list[Required]:
    """Everything that the case's level asks for, in the order in which it comes."""
    ask = _Requirements(case)
    return [
        ask.confirmed(),
        ask.first_notice(),
        ask.respond(),
        ask.forms(),
        ask.meeting(),
        ask.special_report(),
        ask.sustained(),
        ask.rescan(),
        ask.review(),
    ]


class _Requirements:
    def __init__(self, case: Case) -> None:
        self.case, self.now = case, time.now()
        self.regulation = regulation_of(case.regulation)
        self.todo = self.regulation.level_actions.by_level[case.level]
        self.level = self.regulation.level(case.level).name

    @cached_property
    def clocks(self) -> dict[str, list[Clock]]:
        found: dict[str, list[Clock]] = {}
        acts = ("respond", "first_notice", "joint_meeting_convene", "rescan", "review")
        rows = Clock.objects.filter(case=self.case, act__in=acts, superseded_at__isnull=True)
        for row in rows.order_by("due_at", "id"):
            found.setdefault(row.act, []).append(row)
        return found

    @cached_property
    def acts(self) -> dict[str, list[CaseAct]]:
        found: dict[str, list[CaseAct]] = {}
        for row in self.case.acts.all():
            found.setdefault(row.kind, []).append(row)
        return found

    def _row(
        self, name: str, words: str, key: str, state: str, due_at: dt.datetime | None = None, detail: str = ""
    ) -> Required:
        if state == OPEN and due_at is not None and due_at < self.now:
            state = LATE
        basis = self.regulation.basis_of(key)
        words_of = [str(GROUNDS[basis.kind]), basis.words]
        return Required(name, words, state, due_at, detail, _("：").join(part for part in words_of if part))

    def _path(self, key: str) -> str:
        return f"level_actions.by_level.{self.level}.{key}"

    def _running(self, act: str) -> Clock | None:
        return next((row for row in self.clocks.get(act, []) if row.stopped_at is None), None)

    def _ran(self, act: str) -> Clock | None:
        return next((row for row in self.clocks.get(act, []) if row.stopped_at is not None), None)

    def confirmed(self) -> Required:
        grading = self.regulation.grading
        words = _("由%(role)s确认级别") % {
            "role": display_name(self.regulation, "role", grading.confirm_by.by_level[self.case.level])
        }
        key = f"grading.confirm_by.by_level.{self.level}"
        if self.case.is_provisional:
            due = self.regulation.work_calendar.add(self.case.opened_at, grading.confirm_within)
            return self._row("confirmed", words, key, OPEN, due)
        last = level_decision(self.case)
        by = last.by if last else ""
        if awaits_confirmation(self.case):
            return self._row("confirmed", words, key, OPEN, detail=_("%(name)s已先行确定") % {"name": by})
        return self._row("confirmed", words, key, DONE, detail=by)

    def first_notice(self) -> Required:
        words = display_name(self.regulation, "act", "first_notice")
        key = self._path("first_notice")
        if isinstance(self.todo.first_notice, str):
            return self._row("first_notice", words, key, NOT_ASKED, detail=_("记入台账即可"))
        waiting, done = self._running("first_notice"), self._ran("first_notice")
        if waiting is None and done is not None:
            return self._row("first_notice", words, key, DONE, detail=done.stopped_by.removesuffix("知悉"))
        return self._row("first_notice", words, key, OPEN, waiting.due_at if waiting else None)

    def respond(self) -> Required:
        rule = self.regulation.clocks.respond_within[self.case.level]
        words, key = display_name(self.regulation, "act", "respond"), f"{rule.path}.within"
        waiting = self._running("respond")
        if self.case.answered_at is not None or (waiting is None and self._ran("respond") is not None):
            return self._row("respond", words, key, DONE)
        if waiting is None:
            return self._row("respond", words, key, OPEN)
        half = waiting.started_at + (waiting.due_at - waiting.started_at) / 2
        detail = _("时限过半，尚无公开动作") if self.now >= half else ""
        return self._row("respond", words, key, OPEN, waiting.due_at, detail)

    def forms(self) -> Required:
        asked, path = self.todo.forms, self._path("forms")
        words = _("回应形式：%(forms)s") % {"forms": self._listed(asked)}
        if not asked:
            return self._row("forms", words, path, NOT_ASKED)
        answered = self.case.answered_at is not None
        done = FORM_STATE(self.case) if FORM_STATE is not None else set(asked if answered else ())
        missing = [form for form in asked if form not in done]
        detail = _("还没有：%(forms)s") % {"forms": self._listed(missing)} if answered and missing else ""
        return self._row("forms", words, path, OPEN if missing else DONE, detail=detail)

    def _listed(self, words: Iterable[str]) -> str:
        return join_names(display_name(self.regulation, "word", word) for word in words)

    def meeting(self) -> Required:
        words, key = display_name(self.regulation, "act", "joint_meeting_convene"), self._path("meeting")
        held = self.case.meetings.filter(state__in=(Meeting.HELD, Meeting.SIGNED)).last()
        if held is not None:
            return self._row("meeting", words, key, DONE, detail=held.number)
        if self.todo.meeting != "required":
            return self._row("meeting", words, key, NOT_ASKED, detail=self._may(self.todo.meeting))
        waiting = self._running("joint_meeting_convene")
        return self._row("meeting", words, key, OPEN, waiting.due_at if waiting else None)

    def special_report(self) -> Required:
        words, key = display_name(self.regulation, "act", "special_report"), self._path("special_report")
        if self.todo.special_report == "none":
            return self._row("special_report", words, key, NOT_ASKED)
        wanted = 1 if self.todo.special_report == "single" else 2  # a report, and what has come since
        written = len(self.acts.get(CaseAct.SPECIAL_REPORT, []))
        detail = _("已有 %(n)d 期") % {"n": written} if written else ""
        return self._row("special_report", words, key, DONE if written >= wanted else OPEN, detail=detail)

    def sustained(self) -> Required:
        words, key = _("决定是否持续回应"), self._path("sustained_decision")
        if self.case.sustained is not None:
            return self._row("sustained", words, key, DONE, detail=self.case.sustained_reason)
        if self.todo.sustained_decision != "required":
            return self._row("sustained", words, key, NOT_ASKED, detail=self._may(self.todo.sustained_decision))
        return self._row("sustained", words, key, OPEN)

    def rescan(self) -> Required:
        words = _("%(act)s（每%(every)s）") % {
            "act": display_name(self.regulation, "act", "rescan"), "every": self._length(self.todo.rescan)
        }  # fmt: skip
        key, waiting = self._path("rescan"), self._running("rescan")
        last = self.acts.get(CaseAct.RESCAN, [])
        detail = _("已看 %(n)d 次") % {"n": len(last)} if last else ""
        if waiting is None:
            over = self.case.closed_at is not None
            return self._row("rescan", words, key, (DONE if last else NOT_ASKED) if over else OPEN, detail=detail)
        return self._row("rescan", words, key, OPEN, waiting.due_at, detail)

    def review(self) -> Required:
        words, key = display_name(self.regulation, "act", "review"), self._path("review_within")
        done = self.acts.get(CaseAct.REVIEW, [])
        if done:
            return self._row("review", words, key, DONE, detail=done[-1].by)
        due = None
        if self.case.closed_at is not None:
            due = self.regulation.work_calendar.add(self.case.closed_at, self.todo.review_within)
        return self._row("review", words, key, OPEN, due, "" if due else _("办结后起算"))

    def _may(self, how: str) -> str:
        return _("可以办，不强制") if how == "optional" else ""

    def _length(self, duration: Duration) -> str:
        return duration.en() if in_english() else duration.zh()


@dataclass(frozen=True)
class Pack:
    """Nothing in it was typed for the meeting: each field is read from where it was recorded once."""

    clocks: list[Clock]
    departments: list[CaseDepartment]  # the lead first
    spread: list[tuple[dt.datetime, int]]  # posts an hour
    facts: FactSheet | None
    findings: list[Finding]  # with their disposals
    liaisons: list[Liaison]  # those that were sent
    tasks: list[Task]  # still open, decisions of earlier meetings included
    required: list[Required]  # what the level asks for and how far it is (§4.3)


def pack(case: Case) -> Pack:
    """The case as it stands this minute. As many queries whatever its size."""
    departments = case.departments.filter(until__isnull=True).select_related("department")
    open_tasks = case.tasks.filter(done_at__isnull=True, dropped_at__isnull=True).select_related("department")
    return Pack(
        clocks=shown_clocks(case),
        departments=sorted(departments, key=lambda row: (row.role != CaseDepartment.LEAD, row.pk)),
        spread=series(case.event),
        facts=case.fact_sheets.last(),
        findings=list(case.findings.select_related("department").prefetch_related("disposals")),
        liaisons=list(case.liaisons.filter(sent_at__isnull=False)),
        tasks=list(open_tasks),
        required=[row for row in required_acts(case) if row.state != NOT_ASKED],
    )
