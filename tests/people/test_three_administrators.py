"""三员: configuring, granting and auditing are three persons' work, none of them handles a case (§6.1 S6)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

import stories
from cast import Cast
from huiying.handling.access import get_case
from huiying.handling.models import MeetingSeat
from huiying.handling.queries import cases_for
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people import actions, factors, three
from huiying.people.errors import Refused
from huiying.people.models import Appointment, User
from huiying.people.permissions import PERMISSIONS, may
from subjects import Subjects

GRANTS = {"people.appoint", "people.name", "people.unbind"}


def newcomer(name: str) -> User:
    return User.objects.create_user(name, name, joined_at=clock.now())


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.fixture
def security(cast: Cast) -> User:
    user = newcomer("safe")
    actions.name_administrator(user, User.SECURITY, cast.admin)
    return fresh(user)


@pytest.fixture
def audit(cast: Cast, security: User) -> User:
    user = newcomer("audits")
    actions.name_administrator(user, User.AUDIT, cast.admin)
    return fresh(user)


def allowed(cast: Cast, user: User) -> set[str]:
    subjects = Subjects(cast, stories.routed(cast))
    return {name for name in PERMISSIONS if may(user, name, subjects.of(name))}


# --- a small bureau ---------------------------------------------------------------------------------------------------


def test_until_both_are_named_everything_is_as_before(cast: Cast, security: User) -> None:
    assert not three.named()
    actions.appoint(cast.duty, "editor", cast.department("BGS"), actor=cast.admin)
    with pytest.raises(Refused, match="系统管理员"):
        actions.appoint(cast.duty, "editor", cast.department("GCC"), actor=security)


# --- the three --------------------------------------------------------------------------------------------------------


def test_each_of_the_three_may_only_their_own(cast: Cast, security: User, audit: User) -> None:
    assert three.named()
    assert allowed(cast, fresh(cast.admin)) == {"people.view", "people.manage", "register.connect"}


def test_the_security_administrator_grants_and_adds_nobody(cast: Cast, security: User, audit: User) -> None:
    assert allowed(cast, security) == {"people.view"} | GRANTS
    with pytest.raises(Refused):
        actions.add_person(username="x", name="新人", department=None, actor=security)


def test_the_audit_administrator_changes_nothing(cast: Cast, audit: User) -> None:
    assert allowed(cast, audit) == {"access.view"}


def test_a_person_needs_one_to_be_added_and_another_to_be_given_a_post(cast: Cast, security: User, audit: User) -> None:
    user, _token = actions.add_person(username="x", name="新人", department=cast.department("GCC"), actor=cast.admin)
    with pytest.raises(Refused, match="安全管理员"):
        actions.appoint(user, "informant", user.department, actor=cast.admin)
    actions.appoint(user, "informant", user.department, actor=security)
    row = Appointment.objects.get(user=user)
    with pytest.raises(Refused, match="安全管理员"):
        actions.end_appointment(row, cast.admin)
    actions.end_appointment(row, security)


def test_no_person_is_two_of_the_three(cast: Cast, security: User, audit: User) -> None:
    third = newcomer("third")
    actions.name_administrator(third, three.SYSTEM, security)
    for user in (security, audit, cast.admin, third):
        for kind in three.KINDS:
            with pytest.raises(Refused):
                actions.name_administrator(fresh(user), kind, security)


def test_the_database_refuses_two_in_one_as_well(cast: Cast, security: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=security.pk).update(is_administrator=True)


def test_none_of_them_holds_a_post_and_nobody_in_post_is_named(cast: Cast, security: User, audit: User) -> None:
    for user in (security, audit, fresh(cast.admin)):
        with pytest.raises(Refused, match="不兼任"):
            actions.appoint(user, "duty_officer", cast.department("BGS"), actor=security)
    with pytest.raises(Refused, match="业务岗位"):
        actions.name_administrator(cast.editor, User.AUDIT, security)


def test_nobody_names_or_relieves_themselves(cast: Cast, security: User) -> None:
    with pytest.raises(Refused, match="自己"):
        actions.name_administrator(cast.admin, User.AUDIT, cast.admin)
    with pytest.raises(Refused, match="自己"):
        actions.relieve_administrator(cast.admin, cast.admin)


def test_what_a_past_in_the_business_opened_stays_shut(cast: Cast, security: User, audit: User) -> None:
    """A seat at a meeting from before opens nothing for an administrator."""
    case = stories.routed(cast)
    meeting = Subjects(cast, case).meeting
    for user in (cast.admin, security, audit):
        MeetingSeat.objects.create(meeting=meeting, user=user, name=user.name, notified_at=clock.now())
        verdict = may(fresh(user), "meeting.view", meeting)
        assert not verdict
        assert "不看办件内容" in verdict.why
        assert not cases_for(fresh(user)).exists()
        with pytest.raises(Http404):
            get_case(fresh(user), case.number)


def test_all_three_sign_in_with_a_second_factor(cast: Cast, security: User, audit: User) -> None:
    """S4"""
    assert all(factors.must_have(user) for user in (cast.admin, security, audit))


# --- nobody gets the others' powers back ------------------------------------------------------------------------------


def test_shutting_the_other_out_gives_nobody_their_powers(cast: Cast, security: User, audit: User) -> None:
    actions.suspend(security, "怀疑账号被盗用", cast.admin)
    assert three.named()
    with pytest.raises(Refused, match="安全管理员"):
        actions.appoint(cast.duty, "editor", cast.department("BGS"), actor=fresh(cast.admin))


@pytest.mark.parametrize("kind", [User.SECURITY, User.AUDIT])
def test_the_last_of_a_kind_does_not_leave(cast: Cast, security: User, audit: User, kind: str) -> None:
    user = security if kind == User.SECURITY else audit
    with pytest.raises(Refused, match="唯一"):
        actions.deactivate(user, cast.admin)
    heir = newcomer("heir")
    actions.name_administrator(heir, kind, security)
    actions.deactivate(fresh(user), cast.admin)
    assert three.named()


def test_the_system_administrator_opens_no_way_into_the_others_accounts(
    cast: Cast, security: User, audit: User
) -> None:
    """Whoever holds the link sets the password; whoever unbinds the authenticator opens the second door."""
    actions.begin_factor(audit)
    with pytest.raises(Refused, match="安全管理员"):
        actions.invite_again(audit, cast.admin)
    with pytest.raises(Refused, match="安全管理员"):
        actions.remove_factor(audit, cast.admin)
    assert actions.invite_again(audit, security)


def test_the_last_who_audits_is_not_shut_for_being_away(cast: Cast, audit: User, settings: object) -> None:
    import datetime as dt

    from huiying.people.actions.offboarding import shut_dormant_accounts

    settings.DORMANT_AFTER = dt.timedelta(days=90)  # type: ignore[attr-defined]
    User.objects.all().update(joined_at=clock.now() - dt.timedelta(days=200))
    shut_dormant_accounts()
    left = set(User.objects.filter(is_active=True).values_list("username", flat=True))
    assert left == {"admin", "safe", "audits"}


def test_the_ledger_says_who_was_named_and_by_whom(cast: Cast, security: User, audit: User) -> None:
    rows = LedgerEntry.objects.filter(kind="person.named").order_by("id")
    assert [(row.data or {})["kind"] for row in rows] == ["安全管理员", "审计管理员"]
    assert {row.actor_data["name"] for row in rows} == {cast.admin.name}
