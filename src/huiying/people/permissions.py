"""Every permission, in one file that reads like the regulation.

A row says: what, by which clause, and who may. A predicate answers None where the person may, or the sentence that says
why not. Objects are looked at by their plain fields only, since the rooms that own them stand above this one.
Roles come from the regulation file; what their duties may do is the table DUTIES in `standing.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huiying.people import three
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.standing import Standing, capabilities, standing
from huiying.people.words import called, listed
from huiying.regulation.regulation import Regulation

Predicate = Callable[[Standing, Any], str | None]


@dataclass(frozen=True)
class Verdict:
    allowed: bool
    why: str = ""

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(frozen=True)
class Rule:
    clause: str
    who: Predicate


def live_departments(case: Any) -> set[str]:
    """Codes of the departments that have the case now."""
    return {row.department.code for row in case.departments.all() if row.until is None}


def live_lead(case: Any) -> set[str]:
    return {row.department.code for row in case.departments.all() if row.until is None and row.role == "lead"}


def a(capability: str) -> Predicate:
    """A person with a role that has the capability."""

    def who(person: Standing, _obj: Any) -> str | None:
        if person.can(capability):
            return None
        rules = person.regulation
        names = listed(
            called(rules, "role", role.code) for role in rules.roles.values() if capability in capabilities(role)
        )
        return _("须由%(names)s办理。") % {"names": names or _("制度规定的岗位")}

    return who


def either(*choices: Predicate) -> Predicate:
    def who(person: Standing, obj: Any) -> str | None:
        answers = [choice(person, obj) for choice in choices]
        return None if None in answers else answers[0]

    return who


def of_the_lead(person: Standing, case: Any) -> str | None:
    """谁主管、谁负责: the head or informant of the lead department (C2.1, C7.1)."""
    if person.can_in("handle", live_lead(case)):
        return None
    return _("须由主办部门的负责人或联络人办理。")


def of_the_case(person: Standing, case: Any) -> str | None:
    """Lead or joint department (C7.4)."""
    if person.can_in("handle", live_departments(case)):
        return None
    return _("须由主办或协办部门的负责人或联络人办理。")


# 敏感 as `judging.models.Event` writes it: a reporter of wrongdoing is known to fewer than anything else.
REPORTER = "wrongdoing"
INTEGRITY = "integrity"  # a department's `responsibilities` in the regulation's file


def label_of(matter: Any) -> str:
    """The label 敏感 of a case or of an event, "" for none."""
    return str(getattr(getattr(matter, "event", matter), "sensitive", ""))


def integrity_departments(regulation: Regulation) -> set[str]:
    """Whose duty it is by the regulation's file: 投诉举报线索、廉政转交 (监督检查)."""
    return {row.code for row in regulation.departments.values() if INTEGRITY in row.responsibilities}


def who_knows_the_reporter(person: Standing, case: Any) -> str | None:
    """A reporter of wrongdoing (§6.2): the office, leaders, whoever handles for the integrity department or for the
    lead; and while its answer is under review those who review, or a step of theirs could never be decided.
    """
    if person.can("office") or person.can("lead_bureau"):
        return None
    if person.can_in("handle", integrity_departments(person.regulation) | live_lead(case)):
        return None
    if case.state == "reviewing" and person.can("review_all"):
        return None
    return _("此件只限办理人知悉。")


def knows_the_label(person: Standing, event: Any) -> str | None:
    """What an event bears; None is the list of events, which leaves the labelled ones out by itself."""
    label = label_of(event)
    wanted = ("office", "lead_bureau") if label == REPORTER else ("duty", "office", "lead_bureau")
    return None if not label or any(person.can(one) for one in wanted) else _("此件只限办理人知悉。")


def who_sees_the_case(person: Standing, case: Any) -> str | None:
    """The office, the duty desk and leaders see every case (C7.5); a department sees its own."""
    if label_of(case) == REPORTER:
        return who_knows_the_reporter(person, case)
    if any(person.can(capability) for capability in ("office", "duty", "lead_bureau", "review_all", "audit")):
        return None
    involved = {row.department.code for row in case.departments.all()}
    if person.departments & involved and person.held:
        return None
    return _("此件不在您的部门。")


