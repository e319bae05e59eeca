"""C8.4, scenario 4: a text that names another body waits for that body; silence is recorded and is never consent."""

import datetime as dt

import pytest

from cast import Cast
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.responding import actions
from huiying.responding.actions.confirming import named_in
from huiying.responding.models import BodyConfirmation, Publication
from huiying.responding.queries import current_revision, why_not_release
from stories import DRAFT, again, approve, approved, submitted

NAMES_A_BODY = {"facts": "经与财政局核对，9月14日登录服务中断七十分钟。"}


def waiting(cast: Cast) -> Case:
    case = approved(cast, **NAMES_A_BODY)
    assert case.revisions.get().bodies == ["财政局"]
    return case


def ask(case: Case, cast: Cast) -> tuple[BodyConfirmation, str]:
    return actions.ask_confirmation(case, "财政局", "办公室 0412-1234567", cast.editor)


def test_a_text_that_names_a_body_is_not_published_before_it_confirmed(cast: Cast) -> None:
    case = waiting(cast)
    with pytest.raises(Refused) as refusal:
        actions.release(case, ["portal"], cast.office)
    assert "财政局" in refusal.value.sentence
    assert Publication.objects.count() == 0


def test_an_agreement_by_link_opens_the_way(cast: Cast) -> None:
    case = waiting(cast)
    _row, token = ask(case, cast)
    actions.answer_confirmation(token, "agree", "财政局办公室 王主任", "")
    assert why_not_release(again(case), current_revision(case)) == []
    assert actions.release(again(case), ["portal"], cast.office)


@pytest.mark.parametrize("answer", ["amend", "object"])
def test_anything_but_agreement_keeps_it_closed(cast: Cast, answer: str) -> None:
    case = waiting(cast)
    _row, token = ask(case, cast)
    actions.answer_confirmation(token, answer, "财政局办公室 王主任", "时间有出入")
    with pytest.raises(Refused):
        actions.release(again(case), ["portal"], cast.office)


def test_the_link_works_once(cast: Cast) -> None:
    _row, token = ask(waiting(cast), cast)
    actions.answer_confirmation(token, "agree", "王主任", "")
    with pytest.raises(Refused) as refusal:
        actions.answer_confirmation(token, "object", "王主任", "改主意了")
    assert refusal.value.code == "link_used"


def test_a_wrong_link_says_so(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        actions.answer_confirmation("nonsense", "agree", "王主任", "")
    assert refusal.value.code == "unknown_link"


def test_the_link_is_kept_only_as_a_hash(cast: Cast) -> None:
    row, token = ask(waiting(cast), cast)
    assert token not in str(BodyConfirmation.objects.filter(pk=row.pk).values())
    assert not LedgerEntry.objects.filter(payload__contains=token).exists()


def test_silence_is_recorded_and_is_not_consent(cast: Cast, frozen: FrozenClock) -> None:
    case = waiting(cast)
    row, token = ask(case, cast)
    frozen.advance(dt.timedelta(hours=13))
    assert actions.note_silence(clock.now(), 10) == 1
    row.refresh_from_db()
    assert row.not_received_at is not None
    with pytest.raises(Refused):
        actions.release(again(case), ["portal"], cast.office)
    with pytest.raises(Refused) as refusal:
        actions.answer_confirmation(token, "agree", "王主任", "")
    assert refusal.value.code == "link_expired"


def test_a_leader_may_go_on_with_a_reason_and_it_stays_on_record(cast: Cast) -> None:
    case = waiting(cast)
    row, _token = ask(case, cast)
    with pytest.raises(Refused):
        actions.override_confirmation(row, "时限将到，事实已由我局核对清楚，先行回应。", cast.office)
    with pytest.raises(Refused):
        actions.override_confirmation(row, "急", cast.deputy)
    actions.override_confirmation(row, "时限将到，事实已由我局核对清楚，先行回应。", cast.deputy)
    actions.release(again(case), ["portal"], cast.office)
    entry = LedgerEntry.objects.get(kind="confirmation.overridden")
    assert entry.data is not None
    assert entry.data["body"] == "财政局"


def test_a_new_text_needs_a_new_confirmation(cast: Cast) -> None:
    case = waiting(cast)
    _row, token = ask(case, cast)
    actions.answer_confirmation(token, "agree", "王主任", "")
    told = DRAFT | {"facts": "经与财政局再次核对，登录服务中断八十分钟。"}
    actions.save_revision(again(case), actor=cast.editor, **told)  # type: ignore[arg-type]
    approve(cast, actions.submit(again(case), cast.editor))
    with pytest.raises(Refused):
        actions.release(again(case), ["portal"], cast.office)


def test_bodies_can_be_added_by_hand(cast: Cast) -> None:
    round_ = submitted(cast, bodies=["铁东区政府"])
    assert round_.revision.bodies == ["铁东区政府"]


def test_the_longer_name_hides_the_shorter_one_inside_it(cast: Cast) -> None:
    assert named_in("市委宣传部已收到，自然资源局正在核对") == ["市委宣传部", "自然资源局"]


def test_the_bureau_itself_is_not_another_body(cast: Cast) -> None:
    assert named_in("鞍山市公共资源交易管理局已经核实") == []


def test_an_override_is_given_once_and_its_first_reason_stays(cast: Cast) -> None:
    row, _token = ask(waiting(cast), cast)
    actions.override_confirmation(row, "时限将到，事实已由我局核对清楚，先行回应。", cast.deputy)
    with pytest.raises(Refused):
        actions.override_confirmation(row, "换一个说法，仍然是先行回应的理由。", cast.top)
    row.refresh_from_db()
    assert row.override_reason.startswith("时限将到")


def test_an_agreed_confirmation_needs_no_override(cast: Cast) -> None:
    row, token = ask(waiting(cast), cast)
    actions.answer_confirmation(token, "agree", "王主任", "")
    with pytest.raises(Refused):
        actions.override_confirmation(row, "时限将到，事实已由我局核对清楚，先行回应。", cast.deputy)
