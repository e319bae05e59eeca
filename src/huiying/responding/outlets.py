"""Media are named by their outlet, never by a journalist: no person of the public is on any list (INV-10)."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from huiying.kernel.masking import mask_personal
from huiying.people.errors import Refused

LONGEST, MOST = 60, 100
OF_A_PERSON = ("记者", "主编", "主播", "先生", "女士", "老师", "编辑：", "电话")


def outlet(text: str) -> str:
    """The name of a medium. Raises Refused where it is empty or names a person or a way to reach one."""
    name = " ".join(text.split())
    if len(name) < 2 or len(name) > LONGEST:
        raise Refused(_("请写媒体单位的名称，2 到 60 个字。"), code="outlet")
    if any(word in name for word in OF_A_PERSON) or mask_personal(name).kinds:
        raise Refused(_("“%(name)s”：只写媒体单位，不写记者的姓名和电话。") % {"name": name}, code="no_person")
    return name


def outlets(names: Iterable[str]) -> list[str]:
    """A media list, each outlet once, in the order given."""
    found = list(dict.fromkeys(outlet(name) for name in names if name.strip()))
    if len(found) > MOST:
        raise Refused(_("媒体名单最多 %(n)d 家。") % {"n": MOST}, code="too_many")
    return found
