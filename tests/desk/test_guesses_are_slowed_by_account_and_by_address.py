"""Guesses are limited by account and by address, and no stranger shuts a person out by guessing (§6.1 S2)."""

from __future__ import annotations

import datetime as dt

import pyotp
import pytest
from django.test import Client

from cast import Cast
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people import actions, guessing
from huiying.people.models import User
from huiying.work.models import Notice

PASSWORD = "夜里两点的值班台-7"
SIGN_IN = "/desk/sign-in/"
CODE = "/desk/sign-in/code/"


@pytest.fixture
def duty(cast: Cast) -> User:
    cast.duty.set_password(PASSWORD)
    cast.duty.save()
    return cast.duty


def try_in(client: Client, username: str, password: str = "wrong", address: str = "203.0.113.1") -> int:
    return client.post(SIGN_IN, {"username": username, "password": password}, REMOTE_ADDR=address).status_code


def addresses(n: int) -> list[str]:
    return [f"198.51.100.{one}" for one in range(1, n + 1)]


def test_one_account_from_twelve_addresses_is_slowed(duty: User) -> None:
    """48 guesses, four from each: axes, which counts a name at an address, refuses none of them."""
    answers = [try_in(Client(), "duty", address=address) for address in addresses(12) for _n in range(4)]
    assert answers.count(422) == guessing.PER_ACCOUNT[1]
    assert answers.count(429) == 48 - guessing.PER_ACCOUNT[1]


def test_sixty_accounts_from_one_address_are_slowed(duty: User) -> None:
    answers = [try_in(Client(), f"person{n}") for n in range(60)]
    assert answers.count(422) == guessing.PER_PLACE[1]
    assert answers[-1] == 429


def test_the_right_password_does_not_open_while_it_is_slowed_and_does_when_the_time_is_over(
    duty: User, frozen: clock.FrozenClock
) -> None:
    for address in addresses(12):
        try_in(Client(), "duty", address=address)
    assert try_in(Client(), "duty", PASSWORD, "203.0.113.9") == 429
    frozen.advance(guessing.PER_ACCOUNT[0] / guessing.PER_ACCOUNT[1] + dt.timedelta(seconds=1))
    assert try_in(Client(), "duty", PASSWORD, "203.0.113.9") == 302


def test_the_page_says_how_long(duty: User) -> None:
    for address in addresses(10):
        try_in(Client(), "duty", address=address)
    page = Client().post(SIGN_IN, {"username": "duty", "password": PASSWORD}, REMOTE_ADDR="203.0.113.9")
    assert "请 6 分钟后再试" in page.content.decode()


def test_a_browser_in_which_the_person_was_signed_in_is_not_kept_out(duty: User) -> None:
    own = Client()
    assert try_in(own, "duty", PASSWORD) == 302
    own.post("/desk/sign-out/")
    for address in addresses(12):
        try_in(Client(), "duty", address=address)
    assert try_in(Client(), "duty", PASSWORD, "203.0.113.9") == 429
    assert try_in(own, "duty", PASSWORD) == 302


def test_nor_by_somebody_at_the_same_address(duty: User) -> None:
    """Behind one address of the house a colleague's failures lock the name for strangers, not for the person."""
    own = Client()
    assert try_in(own, "duty", PASSWORD) == 302
    own.post("/desk/sign-out/")
    assert [try_in(Client(), "duty") for _n in range(6)][-1] == 429
    assert try_in(own, "duty", PASSWORD) == 302


def test_in_that_browser_guesses_are_counted_as_well(duty: User, frozen: clock.FrozenClock) -> None:
    own = Client()
    try_in(own, "duty", PASSWORD)
    own.post("/desk/sign-out/")
    assert [try_in(own, "duty") for _n in range(6)] == [422] * 5 + [429]
    assert try_in(own, "duty", PASSWORD) == 429
    frozen.advance(guessing.PER_BROWSER[0])
    assert try_in(own, "duty", PASSWORD) == 302


def test_a_browser_knows_only_whom_it_let_in_and_only_by_that_password(cast: Cast, duty: User) -> None:
    own = Client()
    try_in(own, "duty", PASSWORD)
    own.post("/desk/sign-out/")
    for address in addresses(12):
        try_in(Client(), "duty2", address=address)
        try_in(Client(), "duty", address=address)
    assert try_in(own, "duty2", address="203.0.113.9") == 429
    duty.set_password(PASSWORD + "新")
    duty.save()
    assert try_in(own, "duty", PASSWORD + "新", "203.0.113.9") == 429


