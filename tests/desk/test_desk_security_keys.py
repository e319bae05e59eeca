"""Security keys (§6.1 S4) beside the authenticator: added, asked at the door and again, removed; copies found out."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from typing import Any

import pyotp
import pytest
from django.test import Client
from hypothesis import given, strategies as st

import stories
from cast import Cast
from desk_helpers import known, text_of
from huiying.desk.views.sign_in import LASTS
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people import actions, factors
from huiying.people.actions import factors as actions_factors
from huiying.people.errors import Refused
from huiying.people.models import SecurityKey, User
from huiying.responding.models import Publication
from software_key import PRESENT, VERIFIED, SoftwareKey

PASSWORD = "夜里两点的值班台-7"
ASK, OWN = "/desk/second-factor/key/", "/desk/second-factor/keys/"
HERE = actions_factors.Place("testserver", "http://testserver")
STALE = factors.FRESH + dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def wanted(settings: Any) -> None:
    settings.SECOND_FACTOR = True


def bind(user: User, frozen: clock.FrozenClock) -> str:
    secret = actions.begin_factor(user)
    actions.confirm_factor(user, pyotp.TOTP(secret).at(clock.now()))
    frozen.advance(dt.timedelta(seconds=30))
    return secret


def with_key(user: User, frozen: clock.FrozenClock) -> tuple[SoftwareKey, str]:
    """Somebody with an authenticator and a key beside it."""
    secret, key = bind(user, frozen), SoftwareKey()
    options, challenge = actions_factors.key_to_be(user, HERE)
    actions_factors.add_key(user, "办公桌上的", key.make(options), challenge, HERE)
    return key, secret


def half_way(user: User, place: str = "") -> Client:
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    told = {"username": user.username, "password": PASSWORD, "next": place}
    assert client.post("/desk/sign-in/", told).url == "/desk/sign-in/code/"
    return client


def touch(client: Client, key: SoftwareKey) -> Any:
    """What the page's script does when the button is pressed and the key is touched."""
    return client.post(ASK, {"answer": key.answer(client.get(ASK).content.decode())})


def inside(client: Client) -> bool:
    return client.get("/desk/").status_code == 200


def told(kind: str) -> int:
    return LedgerEntry.objects.filter(kind=kind).count()


# --- at the door ------------------------------------------------------------------------------------------------------


def test_a_key_opens_the_page_that_was_wanted_in_place_of_the_code(cast: Cast, frozen: clock.FrozenClock) -> None:
    key, _secret = with_key(cast.office, frozen)
    client = half_way(cast.office, "/desk/events/")
    assert "用安全密钥" in text_of(client.get("/desk/sign-in/code/"))
    answer = touch(client, key)
    assert (answer.status_code, answer.json()) == (200, {"place": "/desk/events/"})
    assert inside(client)
    assert SecurityKey.objects.get().used_at == clock.now()


def test_the_code_opens_as_ever(cast: Cast, frozen: clock.FrozenClock) -> None:
    _key, secret = with_key(cast.office, frozen)
    client = half_way(cast.office)
    assert client.post("/desk/sign-in/code/", {"code": pyotp.TOTP(secret).at(clock.now())}).status_code == 302
    assert inside(client)


def test_without_the_password_no_key_is_asked(cast: Cast, frozen: clock.FrozenClock) -> None:
    with_key(cast.office, frozen)
    assert Client().get(ASK).status_code == 404
    assert Client().post(ASK, {"answer": "{}"}).status_code == 404


def test_who_has_no_key_sees_no_button_and_no_address(cast: Cast, frozen: clock.FrozenClock) -> None:
    bind(cast.office, frozen)
    client = half_way(cast.office)
    assert "用安全密钥" not in text_of(client.get("/desk/sign-in/code/"))
    assert client.get(ASK).status_code == 404


def test_the_key_of_somebody_else_opens_nothing(cast: Cast, frozen: clock.FrozenClock) -> None:
    with_key(cast.office, frozen)
    theirs, _secret = with_key(cast.top, frozen)
    client = half_way(cast.office)
    assert touch(client, theirs).status_code == 422
    assert not inside(client)


