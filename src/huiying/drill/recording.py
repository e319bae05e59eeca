"""Which storms can come again, and one's own past event as a storm: its posts masked, nameless, by the minute.

No address, no source's id, no voice, no citizen's message leaves the record: a drill needs the words and their pace.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LONGEST_HOURS: Final = 24


@dataclass(frozen=True)
class Storm:
    """A recorded course: posts and what the bureau's people did about them, from its first minute."""

    name: str
    title: str
    begins: dt.datetime
    minutes: int

    @property
    def ends(self) -> dt.datetime:
        return self.begins + dt.timedelta(minutes=self.minutes)


# The recorded Monday of the demonstration: the platform is down while bids are opened.
STORMS: Final = {
    "storm-demo": Storm(
        "storm-demo",
        "开标日系统中断",
        dt.datetime(2026, 9, 13, 23, 30, tzinfo=dt.UTC),
        LONGEST_HOURS * 60,
    )
}


NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
FOLDER: Final = "recorded"
AFTER: Final = dt.timedelta(hours=8)  # the time that people have after the last post


class NotRecorded(ValueError):
    """Why a case or a file can not be a storm, in one sentence."""


def folder() -> Path:
    return Path(os.environ.get("HUIYING_HOME", "var")) / "drills" / FOLDER


def record(number: str, name: str) -> tuple[Path, int]:
    """Write the first day of a case's event down as the storm `name`. Returns the file and how many posts it has."""
    from huiying.handling.models import Case
    from huiying.judging.models import EventPost

    if not NAME.fullmatch(name):
        raise NotRecorded(f"名字“{name}”不能用：小写字母、数字和连字符，最多 40 个。")
    case = Case.objects.select_related("event").filter(number=number).first()
    if case is None:
        raise NotRecorded(f"没有编号为“{number}”的件。")
    if case.event.reserved:
        raise NotRecorded(f"{number} 涉及人身安全或标为敏感，不用来演练。")
    members = EventPost.objects.filter(event=case.event, withdrawn_at__isnull=True, post__message__isnull=True)
    posts = [row.post for row in members.select_related("post").order_by("post__received_at", "post_id")]
    if not posts:
        raise NotRecorded(f"{number} 的事件里没有可以重放的帖子（群众留言不重放）。")
    path = folder() / f"{name}.jsonl"
    if path.exists():
        raise NotRecorded(f"已经有叫“{name}”的记录：{path}。换一个名字，或先移走它。")
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = _rows(posts)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path, len(rows)


def _rows(posts: list[Any]) -> list[dict[str, Any]]:
    named = {post.native_id: f"p{place}" for place, post in enumerate(posts, 1)}
    began, rows = posts[0].received_at, []
    for place, post in enumerate(posts, 1):
        minute = int((post.received_at - began).total_seconds() // 60)
        if minute >= LONGEST_HOURS * 60:
            break
        rows.append(
            {
                "at": minute,
                "schema": "huiying.post/1",
                "native_id": f"p{place}",
                "parent_id": named.get(post.parent_id),
                "root_id": named.get(post.root_id),
                "platform": post.platform,
                "channel_class": post.channel_class,
                "kind": post.kind,
                "title": post.title,
                "text": post.text,
                "outlet": post.outlet,
                "outlet_tier": post.outlet_tier,
                "own_channel": post.own_channel,
                "region": post.region,
                "metrics": post.metrics,
            }
        )
    return rows


def recorded(name: str) -> tuple[Storm, list[dict[str, Any]]]:
    """A storm that was recorded here. Raises NotRecorded where there is none or its file was spoilt."""
    path = folder() / f"{name}.jsonl"
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotRecorded(f"没有叫“{name}”的演练。")
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            row["at"] = int(row["at"])
        except (ValueError, KeyError, TypeError) as error:
            raise NotRecorded(f"{path} 第 {number} 行读不出来，应为带 at（分钟）的帖子。") from error
        rows.append(row)
    if not rows:
        raise NotRecorded(f"{path} 是空的。")
    minutes = min(rows[-1]["at"] + int(AFTER.total_seconds() // 60), LONGEST_HOURS * 60)
    from huiying.demo.clock import BEGINS

    return Storm(name, name, BEGINS, minutes), rows
