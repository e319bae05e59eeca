"""热点回应、常见问题、澄清 （四）C4.4: written by staff, public by a second person, corrected in the open."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

import stories
from cast import Cast
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.responding import pages
from huiying.responding.actions.pages import (
    decide_page,
    personal_data_in,
    propose_page,
    save_page,
    withdraw_page,
)
from huiying.responding.models import TopicPage, TopicText
from huiying.work.models import Notice

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 9, 14)


def faq(cast: Cast, page: TopicPage | None = None, **changes: object) -> TopicText:
    told: dict[str, object] = {
        "kind": TopicPage.FREQUENT,
        "title": "外地企业的 CA 证书在哪里办",
        "asked": "外地企业参加投标，CA 证书在哪里办，要不要法人到场？",
        "text": "可以在网上办，也可以到大厅窗口办，不要求法人到场。",
        "department": cast.department("Z-XX"),
        "actor": cast.tech_liaison,
    }
    return save_page(page, **(told | changes))  # type: ignore[arg-type]


def published(cast: Cast, row: TopicText) -> TopicPage:
    propose_page(row.page, cast.tech_liaison)
    decided = decide_page(
        row.page, approve=True, manifest_sha256=row.manifest_sha256, comment="", actor=cast.editor, secrecy=True,
        personal_data=True,
    )  # fmt: skip
    return TopicPage.objects.get(pk=decided.page_id)


def refusal(call: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)  # type: ignore[operator]
    return caught.value.code


def test_nothing_is_public_before_a_second_person_agreed_c4_4(cast: Cast) -> None:
    row = faq(cast)
    assert list(pages.public_pages()) == []
    propose_page(row.page, cast.tech_liaison)
    assert list(pages.public_pages()) == []
    page = published_after_proposal(cast, row)
    assert list(pages.public_pages()) == [page]
    kinds = list(LedgerEntry.objects.filter(chain=pages.chain_of(page)).values_list("kind", flat=True))
    assert kinds == ["page.saved", "page.proposed", "page.decided", "page.published"]


def published_after_proposal(cast: Cast, row: TopicText) -> TopicPage:
    decide_page(
        row.page, approve=True, manifest_sha256=row.manifest_sha256, comment="", actor=cast.editor, secrecy=True,
        personal_data=True,
    )  # fmt: skip
    return TopicPage.objects.get(pk=row.page_id)


def test_the_drafter_never_approves_c4_4_inv_4(cast: Cast) -> None:
    row = faq(cast, actor=cast.editor)
    propose_page(row.page, cast.editor)
    told = {"approve": True, "manifest_sha256": row.manifest_sha256, "comment": "", "secrecy": True}
    assert refusal(decide_page, row.page, **told, personal_data=True, actor=cast.editor) == "second_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        TopicText.objects.filter(pk=row.pk).update(decided_user=cast.editor.pk)


def test_an_approval_without_both_checks_is_refused_and_the_table_refuses_it_too_inv_4(cast: Cast) -> None:
    row = faq(cast)
    propose_page(row.page, cast.tech_liaison)
    told = {"approve": True, "manifest_sha256": row.manifest_sha256, "comment": "", "actor": cast.editor}
    assert refusal(decide_page, row.page, **told, secrecy=True) == "checks_missing"
    assert refusal(decide_page, row.page, **told, personal_data=True) == "checks_missing"
    with pytest.raises(IntegrityError), transaction.atomic():
        TopicText.objects.filter(pk=row.pk).update(decision="approved")


def test_an_approval_is_of_the_text_that_was_seen(cast: Cast) -> None:
    row = faq(cast)
    propose_page(row.page, cast.tech_liaison)
    newer = faq(cast, row.page, text="改过的文字，须另外审核，不能混过去。")
    told = {"approve": True, "comment": "", "secrecy": True, "personal_data": True, "actor": cast.editor}
    assert refusal(decide_page, row.page, manifest_sha256=row.manifest_sha256, **told) == "nothing_proposed"
    propose_page(row.page, cast.tech_liaison)
    assert refusal(decide_page, row.page, manifest_sha256=row.manifest_sha256, **told) == "other_text"
    assert decide_page(row.page, manifest_sha256=newer.manifest_sha256, **told).decision == "approved"


def test_saving_the_same_text_changes_nothing(cast: Cast) -> None:
    row = faq(cast)
    before = LedgerEntry.objects.count()
    assert faq(cast, row.page).pk == row.pk
    assert LedgerEntry.objects.count() == before


def test_a_text_that_was_sent_back_may_come_again_with_a_reason_told_to_its_drafter(cast: Cast) -> None:
    row = faq(cast)
    propose_page(row.page, cast.tech_liaison)
    told = {"manifest_sha256": row.manifest_sha256, "actor": cast.editor}
    assert refusal(decide_page, row.page, approve=False, comment="改", **told) == "too_short"
    decide_page(row.page, approve=False, comment="请写明窗口的地址", **told)
    assert "请写明窗口的地址" in Notice.objects.get(recipient="tech_liaison").body
    assert faq(cast, row.page).number == 2


def test_what_is_public_stands_until_the_next_text_is_approved_and_says_what_changed_c11_1(cast: Cast) -> None:
    page = published(cast, faq(cast))
    assert refusal(faq, cast, page, text="改成新的办理地点，请大家留意。") == "correction_note"
    row = faq(cast, page, text="改成新的办理地点，请大家留意。", note="窗口搬到二楼")
    first = pages.standing_text(page)
    assert first is not None
    assert first.number == 1
    published(cast, row)
    shown = pages.standing_text(page)
    assert shown is not None
    assert (shown.number, shown.note) == (2, "窗口搬到二楼")


def test_a_hot_topic_is_built_from_several_public_answers_c4_4(cast: Cast) -> None:
    one = stories.answered(cast)
    hot = {"kind": TopicPage.HOT, "title": "系统故障集中回应", "answers": [one.number]}
    assert refusal(faq, cast, **hot) == "answers"
    assert refusal(faq, cast, **(hot | {"answers": [one.number, "没有这件"]})) == "answers"
    two = stories.opened(cast, text=stories.CONSULTATION)
    assert refusal(faq, cast, **(hot | {"answers": [one.number, two.number]})) == "answers"  # not public yet


def test_a_clarification_names_claim_proof_and_since_when_c1_2(cast: Cast) -> None:
    told = {"kind": TopicPage.CLARIFICATION, "asked": "网传交易中心下月撤销", "text": "没有这样的决定，业务照常办理。"}
    assert refusal(faq, cast, **told) == "proof"
    assert refusal(faq, cast, **told, proof="编办的批复") == "proof"
    later = TODAY + dt.timedelta(days=1)
    assert refusal(faq, cast, **told, proof="编办的批复", since=later) == "since"
    row = faq(cast, **told, proof="编办的批复", since=TODAY)
    assert published(cast, row).kind == TopicPage.CLARIFICATION


def test_a_withdrawn_page_leaves_the_lists_says_why_and_is_not_written_again_inv_1(cast: Cast) -> None:
    page = published(cast, faq(cast))
    assert refusal(withdraw_page, page, "改", cast.editor) == "too_short"
    page = withdraw_page(page, "办法改了，见新的说明", cast.editor)
    assert list(pages.public_pages()) == []
    assert page.texts.count() == 1
    assert refusal(faq, cast, page, text="再写一次，写得长一些也不行。") == "withdrawn"
    assert refusal(withdraw_page, page, "再撤一次也没有用", cast.editor) == "not_public"


def test_who_may_not_write_or_publish_is_told_so(cast: Cast) -> None:
    assert refusal(faq, cast, actor=cast.inspector) == "not_permitted"
    row = faq(cast)
    propose_page(row.page, cast.tech_liaison)
    told = {"approve": True, "manifest_sha256": row.manifest_sha256, "comment": "", "secrecy": True}
    assert refusal(decide_page, row.page, **told, personal_data=True, actor=cast.works_head) == "not_permitted"


def test_the_machine_points_at_personal_data_for_whoever_checks(cast: Cast) -> None:
    assert personal_data_in(faq(cast)) == []
    assert personal_data_in(faq(cast, text="请打联系人的电话 13900001234 问一问。")) != []


def test_three_messages_alike_are_suggested_to_staff_and_no_word_of_them_c4_4(cast: Cast) -> None:
    from huiying.judging.models import Event
    from huiying.judging.pipeline import judge_pending
    from huiying.listening.actions import receive_message

    asked = [f"{stories.CONSULTATION}我是第{n}次问。" for n in "一二三"]
    for n, text in enumerate(asked):
        receive_message("咨询", text, "")
        while judge_pending().screened:
            pass
        if n < 2:
            assert pages.suggestions() == []
    (row,) = pages.suggestions()
    assert row.times == 3
    assert all(text not in f"{row.subject}{row.answers}" for text in asked)
    assert set(row.events) <= set(Event.objects.values_list("number", flat=True))
    faq(cast, subject=row.subject, events=row.events)
    assert pages.suggestions() == []


def test_a_claim_that_two_persons_found_false_is_suggested_for_a_clarification_c1_2(cast: Cast) -> None:
    from huiying.judging import actions as judging

    event = stories.hear(stories.RUMOUR)
    judging.set_concern(event, "谣言", cast.duty, claim="交易中心下个月要撤销", proof="编办没有这样的批复")
    assert not any(row.clarifies for row in pages.suggestions())
    decision = event.concern_decisions.get()
    judging.second_concern(decision, True, cast.office)
    (row,) = [row for row in pages.suggestions() if row.clarifies]
    assert row.subject == "交易中心下个月要撤销"
    told = {"kind": TopicPage.CLARIFICATION, "proof": "编办没有这样的批复", "since": TODAY}
    faq(cast, **told, subject=row.subject, events=row.events)
    assert not any(row.clarifies for row in pages.suggestions())
