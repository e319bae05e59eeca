"""守土有责 (C2.3, C10.3): who can take a case on, and what the auditor says where nobody can.

A department without anybody who accepts would keep a case in silence, so nothing is handed to it.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from huiying.handling import routing_table
from huiying.handling.models import CaseDepartment
from huiying.handling.process import LIVE
from huiying.people.contacts import HEAD, LIAISON, Card, cards, manned
from huiying.people.errors import Refused
from huiying.people.models import Department
from huiying.people.queries import is_set_up, regulation_now, takers
from huiying.people.words import department_name
from huiying.work.auditor import Finding, auditor

LISTED = 20
GAPS = {HEAD: ("负责人", "head"), LIAISON: ("联络人", "liaison")}


def listed(department: Department) -> Department:
    """C2.3: only a department of the responsibility list, and only where somebody can accept (C10.6)."""
    name = department_name(department.name)
    if not department.is_active:
        raise Refused(_("“%(name)s”不在现行职责清单中。") % {"name": name}, code="not_listed")
    if not takers(department):
        raise Refused(
            _("“%(name)s”现在没有人能签收。请系统管理员先为它任命负责人或联络人，或转给别的部门。") % {"name": name},
            code="nobody_accepts",
        )
    return department


@auditor("contacts")
def contacts_are_there() -> list[Finding]:
    """Each department that has a live case has its 负责人 and its 联络人 (C10.3: 100 %)."""
    holding = CaseDepartment.objects.filter(until__isnull=True, case__state__in=LIVE).values("department")
    busy = Department.objects.filter(pk__in=holding)
    return [_without(card) for card in cards(busy) if card.gaps][:LISTED]


def _without(card: Card) -> Finding:
    department = card.department
    gaps = [GAPS[kind] for kind in card.gaps]
    english = regulation_now().english_of(department.name)
    return Finding(
        "contacts.missing",
        "warning",
        f"{department.name}有在办的件，却没有{'和'.join(zh for zh, _en in gaps)}；请任命",
        f"{english} has open cases but no {' and no '.join(en for _zh, en in gaps)}; appoint one.",
    )


@auditor("routing")
def topics_have_owners() -> list[Finding]:
    """Each line of business has an owner and a backup who can accept (C2.3)."""
    if not is_set_up():
        return []
    regulation, ready = regulation_now(), manned()
    called = {code: item.name for code, item in regulation.departments.items()}
    found = []
    for row in routing_table.table():
        needed = (row.lead, routing_table.backup_of(row, regulation))
        lacking = [code for code in needed if code and code not in ready]
        if not lacking:
            continue
        zh, en = (routing_table.spoken(row.keys, regulation, lang) for lang in ("zh", "en"))
        names = [called.get(code, code) for code in lacking]
        found.append(
            Finding(
                "routing.unowned",
                "warning",
                f"转办表第 {row.number} 条（{zh or '其余'}）指向的{'、'.join(names)}没有人能签收",
                f"Row {row.number} of the routing table ({en or 'all else'}): nobody can accept at "
                f"{', '.join(regulation.english_of(name) for name in names)}.",
            )
        )
    return found[:LISTED]
