"""Papers of accountability: 督办单, 通报批评, 约谈记录 (C12.4, C12.5, §5.2-6 to 8), 移送材料 (C12.6), 考核证据包
(C12.3, §5.2-10).

A measure is told as it was proposed, heard and decided, over the evidence that was packed then, whole and unchosen; a
pack has every act of a case in its order, with its clause, its hash and its proof. No citizen is named.
"""

from __future__ import annotations

from huiying.documents import names
from huiying.documents.composing import Basis, Blocks, Composed, OfCase, clean, counted, short, span, sure
from huiying.documents.entry_words import WORDS
from huiying.documents.record import DANGER, SENSITIVE, CaseAt, Entry
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.history.entries import moment
from huiying.paper.document import OFFICIAL, Field, Fields, Heading, Note, Paragraph, Row, Table


def compose_supervision(basis: Basis) -> Composed:
    return _Supervision(basis).compose()


def compose_criticism(basis: Basis) -> Composed:
    return _Criticism(basis).compose()


def compose_talk(basis: Basis) -> Composed:
    return _Talk(basis).compose()


def compose_referral(basis: Basis) -> Composed:
    return _Referral(basis).compose()


class _Measure(OfCase):
    def one(self, kind: str) -> Entry | None:
        return self.last(f"measure.{kind}")

    @property
    def proposed(self) -> Entry:
        return self.book.of("measure.proposed")[0]

    @property
    def decided(self) -> Entry:
        return self.book.of("measure.decided")[0]

    @property
    def department(self) -> str:
        return str(self.proposed.data["department"])

    def said_of(self, text: object) -> str:
        """A matter of life and death is spoken of on no paper (Life first)."""
        if self.basis.given.get("danger"):
            return DANGER
        return SENSITIVE if self.basis.given.get("sensitive") else clean(str(text or ""))

    def lines(self, text: object, entry: Entry) -> Blocks:
        return [Paragraph(self.said_of(line), (entry.source,)) for line in str(text or "").splitlines() if line.strip()]

    def statement(self) -> Blocks:
        """申辩及采纳情况: the department's own words, or that its time passed without any."""
        stated = self.one("stated")
        if stated is not None:
            return self.lines(stated.data["text"], stated)
        until = self.said.time(moment(self.proposed.data.get("statement_until")))
        return [Paragraph(f"{self.department}到陈述截止（{until}）没有陈述意见。", (self.proposed.source,))]

    def until(self) -> str:
        return self.said.time(moment(self.decided.data.get("rectify_by")))

    def cases(self) -> Table:
        rows = tuple(
            Row(
                (case.number, self.said_of(short(case.title, 40)), case.level_name, *self._late(case)),
                sure(case.opened),
            )
            for case in self.told_cases()
        )
        return Table(("案件", "事项", "级别", "原时限", "已超"), rows, (3, 5, 2, 3, 2), "没有列入案件。")

    def told_cases(self) -> list[CaseAt]:
        return [self.book.cases[number] for number in self.proposed.data["cases"] if number in self.book.cases]

    def _late(self, case: CaseAt) -> tuple[str, str]:
        """原时限 and how far past it was when this was proposed; an answer that came later stops the count."""
        missed = [entry for entry in case.broken if entry.data.get("act") == "respond"]
        due = moment(missed[-1].data.get("due_at")) if missed else case.due()
        if due is None:
            return "—", "—"
        end = case.first_answer_at or self.proposed.at
        return self.said.time(due), span(end - due) if end > due else "未超"

    def course(self) -> Table:
        """时间线摘录: what the packed chains say, in their order."""
        rows = []
        for entry in sorted(self.book.window, key=lambda one: (one.at, one.chain, one.seq)):
            words = WORDS.get(entry.kind)
            if words is not None and words.in_report and entry.chain.startswith("case:"):
                said = self.said_of(short(words.said(entry.data, self.rules), 90))
                rows.append(Row((self.said.time(entry.at), entry.subject, said), (entry.source,)))
        return Table(("时间", "案件", "经过"), tuple(rows), (3, 3, 8), "没有可列的经过。")

    def figures(self) -> dict[str, object]:
        cases = self.told_cases()
        return {
            "cases": len(cases),
            "entries": sum(entry.chain.startswith("case:") for entry in self.book.window),
            "breaches": sum(bool(entry.data.get("counts")) for case in cases for entry in case.broken),
            "returns": sum(len(case.returned_by) for case in self.book.cases.values()),
        }

    def titled(self) -> str:
        return f"{names.of(self.rules, self.basis.kind)}（{self.department}）"

    def follow(self) -> str:
        followed = self.one("followed")
        if followed is None:
            return "尚未回访。"
        return f"{self.said_of(followed.data['note'])}（{followed.who}，{self.said.time(followed.at)}）"


