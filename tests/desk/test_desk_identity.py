"""Signing in by the identity service, and binding oneself to it (§6.1 S1, S4), as a browser does it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
from django.test import Client

from cast import Cast
from desk_helpers import text_of
from huiying import settings as house
from huiying.desk.views.identity import AWAY_LASTS
from huiying.kernel import clock, oidc
from huiying.ledger.models import LedgerEntry
from huiying.people import actions, factors
from huiying.people.models import Identity, User
from identity_service import Service, serving, unsigned

PASSWORD = "夜里两点的值班台-7"
BEGIN, BACK, OWN = "/desk/sign-in/identity/", "/desk/sign-in/identity/back/", "/desk/identity/"
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(scope="module")
def _server() -> Iterator[Service]:
    with serving() as service:
        yield service


@pytest.fixture
def service(_server: Service, cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    monkeypatch.setattr(oidc, "_said", {})
    issuer = _server.issuer
    _server.__init__()  # type: ignore[misc]
    _server.issuer = issuer
    settings.OIDC = _server.settings(label="鞍山政务身份")
    return _server


def come(client: Client, service: Service, place: str = "") -> Any:
    """Press the button, sign in there, come back."""
    return client.get(service.agrees(client.get(BEGIN, {"next": place} if place else {}).url))


def refused(client: Client, answer: Any) -> bool:
    """Sent to the sign-in page, which says the one sentence once."""
    assert (answer.status_code, answer.url) == (302, "/desk/sign-in/")
    return "没有登录成功" in text_of(client.get(answer.url)) and not inside(client)


def inside(client: Client) -> bool:
    return client.get("/desk/").status_code == 200


def bound(user: User, service: Service) -> User:
    actions.bind_identity(user, service.issuer, service.subject)
    return user


def signed_in(user: User) -> Client:
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    assert client.post("/desk/sign-in/", {"username": user.username, "password": PASSWORD}).status_code == 302
    return client


def led(client: Client, service: Service) -> Any:
    """To the service in order to bind, and back."""
    return client.get(service.agrees(client.get("/desk/identity/begin/").url))


# --- off --------------------------------------------------------------------------------------------------------------


def test_where_no_service_is_set_there_is_no_button_and_no_page(cast: Cast) -> None:
    assert "用统一认证" not in text_of(Client().get("/desk/sign-in/"))
    for address in (BEGIN, BACK):
        assert Client().get(address).status_code == 404
    client = Client()
    client.force_login(cast.duty)
    for address in (OWN, "/desk/identity/begin/"):
        assert client.get(address).status_code == 404
    assert OWN not in client.get("/desk/second-factor/").content.decode()


def test_the_demonstration_asks_no_service(service: Service, settings: Any) -> None:
    settings.DEMO = True
    assert Client().get(BEGIN).status_code == 404
    assert service.asked == {}


# --- in ---------------------------------------------------------------------------------------------------------------


def test_the_button_bears_the_name_that_the_house_gave_it(service: Service, settings: Any) -> None:
    assert "用鞍山政务身份登录" in text_of(Client().get("/desk/sign-in/"))
    settings.OIDC = service.settings()
    assert "用统一身份认证登录" in text_of(Client().get("/desk/sign-in/"))


def test_who_is_bound_comes_to_the_page_that_was_wanted(service: Service, cast: Cast) -> None:
    bound(cast.duty, service)
    client = Client()
    answer = come(client, service, "/desk/events/")
    assert (answer.status_code, answer.url) == (302, "/desk/events/")
    assert client.session["_auth_user_id"] == str(cast.duty.pk)


def test_the_way_back_never_leads_to_another_house(service: Service, cast: Cast) -> None:
    bound(cast.duty, service)
    assert come(Client(), service, "https://elsewhere.example/").url == "/desk/"


def test_the_session_that_follows_is_a_new_one_and_keeps_nothing_of_the_way(service: Service, cast: Cast) -> None:
    bound(cast.duty, service)
    client = Client()
    away = client.get(BEGIN)
    before = client.session.session_key
    client.get(service.agrees(away.url))
    assert client.session.session_key != before
    assert not {"identity_away", "identity_proved"} & set(client.session.keys())


def test_an_unknown_subject_gets_no_account_and_one_sentence(service: Service, cast: Cast) -> None:
    people = User.objects.count()
    client = Client()
    answer = come(client, service)
    assert refused(client, answer)
    assert User.objects.count() == people
    assert not Identity.objects.exists()


@pytest.mark.parametrize("how", [User.DORMANT, User.SUSPENDED, User.LEFT])
def test_who_was_shut_out_reads_the_same_sentence_as_a_stranger_s5(service: Service, cast: Cast, how: str) -> None:
    bound(cast.duty, service)
    User.objects.filter(pk=cast.duty.pk).update(is_active=False, closed_as=how)
    client = Client()
    assert refused(client, come(client, service))


@pytest.mark.parametrize(
    "wrong",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"aud": "another-program"}},
        {"claims": {"iss": "https://elsewhere.example"}},
        {"claims": {"exp": 1}},
        {"signed_with": "stranger"},
        {"token": lambda claims: unsigned(claims, {"alg": "none"})},
    ],
    ids=["nonce", "audience", "issuer", "expired", "signature", "none"],
)
def test_what_does_not_hold_lets_nobody_in(service: Service, cast: Cast, wrong: dict[str, Any]) -> None:
    bound(cast.duty, service)
    for name, value in wrong.items():
        setattr(service, name, value)
    client = Client()
    answer = come(client, service)
    assert refused(client, answer)


def test_an_answer_meant_for_another_browser_lets_nobody_in(service: Service, cast: Cast) -> None:
    """Else whoever sends a link would have its reader work under a name of theirs."""
    bound(cast.duty, service)
    theirs, mine = Client(), Client()
    link = service.agrees(theirs.get(BEGIN).url)
    assert refused(mine, mine.get(link))
    mine.get(BEGIN)
    assert refused(mine, mine.get(link))
    assert service.asked["/token"] == 0


def test_the_same_answer_twice_lets_nobody_in(service: Service, cast: Cast) -> None:
    bound(cast.duty, service)
    client = Client()
    link = service.agrees(client.get(BEGIN).url)
    assert client.get(link).status_code == 302
    client.post("/desk/sign-out/")
    assert refused(client, client.get(link))


def test_a_way_lasts_ten_minutes(service: Service, cast: Cast, frozen: clock.FrozenClock) -> None:
    bound(cast.duty, service)
    client = Client()
    link = service.agrees(client.get(BEGIN).url)
    frozen.advance(AWAY_LASTS + SECOND)
    assert refused(client, client.get(link))
    assert service.asked["/token"] == 0


@pytest.mark.parametrize("more", ["&iss=https://elsewhere.example", "&error=access_denied"])
def test_a_refusal_or_another_issuer_in_the_answer_asks_no_further(service: Service, cast: Cast, more: str) -> None:
    bound(cast.duty, service)
    client = Client()
    link = service.agrees(client.get(BEGIN).url)
    link = link.replace("code=", "x=") + more if "error" in more else link + more
    assert refused(client, client.get(link))
    assert service.asked["/token"] == 0


def test_without_anything_the_way_back_opens_nothing(service: Service) -> None:
    client = Client()
    for query in ({}, {"state": ""}, {"state": "x", "code": "y"}):
        assert refused(client, client.get(BACK, query))


def test_a_service_that_is_down_is_told_and_the_password_still_opens(service: Service, cast: Cast) -> None:
    service.raw = {"/.well-known/openid-configuration": (503, b"")}
    client = Client()
    assert client.get(BEGIN).url == "/desk/sign-in/"
    page = text_of(client.get("/desk/sign-in/"))
    assert "请用密码登录" in page
    assert 'name="password"' in page
    assert inside(signed_in(cast.duty))


def test_what_went_wrong_stands_in_the_log_without_a_name(
    service: Service, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    bound(cast.duty, service)
    service.claims = {"aud": "another-program"}
    come(Client(), service)
    assert "aud" in caplog.text
    assert service.subject not in caplog.text


# --- the second factor ------------------------------------------------------------------------------------------------


def code_of(secret: str) -> str:
    return pyotp.TOTP(secret).at(clock.now())


def with_factor(user: User, frozen: clock.FrozenClock) -> str:
    secret = actions.begin_factor(user)
    actions.confirm_factor(user, code_of(secret))
    frozen.advance(dt.timedelta(seconds=30))
    return secret


def test_our_own_second_factor_is_asked_all_the_same_s4(
    service: Service, cast: Cast, frozen: clock.FrozenClock, settings: Any
) -> None:
    settings.SECOND_FACTOR = True
    bound(cast.office, service)
    secret = with_factor(cast.office, frozen)
    service.claims = {"amr": ["pwd", "otp"], "acr": "urn:gov:loa3"}  # said, but the house counts nothing of it
    client = Client()
    assert come(client, service, "/desk/events/").url == "/desk/sign-in/code/"
    assert not inside(client)
    assert client.post("/desk/sign-in/code/", {"code": code_of(secret)}).url == "/desk/events/"
    assert inside(client)


def test_whoever_must_have_an_authenticator_binds_it_first_s4(service: Service, cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    settings.OIDC = service.settings(counts=frozenset({"amr=otp"}))
    service.claims = {"amr": ["otp"]}
    bound(cast.office, service)
    client = Client()
    assert come(client, service).url == "/desk/sign-in/bind/"
    assert not inside(client)


def test_theirs_counts_at_the_door_where_the_house_says_so_and_never_before_what_leaves_s4(
    service: Service, cast: Cast, frozen: clock.FrozenClock, settings: Any
) -> None:
    settings.SECOND_FACTOR = True
    settings.OIDC = service.settings(counts=frozenset({"amr=otp"}))
    bound(cast.office, service)
    with_factor(cast.office, frozen)
    client = Client()
    assert come(client, service).url == "/desk/sign-in/code/"  # it did not say that it asked for one
    service.claims = {"amr": ["otp"]}
    assert come(client, service).url == "/desk/"
    assert inside(client)
    assert client.get("/desk/second-factor/again/").status_code == 200  # not sent on: a code is wanted at once


def test_a_locked_session_opens_by_password_and_not_by_the_service_s2(
    service: Service, cast: Cast, frozen: clock.FrozenClock, settings: Any
) -> None:
    settings.SESSION_ENDS = True
    client = signed_in(bound(cast.duty, service))
    frozen.advance(settings.SESSION_IDLE + SECOND)
    assert client.get(BEGIN).url.startswith("/desk/locked/")
    assert client.get(BACK, {"state": "x", "code": "y"}).url.startswith("/desk/locked/")
    assert client.get("/desk/cases/").url.startswith("/desk/locked/")


def test_a_sign_in_there_that_is_older_than_our_idle_time_is_none_s2(service: Service, cast: Cast) -> None:
    """Who signs a locked session out would else be let in by a service that still remembers the browser."""
    bound(cast.duty, service)
    service.claims = {"auth_time": int(clock.now().timestamp()) - 3600}
    client = Client()
    assert refused(client, come(client, service))


# --- binding ----------------------------------------------------------------------------------------------------------


def test_a_person_binds_what_the_service_says_against_their_password(service: Service, cast: Cast) -> None:
    client = signed_in(cast.duty)
    service.claims = {"preferred_username": "周<b>值班</b>"}
    assert led(client, service).url == OWN
    page = client.get(OWN)
    assert "周<b>值班</b>" in text_of(page)
    assert b"<b>" not in page.content
    assert not Identity.objects.exists()
    assert client.post(OWN, {"what": "bind", "password": PASSWORD}).status_code == 302
    assert factors.person_of(service.issuer, service.subject) == cast.duty
    assert LedgerEntry.objects.filter(kind="identity.bound").count() == 1
    assert service.subject in text_of(client.get(OWN))
    assert come(Client(), service).url == "/desk/"


def test_whoever_is_led_there_by_somebody_else_binds_nothing_without_the_password(service: Service, cast: Cast) -> None:
    client = signed_in(cast.duty)
    led(client, service)
    for told in ({}, {"password": ""}, {"password": "wrong"}):
        answer = client.post(OWN, {"what": "bind", **told})
        assert answer.status_code == 422
    assert not Identity.objects.exists()


def test_wrong_passwords_count_like_those_of_the_sign_in_s2(service: Service, cast: Cast) -> None:
    client = signed_in(cast.duty)
    led(client, service)
    answers = [client.post(OWN, {"what": "bind", "password": "wrong"}).status_code for _n in range(6)]
    assert answers == [422] * 5 + [429]


def test_who_has_an_authenticator_gives_a_code_too_s4(
    service: Service, cast: Cast, frozen: clock.FrozenClock, settings: Any
) -> None:
    settings.SECOND_FACTOR = True
    client = signed_in(cast.duty)
    secret = with_factor(cast.duty, frozen)
    led(client, service)
    assert client.post(OWN, {"what": "bind", "password": PASSWORD}).status_code == 422
    assert client.post(OWN, {"what": "bind", "password": PASSWORD, "code": "000000"}).status_code == 422
    assert not Identity.objects.exists()
    assert client.post(OWN, {"what": "bind", "password": PASSWORD, "code": code_of(secret)}).status_code == 302
    assert Identity.objects.exists()


def test_nothing_is_bound_that_the_service_did_not_say_to_this_person(
    service: Service, cast: Cast, frozen: clock.FrozenClock
) -> None:
    client = signed_in(cast.duty)
    assert client.post(OWN, {"what": "bind", "password": PASSWORD}).status_code == 302
    led(client, service)
    frozen.advance(AWAY_LASTS + SECOND)
    assert "说您是" not in text_of(client.get(OWN))
    client.post(OWN, {"what": "bind", "password": PASSWORD})
    assert not Identity.objects.exists()


def test_who_signs_in_meanwhile_at_this_browser_is_not_bound(service: Service, cast: Cast) -> None:
    client = signed_in(cast.duty)
    link = service.agrees(client.get("/desk/identity/begin/").url)
    client.force_login(cast.office)
    client.get(link)
    assert "说您是" not in text_of(client.get(OWN))
    assert not Identity.objects.exists()


def test_a_subject_of_somebody_else_is_refused_on_the_page(service: Service, cast: Cast) -> None:
    bound(cast.office, service)
    client = signed_in(cast.duty)
    led(client, service)
    answer = client.post(OWN, {"what": "bind", "password": PASSWORD})
    assert answer.status_code == 422
    assert "不能绑定" in text_of(answer)
    assert cast.office.name not in text_of(answer)
    assert factors.person_of(service.issuer, service.subject) == cast.office


def test_a_binding_that_the_service_does_not_confirm_leads_back_to_its_page(service: Service, cast: Cast) -> None:
    client = signed_in(cast.duty)
    service.claims = {"nonce": "another"}
    assert led(client, service).url == OWN
    assert "没有确认成功" in text_of(client.get(OWN))
    service.raw = {"/token": (503, b"")}
    assert led(client, service).url == OWN
    assert "连不上" in text_of(client.get(OWN))


def test_a_person_unbinds_their_own(service: Service, cast: Cast) -> None:
    bound(cast.duty, service)
    client = signed_in(cast.duty)
    assert client.get(OWN, {"what": "unbind"}).status_code == 200
    assert Identity.objects.exists()
    assert client.post(OWN, {"what": "unbind"}).url == OWN
    assert not Identity.objects.exists()
    stranger = Client()
    assert refused(stranger, come(stranger, service))
    client.post(OWN, {"what": "unbind"})
    assert "没有绑定统一认证账号" in text_of(client.get(OWN))


def test_the_administrator_takes_it_away_and_others_do_not_even_see_the_address_s6(
    service: Service, cast: Cast
) -> None:
    bound(cast.duty, service)
    address = f"/desk/people/{cast.duty.pk}/remove_identity/"
    assert signed_in(cast.office).post(address).status_code == 404
    assert Identity.objects.exists()
    admin = signed_in(cast.admin)
    assert text_of(admin.get("/desk/people/")).count("解除统一认证账号") == 1
    admin.post(address)
    assert not Identity.objects.exists()
    assert "解除统一认证账号" not in text_of(admin.get("/desk/people/"))
    assert LedgerEntry.objects.filter(kind="identity.removed").count() == 1


def test_the_own_page_leads_to_it(service: Service, cast: Cast) -> None:
    client = signed_in(cast.duty)
    assert f'href="{OWN}"' in client.get("/desk/second-factor/").content.decode()
    assert "到鞍山政务身份确认身份" in text_of(client.get(OWN))


# --- the settings -----------------------------------------------------------------------------------------------------


def read(monkeypatch: pytest.MonkeyPatch, **told: str) -> dict[str, Any]:
    for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "CLIENT_SECRET_FILE", "LABEL", "SECOND_FACTOR"):
        monkeypatch.delenv(f"HUIYING_OIDC_{name}", raising=False)
    for name, value in told.items():
        monkeypatch.setenv(f"HUIYING_OIDC_{name}", value)
    return house._identity_service()


def test_it_is_off_unless_an_issuer_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch) == {}
    assert read(monkeypatch, CLIENT_ID="a", CLIENT_SECRET="b") == {}


def test_the_secret_stands_in_a_file_or_in_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = {"ISSUER": "https://id.example", "CLIENT_ID": "huiying"}
    assert read(monkeypatch, **told, CLIENT_SECRET="s")["client_secret"] == "s"
    (tmp_path / "secret").write_text("from-a-file\n")
    found = read(monkeypatch, **told, CLIENT_SECRET_FILE=str(tmp_path / "secret"), SECOND_FACTOR="acr=2 amr=otp")
    assert found["client_secret"] == "from-a-file"
    assert found["counts"] == {"acr=2", "amr=otp"}
    assert oidc.Provider(**found).issuer == "https://id.example"


@pytest.mark.parametrize(
    "told",
    [
        {"ISSUER": "https://id.example"},
        {"ISSUER": "https://id.example", "CLIENT_ID": "a"},
        {"ISSUER": "https://id.example", "CLIENT_SECRET": "b"},
        {"ISSUER": "https://id.example", "CLIENT_ID": "a", "CLIENT_SECRET": "b", "SECOND_FACTOR": "otp"},
    ],
)
def test_half_a_configuration_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, told: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="HUIYING_OIDC_"):
        read(monkeypatch, **told)
