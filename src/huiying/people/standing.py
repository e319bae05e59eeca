"""What a person is, here and now: roles held, what those roles may do, in which departments."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.people.models import Appointment, User
from huiying.people.versions import regulation_now
from huiying.regulation.regulation import Regulation
from huiying.regulation.schema import Role

# What each duty of the software may do. A regulation's role performs the duties that its `acts_as` names (its own code
# where it says nothing), so a bureau with other posts needs its file and no code change (§2.2).
DUTIES: dict[str, frozenset[str]] = {
    "duty_officer": frozenset({"duty"}),
    "shift_leader": frozenset({"duty", "escalation"}),
    "office_head": frozenset({"office", "publish", "draft", "draft_all", "escalation"}),
    "editor": frozenset({"draft", "draft_all", "publish"}),
    "division_head": frozenset({"handle"}),
    "dept_head": frozenset({"handle"}),
    "informant": frozenset({"handle", "draft"}),
    "legal": frozenset({"review_all"}),
    "secrecy_checker": frozenset({"review_all"}),
    "deputy_leader": frozenset({"lead_bureau", "escalation"}),
    "top_leader": frozenset({"lead_bureau", "escalation"}),
    "spokesperson": frozenset({"publish"}),
    "inspector": frozenset({"audit"}),
}


def capabilities(role: Role) -> frozenset[str]:
    """The union over the duties that the role performs."""
    return frozenset().union(*(DUTIES.get(duty, frozenset()) for duty in role.acts_as or (role.code,)))


@dataclass(frozen=True)
class Assignment:
    """One appointment, copied."""

    role: str
    department: str  # code, "" for none
    is_deputy: bool


@dataclass(frozen=True)
class Standing:
    """A user's appointments at one moment, read against the regulation in force."""

    user: User
    held: tuple[Assignment, ...]
    regulation: Regulation

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(item.role for item in self.held)

    def can(self, capability: str) -> bool:
        return any(capability in capabilities(self.regulation.role(role)) for role in self.roles)

    def can_in(self, capability: str, departments: set[str]) -> bool:
        """Whether a role with `capability` is held in one of the departments (codes)."""
        return any(
            item.department in departments and capability in capabilities(self.regulation.role(item.role))
            for item in self.held
        )

    def holds(self, role: str, department: str | None = None) -> Assignment | None:
        """The appointment as `role`; a full holder before a deputy."""
        found = [h for h in self.held if h.role == role and (department is None or h.department == department)]
        return min(found, key=lambda h: h.is_deputy) if found else None

    @property
    def departments(self) -> set[str]:
        own = {self.user.department.code} if self.user.department else set()
        return own | {item.department for item in self.held if item.department}


def standing(user: User, at: dt.datetime | None = None) -> Standing:
    """Read once a request: the result is kept on the user object for as long as its second lasts."""
    now = at or clock.now()
    kept: tuple[dt.datetime, Standing] | None = getattr(user, "_standing", None)
    if kept is not None and at is None and abs((now - kept[0]).total_seconds()) < 1:
        return kept[1]
    regulation = regulation_now()
    known = set(regulation.roles)
    rows = list(Appointment.objects.current(now).filter(user=user).select_related("department"))
    own = next((row.department for row in rows if row.department_id == user.department_id), None)
    if own is not None:
        user.department = own  # most hold their post in their own department: it is not read again
    held = tuple(
        Assignment(row.role, row.department.code if row.department else "", row.is_deputy)
        for row in rows
        if row.role in known
    )
    result = Standing(user, held, regulation)
    if at is None:
        user._standing = (now, result)  # type: ignore[attr-defined]
    return result


def post_of(user: User) -> str:
    """How the ledger names the person's post, e.g. 「局办公室 局办公室主任」."""
    now = standing(user)
    names = [now.regulation.role(item.role).name for item in now.held]
    if user.administers:
        others = {User.SECURITY: "安全管理员", User.AUDIT: "审计管理员"}
        names.append(others.get(user.oversees or "", "系统管理员"))
    return "、".join(dict.fromkeys(names))


def actor_of(user: User | Actor) -> Actor:
    """The copied text that the ledger keeps of whoever acted: no foreign key, so history outlives accounts."""
    if isinstance(user, Actor):
        return user
    return Actor(
        name=user.name,
        post=post_of(user),
        department=user.department.name if user.department else "",
        user_id=user.pk,
    )
