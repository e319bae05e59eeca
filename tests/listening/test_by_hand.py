"""Calls, letters, visits, slips, newspapers and broadcasts that a person enters (C5.7, C5.13, INV-13, §6.2)."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cast import Cast
from huiying.judging.actions import judge_now
from huiying.kernel import clock, home
from huiying.ledger.models import LedgerEntry
from huiying.listening.actions.by_hand import Entry, enter, open_attachment
from huiying.listening.models import HandEntry, Post, PostAttachment, StaffReport
from huiying.people.errors import Refused

SAID = "鞍山公共资源交易平台登录不上，九点半开标，解密超时算谁的？"
PNG = b"\x89PNG\r\n\x1a\n" + b"picture-of-a-letter" * 9


def picture(content: bytes = PNG, name: str = "a.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("entry", "platform", "channel_class", "own"),
    [
        (Entry("call", SAID), "来电", "大厅来电来访", True),
        (Entry("counter", SAID), "来访", "大厅来电来访", True),
        (Entry("letter", SAID), "来信", "局长信箱", True),
        (Entry("slip", SAID, number="GD2026-7"), "12345热线", "12345热线", True),
        (Entry("newspaper", SAID, medium="鞍山日报", place="三版"), "鞍山日报", "传统媒体", False),
        (Entry("broadcast", SAID, medium="鞍山广播", place="早间新闻"), "鞍山广播", "传统媒体", False),
    ],
)
def test_each_kind_is_a_post_of_its_class(staff: Cast, entry: Entry, platform: str, channel_class: str, own: bool):
    post = enter(entry, [], staff.duty).post
    assert (post.platform, post.channel_class, post.own_channel) == (platform, channel_class, own)
    assert (post.outlet or "") == entry.medium
    assert (post.hand_entry.kind, post.hand_entry.place) == (entry.kind, entry.place)
    assert StaffReport.objects.get().user == staff.duty


def test_the_time_that_is_told_stands_apart_and_moves_no_clock_inv_13(staff: Cast):
    told = clock.now() - dt.timedelta(days=3)
    taken = judge_now(enter(Entry("call", SAID, reported_at=told), [], staff.duty))
    assert HandEntry.objects.get().reported_at == told
    assert taken.event is not None
    assert taken.event.first_known_at == clock.now()
    assert Post.objects.get().published_at is None


def test_the_same_slip_twice_is_one_post_with_both_pictures(staff: Cast):
    first = enter(Entry("slip", SAID, number="GD1"), [picture()], staff.duty)
    again = enter(Entry("slip", SAID, number="GD1"), [picture(), picture(PNG + b"2")], staff.duty)
    assert (first.is_new, again.is_new, again.post.pk) == (True, False, first.post.pk)
    assert PostAttachment.objects.count() == 2


def test_a_picture_lies_sealed_and_its_bytes_stand_nowhere(staff: Cast):
    enter(Entry("letter", SAID), [picture()], staff.duty)
    kept = [path.read_bytes() for path in home.evidence().rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert b"picture-of-a-letter" not in kept[0]


def test_what_a_citizen_brought_is_opened_with_a_reason_on_record(staff: Cast):
    enter(Entry("letter", SAID), [picture()], staff.duty)
    row = PostAttachment.objects.get()
    with pytest.raises(Refused, match="为什么"):
        open_attachment(row, "看看", staff.duty)
    with pytest.raises(Refused):
        open_attachment(row, "核实来信内容并联系本人", staff.inspector)
    assert open_attachment(row, "核实来信内容并联系本人", staff.duty) == PNG
    entry = LedgerEntry.objects.get(kind="entry.opened")
    assert entry.data is not None
    assert entry.data["reason"] == "核实来信内容并联系本人"


def test_a_newspaper_page_needs_no_reason(staff: Cast):
    enter(Entry("newspaper", SAID, medium="鞍山日报"), [picture()], staff.duty)
    assert open_attachment(PostAttachment.objects.get(), "", staff.tech_head) == PNG
    assert not LedgerEntry.objects.filter(kind="entry.opened").exists()


def test_personal_data_is_masked_as_in_every_text(staff: Cast):
    enter(Entry("call", f"{SAID} 请回 13812345678"), [], staff.duty)
    assert "13812345678" not in Post.objects.get().text


@pytest.mark.parametrize(
    ("entry", "pictures", "word"),
    [
        (Entry("call", " "), [], "没有写内容"),
        (Entry("fax", SAID), [], "来自哪里"),
        (Entry("newspaper", SAID), [], "哪家"),
        (Entry("slip", SAID), [], "工单号"),
        (Entry("call", SAID), [b"MZ not a picture\x00"], "照片"),
        (Entry("call", SAID), [PNG] * 7, "最多"),
    ],
)
def test_what_lacks_something_is_refused_and_nothing_is_kept(staff: Cast, entry: Entry, pictures: list, word: str):
    with pytest.raises(Refused, match=word):
        enter(entry, [picture(content) for content in pictures], staff.duty)
    assert (Post.objects.count(), HandEntry.objects.count(), PostAttachment.objects.count()) == (0, 0, 0)


def test_the_ledger_keeps_no_word_of_the_entry(staff: Cast):
    enter(Entry("call", SAID, reported_at=clock.now()), [picture()], staff.duty)
    entry = LedgerEntry.objects.get(kind="entry.made")
    assert entry.payload is not None
    assert "登录" not in entry.payload
    assert entry.data is not None
    assert len(entry.data["attachments"]) == 1
