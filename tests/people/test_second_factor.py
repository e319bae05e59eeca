"""The second factor (§6.1 S4): who must have one, which codes count, what is kept of it and what the ledger knows."""

from __future__ import annotations

import datetime as dt

import pyotp
import pytest
from hypothesis import given, strategies as st

from cast import Cast
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people import actions, factors
from huiying.people.actions.factors import RECOVERY_CODES, WAIT, WRONG_IN_A_ROW
from huiying.people.errors import Refused
from huiying.people.models import SecondFactor, User
from huiying.regulation import load

HALF_MINUTE = dt.timedelta(seconds=30)


def code_of(secret: str, away: int = 0) -> str:
    return pyotp.TOTP(secret).at(clock.now() + away * HALF_MINUTE)


def bound(user: User) -> tuple[str, list[str]]:
    """The secret and the recovery codes of a bound authenticator."""
    secret = actions.begin_factor(user)
    return secret, actions.confirm_factor(user, code_of(secret))


def why(user: User, code: str) -> str:
    with pytest.raises(Refused) as refused:
        actions.check_factor(user, code)
    return refused.value.code


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "must"),
    [
        ("admin", True), ("office", True), ("top", True), ("deputy", True), ("legal", True), ("editor", True),
        ("duty", False), ("inspector", False), ("tech_liaison", False),
    ],
)  # fmt: skip
def test_whoever_approves_publishes_or_manages_people_must_have_one_s4(cast: Cast, who: str, must: bool) -> None:
    assert factors.must_have(cast.people[who]) is must


def test_every_step_of_every_review_is_an_approving_post_s4() -> None:
    for name in ("anshan", "sixian"):
        law = load(name)
        groups = [group for steps in law.workflow.review_steps.by_level.values() for group in steps]
        assert {role for group in groups for role in group} <= factors.approving_posts(law)


def test_the_demonstration_and_a_house_without_telephones_ask_for_none_s4(settings: object) -> None:
    settings.SECOND_FACTOR, settings.DEMO = True, False  # type: ignore[attr-defined]
    assert factors.is_wanted()
    settings.DEMO = True  # type: ignore[attr-defined]
    assert not factors.is_wanted()
    settings.SECOND_FACTOR, settings.DEMO = False, False  # type: ignore[attr-defined]
    assert not factors.is_wanted()


# --- binding ----------------------------------------------------------------------------------------------------------


def test_an_authenticator_counts_once_a_code_came_back_from_it_s4(cast: Cast) -> None:
    secret = actions.begin_factor(cast.office)
    assert not factors.has(cast.office)
    codes = actions.confirm_factor(cast.office, code_of(secret))
    assert factors.has(cast.office)
    assert len(set(codes)) == RECOVERY_CODES == factors.codes_left(cast.office)
    assert LedgerEntry.objects.filter(kind="factor.bound").count() == 1


def test_the_page_loaded_again_shows_the_same_secret_until_it_is_bound_s4(cast: Cast) -> None:
    assert actions.begin_factor(cast.office) == actions.begin_factor(cast.office)
    actions.confirm_factor(cast.office, code_of(actions.begin_factor(cast.office)))
    with pytest.raises(Refused) as refused:
        actions.begin_factor(cast.office)
    assert refused.value.code == "has_factor"


def test_a_wrong_first_code_binds_nothing_s4(cast: Cast) -> None:
    actions.begin_factor(cast.office)
    with pytest.raises(Refused) as refused:
        actions.confirm_factor(cast.office, "000000")
    assert refused.value.code == "wrong_code"
    assert not factors.has(cast.office)
    assert not LedgerEntry.objects.filter(kind="factor.bound").exists()


def test_neither_the_secret_nor_a_recovery_code_stands_in_the_database_or_the_ledger_s14(cast: Cast) -> None:
    secret, codes = bound(cast.office)
    row = SecondFactor.objects.get()
    stored = bytes(row.secret) + repr(row.recovery).encode()
    told = "".join(str(entry.data) for entry in LedgerEntry.objects.all())
    for word in (secret, *codes):
        assert word.encode() not in stored
        assert word not in told


# --- codes ------------------------------------------------------------------------------------------------------------


def test_a_code_counts_once_s4(cast: Cast, frozen: clock.FrozenClock) -> None:
    secret, _codes = bound(cast.office)
    assert why(cast.office, code_of(secret)) == "wrong_code"  # the one that bound it
    frozen.advance(HALF_MINUTE)
    actions.check_factor(cast.office, code_of(secret))
    assert why(cast.office, code_of(secret)) == "wrong_code"


