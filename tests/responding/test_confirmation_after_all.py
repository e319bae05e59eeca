"""C8.4: answers by phone, letter or visit with proof; a body that a leader did not wait for is heard after all."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cast import Cast
from desk_helpers import text_of
from huiying.handling.models import Case, Liaison
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.responding import actions
from huiying.responding.actions.confirming import fallen_silent, heard_after, record_confirmation, unheard
from huiying.responding.actions.drafting import hold_statement
from huiying.responding.models import BodyConfirmation, Revision
from huiying.responding.queries import confirmations_of, current_revision, is_confirmed, why_not_release
from huiying.responding.tasks.reviewing import unheard_bodies
from stories import DRAFT, again, approve, approved, do_what_is_due, opened

NAMES_A_BODY = {"facts": "经与财政局核对，9月14日登录服务中断七十分钟。"}
REASON = "时限将到，事实已由我局核对清楚，先行回应。"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


def waiting(cast: Cast) -> Case:
    return approved(cast, **NAMES_A_BODY)


def by_phone(cast: Cast, case: Case, answer: str = "agree", after: BodyConfirmation | None = None) -> BodyConfirmation:
    return record_confirmation(
        again(case), "财政局", answer, "王主任", "phone", "电话里逐条核对过，没有出入。", None, cast.editor, after
    )


def gone_on(cast: Cast, case: Case) -> tuple[BodyConfirmation, str]:
    """Asked by link, not waited for, public."""
    row, token = actions.ask_confirmation(case, "财政局", "", cast.editor)
    actions.override_confirmation(row, REASON, cast.deputy)
    actions.release(again(case), ["portal"], cast.office)
    do_what_is_due()
    row.refresh_from_db()
    return row, token


def test_an_agreement_by_phone_opens_the_way_and_says_who_wrote_it_down(cast: Cast) -> None:
    case = waiting(cast)
    row = by_phone(cast, case)
    assert (row.means, row.recorded_by, row.answered_name) == ("phone", "采编小林", "王主任")
    assert why_not_release(again(case), current_revision(case)) == []
    entry = LedgerEntry.objects.get(kind="confirmation.answered")
    assert entry.data is not None
    assert entry.data["recorded_by"] == "采编小林"


def test_a_letter_is_kept_as_proof(cast: Cast) -> None:
    case = waiting(cast)
    proof = SimpleUploadedFile("letter.png", PNG, "image/png")
    row = record_confirmation(again(case), "财政局", "agree", "王主任", "letter", "", proof, cast.editor)
    assert row.proof is not None
    assert row.proof.kind == "document"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"means": "pigeon"}, "means"),
        ({"answer": "maybe"}, "answer"),
        ({"name": " "}, "too_short"),
        ({"comment": ""}, "no_evidence"),
        ({"answer": "object", "comment": "不"}, "too_short"),
        ({"body": "财"}, "too_short"),
    ],
)
def test_an_answer_without_who_how_or_proof_is_refused(cast: Cast, changes: dict[str, str], code: str) -> None:
    told = {
        "body": "财政局",
        "answer": "agree",
        "name": "王主任",
        "means": "phone",
        "comment": "逐条核对过。",
    } | changes
    with pytest.raises(Refused) as refusal:
        record_confirmation(waiting(cast), proof=None, actor=cast.editor, **told)  # type: ignore[arg-type]
    assert refusal.value.code == code
    assert not BodyConfirmation.objects.exists()


def test_who_has_nothing_to_do_with_the_case_records_nothing(cast: Cast) -> None:
    case = waiting(cast)
    with pytest.raises(Refused):
        record_confirmation(case, "财政局", "agree", "王主任", "phone", "逐条核对过。", None, cast.works_head)


def test_an_objection_by_phone_closes_the_way_and_goes_to_who_settles_it(cast: Cast) -> None:
    """Conflict → 市政府办公厅: a letter that a person sends."""
    case = waiting(cast)
    row = by_phone(cast, case, "object")
    with pytest.raises(Refused):
        actions.release(again(case), ["portal"], cast.office)
    letter = actions.escalate_conflict(row, cast.office)
    assert (letter.body, letter.sent_at) == ("市政府办公厅", None)
    assert "财政局" in Liaison.objects.get(pk=letter.pk).points
    with pytest.raises(Refused):
        actions.escalate_conflict(row, cast.office)


def test_asking_again_takes_no_agreement_back_an_objection_does(cast: Cast) -> None:
    case = waiting(cast)
    by_phone(cast, case)
    actions.ask_confirmation(again(case), "财政局", "", cast.editor)
    assert why_not_release(again(case), current_revision(case)) == []
    by_phone(cast, case, "object")
    assert why_not_release(again(case), current_revision(case))


def test_silence_is_never_consent_whoever_asks_how_often(cast: Cast, frozen: FrozenClock) -> None:
    case = waiting(cast)
    for _times in range(3):
        actions.ask_confirmation(again(case), "财政局", "", cast.editor)
    frozen.advance(dt.timedelta(days=3))
    actions.note_silence(clock.now(), 50)
    rows = BodyConfirmation.objects.filter(case=case)
    assert [row.answer for row in rows] == ["", "", ""]
    assert all(row.not_received_at for row in rows)
    with pytest.raises(Refused):
        actions.release(again(case), ["portal"], cast.office)
    revision = current_revision(case)
    assert revision is not None
    assert not any(is_confirmed(row) for row in confirmations_of(revision).values())


# --- after an override ------------------------------------------------------------------------------------------------


def test_the_link_stays_open_for_the_post_hoc_time(cast: Cast, frozen: FrozenClock) -> None:
    case = waiting(cast)
    row, token = gone_on(cast, case)
    frozen.advance(dt.timedelta(hours=20))  # its own twelve hours are over, the post-hoc day is not
    assert not fallen_silent(clock.now()).exists()
    client = Client()
    page = client.get(f"/confirm/{token}/")
    assert "没有等您核对就决定发布" in text_of(page)
    told = {"answer": "agree", "name": "王主任", "comment": ""}
    assert client.post(f"/confirm/{token}/", told).status_code == 302
    row.refresh_from_db()
    assert (row.answer, heard_after(row)) == ("agree", row)
    assert row.overridden_at is not None, "it stays red ever after"


def test_the_post_hoc_link_works_when_another_text_is_drafted_meanwhile(cast: Cast, frozen: FrozenClock) -> None:
    case = waiting(cast)
    _row, token = gone_on(cast, case)
    told = DRAFT | {"facts": "后续：已更换证书，经与财政局核对。"}
    actions.save_revision(again(case), actor=cast.editor, **told)  # type: ignore[arg-type]
    assert "请核对这份答复" in text_of(Client().get(f"/confirm/{token}/"))


def test_after_the_post_hoc_time_the_silence_is_recorded_and_named(cast: Cast, frozen: FrozenClock) -> None:
    case = waiting(cast)
    row, token = gone_on(cast, case)
    assert unheard_bodies() == []
    frozen.advance(dt.timedelta(hours=25))
    actions.note_silence(clock.now(), 10)
    row.refresh_from_db()
    assert row.not_received_at is not None
    assert [one.pk for one in unheard(clock.now())] == [row.pk]
    (finding,) = unheard_bodies()
    assert finding.code == "confirmation.unheard"
    assert case.number in finding.sentence_zh
    with pytest.raises(Refused) as refusal:
        actions.answer_confirmation(token, "agree", "王主任", "")
    assert refusal.value.code == "link_expired"


def test_it_is_heard_by_phone_after_all_about_the_text_that_went_out(cast: Cast, frozen: FrozenClock) -> None:
    case = waiting(cast)
    row, _token = gone_on(cast, case)
    frozen.advance(dt.timedelta(hours=25))
    actions.note_silence(clock.now(), 10)
    told = DRAFT | {"facts": "后续：已更换证书。"}
    actions.save_revision(again(case), actor=cast.editor, **told)  # type: ignore[arg-type]
    heard = by_phone(cast, case, "agree", row)
    assert heard.manifest_sha256 == row.manifest_sha256
    row.refresh_from_db()
    assert heard_after(row) == heard
    assert unheard_bodies() == []


def test_only_what_a_leader_did_not_wait_for_is_heard_after_all(cast: Cast) -> None:
    case = waiting(cast)
    row, _token = actions.ask_confirmation(case, "财政局", "", cast.editor)
    with pytest.raises(Refused) as refusal:
        by_phone(cast, case, "agree", row)
    assert refusal.value.code == "not_overridden"


def test_an_answer_before_the_override_is_not_one_after_it(cast: Cast, frozen: FrozenClock) -> None:
    """An objection that a leader overrode is still to be talked about."""
    case = waiting(cast)
    row, token = actions.ask_confirmation(case, "财政局", "", cast.editor)
    actions.answer_confirmation(token, "object", "王主任", "时间有出入")
    frozen.advance(dt.timedelta(minutes=5))
    row.refresh_from_db()
    actions.override_confirmation(row, REASON, cast.deputy)
    row.refresh_from_db()
    assert heard_after(row) is None


def test_a_link_after_an_override_is_about_that_text(cast: Cast, frozen: FrozenClock) -> None:
    case = waiting(cast)
    row, _token = gone_on(cast, case)
    told = DRAFT | {"facts": "后续：已更换证书。"}
    actions.save_revision(again(case), actor=cast.editor, **told)  # type: ignore[arg-type]
    made, token = actions.ask_confirmation(again(case), "", "", cast.editor, row)
    assert (made.body, made.manifest_sha256) == ("财政局", row.manifest_sha256)
    assert "请核对这份答复" in text_of(Client().get(f"/confirm/{token}/"))


def test_a_holding_statement_that_names_a_body_waits_for_it_too(cast: Cast) -> None:
    """C8.4 for every public text."""
    case = opened(cast)
    said = {"portal": "登录的情况正在与财政局核实，9月16日10时前公布。"}
    round_ = hold_statement(case, cast.duty, ["portal"], said)
    approve(cast, round_)
    with pytest.raises(Refused, match="财政局"):
        actions.release(again(case), ["portal"], cast.office, Revision.HOLDING)
    row, token = actions.ask_confirmation(again(case), "财政局", "", cast.office)
    assert row.revision == round_.revision
    assert "请核对这份答复" in text_of(Client().get(f"/confirm/{token}/"))
    by_phone(cast, case)
    assert actions.release(again(case), ["portal"], cast.office, Revision.HOLDING)
