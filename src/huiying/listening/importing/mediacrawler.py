"""MediaCrawler: contents and comments of seven platforms, as CSV, JSON, JSON lines or its database (d1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from huiying.listening.importing import drafts, values
from huiying.listening.importing.look import SQLITE, Look
from huiying.listening.importing.rows import Options, Row, records, tabular

CODE: Final = "mediacrawler"


@dataclass(frozen=True)
class Item:
    """One kind of row. `signature` are fields that no other kind has together; names are those of the file."""

    table: str
    platform: str
    channel_class: str
    kind: str
    id: str
    signature: frozenset[str]
    text: tuple[str, ...]
    time: str
    parent: tuple[str, ...] = ()  # the first that names one
    root: str = ""
    title: str = ""
    url: str = ""
    metrics: Mapping[str, str] = field(default_factory=dict)
    used: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        named = {self.id, *self.text, self.time, *self.parent, self.root, self.title, self.url, *self.metrics.values()}
        object.__setattr__(self, "used", frozenset({*named, *_COMMON}))


# Read for every kind, or dropped at the door.
_COMMON: Final = frozenset(
    {"create_date_time", "last_modify_ts", "add_ts", "id", "ip_location", "user_id", "creator_hash", "xsec_token"}
)


def _item(table: str, where: tuple[str, str], kind: str, id_: str, signature: str, **more: Any) -> Item:
    return Item(table, *where, kind, id_, frozenset({id_, *signature.split()}), **more)


WEIBO, XHS = ("微博", "微博客"), ("小红书", "短视频")
DOUYIN, KUAISHOU, BILI = ("抖音", "短视频"), ("快手", "短视频"), ("哔哩哔哩", "短视频")
TIEBA, ZHIHU = ("百度贴吧", "论坛"), ("知乎", "问答社区")
_SUB: Final = "sub_comment_count"

# Comments stand before contents where both name the same id: a comment carries the id of what it is about.
ITEMS: Final = (
    _item(
        "weibo_note_comment", WEIBO, "comment", "comment_id", "note_id comment_like_count", text=("content",),
        time="create_time", parent=("parent_comment_id", "note_id"), root="note_id",
        metrics={"likes": "comment_like_count", "comments": _SUB},
    ),
    _item(
        "douyin_aweme_comment", DOUYIN, "comment", "comment_id", "aweme_id", text=("content",), time="create_time",
        parent=("parent_comment_id", "aweme_id"), root="aweme_id", metrics={"likes": "like_count", "comments": _SUB},
    ),
    _item(
        "bilibili_video_comment", BILI, "comment", "comment_id", "video_id parent_comment_id", text=("content",),
        time="create_time", parent=("parent_comment_id", "video_id"), root="video_id",
        metrics={"likes": "like_count", "comments": _SUB},
    ),
    _item(
        "kuaishou_video_comment", KUAISHOU, "comment", "comment_id", "video_id", text=("content",), time="create_time",
        parent=("video_id",), root="video_id", metrics={"comments": _SUB},
    ),
    _item(
        "tieba_comment", TIEBA, "comment", "comment_id", "note_id tieba_name", text=("content",), time="publish_time",
        parent=("parent_comment_id", "note_id"), root="note_id", url="note_url", metrics={"comments": _SUB},
    ),
    _item(
        "zhihu_comment", ZHIHU, "comment", "comment_id", "content_id", text=("content",), time="publish_time",
        parent=("parent_comment_id", "content_id"), root="content_id",
        metrics={"likes": "like_count", "comments": _SUB},
    ),
    _item(
        "xhs_note_comment", XHS, "comment", "comment_id", "note_id pictures", text=("content",), time="create_time",
        parent=("parent_comment_id", "note_id"), root="note_id", metrics={"likes": "like_count", "comments": _SUB},
    ),
    _item(
        "weibo_note", WEIBO, "post", "note_id", "comments_count", text=("content",), time="create_time", url="note_url",
        metrics={"likes": "liked_count", "comments": "comments_count", "reposts": "shared_count"},
    ),
    _item(
        "xhs_note", XHS, "post", "note_id", "collected_count", text=("desc",), title="title", time="time",
        url="note_url", metrics={"likes": "liked_count", "comments": "comment_count", "shares": "share_count"},
    ),
    _item(
        "douyin_aweme", DOUYIN, "post", "aweme_id", "aweme_type", text=("desc",), title="title", time="create_time",
        url="aweme_url", metrics={"likes": "liked_count", "comments": "comment_count", "shares": "share_count"},
    ),
    _item(
        "kuaishou_video", KUAISHOU, "post", "video_id", "viewd_count", text=("desc",), title="title",
        time="create_time", url="video_url", metrics={"likes": "liked_count", "reads": "viewd_count"},
    ),
    _item(
        "bilibili_video", BILI, "post", "video_id", "video_play_count", text=("desc",), title="title",
        time="create_time", url="video_url",
        metrics={
            "likes": "liked_count", "reads": "video_play_count", "comments": "video_comment",
            "shares": "video_share_count",
        },
    ),
    _item(
        "bilibili_up_dynamic", BILI, "post", "dynamic_id", "pub_ts", text=("text",), time="pub_ts",
        metrics={"likes": "total_liked", "comments": "total_comments", "reposts": "total_forwards"},
    ),
    _item(
        "tieba_note", TIEBA, "post", "note_id", "total_replay_num", text=("desc",), title="title", time="publish_time",
        url="note_url", metrics={"comments": "total_replay_num"},
    ),
    _item(
        "zhihu_content", ZHIHU, "post", "content_id", "voteup_count", text=("content_text", "desc"), title="title",
        time="created_time", url="content_url", metrics={"likes": "voteup_count", "comments": "comment_count"},
    ),
)  # fmt: skip
BY_TABLE: Final = {item.table: item for item in ITEMS}
#: Files about people, not about what they said: never taken (INV-10).
_PEOPLE: Final = (frozenset({"user_id", "fans"}), frozenset({"user_id", "follows"}), frozenset({"total_fans"}))


def item_of(names: set[str]) -> Item | None:
    """Which kind of row has these fields."""
    return next((item for item in ITEMS if item.signature <= names), None)


def recognises(look: Look) -> bool:
    if look.shape == SQLITE:
        return any(name in look.tables for name in BY_TABLE)
    return any(item_of(set(item)) is not None for item in look.objects) or item_of(set(look.columns)) is not None


def is_about_people(look: Look) -> bool:
    """A `creators` file: profiles of accounts."""
    names = set(look.columns) | look.fields
    return any(sign <= names for sign in _PEOPLE) and item_of(names) is None


def read(look: Look, _options: Options) -> Iterator[Row]:
    if look.shape == SQLITE:
        for table, item in BY_TABLE.items():
            if table in look.tables:
                for number, fields in records(look, table):
                    yield number, draft(item, fields, look)
        return
    known: dict[frozenset[str], Item | None] = {}
    for row in tabular(look):
        if not isinstance(row, tuple):
            yield row
            continue
        number, fields = row
        names = frozenset(fields)
        if names not in known:
            known[names] = item_of(set(names))
        found = known[names]
        # A row of no known kind goes on as it stands: the open format's reader says what it lacks.
        yield number, draft(found, fields, look) if found is not None else {}


def draft(item: Item, row: Mapping[str, Any], look: Look) -> dict[str, Any]:
    """One row in the open format."""
    seen, _sure = values.moment(row.get("last_modify_ts"))
    title = values.said(row.get(item.title)) if item.title else ""
    text = next((said for name in item.text if (said := values.said(row.get(name)))), "")
    title, text = drafts.title_and_text(title, text)
    metrics, cut = drafts.metrics_of(row, item.metrics)
    voice = values.said(row.get("user_id")) or values.said(row.get("creator_hash"))
    found: dict[str, Any] = {
        "native_id": values.said(row.get(item.id)),
        "platform": item.platform,
        "channel_class": item.channel_class,
        "kind": item.kind,
        "title": title,
        "text": text,
        "url": values.said(row.get(item.url)) or None if item.url else None,
        "parent_id": next((up for name in item.parent if (up := values.parent(row.get(name)))), None),
        "root_id": values.parent(row.get(item.root)) if item.root else None,
        "region": values.said(row.get("ip_location")).removeprefix("IP属地：").removeprefix("IP属地:") or None,
        "voice": f"{item.platform}:{voice}" if voice else None,
        "metrics": metrics,
    }
    drafts.timed(found, row.get(item.time), seen=seen or look.file.modified)
    if "published_at" not in found and "create_date_time" in row:
        drafts.timed(found, row["create_date_time"], seen=seen or look.file.modified)
    told = {} if "published_at" in found else {"time_as_written": values.said(row.get(item.time))}
    return drafts.with_extra(found, row, item.used, cut, **told)
