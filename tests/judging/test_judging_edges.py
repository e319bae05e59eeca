"""Rules of judging at their edges: merging, three levels, ladders, urgent calls, second persons, figures, titles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from cast import Cast, builtin_text
from huiying.judging import actions, engines, merging, opening, pipeline, queries, tasks, warnings
from huiying.judging.actions.deciding import GROUNDS, propose_dismissal, second_concern, second_dismissal, set_concern
from huiying.judging.models import ConcernDecision, Dismissal, Event, EventPost, LevelDecision, UrgentCall, Warning
from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.ledger.models import LedgerEntry
from huiying.ledger.queries import entries
from huiying.listening.actions import receive
from huiying.listening.models import Post
from huiying.listening.watching import grading_model, level_code
from huiying.people.actions import adopt_regulation, appoint
from huiying.people.errors import Refused
from huiying.people.models import Appointment, Department, User
from huiying.people.queries import regulation_now
from huiying.regulation import load
from huiying.work import outbox
from lines_of import parsed
from stream_of import COMPLAINT, LIFE, OTHER, PRAISE, bring, event_from, grave_event

REASON = "上周已就同一件事公开说明，没有新的情况"
CONCERN = "谣言"
ORE = "鞍山菱镁矿采矿权挂牌，听说前置条件就是给某家写的，还要求有本地厂房，是不是又要定向出让？"
HOUR = dt.timedelta(hours=1)


def again(event: Event) -> Event:
    return Event.objects.get(pk=event.pk)


def kinds(event: Event) -> list[str]:
    return [entry.kind for entry in entries(f"event:{event.number}")]


# Merging (C5.16, INV-3)


def two(frozen: clock.FrozenClock) -> tuple[Event, Event]:
    earlier = event_from(COMPLAINT, metrics={"reads": 100})
    frozen.advance(HOUR)
    return earlier, event_from(OTHER, metrics={"reads": 40})


def test_the_one_that_goes_on_takes_the_earliest_knowledge_inv_3(staff: Cast, frozen: clock.FrozenClock):
    earlier, later_one = two(frozen)
    winner = actions.merge_events(earlier, later_one, staff.duty)
    assert winner.first_known_at == earlier.first_known_at
    assert again(later_one).first_known_at == earlier.first_known_at
    assert again(earlier).state == Event.MERGED
    assert (again(earlier).confirm_by, again(earlier).warnings.filter(acknowledged_at=None).count()) == (None, 0)
    assert again(later_one).grade["figures"]["reads"] == 140
    assert "event.merged" in kinds(earlier)
    assert "event.took_in" in kinds(later_one)


def test_unmerging_gives_back_the_members_and_not_the_time_inv_2(staff: Cast, frozen: clock.FrozenClock):
    earlier, winner = two(frozen)
    actions.merge_events(earlier, winner, staff.duty)
    actions.unmerge(earlier, staff.office)
    assert (again(earlier).state, again(earlier).merged_into) == (Event.OPEN, None)
    assert again(winner).grade["figures"]["reads"] == 40
    assert again(earlier).grade["figures"]["reads"] == 100
    assert again(winner).first_known_at == earlier.first_known_at, "what was known once stays known"
    before = LedgerEntry.objects.count()
    actions.unmerge(earlier, staff.office)
    assert LedgerEntry.objects.count() == before, "twice is once"


def test_merging_twice_is_once_and_not_into_oneself(staff: Cast, frozen: clock.FrozenClock):
    loser, winner = two(frozen)
    actions.merge_events(loser, winner, staff.duty)
    before = LedgerEntry.objects.count()
    assert actions.merge_events(loser, winner, staff.duty).pk == winner.pk
    for one, other in ((winner, winner), (winner, loser)):
        with pytest.raises(Refused) as refused:
            actions.merge_events(one, other, staff.duty)
        assert refused.value.code == "same_event"
    assert LedgerEntry.objects.count() == before


@pytest.mark.parametrize(
    ("state", "code"), [(Event.CASED, "cased"), (Event.ENDED, "settled"), (Event.DISMISSED, "settled")]
)
def test_what_is_over_is_not_merged_away(staff: Cast, frozen: clock.FrozenClock, state: str, code: str):
    loser, winner = two(frozen)
    Event.objects.filter(pk=loser.pk).update(state=state)
    with pytest.raises(Refused) as refused:
        actions.merge_events(loser, winner, staff.duty)
    assert refused.value.code == code
    assert again(loser).merged_into is None


def test_nothing_is_merged_into_what_nobody_will_answer(staff: Cast, frozen: clock.FrozenClock):
    """C1.1"""
    loser, winner = two(frozen)
    Event.objects.filter(pk=winner.pk).update(state=Event.DISMISSED)
    with pytest.raises(Refused):
        actions.merge_events(loser, winner, staff.duty)
    assert again(loser).state == Event.OPEN


def test_a_chain_of_merges_leads_to_the_last_and_danger_to_life_goes_along(staff: Cast, frozen: clock.FrozenClock):
    first, second = two(frozen)
    third = event_from(ORE)
    Event.objects.filter(pk=first.pk).update(life_safety=True)
    actions.merge_events(first, second, staff.duty)
    actions.merge_events(second, third, staff.duty)
    assert merging.live(again(first)).pk == third.pk
    assert {event.pk for event in merging.family(third)} == {first.pk, second.pk, third.pk}
    assert again(third).life_safety
    assert queries.members(third).count() == 3


@pytest.mark.parametrize("who", ["editor", "works_head", "deputy", "admin"])
def test_only_the_desk_and_the_office_merge(staff: Cast, frozen: clock.FrozenClock, who: str):
    """C5.14"""
    loser, winner = two(frozen)
    with pytest.raises(Refused):
        actions.merge_events(loser, winner, staff.people[who])
    assert again(loser).merged_into is None


def test_a_machine_never_merges_two_cases(staff: Cast, frozen: clock.FrozenClock):
    """C5.16: of two events with cases both go on; of one with a case that one does."""
    one, other = two(frozen)
    Event.objects.update(state=Event.CASED)
    merging.adopt(one.stream_no, other.stream_no, {})
    assert not Event.objects.exclude(merged_into=None).exists()
    Event.objects.filter(pk=other.pk).update(state=Event.OPEN)
    merging.adopt(one.stream_no, other.stream_no, {})
    assert again(other).merged_into_id == one.pk, "the case goes on, whichever way the engine said it"
    merging.adopt(9999, one.stream_no, {})
    assert again(one).merged_into is None


def test_voices_of_a_family_lie_between_the_largest_and_the_sum_inv_10(staff: Cast, frozen: clock.FrozenClock):
    loser, winner = two(frozen)
    Event.objects.filter(pk=loser.pk).update(voices_count=5)
    Event.objects.filter(pk=winner.pk).update(voices_count=2)
    assert queries.voices(again(winner)) == queries.Voices(2, 2)
    actions.merge_events(loser, winner, staff.duty)
    assert queries.voices(again(winner)) == queries.Voices(5, 7)


# Warnings and urgent calls (C6.12, Life first)


def test_the_ladder_has_a_step_for_each_role_and_its_top_hears_again(staff: Cast, frozen: clock.FrozenClock):
    """C6.12"""
    warning = event_from().warnings.get()
    heard = []
    for _step in range(7):
        tasks.climb_warnings(frozen.advance(HOUR), 10)
        warning.refresh_from_db()
        heard.append(warning.recipients[-1])
    assert heard == ["带班老郑", "办公室副主任", "分管副局长", *["局长"] * 4]
    assert warning.step == 7
    assert warning.next_action_at == frozen() + HOUR
    assert [user.name for user in warnings.ladder(99)] == ["局长"]
    assert len(warning.recipients) == len(set(warning.recipients))


def test_an_unmanned_role_is_passed_over(staff: Cast, frozen: clock.FrozenClock):
    """C6.12"""
    Appointment.objects.filter(role="shift_leader").update(until=clock.now())
    assert [user.name for user in warnings.ladder(1)] == ["办公室主任", "办公室副主任"]
    assert {user.name for user in warnings.ladder(0)} >= {"值班员小周"}


def test_the_same_or_a_lesser_level_does_not_warn_again(staff: Cast, frozen: clock.FrozenClock):
    event = grave_event()
    actions.acknowledge_warning(event.warnings.get(), staff.duty)
    for level, count in (("L1", 1), (event.suggested_level, 1), ("L4", 2 if event.suggested_level != "L4" else 1)):
        event.suggested_level = level
        warnings.warn(event, clock.now())
        assert event.warnings.count() == count


def test_a_matter_that_is_over_warns_once_until_somebody_looks(staff: Cast, frozen: clock.FrozenClock):
    """C1.3 C8.8"""
    event = event_from()
    actions.acknowledge_warning(event.warnings.get(), staff.duty)
    Event.objects.update(state=Event.ENDED)
    bring(COMPLAINT + "！", start=1)
    bring(COMPLAINT + "！！", start=2)
    (fresh,) = event.warnings.filter(acknowledged_at=None)
    assert "已办结" in fresh.trigger
    actions.acknowledge_warning(fresh, staff.duty)
    bring(COMPLAINT + "。", start=3)
    assert event.warnings.filter(acknowledged_at=None).count() == 1


def call_for(text: str = LIFE) -> UrgentCall:
    bring(text, own_channel=True)
    while outbox.run_due("test"):
        pass
    return UrgentCall.objects.latest("id")


def test_urgent_calls_wait_oldest_first_and_one_is_taken_once(staff: Cast, frozen: clock.FrozenClock):
    """Life first"""
    first = call_for()
    frozen.advance(dt.timedelta(minutes=2))
    second = call_for("材料款要不回来，我不想活了，今晚就从工地塔吊上跳下去，别找我了")
    assert list(queries.urgent_calls()) == [first, second]
    actions.acknowledge_urgent(first, "已打电话", staff.duty)
    actions.acknowledge_urgent(first, "另一个人也打了电话", staff.office)
    first.refresh_from_db()
    assert (first.acknowledged_by, first.what_was_done) == ("值班员小周", "已打电话")
    assert list(queries.urgent_calls()) == [second]


@pytest.mark.parametrize("account", ["", "  ", "打电话", " 打 了 "])
def test_taking_a_call_needs_an_account_of_four_characters(staff: Cast, account: str):
    made = call_for()
    with pytest.raises(Refused):
        actions.acknowledge_urgent(made, account, staff.duty)
    assert UrgentCall.objects.get().acknowledged_at is None


def test_each_person_is_called_once_in_a_round(staff: Cast):
    """Life first: who sits at the desk and leads the shift is not called twice."""
    steps = warnings.people_to_call()
    called = [user.pk for step in steps for user in step]
    assert len(called) == len(set(called))
    assert {user.name for user in steps[0]} >= {"值班员小周", "值班员小吴", "带班老郑"}
    assert all(len(step) == 1 for step in steps[1:])


# Second persons (C1.1, C1.2, C5.14)


@pytest.mark.parametrize("ground", sorted(GROUNDS))
def test_each_ground_ends_an_event_only_with_two_persons(staff: Cast, ground: str):
    """C1.1"""
    event = event_from()
    propose_dismissal(event, ground, REASON, staff.duty)
    assert again(event).state == Event.OPEN
    assert again(event).confirm_by is not None, "until then the time runs"
    with pytest.raises(Refused) as refused:
        second_dismissal(event, True, staff.duty)
    assert refused.value.code == "second_person"
    made = second_dismissal(event, True, staff.deputy)
    assert made is not None
    assert (made.seconded_by, again(event).state, again(event).confirm_by) == ("分管副局长", Event.DISMISSED, None)
    with pytest.raises(Refused):
        second_dismissal(event, True, staff.office)


@pytest.mark.parametrize(("chars", "fits"), [(9, False), (10, True)])
def test_a_dismissals_reason_is_counted_without_spaces(staff: Cast, chars: int, fits: bool):
    """C1.1"""
    event = event_from()
    if fits:
        assert propose_dismissal(event, "answered", " ".join("说" * chars), staff.duty).pk
    else:
        with pytest.raises(Refused):
            propose_dismissal(event, "answered", " ".join("说" * chars), staff.duty)
    assert Dismissal.objects.exists() is fits


def test_a_dismissed_event_opens_again_only_when_it_becomes_graver(staff: Cast):
    """C1.1: a decision not to answer was about a lesser matter."""
    event = event_from(COMPLAINT, metrics={"reads": 10})
    propose_dismissal(event, "answered", REASON, staff.duty)
    second_dismissal(event, True, staff.office)
    bring(COMPLAINT + "！", start=1, metrics={"reads": 12})
    assert again(event).state == Event.DISMISSED
    assert Dismissal.objects.filter(event=event).exists()
    bring(COMPLAINT + "！！", start=2, metrics={"reads": 5_000_000, "reposts": 9000}, outlet_tier=3)
    assert again(event).state == Event.OPEN
    assert again(event).confirm_by is not None
    assert not Dismissal.objects.filter(event=event).exists()
    assert {"event.dismissed", "event.reopened"} <= set(kinds(event)), "the ledger keeps both"
    assert event.warnings.filter(acknowledged_at=None).count() == 1


@pytest.mark.parametrize(("claim", "proof"), [("", "日志"), ("一句", ""), (" ", "日志"), ("一句", "\n")])
def test_a_rumour_without_claim_or_proof_is_none(staff: Cast, claim: str, proof: str):
    """C1.2"""
    event = event_from()
    with pytest.raises(Refused) as refused:
        set_concern(event, CONCERN, staff.duty, claim=claim, proof=proof)
    assert refused.value.code == "fact_check_needed"
    assert not ConcernDecision.objects.exists()


def test_only_what_the_regulation_names_needs_proof(staff: Cast):
    """C1.2 C5.14: criticism is decided by one person; a rumour counts after the second only."""
    event = event_from()
    for concern in regulation_now().concerns:
        if concern in regulation_now().monitor.proof_needed:
            continue
        assert set_concern(event, concern, staff.duty).agreed is True
        assert queries.concern_of(again(event)) == (concern, True)
    standing = again(event).concern
    proposed = set_concern(event, CONCERN, staff.duty, claim="中心要撤销", proof="编办文件")
    assert (proposed.agreed, queries.concern_of(again(event))[0]) == (None, standing)
    assert queries.open_rumour(event) == proposed
    second_concern(proposed, True, staff.office)
    assert queries.concern_of(again(event)) == (CONCERN, True)
    with pytest.raises(Refused):
        second_concern(proposed, False, staff.shift)


def test_what_a_person_decided_is_not_written_over_by_more_posts(staff: Cast):
    """C5.14"""
    event = event_from()
    set_concern(event, "理性批评", staff.duty)
    bring(COMPLAINT + "！", start=1)
    assert again(event).concern == "理性批评"


# Figures and titles (C6.11)


@pytest.mark.parametrize(
    ("metrics", "reads"),
    [([{}, {}], None), ([{"reads": None}, {}], None), ([{"reads": 0}, {}], 0), ([{"reads": 7}, {"reads": None}], 7)],
)
def test_an_unknown_figure_is_not_zero(staff: Cast, metrics: list[dict], reads: int | None):
    """C6.11"""
    for place, told in enumerate(metrics):
        bring(COMPLAINT + "！" * place, start=place, metrics=told)
    event = Event.objects.get()
    assert opening.figures_of(event, opening.live_members(event)).reads == reads


def test_a_hand_read_attitude_stands_before_the_machines_and_nought_is_a_reading(staff: Cast):
    """C6.11"""
    event = actions.read_attitude(event_from(), 0, 5, staff.duty)
    assert opening.figures_of(event, opening.live_members(event)).attitude == 0.0
    assert entries(f"event:{event.number}").filter(kind="event.attitude_read")[0].data["small_sample"] is True


def test_the_highest_offline_risk_counts(staff: Cast):
    event = actions.set_offline_risk(event_from(), 3, staff.duty)
    assert opening.figures_of(event, opening.live_members(event)).offline == 3
    for value in (-1, 4):
        with pytest.raises(Refused):
            actions.set_offline_risk(event, value, staff.duty)
    assert again(event).offline_risk == 3


@pytest.mark.parametrize(
    ("title", "text", "shown"),
    [
        ("题目", "正文", "题目"),
        ("", "第一行\n第二行", "第一行"),
        ("", "  \n 空行之后", "空行之后"),
        ("字" * 60, "", "字" * 60),
        ("字" * 61, "", "字" * 59 + "…"),
    ],
)
def test_a_title_is_the_first_line_within_sixty(title: str, text: str, shown: str):
    assert opening._title(Post(title=title, text=text)) == shown


def test_a_danger_to_life_has_a_title_that_tells_nothing(staff: Cast):
    """Life first"""
    assert opening._title(Post(title="货款", text="想跳楼", life_safety=True)) == opening.LIFE_TITLE


def test_praise_at_the_lowest_level_needs_no_answer_and_a_complaint_does(staff: Cast):
    """C6.11"""
    assert event_from(PRAISE).state == Event.NOTED
    assert event_from(OTHER).state == Event.OPEN
    praised = Event.objects.get(state=Event.NOTED)
    actions.set_offline_risk(praised, 3, staff.duty)
    graver = again(praised)
    assert (graver.state == Event.OPEN) is (graver.suggested_level != "L1")


# Levels of a regulation with three of them


@pytest.fixture
def three(db: None, frozen: clock.FrozenClock) -> Iterator[User]:
    """The sample of another bureau: three levels."""
    engines.use_in_process()
    adopt_regulation(builtin_text("sixian"), Actor.SYSTEM)
    department = Department.objects.get(code="ZHG")
    user = User.objects.create_user("clerk", "值守员小何", None, department=department, joined_at=clock.now())
    appoint(user, "duty_clerk", user.department, actor=Actor.SYSTEM)
    yield user
    engines.use_in_process()


def test_the_engines_fourth_level_is_the_third_where_there_are_three():
    """（八）: the gravest that the file has; never an error, never a lesser one."""
    law = load("sixian")
    names = [*grading_model(load("anshan")).floors.values(), "一般", "较大", "重大", "特别重大"]
    codes = [level.code for level in law.levels]
    assert [level_code(law, name) for name in ("一般", "较大", "重大", "特别重大")] == ["L1", "L2", "L3", "L3"]
    assert all(level_code(law, name) in codes for name in names)
    model = grading_model(law)
    assert model.thresholds["特别重大"] > 100, "beyond every score"
    assert 0 < model.thresholds["较大"] < model.thresholds["重大"] <= 100


def test_a_bureau_with_three_levels_knows_no_fourth(three: User):
    """INV-7"""
    received = receive(
        [parsed("s1", "泗县虹城的健身会所跑路了，充值卡里的钱没人退，商务局管不管？", region="泗县")],
        how="import", actor=Actor.SYSTEM,
    )  # fmt: skip
    pipeline.judge_pending()
    event = EventPost.objects.get(post__in=received.post_ids).event
    assert event.suggested_level in ("L1", "L2", "L3")
    with pytest.raises(Refused) as refused:
        actions.decide_level(event, "L4", three)
    assert refused.value.code == "unknown_level"
    assert actions.decide_level(event, "L3", three).kind == LevelDecision.CONFIRMED


# The engine (INV-12)


def test_an_engine_that_was_rebuilt_goes_on_as_if_it_had_not_been_inv_12(staff: Cast):
    event = event_from()
    engines.engine().reset()
    bring(COMPLAINT + "！", start=1)
    assert Event.objects.count() == 1
    assert again(event).posts_count == 2
    engines.use_in_process()
    assert event_from(OTHER).stream_no != event.stream_no
    numbers = list(Event.objects.values_list("stream_no", flat=True))
    assert len(numbers) == len(set(numbers))


def test_an_engine_hears_what_another_process_wrote(staff: Cast):
    """INV-12: rows are the truth, the engine is a cache of them."""
    mine = engines.engine()
    event = event_from()
    other = engines.use_in_process()
    bring(COMPLAINT + "！", start=1)
    engines._judge = mine
    assert other is not mine
    bring(COMPLAINT + "！！", start=2)
    assert Event.objects.get().pk == event.pk
    assert again(event).posts_count == 3


def test_an_engine_that_refuses_says_so_and_nothing_is_kept(staff: Cast, monkeypatch: pytest.MonkeyPatch):
    """INV-1: the batch waits, whole."""
    bring(COMPLAINT, judge=False)
    judge = engines.engine()
    judge.catch_up()
    monkeypatch.setattr(judge, "_door", SimpleNamespace(handle=lambda _request: {"ok": False, "error": "坏了"}))
    with pytest.raises(engines.EngineFailed, match="坏了"):
        judge.screen([])
    judge.reset()
    pipeline.judge_pending()
    assert Event.objects.count() == 1
    assert Warning.objects.count() == 1
