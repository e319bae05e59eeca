"""快报, 续报, 终报 (§7.4): a few lines to paste into a work group, each as a record with a number and a hash.

A note never says more than the record held at its cut-off; a matter of life and death is named and not told.
"""

from __future__ import annotations

from huiying.documents import names
from huiying.documents.composing import Basis, Blocks, Composed, OfCase, left, sure
from huiying.documents.record import Entry
from huiying.overseeing.history.entries import moment
from huiying.paper.document import Field, Fields

MOST = 300
TAIL = "【系统生成，以台账为准】"
TITLES = {"quick": "快报", "follow": "续报", "final": "终报"}


def compose(basis: Basis) -> Composed:
    return _Note(basis).compose()


class _Note(OfCase):
    def compose(self) -> Composed:
        rows = {"quick": self._quick, "follow": self._follow, "final": self._final}[self.basis.kind]()
        blocks: Blocks = [Fields(tuple(rows))]
        return self.made(blocks, figures={"posts": self.event.posts}, short_text=self._pasted(rows))

    def _pasted(self, rows: list[Field]) -> str:
        stamp = self.basis.cut_off.astimezone(self.rules.zone)
        head = (
            f"【舆情{TITLES[self.basis.kind]} {stamp:%Y-%m-%d %H:%M}】编号 {self.case.number}｜{self.level}｜"
            f"{left(self.case.due(), self.basis.cut_off)}"
        )
        lines = [head, *(f"{row.label}：{row.value}" for row in rows if row.label != "级别")]
        while len("\n".join([*lines, TAIL])) > MOST:  # the longest line loses words, the head and the tail never do
            at = max(range(1, len(lines)), key=lambda one: len(lines[one]))
            if len(lines[at]) < 12:
                del lines[at]
                continue
            lines[at] = f"{lines[at][: len(lines[at]) * 3 // 4]}…"
        return "\n".join([*lines, TAIL])

    def _quick(self) -> list[Field]:
        case, event = self.case, self.event
        first = case.due()
        return [
            Field("级别", f"{self.level}，{left(first, self.basis.cut_off)}", sure(case.opened)),
            Field("出处", f"{self.said.time(event.published_at)}首发（首次获知{self.said.time(case.first_known_at)}）",
                  sure(event.opened, case.opened)),
            Field("事项", f"{self.title}，来文{event.posts}条", sure(case.opened)),
            Field("核实", self._checking(), sure(*(e.source for e in (case.finding, case.acceptance) if e), case.last)),
            *self._letters(),
            Field("主办", case.holder or "统筹部门（待转办）", sure(case.last)),
            *self._next(),
        ]  # fmt: skip

    def _checking(self) -> str:
        case = self.case
        if case.finding is not None:
            return f"{self.words(str(case.finding.data.get('facts')), 60)}（{self.said.time(case.finding.at)}）"
        if case.acceptance is not None:
            return f"{case.acceptance.data.get('department')}正在核查（已签收{self.said.time(case.acceptance.at)}）"
        return f"已转{case.holder}，待签收" if case.holder else "待转办"

    def _letters(self) -> list[Field]:
        sent = [entry for entry in self.case.letters if entry.kind != "liaison.silent"]
        what = {"liaison.sent": "发函", "liaison.answered": "答复"}
        return [
            Field("衔接", f"{entry.data.get('body')} {self.said.time(entry.at)}{what[entry.kind]}", (entry.source,))
            for entry in sent[-2:]
        ]

    def _next(self) -> list[Field]:
        due = self.case.next_due
        if due is None:
            return []
        return [Field("下一节点", f"{self.said.time(due[0])} {names.act(self.rules, due[1])}", sure(self.case.opened))]

    def _follow(self) -> list[Field]:
        """Only what changed since the last note on the case, as the record has it."""
        since = moment(self.basis.given.get("since"))
        told = [
            (entry, words)
            for entry in self.book.window
            if (since is None or entry.at > since) and (words := self._changed(entry))
        ]
        changes = [Field(self.said.time(entry.at), words, (entry.source,)) for entry, words in told[-8:]]
        return [
            Field("事项", self.title, sure(self.case.opened)),
            *(changes or [Field("进展", "情况无变化", sure(self.case.last))]),
            Field("主办", self.case.holder or "统筹部门（待转办）", sure(self.case.last)),
            *self._next(),
        ]

    def _changed(self, entry: Entry) -> str:
        data = entry.data
        match entry.kind:
            case "case.moved":
                return f"进入“{names.state(self.rules, str(data.get('to')))}”"
            case "case.found":
                return f"核实：{self.words(str(data.get('facts')), 60)}"
            case "case.disposed":
                return f"处置：{self.words(str(data.get('actions')), 60)}"
            case "case.graded":
                return f"级别定为{data.get('name')}"
            case "liaison.answered":
                return f"{data.get('body')}答复"
            case "release.live":
                return f"已在“{data.get('place')}”公开"
            case "event.joined":
                return f"来文增至{data.get('posts_count')}条"
        return ""

    def _final(self) -> list[Field]:
        case = self.case
        rows = [
            Field("事项", self.title, sure(case.opened)),
            Field("结果", names.state(self.rules, case.state), sure(case.last)),
        ]
        if case.disposal is not None:
            rows.append(Field("处置", self.words(str(case.disposal.data.get("actions")), 80), (case.disposal.source,)))
        rows += [
            Field("回应", f"{entry.data.get('place')} {self.said.time(moment(entry.data.get('at')) or entry.at)} "
                  f"{entry.data.get('url') or ''}".strip(), (entry.source,))
            for entry in case.lives
        ] or [Field("回应", "没有公开回应", sure(case.last))]  # fmt: skip
        if case.root_cause:
            rows.append(Field("根源", self.words(case.root_cause, 60), sure(case.last)))
        going = {None: "未决定", True: "是", False: "否"}
        decided = case.going_on.data.get("sustained") if case.going_on else None
        rows.append(
            Field("持续回应", going.get(decided, "未决定"), sure(case.going_on.source if case.going_on else ""))
        )
        return rows
