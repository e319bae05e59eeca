"""Setting up a bureau: its people and posts, the accounts that the regulation names C11.2, 通联 C10.3, and the
regulation in force. Of people of a demonstration nothing here is reached from a page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _, gettext_lazy

from huiying.kernel import clock, tokens
from huiying.ledger.actions import Actor, record
from huiying.people import contacts, passwords, versions
from huiying.people.errors import Refused
from huiying.people.models import (
    Appointment,
    Bureau,
    Department,
    Invitation,
    PhoneTest,
    Platform,
    RegulationVersion,
    User,
)
from huiying.people.permissions import require
from huiying.people.standing import actor_of
from huiying.people.versions import department_name, join_names, regulation_now
from huiying.regulation.regulation import Regulation
from huiying.regulation.schema_blocks import Account

# A bureau whose file names no account still has its own site.
SITE = "portal"
DORMANT_DAYS = 14


def add_accounts(regulation: Regulation, actor: Actor) -> list[Platform]:
    """Enter the file's accounts that the register lacks; what people changed there since is left as it is."""
    added = []
    accounts = regulation.release_platforms.accounts or {SITE: _own_site(regulation)}
    for account in accounts.values():
        row, is_new = Platform.objects.get_or_create(
            code=account.code,
            defaults={
                "name": account.name,
                "name_en": account.en,
                "family": account.family,
                "channel": account.channel,
                "owner": Department.objects.get(code=account.owner),
                "dormant_days": account.dormant_after.seconds // 86400 or DORMANT_DAYS,
                "added_by": actor.name,
                "added_at": clock.now(),
            },
        )
        if is_new:
            added.append(row)
    return added


def _own_site(regulation: Regulation) -> Account:
    family = regulation.response.linked_channels.set[0]
    owner = regulation.meta.interpreter
    return Account(code=SITE, name="门户网站", en="Portal", family=family, channel="portal", owner=owner)


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


INVITATION_LASTS = dt.timedelta(days=7)


@transaction.atomic
def adopt_regulation(text: str, actor: User | Actor) -> RegulationVersion:
    """Put a regulation file in force from its effective_from on. Raises RegulationError where the file is wrong.

    The same text twice is one version. Departments that the file names and the bureau lacks are added (C2.3).
    """
    regulation = versions.parsed(text)
    found = RegulationVersion.objects.filter(sha256=regulation.sha256).first()
    if found is not None:
        return found
    who = actor_of(actor)
    version = RegulationVersion.objects.create(
        name=regulation.meta.title,
        text=text,
        sha256=regulation.sha256,
        effective_from=regulation.meta.effective_from,
        adopted_at=clock.now(),
        adopted_by=who.name,
    )
    departments = _add_departments(regulation)
    platforms = add_accounts(regulation, who)
    record(
        "system",
        "regulation.adopted",
        {
            "name": version.name,
            "sha256": version.sha256,
            "effective_from": version.effective_from.isoformat(),
            "text": version.text,  # the figures are recomputed from the ledger alone, limits included (INV-12)
        },
        who,
        rows=[version, *departments, *platforms],
    )
    return version


def _add_departments(regulation: Regulation) -> list[Department]:
    added = []
    for item in regulation.departments.values():
        row, is_new = Department.objects.get_or_create(
            code=item.code,
            defaults={
                "name": item.name,
                "name_en": item.en,
                "duty": item.duty,
                "is_office": item.code == regulation.meta.interpreter,
            },
        )
        if is_new:
            added.append(row)
    return added


@transaction.atomic
def offer_set_up() -> str | None:
    """The one-time token with which the first administrator sets the bureau up; None once that was done.

    Each start makes a new token and the older one stops working. Whoever holds it becomes the first administrator, so
    the ledger knows of each.
    """
    bureau, _made = Bureau.objects.select_for_update().get_or_create(pk=1, defaults={"name": ""})
    if bureau.set_up_at is not None:
        return None
    token, bureau.setup_token_hash = tokens.new_token()
    bureau.save(update_fields=["setup_token_hash"])
    record("system", "bureau.link_made", {}, Actor.SYSTEM, rows=[bureau])
    return token


def set_up_token_is_good(token: str) -> bool:
    bureau = Bureau.objects.filter(pk=1, set_up_at__isnull=True).first()
    return bureau is not None and bool(bureau.setup_token_hash) and tokens.token_matches(token, bureau.setup_token_hash)


@transaction.atomic
def set_up(token: str, *, bureau_name: str, username: str, name: str, password: str) -> User:
    """Use the one-time link: name the bureau, make its first administrator. Works once."""
    bureau = Bureau.objects.select_for_update().filter(pk=1).first()
    if bureau is None or bureau.set_up_at is not None or not tokens.token_matches(token, bureau.setup_token_hash):
        raise Refused(_("这个链接已经用过或已失效。请重新启动程序，使用新打印的链接。"), code="link_used")
    user = User(username=username, name=name, is_administrator=True, joined_at=clock.now())
    bureau.name = bureau_name  # before the password, which must not be the bureau's name
    bureau.save(update_fields=["name"])
    _set_password(user, password)
    user.save()
    bureau.set_up_at = clock.now()
    bureau.setup_token_hash = ""
    bureau.save()
    record(
        "system", "bureau.set_up", {"bureau": bureau_name, "administrator": name}, actor_of(user), rows=[user, bureau]
    )
    return user


# In our words: Django's own catalogue leaves some of these in English.
WEAK = {
    "password_too_short": gettext_lazy("密码太短，至少 %(min_length)d 个字符。"),
    "password_too_common": gettext_lazy("这个密码太常见，容易被猜到，请换一个。"),
    "password_entirely_numeric": gettext_lazy("密码不能全是数字。"),
    "password_too_similar": gettext_lazy("密码和姓名或用户名太像，请换一个。"),
    "password_is_a_name": passwords.SENTENCE,
}


