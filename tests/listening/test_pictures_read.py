"""Text of a photo as a draft: sealed, its person's alone, kept only as that person corrected it (C5.7, C5.13, §6.2)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cast import Cast
from huiying.kernel import home as homes
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.listening import attachments
from huiying.listening.actions.by_hand import Entry, enter
from huiying.listening.models import HandEntry, PictureReading, Post, PostAttachment
from huiying.listening.ocr import door, readings
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.work import leases, schedule
from reading_of import ENGINE, picture, read_all, readable

DRAFT = "鞍山公共资源交易平台登陆不上，九点半开标"
CORRECTED = "鞍山公共资源交易平台登录不上，九点半开标"
LETTER = Entry("letter", read_text=CORRECTED, read_checked=True)


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "home"))


@pytest.fixture(autouse=True)
def reader() -> Iterator[None]:
    with readable():
        yield


def asked(user: User, *texts: str, form: dict[str, str] | None = None) -> PictureReading:
    return readings.ask([picture(text) for text in texts or (DRAFT,)], form or {}, user)


def read(user: User, *texts: str) -> PictureReading:
    row = asked(user, *texts)
    read_all()
    row.refresh_from_db()
    return row


def files() -> list[bytes]:
    return [path.read_bytes() for path in homes.evidence().rglob("*") if path.is_file()]


def test_a_photo_waits_for_the_loop_and_comes_back_as_a_draft(staff: Cast) -> None:
    row = asked(staff.duty)
    assert (row.state, readings.draft_of(row)) == (PictureReading.WAITING, "")
    read_all()
    row.refresh_from_db()
    assert (row.state, readings.draft_of(row), row.engine) == (PictureReading.READ, DRAFT, ENGINE)
    assert Post.objects.count() == 0, "a draft is no post"


def test_neither_photo_nor_draft_nor_form_lies_open(staff: Cast) -> None:
    row = asked(staff.duty, DRAFT, form={"text": "来信人口述"})
    read_all()
    row.refresh_from_db()
    assert [DRAFT.encode() in kept for kept in files()] == [False]
    for sealed in (row.sealed_draft, row.sealed_form):
        assert sealed is not None
        assert DRAFT.encode() not in bytes(sealed)
        assert "口述".encode() not in bytes(sealed)
    assert readings.form_of(row) == {"text": "来信人口述"}


def test_several_photos_are_read_in_their_order_and_one_that_fails_takes_no_other_with_it(staff: Cast) -> None:
    row = read(staff.duty, "第一页?1", "!unreadable", "第三页?2")
    assert readings.draft_of(row) == "第一页\n\n第三页"
    assert [one["problem"] for one in row.pictures] == ["", door.UNREADABLE, ""]
    assert row.unsure == 3


@pytest.mark.parametrize("problem", sorted(door.PROBLEMS - {door.NOT_A_PICTURE}))
def test_where_no_photo_could_be_read_the_reading_failed_and_says_why(staff: Cast, problem: str) -> None:
    row = read(staff.duty, f"!{problem}")
    assert (row.state, row.sealed_draft, row.pictures[0]["problem"]) == (PictureReading.FAILED, None, problem)


def test_a_reason_that_nobody_knows_is_a_failure_of_the_reader(staff: Cast) -> None:
    assert read(staff.duty, "!whatever").pictures[0]["problem"] == door.BROKE


def test_a_reader_that_raises_is_a_failure_too(staff: Cast) -> None:
    def raises(content: bytes) -> door.Draft:
        raise RuntimeError(content)

    with readable(raises):
        assert read(staff.duty).pictures[0]["problem"] == door.BROKE


def test_a_pdf_is_kept_and_named_but_not_read(staff: Cast) -> None:
    pdf = SimpleUploadedFile("a.pdf", b"%PDF-1.7 text")
    row = readings.ask([pdf, picture(DRAFT)], {}, staff.duty)
    read_all()
    row.refresh_from_db()
    assert [one["problem"] for one in row.pictures] == [door.NOT_A_PICTURE, ""]
    assert readings.draft_of(row) == DRAFT
    enter(LETTER, [], staff.duty, row)
    assert set(PostAttachment.objects.values_list("media_type", flat=True)) == {"application/pdf", "image/png"}


@pytest.mark.parametrize(
    ("handed_in", "code"),
    [
        ([], "no_picture"),
        ([SimpleUploadedFile("a.pdf", b"%PDF-1.7")], "only_pdf"),
        ([SimpleUploadedFile("a.exe", b"MZ\x00")], "media_type"),
        ([picture("x")] * 7, "too_many"),
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(staff: Cast, handed_in: list, code: str) -> None:
    with pytest.raises(Refused) as refused:
        readings.ask(handed_in, {}, staff.duty)
    assert refused.value.code == code
    assert (PictureReading.objects.count(), files()) == (0, [])
    assert not LedgerEntry.objects.filter(kind="picture.reading_asked").exists()


def test_without_the_extra_nothing_is_asked_for(staff: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "installed", lambda: False)
    with pytest.raises(Refused, match="没有装"):
        asked(staff.duty)


def test_who_may_not_bring_anything_in_has_nothing_read(staff: Cast) -> None:
    with pytest.raises(Refused):
        asked(staff.admin)


def test_a_queue_that_is_full_says_so(staff: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "MOST_WAITING", 1)
    asked(staff.duty)
    with pytest.raises(Refused, match="太多"):
        asked(staff.duty)
    read_all()
    asked(staff.duty)


# --- becoming text ---------------------------------------------------------------------------------------------------


def test_the_post_says_that_a_machine_read_it_and_who_corrected_it(staff: Cast) -> None:
    row = read(staff.duty)
    post = enter(replace(LETTER, text="窗口转来。"), [], staff.duty, row).post
    assert post.text == f"窗口转来。\n\n{CORRECTED}"
    assert post.extra == {"read_by_machine": ENGINE, "checked_by": staff.duty.name, "corrected": True}
    assert PostAttachment.objects.get().entry == HandEntry.objects.get(post=post)
    told = LedgerEntry.objects.get(kind="entry.made").data
    assert told is not None
    assert (told["read_by_machine"], told["checked_by"], told["corrected"]) == (ENGINE, staff.duty.name, True)


def test_a_draft_that_was_right_says_that_nothing_was_changed(staff: Cast) -> None:
    row = read(staff.duty)
    post = enter(replace(LETTER, read_text=f" {DRAFT}\r\n"), [], staff.duty, row).post
    assert post.extra["corrected"] is False


def test_a_draft_that_nobody_checked_is_not_stored(staff: Cast) -> None:
    row = read(staff.duty)
    with pytest.raises(Refused) as refused:
        enter(replace(LETTER, text="来信", read_checked=False), [], staff.duty, row)
    assert refused.value.code == "not_checked"
    assert Post.objects.count() == 0
    row.refresh_from_db()
    assert row.state == PictureReading.READ, "the person goes on with it"


def test_a_draft_that_is_emptied_leaves_the_persons_own_words(staff: Cast) -> None:
    row = read(staff.duty)
    post = enter(Entry("letter", "来信要求退保证金，附原件"), [], staff.duty, row).post
    assert (post.text, post.extra) == ("来信要求退保证金，附原件", {})
    assert PostAttachment.objects.count() == 1


def test_personal_data_in_the_draft_is_masked_as_in_every_text(staff: Cast) -> None:
    row = read(staff.duty, f"{DRAFT} 电话13812345678")
    post = enter(replace(LETTER, read_text=f"{CORRECTED} 电话13812345678"), [], staff.duty, row).post
    assert "13812345678" not in post.text


def test_a_reader_with_a_long_version_is_not_taken_for_a_number(staff: Cast) -> None:
    with readable(lambda _content: door.Draft(DRAFT, 0, "RapidOCR 3.10.12")):
        row = read(staff.duty)
    assert enter(LETTER, [], staff.duty, row).post.extra["read_by_machine"] == "RapidOCR 3.10.12"


def test_what_was_taken_over_is_used_up_and_its_draft_is_gone(staff: Cast) -> None:
    row = read(staff.duty)
    enter(LETTER, [], staff.duty, row)
    row.refresh_from_db()
    assert (row.state, row.sealed_draft, row.sealed_form) == (PictureReading.USED, None, None)
    assert readings.mine(row.pk, staff.duty) is None
    with pytest.raises(Refused, match="已经登记过"):
        enter(replace(LETTER, text="再登一次", read_text=""), [], staff.duty, row)
    assert Post.objects.count() == 1


def test_nobody_else_sees_or_uses_a_reading(staff: Cast) -> None:
    row = read(staff.duty)
    assert readings.mine(row.pk, staff.duty2) is None
    with pytest.raises(Refused):
        enter(LETTER, [], staff.duty2, row)
    assert (Post.objects.count(), HandEntry.objects.count()) == (0, 0)


def test_photos_of_before_and_of_now_count_together(staff: Cast) -> None:
    row = read(staff.duty, "甲", "乙", "丙", "丁")
    with pytest.raises(Refused, match="最多"):
        enter(LETTER, [picture("戊"), picture("己"), picture("庚")], staff.duty, row)
    enter(LETTER, [picture("戊")], staff.duty, row)
    assert PostAttachment.objects.count() == 5


def test_the_same_photo_twice_is_one_attachment_and_one_file(staff: Cast, django_capture_on_commit_callbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        enter(LETTER, [picture(DRAFT)], staff.duty, read(staff.duty))
    assert (PostAttachment.objects.count(), len(files())) == (1, 1)
    assert attachments.opened(PostAttachment.objects.get().stored)


def test_an_entry_made_while_the_machine_still_reads_is_not_touched_by_what_it_read(staff: Cast) -> None:
    row = asked(staff.duty)
    readings.go_on(row.asked_at, 1)
    enter(Entry("letter", "来信要求退保证金"), [], staff.duty, row)
    assert readings.bench.thread is not None
    readings.bench.thread.join(timeout=10)
    readings.go_on(row.asked_at, 1)
    row.refresh_from_db()
    assert (row.state, row.sealed_draft) == (PictureReading.USED, None)
    assert Post.objects.get().text == "来信要求退保证金"


def test_the_ledger_has_hashes_and_no_word(staff: Cast) -> None:
    enter(LETTER, [], staff.duty, read(staff.duty))
    for kind in ("picture.reading_asked", "entry.made"):
        entry = LedgerEntry.objects.get(kind=kind)
        assert entry.payload is not None
        assert "登录" not in entry.payload
        assert "登陆" not in entry.payload


# --- the loop --------------------------------------------------------------------------------------------------------


def test_one_is_read_at_a_time_and_the_oldest_first(staff: Cast) -> None:
    seen: list[str] = []
    gate = threading.Event()

    def waits(content: bytes) -> door.Draft:
        seen.append(content[8:].decode())
        gate.wait(10)
        return door.Draft("读好了", 0, ENGINE)

    with readable(waits):
        asked(staff.duty, "甲")
        asked(staff.duty, "乙")
        now = PictureReading.objects.first().asked_at
        assert readings.go_on(now, 1) == 1
        assert readings.go_on(now, 1) == 0, "the loop goes on with everything else"
        gate.set()
        read_all()
    assert seen == ["甲", "乙"]


def test_the_loop_has_nothing_to_do_where_nothing_waits(staff: Cast, frozen: FrozenClock) -> None:
    poller = schedule._pollers["readings"]
    assert poller.due is not None
    assert not poller.due(frozen())
    asked(staff.duty)
    assert poller.due(frozen())
    read_all()
    assert not poller.due(frozen())


def test_after_a_crash_a_photo_is_read_again_but_not_for_ever(staff: Cast) -> None:
    """kill -9 under a reading: the new process has an empty bench and the row still waits."""
    row = asked(staff.duty)
    for _crash in range(readings.TRIES):
        readings.go_on(row.asked_at, 1)
        assert readings.bench.thread is not None
        readings.bench.thread.join(timeout=10)
        readings.bench = readings.Bench()
    readings.go_on(row.asked_at, 1)
    row.refresh_from_db()
    assert (row.state, row.tries) == (PictureReading.FAILED, readings.TRIES)
    assert row.pictures[0]["problem"] == door.BROKE


def test_an_answer_that_comes_after_the_lease_is_lost_writes_nothing(
    staff: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = asked(staff.duty)
    readings.go_on(row.asked_at, 1)
    assert readings.bench.thread is not None
    readings.bench.thread.join(timeout=10)

    def lost(_held: object) -> None:
        raise leases.LeaseLost("another process has the loop")

    with monkeypatch.context() as patch:
        patch.setattr(leases, "require", lost)
        with pytest.raises(leases.LeaseLost):
            readings.go_on(row.asked_at, 1)
    row.refresh_from_db()
    assert row.state == PictureReading.WAITING
    read_all()
    row.refresh_from_db()
    assert row.state == PictureReading.READ


def test_what_nobody_goes_on_with_is_deleted_after_a_day(staff: Cast, frozen: FrozenClock) -> None:
    used, left = read(staff.duty, "甲"), read(staff.duty, "乙")
    enter(LETTER, [], staff.duty, used)
    frozen.advance(readings.KEPT - dt.timedelta(minutes=1))
    readings.sweep()
    assert len(files()) == 2
    frozen.advance(dt.timedelta(minutes=2))
    readings.sweep()
    left.refresh_from_db()
    assert (left.state, left.sealed_draft, left.sealed_form) == (PictureReading.DROPPED, None, None)
    assert len(files()) == 1, "the attachment of the entry stays"
    assert attachments.opened(PostAttachment.objects.get().stored)
    assert readings.mine(left.pk, staff.duty) is None


def test_a_photo_whose_file_is_gone_is_said_at_that_photo(staff: Cast) -> None:
    row = asked(staff.duty, "甲", "乙")
    attachments.forget(row.pictures[0]["stored"])
    read_all()
    row.refresh_from_db()
    assert [one["problem"] for one in row.pictures] == [door.BROKE, ""]
    assert readings.draft_of(row) == "乙"