class _Supervision(_Measure):
    def compose(self) -> Composed:
        proposed, decided = self.proposed, self.decided
        followed = self.one("followed")
        blocks: Blocks = [
            Fields((
                Field("承办部门", self.department, (proposed.source,)),
                Field("督办来源", "、".join(proposed.data["cases"]), (proposed.source,)),
                Field("情形", str(proposed.data["trigger"]), (proposed.source,)),
                Field("新节点", f"{self.until()}前整改并报告；案件原时限不变", (decided.source,)),
            )),
            Heading("督办事项"), self.cases(), *self.lines(proposed.data["facts"], proposed),
            Heading("督办要求"), *self.lines(decided.data["reason"], decided),
            Heading("部门陈述"), *self.statement(),
            Heading("反馈和办结认定"), Paragraph(self.follow(), sure(followed.source if followed else "")),
        ]  # fmt: skip
        return self.made(blocks, figures=self.figures(), title=self.titled(), places=("签发", "签收"))


class _Criticism(_Measure):
    def compose(self) -> Composed:
        proposed, decided = self.proposed, self.decided
        trigger = str(proposed.data["trigger"])
        name = names.of(self.rules, "criticism")
        blocks: Blocks = [
            Heading("一、事实"), *self.lines(proposed.data["facts"], proposed), self.cases(), self.course(),
            Heading("二、违反的规定"),
            Paragraph(f"上述情形属于本局舆情回应制度规定应当追究的“{trigger}”。", (proposed.source,)),
            Heading("三、申辩及采纳情况"), *self.statement(),
            Heading("四、认定与决定"), *self.lines(decided.data["reason"], decided),
            Paragraph(f"经研究，决定对{self.department}予以{proposed.data['step']}。", (decided.source,)),
            Heading("五、整改要求"),
            Paragraph(f"{self.department}应当在{self.until()}前完成整改，并报告整改情况。", (decided.source,)),
            Note("本件只对部门，不涉及任何群众；依据的案件记录整条附在台账，不挑不减。"),
        ]  # fmt: skip
        return self.made(
            blocks, figures=self.figures(), style=OFFICIAL, mark=f"{self.basis.issuer}文件",
            title=f"关于{self.department}{trigger}的{_bare(name)}", to="各处（室）、各部门", places=("签发",),
            foot=(f"{self.basis.issuer}　{self.said.day(self.basis.cut_off)}印发",),
        )  # fmt: skip


def _bare(name: str) -> str:
    """In a title 「的通报」: what it is a circular of has been said."""
    return "通报" if "通报" in name else name


class _Talk(_Measure):
    def compose(self) -> Composed:
        proposed, decided = self.proposed, self.decided
        talked, followed = self.book.of("measure.talked")[0], self.one("followed")
        told, source = talked.data, (talked.source,)
        figures = self.figures()
        evidence = f"{figures['cases']}件，记录{figures['entries']}条，其中计入考核的逾期{figures['breaches']}次"
        promises = [line.strip() for line in str(told["promises"]).splitlines() if line.strip()]
        blocks: Blocks = [
            Fields((
                Field("时间", self.said.time(moment(told["held_at"])), source),
                Field("地点", clean(str(told["place"])), source),
                Field("约谈人", str(told["leader"]), source),
                Field("被约谈人", f"{told['attended']}（{self.department}）", source),
                Field("记录人", talked.who, source),
                Field("事由", str(proposed.data["trigger"]), (proposed.source,)),
                Field("证据", f"{'、'.join(proposed.data['cases'])}：{evidence}", (proposed.source,)),
            )),
            Heading("事实"), *self.lines(proposed.data["facts"], proposed), self.cases(),
            Heading("被约谈部门的陈述"), *self.statement(),
            Heading("谈话要点"), *self.lines(told["words"], talked),
            Heading("要求"), *self.lines(decided.data["reason"], decided),
            Heading("承诺与期限"), *(Paragraph(self.said_of(line), source) for line in promises),
            Paragraph(f"{self.until()}前回访。", (decided.source,)),
            Heading("回访结果"), Paragraph(self.follow(), sure(followed.source if followed else "")),
        ]  # fmt: skip
        return self.made(blocks, figures=figures | {"promises": len(promises)}, places=("约谈人", "被约谈人", "记录人"))


