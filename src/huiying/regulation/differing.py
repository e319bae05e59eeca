"""Two versions of a regulation, value by value （十四）, and the sixteen questions that it leaves open （十三）.

Values are named as people read them: the block, then the names of levels, roles and departments on the way. A
question's `paths` are beginnings of key paths: what stands there is how the file answers now. No question belongs to
one bureau: another file has the same and other answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from huiying.regulation.deadlines import MOMENTS
from huiying.regulation.regulation import Regulation

if TYPE_CHECKING:
    from huiying.regulation.regulation import Regulation


@dataclass(frozen=True)
class Gap:
    id: str
    clause: str
    zh: str
    en: str
    paths: tuple[str, ...]


_TABLE = (
    ("G1", "（八）C8.5 C8.6", "没有写明时限的级别，公开回应要在多久之内？",
     "Within what time is a level answered for which the text names none?", "clocks.respond_within"),
    ("G2", "（八）C8.5", "时限从什么时候起算？", "From what moment does the time run?", "clocks.start"),
    ("G3", "（八）C8.5", "时限按自然时间还是工作时间计算？",
     "Is the time counted in natural or in working time?", "clocks.unit"),
    ("G4", "（八）C8.7", "“等形式”里还有什么算回应？一般的件书面答复算不算？",
     "What else counts as an answer? Does a written reply, for an ordinary matter?",
     "response.forms response.forms_other response.stages"),
    ("G5", "（六）（八）C8.6", "各个级别由谁认定？", "Who declares each level?", "grading.confirm_by"),
    ("G6", "（五）C5.8", "巡查每天几次，最长隔多久？",
     "How often are the rounds made, with what longest gap?", "monitor.patrol"),
    ("G7", "（五）C5.15", "“等工作机构”是哪些机构，什么情形须衔接？",
     "Which bodies are meant for checking facts, and when?", "monitor.liaison.bodies monitor.liaison.required_when"),
    ("G8", "（五）（七）C5.15", "“迅速”是几个小时？", "How many hours is “at once”?",
     "monitor.liaison.within monitor.liaison.answer_within clocks.internal"),
    ("G9", "（六）C6.1", "哪些算“重大政策”？", "Which policies are major?", "risk_assessment.trigger"),
    ("G10", "（十）C10.1", "联席会议几人到会有效，谁可以代为主持？",
     "How many make a joint meeting, and who may chair in another's place?", "joint_meeting"),
    ("G11", "（九）C9.6", "“经常性”培训是一年几次？", "How often a year is regular training?", "training.per_year_min"),
    ("G12", "（八）C8.8", "持续回应按什么节奏？", "In what rhythm does sustained response go on?",
     "response.sustained_response_decision level_actions"),
    ("G13", "（十）C10.7", "哪些节点要同步报送统筹部门？", "Which steps are reported to the office?",
     "clocks.internal.report_office_sync"),
    ("G14", "（二）C2.1", "条文写的是分组负责还是分级负责，怎么理解？",
     "Does the text say by groups or by grades, and how is it read?", "principles"),
    ("G15", "（十二）C12.3", "考核用哪些指标，各占多少分？",
     "Which indicators are assessed, with what weights?", "assessment"),
    ("G16", "（十二）C12.6", "什么情形启动问责？", "What starts a referral for accountability?",
     "accountability.triggers accountability.ladder"),
)  # fmt: skip
GAPS: Mapping[str, Gap] = MappingProxyType({row[0]: Gap(*row[:4], tuple(row[4].split())) for row in _TABLE})


def answers(regulation: Regulation, gap: Gap) -> dict[str, str]:
    """Key path → how the file answers the question now; empty where it leaves the answer to the product."""
    return {
        path: regulation.places[path].words
        for path in regulation.leaves
        if regulation.places[path].words
        and any(path == begin or path.startswith((f"{begin}.", f"{begin}[")) for begin in gap.paths)
    }


# Block → how it is called, in both languages.
BLOCKS = {
    "meta": ("制度本身", "The regulation itself"),
    "principles": ("原则", "Principles"),
    "roles": ("岗位", "Posts"),
    "departments": ("部门", "Departments"),
    "responsibilities": ("职责", "Responsibilities"),
    "routing": ("转办", "Routing"),
    "separation_of_duty": ("职责分离", "Separation of duties"),
    "monitor": ("监测", "Monitoring"),
    "levels": ("级别", "Levels"),
    "emergency_levels": ("突发事件级别", "Emergency levels"),
    "grading": ("定级", "Grading"),
    "life_safety": ("生命安全", "Danger to life"),
    "level_actions": ("各级要做的事", "What each level asks for"),
    "clocks": ("时限", "Time limits"),
    "overlays": ("叠加的上位规定", "Superior rules"),
    "calendar": ("工作日历", "Working calendar"),
    "joint_meeting": ("联席会议", "Joint meeting"),
    "dialogue": ("双向互动", "Dialogue"),
    "acts": ("动作名称", "Names of acts"),
    "states": ("办理状态", "States"),
    "response": ("公开回应", "Public response"),
    "asking": ("群众提问", "Asking"),
    "workflow": ("流程", "Workflow"),
    "transfer": ("转办单", "Transfer slip"),
    "risk_assessment": ("风险评估", "Risk assessment"),
    "documents": ("文书", "Documents"),
    "log": ("日志", "Daily log"),
    "training": ("培训", "Training"),
    "release_platforms": ("发布平台", "Platforms"),
    "accountability": ("督查问责", "Accountability"),
    "assessment": ("考核", "Assessment"),
    "retention": ("留存期限", "Retention"),
    "watch": ("监测规则", "Watch rules"),
    "urgent_numbers": ("紧急电话", "Emergency numbers"),
    "english": ("英文名称", "English names"),
}
KEYS = {
    "respond_within": ("公开回应", "public response"),
    "within": ("限", "within"),
    "internal": ("内部节点", "internal steps"),
    "by_level": ("按级别", "by level"),
    "effective_from": ("施行日期", "in force from"),
    "title": ("名称", "title"),
    "ladder": ("措施阶梯", "ladder"),
    "weights": ("权重", "weights"),
    "triggers": ("情形", "triggers"),
    "name": ("名称", "name"),
    "owner": ("主办", "owner"),
    "backup": ("后备", "backup"),
    "duty": ("职责", "duty"),
    "confirm_by": ("由谁认定", "confirmed by"),
    "patrol": ("巡查", "rounds"),
    "liaison": ("核实衔接", "liaison"),
    "bodies": ("机构", "bodies"),
    "review_steps": ("审核步骤", "review steps"),
    "quorum": ("到会比例", "quorum"),
    "per_year_min": ("每年至少几次", "at least a year"),
}
# Codes that a file writes as values; names of levels, posts and acts come from the file itself.
VALUES = {
    "natural_hours": ("自然小时", "natural hours"),
    "working_days": ("工作日", "working days"),
    "working_hours": ("工作小时", "working hours"),
    "ledger": ("记入台账即可", "an entry is enough"),
    "none": ("不要求", "not asked for"),
    "optional": ("视情况", "as the case may be"),
    "required": ("必须", "required"),
    "single": ("一次", "once"),
    "with_updates": ("一次，随后续报", "once, then follow-ups"),
    "rolling": ("滚动报送", "rolling"),
    "accepted": ("签收", "accepted"),
    "facts_found": ("查明事实", "facts found"),
    "disposed": ("处置", "disposed of"),
    "published": ("发布", "published"),
    "closed": ("办结", "closed"),
    "deadline_missed": ("超过时限", "a limit was missed"),
    "wrong_facts_published": ("发布的事实有误", "wrong facts were published"),
    "second_wave_after_response": ("回应后又起一波", "a second wave after the answer"),
    "duban_overdue": ("督办逾期", "a supervisory notice is overdue"),
    "leader_finding": ("领导认定", "found by a leader"),
    "patrol_missed": ("漏巡", "rounds missed"),
    "training_absent": ("缺席培训", "absent from training"),
    "cause_internal": ("起因在内部", "caused from within"),
    **MOMENTS,
}
_COUNTED = re.compile(r"(?P<what>[a-z_]+?)>=(?P<times>\d+)(?:_in_(?P<days>\d+)d)?")
_STEP = re.compile(r"[^.\[\]]+")


def in_words(value: str, law: Regulation, lang: str = "zh") -> str:
    """A value as people read it: codes by their names, everything else as the file has it."""
    return "、".join(_value(word, law, lang) for word in value.split("、"))


def _value(word: str, law: Regulation, lang: str) -> str:
    english = lang.startswith("en")
    if " and " in word:
        parts = [_value(part, law, lang) for part in word.split(" and ")]
        return " and ".join(parts) if english else "，且".join(parts)
    if counted := _COUNTED.fullmatch(word):
        what, times, days = _value(counted["what"], law, lang), counted["times"], counted["days"]
        if english:
            return f"{what} at least {times} times" + (f" in {days} days" if days else "")
        return (f"{days}天内" if days else "") + f"{what}{times}次以上"
    if word.startswith("level=="):
        level = word.removeprefix("level==")
        return law.english_of(level) if english else level
    if word in VALUES:
        return VALUES[word][1 if english else 0]
    for kind in ("role", "act", "department"):
        try:
            return law.name_of(kind, word, lang)
        except KeyError:
            continue
    return law.english_of(word) if english else word


@dataclass(frozen=True)
class Change:
    """One value; `before` or `after` is None where the other version has no such value."""

    path: str
    before: str | None
    after: str | None

    @property
    def block(self) -> str:
        return self.path.partition(".")[0].partition("[")[0]


def differences(before: Regulation, after: Regulation) -> list[Change]:
    """What changed, in the order of the newer file; values that are gone stand last."""
    was = {path: before.places[path].words for path in before.leaves}
    now = {path: after.places[path].words for path in after.leaves}
    changed = [Change(path, was.get(path), words) for path, words in now.items() if was.get(path) != words]
    gone = [Change(path, words, None) for path, words in was.items() if path not in now]
    return changed + gone


def path_name(path: str, law: Regulation, lang: str = "zh") -> str:
    """The way to a value in words: 时限 › 公开回应 › 较大 › 限."""
    which = 1 if lang.startswith("en") else 0
    steps = _STEP.findall(path)
    names = [BLOCKS.get(steps[0], (steps[0], steps[0]))[which]]
    for step in steps[1:]:
        if step in KEYS:
            names.append(KEYS[step][which])
        else:
            names.append(_named(step, steps[0], law, lang))
    return " › ".join(names)


_KIND = {"roles": "role", "departments": "department", "acts": "act", "states": "state", "levels": "level"}


def _named(step: str, block: str, law: Regulation, lang: str) -> str:
    for kind in (_KIND.get(block, ""), "level", "act", "role", "category"):
        try:
            if kind:
                return law.name_of(kind, step, lang)
        except KeyError:
            continue
    return law.english_of(step) if lang.startswith("en") else step


def sentence(change: Change, law: Regulation, lang: str = "zh") -> str:
    """「时限 › 公开回应 › 较大 › 限：由 48 小时改为 24 小时」."""
    place = path_name(change.path, law, lang)
    before, after = (None if one is None else in_words(one, law, lang) for one in (change.before, change.after))
    if lang.startswith("en"):
        if before is None:
            return f"{place}: new, “{after}”"
        if after is None:
            return f"{place}: “{before}” is gone"
        return f"{place}: from “{before}” to “{after}”"
    if before is None:
        return f"{place}：新增“{after}”"
    if after is None:
        return f"{place}：删去“{before}”"
    return f"{place}：由“{before}”改为“{after}”"
