"""The second factor at the door and before what becomes public (§6.1 S4), as people meet it on their pages."""

from __future__ import annotations

import datetime as dt

import pyotp
import pytest
from django.test import Client
from django.urls import reverse

import stories
from cast import Cast
from desk_helpers import known, text_of
from huiying.desk.second_factor import HALF_WAY_LASTS
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people import actions, factors
from huiying.people.models import Bureau, User
from huiying.responding.models import Publication, ReviewStep

PASSWORD = "夜里两点的值班台-7"
HALF_MINUTE = dt.timedelta(seconds=30)
AGAIN = factors.FRESH + dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def wanted(settings: object) -> None:
    settings.SECOND_FACTOR = True  # type: ignore[attr-defined]


def code_of(secret: str) -> str:
    return pyotp.TOTP(secret).at(clock.now())


def bind(user: User) -> str:
    secret = actions.begin_factor(user)
    actions.confirm_factor(user, code_of(secret))
    return secret


def knocking(user: User, place: str = "") -> tuple[Client, object]:
    """A browser in which the right password was given, and what it was answered."""
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    told = {"username": user.username, "password": PASSWORD, "next": place}
    return client, client.post("/desk/sign-in/", told)


def inside(client: Client) -> bool:
    return client.get("/desk/").status_code == 200


def signed_in(cast: Cast, who: str, frozen: clock.FrozenClock) -> tuple[Client, str]:
    """By password and code; the secret goes with it."""
    user = cast.people[who]
    secret = bind(user)
    frozen.advance(HALF_MINUTE)
    client, _answer = knocking(user)
    assert client.post("/desk/sign-in/code/", {"code": code_of(secret)}).status_code == 302
    frozen.advance(HALF_MINUTE)
    return client, secret


# --- at the door ------------------------------------------------------------------------------------------------------


def test_who_approves_nothing_comes_in_by_password_alone_s4(cast: Cast) -> None:
    client, answer = knocking(cast.duty, "/desk/events/")
    assert answer.url == "/desk/events/"  # type: ignore[attr-defined]
    assert inside(client)


def test_a_password_alone_opens_nothing_for_who_approves_s4(cast: Cast) -> None:
    bind(cast.office)
    client, answer = knocking(cast.office)
    assert answer.url == "/desk/sign-in/code/"  # type: ignore[attr-defined]
    assert not inside(client)
    assert client.get("/api/cases").status_code == 401


def test_the_right_code_opens_the_page_that_was_wanted_s4(cast: Cast, frozen: clock.FrozenClock) -> None:
    secret = bind(cast.office)
    client, _answer = knocking(cast.office, "/desk/events/")
    frozen.advance(HALF_MINUTE)
    answer = client.post("/desk/sign-in/code/", {"code": code_of(secret)})
    assert (answer.status_code, answer.url) == (302, "/desk/events/")
    assert inside(client)


def test_a_wrong_code_is_told_and_opens_nothing_s4(cast: Cast) -> None:
    bind(cast.office)
    client, _answer = knocking(cast.office)
    answer = client.post("/desk/sign-in/code/", {"code": "000000"})
    assert answer.status_code == 422
    assert "验证码不对" in text_of(answer)
    assert not inside(client)


def test_half_way_in_lasts_ten_minutes_s4(cast: Cast, frozen: clock.FrozenClock) -> None:
    secret = bind(cast.office)
    client, _answer = knocking(cast.office)
    frozen.advance(HALF_WAY_LASTS + HALF_MINUTE)
    answer = client.post("/desk/sign-in/code/", {"code": code_of(secret)})
    assert answer.url == "/desk/sign-in/"
    assert not inside(client)


def test_without_a_password_there_is_nothing_to_answer_s4(cast: Cast) -> None:
    for page in ("code", "bind"):
        assert Client().get(f"/desk/sign-in/{page}/").url == "/desk/sign-in/"
        assert Client().post(f"/desk/sign-in/{page}/", {"code": "123456"}).url == "/desk/sign-in/"


def test_who_left_meanwhile_does_not_come_in_s5(cast: Cast, frozen: clock.FrozenClock) -> None:
    secret = bind(cast.office)
    client, _answer = knocking(cast.office)
    User.objects.filter(pk=cast.office.pk).update(is_active=False)
    frozen.advance(HALF_MINUTE)
    assert client.post("/desk/sign-in/code/", {"code": code_of(secret)}).url == "/desk/sign-in/"


def test_half_way_in_at_a_browser_of_somebody_else_is_nobodys_session_s4(cast: Cast) -> None:
    """Else the authenticator of the one who comes would be bound to the one who was there."""
    client = Client()
    client.force_login(cast.duty)
    cast.office.set_password(PASSWORD)
    cast.office.save()
    client.post("/desk/sign-in/", {"username": "office", "password": PASSWORD})
    assert not inside(client)
    client.post("/desk/sign-in/bind/", {"code": code_of(actions.begin_factor(cast.office))})
    assert factors.has(cast.office)
    assert not factors.has(cast.duty)
    assert client.session["_auth_user_id"] == str(cast.office.pk)


