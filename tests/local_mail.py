"""Mail servers of the suite's own on loopback: an honest one, and the ways in which one can be hostile."""

from __future__ import annotations

import datetime as dt
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from huiying.listening.fetching import Limits

USER, PASSWORD = "juzhang", "Kai-Biao 2026"
#: For honest servers, and those that are hostile in size.
PATIENT = Limits(seconds=30, idle=15, packed=6_000_000)
#: For servers that are slow on purpose.
SHORT = Limits(seconds=1.2, idle=0.4, packed=6_000_000)
ARRIVED = "14-Sep-2026 09:00:00 +0800"
_FOLDER = re.compile(rb'(?:EXAMINE|SELECT) "((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_FETCH = re.compile(rb"UID FETCH (\d+) .*BODY\.PEEK\[\]<0\.(\d+)>", re.IGNORECASE)
_SEARCH = re.compile(rb"UID SEARCH (?:UID (\d+):\*|SINCE (\S+))", re.IGNORECASE)


def letter(
    subject: str = "开标时间", text: str = "开标时间为什么一再推迟？", *, number: str = "1", **headers: str
) -> bytes:
    """A letter of the suite's own making; `number` is its own id."""
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = headers.get("sender", "张三丰 <zhangsanfeng@mail.example>")
    message["Date"] = headers.get("date", "Mon, 14 Sep 2026 08:55:00 +0800")
    if number:
        message["Message-ID"] = f"<{number}@mail.example>"
    message.set_content(text)
    return message.as_bytes()


@dataclass
class Mail:
    """A server on loopback: `folders[name]` are its letters, the first with UID `first`."""

    port: int = 0
    folders: dict[str, list[bytes]] = field(default_factory=lambda: {"INBOX": []})
    validity: int = 1_700_000_000
    first: int = 101
    password: str = PASSWORD
    arrived: str = ARRIVED
    ignores_partial: bool = False
    echoes_password: bool = False
    capabilities: str = "IMAP4rev1 ID AUTH=PLAIN"
    vanished: set[int] = field(default_factory=set)
    said: list[bytes] = field(default_factory=list)  # what clients sent
    hostile: Callable[[socket.socket, Mail], None] | None = None  # in place of the greeting
    at_fetch: Callable[[socket.socket, int], None] | None = None  # in place of a letter

    @property
    def url(self) -> str:
        return f"imap://{USER}@127.0.0.1:{self.port}/INBOX"

    def put(self, *letters: bytes, folder: str = "INBOX") -> None:
        self.folders.setdefault(folder, []).extend(letters)


@contextmanager
def delivering(tls: tuple[Path, Path] | None = None) -> Iterator[Mail]:
    """A mail server for the length of a block; `tls` are certificate and key."""
    mail = Mail()
    listener = socket.create_server(("127.0.0.1", 0))
    mail.port = listener.getsockname()[1]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
    if context is not None and tls is not None:
        context.load_cert_chain(*map(str, tls))

    def accept() -> None:
        while True:
            try:
                plain, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(plain,), daemon=True).start()

    def answer(plain: socket.socket) -> None:
        with suppress(OSError, ValueError), plain:
            plain.settimeout(20)
            connection = context.wrap_socket(plain, server_side=True) if context else plain
            (mail.hostile or serve)(connection, mail)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield mail
    finally:
        listener.close()
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", mail.port), 1).close()
        thread.join(timeout=5)


