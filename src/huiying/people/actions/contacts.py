"""通联 (C10.3): calling a contact to see whether somebody answers, and never leaving a department without one."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.kernel import clock
from huiying.ledger.actions import record
from huiying.people import contacts
from huiying.people.errors import Refused
from huiying.people.models import Appointment, Bureau, Department, PhoneTest, User
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.people.words import department_name, join_names

REACHED = {True: "接通", False: "未接通"}


@transaction.atomic
def test_phone(user: User, reached: bool, note: str, actor: User) -> PhoneTest:
    """通联抽查: the number was rung, and did somebody answer. An unanswered call needs a word on what was done then."""
    require(actor, "contact.test")
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == actor.pk:
        raise Refused(_("抽查自己的电话不算数，请由另一人拨打。"), code="own_phone")
    if not user.is_active or not user.phone.strip():
        raise Refused(_("%(name)s没有登记电话，请系统管理员补上。") % {"name": user.name}, code="no_phone")
    note = note.strip()
    if not reached and len(note) < 2:
        raise Refused(_("没有接通，请写明情况，例如：响铃无人接、已改打同事。"), code="too_short")
    made = PhoneTest.objects.create(
        user=user, number=user.phone, reached=reached, note=note[:200], by=actor.name, at=clock.now()
    )
    record(
        "system",
        "contact.tested",
        {
            "name": user.name,
            "department": str(user.department or ""),
            "reached": reached,
            "result": REACHED[reached],
            "note": made.note,
        },
        actor_of(actor),
        rows=[made],
    )
    return made


def keep_a_contact(appointments: Sequence[Appointment]) -> None:
    """Refuse to take a department's last 负责人 or 联络人 away (C10.3). A bureau that is being set up may still change.

    The departments are locked: of two who leave at once the second is told to appoint somebody first.
    """
    if not Bureau.objects.filter(set_up_at__isnull=False).exists():
        return
    touched = sorted({row.department_id for row in appointments if row.department_id})
    list(Department.objects.select_for_update().filter(pk__in=touched, is_active=True).order_by("pk"))
    lost = contacts.last_of([row for row in appointments if row.department and row.department.is_active])
    if not lost:
        return
    words = {contacts.HEAD: _("负责人"), contacts.LIAISON: _("联络人")}
    raise Refused(
        _("%(gaps)s只有这一位。请先任命接替的人，再结束这个岗位。")
        % {
            "gaps": join_names(
                _("%(department)s的%(post)s") % {"department": department_name(department.name), "post": words[kind]}
                for department, kind in lost
            )
        },
        code="last_contact",
    )