class _Referral(_Measure):
    """The packet for the competent body: facts, course, rule, the department's word. It finds nobody guilty (C12.6)."""

    def compose(self) -> Composed:
        proposed, decided, outcome = self.proposed, self.decided, self.one("outcome_noted")
        figures = self.figures()
        trigger = str(proposed.data["trigger"])
        packed = f"{figures['cases']}件，记录{figures['entries']}条，整条移送，不挑不减"
        blocks: Blocks = [
            Fields((
                Field("所涉部门", self.department, (proposed.source,)),
                Field("情形", trigger, (proposed.source,)),
                Field("证据", f"{'、'.join(proposed.data['cases'])}：{packed}", (proposed.source,)),
                Field("决定移送", f"{decided.who}，{self.said.time(decided.at)}", (decided.source,)),
            )),
            Heading("一、事实"), *self.lines(proposed.data["facts"], proposed), self.cases(),
            Heading("二、时间线"), self.course(),
            Heading("三、适用的规定"),
            Paragraph(f"本局舆情回应制度规定，“{trigger}”的应当追究责任。", (proposed.source,)),
            Heading("四、部门陈述"), *self.statement(),
            Heading("五、移送理由"), *self.lines(decided.data["reason"], decided),
            Heading("六、处理结果"), Paragraph(self._result(outcome), sure(outcome.source if outcome else "")),
            Note("本件只移送材料，不认定责任；是否追究、如何处理，由有权机关决定。本件不涉及任何群众。"),
        ]  # fmt: skip
        return self.made(blocks, figures=figures, title=self.titled(), places=("签发",))

    def _result(self, outcome: Entry | None) -> str:
        if outcome is None:
            return "有权机关尚未告知处理结果。"
        return f"{self.said_of(outcome.data['note'])}（{outcome.who}登记，{self.said.time(outcome.at)}）"


def compose_pack(basis: Basis) -> Composed:
    return _Pack(basis).compose()


class _Pack(OfCase):
    def compose(self) -> Composed:
        acts = sorted(self.book.window, key=lambda entry: entry.at)
        heads = LedgerEntry.objects.filter(chain__in=list(self.basis.heads))
        hashes = {(c, s): h for c, s, h in heads.values_list("chain", "seq", "hash")}
        kinds = counted(entry.kind for entry in acts)
        stopped = self.book.of("clock.stopped")
        rows = [
            Field("办件编号", self.case.number, sure(self.case.opened)),
            Field("事项", self.title, sure(self.case.opened)),
            Field("级别", self.level, sure(self.case.last)),
            Field("首次获知", self.said.time(self.case.first_known_at), sure(self.case.opened)),
            Field("状态", names.state(self.rules, self.case.state), sure(self.case.last)),
            Field("主办", self.case.holder or "统筹部门", sure(self.case.last)),
        ]
        clocks = tuple(
            Row(
                (
                    names.act(self.rules, str(e.data.get("act"))), self.said.time(moment(e.data.get("due_at"))),
                    self.said.time(moment(e.data.get("at"))), "按时" if e.data.get("on_time") else "逾期",
                ),
                (e.source,),
            )
            for e in stopped
        )  # fmt: skip
        course = tuple(
            Row((self.said.time(e.at), self._words(e), e.who, hashes[(e.chain, e.seq)][:12]), (e.source,)) for e in acts
        )
        proofs = tuple(
            Row(
                (str(e.data.get("place")), str(e.data.get("url") or "—"), str(e.data.get("evidence") or "")),
                (e.source,),
            )
            for e in self.case.lives
        )
        blocks: Blocks = [
            Fields(tuple(rows)),
            Heading("一、时限"), Table(("行为", "截止", "办到", "结果"), clocks, (3, 3, 3, 2), "没有停止的时限。"),
            Heading("二、公开回应的凭证"), Table(("渠道", "链接", "凭证校验码"), proofs, (2, 4, 6), "没有公开回应。"),
            Heading("三、全部记录"), Table(("时间", "经过", "人员", "记录校验码"), course, (3, 7, 3, 3)),
            Note("记录校验码是台账条目散列值的前 12 位；整件可用“导出办件”得到的校验程序在别的电脑上复核。"),
        ]  # fmt: skip
        figures = {"entries": len(acts), "kinds": kinds, "breaches": len(self.case.broken), "proofs": len(proofs)}
        return self.made(blocks, figures=figures, places=("制作", "审核"))

    def _words(self, entry: Entry) -> str:
        words = WORDS.get(entry.kind)
        if words is None:
            return entry.kind
        return self.words(clean(short(words.said(entry.data, self.rules), 90)))
