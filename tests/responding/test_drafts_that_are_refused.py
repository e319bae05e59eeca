"""C1.1, C3.1, C7.4, C9.3, INV-4: what may not go to review, each with what to do; and races around one draft."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cast import Cast
from huiying.handling.actions.work import agree_facts
from huiying.handling.models import Case
from huiying.judging import actions as judging
from huiying.judging.models import EventPost
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.listening.models import Post
from huiying.people.actions import appoint
from huiying.people.errors import Refused
from huiying.responding import actions
from huiying.responding.actions.drafting import save_revision
from huiying.responding.models import Publication, ReviewRound, ReviewStep, Revision
from huiying.responding.queries import current_revision
from stories import DRAFT, RUMOUR, again, approve, approved, drafted, handled, opened, submitted

PARTLY: dict[str, Any] = {
    "openness": Revision.PARTLY,
    "openness_ground": "third_party",
    "openness_left_out": "投标人的报价明细",
    "openness_review_on": dt.date(2026, 12, 1),
}


def save(cast: Cast, case: Case, **changes: Any) -> Revision:
    return save_revision(again(case), actor=cast.editor, **(DRAFT | changes))


def refusal_of(cast: Cast, case: Case) -> str:
    with pytest.raises(Refused) as refusal:
        actions.submit(again(case), cast.editor)
    assert not ReviewRound.objects.filter(case=case, state="open").exists()
    return refusal.value.sentence


def decide(step: ReviewStep, who: Any, **changes: Any) -> ReviewStep:
    told = {"approve": True, "comment": "请补充标段", "manifest_sha256": step.round.manifest_sha256} | changes
    return actions.decide_step(step, secrecy=True, personal_data=True, actor=who, **told)


@pytest.mark.parametrize("place", ["title", "question", "facts", "basis", "renditions"])
def test_an_open_blank_is_refused_wherever_it_stands_and_named(cast: Cast, place: str) -> None:
    blank = "受影响的是【请填：标段名称】。"
    revision = drafted(cast, **{place: {"portal": blank} if place == "renditions" else blank})
    said = refusal_of(cast, revision.case)
    assert "标段名称" in said
    assert "请填上，或删去那一句" in said


def test_a_draft_without_a_basis_is_refused_c3_1(cast: Cast) -> None:
    assert "法律法规或公告文号" in refusal_of(cast, drafted(cast, basis=" ").case)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"openness_ground": ""}, "法定理由"),
        ({"openness_ground": "不方便公开"}, "法定理由"),
        ({"openness_left_out": ""}, "哪一部分不公开"),
        ({"openness_review_on": None}, "复核日期"),
        ({"openness_review_on": dt.date(2026, 9, 14)}, "复核日期"),
        ({"openness": "open"}, "请二者选一"),
        ({"openness": "secret"}, "公开属性"),
    ],
)
def test_partly_open_without_a_legal_ground_is_refused_c1_1(cast: Cast, changes: dict[str, Any], words: str) -> None:
    """公开为原则: free text alone is no ground; without a day of review it would stay closed for ever."""
    assert words in refusal_of(cast, drafted(cast, **(PARTLY | changes)).case)


def test_partly_open_with_ground_part_and_day_goes_to_review_c1_1(cast: Cast) -> None:
    assert actions.submit(again(drafted(cast, **PARTLY).case), cast.editor).state == "open"


def test_openness_is_in_the_manifest_c1_1(cast: Cast) -> None:
    """INV-4: what is left out is approved too."""
    one = drafted(cast)
    other = save(cast, one.case, **PARTLY)
    assert one.manifest_sha256 != other.manifest_sha256


def test_a_draft_on_old_facts_is_refused_with_what_changed_c7_4(cast: Cast) -> None:
    revision = drafted(cast)
    agree_facts(again(revision.case), "登录服务中断八十分钟。", 1, "重新核对日志", cast.tech_head)
    said = refusal_of(cast, revision.case)
    assert "第 2 版" in said
    assert "八十" in said


def test_a_statutory_channel_that_people_named_must_be_pointed_to_c3_1(cast: Cast) -> None:
    """Scenario 17, the answer's side."""
    revision = drafted(cast)
    member = EventPost.objects.filter(event=revision.case.event).first()
    assert member is not None
    Post.objects.filter(pk=member.post_id).update(text="开标结果不对，我们要提出异议")
    assert "异议" in refusal_of(cast, revision.case)
    save(cast, revision.case, statutory=["objection"])
    assert actions.submit(again(revision.case), cast.editor).state == "open"


def test_a_department_that_neither_leads_nor_handles_does_not_speak_c8_3(cast: Cast) -> None:
    assert "不能发声" in refusal_of(cast, drafted(cast, department="监督检查处").case)


