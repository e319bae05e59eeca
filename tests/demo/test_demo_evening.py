"""The recorded days to their end, where no visitor lifts a finger: everything that was begun comes to an end."""

from typing import Any

import pytest
from django.db import transaction

from editing_of import edits
from huiying.demo import words
from huiying.demo.script import LATER
from huiying.foreseeing.models import Assessment
from huiying.handling.actions import why_not_close
from huiying.handling.models import AgendaItem, ClueHandover, Escalation, Liaison, Meeting, RoutingRule, Task
from huiying.ledger import queries as ledger
from huiying.ledger.comparing import differences, sentence
from huiying.ledger.kept import WHOLE
from huiying.overseeing.models import Measure
from huiying.people.models import User
from huiying.work.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ended")]


def test_no_act_of_the_script_is_refused(ended: Any) -> None:
    assert ended.skipped == []
    assert not Job.objects.filter(failed_at__isnull=False).exists()


def test_the_closed_cases_were_answered_settled_told_and_have_a_root_c2_2_c7_3() -> None:
    for story in ("fee", "crit", "deposit"):
        case = words.case_of(story)
        assert case.state == "closed", (story, why_not_close(case))
        assert case.root_cause
        assert not case.tasks.filter(kind=Task.MATTER, done_at__isnull=True).exists()


def test_the_body_that_kept_silent_answered_by_phone_and_somebody_wrote_it_down_c5_15() -> None:
    row = words.case_of("rumour").liaisons.filter(body="市委宣传部").latest("id")
    assert row.answered_at is not None
    assert row.answer_recorded_by == "周岚"
    assert not Liaison.objects.filter(sent_at__isnull=True).exists()


def test_both_meetings_are_signed_by_those_who_chaired_them_c10_1() -> None:
    rows = Meeting.objects.order_by("id")
    assert [(row.state, row.signed_by) for row in rows] == [("signed", "顾长河"), ("signed", "梁安")]
    seats = {seat.user.username: seat for seat in rows.last().seats.all()}
    assert seats["guchang"].attendance == "excused"
    assert seats["fangzheng"].stood_in_by == "雷鸿"


def test_a_clue_was_signed_by_another_than_who_proposed_it() -> None:
    row = ClueHandover.objects.get()
    assert row.signed is True
    assert row.signed_user != row.proposed_user
    assert row.body == "公安机关"


def test_the_row_of_the_routing_table_has_its_second_person_c7_1() -> None:
    row = RoutingRule.objects.get()
    assert row.agreed is True
    assert row.seconded_user != row.proposed_user


def test_tasks_were_done_in_time_and_roots_go_on() -> None:
    done = Task.objects.filter(done_at__isnull=False)
    assert done.count() >= 5
    assert all(row.done_at <= row.due_at for row in done)
    assert set(Task.objects.filter(done_at__isnull=True).values_list("kind", flat=True)) >= {"rectify", "matter"}
    assert AgendaItem.objects.get(done_at__isnull=False).department.code == "Z-CW"


def test_nothing_that_was_heard_rings_on_c10_6() -> None:
    ringing = Escalation.objects.filter(acknowledged_at__isnull=True, closed_why="")
    assert list(ringing) == []


def test_the_ledger_verifies_and_every_hand_that_acted_is_in_it() -> None:
    assert ledger.verify().ok
    assert User.objects.filter(username="dingning").exists()


def test_the_effect_of_the_answers_was_looked_at_and_the_end_waits_for_the_second_look_c3_2() -> None:
    for story in ("outage", "rumour"):
        case = words.case_of(story)
        assert case.state == "answered"
        assert [row.verdict for row in case.effect_reviews.all()] == ["settled", ""]
        later = [act.verb for act in LATER if act.story == story]
        assert later == ["effect", "look", "close"]


def test_the_assessment_was_approved_and_the_measure_decided_by_another_c6_7_c12_4() -> None:
    row = Assessment.objects.get()
    assert row.state == Assessment.APPROVED
    assert {measure.step: measure.decided_by for measure in Measure.objects.all()} == {"提醒": "贺文", "督办": "梁安"}


def test_nothing_in_the_tables_differs_from_what_the_verbs_told_the_ledger_inv8() -> None:
    assert [sentence(one)[1] for one in differences()] == []


@pytest.mark.parametrize("seed", [2026, 1202])
def test_a_hundred_edits_of_the_database_are_found_each_by_its_name_inv8(seed: int) -> None:
    with transaction.atomic():
        made = edits(100, seed)
        found = {(one.kept.table, one.pk): (one.column, sentence(one)) for one in differences()}
        transaction.set_rollback(True)
    assert len(made) == 100
    assert len({table for table, _pk, _column in made}) >= 60, "of many tables"
    assert found.keys() == {(table, pk) for table, pk, _column in made}
    for table, pk, column in made:
        named, (zh, en) = found[table, pk]
        assert named in (column, WHOLE)
        assert f"表 {table} 第 {pk} 行" in zh
        assert f"table {table}, row {pk}" in en