@pytest.mark.parametrize(("away", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_telephone_may_be_half_a_minute_off_s4(cast: Cast, frozen: clock.FrozenClock, away: int, good: bool) -> None:
    secret, _codes = bound(cast.office)
    frozen.advance(4 * HALF_MINUTE)
    if good:
        actions.check_factor(cast.office, code_of(secret, away))
    else:
        assert why(cast.office, code_of(secret, away)) == "wrong_code"


def test_an_older_code_does_not_count_after_a_newer_one_s4(cast: Cast, frozen: clock.FrozenClock) -> None:
    secret, _codes = bound(cast.office)
    frozen.advance(4 * HALF_MINUTE)
    actions.check_factor(cast.office, code_of(secret))
    assert why(cast.office, code_of(secret, -1)) == "wrong_code"


def test_five_wrong_codes_wait_a_quarter_of_an_hour_even_for_the_right_one_s2(
    cast: Cast, frozen: clock.FrozenClock
) -> None:
    secret, _codes = bound(cast.office)
    frozen.advance(4 * HALF_MINUTE)
    assert [why(cast.office, "12345") for _n in range(WRONG_IN_A_ROW)] == ["wrong_code"] * WRONG_IN_A_ROW
    assert why(cast.office, code_of(secret)) == "wait"
    frozen.advance(WAIT)
    actions.check_factor(cast.office, code_of(secret))
    row = SecondFactor.objects.get()
    assert (row.failures, row.wait_until) == (0, None)


def test_a_recovery_code_opens_once_and_the_ledger_says_how_many_are_left_s4(cast: Cast) -> None:
    _secret, codes = bound(cast.office)
    actions.check_factor(cast.office, f" {codes[0][:5].lower()}-{codes[0][5:]} ")
    assert why(cast.office, codes[0]) == "wrong_code"
    assert factors.codes_left(cast.office) == RECOVERY_CODES - 1
    entry = LedgerEntry.objects.get(kind="factor.recovery_used")
    assert entry.data == {"name": cast.office.name, "left": RECOVERY_CODES - 1}


def test_new_recovery_codes_end_the_old_ones_s4(cast: Cast) -> None:
    _secret, old = bound(cast.office)
    new = actions.renew_recovery_codes(cast.office)
    assert why(cast.office, old[0]) == "wrong_code"
    actions.check_factor(cast.office, new[0])
    assert LedgerEntry.objects.filter(kind="factor.codes_renewed").count() == 1


def test_another_persons_code_opens_nothing_s4(cast: Cast, frozen: clock.FrozenClock) -> None:
    secret, codes = bound(cast.office)
    bound(cast.top)
    frozen.advance(4 * HALF_MINUTE)
    assert why(cast.top, code_of(secret)) == "wrong_code"
    assert why(cast.top, codes[0]) == "wrong_code"


def test_who_has_none_is_told_so_s4(cast: Cast) -> None:
    assert why(cast.duty, "123456") == "no_factor"
    for verb in (actions.renew_recovery_codes, lambda user: actions.confirm_factor(user, "1")):
        with pytest.raises(Refused) as refused:
            verb(cast.duty)
        assert refused.value.code == "no_factor"


@pytest.mark.django_db
@given(code=st.text(max_size=30))
def test_nothing_that_is_typed_is_a_code_but_the_codes_s4(code: str) -> None:
    """Whatever signs a keyboard has: refused with a sentence, never an error."""
    user, _new = User.objects.get_or_create(
        username="typed", defaults={"name": "试", "joined_at": clock.now(), "is_administrator": True}
    )
    if not factors.has(user):
        SecondFactor.objects.filter(user=user).delete()
        bound(user)
    SecondFactor.objects.update(failures=0, wait_until=None, recovery=[])
    if not code.strip().isdigit():
        assert why(user, code) == "wrong_code"


# --- a lost telephone -------------------------------------------------------------------------------------------------


def test_the_administrator_takes_a_lost_authenticator_away_and_it_is_bound_anew_s4(cast: Cast) -> None:
    bound(cast.office)
    actions.remove_factor(cast.office, cast.admin)
    assert not factors.has(cast.office)
    assert LedgerEntry.objects.get(kind="factor.removed").actor_data["name"] == cast.admin.name
    bound(cast.office)
    assert factors.has(cast.office)


def test_nobody_takes_away_their_own_and_only_the_administrator_others_s4(cast: Cast) -> None:
    bound(cast.admin)
    bound(cast.office)
    for user, actor in ((cast.admin, cast.admin), (cast.office, cast.top), (cast.office, cast.office)):
        with pytest.raises(Refused):
            actions.remove_factor(user, actor)
    assert factors.has(cast.admin)
    assert factors.has(cast.office)


def test_there_is_nothing_to_take_from_who_has_none_s4(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        actions.remove_factor(cast.duty, cast.admin)
    assert refused.value.code == "no_factor"
