"""Posting by hand, going on without an answer, and the people page: each edge once (C8.4, C8.7, （九）)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import stories
from cast import Cast
from desk_helpers import text_of
from huiying.ledger.models import LedgerEntry
from huiying.people.actions import accept_invitation, open_invitation
from huiying.people.models import Appointment, User
from huiying.responding import actions as responding
from huiying.responding.models import BodyConfirmation, Evidence, Publication

Browser = Callable[[User], Client]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
TEXTS = {"portal": "登录服务已恢复，两个标段开标顺延。", "weibo": "登录服务已恢复。"}


@pytest.fixture
def to_post(cast: Cast) -> Publication:
    case = stories.approved(cast, renditions=TEXTS)
    responding.release(case, ["weibo"], cast.office)
    return Publication.objects.get(channel="by_hand")


def upload(body: bytes = PNG, name: str = "s.png", kind: str = "image/png", **more: Any) -> dict[str, Any]:
    return {"url": "https://weibo.example/1", "screenshot": SimpleUploadedFile(name, body, kind)} | more


def address(row: Publication) -> str:
    return f"/desk/publications/{row.pk}/"


BAD = [
    ({}, 422),
    ({"url": "https://weibo.example/1"}, 422),
    ({"screenshot": SimpleUploadedFile("s.png", PNG, "image/png")}, 422),
    (upload(url="javascript:alert(1)"), 422),
    (upload(url="ftp://weibo.example/1"), 409),
    (upload(b""), 422),
    (upload(b"<script>alert(1)</script>", "s.png"), 409),
    (upload(b"MZ\x90\x00" + b"0" * 64, "s.exe", "image/png"), 409),
]


@pytest.mark.parametrize(("told", "status"), BAD)
def test_no_proof_no_posting(
    cast: Cast, browser: Browser, to_post: Publication, told: dict[str, Any], status: int
) -> None:
    """C8.7 INV-5: an answer without address and screenshot did not happen."""
    before = LedgerEntry.objects.count()
    shot = told.get("screenshot")
    if shot is not None:
        shot.seek(0)
    assert browser(cast.office).post(address(to_post), told).status_code == status
    to_post.refresh_from_db()
    assert (to_post.state, Evidence.objects.count()) == (Publication.TO_DO, 0)
    assert LedgerEntry.objects.count() == before


def test_posting_is_for_publishers_and_of_ones_own_cases(cast: Cast, browser: Browser, to_post: Publication) -> None:
    """C8.3 C7.5"""
    assert browser(cast.inspector).post(address(to_post), upload()).status_code == 409
    assert browser(cast.works_head).post(address(to_post), upload()).status_code == 404
    assert browser(cast.office).post("/desk/publications/99999/", upload()).status_code == 404
    assert not Evidence.objects.exists()


def test_what_does_not_match_goes_back_and_is_posted_again(cast: Cast, browser: Browser, to_post: Publication) -> None:
    """INV-5: rejected, it never counted; the case is not answered by it."""
    poster, second = browser(cast.office), browser(cast.duty)
    assert poster.post(address(to_post), upload()).status_code == 302
    assert second.post(address(to_post), {}).status_code == 422
    assert second.post(address(to_post), {"ok": "perhaps"}).status_code == 422
    before = LedgerEntry.objects.count()
    assert second.post(address(to_post), {"ok": "no", "comment": "短"}).status_code == 409
    assert LedgerEntry.objects.count() == before, "a refusal leaves no word"
    assert second.post(address(to_post), {"ok": "no", "comment": "少了第二段"}).status_code == 302
    to_post.refresh_from_db()
    assert (to_post.state, to_post.error) == (Publication.REJECTED, "少了第二段")
    assert stories.again(to_post.case).answered_at is None
    assert poster.post(address(to_post), upload()).status_code == 302
    to_post.refresh_from_db()
    assert (to_post.state, to_post.verified_by) == (Publication.TO_VERIFY, "")
    assert second.post(address(to_post), {"ok": "yes"}).status_code == 302
    case = stories.again(to_post.case)
    assert (case.state, case.answered_at is not None) == ("answered", True)


def test_a_live_posting_is_neither_recorded_nor_checked_again(
    cast: Cast, browser: Browser, to_post: Publication
) -> None:
    browser(cast.office).post(address(to_post), upload())
    browser(cast.duty).post(address(to_post), {"ok": "yes"})
    before = LedgerEntry.objects.count()
    assert browser(cast.office).post(address(to_post), upload()).status_code == 409
    assert LedgerEntry.objects.count() == before
    to_post.refresh_from_db()
    assert to_post.state == Publication.LIVE


def test_evidence_that_is_gone_or_unknown_is_404(cast: Cast, browser: Browser, to_post: Publication) -> None:
    browser(cast.office).post(address(to_post), upload())
    row = Evidence.objects.get()
    assert browser(cast.duty).get(f"/desk/evidence/{row.pk + 1}/").status_code == 404
    response = browser(cast.duty).get(f"/desk/evidence/{row.pk}/")
    assert f'filename="{row.case.number}-{row.sha256[:12]}.png"' in response.headers["Content-Disposition"]
    assert "sandbox" in response.headers["Content-Security-Policy"]
    response.close()


@pytest.mark.parametrize(
    ("who", "reason", "done"),
    [
        ("top", "防汛形势紧急先行发布", True),
        ("deputy", "防汛形势紧急先行发布", True),
        ("top", "防汛形势紧急先发布", False),
        ("top", "", False),
        ("office", "防汛形势紧急先行发布", False),
        ("duty", "防汛形势紧急先行发布", False),
    ],
)
def test_going_on_without_an_answer_is_a_leaders_reasoned_word(
    cast: Cast, browser: Browser, who: str, reason: str, done: bool
) -> None:
    """C8.4: ten characters at least, a leader, and the sentence says what came of it."""
    case = stories.drafted(cast).case
    row, _token = responding.ask_confirmation(case, "市水务局", "", cast.editor)
    before = LedgerEntry.objects.count()
    response = browser(cast.people[who]).post(f"/desk/confirmations/{row.pk}/override/", {"reason": reason})
    assert response.url == f"/desk/cases/{case.number}/"
    row = BodyConfirmation.objects.get()
    assert (row.overridden_at is not None) is done
    assert (LedgerEntry.objects.count() > before) is done


def test_an_override_of_another_departments_question_is_not_there(cast: Cast, browser: Browser) -> None:
    case = stories.drafted(cast).case
    row, _token = responding.ask_confirmation(case, "市水务局", "", cast.editor)
    told = {"reason": "防汛形势紧急，先行发布，事后补确认"}
    assert browser(cast.works_head).post(f"/desk/confirmations/{row.pk}/override/", told).status_code == 404
    assert browser(cast.top).get(f"/desk/confirmations/{row.pk}/override/").status_code == 405
    assert browser(cast.top).post(f"/desk/confirmations/{row.pk + 7}/override/", told).status_code == 404


def person(cast: Cast, **more: Any) -> dict[str, Any]:
    return {"name": "新同志", "username": "xin", "department": cast.department("WGC").pk, "phone": "0412-1"} | more


@pytest.mark.parametrize(
    "missing", [{"name": ""}, {"username": ""}, {"department": ""}, {"department": 99999}, {"name": "字" * 41}]
)
def test_a_person_needs_name_account_and_department(cast: Cast, browser: Browser, missing: dict[str, Any]) -> None:
    before = (User.objects.count(), LedgerEntry.objects.count())
    response = browser(cast.admin).post("/desk/people/add/", person(cast, **missing))
    assert response.status_code == 422
    assert (User.objects.count(), LedgerEntry.objects.count()) == before


def link_in(text: str) -> str:
    return text.split("/desk/invitation/", 1)[1].split("/", 1)[0]


def test_the_link_opens_once_and_a_new_one_ends_the_old(cast: Cast, browser: Browser) -> None:
    """（九） S6: a password is never told to anybody."""
    admin = browser(cast.admin)
    first = link_in(text_of(admin.post("/desk/people/add/", person(cast))))
    user = User.objects.get(username="xin")
    assert not user.has_usable_password()
    assert (user.department, user.phone) == (cast.department("WGC"), "0412-1")
    second = link_in(text_of(admin.post(f"/desk/people/{user.pk}/invite/")))
    assert open_invitation(first) is None
    assert open_invitation(second) is not None
    accept_invitation(second, "九月的长密码-2026")
    assert open_invitation(second) is None


def test_an_appointment_is_of_a_persons_role_in_the_own_department_unless_told(cast: Cast, browser: Browser) -> None:
    """（九）: roles that are not persons' are not offered."""
    admin, user = browser(cast.admin), cast.network
    base = f"/desk/people/{user.pk}"
    before = Appointment.objects.count()
    for role in ("", "king", "office_head "):
        admin.post(f"{base}/appoint/", {"role": role})
    assert Appointment.objects.count() in (before, before + 1)
    admin.post(f"{base}/appoint/", {"role": "informant", "is_deputy": "on"})
    row = Appointment.objects.get(user=user, role="informant", until=None)
    assert (row.department, row.is_deputy) == (user.department, True)
    admin.post(f"{base}/appoint/", {"role": "informant"})
    assert Appointment.objects.filter(user=user, role="informant", until=None).count() == 1, "twice is once"