def of_the_task(person: Standing, task: Any) -> str | None:
    """Its owner, whoever handles for its department, or the office (C7.3)."""
    if person.user.pk == task.owner_id or person.can("office") or person.can_in("handle", {task.department.code}):
        return None
    return _("须由责任人、责任部门或统筹部门办理。")


def of_the_account(person: Standing, platform: Any) -> str | None:
    """The department that runs the account, or its administrator (C11.2). Without an account: entering a new one."""
    if platform is not None:
        own = {platform.administrator_id, platform.backup_id}
        if person.user.pk in own or person.can_in("handle", {platform.owner.code}):
            return None
    return _("须由统筹部门、平台的责任部门或其管理员办理。")


def of_the_chair(person: Standing, meeting: Any) -> str | None:
    """The meeting's chair, out of the leadership (C10.1)."""
    return None if person.user.pk == meeting.chair_id else _("须由会议主持人签发。")


def who_signs_the_roster(person: Standing, group: Any) -> str | None:
    """Head or deputy of the leading group, which arranges people and strength (C5.1). `group` are its live seats."""
    if any(seat.user_id == person.user.pk and seat.place in ("head", "deputy") for seat in group or ()):
        return None
    return _("须由领导小组组长或副组长签发。")


def of_the_turn(person: Standing, shift: Any) -> str | None:
    """Whoever has the turn asks for another to take it (C5.1)."""
    return None if shift is not None and person.user.pk == shift.user_id else _("须由值这一班的人提出。")


def who_was_asked(person: Standing, swap: Any) -> str | None:
    return None if swap is not None and person.user.pk == swap.asked_of_id else _("须由被请求的人答复。")


def who_sits_in_the_meeting(person: Standing, meeting: Any) -> str | None:
    """Whoever is called to it, and those who see every case."""
    if any(person.can(capability) for capability in ("office", "duty", "lead_bureau", "review_all", "audit")):
        return None
    if any(seat.user_id == person.user.pk for seat in meeting.seats.all()):
        return None
    return _("您不在这次会议的名单上。")


def of_the_answering(person: Standing, department: Any) -> str | None:
    """Whoever handles for the department whose row it is (C12.3)."""
    if department is not None and person.can_in("handle", {department.code}):
        return None
    return _("须由本部门的负责人或联络人办理。")


def who_is_heard(person: Standing, measure: Any) -> str | None:
    """The head or contact of the department that a measure is about (C12.4–C12.6)."""
    return of_the_answering(person, getattr(measure, "department", None))


def who_sees_the_measure(person: Standing, measure: Any) -> str | None:
    """Who inspects, coordinates or leads; and the department that it is about."""
    if any(person.can(capability) for capability in ("office", "lead_bureau", "audit")):
        return None
    return who_is_heard(person, measure)


def no_party(person: Standing, obj: Any) -> str | None:
    """case_owner != assessor_of_that_case: nobody decides about the department that they answer for (C12.3)."""
    department = getattr(obj, "department", None)
    if department is not None and person.can_in("handle", {department.code}):
        return _("不能决定自己部门的事，请另一人决定。")
    if person.user.pk in (getattr(obj, "by_user", None), getattr(obj, "shown_user", None)):
        return _("这是您自己提出的，请另一人决定。")
    return None


def both(*choices: Predicate) -> Predicate:
    def who(person: Standing, obj: Any) -> str | None:
        return next((why for choice in choices if (why := choice(person, obj))), None)

    return who


def of_the_step(person: Standing, measure: Any) -> str | None:
    """What the regulation never leaves to a routine is a leader's; a reminder may be the office's (C12.4–C12.6)."""
    if person.can("lead_bureau") or (person.can("office") and not getattr(measure, "by_leader", True)):
        return None
    return _("须由局领导决定。")


def of_the_organisers(person: Standing, _obj: Any) -> str | None:
    """Whoever handles for a department that the regulation names as organiser of training (C9.6)."""
    if person.can_in("handle", set(person.regulation.training.organisers)):
        return None
    return _("须由制度规定的培训组织部门办理。")