def serve(connection: socket.socket, mail: Mail) -> None:
    """The part of IMAP4rev1 that a reader needs."""
    lines = connection.makefile("rb")
    connection.sendall(b"* OK ready\r\n")
    box: list[bytes] = []
    for line in lines:
        mail.said.append(line.rstrip())
        tag, _space, command = line.rstrip(b"\r\n").partition(b" ")
        verb = command.upper()

        def say(*told: bytes, end: bytes = b"OK done", tag: bytes = tag) -> None:
            connection.sendall(b"".join(b"* " + piece + b"\r\n" for piece in told) + tag + b" " + end + b"\r\n")

        if verb == b"CAPABILITY":
            say(b"CAPABILITY " + mail.capabilities.encode())
        elif verb.startswith(b"LOGIN"):
            right = command.endswith(f' "{mail.password}"'.encode())
            said = command if mail.echoes_password else b"wrong name or password"
            say(end=b"OK done" if right else b"NO [AUTHENTICATIONFAILED] " + said)
        elif verb.startswith(b"AUTHENTICATE"):
            connection.sendall(b"+ \r\n")
            mail.said.append(lines.readline().rstrip())
            say()
        elif (found := _FOLDER.search(command)) is not None:
            name = found[1].decode()
            if name not in mail.folders:
                say(end=b"NO no such folder")
                continue
            box = mail.folders[name]
            next_uid = mail.first + len(box)
            say(
                f"{len(box)} EXISTS".encode(),
                f"OK [UIDVALIDITY {mail.validity}] numbered".encode(),
                f"OK [UIDNEXT {next_uid}] next".encode(),
                end=b"OK [READ-ONLY] done",
            )
        elif (found := _SEARCH.search(command)) is not None:
            say(b"SEARCH " + b" ".join(str(uid).encode() for uid in _found(mail, box, found)))
        elif (found := _FETCH.search(command)) is not None:
            _fetch(connection, mail, box, found, say)
        elif verb == b"LOGOUT":
            say(b"BYE")
            return
        else:
            say()


def _found(mail: Mail, box: list[bytes], asked: re.Match[bytes]) -> list[int]:
    uids = [mail.first + place for place in range(len(box))]
    if asked[1]:
        # As the protocol has it: `7:*` always names the last letter too.
        return [uid for uid in uids if uid >= int(asked[1]) or uid == uids[-1]]
    since = dt.datetime.strptime(asked[2].decode(), "%d-%b-%Y").replace(tzinfo=dt.UTC)
    arrived = dt.datetime.strptime(mail.arrived, "%d-%b-%Y %H:%M:%S %z")
    return uids if arrived >= since else []


def _fetch(
    connection: socket.socket, mail: Mail, box: list[bytes], asked: re.Match[bytes], say: Callable[..., None]
) -> None:
    uid, most = int(asked[1]), int(asked[2])
    if mail.at_fetch is not None:
        mail.at_fetch(connection, uid)
    if uid in mail.vanished:
        say()
        return
    body = box[uid - mail.first]
    body = body if mail.ignores_partial else body[:most]
    head = f'1 FETCH (UID {uid} INTERNALDATE "{mail.arrived}" BODY[]<0> {{{len(body)}}}\r\n'.encode()
    say(b"7 FETCH (FLAGS (\\Seen))", head + body + b")")


# --- hostile servers --------------------------------------------------------------------------------------------------


def silent(connection: socket.socket, _mail: Mail) -> None:
    """Accepts and says nothing until the client leaves."""
    connection.recv(1)


def dripping(connection: socket.socket, _mail: Mail) -> None:
    """One byte at a time, each quickly enough for a timeout between bytes, for ever."""
    connection.sendall(b"* OK ")
    until = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=20)
    pause = threading.Event()
    while dt.datetime.now(dt.UTC) < until:
        connection.sendall(b"a")
        pause.wait(0.05)


def endless_line(connection: socket.socket, _mail: Mail) -> None:
    connection.sendall(b"* OK ")
    while True:
        connection.sendall(b"x" * 65_536)


def endless_lines(connection: socket.socket, mail: Mail) -> None:
    connection.sendall(b"* OK ready\r\n")
    while True:
        connection.sendall(b"* 1 EXISTS\r\n" * 1000)


def lying_literal(connection: socket.socket, _mail: Mail) -> None:
    """Promises ten gigabytes."""
    connection.sendall(b"* OK {9999999999}\r\n")
    connection.recv(1)


def no_imap(connection: socket.socket, _mail: Mail) -> None:
    connection.sendall(b"220 smtp.example ESMTP ready\r\n")
    connection.recv(1)


def hangs_up(connection: socket.socket, _mail: Mail) -> None:
    connection.sendall(b"* OK ready\r\n")


def busy(connection: socket.socket, _mail: Mail) -> None:
    connection.sendall(b"* BYE too many connections\r\n")
