"""What stands behind the answers when the visitor arrives: tasks, letters, meetings, calls, and something for each."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from huiying.demo import patrolling, people, words
from huiying.desk.decisions import waiting_for
from huiying.foreseeing.models import Consultation
from huiying.handling.actions import current_facts, why_not_close_liaison
from huiying.handling.models import (
    AgendaItem,
    Attachment,
    Escalation,
    FactSheet,
    Handover,
    Liaison,
    Meeting,
    MeetingSeat,
    NodeReport,
    Note,
    Recurrence,
    RoutingRule,
    Task,
    TransferSlip,
)
from huiying.handling.queries import department_cases, own_tasks
from huiying.judging.models import Warning
from huiying.kernel import clock
from huiying.listening import patrol
from huiying.listening.models import PatrolCard
from huiying.people import contacts, roster
from huiying.people.models import Department, DutyShift, PhoneTest, ShiftSwap, User
from huiying.people.queries import regulation_now
from huiying.responding import queries as answers
from huiying.responding.available_actions.main import actions_for
from huiying.responding.models import TopicPage
from huiying.work import auditor
from huiying.work.models import Notice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("arrived")]


def who(username: str) -> User:
    return User.objects.get(username=username)


def test_no_act_of_the_script_is_refused_before_the_visitor_comes(arrived: Any) -> None:
    assert arrived.skipped == []


def test_every_department_that_has_a_case_has_its_head_and_its_liaison_c10_3() -> None:
    found = [finding.sentence_zh for finding in auditor.check() if finding.code in ("contacts.missing", "roster.gap")]
    assert found == []
    unowned = [finding.sentence_zh for finding in auditor.check() if finding.code == "routing.unowned"]
    assert unowned == []


def test_one_gap_among_the_contacts_is_left_to_be_seen_c10_3() -> None:
    gaps = {card.department.code: card.gaps for card in contacts.cards() if card.gaps}
    assert gaps == {"Z-JZ": ("liaison",)}
    assert all(user.phone for user in User.objects.filter(is_administrator=False))


def test_a_phone_of_four_was_not_answered_and_the_note_says_what_was_done_then_c10_3() -> None:
    rows = list(PhoneTest.objects.all())
    assert [row.reached for row in rows].count(False) == 1
    assert len(rows) == 4
    assert all(row.note for row in rows if not row.reached)


def test_the_roster_covers_two_weeks_but_for_one_night_c5_1() -> None:
    assert [user.username for user in roster.on_shift()] == ["zhoulan", "wufan"]
    rows = list(DutyShift.objects.all())
    first, last = min(row.starts_at for row in rows), max(row.ends_at for row in rows)
    assert (last - first).days >= 13
    (hole,) = roster.gaps(rows, first, last)
    assert (hole.starts_at - clock.now()).days >= 9


def test_every_routing_has_its_slip_with_all_elements_c10_5() -> None:
    slips = list(TransferSlip.objects.all())
    assert len(slips) >= 14
    assert all(len(slip.elements) == 7 for slip in slips)


def test_the_rumour_was_asked_of_two_bodies_and_one_still_keeps_silent_c5_15() -> None:
    case = words.case_of("rumour")
    assert case.concern == "谣言"
    office = case.liaisons.get(body="市政府办公厅")
    assert (office.finding, office.means, bool(office.answered_at)) == ("false", "link", True)
    silent, again = case.liaisons.filter(body="市委宣传部")
    assert silent.not_received_at is not None
    assert silent.answered_at is None
    assert again.sent_at is not None
    assert again.answered_at is None
    assert again.submit_before is not None
    assert again.submit_before > clock.now()
    assert why_not_close_liaison(case) == []


def test_a_letter_is_drafted_and_waits_to_be_sent() -> None:
    row = Liaison.objects.get(sent_at__isnull=True)
    assert row.case == words.case_of("fall")
    assert row.body in row.letter


def test_facts_have_a_second_version_that_the_draft_quotes_c7_4() -> None:
    case = words.case_of("fall")
    first, second = FactSheet.objects.filter(case=case).order_by("version")
    assert "一名工人" in first.text
    assert "两名工人" in second.text
    assert second.reason
    assert current_facts(case) == second
    revision = answers.current_revision(case)
    assert revision is not None
    assert (revision.fact_sheet, revision.facts) == (2, second.text)


def test_one_matter_off_line_is_done_and_one_is_open_c7_3() -> None:
    done = Task.objects.get(case=words.case_of("outage"), kind=Task.MATTER)
    assert done.done_at is not None
    assert done.done_at <= done.due_at
    assert Task.objects.filter(case=words.case_of("deposit"), kind=Task.MATTER, done_at__isnull=True).exists()


def test_what_is_closed_has_its_root_put_on_somebody_s_list_c2_2() -> None:
    case = words.case_of("fee")
    assert case.state == "closed"
    assert case.tasks.filter(kind=Task.RECTIFY).exists()
    assert not NodeReport.objects.filter(case=case, seen_at__isnull=True).exclude(node="closed").exists()
    row = Recurrence.objects.get()
    assert (row.case, row.earlier) == (words.case_of("param"), words.case_of("ct"))


def test_askers_of_a_closed_case_were_told_by_hand_c6_13() -> None:
    rows = words.case_of("outage").feedback.filter(means="phone")
    assert {row.name for row in rows} == {"demo-outage-07", "demo-outage-24"}


def test_the_gravest_case_was_discussed_with_dissent_and_two_decisions_c10_1() -> None:
    meeting = Meeting.objects.get(state=Meeting.SIGNED)
    assert meeting.case == words.case_of("fall")
    assert meeting.signed_by == meeting.chair_name == who("guchang").name
    assert meeting.dissents.count() == 2
    decisions = Task.objects.filter(meeting=meeting, kind=Task.DECISION)
    assert [bool(row.done_at) for row in decisions.order_by("id")] == [True, False]


def test_a_meeting_of_the_afternoon_waits_for_its_people_c10_1() -> None:
    meeting = Meeting.objects.get(state=Meeting.CONVENED)
    assert meeting.case == words.case_of("wages")
    assert meeting.starts_at > clock.now()
    waiting = {seat.user.username for seat in meeting.seats.filter(acknowledged_at__isnull=True)}
    assert {"lianan", "shenli", "zhengwei", "hanqiu"} <= waiting
    assert meeting.seats.filter(acknowledged_at__isnull=False).count() == 2


def test_the_room_holds_words_a_mention_and_a_file_c7_5() -> None:
    mentioned = [name for note in Note.objects.all() for name in note.mentions]
    assert {"jianglei", "linxiao", "qiancheng"} <= set(mentioned)
    assert Notice.objects.filter(recipient="linxiao", title__contains="提到了您").exists()
    assert Attachment.objects.get().media_type == "image/png"


def test_departments_have_plans_and_one_waits_for_its_head_c9_1() -> None:
    assert AgendaItem.objects.count() == 3
    assert AgendaItem.objects.get(acknowledged_at__isnull=True).department.code == "GCC"


def test_calls_were_heard_and_some_still_ring_c10_6() -> None:
    assert Escalation.objects.exclude(acknowledged_by="").count() >= 8
    ringing = Escalation.objects.filter(acknowledged_at__isnull=True, closed_why="")
    assert {words.case_of(story).pk for story in ("deposit", "road", "param")} <= {row.case_id for row in ringing}


def test_calls_about_the_answered_do_not_ring_on() -> None:
    """A first notice that nobody hears would ring every half hour for days."""
    assert max(Escalation.objects.values_list("times", flat=True)) < 12


def test_only_the_two_events_nobody_has_taken_up_still_warn_c6_12() -> None:
    waiting = Warning.objects.filter(acknowledged_at__isnull=True).values_list("event", flat=True)
    assert set(waiting) == {words.event_of("phish").pk, words.event_of("fraud").pk}


# --- something for each who signs in ----------------------------------------------------------------------------------


def _seat(username: str) -> bool:
    return MeetingSeat.objects.filter(
        user__username=username, acknowledged_at__isnull=True, meeting__state="convened"
    ).exists()


def _may_release(username: str) -> bool:
    offers = {offer.name: offer for offer in actions_for(who(username), words.case_of("inquiry"))}
    return bool(offers["release"].allowed)


WAITS = {
    "zhoulan": lambda: Liaison.objects.filter(sent_at__isnull=True).exists(),
    "zhengwei": lambda: _seat("zhengwei"),
    "hanqiu": lambda: RoutingRule.objects.filter(agreed__isnull=True).exclude(proposed_user=who("hanqiu").pk).exists(),
    "linxiao": lambda: own_tasks(who("linxiao")).exists() and _may_release("linxiao"),
    "majun": lambda: department_cases(who("majun")).filter(state="assigned").exists(),
    "jianglei": lambda: own_tasks(who("jianglei")).exists(),
    "shenli": lambda: _seat("shenli") and bool(answers.my_steps(who("shenli"))),
    "shiyan": lambda: bool(answers.my_steps(who("shiyan"))),
    "lianan": lambda: _seat("lianan") and {"review", "call"} <= {one.kind for one in waiting_for(who("lianan"))},
    "guchang": lambda: {"review", "call"} <= {one.kind for one in waiting_for(who("guchang"))},
    "qihong": lambda: _may_release("qihong"),
    "tangning": lambda: own_tasks(who("tangning")).exists(),
    "admin": lambda: any(card.gaps for card in contacts.cards(Department.objects.filter(is_active=True))),
}


@pytest.mark.parametrize("username", WAITS)
def test_something_waits_for_whoever_signs_in(username: str) -> None:
    assert WAITS[username](), username


def test_every_card_has_something_waiting() -> None:
    assert {card.username for card in people.cards()} == set(WAITS)


# --- and every page opens on what is there ----------------------------------------------------------------------------

PAGES = (
    "", "inbox/", "departments/GCC/", "board/", "decisions/", "roster/", "liaisons/", "meetings/", "routing/",
    "contacts/", "tasks/", "events/", "suspects/", "cases/", "reviews/", "regulation/", "people/", "ledger/",
)  # fmt: skip


def _addresses() -> list[str]:
    """Each kind of page once more for what the demonstration put there."""
    kinds: dict[str, Any] = {"liaisons": Liaison, "meetings": Meeting, "tasks": Task, "slips": TransferSlip}
    found = [f"{name}/{row.pk}/" for name, model in kinds.items() for row in model.objects.all()]
    for story in ("fall", "wages", "rumour", "deposit", "outage", "param", "life"):
        found += [f"cases/{words.case_of(story).number}/{part}" for part in ("", "together/", "outside/")]
    return found


@pytest.mark.parametrize("username", ["zhoulan", "hanqiu", "linxiao", "jianglei", "lianan", "admin"])
def test_no_page_breaks_on_what_the_demonstration_made(username: str) -> None:
    client = Client(headers={"accept-language": "zh-hans"})
    with transaction.atomic():
        client.force_login(who(username))
        answered = {address: client.get(f"/desk/{address}").status_code for address in (*PAGES, *_addresses())}
        transaction.set_rollback(True)
    assert {address: code for address, code in answered.items() if code not in (200, 302, 403, 404)} == {}
    own = {"", "inbox/", "contacts/", "roster/", "board/"} if username != "admin" else {"people/"}
    assert {answered[address] for address in own} == {200}


# --- the duty desk's rounds -------------------------------------------------------------------------------------------


def test_every_class_was_looked_at_in_every_window_c5_8() -> None:
    """One place was down and says so; the visitor finds the last three of the morning open."""
    assert patrol.uncovered_classes(regulation_now(), [p.channel_class for p in patrol.points()]) == []
    missed = patrol.missed(clock.now() - dt.timedelta(days=3), clock.now())
    assert list(missed) == []
    (broken,) = PatrolCard.objects.filter(result=PatrolCard.UNREACHABLE)
    assert broken.note
    open_now = [card.point.channel_class for card in patrol.cards_to_do(clock.now())]
    assert sorted(open_now) == sorted(patrolling.LEFT)


def test_the_desk_was_handed_over_by_two_names_at_every_change_c5_1() -> None:
    rows = Handover.objects.all()
    assert rows.count() >= 4
    assert not rows.filter(took_at__isnull=True).exists()
    assert all(row.outgoing_id != row.incoming_id for row in rows)


def test_no_two_looks_of_one_person_fall_into_one_minute() -> None:
    """A round is a look at a place, then at the next one: no tick-all (C5.8)."""
    looks = PatrolCard.objects.exclude(result="").values_list("ticked_user", "ticked_at")
    assert looks.count() > 40
    assert len({(user, at.replace(second=0)) for user, at in looks}) == looks.count()


def test_the_public_side_lives_a_frequent_question_and_an_open_consultation_c4_2_c4_4() -> None:
    """Each by two people: what one wrote another made public."""
    page = TopicPage.objects.get()
    assert page.published_at is not None
    text = page.texts.get()
    assert text.drafter_user != text.decided_user
    asking = Consultation.objects.get()
    assert asking.state == Consultation.OPEN
    assert asking.drafter_user != asking.opened_user


def test_the_leading_group_sits_and_one_turn_waits_for_an_answer_c5_1() -> None:
    assert [seat.user.username for seat in roster.group()] == ["guchang", "lianan", "shenli", "tangning"]
    swap = ShiftSwap.objects.get()
    assert (swap.asker.username, swap.asked_of.username, swap.agreed) == ("dingning", "zhoulan", None)
