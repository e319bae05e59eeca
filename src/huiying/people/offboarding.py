"""What a person still holds (§6.1 S5): each room says what of its own, and how it passes to somebody else.

The words name no case: whoever manages people reads of none (S6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from huiying.kernel import clock
from huiying.people import contacts
from huiying.people.errors import Refused
from huiying.people.models import Appointment, DutyShift, Platform, User
from huiying.people.versions import department_name, zone

# What, from whom, to whom, by whom; the rows that it wrote and no entry of its own names go with the hand-over's.
Give = Callable[[int, User, User, User], Iterable[Model] | None]


@dataclass(frozen=True)
class Thing:
    """One thing that somebody holds."""

    pk: int
    words: str


@dataclass(frozen=True)
class Kind:
    """`give` passes a thing on; where it can not be given here, `how` says what has to happen instead."""

    code: str
    name: str | Promise
    of: Callable[[User], Iterable[Thing]]
    give: Give | None = None
    how: str | Promise = ""

    @property
    def passes_here(self) -> bool:
        return self.give is not None


KINDS: dict[str, Kind] = {}


def register(*kinds: Kind) -> None:
    KINDS.update({kind.code: kind for kind in kinds})


def held(user: User) -> list[tuple[Kind, list[Thing]]]:
    """Everything that has to pass to others before the account is closed."""
    found = [(kind, list(kind.of(user))) for kind in KINDS.values()]
    return [(kind, things) for kind, things in found if things]


def passes(model: type[Model], *fields: str, name: str = "") -> Give:
    """Puts the successor where the leaver stands in `fields`; two that must be two people stay two (C5.10)."""

    def give(pk: int, leaver: User, to: User, _actor: User) -> list[Model]:
        row: Any = model._default_manager.select_for_update(of=("self",)).get(pk=pk)
        if to.pk in [getattr(row, f"{field}_id") for field in fields]:
            raise Refused(_("%(name)s已经是另一位责任人，请换一个人。") % {"name": to.name}, code="one_person")
        changed = [field for field in fields if getattr(row, f"{field}_id") == leaver.pk]
        for field in changed:
            setattr(row, field, to)
        if name:
            setattr(row, name, to.name)
        row.save(update_fields=[*changed, *filter(None, [name])])
        return [row]

    return give


def day(at: Any) -> str:
    return f"{at.astimezone(zone()):%Y-%m-%d}"


# --- what this room knows of ------------------------------------------------------------------------------------------


def _last_posts(user: User) -> list[Thing]:
    rows = list(Appointment.objects.current(clock.now()).filter(user=user).select_related("department"))
    words = {contacts.HEAD: _("负责人"), contacts.LIAISON: _("联络人")}
    lost = contacts.last_of([row for row in rows if row.department and row.department.is_active])
    said = _("%(department)s的%(post)s")
    return [
        Thing(department.pk, said % {"department": department_name(department.name), "post": words[kind]})
        for department, kind in lost
    ]


def _turns(user: User) -> list[Thing]:
    rows = DutyShift.objects.filter(user=user, cancelled_at__isnull=True, starts_at__gt=clock.now())
    return [Thing(row.pk, f"{row.starts_at.astimezone(zone()):%m-%d %H:%M}") for row in rows]


def _platforms(user: User) -> list[Thing]:
    rows = Platform.objects.filter(Q(administrator=user) | Q(backup=user), closed_at__isnull=True)
    return [Thing(row.pk, row.name) for row in rows]


register(
    Kind(
        "post",
        gettext_lazy("部门只有这一位的岗位"),
        _last_posts,
        how=gettext_lazy("请先在人员页任命接替的人。"),
    ),
    Kind("shift", gettext_lazy("今后的值班"), _turns),
    Kind(
        "platform",
        gettext_lazy("平台账号的管理员或备用管理员"),
        _platforms,
        passes(Platform, "administrator", "backup"),
    ),
)