def test_the_administrator_takes_no_post_and_does_not_put_himself_out(cast: Cast, browser: Browser) -> None:
    """S6: who manages accounts handles no cases."""
    admin = browser(cast.admin)
    base = f"/desk/people/{cast.admin.pk}"
    text = text_of(admin.post(f"{base}/appoint/", {"role": "duty_officer"}, follow=True))
    assert "系统管理员不兼任业务岗位" in text
    assert "不能停用自己的账号" in text_of(admin.post(f"{base}/deactivate/", follow=True))
    cast.admin.refresh_from_db()
    assert cast.admin.is_active
    assert not Appointment.objects.filter(user=cast.admin).exists()


@pytest.mark.parametrize("told", [{}, {"appointment": "abc"}, {"appointment": "9" * 30}, {"appointment": "0"}])
def test_ending_a_post_that_is_none_is_404(cast: Cast, browser: Browser, told: dict[str, str]) -> None:
    before = Appointment.objects.filter(until=None).count()
    assert browser(cast.admin).post(f"/desk/people/{cast.network.pk}/relieve/", told).status_code == 404
    assert Appointment.objects.filter(until=None).count() == before


def test_a_post_is_ended_only_at_the_person_who_holds_it(cast: Cast, browser: Browser) -> None:
    row = Appointment.objects.get(user=cast.duty, until=None)
    admin = browser(cast.admin)
    assert admin.post(f"/desk/people/{cast.network.pk}/relieve/", {"appointment": row.pk}).status_code == 404
    assert admin.post(f"/desk/people/{cast.duty.pk}/relieve/", {"appointment": row.pk}).status_code == 302
    assert admin.post(f"/desk/people/{cast.duty.pk}/relieve/", {"appointment": row.pk}).status_code == 404, "ended"


def test_a_leaver_is_out_at_once_and_the_name_stays(cast: Cast, browser: Browser) -> None:
    """（九） INV-1"""
    case = stories.routed(cast)
    theirs = browser(cast.duty)
    assert theirs.get("/desk/").status_code == 200
    browser(cast.admin).post(f"/desk/people/{cast.duty.pk}/deactivate/")
    assert theirs.get("/desk/").status_code == 302
    assert not Appointment.objects.filter(user=cast.duty, until=None).exists()
    assert cast.duty.name in text_of(browser(cast.office).get(f"/desk/cases/{case.number}/"))


@pytest.mark.parametrize("verb", ["appoint", "relieve", "deactivate", "invite"])
@pytest.mark.parametrize("who", ["office", "top", "duty"])
def test_only_the_administrator_changes_people(cast: Cast, browser: Browser, verb: str, who: str) -> None:
    before = LedgerEntry.objects.count()
    client = browser(cast.people[who])
    assert client.post(f"/desk/people/{cast.network.pk}/{verb}/", {"role": "informant"}).status_code == 404
    assert browser(cast.admin).post(f"/desk/people/99999/{verb}/").status_code == 404
    assert LedgerEntry.objects.count() == before