def _weakness(error: ValidationError) -> str:
    words = WEAK.get(error.code or "")
    return str(words) % (error.params or {}) if words else " ".join(error.messages)


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(_weakness(item) for item in error.error_list), code="weak_password") from error
    user.set_password(password)


@transaction.atomic
def add_person(
    *, username: str, name: str, department: Department | None, phone: str = "", actor: User
) -> tuple[User, str]:
    """A new member of staff, and the token of the single-use link with which that person sets a password."""
    require(actor, "people.manage")
    if User.objects.filter(username=username).exists():
        raise Refused(_("用户名“%(username)s”已有人使用，请换一个。") % {"username": username}, code="username_taken")
    user = User.objects.create_user(username, name, None, department=department, phone=phone, joined_at=clock.now())
    token, invitations = _invite(user)
    told = {"name": name, "department": str(department or "")}
    record("system", "person.added", told, actor_of(actor), rows=[user, *invitations])
    return user, token


def _invite(user: User) -> tuple[str, list[Invitation]]:
    """The token of a new link, and the rows of it and of the older links, which end now."""
    token, token_hash = tokens.new_token()
    now = clock.now()
    older = list(Invitation.objects.filter(user=user, used_at__isnull=True))
    Invitation.objects.filter(pk__in=[row.pk for row in older]).update(expires_at=now)
    made = Invitation.objects.create(user=user, token_hash=token_hash, made_at=now, expires_at=now + INVITATION_LASTS)
    return token, [made, *older]


@transaction.atomic
def invite_again(user: User, actor: User) -> str:
    """A new link. For the other two of the three it is not the system's administrator's to make: the link opens the
    account to whoever holds it (S6).
    """
    require(actor, "people.name" if user.oversees else "people.manage")
    token, invitations = _invite(user)
    record("system", "person.invited", {"name": user.name}, actor_of(actor), rows=invitations)
    return token


def open_invitation(token: str) -> Invitation | None:
    """The live invitation behind a token, or None when it is unknown, used or too old."""
    found = Invitation.objects.select_related("user").filter(token_hash=tokens.hash_token(token)).first()
    if found is None or found.used_at is not None or found.expires_at <= clock.now() or not found.user.is_active:
        return None
    return found


@transaction.atomic
def accept_invitation(token: str, password: str) -> User:
    # Of two who open the same link at once one has it: the row is held before it is asked whether it was used.
    Invitation.objects.select_for_update().filter(token_hash=tokens.hash_token(token)).first()
    found = open_invitation(token)
    if found is None:
        raise Refused(_("这个链接已经用过或已过期。请系统管理员再发一次。"), code="link_used")
    _set_password(found.user, password)
    found.user.save(update_fields=["password"])
    found.used_at = clock.now()
    found.save(update_fields=["used_at"])
    record("system", "person.joined", {"name": found.user.name}, actor_of(found.user), rows=[found.user, found])
    return found.user


@transaction.atomic
def appoint(
    user: User, role: str, department: Department | None, *, is_deputy: bool = False, actor: User | Actor
) -> Appointment:
    """Give a person a role of the regulation. The administrator appoints others, never himself (§6.1 S6)."""
    if isinstance(actor, User):
        require(actor, "people.appoint")
    if user.administers:
        raise Refused(_("系统管理员不兼任业务岗位：管理账号的人不办件，办件的人不管理账号。"), code="separate_duties")
    if role not in regulation_now().roles:
        raise Refused(_("现行制度没有岗位“%(role)s”。") % {"role": role}, code="unknown_role")
    found = Appointment.objects.filter(user=user, role=role, department=department, until__isnull=True).first()
    if found is not None:
        return found
    made = Appointment.objects.create(
        user=user, role=role, department=department, is_deputy=is_deputy, since=clock.now()
    )
    record(
        "system",
        "person.appointed",
        {"name": user.name, "role": role, "department": str(department or ""), "deputy": is_deputy},
        actor_of(actor),
        rows=[made],
    )
    return made


@transaction.atomic
def end_appointment(appointment: Appointment, actor: User) -> None:
    """A post ends at once. The last 负责人 or 联络人 of a department is relieved only after the next was appointed."""
    require(actor, "people.appoint")
    keep_a_contact([appointment])
    appointment.until = clock.now()
    appointment.save(update_fields=["until"])
    record(
        "system",
        "person.relieved",
        {"name": appointment.user.name, "role": appointment.role},
        actor_of(actor),
        rows=[appointment],
    )


@dataclass(frozen=True)
class Newcomer:
    username: str
    name: str
    department: Department | None = None
    phone: str = ""
    is_administrator: bool = False


@transaction.atomic
def settle(bureau_name: str, people: Iterable[Newcomer]) -> dict[str, User]:
    """Name the bureau and enter those who are not there yet; gives the new ones by user name. One entry for all."""
    bureau, is_new = Bureau.objects.get_or_create(pk=1, defaults={"name": bureau_name, "set_up_at": clock.now()})
    there = set(User.objects.values_list("username", flat=True))
    made = {
        one.username: User.objects.create_user(
            one.username,
            one.name,
            None,
            department=one.department,
            phone=one.phone,
            is_administrator=one.is_administrator,
            joined_at=clock.now(),
        )
        for one in people
        if one.username not in there
    }
    rows = [*([bureau] if is_new else []), *made.values()]
    if rows:
        record("system", "bureau.set_up", {"bureau": bureau.name, "people": len(made)}, Actor.SYSTEM, rows=rows)
    return made
