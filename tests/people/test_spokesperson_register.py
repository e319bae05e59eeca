"""C12.1: the spokesperson register names members of staff at work, one entry each, and says on how many days it did."""

import datetime as dt

import pytest

from cast import Cast
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people import registers
from huiying.people.actions import appoint, deactivate, end_appointment
from huiying.people.actions.registers import appoint_spokesperson, end_spokesperson, train_spokesperson
from huiying.people.errors import Refused
from huiying.people.models import Bureau, Spokesperson, User
from huiying.people.registers import days_covered, somebody_may_speak, speaker_register

TODAY = dt.date(2026, 9, 14)
DAY = dt.timedelta(days=1)


def entry(cast: Cast, user: User | None = None, *, is_deputy: bool = False, trained: bool = True) -> Spokesperson:
    return appoint_spokesperson(user or cast.office2, "全局工作", is_deputy, TODAY if trained else None, cast.office)


def codes() -> list[str]:
    return [finding.code for finding in somebody_may_speak()]


def test_the_office_and_the_leaders_keep_the_register_c12_1(cast: Cast) -> None:
    for actor in (cast.duty, cast.editor, cast.tech_head, cast.inspector, cast.admin):
        with pytest.raises(Refused) as refusal:
            appoint_spokesperson(cast.office2, "全局工作", False, None, actor)
        assert refusal.value.code == "not_permitted"
    made = appoint_spokesperson(cast.office2, " 全局工作 ", False, TODAY, cast.deputy)
    assert (made.scope, made.appointed_by, made.since) == ("全局工作", "分管副局长", clock.now())
    last = LedgerEntry.objects.filter(chain="system", kind="speaker.appointed").get()
    assert last.data == {"name": "办公室副主任", "scope": "全局工作", "deputy": False, "trained_on": "2026-09-14"}


def test_nobody_but_an_active_member_of_staff_stands_in_it_c12_1(cast: Cast) -> None:
    """A third party, an administrator, somebody without a post or who has left: none of them speaks."""
    outsider = User.objects.create_user("vendor", "某公司代表", None, joined_at=clock.now())
    deactivate(cast.secrecy, cast.admin)
    for user in (cast.admin, outsider, cast.secrecy):
        with pytest.raises(Refused) as refusal:
            entry(cast, user)
        assert refusal.value.code == "not_staff"
    assert not Spokesperson.objects.exists()


def test_a_person_whose_last_post_ended_can_not_be_appointed(cast: Cast) -> None:
    post = cast.secrecy.appointments.get()
    end_appointment(post, cast.admin)
    with pytest.raises(Refused):
        entry(cast, User.objects.get(pk=cast.secrecy.pk))


@pytest.mark.parametrize(
    ("scope", "trained_on", "code"), [("", TODAY, "too_short"), ("全局工作", TODAY + DAY, "in_the_future")]
)
def test_an_entry_needs_a_scope_and_no_training_of_tomorrow(
    cast: Cast, scope: str, trained_on: dt.date, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        appoint_spokesperson(cast.office2, scope, False, trained_on, cast.office)
    assert refusal.value.code == code


def test_one_entry_a_person_and_after_its_end_another(cast: Cast, frozen: FrozenClock) -> None:
    first = entry(cast)
    with pytest.raises(Refused) as refusal:
        entry(cast, is_deputy=True)
    assert refusal.value.code == "already"
    frozen.advance(DAY)
    end_spokesperson(first, cast.office)
    with pytest.raises(Refused) as refusal:
        end_spokesperson(first, cast.office)
    assert refusal.value.code == "already_ended"
    assert entry(cast).pk != first.pk


def test_training_is_entered_for_whoever_is_in_the_register(cast: Cast, frozen: FrozenClock) -> None:
    row = entry(cast, trained=False)
    assert [one.pk for one in speaker_register().untrained] == [row.pk]
    with pytest.raises(Refused):
        train_spokesperson(row, TODAY + DAY, cast.office)
    with pytest.raises(Refused):
        train_spokesperson(row, TODAY, cast.duty)
    train_spokesperson(row, TODAY - DAY, cast.office)
    assert speaker_register().untrained == []
    frozen.advance(DAY)
    end_spokesperson(row, cast.office)
    with pytest.raises(Refused):
        train_spokesperson(row, TODAY, cast.office)


def test_a_leaver_leaves_the_register_and_the_record_says_so(cast: Cast, frozen: FrozenClock) -> None:
    row = entry(cast)
    frozen.advance(DAY)
    deactivate(cast.office2, cast.admin)
    row.refresh_from_db()
    assert row.until == clock.now()
    assert speaker_register().nobody
    assert LedgerEntry.objects.filter(kind="speaker.ended").count() == 1


def test_the_check_names_what_the_register_lacks_c12_1(cast: Cast, frozen: FrozenClock) -> None:
    assert codes() == ["speaker.nobody", "speaker.no_deputy"]
    entry(cast, cast.editor, is_deputy=True, trained=False)
    assert codes() == ["speaker.nobody", "speaker.untrained"]
    entry(cast)
    assert codes() == ["speaker.untrained"]
    train_spokesperson(Spokesperson.objects.get(user=cast.editor), TODAY, cast.office)
    assert codes() == []
    Bureau.objects.update(set_up_at=None)
    Spokesperson.objects.all().delete()
    assert codes() == [], "a bureau that is being set up is not late"


def test_the_figure_counts_the_days_of_a_year_on_which_somebody_could_speak(cast: Cast, frozen: FrozenClock) -> None:
    """C12.1: valid spokesperson 365 d."""
    assert speaker_register().days == 0
    row = entry(cast)
    assert speaker_register().days == 1
    frozen.advance(DAY * 10)
    assert speaker_register().days == 11
    end_spokesperson(row, cast.office)
    assert speaker_register().days == 10, "today ends without a speaker"
    frozen.advance(DAY * 5)
    appoint(cast.office2, "editor", cast.department("BGS"), actor=cast.admin)
    entry(cast)
    assert speaker_register().days == 11
    frozen.advance(DAY * 400)
    assert speaker_register().days == 365


def test_overlapping_entries_count_a_day_once() -> None:
    now = dt.datetime(2026, 9, 14, 2, tzinfo=dt.UTC)
    spans = [(now - DAY * 3, None), (now - DAY * 2, now - DAY), (now - DAY * 800, now - DAY * 700)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registers, "zone", lambda: dt.UTC)
        assert days_covered(spans, now) == 4
        assert days_covered([], now) == 0
