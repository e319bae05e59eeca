"""What points at a private person is dropped here, before anything is stored (INV-10)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Final

#: Anywhere in a field's name, folded. A name that has one of these by chance loses an additional field, no more.
_PARTS: Final = (
    "user", "author", "nick", "avatar", "gender", "profile", "creator", "signature", "screen_name", "account",
    "sec_uid",
    "phone", "mobile", "email", "id_card", "uname", "follower", "fans", "作者", "发布人", "发布者", "发帖人", "用户",
    "昵称", "账号", "帐号", "姓名", "性别", "头像", "粉丝", "签名", "简介", "认证", "手机", "电话", "身份证", "联系",
    "博主", "楼主", "真名", "年龄", "token",
)  # fmt: skip
_WHOLE: Final = frozenset(
    {"sex", "sign", "uid", "ner", "age", "birthday", "owner", "by", "dc:creator", "friends", "level"}
)
MOST_CHARS: Final = 30_000
_LONGEST: Final = 2_000


@lru_cache(maxsize=4096)
def names_a_person(field: str) -> bool:
    """Whether a field of this name says who somebody is."""
    folded = field.strip().lower()
    return folded in _WHOLE or any(part in folded for part in _PARTS)


def rest(row: Mapping[str, Any], used: Collection[str]) -> dict[str, Any]:
    """The fields of `row` that have no place of their own: named, without persons, empty ones left out, bounded."""
    kept: dict[str, Any] = {}
    room = MOST_CHARS
    for name, value in row.items():
        if not name or name in used or value is None or value == "" or names_a_person(name):
            continue
        plain = harmless(value)
        room -= len(plain) if isinstance(plain, str) else 24 if isinstance(plain, int | float) else _length(plain)
        if room < 0:
            break
        if plain not in (None, "", [], {}):
            kept[name[:100]] = plain
    return kept


def harmless(value: Any) -> Any:
    """`value` without a field that names a person, at any depth, also where a text holds JSON."""
    if isinstance(value, str):
        text = value.strip()
        if text[:1] in ("{", "[") and text[-1:] in ("}", "]"):
            try:
                return harmless(json.loads(text))
            except (ValueError, RecursionError):
                return text[:_LONGEST]
        return text[:_LONGEST]
    if isinstance(value, Mapping):
        return {str(name): harmless(item) for name, item in value.items() if not names_a_person(str(name))}
    if isinstance(value, list | tuple):
        return [harmless(item) for item in value]
    return value if isinstance(value, bool | int | float) else str(value)


def _length(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, default=str))
