"""An identity of the service belongs to one person, is bound and unbound by people, and ends with the account (S1)."""

from __future__ import annotations

import pytest

from cast import Cast
from huiying.ledger.models import LedgerEntry
from huiying.people import actions, factors
from huiying.people.errors import Refused
from huiying.people.models import Identity, User

ISSUER, SUBJECT = "https://id.example.gov.cn", "staff-7"


def told(kind: str) -> int:
    return LedgerEntry.objects.filter(kind=kind).count()


def test_a_bound_subject_is_that_person_and_the_ledger_knows(cast: Cast) -> None:
    actions.bind_identity(cast.duty, ISSUER, SUBJECT)
    assert factors.person_of(ISSUER, SUBJECT) == cast.duty
    assert factors.with_identity() == {cast.duty.pk}
    entry = LedgerEntry.objects.get(kind="identity.bound")
    assert cast.duty.name in entry.payload
    assert SUBJECT not in entry.payload


def test_the_same_subject_of_another_issuer_is_nobody(cast: Cast) -> None:
    actions.bind_identity(cast.duty, ISSUER, SUBJECT)
    assert factors.person_of("https://elsewhere.example", SUBJECT) is None
    assert factors.person_of(ISSUER, SUBJECT.upper()) is None
    assert factors.person_of(ISSUER, "") is None


def test_one_subject_is_one_persons(cast: Cast) -> None:
    actions.bind_identity(cast.duty, ISSUER, SUBJECT)
    with pytest.raises(Refused):
        actions.bind_identity(cast.office, ISSUER, SUBJECT)
    assert factors.identity(cast.office) is None
    assert told("identity.bound") == 1


def test_one_person_has_one(cast: Cast) -> None:
    actions.bind_identity(cast.duty, ISSUER, SUBJECT)
    with pytest.raises(Refused):
        actions.bind_identity(cast.duty, ISSUER, "staff-8")
    assert factors.identity(cast.duty).subject == SUBJECT


def test_a_person_unbinds_their_own_and_may_bind_another(cast: Cast) -> None:
    actions.bind_identity(cast.duty, ISSUER, SUBJECT)
    actions.unbind_identity(cast.duty)
    assert factors.person_of(ISSUER, SUBJECT) is None
    assert told("identity.unbound") == 1
    actions.bind_identity(cast.duty, ISSUER, "staff-8")
    with pytest.raises(Refused):
        actions.unbind_identity(cast.office)


def test_who_unbinds_authenticators_takes_it_away_and_nobody_else_s6(cast: Cast) -> None:
    actions.bind_identity(cast.duty, ISSUER, SUBJECT)
    for who in ("office", "top", "inspector", "duty"):
        with pytest.raises(Refused):
            actions.remove_identity(cast.duty, cast.people[who])
    actions.remove_identity(cast.duty, cast.admin)
    assert not Identity.objects.exists()
    assert told("identity.removed") == 1
    with pytest.raises(Refused):
        actions.remove_identity(cast.duty, cast.admin)


@pytest.mark.parametrize("how", [User.DORMANT, User.SUSPENDED])
def test_who_is_shut_out_is_nobody_until_they_are_back_s5(cast: Cast, how: str) -> None:
    actions.bind_identity(cast.duty, ISSUER, SUBJECT)
    User.objects.filter(pk=cast.duty.pk).update(is_active=False, closed_as=how)
    assert factors.person_of(ISSUER, SUBJECT) is None
    actions.reopen(cast.duty, "值班要用", cast.admin)
    assert factors.person_of(ISSUER, SUBJECT) == cast.duty


def test_with_a_leaver_it_goes_s5(cast: Cast) -> None:
    actions.bind_identity(cast.duty2, ISSUER, SUBJECT)
    actions.deactivate(cast.duty2, cast.admin)
    assert not Identity.objects.exists()
