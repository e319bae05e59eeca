"""How bodies and queries are read: one rule for every text and every moment in them, whatever operation is asked."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from ninja.parser import Parser

from huiying.api.errors import Unreadable
from huiying.kernel import keepable
from huiying.kernel.keepable import asked_fault, fault, visible

#: Operations whose rows are judged one by one: a bad one is named, the others are taken.
ROW_BY_ROW: Final = frozenset({"/api/posts"})
#: The reasons of `kernel.keepable` in the reader's language.
WORDS: Final = {
    keepable.NUL: _("含有 NUL 字符（U+0000），数据库存不下"),
    keepable.SURROGATE: _("含有不成对的代理字符（半个字符），不是完整的文字"),
    keepable.NUMBER: _("数字过大，或不是有限的数"),
    keepable.DEPTH: _("嵌套超过 40 层"),
    keepable.MOMENT: _("时间须在 1900 年至 2199 年之间"),
}


class Reader(Parser):
    """As ninja's own, but that a NUL, half a character or a moment outside the calendar is 422 at its field.

    A list of such fields would always lack the next one: the rule holds for all, also those that no schema names.
    """

    def parse_body(self, request: HttpRequest) -> Any:
        data = super().parse_body(request)
        if request.path not in ROW_BY_ROW and (found := fault(data, judge=asked_fault)):
            raise Unreadable(found[0], str(WORDS[found[1]]))
        return data

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> dict[str, Any]:
        for name, values in data.lists():
            for text in (name, *values):
                if isinstance(text, str) and (why := asked_fault(text)):
                    raise Unreadable(visible(name), str(WORDS[why]))
        found: dict[str, Any] = super().parse_querydict(data, list_fields, request)
        return found
