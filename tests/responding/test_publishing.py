"""C8.3, C8.5, C8.7, INV-4, INV-5: only what was approved, only with evidence, and the clock stops by that evidence."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from cast import Cast
from huiying.handling import clocks
from huiying.handling.models import Breach, Case
from huiying.handling.queries import effective
from huiying.kernel import canonical, clock
from huiying.kernel.clock import FrozenClock
from huiying.people.errors import Refused
from huiying.responding import actions, evidence
from huiying.responding.models import Evidence, Publication
from huiying.responding.public import public_answer, public_answers
from stories import DRAFT, again, answered, approve, approved, do_what_is_due, submitted

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
BOTH = {"renditions": {**DRAFT["renditions"], "weibo": "系统已恢复，两个标段开标顺延。"}}  # type: ignore[dict-item]
URL = "https://weibo.example/123"


def shot(content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile("截图.png", content, content_type="image/png")


def by_hand(cast: Cast) -> Publication:
    case = approved(cast, **BOTH)
    (row,) = actions.release(case, ["weibo"], cast.office)
    return row


def test_releasing_puts_the_answer_on_the_public_site_and_stops_the_clock(cast: Cast) -> None:
    case = answered(cast)
    answer = public_answer(case.number)
    assert answer is not None
    assert answer.text == DRAFT["renditions"]["portal"]  # type: ignore[index]
    assert case.state == "answered"
    assert effective(case, "respond") is None


def test_the_snapshot_is_kept_by_its_hash(cast: Cast) -> None:
    proof = Evidence.objects.get(case=answered(cast))
    content = evidence.path_of(proof.sha256).read_bytes()
    assert canonical.sha256(content) == proof.sha256
    assert DRAFT["renditions"]["portal"].encode() in content  # type: ignore[index]


def test_releasing_twice_publishes_once(cast: Cast) -> None:
    case = approved(cast)
    first = actions.release(case, ["portal"], cast.office)
    second = actions.release(again(case), ["portal"], cast.editor)
    do_what_is_due()
    actions.publish(first[0].pk)
    assert first == second
    assert Publication.objects.count() == 1
    assert Evidence.objects.count() == 1


def test_an_unapproved_draft_is_not_published(cast: Cast) -> None:
    round_ = submitted(cast)
    with pytest.raises(Refused):
        actions.release(round_.case, ["portal"], cast.office)


def test_a_department_does_not_publish_by_itself(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.release(approved(cast), ["portal"], cast.tech_head)


def test_a_channel_without_text_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused):
        actions.release(approved(cast), ["weibo"], cast.office)


def test_the_database_itself_refuses_an_unapproved_hash_inv_4(cast: Cast) -> None:
    row = Publication.objects.get(case=answered(cast))
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=row.pk).update(manifest_sha256="0" * 64)
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=row.pk).update(approver_user=row.drafter_user)


def test_the_database_itself_refuses_live_without_evidence_inv_5(cast: Cast) -> None:
    row = Publication.objects.get(case=answered(cast))
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=row.pk).update(evidence=None)


@pytest.mark.parametrize("url", ["", "weibo.com/1", "javascript:alert(1)", "https://"])
def test_a_post_by_hand_needs_an_address(cast: Cast, url: str) -> None:
    with pytest.raises(Refused):
        actions.record_post(by_hand(cast), url, shot(), cast.editor)


def test_a_post_by_hand_needs_a_screenshot_c8_7(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        actions.record_post(by_hand(cast), URL, None, cast.editor)
    assert refusal.value.code == "no_evidence"


@pytest.mark.parametrize("content", [b"<html><script>", b"MZ\x90", b"", b"<svg onload=alert(1)>"])
def test_a_screenshot_is_an_image_by_its_own_bytes(cast: Cast, content: bytes) -> None:
    with pytest.raises(Refused):
        actions.record_post(by_hand(cast), URL, shot(content), cast.editor)


def test_the_clock_runs_on_until_a_second_person_has_checked(cast: Cast) -> None:
    row = actions.record_post(by_hand(cast), URL, shot(), cast.editor)
    assert row.state == Publication.TO_VERIFY
    assert effective(row.case, "respond") is not None
    with pytest.raises(Refused) as refusal:
        actions.verify_post(row, True, "", cast.editor)
    assert refusal.value.code == "second_person"


def test_a_checked_post_counts_from_the_receipt_of_its_evidence(cast: Cast, frozen: FrozenClock) -> None:
    row = by_hand(cast)
    frozen.advance(dt.timedelta(hours=47))
    posted_at = clock.now()
    row = actions.record_post(row, URL, shot(), cast.editor)
    frozen.advance(dt.timedelta(hours=3))
    clocks.poll(clock.now(), 100)
    actions.verify_post(row, True, "", cast.office)
    case = again(row.case)
    assert case.answered_at == posted_at
    assert not Breach.objects.exists()


def test_a_rejected_post_never_counted(cast: Cast, frozen: FrozenClock) -> None:
    row = by_hand(cast)
    frozen.advance(dt.timedelta(hours=47))
    row = actions.record_post(row, URL, shot(), cast.editor)
    frozen.advance(dt.timedelta(hours=3))
    clocks.poll(clock.now(), 100)
    assert not Breach.objects.exists()
    actions.verify_post(row, False, "发出的文字与审定稿不一致", cast.office)
    clocks.poll(clock.now(), 100)
    assert Breach.objects.get().cause == clocks.LATE
    assert again(row.case).answered_at is None


def test_a_rejected_post_can_be_done_again(cast: Cast) -> None:
    row = actions.record_post(by_hand(cast), URL, shot(), cast.editor)
    row = actions.verify_post(row, False, "发出的文字与审定稿不一致", cast.office)
    row = actions.record_post(row, URL, shot(PNG + b"1"), cast.editor)
    row = actions.verify_post(row, True, "", cast.office)
    assert row.state == Publication.LIVE


def corrected(cast: Cast) -> Case:
    case = answered(cast)
    first = Publication.objects.get(case=case)
    told = DRAFT | {"renditions": {"portal": "更正后的文字：中断至9时50分。"}, "facts": "中断至9时50分。"}
    actions.save_revision(
        case,
        actor=cast.editor,
        corrects=first,
        correction_note="原文中断结束时间有误。",
        **told,  # type: ignore[arg-type]
    )
    approve(cast, actions.submit(again(case), cast.editor))
    actions.release(again(case), ["portal"], cast.office)
    do_what_is_due()
    return again(case)


def test_a_correction_stays_visible_beside_the_first_text_c11_1(cast: Cast) -> None:
    case = corrected(cast)
    answer = public_answer(case.number)
    assert answer is not None
    assert answer.text.startswith("更正后的文字")
    assert [row.note for row in answer.versions] == ["原文中断结束时间有误。", ""]
    assert answer.versions[-1].text == DRAFT["renditions"]["portal"]  # type: ignore[index]
    assert public_answers().count() == 1


def test_a_correction_without_a_note_is_refused(cast: Cast) -> None:
    case = answered(cast)
    first = Publication.objects.get(case=case)
    with pytest.raises(Refused):
        actions.save_revision(case, actor=cast.editor, corrects=first, **DRAFT)  # type: ignore[arg-type]


def test_a_correction_does_not_change_when_the_bureau_first_answered(cast: Cast, frozen: FrozenClock) -> None:
    case = answered(cast)
    at = case.answered_at
    frozen.advance(dt.timedelta(hours=2))
    first = Publication.objects.get(case=case)
    told = DRAFT | {"facts": "中断至9时50分。"}
    actions.save_revision(case, actor=cast.editor, corrects=first, correction_note="时间有误。", **told)  # type: ignore[arg-type]
    approve(cast, actions.submit(again(case), cast.editor))
    actions.release(again(case), ["portal"], cast.office)
    do_what_is_due()
    assert again(case).answered_at == at


def test_a_follow_up_sent_back_leaves_the_case_answered(cast: Cast) -> None:
    case = answered(cast)
    actions.save_revision(case, actor=cast.editor, **(DRAFT | {"facts": "新的进展。"}))  # type: ignore[arg-type]
    round_ = actions.submit(again(case), cast.editor)
    step = round_.steps.order_by("position")[0]
    actions.decide_step(
        step, approve=False, comment="请补充进展。", manifest_sha256=round_.manifest_sha256, actor=cast.tech_head
    )
    assert again(case).state == "answered"


def test_answers_are_found_by_words_of_the_title_and_by_number(cast: Cast) -> None:
    case = answered(cast)
    assert [row.case.number for row in public_answers("开标系统")] == [case.number]
    assert [row.case.number for row in public_answers(case.number)] == [case.number]
    assert list(public_answers("土地")) == []


def test_a_release_that_is_not_out_yet_is_called_back_when_the_text_changes(cast: Cast) -> None:
    row = by_hand(cast)
    case = again(row.case)
    actions.save_revision(case, actor=cast.editor, **(DRAFT | BOTH | {"facts": "另一些事实。"}))  # type: ignore[arg-type]
    row.refresh_from_db()
    assert row.state == Publication.FAILED
    with pytest.raises(Refused):
        actions.record_post(row, URL, shot(), cast.editor)


def test_going_back_to_the_old_text_needs_and_gets_a_new_release(cast: Cast) -> None:
    row = by_hand(cast)
    for quotes, facts in enumerate(("另一些事实。", DRAFT["facts"]), start=1):
        told = DRAFT | BOTH | {"facts": facts, "quotes": quotes}
        actions.save_revision(again(row.case), actor=cast.editor, **told)  # type: ignore[arg-type]
    approve(cast, actions.submit(again(row.case), cast.editor))
    (second,) = actions.release(again(row.case), ["weibo"], cast.office)
    assert second.pk != row.pk
    assert second.state == Publication.TO_DO


def test_an_answer_about_a_danger_to_life_is_unlisted_and_its_asker_can_read_it(cast: Cast) -> None:
    case = answered(cast)
    type(case.event).objects.filter(pk=case.event_id).update(life_safety=True)
    assert not public_answers().exists()
    assert public_answer(case.number) is not None
