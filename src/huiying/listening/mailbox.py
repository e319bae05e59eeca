"""One look into a mail box over IMAP, contained as a fetch is: its address, time, size. No database is touched here.

An address is `imaps://user@host:port/folder`, without a password. The box is opened read-only and its letters are
peeked at. Where reading goes on is a cursor of UIDVALIDITY and UID (RFC 3501, 2.3.1.1).
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import httpx
from django.utils.translation import gettext as _

from huiying.kernel.addresses import AddressRefused, HostUnknown, Resolver, Target, check_host, is_opened, resolve
from huiying.listening import outcomes
from huiying.listening.adapters.mailbox import MEDIA_TYPE, MOST_BYTES
from huiying.listening.fetching import OK, Fetched, Limits
from huiying.listening.outcomes import Failed

TLS_PORT, PLAIN_PORT = 993, 143
INBOX: Final = "INBOX"
LONGEST_ADDRESS: Final = 200  # characters of a user name or a folder
#: A line break in a name or a password would begin a command of its own.
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HOST: Final = re.compile(r"[^\s/@:?#\[\]]{1,250}|\[?[0-9A-Fa-f:.]{2,45}\]?")


class WrongAddress(ValueError):
    """The address of a mail box cannot be used; the sentence says what is wrong and how it should be."""


@dataclass(frozen=True, slots=True)
class MailAddress:
    """One folder of one account. Raises WrongAddress where a part of it can not be."""

    host: str
    user: str
    folder: str = INBOX
    port: int = TLS_PORT
    tls: bool = True

    def __post_init__(self) -> None:
        if not _HOST.fullmatch(self.host):
            raise WrongAddress(_("收信服务器应写成主机名，例如 imap.example.gov.cn。"))
        if not 1 <= self.port <= 65_535:
            raise WrongAddress(_("端口应在 1 到 65535 之间；加密的收信服务器一般是 993。"))
        for value, name in ((self.user, _("用户名")), (self.folder, _("文件夹"))):
            if not value or len(value) > LONGEST_ADDRESS or CONTROL.search(value):
                raise WrongAddress(
                    _("%(name)s不能空着，最多 %(most)d 个字，不能有换行。") % {"name": name, "most": LONGEST_ADDRESS}
                )

    @property
    def url(self) -> str:
        """The one way in which this box is written: what is registered twice is seen to be the same."""
        scheme, host = ("imaps" if self.tls else "imap"), (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{scheme}://{quote(self.user, safe='')}@{host}:{self.port}/{quote(self.folder, safe='/')}"

    @property
    def wire_folder(self) -> str:
        """The folder as IMAP wants it: quoted, in modified UTF-7 (RFC 3501, 5.1.3)."""
        return quoted(_modified_utf7(self.folder))


def parse_address(url: str) -> MailAddress:
    """Read `imaps://user@host[:port][/folder]`. Raises WrongAddress, also where a password stands in it."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise WrongAddress(_("邮箱地址写法有误，应写成 imaps://用户名@主机/文件夹。")) from None
    if parts.scheme not in ("imaps", "imap") or parts.query or parts.fragment:
        raise WrongAddress(_("邮箱地址写法有误，应写成 imaps://用户名@主机/文件夹。"))
    if parts.password is not None:
        raise WrongAddress(_("密码不能写在地址里：地址会被人看到。"))
    # The last @ parts user and host, as people write their whole address for a user name.
    tls = parts.scheme == "imaps"
    host = (parts.hostname or "").rstrip(".")
    folder = unquote(parts.path.strip("/")) or INBOX
    standard = TLS_PORT if tls else PLAIN_PORT
    return MailAddress(host, unquote(parts.username or ""), folder, standard if port is None else port, tls)


