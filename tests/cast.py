"""The shared cast: who works in the bureau of every test. Names say the post; nobody is a citizen.

`bureau()` builds it in an empty database; `Cast` gives people by role.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from django.db import connection

from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.people.actions import adopt_regulation, appoint
from huiying.people.models import Bureau, Department, User
from huiying.regulation import loader
from kept_rows import kept


@cache
def builtin_text(name: str) -> str:
    return loader.load(name).text


# username → (name, role, department code, is deputy)
PEOPLE: dict[str, tuple[str, str, str, bool]] = {
    "duty": ("值班员小周", "duty_officer", "BGS", False),
    "duty2": ("值班员小吴", "duty_officer", "BGS", False),
    "shift": ("带班老郑", "shift_leader", "BGS", False),
    "office": ("办公室主任", "office_head", "BGS", False),
    "office2": ("办公室副主任", "office_head", "BGS", True),
    "editor": ("采编小林", "editor", "BGS", False),
    "network": ("网管小唐", "duty_officer", "WGC", False),
    "network_head": ("网管处处长", "division_head", "WGC", False),
    "secrecy": ("保密员小石", "secrecy_checker", "BGS", False),
    "legal": ("法规处长", "legal", "FGC", False),
    "tech_head": ("信息部部长", "division_head", "Z-XX", False),
    "tech_liaison": ("信息部联络员", "informant", "Z-XX", False),
    "works_head": ("工程处处长", "division_head", "GCC", False),
    "works_liaison": ("工程处联络员", "informant", "GCC", False),
    "watch_head": ("监督处处长", "division_head", "JDC", False),
    "office_dept_head": ("办公室负责人", "division_head", "BGS", False),
    "deputy": ("分管副局长", "deputy_leader", "BGS", False),
    "inspector": ("督查小冯", "inspector", "JDC", False),
    "top": ("局长", "top_leader", "BGS", False),
}


@dataclass
class Cast:
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(f"nobody in the cast is called {name}") from None

    def department(self, code: str) -> Department:
        return Department.objects.get(code=code)


def bureau(password: str | None = None, regulation: str = "anshan") -> Cast:
    """The Anshan bureau with its people in post since a day ago. Without a password nobody can sign in by form."""
    key = (connection.alias, password, regulation, clock.now())
    kept.begin(key, lambda: _set_up(password, regulation))
    found = {user.username: user for user in User.objects.select_related("department")}
    return Cast({name: found[name] for name in (*PEOPLE, "admin")})


def _set_up(password: str | None, regulation: str) -> None:
    adopt_regulation(builtin_text(regulation), Actor.SYSTEM)
    Bureau.objects.update_or_create(pk=1, defaults={"name": "测试公共资源交易管理局", "set_up_at": clock.now()})
    for username, (name, role, code, is_deputy) in PEOPLE.items():
        department = Department.objects.get(code=code)
        user = User.objects.create_user(username, name, password, department=department, joined_at=clock.now())
        appoint(user, role, department, is_deputy=is_deputy, actor=Actor.SYSTEM)
    User.objects.create_user("admin", "系统管理员", password, is_administrator=True, joined_at=clock.now())