def of_the_instruction(person: Standing, row: Any) -> str | None:
    """批示: whoever was named to act on it (C6.10)."""
    return None if row is not None and person.user.pk == row.owner_id else _("须由批示指定的承办人办理。")


# Documents that not every desk sees by its post: kind → who does, besides whom they were sent to (C12.4, C12.5).
CLOSED_KINDS = {
    "supervision": ("office", "lead_bureau", "audit"),
    "criticism": ("office", "lead_bureau", "audit"),
    "talk": ("office", "lead_bureau", "audit"),
    "referral": ("office", "lead_bureau", "audit"),
    "conformance": ("office", "lead_bureau", "audit", "review_all"),
}


def who_sees_the_document(person: Standing, document: Any) -> str | None:
    """A document of a case is seen by those who see the case, any other by the desk, the office, leaders, reviewers
    and inspectors, but for the `CLOSED_KINDS`; besides by whom it was sent to and whom a 批示 on it names (C6.10). A
    policy's risk is everybody's business here, like the policy (C6.1).
    """
    wanted: tuple[str, ...] = ("office", "duty", "lead_bureau", "review_all", "audit")
    if document is not None:
        if any(row.user_id == person.user.pk for row in document.circulations.all()):
            return None
        if any(row.owner_id == person.user.pk for row in document.instructions.all()):
            return None
        if document.case is not None:
            return who_sees_the_case(person, document.case)
        if document.kind == "risk":
            return staff(person, document)
        wanted = CLOSED_KINDS.get(document.kind, wanted)
    return None if any(person.can(one) for one in wanted) else _("此件没有发给您。")


def administrator(person: Standing, _obj: Any) -> str | None:
    return None if person.user.is_administrator else _("须由系统管理员办理。")


def security_administrator(person: Standing, _obj: Any) -> str | None:
    return None if person.user.oversees == User.SECURITY else _("须由安全管理员办理。")


def audit_administrator(person: Standing, _obj: Any) -> str | None:
    return None if person.user.oversees == User.AUDIT else _("须由审计管理员办理。")


def who_grants(person: Standing, obj: Any) -> str | None:
    """安全管理员 once the three are named, 系统管理员 until then (§6.1 S6)."""
    return security_administrator(person, obj) if three.named() else administrator(person, obj)


def staff(person: Standing, _obj: Any) -> str | None:
    return None if person.held else _("您目前没有岗位，请系统管理员为您安排岗位。")


