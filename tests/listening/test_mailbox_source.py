"""A mail box under the collector: the rhythm and the three states of every source, its password kept (C5.2, INV-1)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cast import Cast
from huiying.judging.models import Event
from huiying.judging.pipeline import judge_pending
from huiying.kernel import sealing
from huiying.kernel.clock import FrozenClock
from huiying.ledger.models import LedgerEntry
from huiying.listening import evidence, ingest_masking, outcomes, rhythm
from huiying.listening.actions import sources
from huiying.listening.collecting import Collector, Inline
from huiying.listening.fetching import Fetcher, Limits
from huiying.listening.models import Evidence, Post, Source, SourceHost
from huiying.listening.probing import check_now
from huiying.listening.source_check import SECRET
from huiying.listening.source_queries import as_row
from huiying.people.errors import Refused
from listening.sources_of import ROLES
from local_mail import PASSWORD, PATIENT, SHORT, Mail, delivering, letter, silent

OUTAGE = "鞍山公共资源交易平台今早登录不上，开标解密超时"


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mail]:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    with delivering() as found:
        yield found


def told(mail: Mail, **more: Any) -> sources.SourceData:
    return sources.SourceData(
        **({"name": "局长信箱", "channel_class": "局长信箱", "adapter": "mailbox", "url": mail.url,
            "password": PASSWORD} | ROLES | more)
    )  # fmt: skip


def look(frozen: FrozenClock, limits: Limits = PATIENT, hours: float = 0) -> None:
    """Let the collector do what is due."""
    frozen.advance(dt.timedelta(hours=hours, seconds=5))
    collector = Collector(Inline(Fetcher(limits=limits)))
    while collector.tick():
        pass


def state(frozen: FrozenClock) -> tuple[str, str]:
    found = rhythm.state_of(Source.objects.get(), frozen())
    return found.code, found.why


def test_letters_come_in_once_and_are_judged(cast: Cast, frozen: FrozenClock, mail: Mail) -> None:
    mail.put(letter(OUTAGE, number="1"), letter("表扬信", "服务大厅很好", number="2"))
    source = sources.add_source(told(mail, own_channel=True), cast.duty).source
    assert state(frozen)[0] == rhythm.UNCHECKED
    look(frozen)
    post = Post.objects.get(title=OUTAGE)
    assert (post.platform, post.channel_class, post.kind, post.source_id) == (
        "电子邮箱", "局长信箱", "letter", source.pk
    )  # fmt: skip
    assert (post.own_channel, post.received_how, post.url) == (True, "source", "")
    assert state(frozen)[0] == rhythm.NEW
    judge_pending()
    assert Event.objects.filter(members__post=post).exists(), "it stands on the duty desk"
    look(frozen, hours=3)
    assert Post.objects.count() == 2
    assert state(frozen)[0] == rhythm.NOTHING
    mail.put(letter("第三封", number="3"))
    look(frozen, hours=3)
    assert Post.objects.count() == 3


def test_nothing_found_not_collected_and_silent_are_three_states(cast: Cast, frozen: FrozenClock, mail: Mail) -> None:
    sources.add_source(told(mail, rhythm_hours=24), cast.duty)
    look(frozen)
    assert state(frozen)[0] == rhythm.NOTHING
    mail.password = "changed"
    look(frozen, hours=5)
    assert state(frozen) == (rhythm.FAILED, outcomes.LOGIN)
    mail.password = PASSWORD
    look(frozen, hours=7)
    assert state(frozen)[0] == rhythm.NOTHING
    look(frozen, hours=30)
    assert state(frozen)[0] == rhythm.SILENT


def test_a_server_that_hangs_is_not_taken_for_an_empty_box(cast: Cast, frozen: FrozenClock, mail: Mail) -> None:
    sources.add_source(told(mail), cast.duty)
    mail.hostile = silent
    look(frozen, SHORT)
    assert state(frozen)[0] == rhythm.FAILED
    mail.hostile = None
    mail.put(letter())
    look(frozen, hours=1)
    assert (state(frozen)[0], Post.objects.count()) == (rhythm.NEW, 1)


def test_a_failure_does_not_lose_the_place(cast: Cast, frozen: FrozenClock, mail: Mail) -> None:
    mail.put(letter("一", number="1"))
    sources.add_source(told(mail), cast.duty)
    look(frozen)
    mail.hostile = silent
    look(frozen, SHORT, hours=5)
    mail.hostile = None
    mail.said.clear()
    look(frozen, hours=5)
    assert any(b"UID SEARCH UID 102:*" in line for line in mail.said)
    sources.look_now(Source.objects.get(), cast.duty)
    mail.said.clear()
    look(frozen)
    assert any(b"UID SEARCH UID 102:*" in line for line in mail.said)


def test_a_box_numbered_anew_brings_nothing_twice(cast: Cast, frozen: FrozenClock, mail: Mail) -> None:
    mail.put(letter("一", number="1"), letter("二", number=""))
    sources.add_source(told(mail), cast.duty)
    look(frozen)
    mail.validity, mail.first = mail.validity + 1, 1
    mail.put(letter("三", number="3"))
    look(frozen, hours=5)
    assert sorted(Post.objects.values_list("title", flat=True)) == sorted(["一", "二", "三"])
    assert Source.objects.get().cursor == f"{mail.validity}:3"


def test_a_full_box_is_read_to_its_end_without_waiting_for_the_rhythm(
    cast: Cast, frozen: FrozenClock, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiying.listening.mailbox.MOST_LETTERS", 2)
    mail.put(*(letter(f"第{n}封", number=str(n)) for n in range(5)))
    sources.add_source(told(mail), cast.duty)
    for _look in range(3):
        look(frozen)
    assert Post.objects.count() == 5


def test_each_letter_is_sealed_evidence_of_its_own(cast: Cast, frozen: FrozenClock, mail: Mail) -> None:
    mail.put(letter("一", number="1"), letter("二", number="2"))
    sources.add_source(told(mail), cast.duty)
    look(frozen)
    rows = list(Evidence.objects.order_by("pk"))
    assert [(row.media_type, row.posts.get().title) for row in rows] == [
        ("message/rfc822", "一"), ("message/rfc822", "二")
    ]  # fmt: skip
    warc = evidence.open_evidence(rows[0], "核实来信是否属实", cast.duty)
    assert evidence.payload_of(warc) == letter("一", number="1")
    assert evidence.verify().bad == ()


def test_who_wrote_is_stored_nowhere_in_the_clear(cast: Cast, frozen: FrozenClock, mail: Mail) -> None:
    """INV-10: a sealed voice until the assignment commits, then nothing; what the text gives away is masked."""
    mail.put(letter(OUTAGE, "我的电话是 13812345678，身份证 210302199003071234。"))
    sources.add_source(told(mail), cast.duty)
    look(frozen)
    post = Post.objects.get()
    columns = {field.name: getattr(post, field.attname) for field in Post._meta.concrete_fields}
    written = repr(columns) + json.dumps([entry.data for entry in LedgerEntry.objects.all()], default=str)
    for secret in ("zhangsanfeng", "张三丰", "13812345678", "210302199003071234"):
        assert secret not in written
    assert post.sealed_voice is not None
    assert sealing.unseal(post.sealed_voice, ingest_masking.VOICE).decode() == "zhangsanfeng@mail.example"
    judge_pending()
    post.refresh_from_db()
    assert post.sealed_voice is None


def test_a_letter_about_a_danger_to_life_calls(cast: Cast, frozen: FrozenClock, mail: Mail) -> None:
    mail.put(letter("求助", "真的活不下去了，想跳楼"))
    sources.add_source(told(mail, own_channel=True), cast.duty)
    look(frozen)
    assert Post.objects.get().life_safety


def test_a_mail_server_is_asked_for_no_robots_txt(cast: Cast, frozen: FrozenClock, mail: Mail) -> None:
    sources.add_source(told(mail), cast.duty)
    look(frozen)
    assert SourceHost.objects.get().robots_at is None
    assert not any(b"robots" in line for line in mail.said)


def test_the_check_on_the_spot_looks_into_boxes_too(cast: Cast, frozen: FrozenClock, mail: Mail) -> None:
    mail.put(letter())
    pk = sources.add_source(told(mail), cast.duty).source.pk
    (found,) = check_now([pk], Fetcher(limits=PATIENT))
    assert as_row(found)["last_new"] == 1


# --- its password -----------------------------------------------------------------------------------------------------


def test_the_password_is_sealed_and_shown_nowhere(cast: Cast, frozen: FrozenClock, mail: Mail, home: Path) -> None:
    made = sources.add_source(told(mail), cast.duty)
    look(frozen)
    source = Source.objects.get()
    assert sealing.unseal(source.sealed_secret, SECRET).decode() == PASSWORD
    shown = json.dumps(as_row(source)) + repr(made) + repr(told(mail)) + repr(source.config) + source.url
    ledger = json.dumps([entry.data for entry in LedgerEntry.objects.all()], default=str, ensure_ascii=False)
    assert PASSWORD not in shown + ledger
    assert PASSWORD.encode() not in bytes(source.sealed_secret)


def test_without_the_key_the_box_is_not_collected_and_says_why(cast: Cast, frozen: FrozenClock, mail: Mail) -> None:
    sources.add_source(told(mail), cast.duty)
    Source.objects.update(sealed_secret=b"damaged")
    look(frozen)
    assert state(frozen) == (rhythm.FAILED, outcomes.BROKEN)
    assert "封存" in Source.objects.get().last_detail
    assert mail.said == []


def test_a_new_password_is_on_record_without_itself_and_is_used_at_once(
    cast: Cast, frozen: FrozenClock, mail: Mail
) -> None:
    source = sources.add_source(told(mail, password="old one"), cast.duty).source
    look(frozen)
    assert state(frozen) == (rhythm.FAILED, outcomes.LOGIN)
    sources.edit_source(source, told(mail), cast.duty)
    look(frozen)
    assert state(frozen)[0] == rhythm.NOTHING
    assert LedgerEntry.objects.get(kind="source.changed").data["changed"] == ["password"]


def test_a_password_does_not_follow_to_another_server(cast: Cast, frozen: FrozenClock, mail: Mail) -> None:
    """Whoever may edit a source could otherwise read its password on a server of their own."""
    source = sources.add_source(told(mail), cast.duty).source
    elsewhere = mail.url.replace("127.0.0.1", "127.0.0.2")
    with pytest.raises(Refused) as caught:
        sources.edit_source(source, told(mail, url=elsewhere, password=""), cast.duty)
    assert caught.value.code == "no_password"
    for adapter in ("feed", "miniflux"):
        with pytest.raises(Refused) as caught:
            sources.edit_source(source, told(mail, adapter=adapter, url="http://93.184.216.34/"), cast.duty)
        assert caught.value.code == "keeps_its_secret"
    source.refresh_from_db()
    assert source.url == mail.url


def test_another_folder_or_first_day_is_read_from_its_beginning(cast: Cast, frozen: FrozenClock, mail: Mail) -> None:
    mail.put(letter())
    source = sources.add_source(told(mail), cast.duty).source
    look(frozen)
    renamed = sources.edit_source(source, told(mail, name="信箱", password=""), cast.duty)
    assert renamed.cursor
    assert sources.edit_source(source, told(mail, config={"since": "2026-08-01"}), cast.duty).cursor == ""


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"password": ""}, "no_password"),
        ({"password": "a\r\nb"}, "password"),
        ({"url": "imaps://u:p@93.184.216.34/"}, "address"),
        ({"url": "imaps://u@10.0.0.8/"}, "address"),
        ({"url": "imap://u@93.184.216.34/"}, "address"),
        ({"url": "http://93.184.216.34/"}, "address"),
        ({"config": {"since": "上周"}}, "since"),
        ({"config": {"since": "2036-01-01"}}, "since"),
    ],
)
def test_what_can_be_no_box_is_refused_in_words(
    cast: Cast, frozen: FrozenClock, mail: Mail, more: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as caught:
        sources.add_source(told(mail, **more), cast.duty)
    assert caught.value.code == code
    assert not Source.objects.exists()


def test_one_box_is_registered_once_however_it_is_written(cast: Cast, frozen: FrozenClock, mail: Mail) -> None:
    sources.add_source(told(mail), cast.duty)
    with pytest.raises(Refused) as caught:
        sources.add_source(told(mail, url=mail.url.removesuffix("/INBOX")), cast.duty)
    assert caught.value.code == "already_registered"
