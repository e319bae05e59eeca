"""What a permission looks at: each predicate answers None where the person may, or the sentence that says why not.

Objects are looked at by their plain fields only, since the rooms that own them stand above this one. The table that is
made of them is `permissions.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huiying.people import three
from huiying.people.models import User
from huiying.people.standing import Standing, capabilities
from huiying.people.versions import department_name, display_name, join_names
from huiying.regulation.regulation import Regulation

Predicate = Callable[[Standing, Any], str | None]


@dataclass(frozen=True)
class Rule:
    """`of` is what the predicate looks at: "" where there is no such thing, or everybody's in the role is the same."""

    clause: str
    who: Predicate
    of: str = ""


def live_departments(case: Any) -> set[str]:
    """Codes of the departments that have the case now; none of no case."""
    return {row.department.code for row in _departments(case) if row.until is None}


def live_lead(case: Any) -> set[str]:
    return {row.department.code for row in _departments(case) if row.until is None and row.role == "lead"}


def _departments(case: Any) -> Any:
    if case is None:
        return ()
    there = "departments" in getattr(case, "_prefetched_objects_cache", ())
    return case.departments.all() if there else case.departments.select_related("department")


def a(capability: str) -> Predicate:
    """A person with a role that has the capability."""

    def who(person: Standing, _obj: Any) -> str | None:
        if person.can(capability):
            return None
        rules = person.regulation
        names = join_names(
            display_name(rules, "role", role.code) for role in rules.roles.values() if capability in capabilities(role)
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
    """What an event bears, or the event of a row; None is the list, which leaves the labelled ones out by itself."""
    label = label_of(event)
    wanted = ("office", "lead_bureau") if label == REPORTER else ("duty", "office", "lead_bureau")
    return None if not label or any(person.can(one) for one in wanted) else _("此件只限办理人知悉。")


def who_sees_the_case(person: Standing, case: Any) -> str | None:
    """The office, the duty desk and leaders see every case (C7.5); a department sees its own."""
    if label_of(case) == REPORTER:
        return who_knows_the_reporter(person, case)
    if any(person.can(capability) for capability in ("office", "duty", "lead_bureau", "review_all", "audit")):
        return None
    involved = {row.department.code for row in _departments(case)}
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


def case_of(obj: Any) -> Any:
    """The case itself, or that of a row which belongs to one; None where it belongs to none (a press release's)."""
    return obj if obj is None or hasattr(obj, "departments") else obj.case


def of_case(clause: str, who: Predicate) -> Rule:
    """A verb on a case is for `who`, and never for somebody from whom the case is kept (C7.5, §6.2)."""

    def looks(person: Standing, obj: Any) -> str | None:
        case = case_of(obj)
        return who(person, case) or (who_sees_the_case(person, case) if case is not None else None)

    return Rule(clause, looks, "case")


def of_event(clause: str, who: Predicate) -> Rule:
    """A verb on an event is for `who`, and never for somebody who may not know what it bears (§6.2)."""
    return Rule(clause, both(who, knows_the_label), "event")


def of_document(clause: str, who: Predicate) -> Rule:
    """What is done to a document is done by those who see it (C6.9, C6.10)."""
    return Rule(clause, both(who, who_sees_the_document), "document")


def of_department(clause: str, who: Predicate) -> Rule:
    """A verb on what belongs to a department: no other department's head or informant does it (C2.1)."""
    return Rule(clause, who, "department")


# How a row says whose it is, where it says so by another row.
BELONGS_TO = ("assessment", "policy", "consultation", "plan", "page", "release")


def department_of(obj: Any) -> Any:
    """The department whose thing it is: itself, the row's own, or that of the row to which it belongs."""
    if hasattr(obj, "department"):
        return obj.department
    upward = next((name for name in BELONGS_TO if hasattr(obj, name)), None)
    return obj if upward is None else department_of(getattr(obj, upward))


def of_its_department(person: Standing, obj: Any) -> str | None:
    """谁主管、谁负责: the head or informant of the department whose thing it is (C2.1). None: of any at all."""
    if obj is None:
        return a("handle")(person, obj)
    department = department_of(obj)
    if person.can_in("handle", {department.code}):
        return None
    return _("须由%(department)s或统筹部门办理。") % {"department": department_name(department.name)}


def of_the_point(person: Standing, card: Any) -> str | None:
    """Whoever handles for the department that looks at the place, or for the one that stands in (C5.4, C5.8)."""
    if card is None:
        return a("handle")(person, card)
    if person.can_in("handle", {card.point.owner.code, card.point.backup.code}):
        return None
    return _("须由负责这一处的部门、值班员或统筹部门办理。")
