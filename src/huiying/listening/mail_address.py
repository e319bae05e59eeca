"""Where a mail box is: `imaps://user@host:port/folder`. Pure; nothing is connected here and no password is part of it.

An address names one folder of one account. Without encryption (`imap://`) only a network is reached that the
administrator opened: a password is not sent in the clear over the open net.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from django.utils.translation import gettext as _

TLS_PORT, PLAIN_PORT = 993, 143
INBOX: Final = "INBOX"
LONGEST: Final = 200  # characters of a user name or a folder
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
            if not value or len(value) > LONGEST or CONTROL.search(value):
                raise WrongAddress(
                    _("%(name)s不能空着，最多 %(most)d 个字，不能有换行。") % {"name": name, "most": LONGEST}
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


def parse(url: str) -> MailAddress:
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
