"""Which columns of this room's tables the ledger vouches for, and of every other one why not (ADR 30)."""

from __future__ import annotations

from huiying.handling import schema
from huiying.handling.models import (
    AgendaItem,
    AskedAgain,
    Attachment,
    Breach,
    Case,
    CaseAct,
    CaseDepartment,
    Clock,
    ClockEvent,
    ClueHandover,
    Disposal,
    Dissent,
    Escalation,
    FactSheet,
    Feedback,
    Finding,
    Handover,
    Knowledge,
    LateKnowledge,
    Liaison,
    LiaisonExemption,
    Meeting,
    MeetingSeat,
    NodeReport,
    Note,
    OutsideItem,
    OutsideList,
    Recurrence,
    Return,
    RoutingRule,
    Satisfaction,
    Sensitivity,
    SplitPost,
    StateChange,
    Task,
    TransferSlip,
)
from huiying.ledger import append_only
from huiying.ledger.kept import QUEUE, keep

RINGS = "每次再叫都会变；叫了谁由 call.made 条目写明"

append_only.guard(schema.TABLE, schema.UNIQUE)

keep(Case, "案件", "Case")
keep(Knowledge, "获知证据", "Evidence of knowledge")
keep(StateChange, "案件状态变化", "Change of state")
keep(CaseDepartment, "案件的部门", "Department of a case", {"seen_at": "哪一刻打开页面：只决定能否撤回转办"})
keep(Return, "退回", "Return")
keep(Clock, "时限", "Time limit", {"next_action_at": QUEUE, "next_step": QUEUE})
keep(ClockEvent, "时限的经过", "Event of a time limit")
keep(Breach, "逾期", "Breach")
keep(LateKnowledge, "漏报、迟报", "Late knowledge")
keep(Finding, "核实情况", "Finding")
keep(Disposal, "处置", "Disposal")
keep(
    Escalation,
    "呼叫",
    "Call",
    {
        **dict.fromkeys(("chain", "called", "usernames", "times"), RINGS),
        "next_action_at": QUEUE,
        "closed_why": "随时限停止、被代替而定；时限自己有对照",
    },
)
keep(Satisfaction, "满意度", "Satisfaction")
keep(AskedAgain, "再次提出", "Question taken up again")
keep(Handover, "交接班", "Hand-over of the desk", {"next_action_at": QUEUE})
keep(Liaison, "核实函", "Letter to another body", {"next_action_at": QUEUE})
keep(LiaisonExemption, "免核实说明", "Exemption from liaison")
keep(ClueHandover, "线索移交", "Hand-over of a clue")
keep(Meeting, "联席会议", "Joint meeting")
keep(MeetingSeat, "参会人", "Seat at a meeting")
keep(Dissent, "不同意见", "Dissent")
keep(OutsideList, "外部清单", "List from outside")
keep(OutsideItem, "外部清单的一行", "Line of a list from outside")
keep(RoutingRule, "转办表条目", "Routing rule")
keep(TransferSlip, "转办单", "Transfer slip")
keep(SplitPost, "拆出的来文", "Post of a split")
keep(Sensitivity, "敏感标记", "Label of sensitivity")
keep(Task, "任务", "Task", {"next_action_at": QUEUE})
keep(FactSheet, "口径", "Fact sheet")
keep(Note, "办件讨论", "Note in the case room")
keep(Attachment, "附件", "Attachment")
keep(Recurrence, "同源复发", "Recurrence")
keep(NodeReport, "同步报送", "Report of a step")
keep(Feedback, "反馈", "Feedback")
keep(CaseAct, "级别要求的事项", "Act that a level asks for")
keep(AgendaItem, "工作日程", "Agenda item")
