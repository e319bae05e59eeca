"""Posts are given, held for a time and ended; the administrator holds none and sees no case (§6.1 S6)."""

import datetime as dt

import pytest
from django.http import Http404

from cast import Cast
from huiying.handling import access
from huiying.handling.queries import cases_for
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people import actions
from huiying.people.errors import Refused
from huiying.people.models import Appointment, User
from huiying.people.permissions import PERMISSIONS, may
from huiying.people.queries import able, holders, holds, on_duty, post_of, roles_of
from stories import approve, opened, routed, submitted
from subjects import Subjects


def fresh(user: User) -> User:
    """As another request sees the person: what was read of him before is forgotten."""
    return User.objects.get(pk=user.pk)


def the_post(user: User) -> Appointment:
    return Appointment.objects.get(user=user, until__isnull=True)


def test_the_administrator_holds_no_post(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        actions.appoint(cast.admin, "office_head", cast.department("BGS"), actor=cast.admin)
    assert refusal.value.code == "separate_duties"
    assert "不办件" in refusal.value.sentence
    assert not Appointment.objects.filter(user=cast.admin).exists()


def test_the_administrator_sees_no_case(cast: Cast) -> None:
    case = opened(cast)
    assert not cases_for(cast.admin).exists()
    assert not may(cast.admin, "case.view", case)
    with pytest.raises(Http404):
        access.get_case(cast.admin, case.number)
    assert access.get_case(cast.duty, case.number) == case


def test_the_administrator_may_do_nothing_but_manage_people(cast: Cast) -> None:
    case = routed(cast)
    subjects = Subjects(cast, case)
    allowed = {name for name in PERMISSIONS if may(cast.admin, name, subjects.of(name))}
    # An account's connection is a matter of the machine, like a person's account: no word of a case in it.
    accounts = {"people.view", "people.manage", "people.appoint", "people.name", "people.unbind"}
    assert allowed == accounts | {"register.connect"}


def test_a_role_that_the_regulation_does_not_know_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        actions.appoint(cast.duty, "emperor", cast.department("BGS"), actor=cast.admin)
    assert refusal.value.code == "unknown_role"
    assert "emperor" in refusal.value.sentence


def test_only_the_administrator_gives_posts(cast: Cast) -> None:
    for user in (cast.top, cast.office, cast.duty):
        with pytest.raises(Refused):
            actions.appoint(cast.duty, "office_head", cast.department("BGS"), actor=user)
    assert not holds(fresh(cast.duty), "office_head")


def test_the_same_post_twice_is_one(cast: Cast) -> None:
    entries = LedgerEntry.objects.count()
    row = actions.appoint(cast.duty, "duty_officer", cast.department("BGS"), actor=cast.admin)
    assert row == the_post(cast.duty)
    assert LedgerEntry.objects.count() == entries


def test_a_post_ends_at_once_and_with_it_what_it_allowed(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast)
    assert may(cast.tech_head, "case.accept", case)
    actions.appoint(cast.works_head, "dept_head", cast.department("Z-XX"), actor=cast.admin)
    frozen.advance(dt.timedelta(minutes=1))
    actions.end_appointment(the_post(cast.tech_head), cast.admin)
    after = fresh(cast.tech_head)
    assert roles_of(after) == frozenset()
    assert not may(after, "case.accept", case)
    assert not may(after, "post.take_in")
    assert cast.tech_head not in holders("division_head", "Z-XX")
    assert LedgerEntry.objects.filter(kind="person.relieved").count() == 1


def test_what_an_ended_post_did_stays_in_the_history(cast: Cast, frozen: FrozenClock) -> None:
    routed(cast)
    before = LedgerEntry.objects.get(kind="case.routed")
    frozen.advance(dt.timedelta(minutes=1))
    actions.end_appointment(the_post(cast.duty), cast.admin)
    entry = LedgerEntry.objects.get(pk=before.pk)
    assert entry.actor == before.actor
    assert entry.actor_data["name"] == "值班员小周"
    assert entry.actor_data["post"]


def test_a_leaver_can_do_nothing_and_keeps_the_name_in_the_history(cast: Cast, frozen: FrozenClock) -> None:
    frozen.advance(dt.timedelta(minutes=1))
    actions.deactivate(cast.editor, cast.admin)
    after = fresh(cast.editor)
    assert not after.is_active
    assert not Appointment.objects.filter(user=after, until__isnull=True).exists()
    verdict = may(after, "post.take_in")
    assert not verdict
    assert verdict.why
    assert User.objects.filter(name="采编小林").exists()


def test_the_administrator_can_not_lock_himself_out(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        actions.deactivate(cast.admin, cast.admin)
    assert refusal.value.code == "own_account"
    assert fresh(cast.admin).is_active


def test_a_post_counts_only_while_it_lasts(cast: Cast, frozen: FrozenClock) -> None:
    Appointment.objects.filter(user=cast.duty).update(since=clock.now() + dt.timedelta(hours=1))
    assert roles_of(fresh(cast.duty)) == frozenset()
    frozen.advance(dt.timedelta(hours=1))
    assert roles_of(fresh(cast.duty)) == {"duty_officer"}


def test_the_full_holder_stands_before_the_deputy(cast: Cast) -> None:
    assert holders("office_head") == [cast.office, cast.office2]
    assert set(able("publish")) == {cast.editor, cast.office, cast.office2}
    assert cast.admin not in on_duty()
    assert {cast.duty, cast.duty2} <= set(on_duty())


def test_a_deputy_may_what_the_post_may_and_is_written_down_as_deputy(cast: Cast) -> None:
    """C9.3: deputies act where the file lets them, and the record says so."""
    assert may(cast.office2, "case.route")
    cast.people["office"], kept = cast.office2, cast.office
    round_ = submitted(cast)
    approve(cast, round_)
    steps = {step.role: step for step in round_.steps.all()}
    assert (steps["office_head"].decided_by, steps["office_head"].as_deputy) == (cast.office2.name, True)
    assert not steps["division_head"].as_deputy
    cast.people["office"] = kept


def test_the_post_is_named_in_the_regulations_words(cast: Cast) -> None:
    assert post_of(cast.office) == "局办公室主任"
    assert post_of(cast.admin) == "系统管理员"
