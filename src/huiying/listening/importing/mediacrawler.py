"""MediaCrawler's contents and comments of seven platforms (d1); stonedt's articles, BettaFish's daily lists, GDELT's
graph (d7, d8, d9); repost trees in the shape of CED (d9), where `parent` is trusted and `kids` is not looked at.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from huiying.engine.lines import Rejected
from huiying.listening.importing import drafts, mediacrawler
from huiying.listening.importing.look import CSV, SQLITE, TEXT, Look, text_of
from huiying.listening.importing.rows import Options, Row, objects, records, tabular

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
    seen, _sure = drafts.moment(row.get("last_modify_ts"))
    title = drafts.said(row.get(item.title)) if item.title else ""
    text = next((said for name in item.text if (said := drafts.said(row.get(name)))), "")
    title, text = drafts.title_and_text(title, text)
    metrics, cut = drafts.metrics_of(row, item.metrics)
    voice = drafts.said(row.get("user_id")) or drafts.said(row.get("creator_hash"))
    found: dict[str, Any] = {
        "native_id": drafts.said(row.get(item.id)),
        "platform": item.platform,
        "channel_class": item.channel_class,
        "kind": item.kind,
        "title": title,
        "text": text,
        "url": drafts.said(row.get(item.url)) or None if item.url else None,
        "parent_id": next((up for name in item.parent if (up := drafts.parent(row.get(name)))), None),
        "root_id": drafts.parent(row.get(item.root)) if item.root else None,
        "region": drafts.said(row.get("ip_location")).removeprefix("IP属地：").removeprefix("IP属地:") or None,
        "voice": f"{item.platform}:{voice}" if voice else None,
        "metrics": metrics,
    }
    drafts.timed(found, row.get(item.time), seen=seen or look.file.modified)
    if "published_at" not in found and "create_date_time" in row:
        drafts.timed(found, row["create_date_time"], seen=seen or look.file.modified)
    told = {} if "published_at" in found else {"time_as_written": drafts.said(row.get(item.time))}
    return drafts.with_extra(found, row, item.used, cut, **told)


STONEDT: Final = "stonedt"
BETTAFISH: Final = "bettafish"
GDELT: Final = "gdelt"

#: stonedt's eleven classes as ours, and the tier of an institution where the class says so.
_CLASSES: Final = {
    "1": ("微信公众号", "post"), "2": ("微博客", "post"), "3": ("门户网站", "news"), "4": ("论坛", "post"),
    "5": ("门户网站", "news"), "6": ("传统媒体", "news"), "7": ("传统媒体", "news"), "8": ("门户网站", "news"),
    "9": ("传统媒体", "news"), "10": ("短视频", "post"), "11": ("博客", "post"),
}  # fmt: skip
_CLASS_WORDS: Final = {
    "微信": "1", "微博": "2", "政务": "3", "论坛": "4", "新闻": "5", "报刊": "6", "客户端": "7", "网站": "8",
    "外媒": "9",
    "视频": "10", "博客": "11",
}  # fmt: skip
_MOODS: Final = {"1": "正面", "2": "中性", "3": "负面"}


def recognises_stonedt(look: Look) -> bool:
    return "article_public_id" in look.fields or "article_public_id" in look.columns


def read_stonedt(look: Look, _options: Options) -> Iterator[Row]:
    for row in tabular(look):
        yield (row[0], _article(look, row[1])) if isinstance(row, tuple) else row


def _article(look: Look, row: Mapping[str, Any]) -> dict[str, Any]:
    code = drafts.said(row.get("classify"))
    channel_class, kind = _CLASSES.get(_CLASS_WORDS.get(code, code), ("", "news"))
    site = drafts.said(row.get("sourcewebsitename")) or drafts.said(row.get("source_name"))
    found: dict[str, Any] = {
        "native_id": drafts.said(row.get("article_public_id")),
        "platform": site,
        "channel_class": channel_class,
        "kind": kind,
        # On platforms where people write, the source's name may be an account's.
        "outlet": (drafts.said(row.get("source_name")) or None) if kind == "news" else None,
        "title": drafts.plain(drafts.said(row.get("title"))),
        "text": drafts.plain(drafts.said(row.get("content"))),
        "url": drafts.said(row.get("source_url")) or None,
    }
    seen = drafts.moment(row.get("spider_time") or row.get("create_time"))[0] or look.file.modified
    drafts.timed(found, row.get("publish_time") or row.get("publish_date"), seen=seen)
    mood = drafts.said(row.get("emotionalIndex"))
    used = {
        "article_public_id", "title", "content", "source_url", "sourcewebsitename", "publish_time", "publish_date",
        "spider_time", "create_time", "classify", "emotionalIndex", "websitelogo", "author_avatar", "author_url",
        "source_name",
    }  # fmt: skip
    return drafts.with_extra(found, row, used, classify=code, sentiment=_MOODS.get(mood, mood))


def recognises_bettafish(look: Look) -> bool:
    daily = {"news_id", "source_platform", "crawl_date"}
    return daily <= set(look.tables.get("daily_news", ())) or daily <= (set(look.columns) | look.fields)


def read_bettafish(look: Look, options: Options) -> Iterator[Row]:
    """`daily_news`, and in a database its copies of MediaCrawler's tables; topics made by a model are no posts."""
    if look.shape != SQLITE:
        for row in tabular(look):
            yield (row[0], _daily(row[1])) if isinstance(row, tuple) else row
        return
    for number, fields in records(look, "daily_news"):
        yield number, _daily(fields)
    yield from mediacrawler.read(look, options)


