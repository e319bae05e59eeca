"""Cases, who has them, the clocks that run on them, and the work that is done about them."""

from huiying.handling.models.asking import AskedAgain, Satisfaction
from huiying.handling.models.calling import Escalation
from huiying.handling.models.core import (
    Breach,
    Case,
    CaseDepartment,
    Clock,
    ClockEvent,
    Disposal,
    Finding,
    Knowledge,
    LateKnowledge,
    Return,
    StateChange,
)
from huiying.handling.models.handover import Handover
from huiying.handling.models.liaison import ClueHandover, Liaison, LiaisonExemption
from huiying.handling.models.meetings import Dissent, Meeting, MeetingSeat
from huiying.handling.models.reconciling import OutsideItem, OutsideList
from huiying.handling.models.routing import RoutingRule, SplitPost, TransferSlip
from huiying.handling.models.sensitive import Sensitivity
from huiying.handling.models.work import (
    AgendaItem,
    Attachment,
    CaseAct,
    FactSheet,
    Feedback,
    NodeReport,
    Note,
    Recurrence,
    Task,
)

__all__ = [
    "AgendaItem",
    "AskedAgain",
    "Attachment",
    "Breach",
    "Case",
    "CaseAct",
    "CaseDepartment",
    "Clock",
    "ClockEvent",
    "ClueHandover",
    "Disposal",
    "Dissent",
    "Escalation",
    "FactSheet",
    "Feedback",
    "Finding",
    "Handover",
    "Knowledge",
    "LateKnowledge",
    "Liaison",
    "LiaisonExemption",
    "Meeting",
    "MeetingSeat",
    "NodeReport",
    "Note",
    "OutsideItem",
    "OutsideList",
    "Recurrence",
    "Return",
    "RoutingRule",
    "Satisfaction",
    "Sensitivity",
    "SplitPost",
    "StateChange",
    "Task",
    "TransferSlip",
]
