"""Papers of the day and the month: 早报 at 08:40, 夜间小结 at 22:00 and 06:30 (§7.1, §7.5), 民意月报 (C4.5),
交接班表 (C5.1, §7.2).

One page out of the record, nothing typed; the figures of the month are those that were issued to the leaders, the
sheet is the one that was confirmed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from huiying.documents import names
from huiying.documents.composing import Basis, Blocks, Composed, LocalTimes, Titles, clean, left, shares, sure
from huiying.documents.compositors.daily_log import read_kinds
from huiying.documents.record import Book, CaseAt, Entry, read
from huiying.handling.handover import DANGER
from huiying.handling.models import Handover
from huiying.kernel import canonical
from huiying.ledger.models import LedgerEntry
from huiying.listening.models import PatrolCard
from huiying.overseeing.history.entries import moment
from huiying.paper.document import BRIEF, FORM, Document, Field, Fields, Heading, Note, Paragraph, Row, Table
from huiying.people.errors import Refused
from huiying.regulation import Regulation

DECISIONS, MATTERS = 3, 3
VERDICTS = {"settled": "已平息", "wave": "出现第二波", "unsure": "尚不明朗"}


def compose_briefing(basis: Basis) -> Composed:
    return _Briefing(basis).compose()


def compose_night(basis: Basis) -> Composed:
    return _Night(basis).compose()


@dataclass
class _Page:
    basis: Basis

    @cached_property
    def rules(self) -> Regulation:
        return self.basis.rules()

    @cached_property
    def said(self) -> LocalTimes:
        return LocalTimes(self.rules.zone)

    @cached_property
    def since(self) -> dt.datetime:
        return moment(self.basis.given["since"]) or self.basis.cut_off

    @cached_property
    def book(self) -> Book:
        return read(self.basis.cut_off, self.since)

    @cached_property
    def titles(self) -> Titles:
        return Titles(self.book)

    @cached_property
    def live(self) -> list[CaseAt]:
        return self.book.live()

    @cached_property
    def listed(self) -> list[CaseAt]:
        """What may be named: a danger to life is counted and stays off digests and group texts (Life first)."""
        return [case for case in self.live if not self.book.hidden(case.number)]

    @property
    def midnight(self) -> dt.datetime:
        """The end of the day in which the page is made."""
        day = self.basis.cut_off.astimezone(self.rules.zone).date() + dt.timedelta(days=1)
        return dt.datetime.combine(day, dt.time(), self.rules.zone)

    def figures(self) -> dict[str, Any]:
        cut_off, dues = self.basis.cut_off, [case.next_due[0] for case in self.live if case.next_due]
        new = [event for event in self.book.events.values() if event.opened_at and event.opened_at >= self.since]
        return {
            "new": len(new),
            "live": len(self.live),
            "due_today": sum(cut_off <= due < self.midnight for due in dues),
            "overdue": sum(due < cut_off for due in dues),
            "answered": len(self.book.of("release.live")),
            "unconfirmed": sum(not event.level and not event.dismissed and not event.merged_into
                               for event in new),
            "missed": len(self._missed()),
        }  # fmt: skip

    def _missed(self) -> list[str]:
        cards = PatrolCard.objects.filter(due_at__gte=self.since, due_at__lt=self.basis.cut_off)
        ticked = {int(entry.data.get("card") or 0) for entry in self.book.of("patrol.ticked")}
        rows = cards.order_by("opens_at", "id").values_list("pk", "point__name", "opens_at")
        return [f"{name}（{self.said.clock(at)}起）" for pk, name, at in rows if pk not in ticked]

    def line(self, case: CaseAt) -> str:
        due = case.next_due
        when = f"{self.said.time(due[0])}止，{left(due[0], self.basis.cut_off)}" if due else "无在计时限"
        return f"{case.number}｜{case.level_name}｜{self.titles.case(case, 40)}｜{case.holder or '统筹部门'}｜{when}"

    def numbers(self, figures: dict[str, Any]) -> Table:
        words = {"new": "新增", "live": "在办", "due_today": "今日到期", "overdue": "逾期", "answered": "回应"}
        return Table(tuple(words.values()), (Row(tuple(str(figures[name]) for name in words)),))

    def made(self, blocks: Blocks, figures: dict[str, Any], short: str) -> Composed:
        name = names.of(self.rules, self.basis.kind)
        document = Document(
            kind=self.basis.kind, style=FORM, issuer=self.basis.issuer, mark=name, number=self.basis.number,
            title=f"{name}（{self.said.day(self.basis.cut_off)}）", cut_off=canonical.timestamp(self.basis.cut_off),
            date=self.said.day(self.basis.cut_off), blocks=tuple(blocks), short=short,
            head=(("数据时段", f"{self.said.time(self.since)}—{self.said.time(self.basis.cut_off)}"),),
        )  # fmt: skip
        return Composed(document, figures)


class _Briefing(_Page):
    def compose(self) -> Composed:
        figures = self.figures()
        one = (
            f"新增 {figures['new']} 件，在办 {figures['live']} 件，今日到期 {figures['due_today']} 件，"
            f"逾期 {figures['overdue']} 件。"
        )
        blocks: Blocks = [
            Heading("①一句话"), Paragraph(one), Heading("②数字"), self.numbers(figures),
            Heading("③今日必须决定的事"), *self._to_decide(),
            Heading("④重点"), *self._matters(),
            Heading("⑤昨日回应效果"), *self._effects(),
            Heading("⑥值守异常"), *self._trouble(),
            Heading("⑦今日涉局发布、开标、政策"), *self._calendar(),
            Heading("⑧明日提醒"), *self._tomorrow(),
        ]  # fmt: skip
        stamp = self.basis.cut_off.astimezone(self.rules.zone)
        lines = [
            f"【{names.of(self.rules, 'briefing')} {stamp:%Y-%m-%d %H:%M}】{one}",
            *(f"·{self.line(case)}" for case in self.listed[:MATTERS]),
            "【系统生成，以台账为准】",
        ]
        return self.made(blocks, figures, "\n".join(lines))

    def _to_decide(self) -> Blocks:
        waiting = [
            *((f"{case.number}退回后待统筹部门指定主办", case) for case in self.listed if case.awaits_routing),
            *(
                (f"{case.number}级别待确认（建议{case.level_name}）", case)
                for case in self.listed
                if not case.confirmed
            ),
            *((f"{case.number}文稿在审", case) for case in self.listed if case.state == "reviewing"),
            *((f"{case.number}已逾期，待决定怎样回应", case) for case in self.listed if self._late(case)),
        ]
        told: Blocks = [Paragraph(f"{words}。", sure(case.last)) for words, case in waiting[:DECISIONS]]
        if len(waiting) > DECISIONS:
            told.append(Paragraph(f"另有 {len(waiting) - DECISIONS} 件待决，见“待决”页。"))
        return told or [Paragraph("没有待领导决定的事。")]

    def _late(self, case: CaseAt) -> bool:
        return case.next_due is not None and case.next_due[0] < self.basis.cut_off

    def _matters(self) -> Blocks:
        """The gravest first: the regulation's own order of levels, then the nearest deadline."""
        rank = {level.name: place for place, level in enumerate(self.rules.levels)}
        rows = sorted(self.listed, key=lambda case: -rank.get(case.level_name, -1))[:MATTERS]
        return [Paragraph(self.line(case), sure(case.opened, case.last)) for case in rows] or [
            Paragraph("没有在办事项。")
        ]

    def _named(self, *kinds: str) -> list[Entry]:
        return [entry for entry in self.book.of(*kinds) if not self.book.hidden(entry.subject)]

    def _effects(self) -> Blocks:
        told: Blocks = []
        for entry in self._named("effect.judged"):
            verdict = VERDICTS.get(str(entry.data.get("verdict")), str(entry.data.get("verdict")))
            told.append(Paragraph(f"{entry.subject}回应{entry.data.get('hours')}小时后：{verdict}。", (entry.source,)))
        for entry in self._named("release.live"):
            told.append(
                Paragraph(f"{entry.subject}已在“{entry.data.get('place')}”公开（{self.said.time(entry.at)}）。",
                          (entry.source,))
            )  # fmt: skip
        return told or [Paragraph("昨日没有公开回应。")]

    def _trouble(self) -> Blocks:
        told: Blocks = [Paragraph(f"漏巡：{'、'.join(missed)}。")] if (missed := self._missed()) else []
        for entry in self._named("source.paused", "emergency_watch.declared", "warning.climbed", "clock.breached"):
            words = {
                "source.paused": "来源停用", "emergency_watch.declared": "启动突发事件监测",
                "warning.climbed": f"{entry.subject}预警无人知悉，已报下一人", "clock.breached": f"{entry.subject}逾期",
            }[entry.kind]  # fmt: skip
            told.append(Paragraph(f"{self.said.time(entry.at)} {words}。", (entry.source,)))
        return told or [Paragraph("无异常。")]

    def _calendar(self) -> Blocks:
        """What was planned for this day by the record: press conferences and disclosures."""
        told: Blocks = []
        day = self.basis.cut_off.astimezone(self.rules.zone).date()
        for entry in self._planned():
            at = moment(entry.data.get("starts_at")) if entry.data.get("starts_at") else None
            on = at.astimezone(self.rules.zone).date().isoformat() if at else str(entry.data.get("due_on") or "")
            if on == day.isoformat():
                what = entry.data.get("topic") or entry.data.get("title") or ""
                told.append(Paragraph(f"{'发布会' if at else '信息公开'}：{what}。", (entry.source,)))
        return told or [Paragraph("记录里今日没有安排。")]

    def _planned(self) -> list[Entry]:
        kinds = ("conference.planned", "conference.changed", "conference.cancelled", "disclosure.planned",
                 "disclosure.changed", "disclosure.done", "disclosure.dropped")  # fmt: skip
        newest: dict[tuple[str, Any], Entry] = {}
        for entry in read_kinds(self.basis.cut_off, kinds):
            key = (entry.chain, entry.data.get("item") or entry.data.get("conference"))
            newest[key] = entry
        return [e for e in newest.values() if not e.kind.endswith((".cancelled", ".done", ".dropped"))]

    def _tomorrow(self) -> Blocks:
        until = self.midnight + dt.timedelta(days=1)
        rows = [case for case in self.listed if case.next_due and self.midnight <= case.next_due[0] < until]
        return [Paragraph(self.line(case), sure(case.opened)) for case in rows] or [Paragraph("明日没有到期事项。")]