def test_a_forged_mark_is_none(duty: User) -> None:
    forged = Client()
    forged.cookies["huiying_known"] = "WyJhIixbWzEsImEiXV1d:1abc:xyz"
    for address in addresses(12):
        try_in(Client(), "duty", address=address)
    assert try_in(forged, "duty", PASSWORD, "203.0.113.9") == 429


def test_whoever_signs_in_rightly_uses_nothing_up(cast: Cast, duty: User) -> None:
    """A hall behind one address comes in in the morning."""
    assert [try_in(Client(), "duty", PASSWORD) for _n in range(2 * guessing.PER_PLACE[1])] == [302] * 60


def test_the_person_and_the_administrators_are_told_once_a_day(duty: User) -> None:
    for address in addresses(14):
        try_in(Client(), "duty", address=address)
    assert LedgerEntry.objects.filter(kind="sign_in.slowed").count() == 1
    told = Notice.objects.filter(title="有人在试密码")
    assert sorted(told.values_list("recipient", flat=True)) == ["admin", "duty"]


def test_of_many_accounts_from_one_address_the_administrators_are_told(duty: User) -> None:
    for n in range(35):
        try_in(Client(), f"person{n}")
    assert LedgerEntry.objects.filter(kind="sign_in.place_slowed").count() == 1
    assert set(Notice.objects.filter(title="登录被试探").values_list("recipient", flat=True)) == {"admin"}


def test_behind_a_proxy_the_readers_address_counts_and_not_the_proxys(duty: User, settings: object) -> None:
    settings.HTTPS = True  # type: ignore[attr-defined]
    told = {"username": "duty", "password": "wrong"}
    for _n in range(5):
        Client().post(SIGN_IN, told, REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "198.51.100.7"})
    right = {"username": "duty", "password": PASSWORD}
    other = Client().post(SIGN_IN, right, REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": "198.51.100.8"})
    assert other.status_code == 302


def test_whoever_knows_only_the_password_does_not_keep_the_persons_own_codes_waiting(
    cast: Cast, frozen: clock.FrozenClock, settings: object
) -> None:
    """The second factor: strangers' wrong codes wait a quarter of an hour, those of a known browser for themselves."""
    settings.SECOND_FACTOR = True  # type: ignore[attr-defined]
    user = cast.office
    secret = actions.begin_factor(user)
    actions.confirm_factor(user, pyotp.TOTP(secret).at(clock.now()))
    user.set_password(PASSWORD)
    user.save()
    frozen.advance(dt.timedelta(seconds=30))
    own = Client()
    try_in(own, "office", PASSWORD)
    assert own.post(CODE, {"code": pyotp.TOTP(secret).at(clock.now())}).status_code == 302
    own.post("/desk/sign-out/")
    stranger = Client()
    try_in(stranger, "office", PASSWORD, "203.0.113.9")
    told = [stranger.post(CODE, {"code": "000000"}).content.decode() for _n in range(6)]
    assert "十五分钟" in told[-1]
    frozen.advance(dt.timedelta(seconds=30))
    right = {"code": pyotp.TOTP(secret).at(clock.now())}
    assert "十五分钟" in stranger.post(CODE, right).content.decode()
    try_in(own, "office", PASSWORD)
    wrong = [own.post(CODE, {"code": "000000"}).content.decode() for _n in range(4)]
    assert not any("十五分钟" in text for text in wrong)
    assert own.post(CODE, right).status_code == 302
    own.post("/desk/sign-out/")
    try_in(own, "office", PASSWORD)
    assert "十五分钟" in [own.post(CODE, {"code": "000000"}).content.decode() for _n in range(6)][-1]


def test_the_locked_desk_counts_guesses_too(duty: User, frozen: clock.FrozenClock, settings: object) -> None:
    settings.SESSION_ENDS = True  # type: ignore[attr-defined]
    own = Client()
    try_in(own, "duty", PASSWORD)
    frozen.advance(dt.timedelta(minutes=16))
    answers = [own.post("/desk/locked/", {"password": "wrong"}) for _n in range(6)]
    assert "分钟后再试" in answers[-1].content.decode()
    assert "分钟后再试" in own.post("/desk/locked/", {"password": PASSWORD}).content.decode()
