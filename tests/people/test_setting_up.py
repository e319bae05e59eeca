"""The one-time set-up link and invitations: each works once, and nobody ever gets a default password (§6.1 S1)."""

import datetime as dt

import pytest

from cast import Cast, builtin_text
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.people import actions
from huiying.people.errors import Refused
from huiying.people.models import Bureau, Invitation, User
from huiying.people.queries import bureau, is_set_up

GOOD = "松花江上-七盏-渔灯-夜"


def set_up(token: str, password: str = GOOD, username: str = "guanli") -> User:
    return actions.set_up(token, bureau_name="某某局", username=username, name="管理员老王", password=password)


@pytest.fixture
def token(db: None, frozen: FrozenClock) -> str:
    actions.adopt_regulation(builtin_text("anshan"), Actor.SYSTEM)
    made = actions.offer_set_up()
    assert made is not None
    return made


def test_the_set_up_link_makes_the_first_administrator_and_names_the_bureau(token: str) -> None:
    assert actions.set_up_token_is_good(token)
    user = set_up(token)
    assert (user.is_administrator, user.check_password(GOOD)) == (True, True)
    found = bureau()
    assert found is not None
    assert (found.name, is_set_up()) == ("某某局", True)
    assert LedgerEntry.objects.filter(chain="system", kind="bureau.set_up").count() == 1


def test_the_set_up_link_works_once(token: str) -> None:
    set_up(token)
    assert not actions.set_up_token_is_good(token)
    with pytest.raises(Refused) as refusal:
        set_up(token, username="other")
    assert refusal.value.code == "link_used"
    assert "重新启动" in refusal.value.sentence
    assert User.objects.count() == 1


def test_after_the_set_up_no_further_link_is_ever_offered(token: str) -> None:
    set_up(token)
    assert actions.offer_set_up() is None


def test_each_start_makes_a_new_link_and_the_older_one_stops(token: str) -> None:
    newer = actions.offer_set_up()
    assert newer is not None
    assert newer != token
    assert not actions.set_up_token_is_good(token)
    with pytest.raises(Refused):
        set_up(token)
    assert set_up(newer).pk


def test_only_the_hash_of_the_link_is_kept(token: str) -> None:
    kept = Bureau.objects.get(pk=1).setup_token_hash
    assert kept
    assert token not in kept


@pytest.mark.parametrize("wrong", ["", "x", "0" * 43])
def test_a_guessed_link_is_refused(token: str, wrong: str) -> None:
    assert not actions.set_up_token_is_good(wrong)
    with pytest.raises(Refused):
        set_up(wrong)
    assert not is_set_up()


@pytest.mark.parametrize("weak", ["", "short", "1234567890123", "password123", "guanli1234"])
def test_a_weak_password_is_refused_and_the_link_stays_good(token: str, weak: str) -> None:
    with pytest.raises(Refused) as refusal:
        set_up(token, password=weak)
    assert refusal.value.code == "weak_password"
    assert refusal.value.sentence
    assert not User.objects.exists()
    assert actions.set_up_token_is_good(token)


def invited(cast: Cast) -> tuple[User, str]:
    return actions.add_person(
        username="new", name="新来的小何", department=cast.department("BGS"), phone="", actor=cast.admin
    )


def test_nobody_gets_a_default_password(cast: Cast) -> None:
    user, token = invited(cast)
    assert not user.has_usable_password()
    assert not user.check_password("")
    assert token not in Invitation.objects.get(user=user).token_hash


def test_an_invitation_sets_a_password_once(cast: Cast) -> None:
    user, token = invited(cast)
    assert actions.accept_invitation(token, GOOD) == user
    user.refresh_from_db()
    assert user.check_password(GOOD)
    with pytest.raises(Refused) as refusal:
        actions.accept_invitation(token, "另一个很长的密码吧")
    assert "再发一次" in refusal.value.sentence
    user.refresh_from_db()
    assert user.check_password(GOOD)


def test_an_invitation_expires_after_seven_days(cast: Cast, frozen: FrozenClock) -> None:
    _user, token = invited(cast)
    frozen.advance(dt.timedelta(days=7) - dt.timedelta(seconds=1))
    assert actions.open_invitation(token) is not None
    frozen.advance(dt.timedelta(seconds=1))
    assert actions.open_invitation(token) is None
    with pytest.raises(Refused):
        actions.accept_invitation(token, GOOD)


def test_a_new_invitation_ends_the_older_one(cast: Cast) -> None:
    user, older = invited(cast)
    newer = actions.invite_again(user, cast.admin)
    assert actions.open_invitation(older) is None
    assert actions.accept_invitation(newer, GOOD) == user


def test_a_weak_password_leaves_the_invitation_open(cast: Cast) -> None:
    _user, token = invited(cast)
    with pytest.raises(Refused) as refusal:
        actions.accept_invitation(token, "12345")
    assert refusal.value.code == "weak_password"
    assert actions.open_invitation(token) is not None


def test_a_username_is_given_once(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        actions.add_person(username="duty", name="重名", department=None, actor=cast.admin)
    assert refusal.value.code == "username_taken"
    assert "duty" in refusal.value.sentence


def test_only_the_administrator_adds_people(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        actions.add_person(username="new", name="新人", department=None, actor=cast.office)
    assert "系统管理员" in refusal.value.sentence
    assert not User.objects.filter(username="new").exists()
