"""Another body confirms by a single-use link, without an account (C8.4)."""

import datetime as dt

import pytest
from django.test import Client

from huiying.kernel import clock, tokens
from huiying.responding.models import BodyConfirmation, Revision

AGREE = {"answer": "agree", "name": "规划科 王科长", "comment": ""}


class Asked:
    def __init__(self, desk) -> None:
        self.case = desk.case("handling")
        self.revision = self.draft("c" * 64)
        token, token_hash = tokens.new_token()
        now = clock.now()
        self.row = BodyConfirmation.objects.create(
            case=self.case, revision=self.revision, manifest_sha256="c" * 64, body="市自然资源局",
            token_hash=token_hash,
            asked_by="土地处小陈", asked_at=now, submit_before=now + dt.timedelta(hours=12),
        )  # fmt: skip
        self.url = f"/confirm/{token}/"

    def draft(self, manifest: str) -> Revision:
        return Revision.objects.create(
            case=self.case, number=self.case.revisions.count() + 1, title="三号地块面积更正",
            question="面积前后不一致。",
            facts="公告面积录入有误。", renditions={"portal": "经核对，公告面积录入有误。"}, basis="第九条",
            manifest_sha256=manifest, drafter="拟稿", drafter_user=1, department="土地处", at=clock.now(),
        )  # fmt: skip


@pytest.fixture
def asked(desk) -> Asked:
    return Asked(desk)


def test_the_body_sees_facts_and_rendition_who_asks_and_how_long_is_left(asked, client: Client):
    response = client.get(asked.url)
    page = response.content.decode()
    for words in (
        "公告面积录入有误。",
        "经核对，公告面积录入有误。",
        "市自然资源局",
        "土地处小陈",
        "12 小时",
        "9月14日 22:00",
    ):
        assert words in page
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert "no-store" in response.headers["Cache-Control"]


def test_the_link_takes_one_answer(asked, client: Client):
    assert client.post(asked.url, AGREE).status_code == 302
    asked.row.refresh_from_db()
    assert (asked.row.answer, asked.row.answered_name) == ("agree", "规划科 王科长")
    again = client.post(asked.url, {"answer": "object", "name": "别人", "comment": "改主意了"})
    assert again.status_code == 200
    asked.row.refresh_from_db()
    assert asked.row.answer == "agree"


def test_a_used_link_says_so_and_shows_the_text_no_more(asked, client: Client):
    client.post(asked.url, AGREE)
    page = client.get(asked.url).content.decode()
    assert "已经收到答复，谢谢" in page
    assert "同意这样发布" in page
    assert "公告面积录入有误" not in page
    assert "<form" not in page


@pytest.mark.parametrize("answer", ["amend", "object"])
def test_a_change_or_an_objection_needs_its_reason(asked, client: Client, answer: str):
    refused = client.post(asked.url, {"answer": answer, "name": "王科长", "comment": ""})
    assert refused.status_code == 422
    assert "请写明要改哪里" in refused.content.decode()
    assert 'value="王科长"' in refused.content.decode()
    assert (
        client.post(asked.url, {"answer": answer, "name": "王科长", "comment": "面积请写两位小数"}).status_code == 302
    )
    asked.row.refresh_from_db()
    assert (asked.row.answer, asked.row.comment) == (answer, "面积请写两位小数")


def test_an_answer_needs_a_name_and_a_choice(asked, client: Client):
    page = client.post(asked.url, {}).content.decode()
    assert "请选一项。" in page
    assert "请写明答复人的姓名和职务。" in page
    asked.row.refresh_from_db()
    assert asked.row.answered_at is None


def test_a_late_link_says_whom_to_call(asked, client: Client, frozen):
    frozen.advance(dt.timedelta(hours=12))
    page = client.post(asked.url, AGREE).content.decode()
    assert "答复时间已过" in page
    assert "土地处小陈" in page
    asked.row.refresh_from_db()
    assert asked.row.answered_at is None


def test_a_link_to_a_text_that_changed_says_so(asked, client: Client):
    """A confirmation binds one manifest; agreeing to an old text would confirm nothing (C8.4)."""
    asked.draft("d" * 64)
    page = client.post(asked.url, AGREE).content.decode()
    assert "文字已经改过" in page
    asked.row.refresh_from_db()
    assert asked.row.answered_at is None


@pytest.mark.parametrize("token", ["x", "A" * 43, "%20", "<script>"])
def test_an_unknown_link_is_told_in_plain_words(desk, client: Client, token: str):
    response = client.get(f"/confirm/{token}/")
    assert response.status_code == 404
    assert "这个链接打不开" in response.content.decode()
    assert "<script>" not in response.content.decode()


def test_hostile_drafts_and_answers_are_escaped(asked, client: Client):
    Revision.objects.filter(pk=asked.revision.pk).update(facts="<script>alert(1)</script>")
    assert "<script" not in client.get(asked.url).content.decode()
    client.post(asked.url, AGREE | {"name": "<script>x</script>"})
    assert "<script" not in client.get(asked.url).content.decode()
