"""Facts, disposal and the end of a case （七）（八）."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import clocks
from huiying.handling.actions import work
from huiying.handling.actions.base import locked, move, require_text, why_not_end
from huiying.handling.actions.feedback import tell_automatically, untold
from huiying.handling.actions.liaison import why_not_close_liaison
from huiying.handling.actions.tasks import open_tasks
from huiying.handling.models import Case, Disposal, Finding, Task
from huiying.handling.process import LIVE
from huiying.judging import opening, warnings
from huiying.judging.batch import locked_event
from huiying.judging.models import Event
from huiying.kernel import clock as time
from huiying.ledger.actions import record, together, vouch
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import may, require
from huiying.people.queries import regulation_of
from huiying.people.standing import actor_of

# What says that the answer was given, which is no root of anything (C2.2).
EMPTY_ROOTS = (
    "已", "经", "公开", "作出", "做出", "完成", "处理", "处置", "回应", "回复", "答复", "解决", "办结", "完毕", "了",
    "全部", "均", "及时", "按时", "按期", "反馈", "无", "没有", "问题", "此件", "本件", "舆情",
)  # fmt: skip
NOTHING_TO_RECTIFY = "不需要源头整改："


@transaction.atomic
@together()
def find(case: Case, facts: str, cause: str, impact: str, actor: User) -> Finding:
    """分析: facts, cause, impact, all three (C7.2)."""
    case = locked(case)
    require(actor, "case.find", case)
    _check_accepted(case)
    finding = Finding.objects.create(
        case=case,
        department=_own_department(actor),
        facts=require_text(facts, 4, _("核实的事实")),
        cause=require_text(cause, 2, _("原因")),
        impact=require_text(impact, 2, _("影响")),
        by=actor.name,
        at=time.now(),
    )
    record(
        f"case:{case.number}",
        "case.found",
        {
            "department": finding.department.name,
            "facts": finding.facts,
            "cause": finding.cause,
            "impact": finding.impact,
        },
        actor_of(actor),
        rows=[finding],
    )
    work.report_node(case, work.FOUND, finding.facts, actor_of(actor))
    return finding


def _check_accepted(case: Case) -> None:
    """Facts and disposal belong to the department that has accepted the case, while the case is open (C7.2, C10.6)."""
    if case.state not in LIVE or case.state in ("registered", "assigned", "returned"):
        raise Refused(_("请先由主办部门签收，再报核实情况。"), code="not_in_this_state")


def _own_department(actor: User) -> Department:
    if actor.department is None:
        raise Refused(_("您的账号没有部门，请系统管理员补上。"), code="no_department")
    return actor.department


@transaction.atomic
@together()
def dispose(case: Case, finding: Finding, actions: str, settled: bool, actor: User) -> Disposal:
    """处置: what was done about it. Without an analysis there is no disposal (C7.2), and nothing is settled while a
    task of the matter is open (C7.3)."""
    case = locked(case)
    require(actor, "case.dispose", case)
    _check_accepted(case)
    if finding.case_id != case.pk:
        raise Refused(_("请选择本件的核实情况。"), code="wrong_finding")
    if settled and (waiting := why_matter_open(case)):
        raise Refused(waiting, code="matter_open")
    made = Disposal.objects.create(
        case=case,
        finding=finding,
        actions=require_text(actions, 4, _("处置措施")),
        matter_settled=settled,
        by=actor.name,
        at=time.now(),
    )
    told = {"actions": made.actions, "settled": settled}
    record(f"case:{case.number}", "case.disposed", told, actor_of(actor), rows=[made])
    clocks.stop_from(case, "transferred_at", made.actions[:100], actor_of(actor))
    work.report_node(case, work.DISPOSED, made.actions, actor_of(actor))
    return made


def why_matter_open(case: Case) -> str:
    """The open tasks of the matter in one sentence, "" where there are none: answering is not settling (C7.3)."""
    waiting = open_tasks(case, Task.MATTER)
    if not waiting:
        return ""
    titles = "；".join(f"{task.title}（{task.owner_name}）" for task in waiting[:3])
    return _("还有 %(n)d 项线下事项没有办完：%(titles)s。请先办结这些任务（C7.3）。") % {
        "n": len(waiting),
        "titles": titles,
    }


@transaction.atomic
@together()
def decide_sustained(case: Case, sustained: bool, reason: str, actor: User) -> None:
    """视情况决定是否持续回应: an explicit decision with its reason (C8.8)."""
    require(actor, "case.sustain", case)
    case = locked(case)
    if case.state != "answered":
        raise Refused(_("公开回应之后才决定是否持续回应。"), code="not_in_this_state")
    case.sustained, case.sustained_reason = sustained, require_text(reason, 4, _("理由"))
    case.save(update_fields=["sustained", "sustained_reason"])
    record(
        f"case:{case.number}",
        "case.sustained",
        {"sustained": sustained, "reason": case.sustained_reason},
        actor_of(actor),
        rows=[case],
    )


def why_not_close(case: Case) -> list[str]:
    """What still stands in the way of closing, as sentences; empty when nothing does."""
    regulation = regulation_of(case.regulation)
    why = []
    if case.state not in ("answered", "declined"):
        why.append(_("还没有公开回应，也没有不予公开的决定。"))
    if case.state == "answered" and not case.disposals.filter(matter_settled=True).exists():
        why.append(_("线下的事情还没有办结：只回应不算办结（C7.3）。"))
    must_decide = regulation.level_actions.by_level[case.level].sustained_decision == "required"
    if case.state == "answered" and must_decide and case.sustained is None:
        why.append(_("还没有决定是否持续回应（C8.8）。"))
    if matter := why_matter_open(case):
        why.append(matter)
    if work.unseen_reports(case):
        why.append(_("主办部门的同步报送，统筹部门还没有看过：请打开此件看过再办结（C10.7）。"))
    if waiting := untold(case):
        why.append(
            _("还有留下联系方式或来电来访的群众没有得到反馈：%(numbers)s（C6.13）。")
            % {"numbers": "、".join(waiting[:5])}
        )
    return why + why_not_close_liaison(case) + why_not_end(case)


def needs_rectification(case: Case) -> bool:
    """What the file names (complaints), or the same root again, does not end with an answer alone (C2.2)."""
    kinds = regulation_of(case.regulation).monitor.rectify_kinds
    return case.concern in kinds or case.recurrences.exists()


def check_root_cause(case: Case, root_cause: str) -> str:
    """A root that says something, and for a complaint or a recurrence what is put right, or why nothing is (C2.2)."""
    text = require_text(root_cause, 4, _("根源原因"))
    head, _mark, excuse = text.partition(NOTHING_TO_RECTIFY)
    head = require_text(head, 4, _("根源原因"))
    rest = "".join(char for char in head if char.isalnum())
    for word in sorted(EMPTY_ROOTS, key=len, reverse=True):
        rest = rest.replace(word, "")
    if not rest:
        raise Refused(
            _("“%(text)s”只说了已经回应，没有说根子在哪里。请写明为什么会发生（C2.2）。") % {"text": head[:40]},
            code="no_root_cause",
        )
    planned = case.tasks.filter(kind=Task.RECTIFY, dropped_at__isnull=True).exists()
    if needs_rectification(case) and not planned and len(excuse.strip()) < 4:
        raise Refused(
            _("投诉或再次发生的事，须先派一项源头整改任务，或写明为什么不需要整改（C2.2）。"), code="no_rectification"
        )
    return text


@transaction.atomic
@together()
def close(case: Case, root_cause: str, actor: User) -> None:
    """办结: answered and settled, everybody told, the office in the picture, with a root cause (C2.2, C6.13, C7.3)."""
    require(actor, "case.close", case)
    case = locked(case)
    why = why_not_close(case)
    if why:
        raise Refused(" ".join(why), code="not_done")
    case.root_cause = check_root_cause(case, root_cause)
    case.closed_at = time.now()
    case.save(update_fields=["root_cause", "closed_at"])
    who = actor_of(actor)
    record(f"case:{case.number}", "case.closed", {"root_cause": case.root_cause}, who, rows=[case, case.event])
    move(case, "close", who)
    tell_automatically(case, ended=True, who=who)
    work.report_node(case, work.CLOSED, case.root_cause, who)
    if may(actor, "report.see", case):
        work.see_reports(case, actor)  # whoever ends it for the office has seen that it ended
    for act in clocks.acts_running(case):
        clocks.stop(case, act, "办结", who)
    clocks.start_from(case, "closed_at")
    event = locked_event(case.event_id)
    warnings.settle(event, "办结")
    opening.forget_voices(event)
    Event.objects.filter(pk=case.event_id).update(state=Event.ENDED)


@transaction.atomic
@together()
def reopen(case: Case, reason: str, actor: User) -> None:
    """Take a closed or declined case up again. Its clocks stay as they ended: reopening gives no new time (C8.5)."""
    require(actor, "case.reopen", case)
    case = locked(case)
    reason = require_text(reason, 4, _("重新办理的理由"))
    who = actor_of(actor)
    move(case, "reopen", who, reason)
    case.closed_at = None
    case.save(update_fields=["closed_at"])
    Event.objects.filter(pk=case.event_id).update(state=Event.CASED)
    vouch(f"case:{case.number}", [case.event], "case.moved")


@transaction.atomic
@together()
def void(case: Case, reason: str, actor: User) -> None:
    """作废: opened by mistake. The case, its number and its ledger stay (INV-1); a warned event returns to the desk."""
    require(actor, "case.void", case)
    case = locked(case)
    reason = require_text(reason, 10, _("作废理由"))
    who = actor_of(actor)
    move(case, "void", who, reason)
    clocks.supersede_all(case, "voided")
    case.event.state = Event.OPEN
    case.event.save(update_fields=["state"])
    vouch(f"case:{case.number}", [case.event], "case.moved")