PERMISSIONS: dict[str, Rule] = {
    # （五）监测收集
    "post.take_in": Rule("（五）C5.13", staff),
    "import.bring": Rule("（五）C5.16", either(a("duty"), a("office"))),
    "search.view": Rule("（五）", staff),
    "post.unseal": Rule("（四） §6.2", either(a("duty"), a("office"), a("handle"))),
    "post.unmask": Rule("（四） §6.2", a("lead_bureau")),  # minors, health, victims
    "channels.view": Rule("（四）C4.1", either(a("duty"), a("office"), a("lead_bureau"), a("audit"))),
    "digest.view": Rule("（四）C4.5", either(a("duty"), a("office"), a("lead_bureau"), a("audit"))),
    "reconcile.decide": Rule("（五）C5.16", either(a("duty"), a("office"))),
    "patrol.view": Rule("（五）C5.13", staff),
    "patrol.tick": Rule("（五）C5.8 C5.13", either(a("duty"), a("office"), a("handle"))),
    "patrol.edit": Rule("（五）C5.4 C5.10", a("office")),
    "emergency_watch.declare": Rule("（五）C5.9", either(a("duty"), a("office"), a("lead_bureau"))),
    "emergency_watch.end": Rule("（五）C5.9", a("escalation")),
    "source.view": Rule("（五）C5.2", staff),
    "source.edit": Rule("（五）C5.2 C5.10", either(a("duty"), a("office"))),
    "source.look": Rule("（五）C5.6 C5.8", either(a("duty"), a("office"), a("draft"))),
    "suspect.clear": Rule("（五）C5.14 C5.16", either(a("duty"), a("office"))),
    "watch.view": Rule("（五）C5.11", either(a("duty"), a("office"), a("lead_bureau"), a("review_all"), a("audit"))),
    "watch.propose": Rule("（五）C5.11", either(a("duty"), a("office"))),
    "watch.agree": Rule("（五）C5.11 C5.16", either(a("office"), a("lead_bureau"))),
    "watch.judge": Rule("（五）C5.11", either(a("duty"), a("office"))),
    "screening.withdraw": Rule("（五）C5.16", a("office")),
    "warning.acknowledge": Rule("（六）C6.12", either(a("duty"), a("office"), a("lead_bureau"))),
    "warning.cancel": Rule("（六）C6.12", either(a("duty"), a("office"), a("lead_bureau"))),
    "alarm.judge": Rule("（六）C6.11 C6.12", either(a("duty"), a("office"))),
    "alarm.budget": Rule("（六）C6.12", either(a("office"), a("lead_bureau"))),
    "learning.view": Rule("（五）C5.14", either(a("duty"), a("office"), a("lead_bureau"), a("audit"))),
    "learning.roll_back": Rule("（五）C5.14", either(a("office"), a("lead_bureau"))),
    "urgent.acknowledge": Rule("（六） life first", either(a("duty"), a("office"), a("lead_bureau"))),
    "urgent.view": Rule("（六） life first", either(a("duty"), a("office"), a("lead_bureau"))),
    # （六）分析研判
    "event.view": Rule(
        "（六） §6.2",
        both(either(a("duty"), a("office"), a("lead_bureau"), a("review_all"), a("audit")), knows_the_label),
    ),
    "event.confirm_level": Rule("（六） INV-7", either(a("duty"), a("office"), a("lead_bureau"))),
    "event.judge": Rule("（六）C5.14", either(a("duty"), a("office"))),
    "event.label": Rule("（六） §6.1 S8 §6.2", either(a("duty"), a("office"), a("lead_bureau"))),
    "event.unlabel": Rule("（六） §6.1 S8 §6.2", either(a("office"), a("lead_bureau"))),
    "event.share": Rule("（五）C5.18", either(a("duty"), a("office"))),
    "event.dismiss": Rule("（六）", either(a("duty"), a("office"), a("lead_bureau"))),
    "document.view": Rule("（六）C6.9 C6.10", who_sees_the_document),
    "document.list": Rule("（六）C6.9 C6.10", staff),
    "document.issue": Rule("（六）C6.10", either(of_the_case, a("duty"), a("office"))),
    "document.make": Rule("（六）C6.12（五）C5.1", either(a("duty"), a("office"))),
    "document.sign": Rule(
        "（六）C6.9（十二）C12.5", either(a("duty"), a("office"), a("lead_bureau"), a("draft"), a("handle"), a("audit"))
    ),
    "document.withdraw": Rule("（六）C6.10", either(a("office"), a("lead_bureau"))),
    "document.add": Rule("（六）C6.9", either(a("duty"), a("office"), a("lead_bureau"))),
    "document.circulate": Rule("（六）C6.10", either(a("duty"), a("office"))),
    "document.instruct": Rule("（六）C6.10", either(a("office"), a("lead_bureau"))),
    "instruction.report": Rule("（六）C6.10", either(of_the_instruction, a("office"))),
    "instruction.close": Rule("（六）C6.10", either(a("office"), a("lead_bureau"))),
    # （七）（十）处置与转办
    "case.view": Rule("（七）C7.5", who_sees_the_case),
    "case.open": Rule("（六）C6.12", either(a("duty"), a("office"))),
    "case.route": Rule("（七）C7.1", either(a("duty"), a("office"))),
    "case.accept": Rule("（十）C10.6", of_the_lead),
    "case.return": Rule("（七）C7.1", of_the_lead),
    "case.decide_return": Rule("（七）C7.1", a("office")),
    "case.label": Rule("（七） §6.1 S8 §6.2", either(of_the_case, a("duty"), a("office"), a("lead_bureau"))),
    "case.unlabel": Rule("（七） §6.1 S8 §6.2", either(a("office"), a("lead_bureau"))),
    "case.find": Rule("（七）C7.2", of_the_case),
    "case.dispose": Rule("（七）C7.2", of_the_case),
    "case.regrade": Rule("（六） INV-7", either(a("duty"), a("office"), a("lead_bureau"))),
    "case.emergency": Rule("（八）61号 80号", either(a("duty"), a("office"), a("lead_bureau"))),
    "case.knowledge": Rule("（五）C5.17 INV-2", either(a("duty"), a("office"))),
    "case.merge": Rule("（五）C5.16", either(a("duty"), a("office"))),
    "case.unmerge": Rule("（五）C5.16 INV-1", a("office")),
    "case.split": Rule("（五）C5.16", either(a("duty"), a("office"))),
    "call.acknowledge": Rule("（十）C10.6", staff),
    "routing.edit": Rule("（七）C7.1 C2.3", a("office")),
    "case.facts": Rule("（七）C7.4", either(of_the_lead, a("office"), a("publish"))),
    "case.room": Rule("（七）C7.5", either(of_the_case, a("duty"), a("office"), a("lead_bureau"), a("draft"))),
    "task.make": Rule("（七）C7.3（二）C2.2", either(of_the_lead, a("office"), a("duty"))),
    "task.finish": Rule("（七）C7.3", of_the_task),
    "task.drop": Rule("（七）C7.3", a("office")),
    "case.note_act": Rule("（六）§4.3", either(of_the_case, a("duty"), a("office"))),
    "case.recurrence": Rule("（二）C2.2", either(of_the_lead, a("office"))),
    "report.see": Rule("（十）C10.7", a("office")),
    "feedback.give": Rule("（六）C6.13", either(of_the_case, a("office"), a("duty"))),
    "liaison.write": Rule("（五）C5.15", either(a("duty"), a("office"))),
    "liaison.exempt": Rule("（五）C5.15", either(a("office"), a("lead_bureau"))),
    "clue.propose": Rule("（五）61号", either(of_the_lead, a("office"))),
    "clue.sign": Rule("（五）61号", a("lead_bureau")),
    "meeting.convene": Rule("（十）C10.1", either(a("office"), a("lead_bureau"))),
    "meeting.record": Rule("（十）C10.1", a("office")),
    "meeting.sign": Rule("（十）C10.1", of_the_chair),
    "meeting.view": Rule("（十）C10.1", who_sits_in_the_meeting),
    "contact.view": Rule("（十）C10.3", staff),
    "contact.test": Rule("（十）C10.3", either(a("duty"), a("office"))),
    "handover.view": Rule("（五）C5.1", either(a("duty"), a("office"), a("lead_bureau"), a("audit"))),
    "handover.give": Rule("（五）C5.1", a("duty")),
    "roster.edit": Rule("（五）C5.1", a("office")),
    "roster.sign": Rule("（五）C5.1", who_signs_the_roster),
    "swap.ask": Rule("（五）C5.1", of_the_turn),
    "swap.answer": Rule("（五）C5.1", who_was_asked),
    "leading_group.edit": Rule("（五）C5.1", either(a("office"), a("lead_bureau"))),
    "agenda.plan": Rule("（九）C9.1", either(a("handle"), a("office"))),
    "board.view": Rule("（十）C10.4", staff),
    "decisions.view": Rule("（十）C10.2", a("lead_bureau")),
    "overview.view": Rule("（十）C10.2（十二）", either(a("lead_bureau"), a("office"), a("audit"), a("handle"))),
    "overview.view_all": Rule("（十）C10.2（十二）", either(a("lead_bureau"), a("office"), a("audit"))),
    "wall.view": Rule("（五）C5.12", either(a("duty"), a("office"), a("lead_bureau"))),
    # （八）（九）公开回应
    "case.draft": Rule("（九）C9.3", either(of_the_case, a("draft"))),
    "case.submit": Rule("（九）C9.3", either(of_the_case, a("draft"))),
    "case.hold_statement": Rule("（八）C8.6 80号", either(of_the_case, a("draft"), a("office"), a("duty"))),
    "template.edit": Rule("（九）C9.3", either(a("office"), a("draft"))),
    "form.plan": Rule("（八）C8.7", either(of_the_case, a("draft"), a("office"))),
    "form.check": Rule("（八）C8.7", either(a("office"), a("review_all"), a("lead_bureau"))),
    "speaker.authorise": Rule("（十二）C12.1", a("lead_bureau")),
    "speaker.register": Rule("（十二）C12.1", either(a("office"), a("lead_bureau"))),
    "media.record": Rule("（八）C1.4", either(of_the_case, a("draft"), a("office"), a("duty"))),
    "filing.record": Rule("（三）C3.1", either(of_the_case, a("office"))),
    "effect.judge": Rule("（三）C3.2 C8.10", either(of_the_case, a("office"), a("draft"))),
    "register.view": Rule("（十一）C11.2 C11.3 C12.1", staff),
    "register.edit": Rule("（十一）C11.2 C11.3", either(a("office"), of_the_account)),
    "register.connect": Rule("（十一）C11.2 §6.1 S6", administrator),
    "partner.push": Rule("（十一）C11.3", either(a("publish"), a("office"))),
    "press.draft": Rule("（十一）C11.5", either(a("draft"), a("handle"), a("office"))),
    "press.publish": Rule("（十一）C11.5", a("publish")),
    "press.view": Rule("（十一）C11.5", staff),
    "disclosure.edit": Rule("（十一）C11.1 C1.4", either(a("handle"), a("office"))),
    "page.view": Rule("（四）C4.4", staff),
    "page.draft": Rule("（四）C4.4", either(a("draft"), a("handle"), a("office"))),
    "page.publish": Rule("（四）C4.4", a("publish")),
    "consultation.draft": Rule("（四）C4.2", either(a("draft"), a("handle"), a("office"))),
    "consultation.decide": Rule("（四）C4.2", either(a("office"), a("lead_bureau"))),
    "consultation.sort": Rule("（四）C4.2", either(a("handle"), a("draft"), a("office"))),
    "personal_request.view": Rule("（四） §6.2", either(a("office"), a("audit"), a("lead_bureau"))),
    "personal_request.decide": Rule("（四） §6.2", a("office")),
    # （六）出台前的风险评估
    "policy.view": Rule("（六）C6.1", staff),
    "policy.draft": Rule("（六）C6.1", either(a("draft"), a("handle"), a("office"))),
    "policy.second": Rule("（六）C6.1", either(a("office"), a("lead_bureau"))),
    "policy.assess": Rule("（六）C6.2 C6.6", either(a("draft"), a("handle"), a("office"))),
    "policy.decide": Rule("（六）C6.1 C6.7", either(a("office"), a("lead_bureau"))),
    "policy.decide_highest": Rule("（六）C6.7", a("lead_bureau")),
    "policy.issue": Rule("（六）C6.1", either(a("handle"), a("office"))),
    "plan.set_off": Rule("（六）C6.8", either(a("duty"), a("office"))),
    "gap.edit": Rule("（六）C6.14", either(a("handle"), a("office"), a("draft"))),
    "confirmation.ask": Rule("（八）C8.4", either(of_the_case, a("draft"), a("office"))),
    "confirmation.override": Rule("（八）C8.4", a("lead_bureau")),
    "release.publish": Rule("（八）C8.3", a("publish")),
    "release.verify": Rule("（八）C8.7", either(a("publish"), a("office"), a("duty"))),
    "release.correct": Rule("（十一）C11.1", either(of_the_case, a("draft"))),
    "case.withhold": Rule("（一）C1.1", either(a("office"), a("lead_bureau"))),
    "case.sustain": Rule("（八）C8.8", either(a("office"), a("lead_bureau"))),
    "asked_again.uphold": Rule("（四）C4.3", a("office")),
    "case.close": Rule("（七）C7.3", a("office")),
    "case.reopen": Rule("（八）C8.8", either(a("office"), a("duty"))),
    "case.void": Rule("INV-1", a("office")),
    # （九）（十二）组织与督查
    "training.view": Rule("（九）C9.6", staff),
    "training.plan": Rule("（九）C9.6", either(a("office"), of_the_organisers)),
    "training.attend": Rule("（九）C9.6", staff),
    "drill.view": Rule("（九）C9.6", staff),
    "skill.view": Rule("（九）C9.4", staff),
    "skill.edit": Rule("（九）C9.4", a("office")),
    "rule.view": Rule("（九）C9.2", staff),
    "rule.draft": Rule("（九）C9.2", either(a("office"), a("draft"))),
    "rule.sign": Rule("（九）C9.2", a("lead_bureau")),
    "ledger.view": Rule("（十二） INV-8", either(a("office"), a("audit"), a("lead_bureau"))),
    "ledger.propose_erasure": Rule("（十二） INV-1", a("office")),
    "ledger.settle_erasure": Rule("（十二） INV-1", both(either(a("office"), a("lead_bureau")), no_party)),
    "conformance.view": Rule("（十二）", either(a("office"), a("audit"), a("lead_bureau"), a("review_all"))),
    "assessment.view": Rule("（十二）C12.3", either(a("office"), a("audit"), a("lead_bureau"), a("handle"))),
    "assessment.view_all": Rule("（十二）C12.3", either(a("office"), a("audit"), a("lead_bureau"))),
    "assessment.show": Rule("（十二）C12.3", either(a("office"), a("audit"))),
    "assessment.answer": Rule("（十二）C12.3", of_the_answering),
    "appeal.decide": Rule("（十二）C12.3", both(a("lead_bureau"), no_party)),
    "assessment.finish": Rule("（十二）C12.3", both(a("lead_bureau"), no_party)),
    "conformance.print": Rule("（十二）", either(a("office"), a("audit"), a("lead_bureau"))),
    "measure.view": Rule("（十二）C12.4 C12.5 C12.6", who_sees_the_measure),
    "measure.propose": Rule("（十二）C12.4 C12.5 C12.6", either(a("office"), a("audit"), a("lead_bureau"))),
    "measure.state": Rule("（十二）C12.4 C12.5 C12.6", who_is_heard),
    "measure.decide": Rule("（十二）C12.4 C12.5 C12.6", both(of_the_step, no_party)),
    "measure.follow": Rule("（十二）C12.4 C12.5", either(a("office"), a("audit"))),
    # （十三）（十四）解释与版本
    "interpretation.sign": Rule("（十三）C13.1", a("office")),
    "regulation.bring": Rule("（十四）C14.1", either(a("office"), a("lead_bureau"))),
    # Three administrators (§6.1 S6): one adds and closes accounts, one gives posts, one reads who looked at what.
    "people.view": Rule("（九） §6.1 S6", either(administrator, security_administrator)),
    "people.manage": Rule("（九） §6.1 S6", administrator),
    "people.appoint": Rule("（九） §6.1 S6", who_grants),
    "people.name": Rule("（九） §6.1 S6", who_grants),
    "people.unbind": Rule("（九） §6.1 S4 S6", who_grants),
    "access.view": Rule("（九） §6.1 S6 S9", either(audit_administrator, a("audit"), a("lead_bureau"))),
}
# All that one of the three may ever do, whatever was theirs before: no word of a case.
OF_ADMINISTRATORS = frozenset(
    {"people.view", "people.manage", "people.appoint", "people.name", "people.unbind", "register.connect",
     "access.view"}
)  # fmt: skip


def may(user: User, name: str, obj: Any = None) -> Verdict:
    """Whether `user` may do `name` to `obj`, and if not why, in one line (C9.5)."""
    if not getattr(user, "is_active", False) or not isinstance(user, User):
        return Verdict(False, _("请先登录。"))
    why = PERMISSIONS[name].who(standing(user), obj)
    if why is None and user.administers and name not in OF_ADMINISTRATORS:
        why = _("管理员不办件，也不看办件内容。")
    return Verdict(why is None, why or "")


def require(user: User, name: str, obj: Any = None) -> None:
    """Raise Refused unless `may`."""
    verdict = may(user, name, obj)
    if not verdict:
        raise Refused(verdict.why, code="not_permitted")
