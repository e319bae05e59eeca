"""网络舆情日志 (C6.9, §5.2-1): one day, whatever happened on it; a day on which nothing happened says so.

It is made after midnight of the bureau's zone from the entries of that day and of those before it, and from nothing
that anybody types.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from huiying.documents import names
from huiying.documents.composing import (
    UNDECIDED,
    Basis,
    Blocks,
    Composed,
    LocalTimes,
    Titles,
    change,
    counted,
    left,
    origins,
    shares,
    short,
    signers,
    span,
    sure,
)
from huiying.documents.record import Book, CaseAt, Entry, EventAt, entries, read
from huiying.kernel import canonical
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import outside_at
from huiying.listening.models import PatrolCard
from huiying.overseeing.history.entries import moment
from huiying.paper.document import FORM, Document, Field, Fields, Heading, Note, Paragraph, Row, Table

FIRST_HASH = "0" * 64
RESULTS = {"nil": "无异常", "found": "有发现", "unreachable": "打不开"}
FINDINGS = {"true": "属实", "partly": "部分属实", "false": "不属实", "unknown": "无法核实"}
TOLD = {"asker": "反映人", "reporter": "信息员", "office": "统筹部门", "leader": "局领导"}
_DAY = dt.timedelta(days=1)


def bounds(day: dt.date, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
    """From midnight to midnight, as the bureau's clocks show it."""
    return dt.datetime.combine(day, dt.time(), zone), dt.datetime.combine(day + _DAY, dt.time(), zone)


def compose(basis: Basis) -> Composed:
    return _Log(basis).compose()


