"""C8.7: an expert, a press conference or an interview counts as an answer only with its whole record and evidence."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

import stories
from cast import Cast
from forms_of import LOOKED, MP3, MP4, PNG, SAID, authorised, expert, held, interview, photo, planned
from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.handling.queries import effective
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.responding import actions
from huiying.responding.actions.forms import (
    cancel_conference,
    check_conflict,
    drop_expert,
    drop_interview,
    edit_conference,
    hold_conference,
    plan_expert,
    plan_interview,
    prepare,
    review_outline,
)
from huiying.responding.actions.speaking import revoke
from huiying.responding.forms_of_answer import overdue_conferences, upcoming_conferences
from huiying.responding.models import ExpertExplanation, Interview, PressConference, Publication
from huiying.work.auditor import check

URL = "https://video.example/1"
HOUR = dt.timedelta(hours=1)


def released(cast: Cast, form: str, level: str = "重大") -> Publication:
    """An approved text for the form, handed to people: nothing of it is public yet."""
    case = stories.approved(cast, level, renditions={**stories.DRAFT["renditions"], form: "登录服务已恢复。"})  # type: ignore[dict-item]
    (row,) = actions.release(case, [form], cast.office)
    return row


def post(cast: Cast, row: Publication) -> Publication:
    return actions.record_post(row, URL, photo(), cast.editor)


def refused(cast: Cast, row: Publication) -> str:
    with pytest.raises(Refused) as refusal:
        post(cast, row)
    assert refusal.value.code == "form_incomplete"
    row.refresh_from_db()
    assert row.state == Publication.TO_DO
    assert row.case is not None
    assert stories.again(row.case).answered_at is None
    return refusal.value.sentence


# --- 专家解读 ---------------------------------------------------------------------------------------------------------


def test_an_expert_explanation_needs_an_expert_whose_interests_were_looked_into_c8_7(cast: Cast) -> None:
    row = released(cast, "expert")
    assert row.case is not None
    assert "还没有登记专家解读" in refused(cast, row)
    record = expert(cast, row.case, checked=None)
    assert "利益关系还没有" in refused(cast, row)
    check_conflict(record, True, LOOKED, cast.office)
    actions.verify_post(post(cast, row), True, "", cast.office)
    record.refresh_from_db()
    row.refresh_from_db()
    assert (record.publication, row.state) == (row, Publication.LIVE)
    assert stories.again(row.case).answered_at is not None


def test_an_expert_with_a_conflict_never_explains_c8_7(cast: Cast) -> None:
    row = released(cast, "expert")
    assert row.case is not None
    expert(cast, row.case, checked=False)
    assert "有利益关系" in refused(cast, row)


def test_who_proposed_the_expert_does_not_check_the_conflict_c8_7(cast: Cast) -> None:
    case = stories.handled(cast)
    row = plan_expert(case, "钱教授", "电子招投标", "某大学", "怎样顺延开标", cast.office)
    with pytest.raises(Refused) as refusal:
        check_conflict(row, True, LOOKED, cast.office)
    assert refusal.value.code == "second_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        ExpertExplanation.objects.filter(pk=row.pk).update(conflict_checked_user=cast.office.pk)
    for actor in (cast.editor, cast.duty, cast.tech_head):
        with pytest.raises(Refused) as refusal:
            check_conflict(row, True, LOOKED, actor)
        assert refusal.value.code == "not_permitted"
    with pytest.raises(Refused) as refusal:
        check_conflict(row, True, "没有", cast.office2)
    assert refusal.value.code == "too_short"
    check_conflict(row, True, LOOKED, cast.office2)
    with pytest.raises(Refused) as refusal:
        check_conflict(row, False, LOOKED, cast.legal)
    assert refusal.value.code == "already_checked"


def test_the_record_of_the_house_names_the_field_and_not_the_expert(cast: Cast) -> None:
    expert(cast, stories.handled(cast))
    told = " ".join(LedgerEntry.objects.filter(kind__startswith="expert.").values_list("payload", flat=True))  # type: ignore[arg-type]
    assert "电子招投标" in told
    assert "钱教授" not in told


def test_a_dropped_expert_explains_nothing_and_a_used_one_is_not_dropped(cast: Cast) -> None:
    row = released(cast, "expert")
    assert row.case is not None
    first = expert(cast, row.case)
    drop_expert(first, "时间不合适", cast.editor)
    assert "还没有登记专家解读" in refused(cast, row)
    with pytest.raises(Refused) as refusal:
        drop_expert(first, "时间不合适", cast.editor)
    assert refusal.value.code == "dropped"
    second = expert(cast, row.case)
    post(cast, row)
    with pytest.raises(Refused) as refusal:
        drop_expert(second, "时间不合适", cast.editor)
    assert refusal.value.code == "already_public"


@pytest.mark.parametrize("hole", ["name", "field", "employer", "topic"])
def test_an_expert_is_registered_whole(cast: Cast, hole: str) -> None:
    told = {"name": "钱教授", "field": "电子招投标", "employer": "某大学", "topic": "怎样顺延开标"} | {hole: " "}
    with pytest.raises(Refused) as refusal:
        plan_expert(stories.handled(cast), **told, actor=cast.editor)
    assert refusal.value.code == "too_short"


# --- 新闻发布会 -------------------------------------------------------------------------------------------------------


def test_a_press_conference_counts_only_held_with_list_answers_and_transcript_c8_7(cast: Cast) -> None:
    row = released(cast, "press_conference")
    assert row.case is not None
    assert "还没有登记新闻发布会" in refused(cast, row)
    record = planned(cast, row.case, media=[], questions=[])
    said = refused(cast, row)
    assert all(word in said for word in ("媒体名单", "备答", "实录"))
    edit_conference(record, record.topic, record.starts_at, record.place, record.speaker, ["鞍山日报"], "", cast.editor)
    prepare(record, [{"question": "怎么算？", "answer": "顺延。"}], cast.editor)
    assert "还没有登记召开" in refused(cast, row)
    hold_conference(record, SAID, photo(), cast.editor)
    actions.verify_post(post(cast, row), True, "", cast.office)
    record.refresh_from_db()
    assert record.publication == row


@pytest.mark.parametrize("hole", ["transcript", "proof", "kind"])
def test_held_without_transcript_or_proof_is_impossible_c8_7(cast: Cast, hole: str) -> None:
    row = planned(cast, stories.handled(cast))
    text = "" if hole == "transcript" else SAID
    proof = None if hole == "proof" else photo(b"MZ" + b"0" * 40) if hole == "kind" else photo()
    with pytest.raises(Refused) as refusal:
        hold_conference(row, text, proof, cast.editor)
    assert refusal.value.code == {"transcript": "too_short", "proof": "no_evidence", "kind": "media_type"}[hole]
    row.refresh_from_db()
    assert (row.state, row.held_at) == (PressConference.PLANNED, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        PressConference.objects.filter(pk=row.pk).update(state="held", held_at=clock.now())


@pytest.mark.parametrize(
    ("content", "kind", "media"),
    [
        (PNG, "screenshot", "image/png"),
        (MP4, "clip", "video/mp4"),
        (MP3, "clip", "audio/mpeg"),
        (b"\xff\xfb" + b"0" * 30, "clip", "audio/mpeg"),
        (b"%PDF-1.4\n" + b"0" * 30, "document", "application/pdf"),
    ],
)
def test_a_photo_a_clip_or_a_paper_proves_a_conference(cast: Cast, content: bytes, kind: str, media: str) -> None:
    """C8.7: URL, snapshot, photo, clip."""
    row = planned(cast, stories.handled(cast))
    hold_conference(row, SAID, photo(content, "现场"), cast.editor)
    row.refresh_from_db()
    assert row.evidence is not None
    assert (row.evidence.kind, row.evidence.media_type) == (kind, media)
    assert (row.state, row.held_at) == (PressConference.HELD, clock.now())


def test_a_proof_that_is_too_large_is_refused(cast: Cast) -> None:
    row = planned(cast, stories.handled(cast))
    with pytest.raises(Refused) as refusal:
        hold_conference(row, SAID, photo(PNG + b"0" * (10 * 1024 * 1024)), cast.editor)
    assert refusal.value.code == "too_large"


def test_an_unauthorised_speaker_can_not_hold_it_c12_1(cast: Cast) -> None:
    case = stories.handled(cast)
    nobody = planned(cast, case, speaker=None)
    with pytest.raises(Refused) as refusal:
        hold_conference(nobody, SAID, photo(), cast.editor)
    assert refusal.value.code == "not_ready"
    word = authorised(cast, case)
    row = planned(cast, case, speaker=word)
    revoke(word, "内容还要核实", cast.deputy)
    with pytest.raises(Refused) as refusal:
        hold_conference(row, SAID, photo(), cast.editor)
    assert "C12.1" in refusal.value.sentence
    with pytest.raises(Refused) as refusal:
        planned(cast, case, speaker=word)
    assert refusal.value.code == "not_authorised"


def test_the_authorisation_of_another_case_opens_no_conference_c12_1(cast: Cast) -> None:
    word = authorised(cast, stories.opened(cast, text=stories.RUMOUR))
    with pytest.raises(Refused) as refusal:
        planned(cast, stories.handled(cast), speaker=word)
    assert refusal.value.code == "not_authorised"


def test_revoked_after_the_conference_the_post_waits_for_a_leaders_new_word_c12_1(cast: Cast) -> None:
    row = released(cast, "press_conference")
    assert row.case is not None
    record = held(cast, row.case)
    assert record.speaker is not None
    revoke(record.speaker, "内容还要核实", cast.deputy)
    assert "C12.1" in refused(cast, row)
    authorised(cast, row.case)
    assert post(cast, row).state == Publication.TO_VERIFY


def test_it_is_not_held_before_its_time_and_not_planned_before_the_matter_was_known(
    cast: Cast, frozen: FrozenClock
) -> None:
    case = stories.handled(cast)
    row = planned(cast, case, starts_at=clock.now() + HOUR)
    with pytest.raises(Refused) as refusal:
        hold_conference(row, SAID, photo(), cast.editor)
    assert refusal.value.code == "too_early"
    frozen.advance(HOUR)
    hold_conference(row, SAID, photo(), cast.editor)
    with pytest.raises(Refused) as refusal:
        planned(cast, case, starts_at=case.first_known_at - HOUR)
    assert refusal.value.code == "too_early"


def test_of_two_who_hold_or_cancel_it_at_once_the_second_hears_what_the_first_did(cast: Cast) -> None:
    """Both had the page open: each works on a row of its own."""
    case = stories.handled(cast)
    row = planned(cast, case)
    mine, theirs = (PressConference.objects.get(pk=row.pk) for _n in range(2))
    hold_conference(mine, SAID, photo(), cast.editor)
    for late in (
        lambda: cancel_conference(theirs, "情况有变化", cast.office),
        lambda: hold_conference(theirs, SAID, photo(), cast.office),
        lambda: edit_conference(theirs, "题目改了", clock.now(), "二楼", None, [], "", cast.office),
        lambda: prepare(theirs, [], cast.office),
    ):
        with pytest.raises(Refused) as refusal:
            late()
        assert refusal.value.code == "already_held"
    other = planned(cast, case)
    again = PressConference.objects.get(pk=other.pk)
    cancel_conference(other, "情况有变化", cast.office)
    with pytest.raises(Refused) as refusal:
        hold_conference(again, SAID, photo(), cast.editor)
    assert refusal.value.code == "cancelled"
    assert LedgerEntry.objects.filter(kind="conference.held").count() == 1


def test_a_cancelled_conference_is_no_answer(cast: Cast) -> None:
    row = released(cast, "press_conference")
    assert row.case is not None
    cancel_conference(planned(cast, row.case), "改为书面答复", cast.editor)
    assert "还没有登记新闻发布会" in refused(cast, row)


def test_a_question_without_an_answer_is_not_prepared(cast: Cast) -> None:
    row = planned(cast, stories.handled(cast))
    before = row.prepared
    for half in ({"question": "怎么算？", "answer": " "}, {"answer": "顺延。"}):
        with pytest.raises(Refused) as refusal:
            prepare(row, [half], cast.editor)
        assert refusal.value.code == "half_a_question"
    with pytest.raises(Refused):
        prepare(row, [{"question": f"问{n}", "answer": "答"} for n in range(41)], cast.editor)
    row.refresh_from_db()
    assert row.prepared == before
    prepare(row, [*before, {"question": "", "answer": ""}], cast.editor)
    assert LedgerEntry.objects.filter(kind="conference.prepared").count() == 1, "nothing new was prepared"


def test_only_outlets_stand_on_the_media_list_c8_7(cast: Cast) -> None:
    """No journalist is ever named: there is no column for one, and a name is refused (INV-10)."""
    columns = {field.name for model in (PressConference, Interview) for field in model._meta.get_fields()}
    assert not columns & {"journalist", "reporter", "reporters", "contact", "phone"}
    case = stories.handled(cast)
    for name in ("鞍山日报 记者王某", "王女士", "鞍山日报 13812345678", "甲", "报" * 61):
        with pytest.raises(Refused) as refusal:
            planned(cast, case, media=["鞍山日报", name])
        assert refusal.value.code in ("no_person", "outlet")
    assert planned(cast, case, media=["鞍山日报", " 鞍山日报 ", "", "新华社"]).media == ["鞍山日报", "新华社"]


def test_a_plan_may_be_changed_until_it_is_held_and_each_change_is_recorded_once(cast: Cast) -> None:
    row = planned(cast, stories.handled(cast))
    told: tuple[Any, ...] = (row.topic, row.starts_at + HOUR, "三楼会议室", row.speaker, row.media, row.plan)
    edit_conference(row, *told, cast.editor)
    edit_conference(row, *told, cast.editor)
    row.refresh_from_db()
    assert (row.place, row.starts_at) == ("三楼会议室", clock.now() + HOUR)
    assert LedgerEntry.objects.filter(kind="conference.changed").count() == 1
    with pytest.raises(Refused) as refusal:
        edit_conference(row, *told, cast.duty)
    assert refusal.value.code == "not_permitted"


def test_planning_and_the_hour_itself_move_no_clock_c8_7(cast: Cast, frozen: FrozenClock) -> None:
    """§2.1: only the evidence of a conference meets its deadline."""
    row = released(cast, "press_conference")
    assert row.case is not None
    handling.set_emergency(row.case, "重大", cast.duty)
    assert effective(row.case, "press_conference") is not None
    record = held(cast, row.case)
    frozen.advance(HOUR)
    assert effective(row.case, "press_conference") is not None, "held, and nothing is public"
    checked = actions.verify_post(post(cast, row), True, "", cast.office)
    assert effective(row.case, "press_conference") is None
    assert record.held_at is not None
    assert checked.published_at == record.held_at + HOUR, "the moment of the evidence's receipt"


def test_upcoming_conferences_stand_in_the_order_of_their_time(cast: Cast, frozen: FrozenClock) -> None:
    case = stories.handled(cast)
    late, soon = (planned(cast, case, starts_at=clock.now() + n * HOUR) for n in (5, 2))
    cancel_conference(planned(cast, case, starts_at=clock.now() + HOUR), "不开了，改书面", cast.editor)
    assert list(upcoming_conferences(clock.now())) == [soon, late]
    frozen.advance(3 * HOUR)
    assert list(upcoming_conferences(clock.now())) == [late]
    assert not overdue_conferences(clock.now())
    frozen.advance(dt.timedelta(days=2))
    assert list(overdue_conferences(clock.now())) == [soon, late]
    assert sum(found.code == "conference.untold" for found in check()) == 2


# --- 媒体专访 ---------------------------------------------------------------------------------------------------------


def test_an_interview_counts_only_with_an_outline_that_somebody_else_read_c8_7(cast: Cast) -> None:
    row = released(cast, "interview")
    assert row.case is not None
    assert "还没有登记媒体专访" in refused(cast, row)
    record = interview(cast, row.case, reviewed=None)
    assert "还没有由另一个人审核" in refused(cast, row)
    review_outline(record, True, "", cast.office)
    actions.verify_post(post(cast, row), True, "", cast.office)
    record.refresh_from_db()
    assert record.publication == row


def test_who_wrote_the_outline_does_not_review_it_c8_7(cast: Cast) -> None:
    row = plan_interview(stories.handled(cast), "鞍山日报", "一、中断的经过和原因。", None, cast.office)
    with pytest.raises(Refused) as refusal:
        review_outline(row, True, "", cast.office)
    assert refusal.value.code == "second_person"
    with pytest.raises(IntegrityError), transaction.atomic():
        Interview.objects.filter(pk=row.pk).update(reviewed_user=cast.office.pk)
    with pytest.raises(Refused) as refusal:
        review_outline(row, False, "", cast.legal)
    assert refusal.value.code == "too_short"
    review_outline(row, False, "第二条还没有核实", cast.legal)
    with pytest.raises(Refused) as refusal:
        review_outline(row, True, "", cast.office2)
    assert refusal.value.code == "already_reviewed"


def test_a_refused_or_dropped_interview_is_no_answer(cast: Cast) -> None:
    row = released(cast, "interview")
    assert row.case is not None
    record = interview(cast, row.case, reviewed=False)
    assert "没有通过" in refused(cast, row)
    drop_interview(record, "改为书面答复", cast.editor)
    assert "还没有登记媒体专访" in refused(cast, row)
    with pytest.raises(Refused):
        drop_interview(record, "改为书面答复", cast.editor)


def test_an_interview_in_a_speakers_name_needs_a_leaders_word_that_holds_c12_1(cast: Cast) -> None:
    row = released(cast, "interview")
    assert row.case is not None
    word = authorised(cast, row.case)
    interview(cast, row.case, speaker=word)
    revoke(word, "内容还要核实", cast.deputy)
    assert "C12.1" in refused(cast, row)


# --- record and act ---------------------------------------------------------------------------------------------------


def test_one_record_serves_one_act_c8_7(cast: Cast) -> None:
    """A second conference is held a second time: its act can not lean on the first one's transcript."""
    row = released(cast, "press_conference")
    assert row.case is not None
    record = held(cast, row.case)
    actions.verify_post(post(cast, row), True, "", cast.office)
    again = Publication.objects.get(pk=row.pk)
    again.pk, again.idempotency_key, again.state, again.evidence = None, "again", Publication.TO_DO, None
    again.published_at, again.posted_user, again.verified_user = None, None, None
    again.save()
    with pytest.raises(Refused) as refusal:
        post(cast, again)
    assert "还没有登记新闻发布会" in refusal.value.sentence
    record.refresh_from_db()
    assert record.publication_id == row.pk


