"""Papers of a case: 舆情回应审批表 (§5.2-3), 核实函 (C5.15, §5.2-10), 会商会议纪要 (C6.5, C10.1, §5.2-4), 预警通知
(C6.12), 反馈单 (C6.13), 转办单 (C10.5, §5.2-5).

Each says what the record holds of it, word for word: who sent it, who took note, each opinion with its name and hash.
"""

from __future__ import annotations

from huiying.documents import names
from huiying.documents.composing import Basis, Blocks, Composed, OfCase, Titles, clean, left, sure
from huiying.documents.entry_words import DECISIONS, WORDS
from huiying.documents.record import Entry
from huiying.handling.models import Liaison, Meeting, MeetingSeat, TransferSlip
from huiying.handling.slips import VALUE, written
from huiying.overseeing.history.entries import moment
from huiying.paper.document import LETTER, MINUTES, Field, Fields, Heading, Paragraph, Row, Table
from huiying.responding.models import ReviewRound

OPENNESS = {"open": "主动公开", "partly": "部分公开"}
CHECKS = {"secrecy_checked": "保密审查", "personal_data_checked": "个人信息审查"}
ANSWERS = {"agree": "同意", "amend": "建议修改", "object": "不同意"}


def compose_approval(basis: Basis) -> Composed:
    return _Approval(basis).compose()


class _Approval(OfCase):
    def compose(self) -> Composed:
        round_ = ReviewRound.objects.select_related("revision").get(pk=self.ref)
        revision, opened = round_.revision, self._of_round("review.opened")
        source = sure(opened.source if opened else "")
        steps = [e for e in self.book.of("review.decided") if e.data.get("round") == round_.pk]
        asked = self.book.of("confirmation.asked", "confirmation.answered", "confirmation.silent",
                             "confirmation.overridden")  # fmt: skip
        texts = [
            Field(f"拟发{names.account(self.rules, name)}", self.words(text), source)
            for name, text in sorted(revision.renditions.items())
        ]
        rows = [
            Field("办件编号", f"{self.case.number}（{self.level}）", sure(self.case.opened)),
            Field("时限", left(self.case.due(), self.basis.cut_off), sure(self.case.opened)),
            Field("舆情摘要", self.title, sure(self.case.opened)),
            Field("主办与发声", f"{self.case.holder or '统筹部门'}；发声主体{revision.department or '未写明'}", source),
            Field("事实依据", self._facts(), sure(self.case.agreed.source if self.case.agreed else "")),
            Field("法律、政策依据", clean(revision.basis) or "未写明", source),
            Field("公开属性", OPENNESS.get(revision.openness, revision.openness), source),
            Field("文稿", f"第{revision.number}稿《{clean(revision.title)}》", source),
            Field("文稿校验码", round_.manifest_sha256, source),
        ]
        blocks: Blocks = [
            Fields(tuple(rows)),
            Heading("拟回应文本"), Fields(tuple(texts)) if texts else Paragraph("没有文本。"),
            Heading("涉及机关的沟通确认"), self._bodies(asked),
            Heading("审核意见"), self._steps(steps),
            Heading("发布回执"), self._receipts(round_.manifest_sha256),
            Heading("是否持续回应"), self._sustained(),
        ]  # fmt: skip
        figures = {
            "steps": len(steps),
            "approved": sum(e.data.get("decision") == "approved" for e in steps),
            "published": sum(e.data.get("manifest") == round_.manifest_sha256 for e in self.case.lives),
        }
        return self.made(blocks, figures=figures)

    def _of_round(self, kind: str) -> Entry | None:
        return next((e for e in self.book.of(kind) if e.data.get("round") == self.ref), None)

    def _facts(self) -> str:
        if self.case.agreed is None:
            return "没有口径"
        return (
            f"口径第{self.case.agreed.data.get('version')}版：{self.words(str(self.case.agreed.data.get('text')), 200)}"
        )

    def _bodies(self, asked: list[Entry]) -> Table:
        words = {
            "confirmation.asked": "已征求", "confirmation.silent": "到时没有答复（不视为同意）",
            "confirmation.overridden": "领导决定不待答复",
        }  # fmt: skip
        rows = []
        for entry in asked:
            answer = ANSWERS.get(str(entry.data.get("answer")), str(entry.data.get("answer") or ""))
            told = words.get(entry.kind) or f"答复：{answer}"
            rows.append(Row((str(entry.data.get("body") or ""), self.said.time(entry.at), told), (entry.source,)))
        return Table(("机关", "时间", "意见"), tuple(rows), (4, 3, 5), "不涉及其他机关，或没有征求。")

    def _steps(self, steps: list[Entry]) -> Table:
        rows = []
        for entry in steps:
            data = entry.data
            checked = [name for key, name in CHECKS.items() if data.get(key)]
            opinion = "；".join(
                words
                for words in (
                    DECISIONS.get(str(data.get("decision")), ""), self._said(data.get("comment")), "、".join(checked),
                )
                if words
            )  # fmt: skip
            role = _role(self, str(data.get("role"))) + ("（代）" if data.get("as_deputy") else "")
            rows.append(Row((role, opinion, entry.who, self.said.time(entry.at)), (entry.source,)))
        return Table(("审核", "意见", "签名", "时间"), tuple(rows), (3, 5, 3, 3), "尚无审核意见。")

    def _said(self, comment: object) -> str:
        text = str(comment or "")
        return (text and self.event.kept_back) or clean(text)

    def _receipts(self, manifest: str) -> Table:
        lives = [e for e in self.case.lives if e.data.get("manifest") == manifest]
        first = min((moment(e.data.get("at")) or e.at for e in lives), default=None)
        rows = []
        for entry in lives:
            at = moment(entry.data.get("at")) or entry.at
            skew = f"{int((at - first).total_seconds() // 60)}分" if first else "—"
            rows.append(
                Row(
                    (str(entry.data.get("place")), self.said.time(at), str(entry.data.get("url") or "—"), skew),
                    (entry.source,),
                )
            )
        return Table(("渠道", "时间", "链接", "与首发时差"), tuple(rows), (3, 3, 5, 2), "尚未发布。")

    def _sustained(self) -> Paragraph:
        found = self.case.going_on
        if found is None:
            return Paragraph("尚未决定。")
        word = "是" if found.data.get("sustained") else "否"
        return Paragraph(f"{word}。{clean(str(found.data.get('reason') or ''))}", (found.source,))


