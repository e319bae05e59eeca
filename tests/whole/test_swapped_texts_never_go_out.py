"""A row that is changed behind the verbs after it was approved, or on its way there, is never published or signed, nor
handed on: the hashes are computed again from the rows, and the ledger has the hash of the day (F10, INV-4, C8.9).

Each is swapped by raw SQL, alone and together with the hashes that stand beside it.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

import releasing_told
import stories
from cast import Cast
from documents.documents_of import log_of
from huiying.documents import actions as documents
from huiying.foreseeing import actions as consulting, queries as consultations
from huiying.foreseeing.models import Consultation
from huiying.handling import handover
from huiying.kernel import canonical, clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.actions import rules
from huiying.people.errors import Altered
from huiying.responding import actions, bound
from huiying.responding.actions.pages import decide_page, propose_page, save_page
from huiying.responding.actions.press import publish_press
from huiying.responding.models import PressVersion, Publication, ReviewRound, Revision, TopicPage
from portal.public_world import opened
from stories import DRAFT

pytestmark = pytest.mark.django_db
LIE = "一切正常，没有任何问题，请勿传谣。"
BOTH = {"renditions": {**DRAFT["renditions"], "weibo": "系统已恢复，两个标段开标顺延。"}}  # type: ignore[dict-item]


def swap(table: str, pk: int, **columns: Any) -> None:
    """As somebody with the database's password does it."""
    with connection.cursor() as cursor:
        for column, value in columns.items():
            value = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
            cast = "::jsonb" if connection.vendor == "postgresql" and column in ("renditions", "sheet") else ""
            cursor.execute(f"UPDATE {table} SET {column} = %s{cast} WHERE id = %s", [value, pk])
            assert cursor.rowcount == 1


def altered() -> list[str]:
    return list(LedgerEntry.objects.filter(kind="release.altered").values_list("chain", flat=True))


WORDS: dict[str, Any] = {
    "renditions": {"portal": LIE, "weibo": LIE}, "facts": LIE, "title": LIE, "question": LIE, "basis": LIE,
    "correction_note": LIE, "department": "别的部门", "openness_left_out": LIE,
}  # fmt: skip


@pytest.mark.parametrize("column", WORDS)
def test_an_approved_answer_that_was_swapped_is_not_released_and_the_ledger_says_so(cast: Cast, column: str) -> None:
    case = stories.approved(cast, **BOTH)
    swap("responding_revision", Revision.objects.get(case=case).pk, **{column: WORDS[column]})
    with pytest.raises(Altered, match="不一致"):
        actions.release(case, ["portal"], cast.office)
    assert not Publication.objects.exists()
    assert altered() == [f"case:{case.number}"]


def test_nor_one_whose_hashes_were_swapped_with_it(cast: Cast) -> None:
    case = stories.approved(cast)
    revision = Revision.objects.get(case=case)
    swap("responding_revision", revision.pk, renditions={"portal": LIE})
    revision.refresh_from_db()
    sha = bound.of_revision(revision)
    swap("responding_revision", revision.pk, manifest_sha256=sha)
    round_ = ReviewRound.objects.get(revision=revision)
    swap("responding_reviewround", round_.pk, manifest_sha256=sha)
    for step in round_.steps.all():
        swap("responding_reviewstep", step.pk, decided_sha256=sha)
    with pytest.raises(Altered):
        actions.release(case, ["portal"], cast.office)
    assert not Publication.objects.exists()


def test_a_reviewer_approves_no_text_that_was_swapped_since_it_was_submitted(cast: Cast) -> None:
    round_ = stories.submitted(cast)
    swap("responding_revision", round_.revision_id, facts=LIE)
    with pytest.raises(Altered):
        stories.approve(cast, round_)
    assert ReviewRound.objects.get(pk=round_.pk).state == ReviewRound.OPEN


@pytest.mark.parametrize("where", ["revision", "publication"])
def test_what_was_released_and_then_swapped_does_not_leave_the_house(cast: Cast, where: str) -> None:
    case = stories.approved(cast)
    (row,) = actions.release(case, ["portal"], cast.office)
    if where == "revision":
        swap("responding_revision", row.revision_id, renditions={"portal": LIE})
    else:
        swap("responding_publication", row.pk, text=LIE)
    stories.do_what_is_due()
    row.refresh_from_db()
    assert (row.state, row.published_at) == (Publication.FAILED, None)
    assert "不一致" in row.error
    assert altered() == [f"case:{case.number}"]


