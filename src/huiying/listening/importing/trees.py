"""Repost trees in the shape of CED: one original and its reposts (d9). `parent` is trusted, `kids` is not looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from huiying.engine.lines import Rejected
from huiying.listening.importing import drafts, values
from huiying.listening.importing.look import Look
from huiying.listening.importing.rows import Options, Row, objects

CODE: Final = "ced"
#: What the platform writes for a repost without a word of one's own.
WORDLESS: Final = "转发微博"


def recognises(look: Look) -> bool:
    return any(
        isinstance(item.get("original"), dict) and isinstance(item.get("reposts"), list) for item in look.objects
    )


def read(look: Look, _options: Options) -> Iterator[Row]:
    """The number of a row is its tree's line; in a file of one tree it is its place, the original being 1."""
    for row in objects(look):
        if not isinstance(row, tuple):
            yield row
            continue
        number, tree = row
        is_one = len(look.objects) == 1
        original, reposts = tree.get("original"), tree.get("reposts")
        if not isinstance(original, dict) or not isinstance(reposts, list):
            yield Rejected(look.file.name, number, "应为 original 对象和 reposts 列表")
            continue
        root = (
            _id(original) or values.said(tree.get("mid")) or drafts.made_id(original.get("text"), original.get("time"))
        )
        yield number, _draft(look, original, root, None, root)
        for place, repost in enumerate(reposts, start=2):
            at = place if is_one else number
            if not isinstance(repost, dict):
                yield Rejected(look.file.name, at, f"第 {place - 1} 条转发应为一个 JSON 对象 {{…}}")
            else:
                yield at, _draft(look, repost, _id(repost), values.parent(repost.get("parent")) or root, root)


def _id(item: Mapping[str, Any]) -> str:
    return values.said(item.get("mid")) or values.said(item.get("id"))


def _draft(look: Look, item: Mapping[str, Any], own: str, parent: str | None, root: str) -> dict[str, Any]:
    user = item.get("user")
    voice = values.said(item.get("uid")) or values.said(user.get("id") if isinstance(user, dict) else "")
    found: dict[str, Any] = {
        "native_id": own,
        "platform": "微博",
        "channel_class": "微博客",
        "kind": "repost" if parent else "post",
        "text": values.said(item.get("text")) or (WORDLESS if parent else ""),
        "parent_id": parent,
        "root_id": root if parent else None,
        "voice": f"微博:{voice}" if voice else None,
        "metrics": {name: values.count(item[name]) for name in ("reposts", "comments", "likes") if name in item},
    }
    drafts.timed(found, item.get("time") or item.get("date"), seen=look.file.modified)
    used = {"mid", "id", "text", "parent", "uid", "user", "time", "date", "kids", "reposts", "comments", "likes"}
    return drafts.with_extra(found, item, used)
