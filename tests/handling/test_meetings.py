"""C10.1, C10.2: the joint meeting is led by the leadership, has its quorum, and its decisions become tasks."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cast import Cast
from huiying.handling.access import get_meeting, meetings_for
from huiying.handling.actions import void
from huiying.handling.actions.liaison import draft_liaison, record_answer, send_liaison
from huiying.handling.actions.meetings import (
    Decision,
    acknowledge_seat,
    cancel,
    chairs,
    convene,
    hold,
    invited,
    minute,
    quorum_words,
    sign,
)
from huiying.handling.models import Case, Clock, Meeting, MeetingSeat, Task
from huiying.handling.required import pack
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.work.models import Notice
from stories import again, handled, opened, routed, task

PRESENT, EXCUSED, ABSENT = MeetingSeat.PRESENT, MeetingSeat.EXCUSED, MeetingSeat.ABSENT
HOUR = dt.timedelta(hours=1)


def convened(cast: Cast, case: Case | None = None, **changes: object) -> Meeting:
    told: dict[str, object] = {
        "topic": "交易系统故障会商",
        "place": "三楼会议室",
        "starts_at": clock.now() + HOUR,
        "chair": cast.deputy,
        "extra_users": [],
        "actor": cast.office,
    }
    return convene(case or routed(cast, "重大"), **(told | changes))  # type: ignore[arg-type]


def everybody(meeting: Meeting, attendance: str = PRESENT) -> dict[int, str]:
    return {seat.pk: attendance for seat in meeting.seats.all()}


def seat_of(meeting: Meeting, user: User) -> MeetingSeat:
    return meeting.seats.get(user=user)


def held(cast: Cast, case: Case | None = None) -> Meeting:
    meeting = convened(cast, case)
    hold(meeting, everybody(meeting), {}, cast.office)
    meeting.refresh_from_db()
    return meeting


def decision(cast: Cast) -> Decision:
    return Decision(
        "三日内更换存储控制器", cast.department("Z-XX"), cast.tech_head, clock.now() + 72 * HOUR, "更换记录"
    )


def minuted(cast: Cast, meeting: Meeting | None = None) -> Meeting:
    meeting = meeting or held(cast)
    minute(meeting, "九时三十分起登录中断。", "先恢复再说明。", [], [decision(cast)], cast.office)
    meeting.refresh_from_db()
    return meeting


def entries(meeting: Meeting) -> list[LedgerEntry]:
    chain = f"case:{meeting.case.number}"
    return list(LedgerEntry.objects.filter(chain=chain, kind__startswith="meeting.").order_by("id"))


def test_the_roles_of_the_regulation_and_the_heads_of_the_departments_are_called_c10_1(cast: Cast) -> None:
    meeting = convened(cast)
    names = {seat.name for seat in meeting.seats.all()}
    assert {"局长", "分管副局长", "办公室主任", "法规处长", "信息部部长"} <= names
    assert "工程处处长" not in names
    assert meeting.quorum == 0.5
    assert meeting.number == "会商〔2026〕1号"


def test_everybody_called_is_told_once(cast: Cast) -> None:
    meeting = convened(cast, extra_users=[cast.works_head, cast.deputy])
    assert meeting.seats.count() == len({seat.user_id for seat in meeting.seats.all()})
    assert seat_of(meeting, cast.works_head).notified_at == clock.now()
    told = Notice.objects.filter(url=f"/desk/meetings/{meeting.pk}/")
    assert told.count() == meeting.seats.count()


def test_a_notice_never_names_a_danger_to_life(cast: Cast) -> None:
    case = routed(cast, "重大")
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    meeting = convened(cast, again(case), topic="河东塌方救援会商")
    for notice in Notice.objects.filter(url=f"/desk/meetings/{meeting.pk}/"):
        assert "塌方" not in notice.title + notice.body


def test_convening_stops_the_clock_to_convene(cast: Cast, frozen: FrozenClock) -> None:
    case = routed(cast, "重大")
    running = Clock.objects.filter(case=case, act="joint_meeting_convene", stopped_at__isnull=True)
    assert running.exists()
    meeting = convened(cast, case)
    assert not running.exists()
    assert Clock.objects.filter(case=case, stopped_by=meeting.number).exists()


@pytest.mark.parametrize("who", ["office", "tech_head", "duty", "inspector", "legal"])
def test_nobody_but_the_leadership_chairs_c10_1(cast: Cast, who: str) -> None:
    case = routed(cast, "重大")
    assert set(chairs(case)) == {cast.deputy, cast.top}
    with pytest.raises(Refused) as refusal:
        convened(cast, case, chair=cast.people[who])
    assert refusal.value.code == "not_a_leader"
    assert Meeting.objects.count() == 0


@pytest.mark.parametrize("who", ["duty", "tech_head", "inspector", "editor", "admin"])
def test_only_the_office_or_a_leader_convenes(cast: Cast, who: str) -> None:
    with pytest.raises(Refused) as refusal:
        convened(cast, actor=cast.people[who])
    assert refusal.value.code == "not_permitted"


@pytest.mark.parametrize("changes", [{"topic": ""}, {"place": ""}])
def test_a_meeting_needs_topic_and_place(cast: Cast, changes: dict[str, object]) -> None:
    with pytest.raises(Refused):
        convened(cast, **changes)


def test_a_meeting_lies_ahead_and_one_waits_at_a_time(cast: Cast) -> None:
    case = routed(cast, "重大")
    with pytest.raises(Refused) as past:
        convened(cast, case, starts_at=clock.now())
    assert past.value.code == "in_the_past"
    convened(cast, case)
    with pytest.raises(Refused) as second:
        convened(cast, case)
    assert second.value.code == "already_convened"


def test_a_case_that_is_over_is_not_discussed(cast: Cast) -> None:
    case = opened(cast, "重大")
    void(case, "与另一件重复立案，在那一件里办理", cast.office)
    with pytest.raises(Refused):
        convened(cast, again(case))


def test_whoever_is_called_acknowledges_in_person_and_once(cast: Cast) -> None:
    meeting = convened(cast)
    seat = seat_of(meeting, cast.legal)
    with pytest.raises(Refused) as refusal:
        acknowledge_seat(seat, cast.office)
    assert refusal.value.code == "not_permitted"
    acknowledge_seat(seat, cast.legal)
    acknowledge_seat(seat, cast.legal)
    assert [entry.kind for entry in entries(meeting)] == ["meeting.convened", "meeting.acknowledged"]


def test_a_meeting_without_its_chair_was_none_c10_1(cast: Cast) -> None:
    meeting = convened(cast)
    chair = seat_of(meeting, cast.deputy).pk
    for marks, stood in (({chair: ABSENT}, {}), ({chair: EXCUSED}, {}), ({}, {chair: "办公室主任"})):
        with pytest.raises(Refused) as refusal:
            hold(meeting, everybody(meeting) | marks, stood, cast.office)
        assert refusal.value.code == "no_chair"
    meeting.refresh_from_db()
    assert (meeting.state, meeting.held_at) == (Meeting.CONVENED, None)


def test_too_few_is_refused_with_the_numbers_g10(cast: Cast) -> None:
    meeting = convened(cast)
    count = meeting.seats.count()
    few = everybody(meeting, ABSENT) | {seat_of(meeting, cast.deputy).pk: PRESENT}
    with pytest.raises(Refused) as refusal:
        hold(meeting, few, {}, cast.office)
    assert refusal.value.code == "no_quorum"
    assert f"应到 {count} 人" in refusal.value.sentence
    assert "实到 1 人" in refusal.value.sentence


def test_somebody_not_marked_is_named(cast: Cast) -> None:
    meeting = convened(cast)
    marks = everybody(meeting)
    marks.pop(seat_of(meeting, cast.legal).pk)
    with pytest.raises(Refused) as refusal:
        hold(meeting, marks, {}, cast.office)
    assert "法规处长" in refusal.value.sentence


def test_a_stand_in_is_written_down_and_counts(cast: Cast) -> None:
    meeting = convened(cast)
    legal, absent = seat_of(meeting, cast.legal), seat_of(meeting, cast.tech_head)
    hold(
        meeting,
        everybody(meeting) | {absent.pk: ABSENT},
        {legal.pk: "法规处副处长", absent.pk: "无人"},
        cast.office,
    )
    assert seat_of(meeting, cast.legal).stood_in_by == "法规处副处长"
    assert seat_of(meeting, cast.tech_head).stood_in_by == "", "nobody stands in for who is absent"
    entry = entries(meeting)[-1]
    assert entry.data is not None
    assert (entry.data["present"], entry.data["invited"]) == (meeting.seats.count() - 1, meeting.seats.count())


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(marks=st.lists(st.sampled_from([PRESENT, EXCUSED, ABSENT]), min_size=12, max_size=12))
def test_whatever_the_attendance_a_held_meeting_had_its_chair_and_half_its_seats(cast: Cast, marks: list[str]) -> None:
    """C10.1, G10."""
    case = Case.objects.first() or routed(cast, "重大")
    meeting = convened(cast, case)
    seats = list(meeting.seats.all())
    given_marks = {seat.pk: mark for seat, mark in zip(seats, marks, strict=False)}
    there = sum(mark == PRESENT for mark in given_marks.values())
    enough = there * 2 >= len(seats) and given_marks[seat_of(meeting, cast.deputy).pk] == PRESENT
    try:
        hold(meeting, given_marks, {}, cast.office)
    except Refused:
        assert not enough
        cancel(meeting, "人数不够，另行安排", cast.office)
    else:
        assert enough


def test_minutes_need_attendance_c10_1(cast: Cast) -> None:
    meeting = convened(cast)
    with pytest.raises(Refused) as refusal:
        minute(meeting, "情况如下。", "讨论如下。", [], [], cast.office)
    assert refusal.value.code == "not_held"


@pytest.mark.parametrize("missing", ["department", "owner", "due_at"])
def test_a_decision_without_whose_and_by_when_is_refused_c10_1(cast: Cast, missing: str) -> None:
    meeting = held(cast)
    bad = replace(decision(cast), **{missing: None})
    with pytest.raises(Refused) as refusal:
        minute(meeting, "情况如下。", "讨论如下。", [], [decision(cast), bad], cast.office)
    assert refusal.value.code == "decision_incomplete"
    assert Task.objects.count() == 0
    meeting.refresh_from_db()
    assert meeting.minuted_at is None


def test_a_decision_due_in_the_past_or_untitled_is_refused(cast: Cast) -> None:
    meeting = held(cast)
    for bad in (replace(decision(cast), due_at=clock.now()), replace(decision(cast), title="办")):
        with pytest.raises(Refused):
            minute(meeting, "情况如下。", "讨论如下。", [], [bad], cast.office)
    assert Task.objects.count() == 0


def test_decisions_become_tasks_with_owner_date_and_deliverable_c10_1(cast: Cast) -> None:
    meeting = minuted(cast)
    made = Task.objects.get(meeting=meeting)
    assert (made.kind, made.owner_name, made.deliverable) == (Task.DECISION, "信息部部长", "更换记录")
    assert made.case_id == meeting.case_id
    assert Notice.objects.filter(recipient="tech_head").exists()


def test_a_different_opinion_is_kept_in_its_own_words_c6_5(cast: Cast) -> None:
    meeting = held(cast)
    words = "证据还不够，建议先发“正在核查”，不宜现在下结论。"
    minute(meeting, "情况如下。", "讨论如下。", [("法规处长", words)], [], cast.office)
    kept = meeting.dissents.get()
    assert (kept.name, kept.words) == ("法规处长", words)
    for half in (("", words), ("法规处长", " ")):
        with pytest.raises(Refused):
            minute(meeting, "情况如下。", "讨论如下。", [half], [], cast.office)


def test_until_the_chair_signs_texts_may_change_and_decisions_are_only_added(cast: Cast) -> None:
    meeting = minuted(cast)
    extra = replace(decision(cast), title="逐一告知受影响的投标人")
    minute(meeting, "九时三十五分起登录中断。", "先恢复再说明。", [], [extra], cast.office)
    meeting.refresh_from_db()
    assert "三十五" in meeting.situation
    assert meeting.decisions.count() == 2
    sign(meeting, cast.deputy)
    with pytest.raises(Refused):
        minute(meeting, "改过的情况。", "改过的讨论。", [], [], cast.office)


@pytest.mark.parametrize("who", ["office", "top", "duty", "tech_head", "inspector"])
def test_only_its_chair_signs_the_minutes_c10_1(cast: Cast, who: str) -> None:
    meeting = minuted(cast)
    with pytest.raises(Refused) as refusal:
        sign(meeting, cast.people[who])
    assert refusal.value.code == "not_permitted"


def test_what_has_no_minutes_is_not_signed(cast: Cast) -> None:
    case = routed(cast, "重大")
    meeting = convened(cast, case)
    for story in (lambda: None, lambda: hold(meeting, everybody(meeting), {}, cast.office)):
        story()
        with pytest.raises(Refused):
            sign(meeting, cast.deputy)


def test_the_whole_way_is_on_record_c10_1(cast: Cast) -> None:
    meeting = minuted(cast)
    sign(meeting, cast.deputy)
    meeting.refresh_from_db()
    assert (meeting.state, meeting.signed_by) == (Meeting.SIGNED, "分管副局长")
    assert [entry.kind for entry in entries(meeting)] == [
        "meeting.convened", "meeting.held", "meeting.minuted", "meeting.signed",
    ]  # fmt: skip


def test_a_cancelled_meeting_says_why_and_is_not_held(cast: Cast) -> None:
    meeting = convened(cast)
    with pytest.raises(Refused):
        cancel(meeting, "", cast.office)
    cancel(meeting, "改为书面会商", cast.office)
    for verb in (
        lambda: cancel(meeting, "再取消一次", cast.office),
        lambda: hold(meeting, everybody(meeting), {}, cast.office),
        lambda: acknowledge_seat(seat_of(meeting, cast.legal), cast.legal),
    ):
        with pytest.raises(Refused):
            verb()
    convened(cast, meeting.case)


def test_attendance_and_minutes_are_recorded_by_the_office(cast: Cast) -> None:
    meeting = convened(cast)
    with pytest.raises(Refused):
        hold(meeting, everybody(meeting), {}, cast.tech_head)
    hold(meeting, everybody(meeting), {}, cast.office)
    with pytest.raises(Refused):
        minute(meeting, "情况如下。", "讨论如下。", [], [], cast.tech_head)


def test_a_person_called_to_it_sees_the_meeting_though_not_the_case(cast: Cast) -> None:
    from django.http import Http404

    meeting = convened(cast, extra_users=[cast.works_head])
    assert get_meeting(cast.works_head, meeting.pk) == meeting
    assert list(meetings_for(cast.works_head)) == [meeting]
    for outsider in (cast.works_liaison, cast.watch_head):
        with pytest.raises(Http404):
            get_meeting(outsider, meeting.pk)
        assert not meetings_for(outsider)


@pytest.mark.parametrize(("who", "sees"), [("inspector", False), ("duty", True), ("legal", False), ("top", True)])
def test_a_meeting_about_a_danger_to_life_is_for_those_who_act_on_it(cast: Cast, who: str, sees: bool) -> None:
    """Life first: the inspector sees other meetings; 法规处长 is called to other ones, not to this."""
    from django.http import Http404

    case = routed(cast, "重大")
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    meeting = convened(cast, again(case))
    user = cast.people[who]
    assert meetings_for(user).filter(pk=meeting.pk).exists() is sees
    if sees:
        get_meeting(user, meeting.pk)
    else:
        with pytest.raises(Http404):
            get_meeting(user, meeting.pk)


def test_the_pack_builds_itself_from_what_was_recorded_c10_2(cast: Cast) -> None:
    case = handled(cast, "重大")
    row = draft_liaison(case, "市委宣传部", "", "平台何时恢复，影响多少项目。", "", cast.duty)
    send_liaison(row, "phone", cast.duty)
    record_answer(row, "true", "王科长", "情况属实，已知悉。", cast.duty)
    waiting = task(cast, case)
    found = pack(again(case))
    assert found.departments[0].department.code == "Z-XX"
    assert [one.facts for one in found.findings] == ["登录服务中断七十分钟。"]
    assert [one.answer for one in found.liaisons] == ["情况属实，已知悉。"]
    assert waiting in found.tasks
    assert {"respond", "meeting"} <= {one.name for one in found.required}
    assert found.clocks


def test_without_a_block_in_the_file_any_leader_chairs(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """§2.2: a bureau whose file says nothing of the joint meeting still has one."""
    from huiying.handling.actions import meetings

    case = routed(cast, "重大")
    bare = replace(meetings.regulation_of(case.regulation), joint_meeting=None)
    monkeypatch.setattr(meetings, "regulation_of", lambda _version: bare)
    assert set(chairs(case)) == {cast.deputy, cast.top}
    assert cast.office in invited(case)
    assert convened(cast, case).quorum == 0.5


def test_the_page_says_how_many_must_come(cast: Cast) -> None:
    meeting = convened(cast)
    assert "4 人" in quorum_words(meeting, 7)
    assert "4 人" in quorum_words(meeting, 8)
