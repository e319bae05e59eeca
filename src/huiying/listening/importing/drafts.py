"""A row of any format as the open format has it: figures and times as other tools write them (`1.2万`, `昨天
12:30`), and nothing that points at a private person, which is dropped here before anything is stored (INV-10).
"""

from __future__ import annotations

import datetime as dt
import html
import json
import math
import re
from collections.abc import Collection, Mapping
from email.utils import parsedate_to_datetime
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any, Final
from zoneinfo import ZoneInfo

from huiying.kernel import canonical

CHINA: Final = ZoneInfo("Asia/Shanghai")
NOTHING: Final = frozenset({"", "none", "null", "nan", "undefined"})
#: How sure a time is: with its zone or as a number; without a zone; only counted back from when it was seen.
STATED, ASSUMED, COUNTED_BACK, UNKNOWN = "stated", "assumed_zone", "counted_back", "unknown"

_COUNT: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(万|亿|千|百万|w|k|m)?\s*(?:\+|＋|次|条|人|个)?")
_TIMES: Final = {"万": 10**4, "w": 10**4, "亿": 10**8, "千": 10**3, "k": 10**3, "百万": 10**6, "m": 10**6}
_CUT: Final = re.compile("[万亿千wkmWKM+＋]")
_MOST: Final = 10**15
_MILLISECONDS: Final = 10**11
_MICROSECONDS: Final = 10**14
_EARLIEST, _LATEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
_EXCEL_EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's date has no zone until one is assumed
_WRITTEN: Final = re.compile(
    r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?"
    r"(?:[\sT]*(?P<H>\d{1,2})\s*[:：时点]\s*(?P<M>\d{1,2})?(?:\s*[:：分]\s*(?P<S>\d{1,2})?(?:\.\d+)?\s*秒?)?)?"
)
_AGO: Final = re.compile(r"(\d{1,4})\s*(秒钟?|分钟|小时|个小时|天|周|个月)前")
_AGO_UNITS: Final = {"秒": 1, "分": 60, "小": 3600, "天": 86400, "周": 604800}
_DAY_WORDS: Final = {"今天": 0, "昨天": 1, "前天": 2}
_DAY_AND_TIME: Final = re.compile(r"(今天|昨天|前天)\s*(\d{1,2}):(\d{2})(?::\d{2})?")
_THIS_YEAR: Final = re.compile(r"(\d{1,2})[-月/](\d{1,2})日?(?:\s+(\d{1,2}):(\d{2})(?::\d{2})?)?")
_WEIBO: Final = "%a %b %d %H:%M:%S %z %Y"

Moment = tuple[dt.datetime | None, str]


def said(value: Any) -> str:
    """`value` as text; "" where a tool wrote that there is none."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if isinstance(value, int) and abs(value) >= 10**40:
        return ""  # no id and no figure; Python refuses to write one of five thousand digits
    text = str(value).strip()
    return "" if text.lower() in NOTHING else text


def parent(value: Any) -> str | None:
    """The id of a parent; `0` and nothing mean that there is none."""
    text = said(value)
    return None if text in ("", "0", "-1") else text


def count(value: Any) -> int | None:
    """A figure not below zero; None where it is unknown or cannot be read, never zero for that."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return int(value) if 0 <= value <= _MOST else None  # asking a huge whole number whether it is finite fails
    text = str(value).strip().lower().replace(",", "").replace("，", "")
    if text.isascii() and text.isdigit():
        return int(text) if len(text) <= 15 else None
    found = _COUNT.fullmatch(text)
    if found is None:
        return None
    figure = float(found[1]) * _TIMES.get(found[2] or "", 1)
    return round(figure) if figure <= _MOST else None


def is_rounded(value: Any) -> bool:
    """Whether a figure was cut by its platform (`10万+`, `1.2万`): the true one is not known."""
    return isinstance(value, str) and _CUT.search(value) is not None and count(value) is not None


def moment(value: Any, *, seen: dt.datetime | None = None, zone: dt.tzinfo = CHINA) -> Moment:
    """`(UTC time, how sure)`. Without a zone the time is read in `zone`; `(None, unknown)` where it cannot be read.

    Numbers are seconds, from 1e11 on milliseconds; `seen` is when the row was seen, for times like 5分钟前.
    """
    if isinstance(value, dt.datetime):
        return _placed(value, zone)
    if isinstance(value, dt.date):
        return _placed(dt.datetime(value.year, value.month, value.day), zone)  # noqa: DTZ001
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _counted(float(value), zone) if 0 < value < _MOST * 100 else (None, UNKNOWN)
    text = said(value)
    if not text:
        return None, UNKNOWN
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return _digits(text, zone)
    return _iso(text, zone) or _written(text, zone) or _relative(text, seen, zone) or _mail(text) or (None, UNKNOWN)