def quoted(text: str) -> str:
    """A quoted string of IMAP."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _modified_utf7(text: str) -> str:
    def shifted(found: re.Match[str]) -> str:
        packed = base64.b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{packed}-"

    return re.sub(r"[^\x20-\x7e]+", shifted, text.replace("&", "&-"))


MOST_LETTERS: Final = 100  # of one look; the others come in the next, which follows at once
_LONGEST_LINE: Final = 2_000_000  # of the server: a list of a few hundred thousand letters
_MOST_LINES: Final = 100_000
_SLACK: Final = 100_000  # bytes around a letter
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9.@_+-]+")
_INTERNAL_DATE: Final = re.compile(rb'INTERNALDATE "([^"]{10,40})"', re.IGNORECASE)
_LARGEST_UID: Final = 2**32
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Box:
    """What to look into. `cursor` is `UIDVALIDITY:UID` of what was read last, "" at first; `since` the first day."""

    address: MailAddress
    password: str = field(repr=False)
    since: dt.date
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it lies there; `raw` is cut after two million bytes, and empty where no look can take it."""

    url: str
    raw: bytes
    arrived_at: dt.datetime | None

    def as_fetched(self) -> Fetched:
        """For the evidence: what a page is to a fetch (C5.16)."""
        return Fetched(self.url, OK, status=200, headers=(("Content-Type", MEDIA_TYPE),), body=self.raw, wire=self.raw)