def test_the_session_of_half_way_is_not_the_session_that_follows(cast: Cast, frozen: clock.FrozenClock) -> None:
    secret = bind(cast.office)
    client, _answer = knocking(cast.office)
    before = client.session.session_key
    frozen.advance(HALF_MINUTE)
    client.post("/desk/sign-in/code/", {"code": code_of(secret)})
    assert client.session.session_key != before
    assert "half_way" not in client.session


# --- binding ----------------------------------------------------------------------------------------------------------


def test_who_must_have_one_binds_it_before_anything_opens_s4(cast: Cast) -> None:
    client, answer = knocking(cast.office, "/desk/events/")
    assert answer.url == "/desk/sign-in/bind/"  # type: ignore[attr-defined]
    assert not inside(client)
    page = client.get("/desk/sign-in/bind/")
    assert "data:image/svg+xml" in page.content.decode()
    secret = actions.begin_factor(cast.office)
    assert " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)) in text_of(page)
    done = client.post("/desk/sign-in/bind/", {"code": code_of(secret)})
    assert "恢复码" in text_of(done)
    assert 'href="/desk/events/"' in done.content.decode()
    assert inside(client)


def test_a_wrong_first_code_shows_the_same_picture_again_s4(cast: Cast) -> None:
    client, _answer = knocking(cast.office)
    answer = client.post("/desk/sign-in/bind/", {"code": "000000"})
    assert answer.status_code == 422
    assert "验证码不对" in text_of(answer)
    assert not factors.has(cast.office)
    assert not inside(client)


def test_whoever_knows_the_password_cannot_bind_another_one_s4(cast: Cast) -> None:
    bind(cast.office)
    client, _answer = knocking(cast.office)
    assert client.get("/desk/sign-in/bind/").url == "/desk/sign-in/code/"


def test_a_new_administrator_binds_theirs_after_the_set_up_s4(cast: Cast) -> None:
    Bureau.objects.update(set_up_at=None)
    token = actions.offer_set_up()
    told = {"bureau_name": "试验局", "name": "管理员", "username": "boss", "password": PASSWORD, "again": PASSWORD}
    client = Client()
    assert client.post(reverse("desk:set_up", args=[token]), told).url == "/desk/sign-in/bind/"
    assert not inside(client)


def test_others_may_bind_one_and_are_asked_from_then_on_s4(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.duty)
    assert "不要求" in text_of(client.get("/desk/second-factor/"))
    secret = actions.begin_factor(cast.duty)
    assert "恢复码" in text_of(client.post("/desk/sign-in/bind/", {"code": code_of(secret)}))
    _client, answer = knocking(cast.duty)
    assert answer.url == "/desk/sign-in/code/"  # type: ignore[attr-defined]


def test_new_recovery_codes_cost_a_code_s4(cast: Cast, frozen: clock.FrozenClock) -> None:
    client, secret = signed_in(cast, "office", frozen)
    assert "还有 8 个恢复码" in text_of(client.get("/desk/second-factor/"))
    assert client.post("/desk/second-factor/", {"code": "000000"}).status_code == 422
    assert "旧的恢复码已作废" in text_of(client.post("/desk/second-factor/", {"code": code_of(secret)}))


def test_with_a_recovery_code_a_new_telephone_is_bound_without_help_s4(cast: Cast, frozen: clock.FrozenClock) -> None:
    """The only administrator has nobody to ask."""
    secret = actions.begin_factor(cast.admin)
    codes = actions.confirm_factor(cast.admin, code_of(secret))
    client = known(cast.admin)
    assert client.post("/desk/second-factor/", {"what": "other", "code": "000000"}).status_code == 422
    assert factors.has(cast.admin)
    answer = client.post("/desk/second-factor/", {"what": "other", "code": codes[0]})
    assert answer.url == "/desk/sign-in/bind/"
    assert not factors.has(cast.admin)
    new = actions.begin_factor(cast.admin)
    assert new != secret
    frozen.advance(HALF_MINUTE)
    assert "恢复码" in text_of(client.post("/desk/sign-in/bind/", {"code": code_of(new)}))
    assert LedgerEntry.objects.filter(kind="factor.given_up").count() == 1


def test_the_administrator_sees_who_has_one_and_takes_a_lost_one_away_s4(cast: Cast) -> None:
    bind(cast.office)
    bind(cast.admin)
    client = known(cast.admin)
    assert text_of(client.get("/desk/people/")).count("解除验证器") == 2
    client.post(f"/desk/people/{cast.office.pk}/remove_factor/")
    assert not factors.has(cast.office)
    assert text_of(client.get("/desk/people/")).count("解除验证器") == 1