def stamp(at: dt.datetime | None) -> str | None:
    """RFC 3339 as the open format wants it."""
    return at.isoformat() if at is not None else None


def _counted(number: float, zone: dt.tzinfo) -> Moment:
    if not math.isfinite(number) or number <= 0:
        return None, UNKNOWN
    if 20_000 <= number < 80_000:  # days since 1899-12-30, as a sheet without date format keeps them
        return _placed(_EXCEL_EPOCH + dt.timedelta(days=number), zone)
    if number >= _MICROSECONDS:
        number /= 1e6
    elif number >= _MILLISECONDS:
        number /= 1e3
    try:
        at = dt.datetime.fromtimestamp(number, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None, UNKNOWN
    return (at, STATED) if _EARLIEST <= at <= _LATEST else (None, UNKNOWN)


def _digits(text: str, zone: dt.tzinfo) -> Moment:
    for length, form in ((14, "%Y%m%d%H%M%S"), (8, "%Y%m%d")):
        if len(text) == length and text[:2] in ("19", "20"):
            try:
                return _placed(dt.datetime.strptime(text, form), zone)  # noqa: DTZ007
            except ValueError:
                return None, UNKNOWN
    return _counted(float(text), zone)


def _iso(text: str, zone: dt.tzinfo) -> Moment | None:
    try:
        return _placed(dt.datetime.fromisoformat(text), zone)
    except ValueError:
        return None


def _written(text: str, zone: dt.tzinfo) -> Moment | None:
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    parts = [int(found[name] or 0) for name in ("y", "m", "d", "H", "M", "S")]
    try:
        return _placed(dt.datetime(*parts), zone)  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None


def _relative(text: str, seen: dt.datetime | None, zone: dt.tzinfo) -> Moment | None:
    if text == "刚刚" and seen is not None:
        return seen, COUNTED_BACK
    if seen is None:
        return None
    if (ago := _AGO.fullmatch(text)) is not None:
        seconds = 30 * 86400 if ago[2] == "个月" else 3600 if "小时" in ago[2] else _AGO_UNITS[ago[2][0]]
        return seen - dt.timedelta(seconds=int(ago[1]) * seconds), COUNTED_BACK
    local = seen.astimezone(zone)
    try:
        if (day := _DAY_AND_TIME.fullmatch(text)) is not None:
            then = local - dt.timedelta(days=_DAY_WORDS[day[1]])
            at = then.replace(hour=int(day[2]), minute=int(day[3]), second=0, microsecond=0)
        elif (short := _THIS_YEAR.fullmatch(text)) is not None:
            at = local.replace(
                month=int(short[1]), day=int(short[2]), hour=int(short[3] or 0), minute=int(short[4] or 0),
                second=0, microsecond=0,
            )  # fmt: skip
            at = at.replace(year=at.year - 1) if at > local else at
        else:
            return None
    except ValueError:
        return None
    return at.astimezone(dt.UTC), COUNTED_BACK


def _mail(text: str) -> Moment | None:
    """RFC 2822 as feeds write it, and the form of 微博's interface."""
    try:
        return dt.datetime.strptime(text, _WEIBO).astimezone(dt.UTC), STATED
    except (ValueError, OverflowError):
        pass
    try:
        return _placed(parsedate_to_datetime(text), dt.UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _placed(at: dt.datetime, zone: dt.tzinfo) -> Moment:
    sure = STATED if at.tzinfo is not None else ASSUMED
    try:
        placed = (at if at.tzinfo is not None else at.replace(tzinfo=zone)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None, UNKNOWN
    return (placed, sure) if _EARLIEST <= placed <= _LATEST else (None, UNKNOWN)


#: Anywhere in a field's name, folded. A name that has one of these by chance loses an additional field, no more.
_PARTS: Final = (
    "user", "author", "nick", "avatar", "gender", "profile", "creator", "signature", "screen_name", "account",
    "sec_uid",
    "phone", "mobile", "email", "id_card", "uname", "follower", "fans", "作者", "发布人", "发布者", "发帖人", "用户",
    "昵称", "账号", "帐号", "姓名", "性别", "头像", "粉丝", "签名", "简介", "认证", "手机", "电话", "身份证", "联系",
    "博主", "楼主", "真名", "年龄", "token",
)  # fmt: skip
_WHOLE: Final = frozenset(
    {"sex", "sign", "uid", "ner", "age", "birthday", "owner", "by", "dc:creator", "friends", "level"}
)
MOST_CHARS: Final = 30_000
_LONGEST: Final = 2_000


@lru_cache(maxsize=4096)
def names_a_person(field: str) -> bool:
    """Whether a field of this name says who somebody is."""
    folded = field.strip().lower()
    return folded in _WHOLE or any(part in folded for part in _PARTS)


def rest(row: Mapping[str, Any], used: Collection[str]) -> dict[str, Any]:
    """The fields of `row` that have no place of their own: named, without persons, empty ones left out, bounded."""
    kept: dict[str, Any] = {}
    room = MOST_CHARS
    for name, value in row.items():
        if not name or name in used or value is None or value == "" or names_a_person(name):
            continue
        plain = harmless(value)
        room -= len(plain) if isinstance(plain, str) else 24 if isinstance(plain, int | float) else _length(plain)
        if room < 0:
            break
        if plain not in (None, "", [], {}):
            kept[name[:100]] = plain
    return kept


def harmless(value: Any) -> Any:
    """`value` without a field that names a person, at any depth, also where a text holds JSON."""
    if isinstance(value, str):
        text = value.strip()
        if text[:1] in ("{", "[") and text[-1:] in ("}", "]"):
            try:
                return harmless(json.loads(text))
            except (ValueError, RecursionError):
                return text[:_LONGEST]
        return text[:_LONGEST]
    if isinstance(value, Mapping):
        return {str(name): harmless(item) for name, item in value.items() if not names_a_person(str(name))}
    if isinstance(value, list | tuple):
        return [harmless(item) for item in value]
    return value if isinstance(value, bool | int | float) else str(value)


def _length(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, default=str))


HOT_LIST: Final = "seen"  # the time is when it was seen: a hot list does not say since when a thing is said
_BREAKS: Final = frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "blockquote"})
_HIDDEN: Final = frozenset({"script", "style", "template", "iframe"})


