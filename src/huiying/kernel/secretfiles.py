"""Secrets that an administrator puts into a file: read only where nobody else can, and never a well-known word (S14).

A secret that others on the machine may read, or that stands in every handbook, is none. Refusing it is safer than
running with it: the one who set it is there to mend it.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

_EVERYBODYS = frozenset(
    {
        "admin", "administrator", "changeme", "default", "demo", "example", "guest", "huiying", "letmein", "password",
        "passwd", "postgres", "qwerty", "root", "secret", "test", "token", "口令", "密码",
    }
)  # fmt: skip
_TRIMMED = re.compile(r"[\W_\d]+")


class SecretRefused(ValueError):
    """A secret that cannot be used; the sentence says which and what to do."""


def read(path: Path, least: int) -> str:
    """The secret in `path`, at least `least` characters. Raises SecretRefused, or OSError where it cannot be read."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o027:  # root:huiying 0640 is how some offices keep theirs
        raise SecretRefused(f"密钥文件 {path} 的权限是 {mode:04o}，别人也能读或改；请执行 chmod 600 {path}")
    text = path.read_text("utf-8").strip()
    if len(text) < least:
        raise SecretRefused(f"密钥文件 {path} 里的口令太短：至少 {least} 个字符")
    if is_everybodys(text):
        raise SecretRefused(
            f"密钥文件 {path} 里是人人都会先试的口令，请换成随机的，例如 openssl rand -base64 32 的输出"
        )
    return text


def is_everybodys(secret: str) -> bool:
    """Whether it is among what is tried first: a well-known word, whatever stands around it, or one character again and
    again.
    """
    plain = secret.strip().lower()
    return len(set(plain)) < 4 or _TRIMMED.sub("", plain) in _EVERYBODYS


def check_environment() -> None:
    """Passwords inside addresses of the environment. Raises SecretRefused naming the variable, never the password.

    A server of this very machine may keep the password of its first installation: it answers nobody else.
    """
    for name in ("HUIYING_DATABASE_URL", "HUIYING_EMAIL_URL", "HUIYING_BROKER_URL"):
        url = urlsplit(os.environ.get(name, "").strip())
        is_here = url.hostname in ("127.0.0.1", "::1", "localhost")
        if url.password is not None and not is_here and is_everybodys(unquote(url.password)):
            raise SecretRefused(f"{name} 里的密码为空或是人人都会先试的，请在那台服务器上换一个随机的，再写到这里")