@dataclass
class _Log:
    basis: Basis

    @cached_property
    def rules(self) -> Any:
        return self.basis.rules()

    @cached_property
    def said(self) -> LocalTimes:
        return LocalTimes(self.rules.zone)

    @cached_property
    def day(self) -> dt.date:
        return dt.date.fromisoformat(self.basis.subject)

    @cached_property
    def whole(self) -> Book:
        """The record before the end of the day; its window holds this day and the one before it."""
        start, end = bounds(self.day, self.rules.zone)
        return read(end, start - _DAY)

    @cached_property
    def titles(self) -> Titles:
        return Titles(self.whole)

    @cached_property
    def start(self) -> dt.datetime:
        return bounds(self.day, self.rules.zone)[0]

    def of(self, *kinds: str) -> list[Entry]:
        """What the day itself holds; what is about a danger to life is counted and never listed (Life first)."""
        rows = (entry for entry in self.whole.of(*kinds) if entry.at >= self.start)
        return [entry for entry in rows if not self.whole.hidden(entry.subject)]

    def compose(self) -> Composed:
        figures, before = self._figures(self.start), self._figures(self.start - _DAY)
        blocks: Blocks = [
            *self._duty(), *self._patrol(), *self._new(), *self._live(), *self._answers(), *self._warned(),
            *self._liaison(), *self._summary(figures, before), *self._trouble(), *self._nil(figures),
        ]  # fmt: skip
        previous = str(self.basis.given.get("prev", FIRST_HASH))
        anchor = outside_at(min(bounds(self.day, self.rules.zone)[1], self.basis.cut_off))
        blocks.append(
            Fields(
                (
                    Field("前一日日志校验码", previous if previous != FIRST_HASH else "无（首份日志）"),
                    Field("台账链头总校验值", f"{anchor.root}（{len(anchor.heads)} 条链）"),
                )
            )
        )
        title = f"{names.of(self.rules, 'log')}（{self.said.day(self.day)}）"
        document = Document(
            kind="log", style=FORM, issuer=self.basis.issuer, mark=names.of(self.rules, "log"),
            number=self.basis.number, title=title, cut_off=canonical.timestamp(self.basis.cut_off),
            date=self.said.day(self.day), blocks=tuple(blocks), places=tuple(signers(self.rules)),
            short=self._short(figures),
            head=(("日期", self.said.day(self.day)), ("数据截至", self.said.time(self.basis.cut_off))),
        )  # fmt: skip
        return Composed(document, figures)

    # The figures ----------------------------------------------------------------------------------------------------

    def _figures(self, start: dt.datetime) -> dict[str, Any]:
        """What is counted of [start, start + a day): each received text, event and case once."""
        end = start + _DAY if start < self.start else self.basis.cut_off
        window = [entry for entry in self.whole.window if start <= entry.at < end]
        posts = [int(post["id"]) for entry in window if entry.kind == "posts.received" for post in _ids(entry)]
        channels = origins(posts)
        events = [event for event in self.whole.events.values() if event.opened_at and start <= event.opened_at < end]
        cases = [case for case in self.whole.cases.values() if case.opened_at and start <= case.opened_at < end]
        kinds: dict[str, int] = defaultdict(int)
        for entry in window:
            kinds[entry.kind] += 1
        return {
            "received": len(posts),
            "events": len(events),
            "cases": len(cases),
            "live": sum(case.is_live for case in self.whole.cases.values()) if start == self.start else None,
            "answered": kinds["release.live"],
            "warned": kinds["event.warned"],
            "feedback": kinds["feedback.given"],
            "liaison_sent": kinds["liaison.sent"],
            "liaison_answered": kinds["liaison.answered"],
            "breached": kinds["clock.breached"],
            "closed": sum(
                1 for entry in window if entry.kind == "case.moved" and entry.data.get("to") == "closed"
            ),
            "patrolled": kinds["patrol.ticked"],
            "by_channel": counted(channels.get(post, ("", "未知"))[1] for post in posts),
            "by_concern": counted(event.concern or UNDECIDED for event in events),
            "by_category": counted(self._category(case) for case in cases),
        }  # fmt: skip

    def _category(self, case: CaseAt) -> str:
        return names.category(self.rules, case.category) if case.category else "未定"

    # The sections ---------------------------------------------------------------------------------------------------

    def _duty(self) -> Blocks:
        """Who had the desk by the signed roster, and who handed it to whom."""
        start, end = self.start, self.basis.cut_off
        shifts = self._shifts()
        rows = []
        for (name, began, until), entry in sorted(shifts.items(), key=lambda item: (item[0][1], item[0][0])):
            since, to = moment(began), moment(until)
            if since is not None and to is not None and since < end and to > start:
                rows.append(Row((name, f"{self.said.time(since)}—{self.said.time(to)}"), (entry.source,)))
        changes = [
            Row(
                ("交班" if entry.kind == "handover.given" else "接班", entry.who, self.said.clock(entry.at)),
                (entry.source,),
            )
            for entry in self.of("handover.given", "handover.taken")
        ]
        return [
            Heading("一、值守"),
            Table(("值班人员", "班次"), tuple(rows), (3, 7), "当日没有排班记录。"),
            Table(("交接", "确认人", "时间"), tuple(changes), (2, 5, 3), "当日没有交接班确认。"),
        ]

    def _shifts(self) -> dict[tuple[str, str, str], Entry]:
        """(name, from, to) → the entry that says so. Shifts are set weeks ahead: the whole record is asked."""
        kinds = ("shift.set", "shift.cancelled", "swap.agreed")
        shifts: dict[tuple[str, str, str], Entry] = {}
        for entry in read_kinds(self.basis.cut_off, kinds):
            data = entry.data
            key = (str(data.get("name")), str(data.get("from")), str(data.get("to")))
            if entry.kind == "shift.set":
                shifts[key] = entry
                continue
            shifts.pop(key, None)
            if entry.kind == "swap.agreed":
                shifts[(str(data.get("to_name")), *key[1:])] = entry
                if data.get("in_return"):
                    back = [str(at) for at in data["in_return"]]
                    shifts.pop((str(data.get("to_name")), back[0], back[1]), None)
                    shifts[(key[0], back[0], back[1])] = entry
        return shifts

    def _patrol(self) -> Blocks:
        """巡查记录表: channel class by window, the nil returns among them, what was missed in full view."""
        seen: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
        for entry in self.of("patrol.ticked"):
            window = str(entry.data.get("window")), str(entry.data.get("due"))
            seen[(str(entry.data.get("class")), *window)].append(entry)
        rows = []
        for (channel, opens, due), ticks in sorted(seen.items(), key=lambda item: (item[0][1], item[0][0])):
            found = counted(RESULTS.get(str(tick.data.get("result")), "其他") for tick in ticks)
            late = sum(bool(tick.data.get("late")) for tick in ticks)
            said = "，".join(f"{name}{n}" for name, n in found.items()) + (f"，其中迟{late}" if late else "")
            rows.append(
                Row(
                    (
                        channel, self._window(opens, due), "、".join(self.said.clock(tick.at) for tick in ticks),
                        str(len(ticks)), said,
                    ),
                    tuple(tick.source for tick in ticks),
                )
            )  # fmt: skip
        missed = self._missed()
        told: Blocks = [
            Heading("二、巡查记录"),
            Table(("渠道类", "时段", "巡查时间", "次数", "结果"), tuple(rows), (2, 3, 4, 1, 3), "当日没有巡查记录。"),
        ]
        if missed:
            told.append(Paragraph(f"漏巡 {len(missed)} 处：{'、'.join(missed)}。"))
        return told

    def _window(self, opens: str, due: str) -> str:
        start, end = moment(opens), moment(due)
        return f"{self.said.clock(start)}—{self.said.clock(end)}" if start and end else "—"

    def _missed(self) -> list[str]:
        """Windows that ended on this day with no tick before the cut-off; a later tick is in the next day's log."""
        cards = PatrolCard.objects.filter(due_at__gte=self.start, due_at__lt=self.basis.cut_off)
        ticked = {int(entry.data.get("card") or 0) for entry in self.whole.of("patrol.ticked")}
        rows = cards.order_by("opens_at", "id").values_list("pk", "point__name", "opens_at")
        return [f"{name}（{self.said.clock(at)}起）" for pk, name, at in rows if pk not in ticked]

    def _new(self) -> Blocks:
        events = [event for event in self.whole.events.values() if event.opened_at and event.opened_at >= self.start]
        places = origins(event.post for event in events)
        by_event = {case.event: case for case in self.whole.cases.values()}
        shown = [event for event in events if not event.kept_back]
        rows = [self._event_row(event, places, by_event.get(event.number)) for event in shown]
        header = ("编号", "首发/发现/时差", "出处与标题", "性质/类别", "级别/时限", "主办")
        return [
            Heading("三、当日新增"),
            Table(
                header, tuple(rows), (5, 5, 8, 4, 5, 4), "当日没有列出的新增事件。" if events else "当日没有新增事件。"
            ),
            *unlisted(len(events) - len(shown)),
        ]

    def _event_row(self, event: EventAt, places: Mapping[int, tuple[str, str]], case: CaseAt | None) -> Row:
        known, published = event.known_at or event.opened_at, event.published_at
        assert known is not None
        late = f"时差{span(known - published)}" if published and known >= published else "时差未掌握"
        place = places.get(event.post, ("未知", ""))[0]
        level = self._level(event, case)
        due = case.due() if case else None
        cells = (
            case.number if case else event.number,
            f"首发{self.said.time(published)}；发现{self.said.time(known)}；{late}",
            f"{place}：{self.titles.event(event)}",
            f"{event.concern or UNDECIDED}/{self._category(case) if case else '未定'}",
            f"{level}/{self.said.time(due) if due else '未起算'}",
            (case.holder if case else "") or "未转办",
        )
        post = "" if event.kept_back or not event.post else f"post:{event.post}"
        return Row(cells, sure(event.opened, case.opened if case else "", post))

    def _level(self, event: EventAt, case: CaseAt | None) -> str:
        if case is not None and case.level_name:
            return case.level_words
        code = event.graded_level
        named = names.level(self.rules, code) if code else "未定"
        return named if event.level or not code else f"{named}（建议）"

    def _live(self) -> Blocks:
        rows, live = [], self.whole.live()
        for case in live:
            if self.whole.hidden(case.number):
                continue
            due = case.next_due
            rows.append(
                Row(
                    (
                        case.number, self.titles.case(case, 40), case.level_words,
                        names.state(self.rules, case.state), case.holder or "统筹部门",
                        f"{self.said.time(due[0])}止，{left(due[0], self.basis.cut_off)}" if due else "无在计时限",
                    ),
                    sure(case.opened, case.last),
                )
            )  # fmt: skip
        header = ("编号", "事项", "级别", "状态", "主办", "时限")
        return [
            Heading("四、在办"),
            Table(header, tuple(rows), (3, 6, 2, 2, 3, 4), "没有列出的在办事项。" if live else "没有在办事项。"),
            *unlisted(len(live) - len(rows)),
        ]

    def _answers(self) -> Blocks:
        rows = [
            Row(
                (
                    entry.subject, str(entry.data.get("place") or "未知"),
                    self.said.time(moment(entry.data.get("at")) or entry.at), str(entry.data.get("url") or "—"),
                ),
                (entry.source,),
            )
            for entry in self.of("release.live")
        ]  # fmt: skip
        return [
            Heading("五、当日回应"),
            Table(("编号", "形式", "时间", "链接"), tuple(rows), (3, 3, 3, 6), "当日没有公开回应。"),
        ]

    def _warned(self) -> Blocks:
        rows = []
        for entry in self.of("event.warned", "warning.acknowledged", "warning.settled", "warning.cancelled"):
            what = {"event.warned": "发出预警", "warning.acknowledged": "知悉", "warning.cancelled": "撤销预警"}
            told = "、".join(entry.data.get("recipients") or ()) or str(entry.data.get("why") or "")
            rows.append(
                Row(
                    (entry.subject, what.get(entry.kind, "预警了结"), self.said.clock(entry.at), told or entry.who),
                    (entry.source,),
                )
            )
        back = [
            Row(
                (entry.subject, TOLD.get(str(entry.data.get("to")), "其他"), self.said.clock(entry.at)),
                (entry.source,),
            )
            for entry in self.of("feedback.given")
        ]
        return [
            Heading("六、预警与反馈"),
            Table(("事件", "预警", "时间", "对象"), tuple(rows), (3, 2, 2, 6), "当日没有预警。"),
            Table(("编号", "反馈给", "时间"), tuple(back), (4, 4, 3), "当日没有反馈。"),
        ]

    def _liaison(self) -> Blocks:
        rows = []
        for entry in self.of("liaison.sent", "liaison.answered", "liaison.silent"):
            what = {"liaison.sent": "发函", "liaison.answered": "答复", "liaison.silent": "到时未答复"}[entry.kind]
            finding = FINDINGS.get(str(entry.data.get("finding") or ""), "")
            rows.append(
                Row(
                    (
                        entry.subject, str(entry.data.get("body") or ""), self.said.clock(entry.at),
                        f"{what}{f'：{finding}' if finding else ''}",
                    ),
                    (entry.source,),
                )
            )  # fmt: skip
        header = ("编号", "对象", "时间", "进展")
        return [Heading("七、核实衔接"), Table(header, tuple(rows), (3, 5, 2, 4), "当日没有核实衔接。")]

    def _summary(self, figures: Mapping[str, Any], before: Mapping[str, Any]) -> Blocks:
        lines = {
            "收到来文": "received", "新增事件": "events", "立案": "cases", "公开回应": "answered", "发出预警": "warned",
            "反馈": "feedback", "办结": "closed", "逾期": "breached", "巡查": "patrolled",
        }  # fmt: skip
        rows = tuple(
            Row((word, str(figures[name]), str(before[name]), change(figures[name], before[name])))
            for word, name in lines.items()
        )
        told: Blocks = [Heading("八、数据小结"), Table(("项目", "当日", "前一日", "增减"), rows, (4, 2, 2, 2))]
        for title, name in (("渠道", "by_channel"), ("性质", "by_concern"), ("业务类别", "by_category")):
            if figures[name]:
                told.append(shares(title, figures[name], before[name]))
        told.append(
            Note("口径：来文按收到的时间、事件按形成的时间计入当日；性质以人工认定为准，没有认定的列为“待认定”。")
        )
        return told

    def _trouble(self) -> Blocks:
        lines = [
            *((f"{self.said.clock(e.at)} 来源停用：{_what(e)}", e) for e in self.of("source.paused")),
            *((f"{self.said.clock(e.at)} 启动突发事件监测", e) for e in self.of("emergency_watch.declared")),
            *((f"{self.said.clock(e.at)} 解除突发事件监测", e) for e in self.of("emergency_watch.ended")),
            *((f"{e.subject} “{names.act(self.rules, str(e.data.get('act')))}”逾期（{e.data.get('cause')}）", e)
              for e in self.of("clock.breached")),
            *((f"{self.said.clock(e.at)} {e.subject}预警无人知悉，已报下一人", e) for e in self.of("warning.climbed")),
        ]  # fmt: skip
        told: Blocks = [Heading("九、值守异常")]
        told += [Paragraph(f"{words}。", (entry.source,)) for words, entry in lines] or [Paragraph("无异常。")]
        return told

    def _nil(self, figures: Mapping[str, Any]) -> Blocks:
        told: Blocks = [Heading("十、零报告")]
        if figures["events"] == 0 and figures["received"] == 0:
            told.append(Paragraph("零报告：当日没有收到来文，没有新增涉局舆情。"))
        elif figures["events"] == 0:
            told.append(Paragraph("零报告：当日有来文，经筛查没有新增涉局舆情事件。"))
        else:
            told.append(Paragraph(f"当日新增 {figures['events']} 件，不作零报告。"))
        return told

    def _short(self, figures: Mapping[str, Any]) -> str:
        channels = "、".join(f"{name}{n}" for name, n in list(figures["by_channel"].items())[:4])
        words = [
            f"【{names.of(self.rules, 'log')} {self.day:%Y-%m-%d}】编号 {self.basis.number}",
            f"收到来文 {figures['received']} 条{f'（{channels}）' if channels else ''}",
            f"新增 {figures['events']} 件 立案 {figures['cases']} 件 在办 {figures['live']} 件",
            f"公开回应 {figures['answered']} 次 预警 {figures['warned']} 次 逾期 {figures['breached']} 件",
            "零报告。" if figures["events"] == 0 else "",
            "【系统生成，以台账为准】",
        ]
        return short_lines(words)


def unlisted(count: int) -> Blocks:
    return [Note(f"另有涉及人身安全的 {count} 件，只计数，不列出。")] if count else []


def short_lines(words: Sequence[str]) -> str:
    return "\n".join(line for line in words if line)


def read_kinds(cut_off: dt.datetime, kinds: Sequence[str]) -> list[Entry]:
    """Entries of a few kinds from the whole record before the cut-off."""
    return list(entries(LedgerEntry.objects.filter(kind__in=list(kinds), at__lt=cut_off)))


def _ids(entry: Entry) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = list(entry.data.get("posts") or ())
    return found


def _what(entry: Entry) -> str:
    return short(str(entry.data.get("name") or entry.data.get("source") or ""), 40)
