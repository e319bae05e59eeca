"""舆情回应审批表 (§5.2-3): one text on its way through review, each opinion with its name, its time and its hash."""

from __future__ import annotations

from huiying.documents import names
from huiying.documents.composing import Basis, Blocks, Composed, clean, left, sure
from huiying.documents.compositors.base import OfCase
from huiying.documents.record import Entry
from huiying.overseeing.history.entries import moment
from huiying.paper.document import Field, Fields, Heading, Paragraph, Row, Table
from huiying.responding.models import ReviewRound

DECISIONS = {"approved": "同意", "rejected": "退回"}
OPENNESS = {"open": "主动公开", "partly": "部分公开"}
CHECKS = {"secrecy_checked": "保密审查", "personal_data_checked": "个人信息审查"}
ANSWERS = {"agree": "同意", "amend": "建议修改", "object": "不同意"}


def compose(basis: Basis) -> Composed:
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
