"""A newsnow instance: ranked hot lists as JSON. The order is the rank; most lists give no time (C5.5)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from huiying.listening import outcomes
from huiying.listening.adapters.base import (
    MOST_ITEMS,
    SEEN,
    Config,
    Document,
    Found,
    Item,
    Reading,
    from_epoch,
    moment_of,
    one_line,
    plain,
)
from huiying.listening.adapters.json_list import loaded
from huiying.listening.outcomes import Failed


class NewsNow:
    kind = "newsnow"
    name = _("热榜（newsnow）")
    polled = True

    def detect(self, document: Document) -> Found | None:
        try:
            data = loaded(document)
        except Failed:
            return None
        if not _is_newsnow(data):
            return None
        return Found(self.kind, {}, self.read(document, {}))

    def read(self, document: Document, config: Config) -> Reading:
        data = loaded(document)
        if not _is_newsnow(data):
            raise Failed(outcomes.WRONG_TYPE, document.text[:60])
        rows = [row for row in data["items"][:MOST_ITEMS] if isinstance(row, dict) and row.get("title")]
        return Reading(
            tuple(_item(row, rank) for rank, row in enumerate(rows, start=1)), str(data.get("id") or "")[:100]
        )


def _is_newsnow(data: Any) -> bool:
    return (
        isinstance(data, dict)
        and data.get("status") in ("success", "cache")
        and isinstance(data.get("items"), list)
        and "updatedTime" in data
    )


def _item(row: dict[str, Any], rank: int) -> Item:
    given_more = row.get("extra")
    more: dict[str, Any] = given_more if isinstance(given_more, dict) else {}
    title, hover = one_line(str(row["title"])), plain(str(more.get("hover") or ""))
    link = str(row.get("url") or row.get("mobileUrl") or "")
    given = row.get("pubDate") or more.get("date")
    if isinstance(given, int | float) and not isinstance(given, bool):
        published, confidence = from_epoch(float(given))
    else:
        published, confidence = moment_of(str(given)) if given else (None, SEEN)
    shown = {"rank": rank, "info": str(more.get("info") or "")[:100]}
    return Item(
        str(row.get("id") or link or title)[:200], link, title, hover if hover != title else "", published, confidence,
        extra={key: value for key, value in shown.items() if value},
    )  # fmt: skip
