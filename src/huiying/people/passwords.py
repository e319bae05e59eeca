"""What no password may be made of: names that everybody here knows, with figures around them (§6.1 S2).

`Huiying2026` is long, mixed, and in no list of common passwords, and the first thing that somebody tries who wants in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from huiying.people.models import Bureau, User
from huiying.people.versions import regulation_now

SENTENCE = gettext_lazy(
    "密码主要是软件、单位、地方或本人的名称，加上数字和符号很容易被猜到。请换成别人想不到的几个词。"
)
PRODUCT = ("huiying", "回应")
# What people put beside a name to make it longer.
FILLERS = ("password", "passwd", "admin", "login", "root", "user", "test", "pass", "qwerty", "abc", "管理员", "密码")
LEAST_OWN = 4  # letters that are left when all names are taken out; a Chinese character weighs two
LEET = str.maketrans("013457@$!|", "oleastasil")
_ONE_AS_I = str.maketrans("1", "i")
_PLACE = re.compile(r"(?P<place>[\u4e00-\u9fff]{1,6}?)(?P<kind>省|自治区|自治州|地区|市|县|区|州|盟|旗)")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_COMMON_HOSTS = frozenset({"www", "http", "https", "html", "localhost"})


class NoNameValidator:
    """A password of Django's list of validators: every place that sets one asks it (`actions.base._set_password`)."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        names = known_names(user if isinstance(user, User) else None)
        if any(_is_only_names(form, names) for form in _forms(password)):
            raise ValidationError(str(SENTENCE), code="password_is_a_name")

    def get_help_text(self) -> str:
        return gettext("不要用软件、单位、地方或本人的名称加数字。")


def known_names(user: User | None) -> frozenset[str]:
    """In small letters: the product's, the bureau's and the city's, in Chinese, in letters, by initials; one's own."""
    law = regulation_now()
    bureau = Bureau.objects.filter(pk=1).values_list("name", flat=True).first() or ""
    found: set[str] = set(PRODUCT)
    for chinese in (law.meta.issuer, bureau):
        found |= _parts(chinese)
    found |= _latin(law.meta.issuer_en) | _hosts(law.meta.source_url)
    if user is not None:
        found |= {user.name, user.username, *_latin(user.username)}
        if user.department is not None:
            found |= {user.department.name, *_parts(user.department.name)}
    return frozenset(name for name in (_folded(name) for name in found) if _weight(name) >= LEAST_OWN - 1)


def _parts(chinese: str) -> set[str]:
    """「鞍山市公共资源交易管理局」: whole, its place with and without 市, and whatever follows."""
    found = {chinese}
    place = _PLACE.match(chinese)
    if place:
        found |= {place["place"], place[0], chinese[place.end() :]}
    return {part for part in found if len(part) >= 2}


def _latin(words: str) -> set[str]:
    """ "Anshan Public Resource Trading Bureau": its words, the whole, and the initials."""
    each = re.findall(r"[a-z]+", words.casefold())
    return {word for word in each if len(word) >= 4} | {"".join(each), "".join(word[0] for word in each)}


def _hosts(url: str) -> set[str]:
    """The names of a house's own site, which are mostly its initials: asggzyjy.cn."""
    labels = (urlsplit(url).hostname or "").split(".")
    return {label for label in labels if len(label) >= 4 and label not in _COMMON_HOSTS}


def _forms(password: str) -> list[str]:
    """As it is read: without figures and signs, and with figures and signs read as the letters they look like."""
    plain = _folded(password)
    leet = plain.translate(LEET)
    other = plain.translate(_ONE_AS_I).translate(LEET)
    return [_letters(plain), _letters(leet), _letters(other)]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalpha())


def _is_only_names(letters: str, names: frozenset[str]) -> bool:
    """Whether next to nothing is left when the names, and what people put beside them, are taken out."""
    left, met = letters, False
    for name in sorted((_letters(name) for name in names), key=len, reverse=True):
        if name and name in left:
            left, met = left.replace(name, ""), True
    left, pieces = _without_pieces(left, names)
    for filler in FILLERS:
        left = left.replace(filler, "")
    return (met or pieces) and _weight(left) < LEAST_OWN


def _without_pieces(left: str, names: Iterable[str]) -> tuple[str, bool]:
    """Pieces of a Chinese name as well: 公共资源 of 公共资源交易管理局."""
    chinese = [name for name in names if _CHINESE.search(name)]
    met = False
    for run in _CHINESE.findall(left):
        for length in range(len(run), 1, -1):
            for start in range(len(run) - length + 1):
                piece = run[start : start + length]
                if piece in left and any(piece in name for name in chinese):
                    left, met = left.replace(piece, ""), True
    return left, met


def _weight(text: str) -> int:
    return sum(2 if _CHINESE.match(char) else 1 for char in text)