# --- before what becomes public ---------------------------------------------------------------------------------------


def release(client: Client, case: Case, **more: str) -> object:
    return client.post(f"/desk/cases/{case.number}/do/release/", {"channels": ["portal"], **more})


def test_a_release_soon_after_the_sign_in_asks_no_more_s4(cast: Cast, frozen: clock.FrozenClock) -> None:
    case = stories.approved(cast)
    client, _secret = signed_in(cast, "office", frozen)
    assert release(client, case).status_code == 302  # type: ignore[attr-defined]
    assert Publication.objects.filter(case=case).exists()


def test_a_quarter_of_an_hour_later_a_release_wants_a_code_s4(cast: Cast, frozen: clock.FrozenClock) -> None:
    case = stories.approved(cast)
    client, secret = signed_in(cast, "office", frozen)
    frozen.advance(AGAIN)
    asked = release(client, case)
    assert asked.status_code == 422  # type: ignore[attr-defined]
    assert 'autocomplete="one-time-code"' in asked.content.decode()  # type: ignore[attr-defined]
    assert release(client, case, code="000000").status_code == 422  # type: ignore[attr-defined]
    assert not Publication.objects.filter(case=case).exists()
    assert release(client, case, code=code_of(secret)).status_code == 302  # type: ignore[attr-defined]
    assert Publication.objects.filter(case=case).exists()


def test_an_approval_wants_a_code_and_what_was_written_stays_s4(cast: Cast, frozen: clock.FrozenClock) -> None:
    round_ = stories.submitted(cast)
    step = ReviewStep.objects.get(round=round_, role="division_head")
    client, secret = signed_in(cast, "tech_head", frozen)
    frozen.advance(AGAIN)
    told = {"manifest_sha256": round_.manifest_sha256, "comment": "请补上开标顺延的时间", "decision": "reject"}
    address = f"/desk/reviews/{step.pk}/"
    assert 'autocomplete="one-time-code"' in client.get(address).content.decode()
    asked = client.post(address, told)
    assert asked.status_code == 422
    assert "请补上开标顺延的时间" in text_of(asked)
    step.refresh_from_db()
    assert step.decision == ""
    assert client.post(address, {**told, "code": code_of(secret)}).status_code == 302
    step.refresh_from_db()
    assert step.decision == "rejected"


def test_no_code_is_spent_on_a_form_that_lacks_something_s4(cast: Cast, frozen: clock.FrozenClock) -> None:
    round_ = stories.submitted(cast)
    step = ReviewStep.objects.get(round=round_, role="division_head")
    client, secret = signed_in(cast, "tech_head", frozen)
    frozen.advance(AGAIN)
    code = code_of(secret)
    address = f"/desk/reviews/{step.pk}/"
    assert client.post(address, {"decision": "approve", "code": code}).status_code == 422
    told = {
        "manifest_sha256": round_.manifest_sha256,
        "comment": "请补上开标顺延的时间",
        "decision": "reject",
        "code": code,
    }
    assert client.post(address, told).status_code == 302


def test_who_has_no_authenticator_is_not_asked_by_a_verb_s4(cast: Cast) -> None:
    """A house that switched it off, or a session from before: the door asks, not the verb."""
    case = stories.approved(cast)
    client = Client()
    client.force_login(cast.office)
    assert release(client, case).status_code == 302  # type: ignore[attr-defined]


def test_over_rest_the_code_stands_in_a_header_s4(cast: Cast, frozen: clock.FrozenClock) -> None:
    case = stories.approved(cast)
    client, secret = signed_in(cast, "office", frozen)
    frozen.advance(AGAIN)
    address, body = f"/api/cases/{case.number}/release", {"channels": ["portal"]}
    asked = client.post(address, body, content_type="application/json")
    assert (asked.status_code, asked.json()["code"]) == (409, "second_factor")
    wrong = client.post(address, body, content_type="application/json", headers={"X-Huiying-Code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "wrong_code")
    done = client.post(address, body, content_type="application/json", headers={"X-Huiying-Code": code_of(secret)})
    assert done.status_code == 200
    assert Publication.objects.filter(case=case).exists()


@pytest.mark.parametrize("address", ["/api/steps/1/decide", "/api/press/1/publish", "/api/pages/1/decide"])
def test_over_rest_nothing_is_approved_or_published_without_it_s4(
    cast: Cast, frozen: clock.FrozenClock, address: str
) -> None:
    client, _secret = signed_in(cast, "office", frozen)
    frozen.advance(AGAIN)
    bodies = {
        "/api/steps/1/decide": {"approve": True, "manifest_sha256": "a" * 64},
        "/api/press/1/publish": {"channels": ["portal"]},
        "/api/pages/1/decide": {"agree": True, "sha256": "a" * 64},
    }
    answer = client.post(address, bodies[address], content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "second_factor")
