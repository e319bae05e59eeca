"""REST for drafting, review and confirmation: the same verbs as the desk, refusals with their sentence （八）（九）."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

import stories
from cast import Cast
from huiying.people.models import User
from huiying.responding import actions
from huiying.responding.models import BodyConfirmation, ReviewRound, Revision

DRAFT: dict[str, Any] = stories.DRAFT | {"basis": "《电子招标投标办法》"}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(user: User, path: str, body: dict[str, Any]) -> Any:
    return client_of(user).post(f"/api/{path}", body, content_type="application/json")


def get(user: User, path: str) -> Any:
    return client_of(user).get(f"/api/{path}")


def test_a_draft_is_saved_hinted_at_submitted_and_decided(cast: Cast) -> None:
    """C9.3 C8.2"""
    case = stories.handled(cast)
    saved = post(cast.editor, f"cases/{case.number}/draft", DRAFT)
    assert saved.status_code == 200, saved.content
    sha = saved.json()["manifest_sha256"]
    assert post(cast.editor, f"cases/{case.number}/draft", DRAFT).json()["number"] == 1
    told = get(cast.editor, f"cases/{case.number}/hints").json()
    assert told["missing"] == []
    assert told["readings"]["portal"]["average"] > 0
    assert all(hint["how"] for hint in told["items"])
    assert post(cast.editor, f"cases/{case.number}/submit", {}).status_code == 200
    (round_,) = get(cast.tech_head, f"cases/{case.number}/rounds").json()["items"]
    step = next(step for step in round_["steps"] if step["role"] == "secrecy_checker")
    assert step["checks"] == ["secrecy"]
    body = {"approve": True, "manifest_sha256": sha}
    refused = post(cast.secrecy, f"steps/{step['id']}/decide", body)
    assert (refused.status_code, "保密审查" in str(refused.json())) == (409, True)
    done = post(cast.secrecy, f"steps/{step['id']}/decide", body | {"secrecy": True})
    assert (done.status_code, done.json()["decision"]) == (200, "approved")
    assert post(cast.works_head, f"steps/{step['id']}/decide", body).status_code == 404
    assert post(cast.secrecy, "steps/999999/decide", body).status_code == 404


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"corrects": 999}, 422),
        ({"speaker": 999}, 422),
        ({"stage": "gossip"}, 422),
        ({"stage": "correction"}, 409),
        ({"renditions": {"fax": "文字"}}, 409),
        ({"typo": 1}, 422),
    ],
)
def test_a_draft_that_names_what_is_not_there_is_refused(cast: Cast, changes: dict[str, Any], status: int) -> None:
    """INV-11"""
    case = stories.handled(cast)
    assert post(cast.editor, f"cases/{case.number}/draft", DRAFT | changes).status_code == status
    assert not Revision.objects.exists()


def test_templates_and_sentences_come_filled_with_their_reason_and_source(cast: Cast) -> None:
    case = stories.handled(cast)
    assert len(get(cast.duty, "templates").json()["items"]) >= 12
    found = get(cast.editor, f"cases/{case.number}/templates?target=weibo").json()["items"]
    assert found[0]["reason"]
    assert case.number in found[0]["text"]
    assert get(cast.editor, f"cases/{case.number}/templates?stage=gossip").status_code == 422
    sentences = get(cast.editor, f"cases/{case.number}/suggestions").json()["items"]
    assert {"text", "source", "link"} == set(sentences[0])


def test_without_a_draft_there_are_no_hints(cast: Cast) -> None:
    case = stories.handled(cast)
    assert get(cast.editor, f"cases/{case.number}/hints").status_code == 404


def test_a_holding_statement_in_one_call(cast: Cast) -> None:
    """C8.6"""
    case = stories.opened(cast)
    made = post(cast.duty, f"cases/{case.number}/hold_statement", {})
    assert (made.status_code, made.json()["track"]) == (200, "holding")
    assert post(cast.duty, f"cases/{case.number}/hold_statement", {}).status_code == 409
    assert ReviewRound.objects.count() == 1


def test_a_confirmation_is_written_down_and_heard_after_all(cast: Cast) -> None:
    """C8.4"""
    case = stories.approved(cast, facts="经与财政局核对，中断七十分钟。")
    said = {"body": "财政局", "answer": "agree", "name": "王主任", "means": "phone", "comment": "逐条核对过。"}
    row, _token = actions.ask_confirmation(case, "财政局", "", cast.editor)
    assert post(cast.editor, f"cases/{case.number}/record_confirmation", said | {"after": row.pk}).status_code == 409
    actions.override_confirmation(row, "时限将到，事实已由我局核对清楚，先行回应。", cast.deputy)
    assert post(cast.editor, f"cases/{case.number}/record_confirmation", said | {"after": 999}).status_code == 422
    assert get(cast.office, f"cases/{case.number}/confirmations").json()["items"][0]["heard"] is False
    done = post(cast.editor, f"cases/{case.number}/record_confirmation", said | {"after": row.pk})
    assert done.status_code == 200
    assert get(cast.office, f"cases/{case.number}/confirmations").json()["items"][0]["heard"] is True
    assert BodyConfirmation.objects.count() == 2