class _Night(_Page):
    def compose(self) -> Composed:
        figures = self.figures()
        soon = self.basis.cut_off + dt.timedelta(hours=12)
        near = [case for case in self.listed if case.next_due and case.next_due[0] < soon]
        rows = tuple(
            Row(
                (
                    case.number, case.level_name, self.titles.case(case, 30), case.holder or "统筹部门",
                    f"{self.said.time(case.next_due[0])}，{left(case.next_due[0], self.basis.cut_off)}",
                ),
                sure(case.opened, case.last),
            )
            for case in near if case.next_due
        )  # fmt: skip
        missed = self._missed()
        blocks: Blocks = [
            self.numbers(figures),
            Heading("十二小时内到期和已超时"),
            Table(("编号", "级别", "事项", "主办", "时限"), rows, (3, 2, 5, 3, 4), "没有。"),
            Heading("待定级"),
            Paragraph(f"本时段新增 {figures['new']} 件，其中 {figures['unconfirmed']} 件级别待人确认。"),
            Heading("值守"), Paragraph(f"漏巡 {len(missed)} 处{'：' + '、'.join(missed) if missed else ''}。"),
        ]  # fmt: skip
        stamp = self.basis.cut_off.astimezone(self.rules.zone)
        lines = [
            f"【{names.of(self.rules, 'night')} {stamp:%Y-%m-%d %H:%M}】"
            f"新增 {figures['new']} 件，在办 {figures['live']} 件，"
            f"已超时 {figures['overdue']} 件，漏巡 {figures['missed']} 处。",
            *(f"·{self.line(case)}" for case in near[:5]),
            "【系统生成，以台账为准】",
        ]
        return self.made(blocks, figures, "\n".join(lines))


