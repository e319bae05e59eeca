"""Dismissal, concern, figures read by hand, merging: every word has a name, the grave ones have two (C1.1, C1.2)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from cast import Cast
from huiying.judging import queries, tasks
from huiying.judging.actions import (
    merge_events,
    propose_dismissal,
    read_attitude,
    regrade_event,
    second_concern,
    second_dismissal,
    set_concern,
    set_offline_risk,
    unmerge,
)
from huiying.judging.models import ConcernDecision, Dismissal, Event
from huiying.kernel import clock
from huiying.ledger.queries import entries
from huiying.listening.models import Post
from huiying.people.errors import Refused
from huiying.work.models import Job
from stream_of import COMPLAINT, OTHER, RUMOUR, bring, event_from

REASON = "说的是另一个城市的交易中心，已查实"


def kinds(event: Event) -> list[str]:
    return [entry.kind for entry in entries(f"event:{event.number}")]


def test_not_answering_needs_two_persons_and_a_listed_ground(staff: Cast):
    event = event_from()
    propose_dismissal(event, "misread", REASON, staff.duty)
    assert Event.objects.get().state == Event.OPEN
    with pytest.raises(Refused, match="另一人"):
        second_dismissal(event, agree=True, actor=staff.duty)
    second_dismissal(event, agree=True, actor=staff.office)
    assert Event.objects.get().state == Event.DISMISSED
    assert set(kinds(event)[-3:]) == {"event.voices_forgotten", "warning.settled", "event.dismissed"}


@pytest.mark.parametrize(("ground", "reason"), [("因为不想", REASON), ("misread", "  不 相 关  "), ("", "")])
def test_a_ground_off_the_list_or_without_reason_is_refused(staff: Cast, ground: str, reason: str):
    event = event_from()
    with pytest.raises(Refused):
        propose_dismissal(event, ground, reason, staff.duty)
    assert Dismissal.objects.count() == 0


def test_a_refused_dismissal_lets_the_event_go_on_and_may_be_proposed_again(staff: Cast):
    event = event_from()
    propose_dismissal(event, "misread", REASON, staff.duty)
    with pytest.raises(Refused, match="已有人提出"):
        propose_dismissal(event, "misread", REASON, staff.office)
    assert second_dismissal(event, agree=False, actor=staff.office) is None
    assert Event.objects.get().state == Event.OPEN
    assert kinds(event)[-1] == "dismissal.refused"
    propose_dismissal(event, "elsewhere", REASON, staff.duty)
    with pytest.raises(Refused, match="没有等待"):
        second_dismissal(event_from(OTHER), agree=True, actor=staff.office)


def test_a_dismissed_event_that_grows_graver_asks_again(staff: Cast):
    event = event_from(COMPLAINT, metrics={"reads": 1})
    propose_dismissal(event, "misread", REASON, staff.duty)
    second_dismissal(event, agree=True, actor=staff.office)
    bring(COMPLAINT + "。", start=1, metrics={"reads": 2})
    assert Event.objects.get().state == Event.DISMISSED
    bring(COMPLAINT + "！", start=2, metrics={"reads": 5_000_000, "reposts": 9000}, outlet_tier=3)
    again = Event.objects.get()
    assert (again.state, again.warnings.filter(acknowledged_at=None).count()) == (Event.OPEN, 1)
    assert "event.reopened" in kinds(event)
    propose_dismissal(event, "misread", REASON, staff.duty)


def test_rumour_needs_the_claim_and_the_proof_c1_2(staff: Cast):
    event = event_from(COMPLAINT)
    for claim, proof in (("", ""), ("说要撤销", " "), (" ", "市编办复函")):
        with pytest.raises(Refused, match="哪一句说法不实"):
            set_concern(event, "谣言", staff.duty, claim=claim, proof=proof)
    assert ConcernDecision.objects.count() == 0


def test_one_person_never_makes_a_rumour_c1_2(staff: Cast):
    event = event_from(COMPLAINT)
    was = event.concern
    decision = set_concern(event, "谣言", staff.duty, claim="下月撤销", proof="市编办 9 月 1 日复函")
    assert Event.objects.get().concern == was
    with pytest.raises(Refused, match="另一人"):
        second_concern(decision, agree=True, actor=staff.duty)
    assert queries.concern_of(Event.objects.get()) == (was, False)
    second_concern(decision, agree=True, actor=staff.office)
    assert queries.concern_of(Event.objects.get()) == ("谣言", True)


def test_the_machine_never_decides_a_concern_c5_14(staff: Cast):
    event = event_from(RUMOUR)
    assert event.concern == "谣言"
    assert queries.concern_of(event) == ("谣言", False)


def test_a_rumour_that_turns_out_true_keeps_its_history(staff: Cast):
    event = event_from(COMPLAINT)
    second_concern(
        set_concern(event, "谣言", staff.duty, claim="下月撤销", proof="复函"), agree=True, actor=staff.office
    )
    set_concern(event, "投诉", staff.duty)
    assert [row.concern for row in event.concern_decisions.all()] == ["谣言", "投诉"]
    assert queries.concern_of(Event.objects.get()) == ("投诉", True)
    bring(COMPLAINT + "！", start=1)
    assert Event.objects.get().concern == "投诉"


def test_a_refused_rumour_and_an_unknown_word_change_nothing(staff: Cast):
    event = event_from(COMPLAINT)
    decision = set_concern(event, "谣言", staff.duty, claim="下月撤销", proof="复函")
    with pytest.raises(Refused, match="等第二人"):
        set_concern(event, "谣言", staff.office, claim="下月撤销", proof="复函")
    second_concern(decision, agree=False, actor=staff.office)
    with pytest.raises(Refused, match="已有结论"):
        second_concern(decision, agree=True, actor=staff.office)
    with pytest.raises(Refused, match="没有"):
        set_concern(event, "负面", staff.duty)
    assert queries.concern_of(Event.objects.get())[1] is False


def test_the_database_itself_refuses_a_rumour_without_proof(staff: Cast):
    event = event_from()
    with pytest.raises(IntegrityError), transaction.atomic():
        ConcernDecision.objects.create(
            event=event, concern="谣言", proof_needed=True, claim="x", by="甲", by_user=1, at=clock.now()
        )


def test_a_hand_read_sample_stands_above_the_guess(staff: Cast):
    event = event_from()
    graded = read_attitude(event, 3, 40, staff.duty)
    assert graded.grade["figures"]["attitude"] == 3 / 40
    bring(COMPLAINT + "！", start=1)
    assert Event.objects.get().grade["figures"]["attitude"] == 3 / 40
    for critical, sample in ((5, 4), (-1, 4), (0, 0)):
        with pytest.raises(Refused):
            read_attitude(event, critical, sample, staff.duty)


def test_an_announced_gathering_fires_its_floor(staff: Cast):
    event = event_from(COMPLAINT, metrics={"reads": 1})
    assert event.suggested_level == "L1"
    assert set_offline_risk(event, 2, staff.duty).suggested_level == "L2"
    assert set_offline_risk(event, 3, staff.duty).suggested_level == "L3"
    assert Event.objects.get().floor_fired
    with pytest.raises(Refused):
        set_offline_risk(event, 4, staff.duty)
    assert regrade_event(event).suggested_level == "L3"


def test_new_figures_of_a_known_post_regrade_its_event(staff: Cast):
    event = event_from(COMPLAINT, metrics={"reads": 1})
    bring(COMPLAINT, metrics={"reads": 8_000_000, "reposts": 90_000, "comments": 50_000})
    assert Post.objects.count() == 1
    tasks.regrade_posts(Job.objects.get(kind="regrade_posts"))
    grown = Event.objects.get()
    assert grown.grade["score"] > event.grade["score"]
    assert grown.grade["figures"]["reads"] == 8_000_000


def test_merging_takes_the_earliest_knowledge_and_moves_no_member_inv_3(staff: Cast, frozen: clock.FrozenClock):
    early = event_from(COMPLAINT)
    frozen.advance(dt.timedelta(hours=4))
    late = event_from(OTHER)
    winner = merge_events(early, late, staff.duty)
    assert winner.first_known_at == early.first_known_at
    early.refresh_from_db()
    assert (early.state, early.merged_into, early.members.count()) == (Event.MERGED, late, 1)
    assert queries.members(winner).count() == 2
    assert queries.event_of_post(Post.objects.get(text=COMPLAINT)) == late
    assert not early.warnings.filter(acknowledged_at=None).exists()


def test_posts_of_a_merged_event_join_the_one_that_goes_on(staff: Cast):
    loser, winner = event_from(COMPLAINT), event_from(OTHER)
    merge_events(loser, winner, staff.duty)
    (post,) = bring(COMPLAINT + "！", start=1)
    assert queries.event_of_post(post) == winner
    assert Event.objects.get(pk=winner.pk).posts_count == 2


def test_a_merge_is_reversible(staff: Cast):
    loser, winner = event_from(COMPLAINT), event_from(OTHER)
    merge_events(loser, winner, staff.duty)
    back = unmerge(loser, staff.duty)
    assert (back.state, back.merged_into) == (Event.OPEN, None)
    assert back.confirm_by is not None
    assert queries.members(Event.objects.get(pk=winner.pk)).count() == 1
    assert {"event.merged", "event.unmerged"} <= set(kinds(loser))


def test_what_may_not_be_merged(staff: Cast):
    one, two = event_from(COMPLAINT), event_from(OTHER)
    with pytest.raises(Refused, match="它自己"):
        merge_events(one, one, staff.duty)
    merge_events(one, two, staff.duty)
    assert merge_events(one, two, staff.duty) == two
    with pytest.raises(Refused, match="它自己"):
        merge_events(two, one, staff.duty)
    Event.objects.filter(pk=two.pk).update(state=Event.CASED)
    three = event_from("鞍山林权流转承包纠纷，林地挂牌没人管")
    with pytest.raises(Refused, match="已立案"):
        merge_events(two, three, staff.duty)


def test_an_earlier_knowledge_is_told_to_the_case_that_took_the_event_in(staff: Cast, frozen: clock.FrozenClock):
    early = event_from(COMPLAINT)
    frozen.advance(dt.timedelta(hours=4))
    cased = event_from(OTHER)
    Event.objects.filter(pk=cased.pk).update(state=Event.CASED)
    merge_events(early, cased, staff.duty)
    job = Job.objects.get(kind="event_known_earlier")
    assert job.payload == {
        "event": cased.pk,
        "known_at": early.first_known_at.isoformat(),
        "merged": early.number,
    }


@pytest.mark.parametrize("who", ["works_head", "admin"])
def test_others_judge_nothing(staff: Cast, who: str):
    event, actor = event_from(), getattr(staff, who)
    for attempt in (
        lambda: propose_dismissal(event, "misread", REASON, actor),
        lambda: set_concern(event, "投诉", actor),
        lambda: set_offline_risk(event, 3, actor),
        lambda: read_attitude(event, 1, 2, actor),
        lambda: unmerge(event, actor),
    ):
        with pytest.raises(Refused):
            attempt()
    event.refresh_from_db()
    assert (event.state, event.offline_risk, event.attitude) == (Event.OPEN, 0, None)