def test_rejected_and_posted_again_the_record_is_the_same(cast: Cast) -> None:
    row = released(cast, "expert")
    assert row.case is not None
    record = expert(cast, row.case)
    actions.verify_post(post(cast, row), False, "链接打不开", cast.office)
    actions.verify_post(post(cast, row), True, "", cast.office)
    record.refresh_from_db()
    assert record.publication_id == row.pk


def test_a_record_whose_act_was_called_back_serves_the_next(cast: Cast) -> None:
    row = released(cast, "expert")
    assert row.case is not None
    record = expert(cast, row.case)
    post(cast, row)
    Publication.objects.filter(pk=row.pk).update(state=Publication.FAILED)
    text = {**stories.DRAFT["renditions"], "expert": "登录服务已恢复，解密顺延。"}  # type: ignore[dict-item]
    told = stories.DRAFT | {"renditions": text}
    actions.save_revision(stories.again(row.case), actor=cast.editor, **told)  # type: ignore[arg-type]
    stories.approve(cast, actions.submit(stories.again(row.case), cast.editor))
    (fresh,) = actions.release(stories.again(row.case), ["expert"], cast.office)
    assert post(cast, fresh).state == Publication.TO_VERIFY
    record.refresh_from_db()
    assert record.publication_id == fresh.pk


