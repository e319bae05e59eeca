"""会商会议纪要 (C6.5, C10.1, §5.2-4) in the form of a 纪要: who came, what was said, who does what."""

from __future__ import annotations

from huiying.documents.composing import Basis, Blocks, Composed, clean, sure
from huiying.documents.compositors.base import OfCase
from huiying.handling.models import Meeting, MeetingSeat
from huiying.paper.document import MINUTES, Field, Fields, Heading, Paragraph, Row, Table


def compose(basis: Basis) -> Composed:
    return _Minutes(basis).compose()


class _Minutes(OfCase):
    def compose(self) -> Composed:
        meeting = Meeting.objects.prefetch_related("seats__department", "dissents", "decisions__department").get(
            pk=self.ref
        )
        seats, decisions, dissents = meeting.seats.all(), meeting.decisions.all(), meeting.dissents.all()
        held, minuted = self._of("meeting.held", meeting.number), self._of("meeting.minuted", meeting.number)
        rows = [
            Field("时间", self.said.time(meeting.held_at or meeting.starts_at), held),
            Field("地点", meeting.place, held),
            Field("主持", meeting.chair_name, held),
            Field("记录", meeting.recorded_by or "—", held),
            Field("出席", self._names(seats, MeetingSeat.PRESENT), held),
            Field("请假", self._names(seats, MeetingSeat.EXCUSED) or "无", held),
            Field("缺席", self._names(seats, MeetingSeat.ABSENT) or "无", held),
            Field("议题", self.words(meeting.topic), held),
        ]
        tasks = tuple(
            Row(
                (
                    self.words(task.title, 120), task.department.name, task.owner_name, self.said.time(task.due_at),
                    clean(task.deliverable) or "—",
                ),
                minuted,
            )
            for task in decisions
        )  # fmt: skip
        facts = self.case.agreed
        blocks: Blocks = [
            Fields(tuple(rows)),
            Heading("一、情况通报"), *self._lines(meeting.situation, minuted),
            Heading("二、讨论要点"), *self._lines(meeting.discussion, minuted),
            *(Paragraph(f"{row.name}有不同意见：{self.words(row.words)}", minuted) for row in dissents),
            Heading("三、议定事项"),
            Table(("事项", "责任部门", "负责人", "时限", "交付物"), tasks, (5, 3, 2, 3, 2), "没有议定事项。"),
            Heading("四、口径、级别和持续回应"),
            Paragraph(f"口径第{facts.data.get('version')}版。", (facts.source,)) if facts else Paragraph("没有口径。"),
            Paragraph(f"级别：{self.level}。", sure(self.case.last)),
        ]  # fmt: skip
        figures = {
            "present": sum(seat.attendance == MeetingSeat.PRESENT for seat in seats),
            "invited": len(seats),
            "decisions": len(tasks),
            "dissents": len(dissents),
        }
        signed = f"签发：{meeting.signed_by}　{self.said.time(meeting.signed_at)}"
        return self.made(
            blocks,
            figures=figures,
            style=MINUTES,
            title=f"关于{self.words(meeting.topic, 40)}的会商纪要",
            foot=(signed,),
        )

    def _of(self, kind: str, number: str) -> tuple[str, ...]:
        return tuple(e.source for e in self.book.of(kind) if number in (e.data.get("number"), e.data.get("meeting")))

    def _names(self, seats: object, attendance: str) -> str:
        return "、".join(
            seat.name + (f"（{seat.stood_in_by}代）" if seat.stood_in_by else "")
            for seat in seats  # type: ignore[attr-defined]
            if seat.attendance == attendance
        )

    def _lines(self, text: str, sources: tuple[str, ...]) -> Blocks:
        return [Paragraph(self.words(line), sources) for line in text.splitlines() if line.strip()] or [
            Paragraph("没有记录。")
        ]
