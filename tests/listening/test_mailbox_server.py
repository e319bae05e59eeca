"""One look into a mail box: what an honest server gives, and every way in which a hostile one ends (C5.2, S12)."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import local_mail
from huiying.kernel.addresses import AddressRefused
from huiying.listening import outcomes
from huiying.listening.adapters.mailbox import MOST_BYTES
from huiying.listening.fetching import Limits
from huiying.listening.mailbox import (
    MOST_LETTERS,
    Box,
    MailAddress,
    WrongAddress,
    judged,
    parse_address,
    read_box,
    try_box,
)
from huiying.listening.outcomes import Failed
from local_mail import PASSWORD, PATIENT, SHORT, USER, Mail, delivering, letter
from local_web import unused_port

SINCE = dt.date(2026, 9, 7)


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mail]:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    with delivering() as found:
        yield found


def box(mail: Mail, cursor: str = "", *, user: str = USER, password: str = PASSWORD, folder: str = "INBOX") -> Box:
    return Box(MailAddress("127.0.0.1", user, folder, mail.port, False), password, SINCE, cursor)


def why(box: Box, limits: Limits = PATIENT) -> tuple[str, str]:
    with pytest.raises(Failed) as caught:
        read_box(box, limits)
    return caught.value.outcome, caught.value.detail


def test_letters_come_oldest_first_and_the_cursor_behind_the_last(mail: Mail) -> None:
    mail.put(letter("一"), letter("二"))
    found = read_box(box(mail), PATIENT)
    assert [one.url.rpartition("=")[2] for one in found.letters] == ["101", "102"]
    assert found.letters[0].raw == letter("一")
    assert found.letters[0].arrived_at == dt.datetime(2026, 9, 14, 1, 0, tzinfo=dt.UTC)
    assert (found.cursor, found.more) == (f"{mail.validity}:102", False)


def test_what_is_unread_stays_unread(mail: Mail) -> None:
    mail.put(letter())
    read_box(box(mail), PATIENT)
    sent = b"\n".join(mail.said).upper()
    assert b"EXAMINE" in sent
    assert b"BODY.PEEK[]" in sent
    assert not any(word in sent for word in (b"SELECT", b"STORE", b"EXPUNGE", b"RFC822", b"BODY[]"))


def test_reading_goes_on_behind_the_cursor(mail: Mail) -> None:
    mail.put(letter("一"), letter("二"))
    cursor = read_box(box(mail), PATIENT).cursor
    assert read_box(box(mail, cursor), PATIENT).letters == (), "`103:*` names the last letter too"
    mail.put(letter("三"))
    found = read_box(box(mail, cursor), PATIENT)
    assert (len(found.letters), found.cursor) == (1, f"{mail.validity}:103")


def test_an_empty_box_is_read_and_what_comes_next_is_new(mail: Mail) -> None:
    first = read_box(box(mail), PATIENT)
    assert (first.letters, first.cursor) == ((), f"{mail.validity}:100")
    mail.put(letter())
    assert len(read_box(box(mail, first.cursor), PATIENT).letters) == 1


def test_what_lay_there_before_the_first_day_is_old(mail: Mail) -> None:
    mail.arrived = "01-Mar-2024 09:00:00 +0800"
    mail.put(letter("旧"))
    first = read_box(box(mail), PATIENT)
    assert (first.letters, first.cursor) == ((), f"{mail.validity}:101")


def test_a_box_that_was_numbered_anew_is_read_again(mail: Mail) -> None:
    mail.put(letter("一"), letter("二"))
    cursor = read_box(box(mail), PATIENT).cursor
    mail.validity, mail.first = mail.validity + 1, 1
    found = read_box(box(mail, cursor), PATIENT)
    assert (len(found.letters), found.cursor) == (2, f"{mail.validity}:2")


def test_a_full_box_is_read_in_several_looks(mail: Mail) -> None:
    mail.put(*(letter(number=str(n)) for n in range(MOST_LETTERS + 3)))
    first = read_box(box(mail), PATIENT)
    assert (len(first.letters), first.more) == (MOST_LETTERS, True)
    rest = read_box(box(mail, first.cursor), PATIENT)
    assert (len(rest.letters), rest.more) == (3, False)


def test_a_letter_that_was_just_deleted_is_passed_over(mail: Mail) -> None:
    mail.put(letter("一"), letter("二"))
    mail.vanished = {101}
    found = read_box(box(mail), PATIENT)
    assert (len(found.letters), found.cursor) == (1, f"{mail.validity}:102")


def test_of_a_giant_letter_the_beginning_is_read(mail: Mail) -> None:
    mail.put(letter("大附件", "字" * 3_000_000), letter("小"))
    found = read_box(box(mail), PATIENT)
    assert len(found.letters[0].raw) == MOST_BYTES
    assert len(found.letters) + len(read_box(box(mail, found.cursor), PATIENT).letters) == 2


def test_a_letter_that_is_sent_whole_though_too_large_stops_none_behind_it(mail: Mail) -> None:
    mail.ignores_partial = True
    mail.put(letter("一"), letter("大", "字" * 6_000_000), letter("三"))
    first = read_box(box(mail), PATIENT)
    assert (len(first.letters), first.more) == (1, True)
    second = read_box(box(mail, first.cursor), PATIENT)
    assert ([one.raw for one in second.letters], second.more) == ([b""], True)
    third = read_box(box(mail, second.cursor), PATIENT)
    assert [one.raw for one in third.letters] == [letter("三")]


def test_a_server_that_hangs_in_the_middle_loses_nothing_that_was_read(mail: Mail) -> None:
    mail.put(letter("一"), letter("二"))

    def hang(connection: socket.socket, uid: int) -> None:
        if uid == 102:
            connection.recv(1)

    mail.at_fetch = hang
    found = read_box(box(mail), SHORT)
    assert (len(found.letters), found.cursor, found.more) == (1, f"{mail.validity}:101", True)
    assert why(box(mail, found.cursor), SHORT)[0] in (outcomes.TIMEOUT, outcomes.TOO_SLOW)


def test_a_wrong_password_and_a_missing_folder_are_named(mail: Mail) -> None:
    outcome, detail = why(box(mail, password="nonsense"))
    assert (outcome, "wrong name or password" in detail) == (outcomes.LOGIN, True)
    outcome, detail = why(box(mail, folder="没有的"))
    assert (outcome, "没有的" in detail) == (outcomes.NO_FOLDER, True)


def test_a_server_that_says_the_password_again_is_not_repeated(mail: Mail) -> None:
    mail.echoes_password, mail.password = True, "another"
    outcome, detail = why(box(mail))
    assert outcome == outcomes.LOGIN
    assert PASSWORD not in detail
    assert "***" in detail
    assert PASSWORD not in repr(box(mail))


def test_a_folder_with_a_chinese_name_and_a_password_that_is_none_of_ascii(mail: Mail) -> None:
    # The example of RFC 3501, 5.1.3.
    folder, wire = "~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"
    mail.put(letter(), folder=wire)
    found = read_box(box(mail, folder=folder, user='a "b"', password="密码"), PATIENT)
    assert len(found.letters) == 1
    assert any(line.endswith(b"AUTHENTICATE PLAIN") for line in mail.said)


def test_a_server_is_told_what_we_are_before_it_opens_a_folder(mail: Mail) -> None:
    read_box(box(mail), PATIENT)
    sent = b"\n".join(mail.said)
    assert sent.index(b" ID (") < sent.index(b"EXAMINE")


@pytest.mark.parametrize(
    ("hostile", "limits", "known"),
    [
        (local_mail.silent, SHORT, {outcomes.UNREACHABLE, outcomes.TIMEOUT}),
        (local_mail.dripping, SHORT, {outcomes.TOO_SLOW}),
        (local_mail.endless_line, PATIENT, {outcomes.TOO_LARGE}),
        (local_mail.endless_lines, PATIENT, {outcomes.TOO_LARGE}),
        (local_mail.lying_literal, PATIENT, {outcomes.TOO_LARGE}),
        (local_mail.no_imap, PATIENT, {outcomes.WRONG_TYPE}),
        (local_mail.hangs_up, PATIENT, {outcomes.UNREACHABLE}),
        (local_mail.busy, PATIENT, {outcomes.WRONG_TYPE}),
    ],
)
def test_a_hostile_server_ends_in_a_name(
    mail: Mail, hostile: Callable[[socket.socket, Mail], None], limits: Limits, known: set[str]
) -> None:
    mail.hostile = hostile
    assert why(box(mail), limits)[0] in known


def test_a_port_where_nobody_listens_is_unreachable(mail: Mail) -> None:
    nobody = Box(MailAddress("127.0.0.1", USER, "INBOX", unused_port(), False), PASSWORD, SINCE)
    assert why(nobody)[0] == outcomes.UNREACHABLE


def test_a_try_counts_what_would_be_read_and_reads_nothing(mail: Mail) -> None:
    mail.put(letter("一"), letter("二"))
    found = try_box(box(mail), PATIENT)
    assert (found.letters, found.to_read) == (2, 2)
    assert b"FETCH" not in b"".join(mail.said)


# --- where we connect to ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.9"])
def test_addresses_inside_the_house_are_refused_on_every_connection(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.delenv("HUIYING_ALLOWED_NETWORKS", raising=False)
    assert why(Box(MailAddress(host, USER), PASSWORD, SINCE))[0] == outcomes.REFUSED


def test_a_name_that_leads_into_the_house_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUIYING_ALLOWED_NETWORKS", raising=False)
    address = MailAddress("mail.example", USER)
    with pytest.raises(Failed) as caught:
        read_box(Box(address, PASSWORD, SINCE), SHORT, lambda _host, _port: ["203.0.114.7", "10.0.0.9"])
    assert caught.value.outcome == outcomes.REFUSED


def test_without_encryption_only_a_network_is_reached_that_was_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "10.0.0.0/8")
    plain = MailAddress("mail.example", USER, tls=False, port=143)
    assert judged(plain, lambda _host, _port: ["10.1.1.1"]).ips == ("10.1.1.1",)
    with pytest.raises(AddressRefused, match="不加密"):
        judged(plain, lambda _host, _port: ["93.184.216.34"])


def test_a_certificate_that_nobody_vouches_for_gets_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    with delivering(_self_signed(tmp_path)) as mail:
        outcome, detail = why(Box(MailAddress("127.0.0.1", USER, "INBOX", mail.port), PASSWORD, SINCE))
        assert outcome == outcomes.UNREACHABLE
        assert "certificate" in detail.lower()
        assert mail.said == []


def _self_signed(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "c.pem", folder / "k.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private


# --- how a box is written ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("imaps://u@mail.example", "imaps://u@mail.example:993/INBOX"),
        ("imaps://u@mail.example/", "imaps://u@mail.example:993/INBOX"),
        ("imap://u@mail.example", "imap://u@mail.example:143/INBOX"),
        (
            "imaps://u%40b.cn@Mail.Example:1993/局长信箱",
            "imaps://u%40b.cn@mail.example:1993/%E5%B1%80%E9%95%BF%E4%BF%A1%E7%AE%B1",
        ),
        ("imaps://u@b.cn@mail.example/A/B", "imaps://u%40b.cn@mail.example:993/A/B"),
    ],
)
def test_a_box_is_written_in_one_way(written: str, url: str) -> None:
    assert parse_address(written).url == url
    assert parse_address(url).url == url


@pytest.mark.parametrize(
    "written",
    [
        "",
        "https://mail.example/",
        "imaps://mail.example/INBOX",
        "imaps://u:secret@mail.example/",
        "imaps://u@/INBOX",
        "imaps://u@mail.example:0/",
        "imaps://u@mail.example:99999/",
        "imaps://u@mail.example/a%0D%0Ab LOGOUT",
        "imaps://u%0d%0a@mail.example/",
        "imaps://u@mail.example/?x=1",
        "imaps://u@[::1",
        "imaps://" + "u" * 300 + "@mail.example/",
    ],
)
def test_what_is_no_box_is_refused_in_words(written: str) -> None:
    with pytest.raises(WrongAddress) as caught:
        parse_address(written)
    assert "secret" not in str(caught.value)
