"""A post as the engine sees it, and the one reader of the open format `huiying.post/1` (C5.2 to C5.10, C5.16).

With the channel classes of （五）, other people's words for them, and what is taken out of every text before anybody
reads it. No field names an author; `voice` is input only and is never printed or stored.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from huiying.kernel import keepable

# Control characters break terminals and documents; direction overrides let a text show something else than it
# says. Line breaks and tabs stay: they carry meaning.
_GONE: Final = {
    **{code: None for code in range(0x20) if code not in (0x09, 0x0A)},
    **dict.fromkeys(range(0x7F, 0xA0)),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A))),
}
_TO_CLEAN: Final = re.compile("[\r\ud800-\udfff" + re.escape("".join(map(chr, _GONE))) + "]")


def clean(text: str) -> str:
    """`text` without control characters and direction overrides; lone surrogates become U+FFFD.

    Markup stays as it is: it is text here, and the pages escape it.
    """
    if _TO_CLEAN.search(text) is None:
        return text
    unified = text.replace("\r\n", "\n").replace("\r", "\n").translate(_GONE)
    return unified.encode("utf-8", "replace").decode() if _has_surrogate(unified) else unified


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


UNCLASSIFIED: Final = "未分类"
CHANNEL_CLASSES: Final = (
    "门户网站",
    "论坛",
    "博客",
    "微博客",
    "新闻跟帖",
    "传统媒体",
    "微信公众号",
    "短视频",
    "问答社区",
    "12345热线",
    "局长信箱",
    "大厅来电来访",
)
#: A message that comes in over one of these was sent to the bureau itself.
OWN_CLASSES: Final = frozenset({"12345热线", "局长信箱", "大厅来电来访"})

# Looked for in this order: a comment section belongs to 新闻跟帖 even where the host is a portal.
_CUES: Final = (
    ("跟帖", "新闻跟帖"),
    ("跟贴", "新闻跟帖"),
    ("新闻评论", "新闻跟帖"),
    ("12345", "12345热线"),
    ("市长热线", "12345热线"),
    ("政务热线", "12345热线"),
    ("信箱", "局长信箱"),
    ("来电", "大厅来电来访"),
    ("来访", "大厅来电来访"),
    ("短视频", "短视频"),
    ("抖音", "短视频"),
    ("快手", "短视频"),
    ("视频号", "短视频"),
    ("douyin", "短视频"),
    ("kuaishou", "短视频"),
    ("公众号", "微信公众号"),
    ("微信", "微信公众号"),
    ("wechat", "微信公众号"),
    ("微博", "微博客"),
    ("weibo", "微博客"),
    ("博客", "博客"),
    ("blog", "博客"),
    ("知乎", "问答社区"),
    ("问答", "问答社区"),
    ("zhihu", "问答社区"),
    ("贴吧", "论坛"),
    ("论坛", "论坛"),
    ("社区", "论坛"),
    ("tieba", "论坛"),
    ("forum", "论坛"),
    ("bbs", "论坛"),
    ("传统媒体", "传统媒体"),
    ("报纸", "传统媒体"),
    ("日报", "传统媒体"),
    ("晚报", "传统媒体"),
    ("广播", "传统媒体"),
    ("电视", "传统媒体"),
    ("媒体客户端", "传统媒体"),
    ("newspaper", "传统媒体"),
    ("门户", "门户网站"),
    ("官网", "门户网站"),
    ("网站", "门户网站"),
    ("portal", "门户网站"),
    ("website", "门户网站"),
)


def channel_class_of(*names: str) -> str:
    """The class of the first name that can be placed; `未分类` if none can. Never refuses (C5.10)."""
    for name in names:
        folded = unicodedata.normalize("NFKC", name).strip().lower()
        if not folded:
            continue
        if folded in CHANNEL_CLASSES:
            return folded
        for cue, known in _CUES:
            if cue in folded:
                return known
    return UNCLASSIFIED


SCHEMA: Final = "huiying.post/1"
KINDS: Final = frozenset({"post", "comment", "repost", "news", "page_change", "call", "letter", "message"})
METRICS: Final = ("reads", "reposts", "comments", "likes", "shares")
MAX_TEXT_BYTES: Final = 1_000_000
MAX_ID_CHARS: Final = 512
MAX_EXTRA_CHARS: Final = 65_536
FUTURE_TOLERANCE: Final = timedelta(minutes=10)
# A post is not lost for a date that cannot be true (INV-1); at the edge of the calendar no zone can be told.
FIRST_YEAR, LAST_YEAR = 1000, 9000
ASSUMED_ZONE: Final = ZoneInfo("Asia/Shanghai")

# Figures which labelled files keep beside the metrics; the grading takes them as its inputs.
_GRADING_KEYS: Final = (
    "plat",
    "tier",
    "hours",
    "neg",
    "offline",
    "casualty",
    "outage",
    "superior",
    "hot_list",
)
# A collector may hand these over in `extra`; the house has no place for them (INV-10).
_PERSON_WORDS: Final = (
    "author", "user", "account", "nick", "screen_name", "uid", "avatar", "phone", "mobile", "email",
    "id_card", "作者", "用户", "账号", "帐号", "昵称", "姓名", "电话", "手机", "身份证", "头像",
)  # fmt: skip


class PostError(ValueError):
    """A post that cannot be taken: which field, what was expected there, and what to do about it."""

    def __init__(self, field_name: str, expected: str, fix: str, line: int | None = None) -> None:
        where = f"第 {line} 行" if line is not None else ""
        super().__init__(f"{where}字段 {field_name}：应为{expected}。{fix}")
        self.field = field_name
        self.expected = expected
        self.fix = fix
        self.line = line


@dataclass(frozen=True, slots=True)
class Post:
    """One thing somebody said. Times are UTC; None means unknown, never zero."""

    native_id: str
    text: str = ""
    title: str = ""
    platform: str = ""
    channel_class: str = "未分类"
    kind: str = "post"
    voice: str | None = field(default=None, repr=False, compare=False)
    parent_id: str | None = None
    root_id: str | None = None
    url: str | None = None
    outlet: str | None = None
    outlet_tier: int | None = None
    own_channel: bool = False
    region: str | None = None
    published_at: datetime | None = None
    time_confidence: str = "unknown"
    seen_at: datetime | None = None
    metrics: Mapping[str, int | None] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def full_text(self) -> str:
        """Title and text as one string; an empty line keeps a word from forming across the border."""
        return f"{self.title}\n\n{self.text}" if self.title and self.text else self.title or self.text

    def to_dict(self) -> dict[str, Any]:
        """The open format again, without `voice`; `parse_post` of it gives an equal post."""
        return {
            "schema": SCHEMA,
            "native_id": self.native_id,
            "platform": self.platform,
            "channel_class": self.channel_class,
            "kind": self.kind,
            "parent_id": self.parent_id,
            "root_id": self.root_id,
            "url": self.url,
            "title": self.title,
            "text": self.text,
            "outlet": self.outlet,
            "outlet_tier": self.outlet_tier,
            "own_channel": self.own_channel,
            "region": self.region,
            "published_at": _written(self.published_at),
            "time_confidence": self.time_confidence,
            "seen_at": _written(self.seen_at),
            "metrics": dict(self.metrics),
            "extra": dict(self.extra),
        }


def parse_post(obj: Mapping[str, Any], *, line: int | None = None) -> Post:
    """Read one object of the open format, or of the given labelled files. Raises `PostError`."""
    try:
        return _parse(obj)
    except PostError as error:
        raise PostError(error.field, error.expected, error.fix, line) from None
    except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        # Whatever a stranger's row does to a reader, it does to that row alone.
        raise PostError(
            "", "读得懂的一条", f"读的时候出错（{type(error).__name__}），请检查其中的数字和时间。", line
        ) from error


def labelled_relevant(obj: Mapping[str, Any]) -> bool | None:
    """The label `relevant` of a labelled row; without it a `kind` beginning with 无关 means False."""
    given = obj.get("relevant")
    if isinstance(given, bool):
        return given
    kind = obj.get("kind")
    if isinstance(kind, str) and kind not in KINDS:
        return not kind.startswith("无关")
    return None


def _parse(obj: Mapping[str, Any]) -> Post:
    _check_schema(obj)
    text, title = _text(obj, "text"), _text(obj, "title")
    if not text.strip() and not title.strip():
        raise PostError("text", "非空的 text 或 title", "请补上正文或标题。")
    platform = _short(obj, "platform") or _short(obj, "channel") or ""
    channel_class = channel_class_of(_short(obj, "channel_class") or "", platform)
    published, confidence = _time(obj, "published_at")
    seen, _ = _time(obj, "seen_at")
    metrics, grading = _metrics(obj)
    url, left_out = _link(obj)
    return Post(
        native_id=_native_id(obj),
        text=text,
        title=title,
        platform=platform,
        channel_class=channel_class,
        kind=_kind(obj),
        voice=_short(obj, "voice"),
        parent_id=_short(obj, "parent_id"),
        root_id=_short(obj, "root_id"),
        url=url,
        outlet=_short(obj, "outlet"),
        outlet_tier=_tier(obj, grading),
        own_channel=_own(obj, channel_class),
        region=_short(obj, "region"),
        published_at=published,
        time_confidence=_confidence(obj, confidence, published, seen),
        seen_at=seen,
        metrics=metrics,
        extra={**_extra(obj, grading), **left_out},
    )


def _check_schema(obj: Mapping[str, Any]) -> None:
    schema = obj.get("schema")
    if schema not in (None, "", SCHEMA):
        raise PostError("schema", SCHEMA, "请改用该版本，或删去 schema。")


def _text(obj: Mapping[str, Any], name: str) -> str:
    value = obj.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PostError(name, "文字", "请改成字符串。")
    if len(value) > MAX_TEXT_BYTES or len(value.encode("utf-8", "surrogatepass")) > MAX_TEXT_BYTES:
        raise PostError(name, "不超过 1 MB 的文字", "请拆分，或只保留与本局有关的部分并附链接。")
    return clean(value)


def _short(obj: Mapping[str, Any], name: str, limit: int = 512) -> str | None:
    value = obj.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**40 else ""
    if value is None:
        return None
    if not isinstance(value, str):
        raise PostError(name, "文字", "请改成字符串，或留空。")
    if len(value) > limit:
        raise PostError(name, f"不超过 {limit} 个字的文字", "请缩短。")
    return clean(value).strip() or None


def _link(obj: Mapping[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """The address, and for `extra` why one was left out: the words are kept, a link that runs something is not."""
    url = _short(obj, "url", limit=4096)
    if url is None or keepable.is_link(url):
        return url, {}
    return None, {"url_left_out": f"{keepable.LINK}，这里是“{url[:40]}”"}


def _native_id(obj: Mapping[str, Any]) -> str:
    for name in ("native_id", "id"):
        if obj.get(name) not in (None, ""):
            found = _short(obj, name, MAX_ID_CHARS)
            if found:
                return found
    raise PostError("native_id", "来源处的编号", "请补上 native_id（每条唯一）。")


def _kind(obj: Mapping[str, Any]) -> str:
    kind = obj.get("kind")
    if isinstance(kind, str) and kind in KINDS:
        return kind
    return "repost" if obj.get("repost") is True else "post"


def _own(obj: Mapping[str, Any], channel_class: str) -> bool:
    value = obj.get("own_channel")
    if value is None:
        return channel_class in OWN_CLASSES
    if not isinstance(value, bool):
        raise PostError("own_channel", "true 或 false", "是否发到本局自己的渠道，请改正。")
    return value


def _tier(obj: Mapping[str, Any], grading: Mapping[str, Any]) -> int | None:
    for value in (obj.get("outlet_tier"), obj.get("media_tier"), grading.get("tier")):
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 4:
            raise PostError("outlet_tier", "0 至 4 的整数", "不知道就留空。")
        return value
    return None


def _time(obj: Mapping[str, Any], name: str) -> tuple[datetime | None, str]:
    value = obj.get(name)
    if value is None or value == "":
        return None, "unknown"
    expected, fix = "带时区的时间，如 2026-07-20T17:40:17+08:00", "请按 RFC 3339 填写。"
    if not isinstance(value, str):
        raise PostError(name, expected, fix)
    try:
        moment = datetime.fromisoformat(value.strip())
        confidence = "stated"
        if moment.tzinfo is None:
            moment, confidence = moment.replace(tzinfo=ASSUMED_ZONE), "assumed_zone"
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise PostError(name, expected, fix) from None
    if not FIRST_YEAR <= moment.year < LAST_YEAR:
        raise PostError(name, f"{FIRST_YEAR} 年至 {LAST_YEAR - 1} 年之间的时间", "不知道就留空。")
    return moment, confidence


def _confidence(obj: Mapping[str, Any], measured: str, published: datetime | None, seen: datetime | None) -> str:
    if published is not None and seen is not None and published - seen > FUTURE_TOLERANCE:
        return "future"
    given = _short(obj, "time_confidence", 40)
    return given if measured == "stated" and given else measured


def _metrics(obj: Mapping[str, Any]) -> tuple[dict[str, int | None], dict[str, Any]]:
    given = obj.get("metrics")
    if given is None:
        return {}, {}
    if not isinstance(given, Mapping):
        raise PostError("metrics", '对象，如 {"reads": 100}', "不知道就整项留空。")
    figures = {name: _count(given[name], f"metrics.{name}") for name in METRICS if name in given}
    return figures, {name: _plain(given[name], name) for name in _GRADING_KEYS if given.get(name) is not None}


def _count(value: Any, name: str) -> int | None:
    if value is None or value in ("", "未掌握"):
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 15:
        value = int(value)
    # Compared, not asked whether it is finite: that question fails for a number of four hundred digits.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10**15:
        raise PostError(name, "不小于 0 的数", "未掌握请填 null，不要填 0。")
    return int(value)


def _plain(value: Any, name: str) -> Any:
    good = isinstance(value, bool | int | float) and 0 <= value <= 10**9
    if not good:
        raise PostError(f"metrics.{name}", "不小于 0 的数，或 true/false", "不知道就留空。")
    return value


def _extra(obj: Mapping[str, Any], grading: Mapping[str, Any]) -> dict[str, Any]:
    given = obj.get("extra")
    if given is None:
        given = {}
    if not isinstance(given, Mapping):
        raise PostError("extra", "对象", "请改成 {…}，或留空。")
    try:
        length = len(json.dumps(given, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        raise PostError("extra", "普通的 JSON 值", "请去掉其中的 NaN 或过深的嵌套。") from None
    if length > MAX_EXTRA_CHARS:
        raise PostError("extra", "不超过 64 KB", "请只留需要的附加项。")
    kept: dict[str, Any] = _without_persons(dict(given))
    if found := keepable.fault(kept, "extra"):
        raise PostError(found[0], "数据库存得下的值", f"{found[1]}。请去掉再导入。")
    figures = {**_hand_read(kept.pop("grading", None)), **grading}
    return {**kept, "grading": figures} if figures else kept


def _hand_read(given: Any) -> dict[str, Any]:
    """The figures of `extra.grading`, which the grading reads: numbers only, known names only."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise PostError("extra.grading", "对象", "请改成 {…}，或留空。")
    return {name: _plain(given[name], name) for name in _GRADING_KEYS if given.get(name) is not None}


def _without_persons(value: Any) -> Any:
    """`value` without any field that names a person, at any depth (the JSON writer has bounded the depth)."""
    if isinstance(value, Mapping):
        return {str(key): _without_persons(item) for key, item in value.items() if not _names_a_person(str(key))}
    return [_without_persons(item) for item in value] if isinstance(value, list | tuple) else value


@lru_cache(maxsize=4096)
def _names_a_person(key: str) -> bool:
    folded = key.lower()
    return any(word in folded for word in _PERSON_WORDS)


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment is not None else None
