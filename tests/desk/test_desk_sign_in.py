"""Coming in: no default password, a lock after five failures, demonstration cards only on this machine."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cast import Cast
from huiying.desk.views.sign_in import DemoCard, offer_cards
from huiying.people.actions import add_person, offer_set_up
from huiying.people.models import Bureau, User

PASSWORD = "夜里两点的值班台-7"


def test_nobody_gets_in_without_signing_in_and_comes_back_to_the_page_wanted(cast: Cast) -> None:
    response = Client().get("/desk/cases/?state=handling")
    assert response.status_code == 302
    assert response.url == "/desk/sign-in/?next=/desk/cases/%3Fstate%3Dhandling"


def test_the_right_password_opens_the_page_that_was_wanted(cast: Cast) -> None:
    cast.duty.set_password(PASSWORD)
    cast.duty.save()
    response = Client().post("/desk/sign-in/", {"username": "duty", "password": PASSWORD, "next": "/desk/events/"})
    assert (response.status_code, response.url) == (302, "/desk/events/")


def test_the_next_address_never_leads_to_another_house(cast: Cast) -> None:
    cast.duty.set_password(PASSWORD)
    cast.duty.save()
    told = {"username": "duty", "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert Client().post("/desk/sign-in/", told).url == "/desk/"


def test_five_failures_lock_the_account_and_the_page_says_for_how_long(cast: Cast) -> None:
    """§6.1 S2"""
    cast.duty.set_password(PASSWORD)
    cast.duty.save()
    client = Client()
    answers = [client.post("/desk/sign-in/", {"username": "duty", "password": "wrong"}) for _ in range(5)]
    assert [answer.status_code for answer in answers[:4]] == [422] * 4
    assert answers[4].status_code == 429
    assert "十五分钟" in answers[4].content.decode()
    assert client.post("/desk/sign-in/", {"username": "duty", "password": PASSWORD}).status_code == 429


def test_demonstration_sign_in_does_not_exist_outside_the_demonstration(cast: Cast) -> None:
    assert Client().post("/desk/sign-in/demo/", {"username": "top"}).status_code == 404


def test_a_demonstration_card_signs_in_from_this_machine_only(cast: Cast, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    far = Client(REMOTE_ADDR="10.1.2.3").post("/desk/sign-in/demo/", {"username": "top"})
    assert far.status_code == 403
    near = Client(REMOTE_ADDR="127.0.0.1")
    assert near.post("/desk/sign-in/demo/", {"username": "top"}).status_code == 302
    assert near.get("/desk/").status_code == 200


def test_the_demonstration_shows_the_cards_it_was_given_and_a_watermark(cast: Cast, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    offer_cards([DemoCard(name, name, "岗位", "看下一件到几点") for name in ("duty", "top")])
    text = Client().get("/desk/sign-in/").content.decode()
    assert text.count('name="username"') == 2
    assert "看下一件到几点" in text
    assert "演示时钟" in text


def test_signing_out_needs_a_post_and_ends_the_session(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.duty, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/desk/sign-out/").status_code == 405
    client.post("/desk/sign-out/")
    assert client.get("/desk/").status_code == 302


@pytest.mark.django_db
def test_the_set_up_link_names_the_bureau_once_and_is_gone_afterwards(cast: Cast) -> None:
    Bureau.objects.update(set_up_at=None)
    token = offer_set_up()
    assert token is not None
    address = reverse("desk:set_up", args=[token])
    told = {"bureau_name": "试验局", "name": "管理员", "username": "boss", "password": PASSWORD, "again": PASSWORD}
    assert Client().get(address).status_code == 200
    assert Client().post(address, {**told, "again": "other"}).status_code == 422
    assert Client().post(address, told).url == "/desk/people/"
    assert Bureau.objects.get().name == "试验局"
    assert Client().get(address).status_code == 404
    assert Client().post(address, {**told, "username": "boss2"}).status_code == 404
    assert not User.objects.filter(username="boss2").exists()


def test_an_invitation_sets_a_password_once(cast: Cast) -> None:
    user, token = add_person(username="new", name="新同志", department=None, actor=cast.admin)
    address = reverse("desk:invitation", args=[token])
    weak = Client().post(address, {"password": "12345678901", "again": "12345678901"})
    assert weak.status_code == 422
    assert Client().post(address, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert Client().get(address).status_code == 404
