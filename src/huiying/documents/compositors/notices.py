"""预警通知 with its receipts (C6.12) and 反馈单 (C6.13), both of what the record says was sent and who took note."""

from __future__ import annotations

from huiying.documents import names
from huiying.documents.composing import Basis, Blocks, Composed, Titles, sure
from huiying.documents.compositors.base import OfCase
from huiying.documents.record import Entry
from huiying.overseeing.history.entries import moment
from huiying.paper.document import Field, Fields, Heading, Row, Table

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