@dataclass(frozen=True, slots=True)
class Letters:
    """What a look brought. `more`: the box holds letters that this look did not come to."""

    letters: tuple[Letter, ...]
    cursor: str
    more: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What a first look finds: how many letters lie in the folder, and how many of them will be read."""

    letters: int
    to_read: int


def read_box(box: Box, limits: Limits, resolver: Resolver = resolve) -> Letters:
    """The letters behind the cursor, oldest first. Raises Failed; what was read before a break is not thrown away."""
    with _session(box, limits, resolver) as session:
        validity, next_uid = session.examine(box.address)
        last = _last_read(box.cursor, validity)
        wanted = session.behind(last, box.since)
        letters: list[Letter] = []
        more = False
        for uid in wanted:
            if len(letters) >= MOST_LETTERS or (letters and session.room < MOST_BYTES + _SLACK):
                more = True
                break
            url = f"{box.address.url};UIDVALIDITY={validity}/;UID={uid}"
            try:
                found = session.letter(uid, url)
            except (Failed, imaplib.IMAP4.error, OSError) as error:
                if not letters and not _too_large(error, session):
                    raise
                more = True  # the connection is of no use any more; the next look takes up here
                if letters:
                    break
                found = Letter(url, b"", None)
            last = uid
            if found is not None:
                letters.append(found)
            if more:
                break
        if not wanted and not last and next_uid:
            last = next_uid - 1
        return Letters(tuple(letters), f"{validity}:{last}", more)


def try_box(box: Box, limits: Limits, resolver: Resolver = resolve) -> Seen:
    """Whether the box can be read, before it becomes a source. Raises Failed."""
    with _session(box, limits, resolver) as session:
        session.examine(box.address)
        return Seen(session.exists, len(session.behind(0, box.since)))


def judged(address: MailAddress, resolver: Resolver = resolve) -> Target:
    """The addresses that may be connected to. Raises AddressRefused, also for a way in the clear through open nets."""
    target = check_host(address.host, address.port, resolver)
    if not address.tls and not is_opened(target):
        raise AddressRefused(
            _("%(host)s：不加密的连接只能用在管理员放行的内部网络里，请改成加密连接（imaps）。")
            % {"host": address.host}
        )
    return target


def _last_read(cursor: str, validity: int) -> int:
    """The UID behind which reading goes on; 0 where the box was numbered anew, or never read."""
    kept, _colon, uid = cursor.partition(":")
    return int(uid) if kept == str(validity) and uid.isascii() and uid.isdigit() else 0


@contextlib.contextmanager
def _session(box: Box, limits: Limits, resolver: Resolver) -> Any:
    """An open session; every way in which it can break is a Failed of its own."""
    session: _Session | None = None
    begun = time.monotonic()
    try:
        target = judged(box.address, resolver)
        session = _Session(target, box.address.tls, limits)
        session.sign_in(box.address.user, box.password)
        yield session
        with contextlib.suppress(Exception):
            session.logout()
    except Failed as failed:
        raise Failed(failed.outcome, _without(box.password, failed.detail)) from None
    except HostUnknown as error:
        raise Failed(outcomes.UNREACHABLE, str(error)) from None
    except AddressRefused as error:
        raise Failed(outcomes.REFUSED, str(error)) from None
    except TimeoutError:
        waited = time.monotonic() - begun
        outcome = outcomes.UNREACHABLE if session is None else outcomes.TIMEOUT
        over = waited >= limits.seconds * 0.99
        raise Failed(outcomes.TOO_SLOW if over else outcome, f"{waited:.0f} s") from None
    except OSError as error:  # a certificate that is not to be trusted among them
        raise Failed(outcomes.UNREACHABLE, _without(box.password, f"{type(error).__name__}: {error}")[:200]) from None
    except (imaplib.IMAP4.error, ValueError) as error:
        raise Failed(outcomes.WRONG_TYPE, _without(box.password, str(error))[:200]) from None
    finally:
        if session is not None:
            session.shutdown()


def _without(password: str, detail: str) -> str:
    """A server may say again what it was sent."""
    return detail.replace(password, "***") if password else detail


class _Session(imaplib.IMAP4):
    """The library's protocol over a connection of our own: to judged addresses, with one deadline and one size."""

    def __init__(self, target: Target, tls: bool, limits: Limits) -> None:
        self._target, self._tls, self._limits = target, tls, limits
        self._until = time.monotonic() + limits.seconds
        self._buffer, self._taken, self._lines = bytearray(), 0, 0
        super().__init__(target.host, target.port)

    # --- transport: the methods that the library's manual names as those to override ---

    def open(self, host: str = "", port: int = 0, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        self.sock = self._connected()

    def _connected(self) -> socket.socket:
        for place, ip in enumerate(self._target.ips):
            try:
                plain = socket.create_connection((ip, self._target.port), self._left())
                break
            except OSError:
                if place + 1 == len(self._target.ips):
                    raise
        if not self._tls:
            return plain
        try:
            plain.settimeout(self._left())
            return _trusted().wrap_socket(plain, server_hostname=self._target.host)
        except BaseException:
            plain.close()
            raise

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise Failed(outcomes.TOO_SLOW, f"{self._taken} B / {self._limits.seconds:g} s")
        return min(left, self._limits.idle)

    def _fill(self) -> None:
        self.sock.settimeout(self._left())
        piece = self.sock.recv(65_536)
        if not piece:
            raise Failed(outcomes.UNREACHABLE, "EOF")
        self._taken += len(piece)
        if self._taken > self._limits.packed:
            raise Failed(outcomes.TOO_LARGE, f"> {self._limits.packed} B")
        self._buffer += piece

    def read(self, size: int) -> bytes:
        if size > self._limits.packed - self._taken + len(self._buffer):
            raise Failed(outcomes.TOO_LARGE, f"{size} B")
        while len(self._buffer) < size:
            self._fill()
        return self._cut(size)

    def readline(self) -> bytes:
        self._lines += 1
        looked = 0
        while (end := self._buffer.find(b"\n", looked)) < 0:
            looked = len(self._buffer)
            if looked > _LONGEST_LINE or self._lines > _MOST_LINES:
                raise Failed(outcomes.TOO_LARGE, f"> {_LONGEST_LINE} B")
            self._fill()
        return self._cut(end + 1)

    def _cut(self, size: int) -> bytes:
        piece = bytes(self._buffer[:size])
        del self._buffer[:size]
        return piece

    def send(self, data: bytes) -> None:  # type: ignore[override]
        self.sock.settimeout(self._left())
        self.sock.sendall(data)

    def shutdown(self) -> None:
        if getattr(self, "sock", None) is not None:
            self.sock.close()

    # --- what is asked ---

    @property
    def room(self) -> int:
        """Bytes that this look may still take."""
        return self._limits.packed - self._taken

    exists = 0

    def sign_in(self, user: str, password: str) -> None:
        """Raises Failed with LOGIN where the server wants neither this name nor this password."""
        if self.state == "AUTH":
            return
        try:
            if _PLAIN_NAME.fullmatch(user) and password.isascii():
                self.login(user, password)
            else:
                self.authenticate("PLAIN", lambda _challenge: f"\0{user}\0{password}".encode())
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise Failed(outcomes.LOGIN, _said(error.args)) from None
        if "ID" in self.capabilities:
            # NetEase's servers open no folder before the client has said what it is (RFC 2971).
            with contextlib.suppress(imaplib.IMAP4.error):
                self.xatom("ID", '("name" "huiying")')

    def examine(self, address: MailAddress) -> tuple[int, int]:
        """Open the folder for reading only: its UIDVALIDITY, and the UID of its next letter (0: not told)."""
        told, data = self.select(address.wire_folder, readonly=True)
        if told != OK.upper():
            raise Failed(outcomes.NO_FOLDER, f"{address.folder}：{_said(data)}")
        self.exists = _figure(data)
        return _figure(self.response("UIDVALIDITY")[1]), _figure(self.response("UIDNEXT")[1])

    def behind(self, last: int, since: dt.date) -> list[int]:
        """UIDs behind `last`, or of the letters since the first day where nothing was read, in order."""
        # The month is written by hand: an interpreter's locale may speak another language.
        day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        told, data = self.uid("SEARCH", *(("UID", f"{last + 1}:*") if last else ("SINCE", day)))
        if told != OK.upper():
            raise Failed(outcomes.WRONG_TYPE, _said(data))
        words = b" ".join(piece for piece in data if isinstance(piece, bytes)).split()
        uids = {int(word) for word in words if word.isdigit() and len(word) < 11}
        return sorted(uid for uid in uids if last < uid < _LARGEST_UID)

    def letter(self, uid: int, url: str) -> Letter | None:
        """One letter without touching its flags; None where somebody has just deleted it."""
        told, data = self.uid("FETCH", str(uid), f"(INTERNALDATE BODY.PEEK[]<0.{MOST_BYTES}>)")
        if told != OK.upper():
            raise Failed(outcomes.WRONG_TYPE, _said(data))
        around = b" ".join(piece[0] if isinstance(piece, tuple) else piece or b"" for piece in data)
        for piece in data:
            if isinstance(piece, tuple) and b"BODY[" in piece[0].upper():
                return Letter(url, piece[1][:MOST_BYTES], _arrived(around))
        return None


def _too_large(error: Exception, session: _Session) -> bool:
    """Whether one letter alone is too large for any look: its server sends more of it than it was asked for."""
    return isinstance(error, Failed) and error.outcome == outcomes.TOO_LARGE and session.room > 0


def _arrived(around: bytes) -> dt.datetime | None:
    found = _INTERNAL_DATE.search(around)
    if found is None:
        return None
    try:
        moment = parsedate_to_datetime(found[1].decode("ascii", "replace").strip().replace("-", " ", 2))
        return moment.astimezone(dt.UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _figure(data: Sequence[Any]) -> int:
    """The last figure of an answer; 0 where there is none."""
    words = [bytes(piece).strip() for piece in data if isinstance(piece, bytes)]
    figures = [int(word) for word in words if word.isdigit() and len(word) < 11]
    return figures[-1] if figures else 0


def _said(data: Sequence[Any]) -> str:
    """The server's own words, for people."""
    pieces = [piece for piece in data if isinstance(piece, bytes | str)]
    return " ".join(p.decode("utf-8", "replace") if isinstance(p, bytes) else p for p in pieces)[:200]


def _trusted() -> ssl.SSLContext:
    """The same certificates as for web pages; proxies and paths of the environment play no part."""
    return httpx.create_ssl_context(trust_env=False)
