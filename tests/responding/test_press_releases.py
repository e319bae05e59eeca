"""C11.5, C8.2, C11.1, INV-4, INV-11: what the bureau says unasked is reviewed by others and corrected openly."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

import releasing_told as told
import stories
from cast import Cast
from huiying.handling.models import Clock
from huiying.kernel import canonical, clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.people.actions.registers import add_platform, close_platform
from huiying.people.models import Appointment
from huiying.responding import evidence, queries as responding, releasing
from huiying.responding.actions.press import drop_press, publish_press, save_press, submit_press
from huiying.responding.actions.publishing import record_post, verify_post
from huiying.responding.models import PressRelease, PressStep, PressVersion, Publication
from huiying.responding.models.releasing import address_of, number_of
from huiying.responding.public import public_answers
from huiying.work.models import Notice
from releasing_told import refused

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


def shot() -> SimpleUploadedFile:
    return SimpleUploadedFile("截图.png", PNG, content_type="image/png")


# --- drafting ---------------------------------------------------------------------------------------------------------


def test_numbers_run_through_the_year_without_a_gap(cast: Cast, frozen: FrozenClock) -> None:
    first, second = told.drafted(cast).release, told.drafted(cast).release
    frozen.set(dt.datetime(2027, 1, 1, 0, 0, tzinfo=dt.UTC))
    third = told.drafted(cast).release
    assert [row.number for row in (first, second, third)] == ["新〔2026〕1号", "新〔2026〕2号", "新〔2027〕1号"]


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("2026-1", "新〔2026〕1号"),
        ("2026-120", "新〔2026〕120号"),
        ("2026-0", ""),
        ("2026", ""),
        ("x", ""),
        ("2026-1-2", ""),
    ],
)
def test_a_number_stands_in_an_address_and_is_found_by_it(address: str, number: str) -> None:
    assert number_of(address) == number
    assert not number or address_of(number) == address


def test_saving_the_same_text_changes_nothing(cast: Cast) -> None:
    version = told.drafted(cast)
    before = LedgerEntry.objects.count()
    assert told.drafted(cast, version.release).pk == version.pk
    assert LedgerEntry.objects.count() == before


@pytest.mark.parametrize(
    "change",
    [
        {"title": "另一个题目"},
        {"facts": "另一个事实。"},
        {"basis": "《招标投标法》"},
        {"renditions": {"portal": "另一段文字。"}},
        {"renditions": told.BOTH},
    ],
)
def test_every_word_that_the_public_reads_makes_another_version(cast: Cast, change: dict[str, Any]) -> None:
    version = told.drafted(cast)
    other = told.drafted(cast, version.release, **change)
    assert (other.number, other.manifest_sha256 == version.manifest_sha256) == (2, False)


def test_who_says_it_is_part_of_what_is_approved(cast: Cast) -> None:
    version = told.drafted(cast)
    other = told.drafted(cast, version.release, department=cast.department("Z-XX"))
    assert other.manifest_sha256 != version.manifest_sha256
    assert told.again(version.release).department.code == "Z-XX"


def test_the_plan_is_no_part_of_the_text_and_voids_nothing(cast: Cast) -> None:
    version = told.submitted(cast)
    at = clock.now() + dt.timedelta(days=1)
    assert told.drafted(cast, version.release, planned_at=at).pk == version.pk
    release = told.again(version.release)
    assert (release.state, release.planned_at) == (PressRelease.REVIEWING, at)


@pytest.mark.parametrize("code", ["nobodys", "press_conference"])
def test_there_is_no_text_for_an_account_that_is_not_ours_inv_11(cast: Cast, code: str) -> None:
    assert refused(lambda: told.drafted(cast, renditions={code: "文字"})) in ("unknown_channel", "not_an_account")


def test_a_closed_account_takes_no_text_and_no_publication_inv_11(cast: Cast) -> None:
    account = add_platform(
        name="抖音号",
        family="政务微博",
        owner=cast.department("BGS"),
        administrator=None,
        backup=None,
        actor=cast.office,
    )
    release = told.approved(cast, renditions={**told.TEXT["renditions"], account.code: "文字"})  # type: ignore[dict-item]
    close_platform(account, "这个账号不再使用了", cast.office)
    assert refused(lambda: publish_press(release, [account.code], cast.editor)) == "unknown_channel"
    assert refused(lambda: told.drafted(cast, renditions={account.code: "文字"})) == "unknown_channel"


@pytest.mark.parametrize("who", ["inspector", "duty", "deputy"])
def test_only_who_drafts_or_handles_writes_one(cast: Cast, who: str) -> None:
    assert refused(lambda: told.drafted(cast, actor=cast.people[who])) == "not_permitted"


def test_a_department_speaks_for_itself_alone_c8_3(cast: Cast) -> None:
    own = {"department": cast.department("Z-XX")}
    version = told.drafted(cast, actor=cast.tech_liaison, **own)
    assert refused(lambda: told.drafted(cast, actor=cast.watch_head, **own)) == "not_permitted"
    assert refused(lambda: told.drafted(cast, version.release, actor=cast.watch_head)) == "not_permitted"
    theirs = {"department": cast.department("JDC"), "actor": cast.watch_head}
    assert refused(lambda: told.drafted(cast, version.release, **theirs)) == "not_permitted"
    assert refused(lambda: submit_press(version.release, cast.watch_head)) == "not_permitted"
    assert refused(lambda: drop_press(version.release, "不想发布了", cast.watch_head)) == "not_permitted"
    submit_press(version.release, cast.tech_head)


# --- submitting and review --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"basis": ""},
        {"facts": ""},
        {"renditions": {}},
        {"renditions": {"portal": "自【请填：日期】起实行。"}},
    ],
)
def test_what_lacks_basis_facts_text_or_has_a_blank_is_not_submitted_c8_2(cast: Cast, change: dict[str, Any]) -> None:
    version = told.drafted(cast, **change)
    assert refused(lambda: submit_press(version.release, cast.editor)) == "not_ready"


def test_the_steps_are_the_regulations_with_both_checks_c8_2(cast: Cast) -> None:
    steps = list(told.submitted(cast).steps.all())
    assert [(step.position, step.role, step.checks) for step in steps] == [
        (0, "office_head", ["personal_data"]),
        (0, "secrecy_checker", ["secrecy"]),
        (1, "deputy_leader", []),
    ]


def test_whose_turn_it_is_hears_of_it_and_finds_it(cast: Cast) -> None:
    version = told.submitted(cast)
    told_now = set(Notice.objects.filter(title__contains=version.release.number).values_list("recipient", flat=True))
    assert {"office", "office2", "secrecy"} <= told_now, "and whoever stands in for them"
    assert not told_now & {"editor", "deputy", "tech_head"}
    assert [step.role for step in releasing.my_press_steps(cast.office)] == ["office_head"]
    assert releasing.my_press_steps(cast.deputy) == []
    for step in version.open_steps():
        told.decide(step, cast.people[told.REVIEWERS[step.role]])
    assert [step.role for step in releasing.my_press_steps(cast.deputy)] == ["deputy_leader"]
    assert Notice.objects.filter(recipient="deputy", title__contains=version.release.number).exists()


def test_the_last_step_approves_the_text(cast: Cast) -> None:
    release = told.approved(cast)
    version = releasing.current_version(release)
    assert version is not None
    assert (release.state, version.approved_at) == (PressRelease.APPROVED, clock.now())
    assert releasing.why_not_publish(version) == []


def test_the_drafter_decides_no_step_inv_4(cast: Cast) -> None:
    version = told.submitted(cast, actor=cast.office)
    step = version.steps.get(role="office_head")
    assert refused(lambda: told.decide(step, cast.office)) == "not_permitted"
    told.decide(step, cast.office2)


def test_nobody_decides_two_steps(cast: Cast) -> None:
    Appointment.objects.create(
        user=cast.office, role="deputy_leader", department=cast.department("BGS"), since=clock.now()
    )
    version = told.submitted(cast)
    for step in version.open_steps():
        told.decide(step, cast.people[told.REVIEWERS[step.role]])
    assert refused(lambda: told.decide(version.steps.get(role="deputy_leader"), cast.office)) == "not_permitted"


@pytest.mark.parametrize(
    ("role", "change"),
    [("secrecy_checker", {"secrecy": False}), ("office_head", {"personal_data": False})],
)
def test_a_step_with_a_check_is_not_approved_without_it_c8_2(cast: Cast, role: str, change: dict[str, Any]) -> None:
    step = told.submitted(cast).steps.get(role=role)
    actor = cast.people[told.REVIEWERS[role]]
    assert refused(lambda: told.decide(step, actor, **change)) == "checks_missing"


def test_a_step_is_decided_once_on_the_text_that_was_read_and_in_its_turn(cast: Cast) -> None:
    version = told.submitted(cast)
    first, last = version.steps.get(role="office_head"), version.steps.get(role="deputy_leader")
    assert refused(lambda: told.decide(last, cast.deputy)) == "not_your_turn"
    assert refused(lambda: told.decide(first, cast.office, manifest_sha256="0" * 64)) == "other_text"
    told.decide(first, cast.office)
    assert refused(lambda: told.decide(first, cast.office2)) == "round_is_over"


def test_sending_back_says_why_and_the_same_text_does_not_come_again(cast: Cast) -> None:
    version = told.submitted(cast)
    step = version.steps.get(role="office_head")
    assert refused(lambda: told.decide(step, cast.office, approve=False, comment="不")) == "too_short"
    told.decide(step, cast.office, approve=False)
    assert told.again(version.release).state == PressRelease.DRAFT
    assert "依据不对" in Notice.objects.get(recipient="editor").body
    assert refused(lambda: submit_press(version.release, cast.editor)) == "sent_back"
    assert refused(lambda: told.decide(version.steps.get(role="secrecy_checker"), cast.secrecy)) == "round_is_over"
    told.drafted(cast, version.release, basis="《电子招标投标办法》第三十条")
    submit_press(version.release, cast.editor)


def test_a_change_voids_what_was_decided_and_the_old_approval_publishes_nothing_inv_4(cast: Cast) -> None:
    release = told.approved(cast)
    old = releasing.current_version(release)
    assert old is not None
    told.drafted(cast, release, title="改过的题目")
    old.refresh_from_db()
    assert old.voided_at == clock.now()
    assert refused(lambda: publish_press(release, ["portal"], cast.editor)) == "not_ready"
    assert not Publication.objects.exists()


def test_a_review_that_nobody_could_end_does_not_begin(cast: Cast) -> None:
    Appointment.objects.filter(role__in=("deputy_leader", "top_leader")).update(until=clock.now())
    version = told.drafted(cast)
    assert refused(lambda: submit_press(version.release, cast.editor)) == "nobody_reviews"


# --- publishing -------------------------------------------------------------------------------------------------------


def test_it_is_published_on_our_own_site_with_evidence_inv_5(cast: Cast) -> None:
    release = told.published(cast)
    row = told.live(release)
    assert (release.state, release.published_at) == (PressRelease.PUBLISHED, clock.now())
    assert row.url == "/news/2026-1/"
    assert row.evidence is not None
    content = evidence.path_of(row.evidence.sha256).read_bytes()
    assert canonical.sha256(content) == row.evidence.sha256
    assert told.TEXT["renditions"]["portal"].encode() in content  # type: ignore[index]


def test_a_press_release_stops_no_clock_and_is_no_answer(cast: Cast) -> None:
    case = stories.opened(cast)
    running = Clock.objects.filter(case=case, stopped_at__isnull=True).count()
    told.published(cast)
    assert Clock.objects.filter(case=case, stopped_at__isnull=True).count() == running
    assert not public_answers().exists()


def test_what_is_not_approved_is_not_published(cast: Cast) -> None:
    for version in (told.drafted(cast), told.submitted(cast)):
        assert refused(lambda version=version: publish_press(version.release, ["portal"], cast.editor)) == "not_ready"  # type: ignore[misc]


def test_an_approval_without_a_check_publishes_nothing_inv_4(cast: Cast) -> None:
    """Whatever wrote the rows: the last look is at what was really decided."""
    release = told.approved(cast)
    PressStep.objects.filter(version__release=release, role="secrecy_checker").update(checks=[])
    assert refused(lambda: publish_press(release, ["portal"], cast.editor)) == "not_ready"


def test_an_approval_by_its_drafter_publishes_nothing_inv_4(cast: Cast) -> None:
    release = told.approved(cast)
    PressStep.objects.filter(version__release=release).update(decided_user=cast.editor.pk)
    assert refused(lambda: publish_press(release, ["portal"], cast.editor)) == "not_ready"
    version = releasing.current_version(release)
    assert version is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.create(
            press=version, target="portal", channel="portal", title="x", text="x", state="queued",
            manifest_sha256="a" * 64, approved_sha256="a" * 64, drafter_user=1, approver_user=1,
            idempotency_key="x", released_by="x", released_at=clock.now(),
        )  # fmt: skip


@pytest.mark.parametrize("who", ["tech_head", "inspector", "deputy", "duty"])
def test_who_does_not_publish_is_refused(cast: Cast, who: str) -> None:
    release = told.approved(cast)
    assert refused(lambda: publish_press(release, ["portal"], cast.people[who])) == "not_permitted"


def test_publishing_twice_gives_the_same_row(cast: Cast) -> None:
    release = told.approved(cast)
    first = publish_press(release, ["portal"], cast.editor)
    assert publish_press(release, ["portal"], cast.office) == first
    stories.do_what_is_due()
    assert publish_press(told.again(release), ["portal"], cast.office) == first
    assert Publication.objects.count() == 1


def test_an_account_without_a_text_is_refused(cast: Cast) -> None:
    release = told.approved(cast)
    for codes in ([], ["weibo"], ["portal", "weibo"]):
        assert refused(lambda codes=codes: publish_press(release, codes, cast.editor)) == "channel_without_text"  # type: ignore[misc]


def test_a_post_by_hand_waits_for_its_second_person_c8_7(cast: Cast) -> None:
    release = told.approved(cast, renditions=told.BOTH)
    (row,) = publish_press(release, ["weibo"], cast.editor)
    assert row in responding.by_hand_to_do(cast.office)
    assert told.again(release).published_at is None
    record_post(row, "https://weibo.example/1", shot(), cast.editor)
    row.refresh_from_db()
    assert row not in responding.by_hand_to_do(cast.editor), "nobody checks themselves"
    assert row in responding.by_hand_to_do(cast.duty)
    assert refused(lambda: verify_post(row, True, "", cast.editor)) == "second_person"
    verify_post(row, True, "", cast.duty)
    release = told.again(release)
    assert (release.state, release.published_at) == (PressRelease.PUBLISHED, clock.now())
    assert releasing.public_of(release) == row


def test_a_department_head_sees_posts_of_press_releases_but_of_no_case(cast: Cast) -> None:
    release = told.approved(cast, renditions=told.BOTH)
    publish_press(release, ["weibo"], cast.editor)
    case = stories.approved(cast, renditions={"portal": "文字", "weibo": "文字"})
    from huiying.responding.actions import release as release_case

    release_case(case, ["weibo"], cast.office)
    assert [row.press_id is not None for row in responding.by_hand_to_do(cast.watch_head)] == [True]
    assert responding.by_hand_to_do(cast.admin).count() == 0


def test_an_account_closed_between_release_and_post_takes_nothing_inv_11(cast: Cast) -> None:
    release = told.approved(cast, renditions=told.BOTH)
    (row,) = publish_press(release, ["weibo"], cast.editor)
    assert row.platform is not None
    close_platform(row.platform, "账号被盗，先停用", cast.office)
    assert refused(lambda: record_post(row, "https://weibo.example/1", shot(), cast.editor)) == "account_closed"


# --- correcting and dropping ------------------------------------------------------------------------------------------


def test_what_is_public_is_only_changed_with_a_note_c11_1(cast: Cast) -> None:
    release = told.published(cast)
    before = releasing.news_item(release.number)
    change = {"renditions": told.CORRECTED["renditions"]}
    assert refused(lambda: told.drafted(cast, release, **change)) == "correction_note"
    assert told.drafted(cast, release).number == 1, "saving what is public changes nothing"
    assert releasing.news_item(release.number) == before


def test_a_correction_leaves_every_version_to_be_read_c11_1(cast: Cast) -> None:
    release = told.corrected(cast)
    found = releasing.news_item(release.number)
    assert found is not None
    assert [row.text[:6] for row in found.versions] == ["10月8日起", "10月1日起"]
    newest = found.versions[0].press
    assert newest is not None
    assert (newest.corrects_id, newest.correction_note) == (found.versions[1].pk, told.NOTE)
    assert found.versions[0].stage == "correction"
    assert found.corrected


def test_while_a_correction_is_reviewed_the_old_text_stands(cast: Cast) -> None:
    release = told.published(cast)
    submit_press(told.drafted(cast, release, **told.CORRECTED).release, cast.editor)
    found = releasing.news_item(release.number)
    assert found is not None
    assert (found.text[:6], found.corrected) == ("10月1日起", False)


def test_the_note_of_a_correction_that_is_being_written_stays_until_another_is_given(cast: Cast) -> None:
    release = told.published(cast)
    first = told.drafted(cast, release, **told.CORRECTED)
    same = told.drafted(cast, release, renditions=told.CORRECTED["renditions"], correction_note="写明原因的另一句话")
    assert (same.pk != first.pk, same.correction_note) == (True, "写明原因的另一句话")
    other = told.drafted(cast, release, renditions={"portal": "10月9日起实行。"})
    assert other.correction_note == "写明原因的另一句话"


def test_a_text_written_before_the_first_one_was_public_becomes_a_correction(cast: Cast) -> None:
    """The first text was posted and waits for its second person; another is approved meanwhile."""
    release = told.approved(cast, renditions=told.BOTH)
    (row,) = publish_press(release, ["weibo"], cast.editor)
    record_post(row, "https://weibo.example/1", shot(), cast.editor)
    version = told.drafted(cast, release, renditions={"weibo": "改过的文字，10月8日起。"})
    verify_post(row, True, "", cast.duty)
    assert told.again(release).state == PressRelease.DRAFT, "the newer text is what is worked on"
    assert refused(lambda: submit_press(version.release, cast.editor)) == "correction_note"


def test_a_change_calls_back_what_is_not_out_yet(cast: Cast) -> None:
    release = told.approved(cast, renditions=told.BOTH)
    rows = publish_press(release, ["portal", "weibo"], cast.editor)
    told.drafted(cast, release, title="改过的题目")
    stories.do_what_is_due()
    assert {Publication.objects.get(pk=row.pk).state for row in rows} == {Publication.FAILED}
    assert releasing.news_item(release.number) is None


def test_dropping_needs_a_reason_and_nothing_public(cast: Cast) -> None:
    release = told.submitted(cast).release
    assert refused(lambda: drop_press(release, "不", cast.editor)) == "too_short"
    drop_press(release, "情况有变，不再发布", cast.editor)
    assert (told.again(release).state, told.again(release).dropped_why) == ("dropped", "情况有变，不再发布")
    assert refused(lambda: drop_press(release, "情况有变，不再发布", cast.editor)) == "dropped"
    assert refused(lambda: told.drafted(cast, release, title="另一个题目")) == "dropped"
    step = PressStep.objects.filter(version__release=release).first()
    assert step is not None
    assert refused(lambda: told.decide(step, cast.office)) == "round_is_over"
    out = told.published(cast)
    assert refused(lambda: drop_press(out, "情况有变，不再发布", cast.editor)) == "already_public"


def test_everything_stands_in_a_chain_of_its_own_without_a_gap_inv_8(cast: Cast) -> None:
    from huiying.ledger.queries import verify

    release = told.corrected(cast)
    kinds = list(LedgerEntry.objects.filter(chain=f"press:{release.number}").values_list("kind", flat=True))
    assert kinds[:2] == ["press.saved", "press.submitted"]
    assert kinds.count("release.live") == 2
    assert kinds[-1] == "release.live"
    assert verify().ok


def test_the_texts_of_the_public_are_newest_first_one_a_release(cast: Cast, frozen: FrozenClock) -> None:
    first = told.corrected(cast)
    frozen.advance(dt.timedelta(hours=1))
    second = told.published(cast, title="第二件事")
    rows = releasing.news_rows(releasing.public_news())
    assert [row.number for row in rows] == [second.number, first.number]
    assert PressVersion.objects.count() == 3


def test_a_release_that_is_planned_and_not_out_is_late(cast: Cast, frozen: FrozenClock) -> None:
    version = told.drafted(cast, planned_at=clock.now() + dt.timedelta(hours=1))
    assert not releasing.planned_late(clock.now()).exists()
    frozen.advance(dt.timedelta(hours=2))
    assert releasing.planned_late(clock.now()).get() == version.release
    drop_press(version.release, "不再需要这份了", cast.editor)
    assert not releasing.planned_late(clock.now()).exists()


def test_a_department_in_nobodys_list_says_nothing(cast: Cast) -> None:
    department = cast.department("GCC")
    department.is_active = False
    department.save()
    told_ = {**told.TEXT, "department": department, "actor": cast.editor}
    assert refused(lambda: save_press(None, **told_)) == "not_listed"  # type: ignore[arg-type]
