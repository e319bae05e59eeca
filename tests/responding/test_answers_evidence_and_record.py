"""C8.2, C8.3, C8.4, C8.7, C8.8, INV-4, INV-5: what the public finds, its proof, and its record."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cast import Cast
from huiying.handling.models import Case
from huiying.judging.models import Event
from huiying.kernel import canonical, clock as time, tokens
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.responding import actions, evidence
from huiying.responding.models import BodyConfirmation, Evidence, Publication
from huiying.responding.public import public_answer, public_answers
from huiying.responding.queries import answered_since, by_hand_to_do, overridden
from huiying.responding.tasks import publishing as later
from stories import DRAFT, RUMOUR, again, answered, approve, approved, do_what_is_due, handled, opened, submitted

HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
URL = "https://weibo.com/anshan/1"
BOTH = {"renditions": {"portal": "登录已恢复。", "weibo": "登录已恢复。"}}
BODY = {"facts": "经与财政局核对，登录服务中断七十分钟。"}


def shot(content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile("shot.png", content, "image/png")


def by_hand(cast: Cast) -> Publication:
    case = approved(cast, **BOTH)
    (row,) = actions.release(case, ["weibo"], cast.office)
    return row


def last(case: Case, kind: str) -> dict[str, object]:
    entry = LedgerEntry.objects.filter(chain=f"case:{case.number}", kind=kind).order_by("-seq").first()
    assert entry is not None
    return entry.data or {}


# --- the public's list -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("   ", True),
        ("开标", True),  # title
        ("超时", True),  # question
        ("标段", True),  # facts
        ("开标 超时 标段", True),
        ("开标 土地", False),  # every word must stand
        ("解密", True),  # the published text itself
        ("内部核查", False),  # never public
        ("%", False),
        ("_", False),
    ],
)
def test_an_answer_is_found_by_every_word_that_is_public(cast: Cast, query: str, found: bool) -> None:
    case = answered(cast)
    assert [row.case_id for row in public_answers(query)] == ([case.pk] if found else [])


def test_a_number_is_found_whole_only(cast: Cast) -> None:
    case = answered(cast)
    assert public_answers(case.number).count() == 1
    assert public_answers(case.number[:-1]).count() == 0


def test_danger_to_life_is_on_no_list_and_in_no_search(cast: Cast) -> None:
    """§6.2: an event of danger to life stays off the walls even when its case was answered."""
    case = answered(cast)
    Event.objects.filter(pk=case.event_id).update(life_safety=True)
    assert not public_answers().exists()
    assert not public_answers("开标").exists()
    assert not public_answers(case.number).exists()


def test_what_is_not_live_on_the_portal_is_no_public_answer(cast: Cast) -> None:
    row = by_hand(cast)
    assert not public_answers().exists()
    actions.verify_post(actions.record_post(row, URL, shot(), cast.editor), True, "", cast.office)
    assert not public_answers().exists()
    assert public_answer(row.case.number) is None


@pytest.mark.parametrize("state", [Publication.QUEUED, Publication.FAILED, Publication.REJECTED])
def test_only_live_rows_are_read(cast: Cast, state: str) -> None:
    case = answered(cast)
    Publication.objects.filter(case=case).update(state=state)
    assert not public_answers().exists()
    assert public_answer(case.number) is None


def follow_up(cast: Cast, case: Case, text: str) -> None:
    told = DRAFT | {"title": text, "renditions": {"portal": text}}
    actions.save_revision(again(case), actor=cast.editor, **told)  # type: ignore[arg-type]
    approve(cast, actions.submit(again(case), cast.editor))
    actions.release(again(case), ["portal"], cast.office)
    do_what_is_due()


def test_the_newest_text_stands_for_the_case_and_took_counts_to_the_first(cast: Cast, frozen: FrozenClock) -> None:
    """C8.8: a follow-up is the text that the public reads; the time that the bureau took stays that of the first."""
    case = answered(cast)
    frozen.advance(2 * HOUR)
    follow_up(cast, case, "关于开标的续报")
    (row,) = public_answers()
    assert row.revision.title == "关于开标的续报"
    assert not public_answers("故障").exists()  # the old title is no longer what the list shows
    answer = public_answer(case.number)
    assert answer is not None
    assert answer.text == "关于开标的续报"
    assert answer.published_at - answer.first_published_at == 2 * HOUR
    assert answer.took == answer.first_published_at - case.first_known_at
    assert [item.number for item in answer.versions] == [2, 1]


def test_the_newest_answer_stands_first_and_pages_do_not_overlap(cast: Cast, frozen: FrozenClock) -> None:
    first = answered(cast)
    frozen.advance(HOUR)
    other = opened(cast, text=RUMOUR)
    row = Publication.objects.get(case=first)
    row.pk, row.case, row.idempotency_key = None, other, "another"
    row.published_at = time.now()
    row.save(force_insert=True)
    assert [item.case_id for item in public_answers()] == [other.pk, first.pk]
    assert [item.case_id for item in public_answers()[:1]] == [other.pk]
    assert [item.case_id for item in public_answers()[1:2]] == [first.pk]


def test_an_answer_names_the_department_that_speaks_c8_3(cast: Cast) -> None:
    case = answered(cast)
    answer = public_answer(case.number)
    assert answer is not None
    assert answer.department == cast.department("Z-XX").name
    assert (answer.basis, len(answer.versions)) == (DRAFT["basis"], 1)
    assert public_answer("20000101-01") is None


def test_answers_since_a_moment_include_the_moment(cast: Cast) -> None:
    case = answered(cast)
    assert case.answered_at is not None
    assert answered_since(case.answered_at) == 1
    assert answered_since(case.answered_at + SECOND) == 0


# --- evidence files (C8.7, INV-5) ------------------------------------------------------------------------------------


def test_a_file_lies_under_its_hash_closed_to_others(cast: Cast, home: Path) -> None:
    row = evidence.keep(opened(cast), "snapshot", b"abc", "text/plain", "/x/", "系统")
    path = evidence.path_of(row.sha256)
    assert row.sha256 == canonical.sha256(b"abc")
    assert path == home / "evidence" / row.sha256[:2] / row.sha256
    assert path.read_bytes() == b"abc"
    assert path.parent.stat().st_mode & 0o077 == 0
    assert (row.size, row.received_at, row.received_by) == (3, time.now(), "系统")
    assert [item.name for item in path.parent.iterdir()] == [row.sha256]


def test_the_same_bytes_are_one_file_and_two_rows(cast: Cast, home: Path) -> None:
    case = opened(cast)
    one = evidence.keep(case, "snapshot", b"abc", "text/plain", "", "系统")
    path = evidence.path_of(one.sha256)
    inode = path.stat().st_ino
    two = evidence.keep(case, "snapshot", b"abc", "text/plain", "", "系统")
    assert (one.pk != two.pk, one.sha256 == two.sha256) == (True, True)
    assert path.stat().st_ino == inode


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"RIFF1234WEBP", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
    ],
)
def test_the_bytes_decide_the_type_not_the_senders_word(
    cast: Cast, home: Path, content: bytes, media_type: str
) -> None:
    upload = SimpleUploadedFile("x.html", content, "text/html")
    row = evidence.keep_upload(opened(cast), upload, URL, "采编小林")
    assert (row.media_type, row.kind, row.url, row.size) == (media_type, "screenshot", URL, len(content))


@pytest.mark.parametrize("content", [b"", b"GIF89a", b" \x89PNG\r\n\x1a\n", b"\x89PN", b"<svg/>", b"RIFX"])
def test_other_bytes_are_refused_and_nothing_is_kept(cast: Cast, home: Path, content: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        evidence.keep_upload(opened(cast), shot(content), URL, "x")
    assert refusal.value.code == "media_type"
    assert not Evidence.objects.exists()


def test_ten_mebibytes_pass_and_one_byte_more_does_not(cast: Cast, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert evidence.LARGEST == 10 * 1024 * 1024
    monkeypatch.setattr(evidence, "LARGEST", len(PNG))
    case = opened(cast)
    evidence.keep_upload(case, shot(), URL, "x")
    with pytest.raises(Refused) as refusal:
        evidence.keep_upload(case, shot(PNG + b"1"), URL, "x")
    assert refusal.value.code == "too_large"


# --- posts by hand ---------------------------------------------------------------------------------------------------


def test_the_record_of_a_post_by_hand_names_each_step(cast: Cast) -> None:
    row = by_hand(cast)
    assert last(row.case, "release.made") == {
        "channel": "by_hand", "target": "weibo", "place": "政务微博", "family": "政务微博", "stage": "first",
        "manifest": row.manifest_sha256, "revision": row.revision.number,
    }  # fmt: skip
    row = actions.record_post(row, f"  {URL} ", shot(), cast.editor)
    assert row.evidence is not None
    proof = row.evidence.sha256
    assert last(row.case, "release.posted") == {
        "channel": "by_hand", "target": "weibo", "url": URL, "evidence": proof,
    }  # fmt: skip
    row = actions.verify_post(row, True, "一致", cast.office)
    verified = {"channel": "by_hand", "target": "weibo", "ok": True, "comment": "一致", "evidence": proof}
    assert last(row.case, "release.verified") == verified
    live = last(row.case, "release.live")
    assert (live["url"], live["evidence"], live["manifest"]) == (URL, proof, row.manifest_sha256)
    assert live["corrects"] is None
    assert again(row.case).state == "answered"


def test_the_poster_is_not_asked_to_check_it(cast: Cast) -> None:
    row = by_hand(cast)
    assert list(by_hand_to_do(cast.editor)) == [row]
    actions.record_post(row, URL, shot(), cast.office)
    assert list(by_hand_to_do(cast.office)) == []
    assert list(by_hand_to_do(cast.office2)) == [row]
    assert list(by_hand_to_do(cast.works_head)) == []


def test_a_checked_post_is_not_checked_again(cast: Cast) -> None:
    row = actions.verify_post(actions.record_post(by_hand(cast), URL, shot(), cast.editor), True, "", cast.office)
    with pytest.raises(Refused) as refusal:
        actions.verify_post(row, False, "不一致的地方", cast.office2)
    assert refusal.value.code == "nothing_to_verify"


@pytest.mark.parametrize("comment", ["", "  ", "不一样"])
def test_a_rejection_says_what_differs(cast: Cast, comment: str) -> None:
    row = actions.record_post(by_hand(cast), URL, shot(), cast.editor)
    with pytest.raises(Refused) as refusal:
        actions.verify_post(row, False, comment, cast.office)
    assert refusal.value.code == "too_short"
    row.refresh_from_db()
    assert row.state == Publication.TO_VERIFY


def test_an_unchecked_post_is_a_finding_after_two_hours(cast: Cast, frozen: FrozenClock) -> None:
    row = actions.record_post(by_hand(cast), URL, shot(), cast.editor)
    frozen.advance(2 * HOUR)
    assert later.unverified_posts() == []
    frozen.advance(SECOND)
    (finding,) = later.unverified_posts()
    assert (finding.code, finding.severity) == ("unverified_post", "error")
    assert row.case.number in finding.sentence_zh
    assert row.case.number in finding.sentence_en


def test_publishing_twice_leaves_one_snapshot(cast: Cast) -> None:
    case = answered(cast)
    row = Publication.objects.get(case=case)
    actions.publish(row.pk)
    assert Evidence.objects.filter(case=case).count() == 1
    assert LedgerEntry.objects.filter(chain=f"case:{case.number}", kind="release.live").count() == 1


@pytest.mark.parametrize(("who", "may"), [("office", True), ("editor", True), ("duty", False), ("top", False),
                                          ("legal", False), ("tech_head", False), ("inspector", False)])  # fmt: skip
def test_who_releases_c8_3(cast: Cast, who: str, may: bool) -> None:
    case = approved(cast)
    if may:
        assert len(actions.release(case, ["portal", "portal"], cast.people[who])) == 1
    else:
        with pytest.raises(Refused) as refusal:
            actions.release(case, ["portal"], cast.people[who])
        assert refusal.value.code == "not_permitted"


# --- confirmations (C8.4) --------------------------------------------------------------------------------------------


def test_the_record_of_a_confirmation_names_body_and_text(cast: Cast) -> None:
    case = approved(cast, **BODY)
    row, token = actions.ask_confirmation(case, " 财政局 ", "", cast.editor)
    assert last(case, "confirmation.asked") == {
        "body": "财政局", "manifest": row.manifest_sha256, "submit_before": row.submit_before.isoformat(),
    }  # fmt: skip
    assert row.submit_before - row.asked_at == 12 * HOUR
    assert row.token_hash == tokens.hash_token(token) != token
    actions.answer_confirmation(token, "amend", " 王主任 ", "请改为七十一分钟")
    assert last(case, "confirmation.answered") == {
        "body": "财政局", "asked": 1, "answer": "amend", "by": "王主任", "means": "link", "comment": "请改为七十一分钟",
        "manifest": row.manifest_sha256,
    }  # fmt: skip
    entry = LedgerEntry.objects.get(kind="confirmation.answered")
    assert (entry.actor_data["name"], entry.actor_data["department"]) == ("王主任", "财政局")


def test_the_link_ends_at_its_moment_even_before_the_loop_came_by(cast: Cast, frozen: FrozenClock) -> None:
    case = approved(cast, **BODY)
    _row, token = actions.ask_confirmation(case, "财政局", "", cast.editor)
    frozen.advance(12 * HOUR)
    with pytest.raises(Refused) as refusal:
        actions.answer_confirmation(token, "agree", "王主任", "")
    assert refusal.value.code == "link_expired"


def test_a_second_before_its_end_the_link_still_works(cast: Cast, frozen: FrozenClock) -> None:
    case = approved(cast, **BODY)
    _row, token = actions.ask_confirmation(case, "财政局", "", cast.editor)
    frozen.advance(12 * HOUR - SECOND)
    assert not later._somebody_is_silent(time.now())
    assert actions.answer_confirmation(token, "agree", "王主任", "").answer == "agree"


@pytest.mark.parametrize(
    ("answer", "name", "comment", "code"),
    [
        ("yes", "王主任", "", "answer"),
        ("", "王主任", "", "answer"),
        ("agree", "  ", "", "too_short"),
        ("amend", "王主任", "改", "too_short"),
        ("object", "王主任", " ", "too_short"),
    ],
)
def test_an_answer_that_is_none_does_not_use_up_the_link(
    cast: Cast, answer: str, name: str, comment: str, code: str
) -> None:
    case = approved(cast, **BODY)
    row, token = actions.ask_confirmation(case, "财政局", "", cast.editor)
    with pytest.raises(Refused) as refusal:
        actions.answer_confirmation(token, answer, name, comment)
    assert refusal.value.code == code
    row.refresh_from_db()
    assert row.answered_at is None
    assert actions.answer_confirmation(token, "agree", "王主任", "").answer == "agree"


def test_silence_is_noted_once_and_only_of_the_silent(cast: Cast, frozen: FrozenClock) -> None:
    case = approved(cast, **BODY)
    silent, _ = actions.ask_confirmation(case, "财政局", "", cast.editor)
    spoken, token = actions.ask_confirmation(case, "住建局", "", cast.editor)
    actions.answer_confirmation(token, "agree", "李主任", "")
    frozen.advance(12 * HOUR)
    assert later._somebody_is_silent(time.now())
    assert later.note_silence(time.now(), 10) == 1
    assert later.note_silence(time.now(), 10) == 0
    assert not later._somebody_is_silent(time.now())
    assert BodyConfirmation.objects.get(not_received_at__isnull=False) == silent
    assert last(case, "confirmation.silent") == {"body": "财政局", "asked": 1}
    spoken.refresh_from_db()
    assert spoken.answer == "agree"


@pytest.mark.parametrize(("who", "may"), [("deputy", True), ("top", True), ("office", False), ("editor", False),
                                          ("tech_head", False), ("duty", False)])  # fmt: skip
def test_only_a_leader_goes_on_without_the_answer(cast: Cast, who: str, may: bool) -> None:
    case = approved(cast, **BODY)
    row, _token = actions.ask_confirmation(case, "财政局", "", cast.editor)
    if not may:
        with pytest.raises(Refused):
            actions.override_confirmation(row, "情况紧急，先行发布，随后补充沟通。", cast.people[who])
        assert not overridden(case).exists()
        return
    actions.override_confirmation(row, "情况紧急，先行发布，随后补充沟通。", cast.people[who])
    assert list(overridden(case)) == [row]
    assert last(case, "confirmation.overridden")["body"] == "财政局"


# --- drafts and reviews ----------------------------------------------------------------------------------------------


def test_the_record_of_a_review_names_text_role_and_checks_c8_2(cast: Cast) -> None:
    round_ = submitted(cast)
    case = round_.case
    assert last(case, "draft.saved") == {
        "revision": 1, "manifest": round_.manifest_sha256, "title": DRAFT["title"], "bodies": [], "facts": 1,
        "stage": "first", "openness": "open", "department": "交易中心信息技术部", "basis": True,
    }  # fmt: skip
    assert last(case, "review.opened")["steps"] == [
        ["division_head", "secrecy_checker"], ["office_head"], ["deputy_leader"],
    ]  # fmt: skip
    approve(cast, round_)
    decided = last(case, "review.decided")
    assert (decided["role"], decided["decision"], decided["manifest"]) == (
        "deputy_leader", "approved", round_.manifest_sha256,
    )  # fmt: skip
    assert (decided["secrecy_checked"], decided["personal_data_checked"]) == (True, True)
    assert last(case, "review.approved")["manifest"] == round_.manifest_sha256


def test_a_withdrawn_submission_is_recorded_and_can_be_made_again(cast: Cast, frozen: FrozenClock) -> None:
    round_ = submitted(cast)
    frozen.advance(dt.timedelta(minutes=10))
    actions.withdraw(round_.case, cast.editor)
    assert last(round_.case, "review.withdrawn") == {"round": round_.pk}
    assert again(round_.case).state == "handling"
    assert actions.submit(again(round_.case), cast.editor).pk != round_.pk


@pytest.mark.parametrize("state", ["registered", "assigned", "returned", "declined", "closed", "merged", "voided"])
def test_no_draft_before_acceptance_or_after_the_end(cast: Cast, state: str) -> None:
    case = handled(cast)
    Case.objects.filter(pk=case.pk).update(state=state)
    with pytest.raises(Refused) as refusal:
        actions.save_revision(case, actor=cast.editor, **DRAFT)  # type: ignore[arg-type]
    assert refusal.value.code == "not_in_this_state"


@pytest.mark.parametrize(("days", "ok"), [(-1, False), (0, False), (1, True)])
def test_the_review_of_a_withholding_lies_in_the_future_c1_1(cast: Cast, days: int, ok: bool) -> None:
    """The bureau's own day decides: at 10:00 in Anshan, today is no future date."""
    case = opened(cast)
    on = dt.date(2026, 9, 14) + dt.timedelta(days=days)
    if ok:
        row = actions.propose_withhold(case, "internal", "尚在讨论之中的过程性信息。", on, cast.office)
        assert row.review_on == on
        return
    with pytest.raises(Refused) as refusal:
        actions.propose_withhold(case, "internal", "尚在讨论之中的过程性信息。", on, cast.office)
    assert refusal.value.code == "review_date"


def test_one_open_proposal_and_one_decision_c1_1(cast: Cast) -> None:
    case = opened(cast)
    told = ("internal", "尚在讨论之中的过程性信息。", dt.date(2026, 12, 1))
    row = actions.propose_withhold(case, *told, cast.office)
    with pytest.raises(Refused) as refusal:
        actions.propose_withhold(case, *told, cast.deputy)
    assert refusal.value.code == "already_proposed"
    actions.second_withhold(row, True, cast.deputy)
    assert last(case, "withholding.decided") == {"agreed": True, "ground": "internal"}
    with pytest.raises(Refused) as refusal:
        actions.second_withhold(row, False, cast.top)
    assert refusal.value.code == "already_decided"
    assert again(case).state == "declined"