def _daily(row: Mapping[str, Any]) -> dict[str, Any]:
    source, link = drafts.said(row.get("source_platform")), drafts.said(row.get("url"))
    key = drafts.said(row.get("news_id"))
    found: dict[str, Any] = {
        "native_id": f"{source}:{key}" if key else "",
        "platform": source,
        "kind": "news",
        "title": drafts.said(row.get("title")),
        "text": drafts.plain(drafts.said(row.get("description"))),
        "url": link or None,
    }
    seen = drafts.moment(row.get("add_ts"))[0] or drafts.moment(row.get("crawl_date"))[0]
    drafts.as_seen(found, seen)
    if (latest := drafts.moment(row.get("last_modify_ts"))[0]) is not None:
        found["seen_at"] = drafts.stamp(latest)
    used = {"id", "news_id", "source_platform", "title", "url", "description", "add_ts", "last_modify_ts"}
    return drafts.with_extra(found, row, used)


_GKG_COLUMNS: Final = 27
_GKG_ID: Final = re.compile(r"\d{14}-T?\d+")
_PAGE_TITLE: Final = re.compile(r"<PAGE_TITLE>(.*?)</PAGE_TITLE>")


def recognises_gdelt(look: Look) -> bool:
    first = look.head.partition("\n")[0].split("\t")
    return look.shape in (CSV, TEXT) and len(first) >= 16 and _GKG_ID.fullmatch(first[0]) is not None


def read_gdelt(look: Look, _options: Options) -> Iterator[Row]:
    """Tab-separated without a heading. Names of persons and what they said stand in the file and are not read."""
    with text_of(look) as handle:
        for number, line in enumerate(handle, start=1):
            cells = line.rstrip("\r\n").split("\t")
            if len(cells) == 1 and not cells[0]:
                continue
            if len(cells) < 16 or _GKG_ID.fullmatch(cells[0]) is None:
                reason = f"应为 {_GKG_COLUMNS} 列、以 GKGRECORDID 开头，这里是 {len(cells)} 列"
                yield Rejected(look.file.name, number, reason)
            else:
                yield number, _gkg(cells)


def _gkg(cells: list[str]) -> dict[str, Any]:
    title = _PAGE_TITLE.search(cells[26]) if len(cells) > 26 else None
    link = cells[4].strip()
    found: dict[str, Any] = {
        "native_id": cells[0],
        "platform": cells[3].strip(),
        "channel_class": "门户网站",
        "outlet": cells[3].strip() or None,
        "kind": "news",
        "title": html.unescape(title[1]).strip() if title else "",
        "text": "" if title else link,
        "url": link if link.startswith("http") else None,
    }
    drafts.as_seen(found, drafts.moment(cells[1], zone=dt.UTC)[0])
    tone = cells[15].partition(",")[0].strip()
    extra: dict[str, Any] = {"tone": tone, "themes": [name for name in cells[7].split(";") if name][:50]}
    return drafts.with_extra(found, {}, (), translated="-T" in cells[0], **extra)


TREES: Final = "ced"
#: What the platform writes for a repost without a word of one's own.
WORDLESS: Final = "转发微博"


def recognises_trees(look: Look) -> bool:
    return any(
        isinstance(item.get("original"), dict) and isinstance(item.get("reposts"), list) for item in look.objects
    )


def read_trees(look: Look, _options: Options) -> Iterator[Row]:
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
            _id(original) or drafts.said(tree.get("mid")) or drafts.made_id(original.get("text"), original.get("time"))
        )
        yield number, _draft(look, original, root, None, root)
        for place, repost in enumerate(reposts, start=2):
            at = place if is_one else number
            if not isinstance(repost, dict):
                yield Rejected(look.file.name, at, f"第 {place - 1} 条转发应为一个 JSON 对象 {{…}}")
            else:
                yield at, _draft(look, repost, _id(repost), drafts.parent(repost.get("parent")) or root, root)


def _id(item: Mapping[str, Any]) -> str:
    return drafts.said(item.get("mid")) or drafts.said(item.get("id"))


def _draft(look: Look, item: Mapping[str, Any], own: str, parent: str | None, root: str) -> dict[str, Any]:
    user = item.get("user")
    voice = drafts.said(item.get("uid")) or drafts.said(user.get("id") if isinstance(user, dict) else "")
    found: dict[str, Any] = {
        "native_id": own,
        "platform": "微博",
        "channel_class": "微博客",
        "kind": "repost" if parent else "post",
        "text": drafts.said(item.get("text")) or (WORDLESS if parent else ""),
        "parent_id": parent,
        "root_id": root if parent else None,
        "voice": f"微博:{voice}" if voice else None,
        "metrics": {name: drafts.count(item[name]) for name in ("reposts", "comments", "likes") if name in item},
    }
    drafts.timed(found, item.get("time") or item.get("date"), seen=look.file.modified)
    used = {"mid", "id", "text", "parent", "uid", "user", "time", "date", "kids", "reposts", "comments", "likes"}
    return drafts.with_extra(found, item, used)
