"""舆情风险评估报告 (C6.1–C6.8, §5.2-9): an assessment as it was approved, its evidence, risks, level and plan.

What was approved is never changed (`to_change` refuses), so its rows say what they said then; who owns and watches a
risk, and who speaks, are read from the record, where a later change of name does not reach.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from huiying.documents import names
from huiying.documents.composing import Basis, Blocks, Composed, OfCase, clean, sure
from huiying.documents.record import Entry
from huiying.foreseeing import policies, surveying
from huiying.foreseeing.models import Assessment, Survey
from huiying.paper.document import FORM, Field, Fields, Heading, Note, Paragraph, Row, Table

DRAWN = {Survey.RANDOM: "随机抽取", Survey.CHOSEN: "选定对象", Survey.OPEN: "自愿参加"}


def compose(basis: Basis) -> Composed:
    return _Risk(basis).compose()


class _Risk(OfCase):
    @cached_property
    def row(self) -> Assessment:
        return Assessment.objects.select_related("policy", "plan").get(pk=self.ref)

    def told(self, kind: str) -> Entry:
        """The last entry of the kind that is about this assessment, or about the policy."""
        return [e for e in self.book.of(kind) if e.data.get("n") in (None, self.row.n)][-1]

    def compose(self) -> Composed:
        row, policy = self.row, self.row.policy
        saved, screened, approved = (
            self.told("policy.saved"),
            self.told("policy.screened"),
            self.told("assessment.approved"),
        )
        graded, proposed = self.told("assessment.graded"), self.told("assessment.proposed")
        done = list(approved.data["methods"])
        methods = tuple(
            Row((one["name"], f"{one['evidence']}项" if one["evidence"] else "没有用"), (approved.source,))
            for one in done
        )
        rule = (
            "与规则一致" if row.level == row.level_by_rule else f"规则为{row.level_by_rule}：{clean(row.level_reason)}"
        )
        blocks: Blocks = [
            Fields((
                Field("政策名称", clean(policy.title), (saved.source,)),
                Field("起草部门", str(saved.data["department"]), (saved.source,)),
                Field("主要内容和必要性", clean(policy.summary), (saved.source,)),
                Field("是否涉及群众切身利益", f"涉及。{clean(policy.screen_reason)}", (screened.source,)),
            )),
            Heading("一、评估方法和证据"),
            Table(("方式", "证据"), methods, (4, 4)),
            *self._tracked(), *self._surveyed(), *self._visited(), *self._deliberated(),
            Heading("二、风险清单"), self._risks(),
            Heading("三、科学预测"), self._predicted(),
            Heading("四、风险等级"),
            Paragraph(
                f"风险等级{row.level}（{rule}），{row.level_by}{self.said.time(row.level_at)}确定。", (graded.source,)
            ),
            Heading("五、防范措施和处置预案"), *self._plan(),
            Heading("六、评估结论"), Paragraph(clean(row.conclusion), (proposed.source,)),
            Paragraph(
                f"{row.proposed_by}{self.said.time(row.proposed_at)}送审，{approved.who}{self.said.time(approved.at)}批准。",
                (proposed.source, approved.source),
            ),
            Note(f"批准所依据的内容校验码：{row.sha256}"),
        ]  # fmt: skip
        surveys = approved.data["surveys"]
        figures = {
            "methods": sum(one["evidence"] > 0 for one in done),
            "surveys": len(surveys),
            "answers": [one["n"] for one in surveys],
            "visits": approved.data["visits"],
            "minutes": approved.data["minutes_signed"],
            "risks": approved.data["risks"],
            "level": approved.data["level"],
        }
        title = f"关于《{clean(policy.title)}》的{names.of(self.rules, 'risk')}"
        return self.made(blocks, figures=figures, style=FORM, title=title, places=("评估", "批准"))

    def _tracked(self) -> Blocks:
        found: Blocks = []
        sources = [e.source for e in self.book.of("method.tracked") if e.data.get("n") == self.row.n]
        for one, source in zip(self.row.trackings.order_by("id"), sources, strict=True):
            told, last = one.figures, one.until - dt.timedelta(seconds=1)
            least = "至少" if told.get("cut") else ""
            period = f"{self.said.day(one.since)}至{self.said.day(last)}"
            found.append(Paragraph(
                f"舆情跟踪：以“{clean(one.words)}”检索{period}，来文{least}{told['posts']}条，其中与本局有关"
                f"{told['hits']}条，事件{told['events']}件，涉及{told['platforms']}个平台。{clean(one.finding)}",
                (source,),
            ))  # fmt: skip
        return found

    def _surveyed(self) -> Blocks:
        """A percentage never without its n; a small n says so; a margin only beside a random draw (C6.3)."""
        found: Blocks = []
        small = self.rules.risk_assessment.small_sample
        source = (self.told("assessment.approved").source,)
        for one in policies.surveys(self.row):
            rate, n = surveying.response_rate(one), surveying.answered(one)
            asked = f"发出{one.asked}份，" if one.asked else ""
            back = f"，回收率{rate * 100:.1f}%" if rate is not None else ""
            size = f"（{one.frame_size}）" if one.frame_size else ""
            found.append(Paragraph(
                f"抽样调查：{clean(one.title)}。抽样范围：{clean(one.frame)}{size}；{DRAWN[one.drawn]}；{asked}"
                f"答卷{n}份{back}。{f'样本不足{small}份，比例只供参考。' if n < small else ''}", source,
            ))  # fmt: skip
            rows = tuple(
                Row((
                    result.text, answer.text, f"{answer.count}/{answer.n}",
                    f"{answer.share * 100:.1f}%" if answer.share is not None else "—",
                    f"±{answer.margin * 100:.1f}%" if answer.margin is not None else "不推算",
                ), source)
                for result in surveying.results(one, small) for answer in result.answers
            )  # fmt: skip
            found.append(Table(("题目", "选项", "数量", "占比", "误差"), rows, (5, 4, 2, 2, 2)))
        return found

    def _visited(self) -> Blocks:
        sources = [e.source for e in self.book.of("method.visited") if e.data.get("n") == self.row.n]
        rows = zip(self.row.visits.order_by("id"), sources, strict=True)
        return [
            Paragraph(f"重点走访：{self.said.day(one.visited_on)}，{clean(one.whom)}。{clean(one.views)}", (source,))
            for one, source in rows
        ]

    def _deliberated(self) -> Blocks:
        found: Blocks = []
        source = (self.told("assessment.approved").source,)
        for one in self.row.deliberations.filter(signed_at__isnull=False).order_by("id"):
            present = "、".join(one.present)
            found.append(Paragraph(
                f"会商分析：{self.said.day(one.held_on)}，{clean(one.topic)}，主持{one.chair_name}，出席{present}。"
                f"{clean(one.minutes)}", source,
            ))  # fmt: skip
            found += [
                Paragraph(f"{dissent['name']}有不同意见：{clean(dissent['words'])}", source) for dissent in one.dissents
            ]
        return found

    def _risks(self) -> Table:
        last: dict[int, Entry] = {e.data["risk"]: e for e in self.book.of("risk.saved")}
        rows = []
        for n, one in enumerate(policies.live_risks(self.row), 1):
            saved = last[one.pk]
            level = self.rules.risk_assessment.level_of(one.score)
            cells = (
                str(n), clean(one.title), clean(one.affected), f"{one.likelihood}×{one.impact}={one.score}，{level}",
                clean(one.signs), clean(one.measure) or "—", f"{saved.data['watcher']}（{saved.data['owner']}）",
            )  # fmt: skip
            rows.append(Row(cells, (saved.source,)))
        header = ("序号", "风险", "影响到谁", "可能性×影响", "早期信号", "防范措施", "谁来盯")
        return Table(header, tuple(rows), (2, 4, 3, 4, 4, 4, 4))

    def _predicted(self) -> Paragraph:
        told: dict[str, Any] = self.row.prediction
        if not told:
            return Paragraph("没有查过去相似的事。")
        asked = sure(self.told("assessment.predicted").source)
        n = len(told["events"])
        if not told["enough"]:
            return Paragraph(f"可比的已结事件只有{n}件，不足{told['needed']}件，不作预测。", asked)
        total, lasted = told["total"], told["lasted"]
        return Paragraph(
            f"可比的已结事件{n}件：来文{total['least']}至{total['most']}条，中位数{total['median']:g}条；持续{lasted['least']}"
            f"至{lasted['most']}天。下一件落在这个范围里的可能性约{told['covers'] * 100:.0f}%。", asked,
        )  # fmt: skip

    def _plan(self) -> Blocks:
        plan = self.row.plan
        if plan is None:
            return [Paragraph("风险等级为最低一级，按日常监测防范，不另定处置预案。")]
        saved = self.told("plan.saved")
        source = (saved.source,)
        levels = {level.code: level.name for level in self.rules.levels}
        triggers = "；".join(
            f"出现“{'”或“'.join(one.words)}”" + (f"，{levels.get(one.level, one.level)}以上" if one.level else "")
            + f"，来文{one.posts}条以上" for one in plan.triggers.all()
        )  # fmt: skip
        contacts = "、".join(plan.contacts.order_by("id").values_list("name", flat=True))
        asked = tuple(Row((clean(one["q"]), clean(one["a"])), source) for one in plan.questions)
        return [
            Fields((
                Field("启动条件", triggers or "由人决定", source),
                Field("先做什么", clean(plan.steps), source),
                Field("发言人", str(saved.data["speaker"]), source),
                Field("发布渠道", "、".join(names.account(self.rules, code) for code in plan.channels), source),
                Field("联系人", contacts or "—", source),
                Field("演练日期", self.said.day(dt.date.fromisoformat(saved.data["drill_on"])), source),
            )),
            Table(("可能问到", "口径"), asked, (4, 6)),
        ]  # fmt: skip
