"""A post given while somebody is signed in asks for what the post asks for, at the next act (§6.1 S4, S5)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyotp
import pytest
from django.test import Client

import stories
from cast import Cast
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.people import actions
from huiying.people.actions.factors import _secret
from huiying.people.models import Appointment, SecondFactor, User

PASSWORD = "夜里两点的值班台-7"
HALF_MINUTE = dt.timedelta(seconds=30)
BIND = "/desk/sign-in/bind/"


@pytest.fixture(autouse=True)
def wanted(settings: object) -> None:
    settings.SECOND_FACTOR = True  # type: ignore[attr-defined]


def by_password(user: User) -> Client:
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    assert client.post("/desk/sign-in/", {"username": user.username, "password": PASSWORD}).status_code == 302
    assert client.get("/desk/").status_code == 200
    return client


def code_of(user: User) -> str:
    row = SecondFactor.objects.get(user=user)
    return pyotp.TOTP(_secret(row)).at(clock.now())


def binds(client: Client, user: User, place: str) -> Any:
    """As a person does it: the page, the code, the way on."""
    page = client.get(place)
    assert page.status_code == 200, page
    return client.post(place, {"code": code_of(user)})


def test_appointed_while_signed_in_one_binds_a_factor_before_the_next_act_and_comes_back_s4(
    cast: Cast, frozen: clock.FrozenClock
) -> None:
    client = by_password(cast.duty)
    actions.appoint(cast.duty, "legal", cast.department("FGC"), actor=Actor.SYSTEM)
    stopped = client.get("/desk/reviews/?all=1")
    assert stopped.status_code == 302
    assert stopped.headers["Location"] == f"{BIND}?next=%2Fdesk%2Freviews%2F%3Fall%3D1"
    shown = binds(client, cast.duty, stopped.headers["Location"])
    assert 'href="/desk/reviews/?all=1"' in shown.content.decode()
    assert client.get("/desk/reviews/?all=1").status_code == 200


def test_what_was_sent_without_it_is_not_done_and_the_way_leads_back_to_its_page_s4(cast: Cast) -> None:
    event: Event = stories.hear()
    client = by_password(cast.duty)
    actions.appoint(cast.duty, "legal", cast.department("FGC"), actor=Actor.SYSTEM)
    before = LedgerEntry.objects.exclude(kind__startswith="access.").count()
    page = f"/desk/events/{event.number}/"
    stopped = client.post(f"{page}do/open_case/", {}, headers={"Referer": f"http://testserver{page}"})
    assert stopped.status_code == 302
    assert stopped.headers["Location"].startswith(BIND)
    assert event.number in stopped.headers["Location"]
    assert LedgerEntry.objects.exclude(kind__startswith="access.").count() == before


def test_to_the_api_such_a_session_is_nobody_and_hears_why_s4(cast: Cast) -> None:
    client = by_password(cast.duty)
    assert client.get("/api/cases").status_code == 200
    actions.appoint(cast.duty, "legal", cast.department("FGC"), actor=Actor.SYSTEM)
    for answer in (client.get("/api/cases"), client.post("/api/posts", "[]", content_type="application/json")):
        assert (answer.status_code, answer.json()["code"]) == (401, "factor_owed")
        assert "第二道验证" in answer.json()["error"]
    assert client.get("/api/openapi.json").status_code == Client().get("/api/openapi.json").status_code


def test_a_review_is_not_decided_without_it_s4(cast: Cast) -> None:
    """The finding itself: appointed while signed in, then 「同意」 by the API or on the page."""
    round_ = stories.submitted(cast)
    step = round_.steps.order_by("position", "pk").first()
    client = by_password(cast.duty)
    actions.appoint(cast.duty, step.role, cast.department("Z-XX"), actor=Actor.SYSTEM)
    told = {"decision": "approved", "manifest_sha256": round_.manifest_sha256, "comment": ""}
    by_api = client.post(f"/api/steps/{step.pk}/decide", told, content_type="application/json")
    assert (by_api.status_code, by_api.json()["code"]) == (401, "factor_owed")
    assert client.post(f"/desk/reviews/{step.pk}/", told).status_code == 302
    step.refresh_from_db()
    assert step.decision == ""


def test_named_administrator_while_signed_in_is_stopped_as_well_s4(cast: Cast) -> None:
    guest = User.objects.create_user("guest", "新来的小何", None, joined_at=clock.now())
    client = by_password(guest)
    actions.name_administrator(guest, "security", cast.admin)
    assert client.get("/desk/people/").headers["Location"].startswith(BIND)


def test_an_authenticator_taken_away_ends_what_it_vouched_for_s4(cast: Cast, frozen: clock.FrozenClock) -> None:
    client = _with_factor(cast.office, frozen)
    assert client.get("/desk/").status_code == 200
    actions.remove_factor(cast.office, cast.admin)
    assert client.get("/desk/").headers["Location"].startswith(BIND)


def test_another_authenticator_is_asked_for_in_a_session_that_knows_the_old_one_s4(
    cast: Cast, frozen: clock.FrozenClock
) -> None:
    client = _with_factor(cast.office, frozen)
    actions.remove_factor(cast.office, cast.admin)
    actions.begin_factor(cast.office)
    actions.confirm_factor(cast.office, code_of(cast.office))
    stopped = client.get("/desk/cases/")
    assert stopped.headers["Location"] == "/desk/second-factor/again/?next=%2Fdesk%2Fcases%2F"
    frozen.advance(HALF_MINUTE)
    answer = client.post(stopped.headers["Location"], {"code": code_of(cast.office)})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/desk/cases/")
    assert client.get("/desk/cases/").status_code == 200


def test_a_page_that_looks_by_itself_shows_nothing_new_and_takes_nobody_away_s4(cast: Cast) -> None:
    client = by_password(cast.duty)
    actions.appoint(cast.duty, "legal", cast.department("FGC"), actor=Actor.SYSTEM)
    told = client.get("/desk/live/", headers={"HX-Request": "true"})
    assert (told.status_code, told.content) == (204, b"")


def test_whoever_needs_none_goes_on_s4(cast: Cast) -> None:
    client = by_password(cast.duty)
    assert client.get("/desk/").status_code == 200


# --- sisters: relieved, moved, shut out -------------------------------------------------------------------------------


def test_relieved_while_signed_in_one_keeps_nothing_s5(cast: Cast) -> None:
    client = by_password(cast.inspector)
    assert client.get("/desk/ledger/").status_code == 200
    actions.end_appointment(Appointment.objects.get(user=cast.inspector), cast.admin)
    assert client.get("/desk/ledger/").status_code == 404


def test_moved_while_signed_in_one_sees_no_case_of_the_former_department_s5(cast: Cast) -> None:
    case = stories.routed(cast)
    client = by_password(cast.tech_liaison)
    assert client.get(f"/desk/cases/{case.number}/").status_code == 200
    actions.appoint(cast.tech_liaison, "informant", cast.department("GCC"), actor=Actor.SYSTEM)
    for row in Appointment.objects.filter(user=cast.tech_liaison, department__code="Z-XX"):
        row.until = clock.now()
        row.save()
    User.objects.filter(pk=cast.tech_liaison.pk).update(department=cast.department("GCC"))
    assert client.get(f"/desk/cases/{case.number}/").status_code == 404


def test_the_sessions_of_whoever_was_shut_out_do_not_live_again_with_the_account_s5(cast: Cast) -> None:
    stolen = by_password(cast.duty2)
    actions.suspend(cast.duty2, "手机和密码一起丢了", cast.admin)
    assert stolen.get("/desk/").status_code == 302
    actions.reopen(User.objects.get(pk=cast.duty2.pk), "换了手机和密码", cast.admin)
    assert stolen.get("/desk/").status_code == 302
    assert by_password(User.objects.get(pk=cast.duty2.pk)).get("/desk/").status_code == 200


def test_the_link_of_whoever_was_shut_out_opens_nothing_s5(cast: Cast) -> None:
    token = actions.invite_again(cast.duty2, cast.admin)
    actions.suspend(cast.duty2, "手机和密码一起丢了", cast.admin)
    assert actions.open_invitation(token) is None
    assert Client().get(f"/desk/invitation/{token}/").status_code == 404


def _with_factor(user: User, frozen: clock.FrozenClock) -> Client:
    actions.begin_factor(user)
    actions.confirm_factor(user, code_of(user))
    frozen.advance(HALF_MINUTE)
    user.set_password(PASSWORD)
    user.save()
    client = Client()
    client.post("/desk/sign-in/", {"username": user.username, "password": PASSWORD})
    client.post("/desk/sign-in/code/", {"code": code_of(user)})
    frozen.advance(HALF_MINUTE)
    return client
