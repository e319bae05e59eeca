"""What no single value can tell: the checks between blocks, and the parts of the law no file may switch
off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from huiying.regulation.builtin import (
    DUTIES,
    PROHIBITED,
    PUBLIC_ACTS,
    REQUIRED_DUTIES,
    SCORABLE,
    SEPARATIONS,
    STATES,
)
from huiying.regulation.calendar import Duration
from huiying.regulation.reader import Reader
from huiying.regulation.rules_answers import Answers
from huiying.regulation.schema import Calendar, Content
from huiying.regulation.schema_blocks import RiskAssessment
from huiying.regulation.source import Node


class Rules:
    """Runs every check on a content whose single values are already right."""

    def __init__(self, content: Content, root: Node, reader: Reader) -> None:
        self.content = content
        self.nodes = {node.path: node for node in root.walk()}
        self.reader = reader

    def check(self) -> None:
        """Report everything to the reader."""
        self._meta()
        self._built_in()
        self._levels()
        self._thresholds()
        self._respond_within()
        self._durations()
        self._overlays()
        self._calendar()
        self._review_steps()
        self._routing()
        self._duties()
        self._counts()
        Answers(self).check()

    def say(self, path: str, message: str, fix: str, en: str) -> None:
        node = self.nodes.get(path)
        while node is None:
            path = path.rpartition(".")[0]
            node = self.nodes[path]
        self.reader.problem(node, message, fix, en)

    def _meta(self) -> None:
        meta = self.content.meta
        try:
            ZoneInfo(meta.timezone)
        except (KeyError, ValueError, OSError):
            self.say(
                "meta.timezone",
                f"没有叫“{meta.timezone}”的时区",
                "中国写 Asia/Shanghai",
                f'No time zone "{meta.timezone}"; China is Asia/Shanghai.',
            )
        if meta.effective_from < meta.published:
            self.say(
                "meta.effective_from",
                "施行日期早于发布日期，制度不能管发布以前的事",
                "改成发布当日或以后的日期",
                "effective_from is before published; a law cannot reach back. Write a later day.",
            )

    def _built_in(self) -> None:
        self._must_hold("prohibited", self.content.prohibited, PROHIBITED, "禁止事项")
        self._must_hold(
            "separation_of_duty",
            tuple(s.rule for s in self.content.separation_of_duty),
            SEPARATIONS,
            "职责分离",
        )
        self._must_hold("states", tuple(self.content.states), STATES, "办理状态")
        public = tuple(code for code, act in self.content.acts.items() if act.public)
        self._must_hold("acts", public, PUBLIC_ACTS, "公开动作")

    def _must_hold(self, path: str, have: tuple[str, ...], need: tuple[str, ...], what: str) -> None:
        for code in need:
            if code not in have:
                self.say(
                    path,
                    f"缺少{what}“{code}”，它是程序自带的，不能关掉",
                    f"加回 {code}",
                    f'"{code}" is missing from {path}; it cannot be switched off. Put it back.',
                )
        for code in have:
            if code not in need:
                self.say(
                    path,
                    f"不认识的{what}“{code}”，应当是：{'、'.join(need)}",
                    f"删去 {code} 或改正拼写",
                    f'Unknown "{code}" in {path}; the program cannot keep it. Known: {", ".join(need)}.',
                )

    def _levels(self) -> None:
        levels = self.content.levels
        codes = [level.code for level in levels]
        if codes != [f"L{n}" for n in range(1, len(levels) + 1)]:
            self.say(
                "levels",
                f"级别代码是{'、'.join(codes)}，应当从轻到重依次为 L1、L2……",
                "从轻到重重新编号",
                "Level codes must run L1, L2, … from the lightest to the gravest.",
            )
        if len({level.name for level in levels}) < len(levels):
            self.say("levels", "有两个级别同名", "给每个级别不同的名称", "Two levels have one name.")

    def _thresholds(self) -> None:
        thresholds = self.content.grading.thresholds
        for level in self.content.levels[1:]:
            if level.code not in thresholds:
                self.say(
                    "grading.thresholds",
                    f"级别“{level.name}”没有门槛分",
                    f"写 {level.name}: 分数",
                    f'Level "{level.name}" has no threshold.',
                )
        if (lowest := self.content.levels[0]) and lowest.code in thresholds:
            self.say(
                f"grading.thresholds.{lowest.name}",
                f"最低级“{lowest.name}”不设门槛",
                "删去这一项",
                "The lightest level has no threshold; delete it.",
            )
        values = [thresholds[level.code] for level in self.content.levels if level.code in thresholds]
        if any(low >= high for low, high in pairwise(values)):
            self.say(
                "grading.thresholds",
                "门槛分的次序不对，级别越重门槛应当越高",
                "从轻到重写递增的分数",
                "Thresholds are out of order; they must rise with the level.",
            )
        weights = self.content.grading.weights
        total = weights.media + weights.intensity + weights.attitude + weights.evolution + weights.sensitivity_offline
        if abs(total - 1) > 1e-6:
            self.say(
                "grading.weights",
                f"五项权重加起来是 {total:g}，应当是 1",
                "调整到合计为 1",
                f"Weights add up to {total:g}, expected 1.",
            )

    def _respond_within(self) -> None:
        clocks = self.content.clocks
        previous = None
        for level in self.content.levels:
            rule = clocks.respond_within[level.code]
            if not _of_unit(rule.within, clocks.unit):
                self.say(
                    f"{rule.path}.within",
                    f"时长 {rule.within.text} 与单位 {clocks.unit} 不符",
                    _example(clocks.unit),
                    f"{rule.within.text} does not agree with the unit {clocks.unit}.",
                )
            elif previous is not None and rule.within.weight > previous.weight:
                self.say(
                    f"{rule.path}.within",
                    f"级别“{level.name}”的时限比轻一级的还长",
                    f"不超过 {previous.text}",
                    f'The limit of "{level.name}" exceeds the lighter one; at most {previous.text}.',
                )
            previous = rule.within
        if any(a >= b for a, b in pairwise(clocks.warn_at)):
            self.say(
                "clocks.warn_at",
                "提醒点的次序不对，应当从小到大",
                "如 [0.5, 0.75, 0.9, 1.0]",
                "warn_at must rise, e.g. [0.5, 0.75, 0.9, 1.0].",
            )

    def _durations(self) -> None:
        """Clocks run on elapsed or working time; months differ in length, and working time needs a
        calendar.
        """
        for path, duration in self._clock_durations():
            if duration.months:
                self.say(
                    path,
                    f"{duration.text} 含年或月，长短不定",
                    "用天或小时",
                    "Months vary in length; use days or hours.",
                )
        unit = self.content.clocks.unit
        working = unit != "natural_hours" or any(d.working for _, d in self._clock_durations())
        if working and self.content.calendar is None:
            self.say(
                "clocks.unit",
                "用了工作日或工作小时，却没有工作日历 calendar",
                "加上 calendar 块（weekdays、working_hours、holidays、makeup_days）",
                "Working time is used but there is no calendar block; add one.",
            )
        for name, act in self.content.clocks.internal.items():
            if self.content.acts[name].public:
                self.say(
                    f"clocks.internal.{name}",
                    "公开动作不是内部节点",
                    "写到 respond_within 或 overlays",
                    "A public act is not an internal clock.",
                )
            if act.within is None and not act.by_level:
                self.say(
                    act.path,
                    "内部节点没有时限",
                    "写 within 或 by_level",
                    "The internal clock has no limit; write within or by_level.",
                )

    def _clock_durations(self) -> Iterator[tuple[str, Duration]]:
        for rule in self.content.clocks.respond_within.values():
            yield rule.path, rule.within
        for clock in self.content.clocks.internal.values():
            yield from ((clock.path, limit) for limit in (clock.within, *clock.by_level.values()) if limit is not None)
        for overlay in self.content.overlays:
            yield from ((overlay.path, limit) for limit in overlay.acts.values())

    def _overlays(self) -> None:
        seen: set[str] = set()
        for overlay in self.content.overlays:
            if not overlay.acts:
                self.say(
                    overlay.path,
                    "上位规定没有写要求做什么、多久内做",
                    "写 press_conference_within 等其中之一",
                    "The overlay asks for nothing; write press_conference_within or another limit.",
                )
            if overlay.id in seen:
                self.say(
                    overlay.path,
                    f"上位规定“{overlay.id}”写了两次",
                    "删去其中一处",
                    f'Overlay "{overlay.id}" is written twice.',
                )
            seen.add(overlay.id)

    def _calendar(self) -> None:
        calendar = self.content.calendar
        if calendar is None:
            return
        end = 0
        for index, (opened, closed) in enumerate(intervals(calendar)):
            if opened < end or closed <= opened:
                self.say(
                    f"calendar.working_hours[{index}]",
                    "工作时段要从早到晚，不重叠，不跨零点",
                    '如 ["08:30-12:00", "13:30-17:30"]',
                    "Working hours must run in order, not overlap, not cross midnight.",
                )
            end = closed
        holidays = self._days("calendar.holidays", calendar.holidays)
        both = holidays & self._days("calendar.makeup_days", calendar.makeup_days)
        if both:
            day = min(both).isoformat()
            self.say(
                "calendar.makeup_days",
                f"{day} 既放假又调休上班",
                "删去其中一处",
                f"{day} is both a holiday and a make-up day.",
            )

    def _days(self, path: str, texts: tuple[str, ...]) -> frozenset[date]:
        found: set[date] = set()
        for index, text in enumerate(texts):
            try:
                found |= days_of(text)
            except ValueError:
                self.say(
                    f"{path}[{index}]",
                    f"“{text}”不是日历上有的日期，或止于开始之前，或长过一年",
                    '如 "2026-10-01/2026-10-07"',
                    f'"{text}" is no such date, ends before it begins, or is longer than a year.',
                )
        return frozenset(found)

    def _review_steps(self) -> None:
        steps = self.content.workflow.review_steps
        for level in self.content.levels:
            roles = [role for group in steps.by_level[level.code] for role in group]
            for role in sorted({role for role in roles if roles.count(role) > 1}):
                self.say(
                    f"workflow.review_steps.by_level.{level.name}",
                    f"“{role}”在一条审核链里出现两次",
                    "每个岗位只审一次",
                    f'"{role}" stands twice in one chain of review.',
                )
            for role in roles:
                if steps.names and role not in steps.names:
                    self.say(
                        "workflow.review_steps.names",
                        f"审核步骤“{role}”没有名称",
                        f"写 {role}: {{name: …, en: …}}",
                        f'Review step "{role}" has no name.',
                    )

    def _routing(self) -> None:
        routing = self.content.routing
        for kind, rows in (("categories", routing.categories), ("natures", routing.natures)):
            for code, row in rows.items():
                if row.owner == row.backup:
                    self.say(
                        f"routing.{kind}.{code}.backup",
                        "主办和后备是同一个部门",
                        "后备写另一个部门",
                        "Owner and backup are one department.",
                    )
        for code, category in routing.categories.items():
            path = f"routing.categories.{code}"
            if code not in self.content.departments[category.owner].responsibilities:
                self.say(
                    f"{path}.owner",
                    f"部门“{category.owner}”的职责里没有“{code}”，不能转给职责清单以外的部门",
                    f"在它的 responsibilities 里加上 {code}，或换主办",
                    f'Department "{category.owner}" does not list "{code}" as a responsibility (C2.3).',
                )

    def _duties(self) -> None:
        held = {duty for role in self.content.roles.values() for duty in (role.acts_as or (role.code,))}
        for duty in REQUIRED_DUTIES:
            if duty not in held:
                self.say(
                    "roles",
                    f"没有岗位承担“{duty}”",
                    f"加上岗位 {duty}，或给某个岗位写 acts_as: [{duty}]",
                    f'No role takes on "{duty}"; add it or write acts_as: [{duty}] on a role.',
                )
        for code, role in self.content.roles.items():
            if code not in DUTIES and not role.acts_as:
                self.say(
                    f"roles.{code}",
                    f"程序不知道岗位“{code}”做什么",
                    f"写 acts_as: [{'、'.join(DUTIES[:4])}…其中几项]",
                    f'Nobody knows what role "{code}" does; write acts_as with some of: {", ".join(DUTIES)}.',
                )
            if code in role.deputies:
                self.say(
                    f"roles.{code}.deputies",
                    "岗位不能代理自己",
                    "写别的岗位",
                    "A role cannot deputise for itself.",
                )

    def _counts(self) -> None:
        content = self.content
        linked = content.response.linked_channels
        for level, least in linked.min_channels.items():
            if least > len(linked.set):
                self.say(
                    "response.linked_channels.min_channels",
                    f"级别 {level} 要 {least} 个渠道，只列了 {len(linked.set)} 个",
                    "减少个数或多列渠道",
                    f"Level {level} asks for {least} channels, only {len(linked.set)} are listed.",
                )
        if content.risk_assessment.min_methods > len(content.risk_assessment.methods):
            self.say(
                "risk_assessment.min_methods",
                "至少用几种方式多于列出的方式",
                "减少个数",
                "More methods are required than listed.",
            )
        for name in content.assessment.weights:
            if name not in SCORABLE:
                self.say(
                    f"assessment.weights.{name}",
                    f"“{name}”不能计入考核得分：只有本部门自己办的事的比例可以",
                    f"用其中之一：{'、'.join(SCORABLE)}",
                    f'"{name}" can not be scored; only these may weigh: {", ".join(SCORABLE)}.',
                )
        self._methods(content.risk_assessment)
        for step in content.accountability.never_automatic:
            if step not in content.accountability.ladder:
                self.say(
                    "accountability.never_automatic",
                    f"“{step}”不在 ladder 里",
                    "用 ladder 里的词",
                    f'"{step}" is not on the ladder.',
                )
        if content.retention.access_log.weight < content.retention.access_log_min_legal.weight:
            self.say(
                "retention.access_log",
                "访问日志留存短于法定下限",
                f"至少 {content.retention.access_log_min_legal.text}",
                "Access logs are kept shorter than the law requires.",
            )

    def _methods(self, risk: RiskAssessment) -> None:
        """（六）: each method has a kind of evidence, each level above the first a score where it begins."""
        for method in risk.methods:
            if risk.kind_of(method) is None:
                self.say(
                    "risk_assessment.methods",
                    f"看不出“{method}”留下哪一种证据",
                    "在 kinds 里写明：tracking、survey、visit 或 meeting",
                    f'What evidence "{method}" leaves is not known: say so under kinds.',
                )
        starts = risk.level_from
        if starts and (len(starts) != len(risk.risk_levels) - 1 or list(starts) != sorted(set(starts))):
            self.say(
                "risk_assessment.level_from",
                "每个高于最低的级别要有一个起点，从小到大",
                f"写 {len(risk.risk_levels) - 1} 个递增的分数",
                "Each level above the first needs a start, in rising order.",
            )


def intervals(calendar: Calendar) -> tuple[tuple[int, int], ...]:
    """Working hours as minutes of the day."""
    pairs = (window.split("-") for window in calendar.working_hours)
    return tuple((_minute(opened), _minute(closed)) for opened, closed in pairs)


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def days_of(text: str) -> frozenset[date]:
    """The days of a date or a span; ValueError for a span that ends before it begins or is longer than a
    year.
    """
    first, _, last = text.partition("/")
    start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    if not 0 <= (end - start).days <= 366:
        raise ValueError(text)
    return frozenset(start + timedelta(days=n) for n in range((end - start).days + 1))


def _of_unit(duration: Duration, unit: str) -> bool:
    kinds: Mapping[str, bool] = {
        "natural_hours": not duration.working,
        "working_days": duration.working_days > 0,
        "working_hours": duration.working_hours > 0,
    }
    return kinds[unit]


def _example(unit: str) -> str:
    return {"natural_hours": "写 PT48H 或 P2D", "working_days": "写 P3WD", "working_hours": "写 PT24WH"}[unit]
