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

from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.standing import Standing, capabilities, standing
from huiying.people.words import called, listed

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


def who_sees_the_case(person: Standing, case: Any) -> str | None:
    """The office, the duty desk and leaders see every case (C7.5); a department sees its own."""
    if any(person.can(capability) for capability in ("office", "duty", "lead_bureau", "review_all", "audit")):
        return None
    involved = {row.department.code for row in case.departments.all()}
    if person.departments & involved and person.held:
        return None
    return _("此件不在您的部门。")


def administrator(person: Standing, _obj: Any) -> str | None:
    return None if person.user.is_administrator else _("须由系统管理员办理。")


def staff(person: Standing, _obj: Any) -> str | None:
    return None if person.held else _("您目前没有岗位，请系统管理员为您安排岗位。")


PERMISSIONS: dict[str, Rule] = {
    # （五）监测收集
    "post.take_in": Rule("（五）C5.13", staff),
    "search.view": Rule("（五）", staff),
    "post.unseal": Rule("（四） §6.2", either(a("duty"), a("office"), a("handle"))),
    "suspect.clear": Rule("（五）C5.14 C5.16", either(a("duty"), a("office"))),
    "warning.acknowledge": Rule("（六）C6.12", either(a("duty"), a("office"), a("lead_bureau"))),
    "urgent.acknowledge": Rule("（六） life first", either(a("duty"), a("office"), a("lead_bureau"))),
    "urgent.view": Rule("（六） life first", either(a("duty"), a("office"), a("lead_bureau"))),
    # （六）分析研判
    "event.view": Rule("（六）", either(a("duty"), a("office"), a("lead_bureau"), a("review_all"), a("audit"))),
    "event.confirm_level": Rule("（六） INV-7", either(a("duty"), a("office"), a("lead_bureau"))),
    "event.judge": Rule("（六）C5.14", either(a("duty"), a("office"))),
    "event.dismiss": Rule("（六）", either(a("duty"), a("office"), a("lead_bureau"))),
    # （七）（十）处置与转办
    "case.view": Rule("（七）C7.5", who_sees_the_case),
    "case.open": Rule("（六）C6.12", either(a("duty"), a("office"))),
    "case.route": Rule("（七）C7.1", either(a("duty"), a("office"))),
    "case.accept": Rule("（十）C10.6", of_the_lead),
    "case.return": Rule("（七）C7.1", of_the_lead),
    "case.decide_return": Rule("（七）C7.1", a("office")),
    "case.find": Rule("（七）C7.2", of_the_case),
    "case.dispose": Rule("（七）C7.2", of_the_case),
    "case.regrade": Rule("（六） INV-7", either(a("duty"), a("office"), a("lead_bureau"))),
    "case.emergency": Rule("（八）61号 80号", either(a("duty"), a("office"), a("lead_bureau"))),
    "case.knowledge": Rule("（五）C5.17 INV-2", either(a("duty"), a("office"))),
    "case.merge": Rule("（五）C5.16", either(a("duty"), a("office"))),
    # （八）（九）公开回应
    "case.draft": Rule("（九）C9.3", either(of_the_case, a("draft"))),
    "case.submit": Rule("（九）C9.3", either(of_the_case, a("draft"))),
    "confirmation.ask": Rule("（八）C8.4", either(of_the_case, a("draft"), a("office"))),
    "confirmation.override": Rule("（八）C8.4", a("lead_bureau")),
    "release.publish": Rule("（八）C8.3", a("publish")),
    "release.verify": Rule("（八）C8.7", either(a("publish"), a("office"), a("duty"))),
    "release.correct": Rule("（十一）C11.1", either(of_the_case, a("draft"))),
    "case.withhold": Rule("（一）C1.1", either(a("office"), a("lead_bureau"))),
    "case.sustain": Rule("（八）C8.8", either(a("office"), a("lead_bureau"))),
    "case.close": Rule("（七）C7.3", a("office")),
    "case.reopen": Rule("（八）C8.8", either(a("office"), a("duty"))),
    "case.void": Rule("INV-1", a("office")),
    # （九）（十二）组织与督查
    "ledger.view": Rule("（十二） INV-8", either(a("office"), a("audit"), a("lead_bureau"))),
    "people.manage": Rule("（九）", administrator),
}


def may(user: User, name: str, obj: Any = None) -> Verdict:
    """Whether `user` may do `name` to `obj`, and if not why, in one line (C9.5)."""
    if not getattr(user, "is_active", False) or not isinstance(user, User):
        return Verdict(False, _("请先登录。"))
    why = PERMISSIONS[name].who(standing(user), obj)
    return Verdict(why is None, why or "")


def require(user: User, name: str, obj: Any = None) -> None:
    """Raise Refused unless `may`."""
    verdict = may(user, name, obj)
    if not verdict:
        raise Refused(verdict.why, code="not_permitted")
