"""A watch rule describes a matter: what looks like a person or an account is refused (INV-10, §6.3)."""

from __future__ import annotations

import re
from typing import Final

#: Field names and scopes which would point at somebody.
PERSON_WORDS: Final = (
    "author",
    "account",
    "user",
    "nick",
    "uid",
    "handle",
    "voice",
    "作者",
    "账号",
    "帐号",
    "用户",
    "昵称",
)
_SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范"
    "石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_OFFICES: Final = "某|某某|局长|副局长|处长|副处长|科长|书记|主任|副主任|市长|县长|区长|部长|老板|老师|院长|校长"
_OFFICE_HOLDER: Final = re.compile(f"[{_SURNAMES}](?:{_OFFICES})")
_ADDRESS: Final = re.compile(r"https?:|www\.|[\w-]+\.(?:com|cn|net|org)\b", re.ASCII)
# Seven digits in a row are a telephone, an identity card, an account: no matter is called by such a number.
_NUMBER: Final = re.compile(r"\d{7}", re.ASCII)


def names_a_person(word: str) -> bool:
    """Whether a term of a rule points at somebody: `@某人`, an address, a long number, a surname with an office."""
    return (
        "@" in word
        or _ADDRESS.search(word.lower()) is not None
        or _NUMBER.search(word) is not None
        or _OFFICE_HOLDER.fullmatch(word) is not None
    )


def is_person_word(key: str) -> bool:
    """Whether a field or scope name speaks of a person or an account."""
    return any(word in key.lower() for word in PERSON_WORDS)
