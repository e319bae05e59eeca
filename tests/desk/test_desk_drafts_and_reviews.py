"""Drafting and reviewing: the words that changed, two checks, the exact text (（八）（九）, INV-4)."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from cast import Cast
from desk_helpers import DRAFT, FACTS, text_of
from huiying.handling.models import Case
from huiying.people.models import User
from huiying.responding.models import ReviewRound, ReviewStep, Revision

Browser = Callable[[User], Client]
CHECKS = {"secrecy": "on", "personal_data": "on"}


def draft_form(**changes: str) -> dict[str, str]:
    told = {key: str(DRAFT[key]) for key in ("title", "question", "facts", "basis")}
    told |= {"rendition_portal": FACTS, "rendition_weibo": FACTS, "bodies": ""}
    return told | changes


def first_step(round_: ReviewRound) -> ReviewStep:
    return round_.steps.order_by("position", "id")[0]


def test_the_first_draft_begins_with_the_verified_facts(cast: Cast, browser: Browser, handled: Case) -> None:
    Revision.objects.all().delete()
    text = text_of(browser(cast.tech_liaison).get(f"/desk/cases/{handled.number}/draft/"))
    assert FACTS in text


def test_saving_makes_a_revision_and_saving_it_again_makes_none(cast: Cast, browser: Browser, handled: Case) -> None:
    client = browser(cast.tech_liaison)
    address = f"/desk/cases/{handled.number}/draft/"
    assert "已存为第 2 稿" in text_of(client.post(address, draft_form(title="说明"), follow=True))
    assert "没有改动，仍是第 2 稿" in text_of(client.post(address, draft_form(title="说明"), follow=True))
    assert Revision.objects.count() == 2


def test_bodies_the_text_names_are_added_and_typed_ones_kept(cast: Cast, browser: Browser, handled: Case) -> None:
    """C8.4"""
    browser(cast.tech_liaison).post(f"/desk/cases/{handled.number}/draft/", draft_form(bodies="市水务局、市气象局"))
    assert {"市水务局", "市气象局"} <= set(Revision.objects.last().bodies)


def test_personal_data_in_the_text_is_pointed_out(cast: Cast, browser: Browser, handled: Case) -> None:
    """C8.2"""
    client = browser(cast.tech_liaison)
    told = draft_form(facts=f"{FACTS} 来信人电话 13812345678。")
    text = text_of(client.post(f"/desk/cases/{handled.number}/draft/", told, follow=True))
    assert "像是有个人信息" in text


def test_a_reviewer_finds_level_time_text_and_steps_on_one_page(
    cast: Cast, browser: Browser, in_review: ReviewRound
) -> None:
    client = browser(cast.tech_head)
    assert str(DRAFT["title"]) in text_of(client.get("/desk/reviews/"))
    text = text_of(client.get(f"/desk/reviews/{first_step(in_review).pk}/"))
    for words in ("较大", "剩 48 小时", "剩 80 分钟", FACTS, "保密审查", "退回并说明原因"):
        assert words in text


def test_approving_carries_the_hash_that_was_seen(cast: Cast, browser: Browser, in_review: ReviewRound) -> None:
    """INV-4"""
    step = in_review.steps.get(role="secrecy_checker")
    client = browser(cast.secrecy)
    other = {"decision": "approve", "manifest_sha256": "0" * 64, "comment": "", **CHECKS}
    assert client.post(f"/desk/reviews/{step.pk}/", other).status_code == 409
    seen = {**other, "manifest_sha256": in_review.manifest_sha256}
    assert client.post(f"/desk/reviews/{step.pk}/", seen).status_code == 302
    step.refresh_from_db()
    assert (step.decision, step.secrecy_checked) == ("approved", True)
    assert not step.personal_data_checked, "a check that is not this step's is not noted as done here"


def test_a_return_without_a_reason_is_refused_on_the_page(cast: Cast, browser: Browser, in_review: ReviewRound) -> None:
    step = first_step(in_review)
    told = {"decision": "reject", "manifest_sha256": in_review.manifest_sha256, "comment": ""}
    response = browser(cast.tech_head).post(f"/desk/reviews/{step.pk}/", told)
    assert response.status_code == 409
    assert "退回须写明理由" in text_of(response)


def test_the_second_reading_shows_only_the_words_that_changed(
    cast: Cast, browser: Browser, in_review: ReviewRound, handled: Case
) -> None:
    step = first_step(in_review)
    told = {"decision": "reject", "manifest_sha256": in_review.manifest_sha256, "comment": "请写明顺延到几点"}
    browser(cast.tech_head).post(f"/desk/reviews/{step.pk}/", told)
    client = browser(cast.tech_liaison)
    later = FACTS.replace("14:00", "15:30")
    client.post(f"/desk/cases/{handled.number}/draft/", draft_form(facts=later, rendition_portal=later))
    client.post(f"/desk/cases/{handled.number}/do/submit/")
    again = first_step(ReviewRound.objects.get(state="open"))
    raw = browser(cast.tech_head).get(f"/desk/reviews/{again.pk}/").content.decode()
    assert "<del>14</del>" in raw or "<del>14:00</del>" in raw
    assert "比您上次看到的第 1 稿" in raw


def test_the_drafter_is_shown_no_buttons(cast: Cast, browser: Browser, in_review: ReviewRound) -> None:
    """C9.3"""
    step = first_step(in_review)
    text = text_of(browser(cast.tech_liaison).get(f"/desk/reviews/{step.pk}/"))
    assert "现在不等您审核" in text
    told = {"decision": "approve", "manifest_sha256": in_review.manifest_sha256, "comment": "", **CHECKS}
    assert browser(cast.tech_liaison).post(f"/desk/reviews/{step.pk}/", told).status_code == 409


def test_a_review_of_another_departments_case_is_not_there(
    cast: Cast, browser: Browser, in_review: ReviewRound
) -> None:
    step = first_step(in_review)
    assert browser(cast.works_liaison).get(f"/desk/reviews/{step.pk}/").status_code == 404
