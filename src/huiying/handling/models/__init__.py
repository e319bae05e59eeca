"""Cases, who has them, the clocks that run on them, and the work that is done about them."""

from huiying.handling.models.core import (
    Breach as Breach,
    Case as Case,
    CaseDepartment as CaseDepartment,
    Clock as Clock,
    ClockEvent as ClockEvent,
    Disposal as Disposal,
    Escalation as Escalation,
    Finding as Finding,
    Knowledge as Knowledge,
    LateKnowledge as LateKnowledge,
    Return as Return,
    RoutingRule as RoutingRule,
    SplitPost as SplitPost,
    StateChange as StateChange,
    TransferSlip as TransferSlip,
)
from huiying.handling.models.duty import Handover as Handover, OutsideItem as OutsideItem, OutsideList as OutsideList
from huiying.handling.models.outside import (
    ClueHandover as ClueHandover,
    Dissent as Dissent,
    Liaison as Liaison,
    LiaisonExemption as LiaisonExemption,
    Meeting as Meeting,
    MeetingSeat as MeetingSeat,
)
from huiying.handling.models.work import (
    AgendaItem as AgendaItem,
    AskedAgain as AskedAgain,
    Attachment as Attachment,
    CaseAct as CaseAct,
    FactSheet as FactSheet,
    Feedback as Feedback,
    NodeReport as NodeReport,
    Note as Note,
    Recurrence as Recurrence,
    Satisfaction as Satisfaction,
    Sensitivity as Sensitivity,
    Task as Task,
)
