"""Documents over REST: the same gates and verbs as the desk, the same bytes (C6.9, C6.10, INV-9)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

import stories
from cast import Cast
from huiying.documents.loops import issue_log
from huiying.documents.models import IssuedDocument
from huiying.handling.models import Case
from huiying.kernel import canonical, clock


def call(user: Any, method: str, address: str, body: Any = None) -> tuple[int, Any]:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    if method == "get":
        response = client.get(f"/api/{address}")
    else:
        response = client.post(f"/api/{address}", canonical.dumps(body or {}), content_type="application/json")
    return response.status_code, response.json()


@pytest.fixture
def case(cast: Cast) -> Case:
    return stories.routed(cast)


def test_c6_10_issued_read_signed_and_instructed(cast: Cast, case: Case) -> None:
    status, made = call(
        cast.office, "post", f"cases/{case.number}/documents", {"kind": "report", "judgement": "一句。"}
    )
    assert (status, made["number"]) == (200, "专报〔2026〕第1期")
    assert canonical.sha256(canonical.dumps(made["content"])) == made["sha256"], "INV-9: by whoever has the content"
    base = f"documents/{made['id']}"
    assert call(cast.office, "post", f"{base}/sign", {"place": "审核", "sha256": "0" * 64})[0] == 409
    status, signed = call(cast.office, "post", f"{base}/sign", {"place": "审核", "sha256": made["sha256"]})
    assert [row["place"] for row in signed["signatures"]] == ["审核"]
    body = {"words": "请查清。", "leader": "deputy", "owner": "tech_liaison", "due_at": "2026-09-18T10:00:00+08:00"}
    status, told = call(cast.deputy, "post", f"{base}/instructions", body)
    assert status == 200
    one = told["instructions"][0]["id"]
    assert call(cast.tech_liaison, "post", f"{base}/instructions/{one}/report", {"text": "已查清。"})[0] == 200
    status, closed = call(cast.office, "post", f"{base}/instructions/{one}/close", {"done": True})
    assert closed["instructions"][0]["state"] == "closed"


def test_c6_9_a_log_takes_addenda_and_no_other_word(cast: Cast) -> None:
    row = issue_log(clock.now().date())
    assert row is not None
    status, told = call(cast.duty, "post", f"documents/{row.pk}/addenda", {"text": "零点后平台恢复。"})
    assert (status, told["addenda"], told["sha256"]) == (200, ["零点后平台恢复。"], row.sha256)
    assert call(cast.duty, "post", f"documents/{row.pk}/addenda", {"text": "x", "content": {}})[0] == 422
    assert call(cast.office, "get", "documents?kind=log")[1]["count"] == 1
    assert call(cast.works_head, "get", f"documents/{row.pk}")[0] == 404
    assert call(cast.works_head, "get", "documents")[1]["count"] == 0


def test_inv_9_the_files_are_the_desk_s_own(cast: Cast, case: Case) -> None:
    call(cast.office, "post", "documents", {"kind": "slip", "ref": case.slips.get().pk})
    row = IssuedDocument.objects.get()
    client = Client()
    client.force_login(cast.office, backend="django.contrib.auth.backends.ModelBackend")
    for ending in ("pdf", "docx"):
        api = client.get(f"/api/documents/{row.pk}/file/{ending}")
        assert api.content == client.get(f"/desk/documents/{row.pk}/document.{ending}").content
        assert "no-store" in api.headers["Cache-Control"]
    assert client.get(f"/api/documents/{row.pk}/file/exe").status_code == 422
