"""What a permission is asked about: a case for most, a meeting or a task for those that are about one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cast import Cast
from huiying.documents.models import Instruction, IssuedDocument
from huiying.handling.models import Case, Meeting, MeetingSeat, Task
from huiying.kernel import clock
from huiying.listening.models import PatrolCard, PatrolPoint
from huiying.overseeing.models import Measure
from huiying.people.models import Department, DutyShift, GroupSeat, Platform, ShiftSwap
from huiying.people.permissions import PERMISSIONS


class Subjects:
    """A case of the information department, a meeting about it chaired by the deputy, a task of its liaison."""

    def __init__(self, cast: Cast, case: Case) -> None:
        now = clock.now()
        self.case = case
        self.meeting = Meeting.objects.create(
            number="会〔2026〕1号", case=case, topic="研判", place="三楼", starts_at=now, quorum=0.5, chair=cast.deputy,
            chair_name=cast.deputy.name, convened_by=cast.office.name, convened_at=now,
        )  # fmt: skip
        MeetingSeat.objects.create(meeting=self.meeting, user=cast.tech_head, name="部长", notified_at=now)
        self.task = Task.objects.create(
            case=case, kind=Task.MATTER, title="逐一电话告知", department=cast.department("Z-XX"), made_at=now,
            owner=cast.tech_liaison, owner_name=cast.tech_liaison.name, due_at=now + dt.timedelta(days=1), made_by="甲",
        )  # fmt: skip
        places = ((cast.top, GroupSeat.HEAD), (cast.deputy, GroupSeat.DEPUTY), (cast.legal, GroupSeat.MEMBER))
        self.group = [
            GroupSeat.objects.create(user=user, place=place, since=now, seated_by="甲") for user, place in places
        ]
        tomorrow = now + dt.timedelta(days=1)
        shift = DutyShift.objects.create(
            user=cast.duty, starts_at=tomorrow, ends_at=tomorrow + dt.timedelta(hours=8), made_by="甲"
        )
        self.document = IssuedDocument.objects.create(
            kind="report", number="专报〔2026〕第1期", subject=case.number, case=case, title="专报", cut_off=now,
            content="{}", sha256="0" * 64, figures="{}", basis="{}", issued_by="甲", issued_at=now,
        )  # fmt: skip
        self.instruction = Instruction.objects.create(
            document=self.document, leader=cast.deputy.name, words="请核实", taken_by="甲", at=now, next_action_at=now,
            owner=cast.tech_liaison, owner_name=cast.tech_liaison.name, due_at=now + dt.timedelta(days=1),
        )  # fmt: skip
        self.swap = ShiftSwap.objects.create(
            shift=shift, asker=cast.duty, asked_of=cast.duty2, reason="有事", asked_at=now
        )

        self.department = cast.department("Z-XX")
        self.measure = Measure.objects.create(
            number="2026-1", department=self.department, step="通报批评", trigger="处置不力", facts="逾期",
            by_leader=True, proposed_by="甲", proposed_user=cast.inspector.pk, proposed_at=now,
            statement_until=tomorrow,
        )  # fmt: skip

    def of(self, permission: str) -> Any:
        found = self._looked_at(PERMISSIONS[permission].of)
        if found is not None:
            return found
        if permission == "assessment.answer":
            return self.department
        if permission.startswith(("measure.", "appeal.", "assessment.")):
            return self.measure
        if permission in ("meeting.view", "meeting.sign"):
            return self.meeting
        if permission == "register.edit":
            return Platform.objects.get(code="wechat")
        if permission == "roster.sign":
            return self.group
        if permission == "swap.ask":
            return self.swap.shift
        if permission == "swap.answer":
            return self.swap
        if permission.startswith("instruction."):
            return self.instruction
        if permission == "document.view":
            return self.document
        return self.task if permission == "task.finish" else self.case

    def _looked_at(self, of: str) -> Any:
        """By what the rule itself says that it looks at."""
        if of == "department":
            return self.department
        if of == "document":
            return self.document
        if of == "card":
            return PatrolCard(point=PatrolPoint(owner=self.department, backup=Department.objects.get(code="WGC")))
        return None