def test_a_rumour_s_label_goes_its_own_way_scenario_13_c1_2(cast: Cast) -> None:
    """A draft calls nothing a rumour by itself: the label needs a claim, proof and a second person."""
    case = opened(cast, text=RUMOUR)
    with pytest.raises(Refused):
        judging.set_concern(case.event, "谣言", cast.duty, "", "")
    assert again(case).event.concern_decisions.count() == 0


# --- drafter and approver ---------------------------------------------------------------------------------------------


def test_the_drafter_never_approves_whatever_posts_they_hold_c9_3(cast: Cast) -> None:
    for role in ("division_head", "secrecy_checker", "office_head", "deputy_leader"):
        appoint(cast.editor, role, cast.department("Z-XX"), actor=Actor.SYSTEM)
    round_ = submitted(cast)
    for step in round_.steps.all():
        with pytest.raises(Refused):
            decide(step, cast.editor)
    assert not ReviewStep.objects.exclude(decision="").exists()


def test_three_names_stand_behind_a_published_text_c9_3(cast: Cast) -> None:
    case = approved(cast)
    (row,) = actions.release(case, ["portal"], cast.office)
    deciders = set(ReviewStep.objects.filter(round__case=case).values_list("decided_user", flat=True))
    assert row.drafter_user not in deciders
    assert len(deciders | {row.drafter_user}) >= 3


def test_a_save_without_change_voids_nothing_a_change_does_c9_3(cast: Cast) -> None:
    round_ = submitted(cast)
    decide(round_.open_steps()[0], cast.tech_head)
    assert save(cast, round_.case) == round_.revision
    round_.refresh_from_db()
    assert round_.state == ReviewRound.OPEN
    save(cast, round_.case, title="另一个标题")
    round_.refresh_from_db()
    assert round_.state == ReviewRound.VOIDED


@pytest.mark.parametrize(
    "changes",
    [{"stage": "final"}, {"statutory": ["petition"]}, {"department": "网络管理处"}, {"redacts": True}, PARTLY],
)
def test_what_kind_who_and_how_open_are_approved_too(cast: Cast, changes: dict[str, Any]) -> None:
    round_ = submitted(cast)
    save(cast, round_.case, **changes)
    round_.refresh_from_db()
    assert round_.state == ReviewRound.VOIDED


# --- at the same second -----------------------------------------------------------------------------------------------


def test_two_leaders_decide_in_the_same_second_one_of_them_did(cast: Cast) -> None:
    """The second one reads that somebody was first; nothing is decided twice."""
    round_ = submitted(cast)
    for step in round_.open_steps():
        decide(step, {"division_head": cast.tech_head}.get(step.role, cast.secrecy))
    first = round_.open_steps()[0]
    second = ReviewStep.objects.get(pk=first.pk)  # read before either has decided
    decide(first, cast.office)
    with pytest.raises(Refused) as refusal:
        decide(second, cast.office2, approve=False)
    assert refusal.value.code == "round_is_over"
    first.refresh_from_db()
    assert (first.decision, first.decided_by) == ("approved", "办公室主任")


def test_a_draft_that_changes_during_the_approval_is_not_approved(cast: Cast) -> None:
    """INV-4: the hash on the reviewer's screen is another text's."""
    round_ = submitted(cast)
    step = round_.open_steps()[0]
    seen = round_.manifest_sha256
    save(cast, round_.case, facts="9月14日8时30分至9时50分，登录服务中断。")
    with pytest.raises(Refused) as refusal:
        decide(step, cast.tech_head, manifest_sha256=seen)
    assert refusal.value.code == "round_is_over"
    second = actions.submit(again(round_.case), cast.editor)
    with pytest.raises(Refused) as refusal:
        decide(second.open_steps()[0], cast.tech_head, manifest_sha256=seen)
    assert refusal.value.code == "other_text"
    assert again(round_.case).state == "reviewing"


def test_a_change_between_approval_and_release_publishes_nothing(cast: Cast) -> None:
    case = approved(cast)
    save(cast, case, facts="9月14日8时30分至9时50分，登录服务中断。")
    with pytest.raises(Refused):
        actions.release(again(case), ["portal"], cast.office)
    assert not Publication.objects.exists()


def test_a_correction_says_what_it_corrects_and_why_c11_1(cast: Cast, frozen: FrozenClock) -> None:
    case = handled(cast)
    with pytest.raises(Refused) as refusal:
        save(cast, case, stage="correction", correction_note="数字写错了")
    assert refusal.value.code == "nothing_to_correct"
    save(cast, case)
    approve(cast, actions.submit(again(case), cast.editor))
    assert current_revision(case) is not None