def _role(page: OfCase, code: str) -> str:
    try:
        return page.rules.name_of("role", code)
    except KeyError:
        return names.act(page.rules, code)


def compose_letter(basis: Basis) -> Composed:
    return _Letter(basis).compose()


class _Letter(OfCase):
    def compose(self) -> Composed:
        row = Liaison.objects.get(pk=self.ref)
        sent = next((e for e in self.book.of("liaison.sent") if e.data.get("number") == row.number), None)
        source = sure(sent.source if sent else self.case.opened)
        lines = [line.strip("　 ") for line in row.letter.splitlines() if line.strip("　 ")]
        title, to, rest = _parts(lines, row.body)
        while rest and rest[-1] in (
            self.basis.issuer,
            self.said.day(self.basis.cut_off),
            self.said.day(row.drafted_at),
        ):
            rest.pop()  # the page sets the issuer and the date itself, where GB/T 9704 has them
        blocks: Blocks = [Paragraph(line, source) for line in rest]
        return self.made(blocks, figures={"lines": len(rest)}, style=LETTER, title=title, to=to, mark=self.basis.issuer)


def _parts(lines: list[str], body: str) -> tuple[str, str, list[str]]:
    """Title, whom it goes to, the rest; a letter that was written otherwise keeps all its words."""
    title = lines[0] if lines and lines[0].endswith("函") else "关于协助核实有关情况的函"
    rest = lines[1:] if lines and lines[0] == title else lines
    if rest and rest[0].startswith(body) and rest[0].endswith(("：", ":")):
        return title, rest[0].rstrip("：:"), rest[1:]
    return title, body, rest


def compose_minutes(basis: Basis) -> Composed:
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


TOLD = {"asker": "反映人", "reporter": "信息员", "office": "统筹部门", "leader": "局领导"}
MEANS = {"portal": "网上查询", "notice": "站内消息", "phone": "电话", "counter": "当面", "letter": "书面"}


def compose_warning(basis: Basis) -> Composed:
    return _Warning(basis).compose()


def compose_feedback(basis: Basis) -> Composed:
    return _Feedback(basis).compose()


class _Warning(OfCase):
    def compose(self) -> Composed:
        warned = next(e for e in self.book.of("event.warned") if e.data.get("warning") == self.ref)
        event = self.book.events[warned.subject]
        after = [e for e in self._receipts() if e.at >= warned.at]
        level = names.level(self.rules, str(warned.data.get("level")))
        rows = [
            Field("事件", event.number, sure(event.opened)),
            Field("等级", level, (warned.source,)),
            Field("触发", Titles(self.book).event(event), (warned.source,)),
            Field("发出", self.said.time(warned.at), (warned.source,)),
            Field("对象", "、".join(warned.data.get("recipients") or ()), (warned.source,)),
            Field("应在此前知悉", self.said.time(moment(warned.data.get("due_at"))), (warned.source,)),
        ]
        receipts = tuple(
            Row((self._word(entry), self.said.time(entry.at), self._who(entry)), (entry.source,)) for entry in after
        )
        blocks: Blocks = [
            Fields(tuple(rows)),
            Heading("回执和解除"),
            Table(("情况", "时间", "人员"), receipts, (4, 4, 4), "尚无人知悉。"),
        ]
        figures = {"recipients": len(warned.data.get("recipients") or ()), "receipts": len(receipts)}
        return self.made(blocks, figures=figures, title=f"{level}{names.of(self.rules, 'warning')}")

    def _receipts(self) -> list[Entry]:
        """Of this warning; a step up names the event only, for there is one open warning at a time."""
        kinds = ("warning.acknowledged", "warning.climbed", "warning.settled", "warning.cancelled")
        return [e for e in self.book.of(*kinds) if e.data.get("warning") in (None, self.ref)]

    def _word(self, entry: Entry) -> str:
        return {
            "warning.acknowledged": "知悉", "warning.climbed": "无人知悉，已报下一人", "warning.cancelled": "撤销",
        }.get(entry.kind, "已有人处理，预警了结")  # fmt: skip

    def _who(self, entry: Entry) -> str:
        return "、".join(entry.data.get("recipients") or ()) or str(entry.data.get("why") or entry.who)


