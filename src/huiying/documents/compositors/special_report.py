"""舆情专报 (C6.10, §5.2-2): every sentence names the entries or texts it was read from; criticism in true proportion.

What a person judges or advises is written into the record first and cited like everything else. Which texts the
report speaks of is frozen in the record when it is issued (`document.material`), so no later text alters a figure.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from huiying.documents import names
from huiying.documents.composing import (
    UNSORTED,
    Basis,
    Blocks,
    Composed,
    OfCase,
    clean,
    counted,
    left,
    post_columns,
    shares,
    short,
    sure,
)
from huiying.documents.entry_words import WORDS
from huiying.documents.record import Entry
from huiying.kernel import canonical
from huiying.overseeing.history.entries import moment
from huiying.paper.document import BRIEF, Document, Field, Fields, Heading, Note, Paragraph, Row, Table

PLACES = ("拟稿", "审核", "签发")
STEPS = 40
QUOTED = 60
FINDINGS = {"true": "属实", "partly": "部分属实", "false": "不属实", "unknown": "无法核实"}


def compose(basis: Basis) -> Composed:
    return _Report(basis).compose()


class _Report(OfCase):
    @cached_property
    def material(self) -> Entry:
        """The last list of texts that was frozen in the case's chain."""
        return self._last("document.material")

    @cached_property
    def texts(self) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = list(self.material.data.get("posts") or ())
        return found

    @cached_property
    def quotes(self) -> dict[int, str]:
        """The words of the first text of each kind, masked when they came in; a received text is never rewritten."""
        first: dict[str, int] = {}
        for text in self.texts:
            first.setdefault(str(text.get("concern") or UNSORTED), int(text["id"]))
        return {pk: text or title for pk, title, text in post_columns(first.values(), "pk", "title", "text")}

    def _last(self, kind: str) -> Entry:
        return self.book.of(kind)[-1]

    def compose(self) -> Composed:
        figures = self._figures()
        title = self._title()
        blocks: Blocks = [
            *self._judgement(figures), *self._story(), *self._spread(figures), *self._views(figures),
            *self._assessment(figures), *self._handling(), *self._advice(), *self._limits(figures),
        ]  # fmt: skip
        mark = names.of(self.rules, "report")
        document = Document(
            kind="report", style=BRIEF, issuer=self.basis.issuer, mark=mark, number=self.basis.number, title=title,
            cut_off=canonical.timestamp(self.basis.cut_off), date=self.said.day(self.basis.cut_off),
            blocks=tuple(blocks), places=PLACES, head=self._head(), short=self._short(figures),
            foot=(f"报送：{self.basis.given.get('to') or '局领导'}",
                  f"{self.basis.issuer}　{self.said.day(self.basis.cut_off)}印发"),
        )  # fmt: skip
        return Composed(document, figures)

    def _title(self) -> str:
        if self.event.kept_back:
            return f"关于{self.case.number}号事项的专报"
        return f"关于“{clean(short(self.case.title, 30)).strip('。！？!?')}”的专报"

    def _head(self) -> tuple[tuple[str, str], ...]:
        due = self.case.due()
        urgent = due is not None and due - self.basis.cut_off < dt.timedelta(hours=24)
        return (
            ("密级", "内部资料"),
            ("紧急程度", "特急" if urgent else "平急"),
            ("数据截至", self.said.time(self.basis.cut_off)),
        )

    # The figures ----------------------------------------------------------------------------------------------------

    def _figures(self) -> dict[str, Any]:
        concerns = counted(str(text.get("concern") or UNSORTED) for text in self.texts)
        monitor = self.rules.monitor
        worried = {*monitor.concern_types, *monitor.proof_needed, *monitor.rectify_kinds}
        critical = sum(n for name, n in concerns.items() if name in worried)
        quiet = sum(n for name, n in concerns.items() if name in set(monitor.quiet_kinds) - worried)
        known = {name: [text[name] for text in self.texts if text.get(name) is not None] for name in _METRICS}
        return {
            "posts": len(self.texts),
            "platforms": len({text.get("platform") for text in self.texts}),
            "critical": critical,
            "quiet": quiet,
            "other": len(self.texts) - critical - quiet,
            "by_concern": concerns,
            "by_platform": counted(str(text.get("platform") or "未知") for text in self.texts),
            "metrics": {name: sum(values) for name, values in known.items() if values},
            "unknown": {name: len(self.texts) - len(values) for name, values in known.items()},
            "letters": sum(entry.kind == "liaison.sent" for entry in self.case.letters),
            "answers": len(self.case.lives),
            "breaches": len(self.case.broken),
        }

    # The sections ---------------------------------------------------------------------------------------------------

    def _judgement(self, figures: Mapping[str, Any]) -> Blocks:
        level = self.case.level_name + ("" if self.case.confirmed else "（建议，待人确认）")
        graded = self._graded()
        first = (
            f"本事项级别{level}，主办{self.case.holder or '统筹部门（待转办）'}，"
            f"现处于“{names.state(self.rules, self.case.state)}”，{left(self.case.due(), self.basis.cut_off)}。"
        )
        told: Blocks = [
            Heading("一、核心判断"),
            Paragraph(first, sure(graded.source if graded else "", self.case.last)),
            Paragraph(
                f"截至{self.said.time(self.basis.cut_off)}，相关来文{figures['posts']}条，涉及{figures['platforms']}个平台；"
                f"其中关切、质疑和投诉{figures['critical']}条，肯定和一般议论{figures['quiet']}条，其他{figures['other']}条。",
                (self.material.source,),
            ),
        ]
        return told + self._typed("judgement")

    def _typed(self, name: str) -> Blocks:
        """What a person wrote for the report: a sentence a line, each cited by the entry in which it was kept."""
        return [
            Paragraph(clean(line), (entry.source,))
            for entry in self.book.of("document.remarked")
            if entry.data.get("report") == self.basis.number
            for line in str(entry.data.get(name) or "").splitlines()
            if line.strip()
        ]

    def _graded(self) -> Entry | None:
        found = self.book.of("case.graded", "case.level_affirmed")
        return found[-1] if found else self.event.graded

    def _story(self) -> Blocks:
        """事件概况: the chain's own order; what is only machinery is left out."""
        rows = []
        for entry in sorted(self.book.window, key=lambda entry: entry.at):
            words = self._told(entry)
            if words:
                rows.append(Row((self.said.time(entry.at), words, entry.who), (entry.source,)))
        omitted = max(0, len(rows) - STEPS)
        told: Blocks = [
            Heading("二、事件概况"),
            Paragraph(
                f"{self.said.time(self.case.first_known_at)}首次获知，{self.said.time(self.case.opened_at)}立案。",
                sure(self.event.opened, self.case.opened),
            ),
            Table(("时间", "经过", "办理人"), tuple(rows[-STEPS:]), (3, 8, 3)),
        ]
        if omitted:
            told.append(Note(f"另有较早的 {omitted} 条经过，见台账。"))
        return told

    def _told(self, entry: Entry) -> str:
        words = WORDS.get(entry.kind)
        if words is None or not words.in_report:
            return ""
        hidden = self.event.kept_back and words.quotes
        return self.event.kept_back if hidden else clean(short(words.said(entry.data, self.rules), 90))

    def _spread(self, figures: Mapping[str, Any]) -> Blocks:
        timed = [(at, text) for text in self.texts if (at := moment(text.get("published_at"))) is not None]
        first = min(timed, key=lambda pair: (pair[0], pair[1]["id"]), default=None)
        if first is None:
            origin = "各来文都没有带发布时间，首发时间未掌握。"
            sources: tuple[str, ...] = (self.material.source,)
        else:
            origin = f"首发见于{first[1].get('outlet') or first[1].get('platform')}，{self.said.time(first[0])}。"
            sources = sure(self.material.source, "" if self.event.kept_back else f"post:{first[1]['id']}")
        hours: dict[dt.datetime, int] = defaultdict(int)
        for at, _text in timed:
            hours[at.astimezone(self.rules.zone).replace(minute=0, second=0, microsecond=0)] += 1
        curve = tuple(Row((self.said.time(hour), str(hours[hour]))) for hour in sorted(hours)[-24:])
        metrics = "，".join(f"{_METRICS[name]}{value}" for name, value in figures["metrics"].items())
        told: Blocks = [
            Heading("三、传播情况"),
            Paragraph(origin, sources),
            Paragraph(
                f"来文合计{f'：{metrics}' if metrics else '的阅读、转发、评论数均未掌握'}。", (self.material.source,)
            ),
            shares("平台", figures["by_platform"]),
            Table(("时段（每小时）", "来文"), curve, (3, 2), "来文没有带发布时间，不作曲线。"),
        ]
        path = self._path()
        return [*told, path] if path else told

    def _path(self) -> Paragraph | None:
        """传播路径 by outlet and platform, in the order in which each was first seen; never by account (INV-10)."""
        seen: dict[str, dt.datetime] = {}
        counts: Counter[str] = Counter()
        for text in self.texts:
            place = str(text.get("outlet") or text.get("platform") or "未知")
            at = moment(text.get("published_at")) or moment(text.get("received_at"))
            counts[place] += 1
            if at is not None:
                seen[place] = min(seen.get(place, at), at)
        if len(seen) < 2:
            return None
        steps = " → ".join(
            f"{place}（{counts[place]}条）" for place in sorted(seen, key=lambda name: (seen[name], name))[:8]
        )
        return Paragraph(f"传播路径：{steps}。", (self.material.source,))

    def _views(self, figures: Mapping[str, Any]) -> Blocks:
        """主要观点: every text counted once in one kind, and each kind with one of its own texts, masked."""
        rows = []
        for concern, count in figures["by_concern"].items():
            one = next(text for text in self.texts if str(text.get("concern") or UNSORTED) == concern)
            quote = self.event.kept_back or clean(short(self.quotes.get(int(one["id"]), ""), QUOTED))
            share = f"{100 * count / figures['posts']:.1f}%"
            source = self.material.source if self.event.kept_back else f"post:{one['id']}"
            rows.append(Row((concern, str(count), share, quote), (source,)))
        return [
            Heading("四、主要观点"),
            Paragraph("以下按全部来文逐条归类（机器初判），不作挑选，占比相加为百分之百。", (self.material.source,)),
            Table(("性质", "条数", "占比", "举例"), tuple(rows), (2, 1, 2, 9), "没有来文可供归类。"),
        ]

    def _assessment(self, figures: Mapping[str, Any]) -> Blocks:
        graded, told = self.event.graded, [Heading("五、研判")]
        blocks: Blocks = list(told)
        if graded is not None:
            blocks.append(Paragraph(f"级别依据：{graded.data.get('sentence') or '无'}", (graded.source,)))
        concern = self.book.of("concern.decided")
        if concern:
            data = concern[-1].data
            claim = f"，所涉说法：{clean(short(str(data.get('claim')), 60))}" if data.get("claim") else ""
            blocks.append(Paragraph(f"性质认定为“{data.get('concern')}”{claim}。", (concern[-1].source,)))
        else:
            blocks.append(Paragraph("性质尚未由人认定。", (self.case.opened,)))
        if self.case.finding is not None:
            data = self.case.finding.data
            blocks.append(
                Paragraph(
                    f"核实情况（{data.get('department')}）：{self._words(data, 'facts')}"
                    f"原因：{self._words(data, 'cause')}影响：{self._words(data, 'impact')}",
                    (self.case.finding.source,),
                )
            )
        else:
            blocks.append(Paragraph("事实核查：主办部门尚未报核实情况。", (self.case.last,)))
        return blocks

    def _words(self, data: Mapping[str, Any], name: str) -> str:
        words = "不列" if self.event.kept_back else clean(short(str(data.get(name) or "未写明"), 200))
        return words if words.endswith("。") else f"{words}。"

    def _handling(self) -> Blocks:
        case, rows = self.case, list[Field]()
        if case.acceptance is not None:
            accepted = case.acceptance
            rows.append(
                Field("签收", f"{accepted.data.get('department')} {self.said.time(accepted.at)}", (accepted.source,))
            )
        if case.disposal is not None:
            words = self._words(case.disposal.data, "actions")
            rows.append(Field("处置", f"{words}（{self.said.time(case.disposal.at)}）", (case.disposal.source,)))
        for entry in case.letters:
            what = {"liaison.sent": "已发函", "liaison.answered": "已答复", "liaison.silent": "到时未答复"}[entry.kind]
            finding = FINDINGS.get(str(entry.data.get("finding") or ""), "")
            rows.append(
                Field(
                    "核实衔接", f"{entry.data.get('body')}{what}{finding} {self.said.time(entry.at)}", (entry.source,)
                )
            )
        for entry in case.lives:
            place = f"{entry.data.get('place')} {self.said.time(moment(entry.data.get('at')) or entry.at)}"
            rows.append(Field("公开回应", f"{place} {entry.data.get('url') or ''}".strip(), (entry.source,)))
        for entry in case.broken:
            act = names.act(self.rules, str(entry.data.get("act")))
            rows.append(Field("逾期", f"“{act}”{self.said.time(moment(entry.data.get('due_at')))}", (entry.source,)))
        told: Blocks = [Heading("六、处置进展")]
        told.append(Fields(tuple(rows)) if rows else Paragraph("尚无处置记录。", (case.last,)))
        return told

    def _advice(self) -> Blocks:
        case = self.case
        told: Blocks = [Heading("七、建议")]
        if case.agreed is not None:
            told.append(
                Paragraph(f"口径（第{case.agreed.data.get('version')}版）：{self._words(case.agreed.data, 'text')}",
                          (case.agreed.source,))
            )  # fmt: skip
        due = case.next_due
        if due is not None:
            act = names.act(self.rules, due[1])
            told.append(
                Paragraph(
                    f"请{case.holder or '统筹部门'}于{self.said.time(due[0])}前完成“{act}”。",
                    sure(case.opened, case.last),
                )
            )
        told += self._typed("advice")
        if len(told) == 1:
            told.append(Paragraph("没有在计的时限，无新增建议。", (case.last,)))
        return told

    def _limits(self, figures: Mapping[str, Any]) -> Blocks:
        unknown = "、".join(f"{_METRICS[name]}{n}条" for name, n in figures["unknown"].items() if n)
        rows = [
            Field("截至时间", self.said.time(self.basis.cut_off)),
            Field("数据来源", "台账条目和来文，编号见页末出处", (self.material.source,)),
            Field(
                "数据局限",
                f"未带数据的来文：{unknown}；只含本系统收到的来文。" if unknown else "只含本系统收到的来文。",
            ),
        ]
        return [Heading("附：数据口径与局限"), Fields(tuple(rows))]

    def _short(self, figures: Mapping[str, Any]) -> str:
        title = self.event.kept_back or clean(short(self.case.title, 40))
        lines = [
            f"【{names.of(self.rules, 'report')} {self.basis.number}】{self.case.number}｜{self.case.level_name}｜"
            f"{left(self.case.due(), self.basis.cut_off)}",
            f"事项：{title}",
            f"来文{figures['posts']}条，{figures['platforms']}个平台；质疑投诉{figures['critical']}，肯定{figures['quiet']}",
            f"主办：{self.case.holder or '待转办'}　状态：{names.state(self.rules, self.case.state)}",
            f"数据截至{self.said.time(self.basis.cut_off)}【系统生成，以台账为准】",
        ]
        return "\n".join(lines)


_METRICS = {"reads": "阅读", "reposts": "转发", "comments": "评论"}