def issued_digest(month: str) -> LedgerEntry | None:
    return LedgerEntry.objects.filter(chain=f"digest:{month}", kind="digest.issued").order_by("seq").first()


def compose_digest(basis: Basis) -> Composed:
    entry = issued_digest(basis.subject)
    if entry is None or entry.data is None:
        raise Refused(f"{basis.subject} 的月报还没有报出。", code="not_issued")
    figures: dict[str, Any] = {
        name: entry.data[name] for name in ("messages", "channels", "heard", "grades", "answered", "asked_again")
    }
    for name in ("messages", "channels", "heard", "grades"):  # the most frequent first, the zeros with them (C4.5)
        figures[name] = dict(sorted(figures[name].items(), key=lambda pair: -pair[1]))
    rules, source = basis.rules(), (f"{entry.chain}#{entry.seq}",)
    said = LocalTimes(rules.zone)
    whole, heard = sum(figures["messages"].values()), sum(figures["heard"].values())
    year, month = map(int, basis.subject.split("-"))
    blocks: Blocks = [
        Heading(f"一、写给我们的：{whole}条"),
        Paragraph("当月全部来文都数进来，一条只数一次，表扬和批评按真实比例。", source),
        shares("说的是什么", figures["messages"]), shares("从哪里来", figures["channels"]),
        Heading(f"二、别处说到我们的：{heard}条"), shares("性质", figures["heard"]),
        Heading("三、答得怎么样"),
        Paragraph(f"公开答复{figures['answered']}件，再次提出{figures['asked_again']}件。", source),
        shares("满意度", figures["grades"]),
        Heading("四、大家来问、网站本该写明的事"),
        Paragraph(f"涉及事件：{'、'.join(entry.data.get('untold') or ()) or '无'}。", source),
        Note("涉及人身安全的只计数，不列出。"),
    ]  # fmt: skip
    name = names.of(rules, "digest")
    document = Document(
        kind="digest", style=BRIEF, issuer=basis.issuer, mark=name, number=basis.number,
        title=f"{year}年{month}月民意情况", cut_off=canonical.timestamp(basis.cut_off), date=said.day(basis.cut_off),
        blocks=tuple(blocks), head=(("密级", "内部资料"),), foot=("报送：局领导",),
        short=f"【{name} {basis.subject}】来文{whole}条，别处说到{heard}条，公开答复{figures['answered']}件，"
        f"再次提出{figures['asked_again']}件。【系统生成，以台账为准】",
    )  # fmt: skip
    return Composed(document, figures)