@pytest.mark.parametrize("form", ["expert", "press_conference", "interview"])
def test_answered_without_evidence_is_impossible_inv_5(cast: Cast, form: str) -> None:
    row = released(cast, form)
    case = row.case
    assert case is not None
    {"expert": expert, "press_conference": held, "interview": interview}[form](cast, case)
    with pytest.raises(Refused) as refusal:
        actions.record_post(row, URL, None, cast.editor)
    assert refusal.value.code == "no_evidence"
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=row.pk).update(state=Publication.LIVE)
    assert stories.again(case).answered_at is None


@pytest.mark.parametrize("state", ["closed", "merged", "voided"])
def test_a_case_that_is_over_plans_nothing(cast: Cast, state: str) -> None:
    case = stories.handled(cast)
    row, other, third = expert(cast, case, checked=None), planned(cast, case), interview(cast, case, reviewed=None)
    Case.objects.filter(pk=case.pk).update(state=state)
    for verb in (
        lambda: expert(cast, case),
        lambda: planned(cast, case, speaker=None),
        lambda: interview(cast, case),
        lambda: check_conflict(row, True, LOOKED, cast.office),
        lambda: hold_conference(other, SAID, photo(), cast.editor),
        lambda: review_outline(third, True, "", cast.office),
    ):
        with pytest.raises(Refused) as refusal:
            verb()
        assert refusal.value.code == "not_in_this_state"
