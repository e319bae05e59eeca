"""The sixteen questions that such a regulation leaves open （十三）, and where its file answers each.

`paths` are beginnings of key paths: what stands there is how the file answers now, and the draft of what the office
signs. Nothing here belongs to one bureau: another file has the same questions and other answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

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