def month_end(month: str, zone: dt.tzinfo) -> dt.datetime:
    year, number = map(int, month.split("-"))
    following = dt.date(year + number // 12, number % 12 + 1, 1)
    return dt.datetime.combine(following, dt.time(), zone)


def compose_handover(basis: Basis) -> Composed:
    row = Handover.objects.select_related("outgoing", "incoming").get(pk=int(basis.subject))
    rules = basis.rules()
    said = LocalTimes(rules.zone)
    given, taken = _source(basis, "handover.given", row.pk), _source(basis, "handover.taken", row.pk)
    blocks: Blocks = [
        Fields((
            Field("班次", f"{said.time(moment(row.sheet['since']))}—{said.time(row.changes_at)}"),
            Field("交班人", f"{row.outgoing.name}，{said.time(row.gave_at)}确认", given),
            Field("接班人", f"{row.incoming.name}，{said.time(row.took_at)}确认", taken),
        ))
    ]  # fmt: skip
    figures: dict[str, object] = {}
    for section in row.sheet["sections"]:
        lines = section["lines"]
        figures[section["title"]] = len(lines)
        blocks.append(Heading(section["title"]))
        if section["title"] == DANGER:  # what it says is told face to face (Life first)
            blocks.append(Paragraph(f"{len(lines)} 件，当面交接，不列内容。" if lines else "无。"))
        else:
            blocks += [Paragraph(clean(line)) for line in lines] or [Paragraph("无。")]
    blocks += [Heading("设备、账号和特别关注"), Paragraph(clean(row.remarks) or "无。")]
    blocks.append(Note(f"交班时封存的交接表校验码：{row.sheet_sha256}"))
    name = names.of(rules, "handover")
    document = Document(
        kind="handover", style=FORM, issuer=basis.issuer, mark=name, number=basis.number,
        title=f"{name}（{said.time(row.changes_at)}）", cut_off=canonical.timestamp(basis.cut_off),
        date=said.day(row.changes_at), blocks=tuple(blocks), places=("交班人", "接班人"),
    )  # fmt: skip
    return Composed(document, figures)


def _source(basis: Basis, kind: str, pk: int) -> tuple[str, ...]:
    """The confirmation's own entry on the duty chain."""
    rows = LedgerEntry.objects.filter(chain="duty", kind=kind, seq__lte=int(basis.heads.get("duty", 0))).order_by(
        "-seq"
    )
    for entry in rows[:200]:
        if (entry.data or {}).get("handover") == pk:
            return (f"duty#{entry.seq}",)
    return ()
