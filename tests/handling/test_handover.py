"""C5.1, §7.2: the sheet builds itself, two people confirm it, and a change that nobody confirmed is named."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

import stories
from cast import Cast
from huiying.handling import handover
from huiying.handling.handover import changes_of_the_roster, every_change_is_confirmed, night_summary, unconfirmed
from huiying.handling.models import Handover
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions import patrolling as patrol_actions
from huiying.people.actions.roster import set_shift
from huiying.people.errors import Refused
from huiying.people.versions import zone
from huiying.work.models import Notice

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


def code_of(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code


def lines(sheet: handover.Sheet, title: str) -> tuple[str, ...]:
    return dict(sheet.sections)[title]


def begun(cast: Cast) -> Handover:
    return handover.begin_handover(cast.duty2, cast.duty)


# --- the sheet --------------------------------------------------------------------------------------------------------


def test_the_sheet_has_the_sections_of_the_form_even_when_there_is_nothing(cast: Cast) -> None:
    sheet = handover.compose(clock.now() - HOUR)
    titles = [title for title, _lines in sheet.sections]
    assert titles[:5] == ["未结清单", "待确认", "监测源状态", "特别关注", "口径变化"]
    assert lines(sheet, "未结清单") == ()


def test_open_cases_stand_on_it_with_level_time_left_and_whom_to_call(cast: Cast) -> None:
    case = stories.accepted(cast, "一般")
    (line,) = lines(handover.compose(clock.now() - HOUR), "未结清单")
    assert case.number in line
    assert "较大" in line
    assert "剩" in line
    assert "信息部联络员" in line
    assert "主办" in line


def test_a_danger_to_life_is_on_it_without_a_word_of_what_it_says(cast: Cast) -> None:
    case = stories.accepted(cast, "一般")
    case.event.life_safety = True
    case.event.save(update_fields=["life_safety"])
    sheet = handover.compose(clock.now() - HOUR)
    (line,) = lines(sheet, handover.DANGER)
    assert case.number in line
    told = "\n".join(line for title, some in sheet.sections if title != handover.DANGER for line in some)
    assert case.number not in told
    assert case.title not in told + line


def test_only_those_who_act_on_a_danger_are_shown_that_there_is_one(cast: Cast) -> None:
    case = stories.accepted(cast, "一般")
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    row = handover.give(begun(cast), "", cast.duty)
    for user, told in ((cast.duty2, True), (cast.office, True), (cast.top, True), (cast.inspector, False)):
        assert (case.number in str(handover.shown_to(user, row.sheet))) is told, user
    assert case.number in str(row.sheet), "the record itself keeps it"


def test_new_facts_missed_places_and_the_emergency_watch_stand_on_it(cast: Cast, frozen: FrozenClock) -> None:
    point = patrol_actions.add_point(
        name="本地论坛", channel_class="论坛", url="", what="", owner=cast.department("WGC"),
        backup=cast.department("BGS"), actor=cast.office,
    )  # fmt: skip
    begin = clock.now() - MINUTE
    patrol_actions.declare_emergency("开标系统中断", ["登不上"], cast.duty)
    frozen.set(point.cards.order_by("opens_at").first().due_at + MINUTE)  # type: ignore[union-attr]
    sheet = handover.compose(begin)
    assert any("本地论坛" in line for line in lines(sheet, "监测源状态"))
    assert any("开标系统中断" in line for line in lines(sheet, "特别关注"))


# --- two people -------------------------------------------------------------------------------------------------------


def test_both_confirm_by_name_and_the_ledger_has_it_c5_1(cast: Cast, frozen: FrozenClock) -> None:
    row = handover.give(begun(cast), "手机 1 部，钥匙 2 把", cast.duty)
    frozen.advance(MINUTE)
    row = handover.take(row, cast.duty2)
    assert row.gave_at is not None
    assert row.took_at == row.gave_at + MINUTE
    kinds = LedgerEntry.objects.filter(chain="duty").order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["handover.begun", "handover.given", "handover.taken"]


def test_the_sheet_is_frozen_when_it_was_given(cast: Cast) -> None:
    row = handover.give(begun(cast), "", cast.duty)
    before = dict(row.sheet)
    stories.accepted(cast, "一般")
    row.refresh_from_db()
    assert row.sheet == before
    assert handover.compose(handover.since_of(row)).to_json()["sections"] != before["sections"]


def test_nobody_confirms_for_the_other_and_nobody_hands_over_to_themselves_c5_1(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        handover.begin_handover(cast.duty, cast.duty)
    assert code_of(refusal) == "same_person"
    row = begun(cast)
    for act, who, code in (
        (lambda who: handover.give(row, "", who), cast.duty2, "not_yours"),
        (lambda who: handover.take(row, who), cast.duty2, "not_given"),
    ):
        with pytest.raises(Refused) as refusal:
            act(who)
        assert code_of(refusal) == code
    handover.give(row, "", cast.duty)
    with pytest.raises(Refused) as refusal:
        handover.take(row, cast.duty)
    assert code_of(refusal) == "not_yours"
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.filter(pk=row.pk).update(incoming=cast.duty)


def test_it_is_given_and_taken_once(cast: Cast) -> None:
    row = handover.give(begun(cast), "", cast.duty)
    with pytest.raises(Refused) as refusal:
        handover.give(row, "", cast.duty)
    assert code_of(refusal) == "given"
    handover.take(row, cast.duty2)
    with pytest.raises(Refused) as refusal:
        handover.take(row, cast.duty2)
    assert code_of(refusal) == "taken"


def test_who_takes_over_has_a_duty_post(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        handover.begin_handover(cast.inspector, cast.duty)
    assert code_of(refusal) == "no_duty_post"


# --- the roster and the loop ------------------------------------------------------------------------------------------


def two_shifts(cast: Cast) -> dt.datetime:
    change = clock.now() + 2 * HOUR
    set_shift(cast.duty, clock.now() + MINUTE, change, cast.office)
    set_shift(cast.duty2, change, change + 8 * HOUR, cast.office)
    return change


def test_where_the_roster_changes_hands_the_sheet_is_there_half_an_hour_before(cast: Cast, frozen: FrozenClock) -> None:
    change = two_shifts(cast)
    changes_of_the_roster()
    assert not Handover.objects.exists()
    frozen.set(change - 30 * MINUTE)
    changes_of_the_roster()
    changes_of_the_roster()
    row = Handover.objects.get()
    assert (row.outgoing, row.incoming, row.changes_at) == (cast.duty, cast.duty2, change)
    assert set(Notice.objects.filter(key=f"handover:{row.pk}").values_list("recipient", flat=True)) == {"duty", "duty2"}


def test_who_stays_on_hands_over_to_nobody(cast: Cast, frozen: FrozenClock) -> None:
    change = clock.now() + 2 * HOUR
    set_shift(cast.duty, clock.now() + MINUTE, change, cast.office)
    set_shift(cast.duty, change, change + 8 * HOUR, cast.office)
    frozen.set(change)
    changes_of_the_roster()
    assert not Handover.objects.exists()


def test_half_an_hour_after_the_change_the_shift_leader_hears_what_nobody_confirmed(
    cast: Cast, frozen: FrozenClock
) -> None:
    row = begun(cast)
    frozen.advance(29 * MINUTE)
    assert unconfirmed(clock.now(), 10) == 0
    frozen.advance(MINUTE)
    assert unconfirmed(clock.now(), 10) == 1
    assert unconfirmed(clock.now(), 10) == 0, "once for this half hour"
    assert Notice.objects.filter(key__startswith=f"handover-late:{row.pk}", recipient="shift").exists()
    assert every_change_is_confirmed() == []
    frozen.advance(MINUTE)
    assert [one.code for one in every_change_is_confirmed()] == ["handover.unconfirmed"]
    handover.give(row, "", cast.duty)
    handover.take(row, cast.duty2)
    assert every_change_is_confirmed() == []
    assert unconfirmed(clock.now() + HOUR, 10) == 0


# --- the night's summaries --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hour", "minute"), [(22, 0), (6, 30)])
def test_the_night_summary_comes_once_at_its_hour_c5_12(
    cast: Cast, frozen: FrozenClock, hour: int, minute: int
) -> None:
    stories.accepted(cast, "一般")
    tomorrow = clock.now().astimezone(zone()).date() + dt.timedelta(days=1)
    moment = dt.datetime.combine(tomorrow, dt.time(hour, minute), zone())
    frozen.set(moment.astimezone(dt.UTC) - MINUTE)
    night_summary()
    assert not Notice.objects.filter(key__startswith="night:").exists()
    frozen.advance(MINUTE)
    night_summary()
    frozen.advance(MINUTE)
    night_summary()
    told = Notice.objects.filter(key__startswith="night:", recipient="shift")
    assert told.count() == 1
    assert "在办 1 件" in told.get().body