WRONG = {
    "another house": {"origin": "https://huiying.elsewhere.example"},
    "the name of another house": {"host": "elsewhere.example"},
    "nobody verified": {"flags": PRESENT},
    "nobody there": {"flags": VERIFIED},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_what_a_key_signed_elsewhere_or_by_itself_opens_nothing(
    cast: Cast, frozen: clock.FrozenClock, wrong: dict[str, Any]
) -> None:
    key, _secret = with_key(cast.office, frozen)
    client = half_way(cast.office)
    for name, value in wrong.items():
        setattr(key, name, value)
    answer = touch(client, key)
    assert answer.status_code == 422
    assert "没有通过" in answer.json()["why"]
    assert not inside(client)


def test_another_key_that_knows_the_id_opens_nothing(cast: Cast, frozen: clock.FrozenClock) -> None:
    key, _secret = with_key(cast.office, frozen)
    client = half_way(cast.office)
    assert touch(client, SoftwareKey(id=key.id, counter=9)).status_code == 422
    assert not inside(client)


def test_an_answer_counts_once(cast: Cast, frozen: clock.FrozenClock) -> None:
    key, _secret = with_key(cast.office, frozen)
    client = half_way(cast.office)
    answer = key.answer(client.get(ASK).content.decode())
    assert client.post(ASK, {"answer": answer}).status_code == 200
    client.post("/desk/sign-out/")
    client = half_way(cast.office)
    client.get(ASK)
    assert client.post(ASK, {"answer": answer}).status_code == 422
    assert not inside(client)


def test_a_question_of_another_browser_and_one_that_is_too_old_are_none(cast: Cast, frozen: clock.FrozenClock) -> None:
    key, _secret = with_key(cast.office, frozen)
    theirs, mine = half_way(cast.office), half_way(cast.office)
    mine.get(ASK)
    assert mine.post(ASK, {"answer": key.answer(theirs.get(ASK).content.decode())}).status_code == 422
    options = mine.get(ASK).content.decode()
    frozen.advance(LASTS + dt.timedelta(seconds=1))
    assert mine.post(ASK, {"answer": key.answer(options)}).status_code == 422
    assert not inside(mine)


@pytest.mark.parametrize("back", [0, 1])
def test_a_counter_that_does_not_go_on_means_a_copy_and_the_ledger_knows(
    cast: Cast, frozen: clock.FrozenClock, back: int
) -> None:
    key, _secret = with_key(cast.office, frozen)
    assert touch(half_way(cast.office), key).status_code == 200
    key.counter -= 1 + back
    client = half_way(cast.office)
    assert touch(client, key).status_code == 422
    assert not inside(client)
    assert told("key.counter") == 1


def test_a_key_that_does_not_count_is_believed_while_it_never_did(cast: Cast, frozen: clock.FrozenClock) -> None:
    key, _secret = with_key(cast.office, frozen)
    SecurityKey.objects.update(counter=0)
    key.counter = -1
    assert touch(half_way(cast.office), key).status_code == 200
    key.counter = -1
    assert touch(half_way(cast.office), key).status_code == 200


_SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("AAAA"),
    lambda inner: st.dictionaries(
        st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "authenticatorData", "signature"]), inner
    ) | st.lists(inner, max_size=2),
    max_leaves=9,
)  # fmt: skip


def _verified(shape: Any, *, right_id: bool) -> None:
    from webauthn import verify_authentication_response

    verify_authentication_response(
        credential=actions_factors._key_told(json.dumps(shape)) | ({"id": "AAAA", "rawId": "AAAA"} if right_id else {}),
        expected_challenge=b"",
        expected_rp_id="testserver",
        expected_origin="http://testserver",
        credential_public_key=b"",
        credential_current_sign_count=0,
        require_user_verification=True,
    )


@given(_SHAPES, st.booleans())
def test_whatever_a_browser_sends_is_no_credential(shape: Any, right_id: bool) -> None:
    """Of any shape it is refused as such: `_wrong` names all that the library and Python say to it."""
    with pytest.raises(actions_factors._key_wrong()):
        _verified(shape, right_id=right_id)


# --- asked again ------------------------------------------------------------------------------------------------------


def test_before_a_release_a_key_does_instead_of_the_code(cast: Cast, frozen: clock.FrozenClock) -> None:
    case = stories.approved(cast)
    key, _secret = with_key(cast.office, frozen)
    client = half_way(cast.office)
    touch(client, key)
    frozen.advance(STALE)
    address = f"/desk/cases/{case.number}/do/release/"
    asked = client.post(address, {"channels": ["portal"]})
    assert asked.status_code == 422
    assert "用安全密钥" in text_of(asked)
    assert touch(client, key).json() == {}
    assert client.post(address, {"channels": ["portal"]}).status_code == 302
    assert Publication.objects.filter(case=case).exists()


def test_before_a_file_leaves_a_key_does_too(cast: Cast, frozen: clock.FrozenClock) -> None:
    key, _secret = with_key(cast.office, frozen)
    client = half_way(cast.office)
    touch(client, key)
    frozen.advance(STALE)
    again = "/desk/second-factor/again/"
    assert "用安全密钥" in text_of(client.get(again, {"next": "/desk/events/"}))
    touch(client, key)
    assert client.post(again, {"next": "/desk/events/"}).url == "/desk/events/"