def metrics_of(row: Mapping[str, Any], names: Mapping[str, str]) -> tuple[dict[str, int | None], dict[str, str]]:
    """Figures by the house's names, and in words those that a platform cut (`10万+`), for `extra`."""
    figures = {ours: count(row[theirs]) for ours, theirs in names.items() if theirs in row}
    cut = {ours: str(row[theirs]) for ours, theirs in names.items() if is_rounded(row.get(theirs))}
    return figures, cut


def with_extra(
    draft: dict[str, Any],
    row: Mapping[str, Any],
    used: Collection[str],
    cut: Mapping[str, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """`draft` with the fields of `row` that it does not use, without those that name a person."""
    extra = rest(row, used) | {name: value for name, value in more.items() if value not in (None, "", [], {})}
    if cut:
        extra["as_shown"] = dict(cut)
    return {**draft, "extra": extra} if extra else draft


def timed(draft: dict[str, Any], value: Any, *, seen: dt.datetime | None, zone: dt.tzinfo = CHINA) -> None:
    """Set the times. A time that cannot be read is kept in words; `future` is told by the open format's reader."""
    at, sure = moment(value, seen=seen, zone=zone)
    if at is not None:
        draft["published_at"], draft["time_confidence"] = stamp(at), sure
    if seen is not None:
        draft["seen_at"] = stamp(seen)


def as_seen(draft: dict[str, Any], seen: dt.datetime | None) -> None:
    """A thing that does not say when: the moment at which it was first seen, and marked so."""
    if seen is not None:
        draft["published_at"] = draft["seen_at"] = stamp(seen)
        draft["time_confidence"] = HOT_LIST


def title_and_text(title: str, text: str) -> tuple[str, str]:
    """A title that only repeats how the text begins is left out."""
    cut = title.rstrip("….").strip()
    return ("", text) if cut and text.startswith(cut) else (title, text)


def made_id(*parts: Any) -> str:
    """An id for a row that brings none: the same row gives the same id in every file."""
    return canonical.sha256(*(f"{part}\x00" for part in parts))[:32]


def plain(markup: str) -> str:
    """The words of an HTML fragment; what is no markup stays as it is."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    if not re.search(r"</?[a-zA-Z!]", markup):
        return html.unescape(markup).strip()
    try:
        reader = _read(markup)
    except AssertionError:  # how the standard reader answers <![ that it does not know: it is then text
        reader = _read(markup.replace("<!", "&lt;!"))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(reader.words))).strip()


def _read(markup: str) -> _Words:
    reader = _Words()
    reader.feed(markup)
    reader.close()
    return reader


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _HIDDEN
        if tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = max(0, self._hidden - (tag in _HIDDEN))
        if tag in _BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