class _Feedback(OfCase):
    def compose(self) -> Composed:
        given = self.book.of("feedback.given")
        rows = tuple(
            Row(
                (
                    TOLD.get(str(e.data.get("to")), "其他"), str(e.data.get("name") or ""),
                    MEANS.get(str(e.data.get("means")), str(e.data.get("means") or "")), self.said.time(e.at), e.who,
                ),
                (e.source,),
            )
            for e in given
        )  # fmt: skip
        case = self.case
        blocks: Blocks = [
            Fields((
                Field("办件编号", case.number, sure(case.opened)),
                Field("事项", self.title, sure(case.opened)),
                Field("结果", names.state(self.rules, case.state), sure(case.last)),
                Field("处置", self.words(str(case.disposal.data.get("actions"))) if case.disposal else "尚无",
                      sure(case.disposal.source if case.disposal else "")),
                Field("公开回应", "；".join(str(e.data.get("place")) for e in case.lives) or "没有",
                      tuple(e.source for e in case.lives)),
            )),
            Heading("反馈情况"),
            Table(("反馈给", "姓名或留言编号", "方式", "时间", "办理人"), rows, (2, 3, 2, 3, 3), "尚未反馈。"),
        ]  # fmt: skip
        return self.made(blocks, figures={"given": len(rows)}, places=("经办", "审核"))


def compose_slip(basis: Basis) -> Composed:
    return _Slip(basis).compose()


class _Slip(OfCase):
    def compose(self) -> Composed:
        slip = TransferSlip.objects.select_related("assignment__department").get(pk=self.ref)
        issued = self._of("slip.issued", slip.number)
        routed = next((e for e in self.book.of("case.routed")
                       if e.data.get("slip") == slip.number), None)  # fmt: skip
        lead = slip.assignment.department.name
        known = sum(VALUE in element for element in slip.elements.values())
        rows = [
            Field("办件编号", self.case.number, sure(self.case.opened)),
            Field("级别与时限", f"{names.level(self.rules, slip.level)}，{self._until(slip)}", sure(issued)),
            Field("主办", lead, sure(routed.source if routed else "")),
            Field("协办", "、".join(slip.joint) or "无", sure(routed.source if routed else "")),
            Field("理由", self._reason(routed), sure(routed.source if routed else "")),
        ]
        elements = [
            Field(name, self.event.kept_back or clean(written(slip.elements[name])), sure(issued))
            # In the regulation's order: PostgreSQL's jsonb keeps no order of keys.
            for name in self.rules.transfer.required_fields
            if name in slip.elements
        ]
        blocks: Blocks = [
            Fields(tuple(rows)), Heading(f"{len(elements)} 要素"), Fields(tuple(elements)),
            Heading("要求"), Fields((Field("办理要求", clean(slip.requirements) or "按制度办理", sure(issued)),)),
            Heading("签收和办理"), *self._course(lead),
        ]  # fmt: skip
        figures = {"elements": len(elements), "known": known, "unknown": len(elements) - known}
        return self.made(blocks, figures=figures, places=("转办", "签收"))

    def _of(self, kind: str, number: str) -> str:
        return next((e.source for e in self.book.of(kind) if e.data.get("number") == number), "")

    def _until(self, slip: TransferSlip) -> str:
        return f"{self.said.time(slip.due_at)}前公开回应" if slip.due_at else "没有在计时限"

    def _reason(self, routed: Entry | None) -> str:
        if routed is None:
            return "—"
        matched = (routed.data.get("matched") or {}).get("reason") or ""
        return "；".join(words for words in (clean(str(routed.data.get("reason") or "")), str(matched)) if words)

    def _course(self, lead: str) -> Blocks:
        """签收, 退回, what was found and done, and each node that was reported."""
        rows = []
        for entry in self.book.window:
            words = self._told(entry)
            if words:
                rows.append(Row((self.said.time(entry.at), words, entry.who), (entry.source,)))
        return [Table(("时间", "办理", "办理人"), tuple(rows), (3, 8, 3), "尚未签收。")]

    def _told(self, entry: Entry) -> str:
        words = WORDS.get(entry.kind)
        if words is None or words.in_note is None:
            return ""
        done, quoted = words.in_note(entry.data)
        return done + (self.words(quoted) if quoted else "")