# --- a person's own ---------------------------------------------------------------------------------------------------


def page_options(client: Client) -> str:
    return html.unescape(re.findall(r'data-options="([^"]*)"', client.get(OWN).content.decode())[0])


def test_a_named_key_is_added_and_removed_by_its_owner_and_the_ledger_knows(
    cast: Cast, frozen: clock.FrozenClock
) -> None:
    key, _secret = with_key(cast.office, frozen)
    client = half_way(cast.office)
    touch(client, key)
    second = SoftwareKey()
    answer = client.post(OWN, {"name": "抽屉里的备用", "answer": second.make(page_options(client))})
    assert answer.status_code == 302
    page = text_of(client.get(OWN))
    assert "抽屉里的备用" in page
    assert "办公桌上的" in page
    assert told("key.added") == 2
    client.post(f"{OWN}{SecurityKey.objects.get(name='办公桌上的').pk}/remove/")
    assert told("key.removed") == 1
    assert touch(half_way(cast.office), key).status_code == 422
    assert touch(half_way(cast.office), second).status_code == 200


def test_adding_one_costs_a_code_when_the_last_is_old(cast: Cast, frozen: clock.FrozenClock) -> None:
    secret = bind(cast.office, frozen)
    client = known(cast.office)
    more = {"name": "新的", "answer": SoftwareKey().make(page_options(client))}
    assert client.post(OWN, more).status_code == 422
    assert client.post(OWN, {**more, "code": "000000"}).status_code == 422
    assert not SecurityKey.objects.exists()
    more["answer"] = SoftwareKey().make(page_options(client))
    assert client.post(OWN, {**more, "code": pyotp.TOTP(secret).at(clock.now())}).status_code == 302


def test_without_an_authenticator_there_is_no_key(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.duty)
    assert client.get(OWN).url == "/desk/second-factor/"
    options, challenge = actions_factors.key_to_be(cast.duty, HERE)
    with pytest.raises(Refused):
        actions_factors.add_key(cast.duty, "x", SoftwareKey().make(options), challenge, HERE)


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_key_made_elsewhere_or_without_its_person_is_not_added(
    cast: Cast, frozen: clock.FrozenClock, wrong: dict[str, Any]
) -> None:
    bind(cast.office, frozen)
    options, challenge = actions_factors.key_to_be(cast.office, HERE)
    with pytest.raises(Refused):
        actions_factors.add_key(cast.office, "x", SoftwareKey(**wrong).make(options), challenge, HERE)
    assert not SecurityKey.objects.exists()


def test_one_key_is_one_persons_and_nobody_has_more_than_five(cast: Cast, frozen: clock.FrozenClock) -> None:
    key, _secret = with_key(cast.office, frozen)
    bind(cast.top, frozen)
    options, challenge = actions_factors.key_to_be(cast.top, HERE)
    with pytest.raises(Refused):
        actions_factors.add_key(cast.top, "x", key.make(options), challenge, HERE)
    for n in range(actions_factors.MOST_KEYS):
        options, challenge = actions_factors.key_to_be(cast.top, HERE)
        actions_factors.add_key(cast.top, str(n), SoftwareKey().make(options), challenge, HERE)
    options, challenge = actions_factors.key_to_be(cast.top, HERE)
    with pytest.raises(Refused):
        actions_factors.add_key(cast.top, "x", SoftwareKey().make(options), challenge, HERE)


def test_the_key_of_somebody_else_is_not_removed(cast: Cast, frozen: clock.FrozenClock) -> None:
    with_key(cast.office, frozen)
    bind(cast.top, frozen)
    client = known(cast.top)
    assert client.post(f"{OWN}{SecurityKey.objects.get().pk}/remove/").status_code == 404
    assert SecurityKey.objects.exists()


def test_keys_go_with_the_authenticator(cast: Cast, frozen: clock.FrozenClock) -> None:
    with_key(cast.office, frozen)
    actions.remove_factor(cast.office, cast.admin)
    assert not SecurityKey.objects.exists()
    bind(cast.office, frozen)
    assert half_way(cast.office).get(ASK).status_code == 404


def test_no_page_runs_a_script_inside_itself(cast: Cast, frozen: clock.FrozenClock) -> None:
    """The security policy would not run it: the button's work is done by a file."""
    with_key(cast.office, frozen)
    client = half_way(cast.office)
    page = client.get("/desk/sign-in/code/").content.decode()
    assert "desk/keys.js" in page
    assert not re.search(r"\son\w+=|<script(?![^>]*\ssrc=)", page)
