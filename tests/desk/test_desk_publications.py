"""Release, posting by hand with a second person, and evidence as a download (C8.4, C8.7, INV-5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import stories
from cast import Cast
from desk_helpers import FACTS, text_of
from huiying.handling.models import Case
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.responding import actions as responding
from huiying.responding.models import BodyConfirmation, Evidence, Publication, ReviewRound

Browser = Callable[[User], Client]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def to_post(cast: Cast, in_review: ReviewRound, handled: Case) -> Publication:
    """Approved by everybody, released, waiting for a hand."""
    stories.approve(cast, in_review)
    publisher = publishers(cast)[0]
    responding.release(handled, ["weibo"], publisher)
    return Publication.objects.get(channel="by_hand")


def publishers(cast: Cast) -> list[User]:
    return [user for user in cast.people.values() if may(user, "release.publish")]


def upload() -> dict[str, object]:
    return {"url": "https://weibo.example/1", "screenshot": SimpleUploadedFile("s.png", PNG, "image/png")}


def test_posting_by_hand_shows_the_text_and_takes_address_and_screenshot(
    cast: Cast, browser: Browser, to_post: Publication
) -> None:
    client = browser(publishers(cast)[0])
    address = f"/desk/publications/{to_post.pk}/"
    assert FACTS in text_of(client.get(address))
    assert client.post(address, {"url": "https://weibo.example/1"}).status_code == 422
    assert client.post(address, upload()).status_code == 302
    to_post.refresh_from_db()
    assert to_post.state == Publication.TO_VERIFY


def test_who_posted_cannot_check_and_a_second_person_can(cast: Cast, browser: Browser, to_post: Publication) -> None:
    first = publishers(cast)[0]
    second = next(user for user in cast.people.values() if may(user, "release.verify") and user != first)
    address = f"/desk/publications/{to_post.pk}/"
    browser(first).post(address, upload())
    assert "须由另一个人核对" in text_of(browser(first).get(address))
    assert browser(first).post(address, {"ok": "yes"}).status_code == 409
    assert browser(second).post(address, {"ok": "yes"}).status_code == 302
    to_post.refresh_from_db()
    assert (to_post.state, to_post.verified_by) == (Publication.LIVE, second.name)


def test_evidence_is_only_ever_downloaded(cast: Cast, browser: Browser, to_post: Publication) -> None:
    browser(publishers(cast)[0]).post(f"/desk/publications/{to_post.pk}/", upload())
    row = Evidence.objects.get()
    response = browser(cast.duty).get(f"/desk/evidence/{row.pk}/")
    assert b"".join(response.streaming_content) == PNG
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_evidence_of_another_departments_case_is_not_there(cast: Cast, browser: Browser, to_post: Publication) -> None:
    browser(publishers(cast)[0]).post(f"/desk/publications/{to_post.pk}/", upload())
    row = Evidence.objects.get()
    assert browser(cast.works_liaison).get(f"/desk/evidence/{row.pk}/").status_code == 404
    assert browser(cast.works_liaison).get(f"/desk/publications/{to_post.pk}/").status_code == 404


def test_the_confirmation_link_is_shown_once(cast: Cast, browser: Browser, handled: Case) -> None:
    """C8.4"""
    client = browser(cast.tech_liaison)
    told = {"body": "市水务局", "contact": "王科长 0412"}
    text = text_of(client.post(f"/desk/cases/{handled.number}/do/ask_confirmation/", told, follow=True))
    assert "/confirm/" in text
    assert "/confirm/" not in text_of(client.get(f"/desk/cases/{handled.number}/"))


def test_only_a_leader_goes_on_without_an_answer(cast: Cast, browser: Browser, handled: Case) -> None:
    responding.ask_confirmation(handled, "市水务局", "", cast.tech_liaison)
    row = BodyConfirmation.objects.get()
    told = {"reason": "防汛形势紧急，先行发布，事后补确认"}
    browser(cast.tech_liaison).post(f"/desk/confirmations/{row.pk}/override/", told)
    row.refresh_from_db()
    assert row.overridden_at is None
    browser(cast.top).post(f"/desk/confirmations/{row.pk}/override/", told)
    row.refresh_from_db()
    assert row.overridden_by == cast.top.name
    assert "决定不待答复" in text_of(browser(cast.duty).get(f"/desk/cases/{handled.number}/answer/"))
