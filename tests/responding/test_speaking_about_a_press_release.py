"""C12.1, C11.5: who answers the media about a press release is of the register, and a leader said so."""

import datetime as dt

import pytest

import releasing_told as told
from cast import Cast
from forms_of import speaker
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.actions.registers import end_spokesperson
from huiying.people.errors import Refused
from huiying.responding import releasing
from huiying.responding.actions.press import drop_press
from huiying.responding.actions.speaking import authorise_for_press, revoke


def code_of(refusal: pytest.ExceptionInfo[Refused]) -> str:
    return refusal.value.code


def test_a_leader_lets_somebody_of_the_register_speak_about_it_c12_1(cast: Cast) -> None:
    release = told.published(cast)
    row = authorise_for_press(release, speaker(cast), "答记者问", cast.deputy)
    assert [one.pk for one in releasing.speakers_of(release)] == [row.pk]
    entry = LedgerEntry.objects.get(kind="speaker.authorised", chain=releasing.chain_of(release))
    assert row.speaker_name in (entry.payload or "")


@pytest.mark.parametrize("who", ["office", "editor", "duty", "inspector", "tech_head"])
def test_nobody_but_a_leader_lets_anybody_speak_c12_1(cast: Cast, who: str) -> None:
    release = told.drafted(cast).release
    with pytest.raises(Refused) as refusal:
        authorise_for_press(release, speaker(cast), "答记者问", cast.people[who])
    assert code_of(refusal) == "not_permitted"


def test_nobody_lets_themselves_speak_and_nobody_outside_the_register_c12_1(cast: Cast, frozen: FrozenClock) -> None:
    release, entry = told.drafted(cast).release, speaker(cast, cast.deputy)
    with pytest.raises(Refused) as refusal:
        authorise_for_press(release, entry, "答记者问", cast.deputy)
    assert code_of(refusal) == "own_authorisation"
    end_spokesperson(entry, cast.office)
    frozen.advance(dt.timedelta(days=1))
    with pytest.raises(Refused) as refusal:
        authorise_for_press(release, entry, "答记者问", cast.top)
    assert code_of(refusal) == "not_in_the_register"


def test_what_was_dropped_needs_no_speaker(cast: Cast) -> None:
    release = told.drafted(cast).release
    drop_press(release, "不再发布这一篇", cast.editor)
    with pytest.raises(Refused) as refusal:
        authorise_for_press(release, speaker(cast), "答记者问", cast.deputy)
    assert code_of(refusal) == "not_in_this_state"


def test_the_word_is_taken_back_once_with_a_reason(cast: Cast) -> None:
    release = told.published(cast)
    row = authorise_for_press(release, speaker(cast), "答记者问", cast.deputy)
    with pytest.raises(Refused):
        revoke(row, "", cast.deputy)
    revoke(row, "改由另一位发言人说明", cast.deputy)
    assert releasing.speakers_of(release) == []
    with pytest.raises(Refused) as refusal:
        revoke(row, "再撤销一次看看", cast.deputy)
    assert code_of(refusal) == "already_revoked"
    assert LedgerEntry.objects.filter(kind="speaker.revoked", chain=releasing.chain_of(release)).count() == 1