def test_what_a_person_puts_out_by_hand_is_compared_at_both_steps(cast: Cast) -> None:
    case = stories.approved(cast, **BOTH)
    (row,) = actions.release(case, ["weibo"], cast.office)
    shot = SimpleUploadedFile("截图.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    text = row.text
    swap("responding_publication", row.pk, text=LIE)
    with pytest.raises(Altered):
        actions.record_post(row, "https://weibo.example/1", shot, cast.office)
    swap("responding_publication", row.pk, text=text)
    shot.seek(0)
    actions.record_post(row, "https://weibo.example/1", shot, cast.office)
    swap("responding_publication", row.pk, text=LIE)
    with pytest.raises(Altered):
        actions.verify_post(row, True, "", cast.editor)
    swap("responding_publication", row.pk, text=text)
    assert actions.verify_post(row, True, "", cast.editor).state == Publication.LIVE


def test_untouched_it_goes_out_as_ever(cast: Cast) -> None:
    assert stories.answered(cast).state == "answered"
    assert altered() == []


@pytest.mark.parametrize("column", ["renditions", "facts", "title", "basis", "correction_note"])
def test_a_press_release_that_was_swapped_is_neither_approved_nor_published(cast: Cast, column: str) -> None:
    version = releasing_told.submitted(cast)
    old = getattr(version, column)
    swap("responding_pressversion", version.pk, **{column: WORDS[column]})
    with pytest.raises(Altered):
        releasing_told.approve(cast, version)
    swap("responding_pressversion", version.pk, **{column: old})
    release = releasing_told.approve(cast, version)
    swap("responding_pressversion", version.pk, **{column: WORDS[column]})
    with pytest.raises(Altered):
        publish_press(release, ["portal"], cast.editor)
    assert not Publication.objects.exists()
    assert altered() == [f"press:{release.number}"]


def test_nor_one_whose_hashes_were_swapped_with_it_or_that_waits_for_its_turn(cast: Cast) -> None:
    release = releasing_told.approved(cast)
    version = PressVersion.objects.get(release=release)
    (row,) = publish_press(release, ["portal"], cast.editor)
    swap("responding_pressversion", version.pk, renditions={"portal": LIE})
    version.refresh_from_db()
    sha = bound.of_press(version)
    swap("responding_pressversion", version.pk, manifest_sha256=sha)
    for step in version.steps.all():
        swap("responding_pressstep", step.pk, decided_sha256=sha)
    with pytest.raises(Altered):
        publish_press(release, ["portal"], cast.editor)
    swap("responding_publication", row.pk, text=LIE)
    stories.do_what_is_due()
    row.refresh_from_db()
    assert row.state == Publication.FAILED


@pytest.mark.parametrize("column", ["title", "asked", "text", "note"])
def test_a_topic_page_that_was_swapped_is_not_made_public(cast: Cast, column: str) -> None:
    text = save_page(
        None, kind=TopicPage.FREQUENT, title="外地企业的 CA 证书在哪里办", asked="外地企业参加投标在哪里办？",
        text="可以在网上办，也可以到大厅窗口办。", department=cast.department("Z-XX"), actor=cast.tech_liaison,
    )  # fmt: skip
    propose_page(text.page, cast.tech_liaison)
    swap("responding_topictext", text.pk, **{column: LIE})
    with pytest.raises(Altered):
        decide_page(
            text.page, approve=True, manifest_sha256=text.manifest_sha256, comment="", actor=cast.editor, secrecy=True,
            personal_data=True,
        )  # fmt: skip
    text.page.refresh_from_db()
    assert text.page.published_at is None


def test_a_consultation_that_was_swapped_is_not_opened(cast: Cast) -> None:
    told = {"title": "另一份办法", "summary": "背景写在这里，说明为什么。", "text": "第一条 写在这里的内容。"}
    row = consulting.save_consultation(
        None, **told, department=cast.department("BGS"), closes_at=clock.now() + dt.timedelta(days=20), questions=[],
        actor=cast.office,
    )  # fmt: skip
    consulting.propose_consultation(row, cast.office)
    swap("foreseeing_consultation", row.pk, text=LIE)
    seen = consulting.draft_sha256(Consultation.objects.get(pk=row.pk))
    with pytest.raises(Altered):
        consulting.decide_consultation(row, approve=True, sha256=seen, comment="", actor=cast.office2)


def test_a_result_that_was_swapped_is_not_published(cast: Cast, frozen: FrozenClock) -> None:
    row = opened(cast, days=8)
    consulting.send_opinion(row, "建议第一条的五天改成三天", {0: 0})
    frozen.advance(dt.timedelta(days=9))
    opinion = row.opinions.get()
    consulting.save_group(
        row, None, summary="关于第一条的意见", decision="adopted", opinions=[opinion.pk], reason="按规定研究后这样定。",
        actor=cast.editor,
    )  # fmt: skip
    row = consulting.propose_result(row, "共收到一条意见，研究过，结果如下。", cast.editor)
    swap("foreseeing_consultation", row.pk, result=LIE)
    sha = consultations.result_sha256(Consultation.objects.get(pk=row.pk), LIE)
    swap("foreseeing_consultation", row.pk, result_sha256=sha)
    with pytest.raises(Altered):
        consulting.decide_result(row, approve=True, sha256=sha, comment="", actor=cast.office)


def test_a_document_and_a_handover_that_were_swapped_are_not_signed(cast: Cast) -> None:
    log = log_of()
    log.content = log.content.replace("值班", "没有值班", 1)  # as it would be read after its trigger was dropped
    with pytest.raises(Altered):
        documents.sign(log, "值班员", log.sha256, cast.duty)

    sheet = handover.give(handover.begin_handover(cast.duty2, cast.duty), "", cast.duty)
    swap("handling_handover", sheet.pk, sheet={**sheet.sheet, "x": LIE})
    with pytest.raises(Altered):
        handover.take(sheet, cast.duty2)


def test_a_rule_of_the_house_that_was_swapped_is_not_signed(cast: Cast) -> None:
    from overseeing.test_skills_and_rules import drafted

    version = drafted(cast)
    swap("overseeing_ruleversion", version.pk, text=LIE)
    with pytest.raises(Altered):
        rules.sign_rule(version, version.sha256, cast.deputy)
    swap("overseeing_ruleversion", version.pk, sha256=canonical.sha256(LIE))
