"""Filters and small parts that every page uses: times, levels, actors, marked words, lines of numbers."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _, gettext_lazy

from huiying.desk.language import lang
from huiying.kernel import clock
from huiying.kernel.keepable import is_link, text_fault
from huiying.regulation import Regulation
from huiying.responding import targets
from huiying.responding.models import Publication

register = template.Library()

COLOURS = {"蓝": "blue", "黄": "yellow", "橙": "orange", "红": "red"}
SHAPES = ("circle", "triangle", "diamond", "square")
# Who acts without being a person of the bureau.
NOBODY = {"系统": gettext_lazy("系统"), "公众": gettext_lazy("公众"), "系统管理员": gettext_lazy("系统管理员")}
CHINESE = re.compile(r"[\u3001-\u303f\u3400-\u9fff\uff01-\uff60]+")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@register.filter
def address(url: str | None) -> str:
    """A stored address where a page may make a link of it: http, https, or a page of this site; "" for every other.

    Rows may be older than the rule at the door (`kernel.keepable.is_link`): what would run something is never a link.
    """
    found = str(url or "")
    is_own = found.startswith("/") and not found.startswith(("//", "/\\")) and not text_fault(found)
    return found if is_own or is_link(found) else ""


@register.simple_tag
def outside(url: str | None, word: str = "") -> SafeString:
    """A link to a stored address, in a tab of its own, as `word` or as written; no link of what may not be one."""
    if not (target := address(url)):
        return mark_safe("" if word else conditional_escape(url or ""))  # noqa: S308 - escaped here
    return format_html('<a href="{}" rel="noreferrer noopener" target="_blank">{}</a>', target, word or url)


def in_english() -> bool:
    return lang() == "en"


@register.filter
def local(at: dt.datetime | str | None, precise: str = "minute") -> str:
    """「9月13日 10:00」 in the regulation's zone; the year only when it is another than now's."""
    moment = _moment(at)
    if moment is None:
        return ""
    shown = timezone.localtime(moment)
    time = shown.strftime("%H:%M:%S" if precise == "second" else "%H:%M")
    return f"{_day(shown.date())} {time}"


@register.filter
def clock_time(at: dt.datetime) -> str:
    """「17:30」 in the regulation's zone."""
    return timezone.localtime(at).strftime("%H:%M")


@register.filter
def local_day(at: dt.date | dt.datetime | None) -> str:
    if at is None:
        return ""
    return _day(timezone.localtime(at).date() if isinstance(at, dt.datetime) else at)


def _day(day: dt.date) -> str:
    same_year = day.year == timezone.localtime(clock.now()).year
    if in_english():
        return f"{day.day} {MONTHS[day.month - 1]}" + ("" if same_year else f" {day.year}")
    return ("" if same_year else f"{day.year}年") + f"{day.month}月{day.day}日"


def _moment(at: dt.datetime | str | None) -> dt.datetime | None:
    if isinstance(at, str):
        try:
            at = dt.datetime.fromisoformat(at)
        except ValueError:
            return None
    return at


@register.filter
def iso(at: dt.datetime | None) -> str:
    return at.isoformat() if at else ""


@register.filter
def duration(length: dt.timedelta | float | None) -> str:
    """「5 小时 40 分」; under two hours minutes only."""
    if length is None:
        return ""
    seconds = length.total_seconds() if isinstance(length, dt.timedelta) else float(length)
    minutes = int(abs(seconds) // 60)
    if minutes < 120:
        return _("%(minutes)d 分钟") % {"minutes": minutes}
    hours, rest = divmod(minutes, 60)
    if not rest:
        return _("%(hours)d 小时") % {"hours": hours}
    return _("%(hours)d 小时 %(minutes)02d 分") % {"hours": hours, "minutes": rest}


@register.filter
def remaining(due_at: dt.datetime) -> str:
    """「剩 5 小时 40 分」 or 「已超 1 小时 05 分」, measured by the server's clock."""
    left = due_at - clock.now()
    words = _("已超 %(time)s") if left < dt.timedelta(0) else _("剩 %(time)s")
    return words % {"time": duration(left)}


@register.filter
def countdown(row: Any) -> dict[str, Any]:
    """What `parts/countdown.html` shows of a clock: how long, until when, how it was computed and from what."""
    left = row.due_at - clock.now()
    explanation = (getattr(row, "explanation_en", "") if in_english() else "") or row.explanation
    return {
        "clock": row,
        "overdue": left < dt.timedelta(0),
        "soon": dt.timedelta(0) <= left < dt.timedelta(hours=2),
        "text": remaining(row.due_at),
        "explanation": explanation,
        "source": row.source or row.basis,
        # Norms are cited by their Chinese names; an attribute cannot say that a part of it is Chinese.
        "title": explanation if in_english() else f"{explanation} {row.source or row.basis}".strip(),
    }


@register.simple_tag(takes_context=True)
def word(context: template.Context, text: str) -> str:
    """A word of the regulation file in the reader's language; the file brings its own English."""
    return _name(context, "word", text)


@register.simple_tag(takes_context=True)
def words_here(context: template.Context, words: Iterable[str]) -> str:
    """Several words of the regulation file, joined."""
    return _("、").join(word(context, text) for text in words)


@register.simple_tag(takes_context=True)
def act_name(context: template.Context, act: str) -> str:
    return _name(context, "act", act)


@register.simple_tag(takes_context=True)
def state_name(context: template.Context, state: str) -> str:
    return _name(context, "state", state)


@register.simple_tag(takes_context=True)
def role_name(context: template.Context, role: str) -> str:
    return _name(context, "role", role)


@register.simple_tag(takes_context=True)
def role_names(context: template.Context, roles: Iterable[str]) -> str:
    """Several roles, joined."""
    return _("、").join(role_name(context, role) for role in roles)


@register.simple_tag(takes_context=True)
def department_name(context: template.Context, code: str) -> str:
    return _name(context, "department", code)


@register.simple_tag(takes_context=True)
def level_name(context: template.Context, code: str) -> str:
    return _name(context, "level", code)


@register.filter
def place_name(publication: Publication) -> str:
    return targets.place_name(publication)


def _name(context: template.Context, kind: str, code: str) -> str:
    """A code that this regulation does not know is shown as it stands: history may speak of an older file."""
    try:
        return str(_regulation(context).name_of(kind, code, lang()))
    except KeyError:
        return code


def _regulation(context: template.Context) -> Regulation:
    found: Regulation = context["desk"].regulation
    return found


@register.inclusion_tag("desk/parts/level.html", takes_context=True)
def level(context: template.Context, code: str, note: str = "") -> dict[str, Any]:
    """The level badge: shape and word, the colour only says it again."""
    found = next((item for item in _regulation(context).levels if item.code == code), None)
    if found is None:
        return {"known": False}
    return {
        "known": True,
        "colour": COLOURS.get(found.colour, "blue"),
        "shape": found.shape or SHAPES[min(int(code[1:]), len(SHAPES)) - 1],
        "name": level_name(context, code),
        "note": note,
    }


@register.filter
def as_written(text: object) -> SafeString:
    """What somebody wrote, inside an English sentence: marked as Chinese, which a screen reader needs to know."""
    safe = conditional_escape(str(text) if not isinstance(text, str) else text)
    if not in_english():
        return safe
    return mark_safe(CHINESE.sub(lambda found: f'<span lang="zh-Hans">{found[0]}</span>', safe))  # noqa: S308 - escaped


@register.simple_tag(takes_context=True)
def name_here(context: template.Context, name: str) -> SafeString:
    """A name that was copied in Chinese, such as a department's, in the reader's language."""
    return as_written(called(name, _regulation(context)))


def called(names: str, regulation: Regulation | None) -> str:
    """Names of the regulation, joined by 「、」, in the reader's language; others stay as they are."""
    if not in_english() or regulation is None:
        return names
    return ", ".join(str(NOBODY.get(name) or regulation.english_of(name)) for name in names.split("、"))


@register.filter
def actor(text: str, regulation: Regulation | None = None) -> str:
    """「张三（局办公室主任）」 from the copied actor of a ledger entry."""
    found = json.loads(text)
    post = called(found.get("post") or found.get("department") or "", regulation)
    name = str(NOBODY.get(found["name"], found["name"]))
    return f"{name}（{post}）" if post and not in_english() else (f"{name} ({post})" if post else name)


@register.filter
def marked(text: str, words: Iterable[str]) -> SafeString:
    """`text` with the matched words in <mark>. Each piece is escaped by itself: a word such as `lt` is not looked for
    in what escaping wrote.
    """
    wanted = sorted({re.escape(word) for word in words if word}, key=len, reverse=True)
    pieces = re.split(f"({'|'.join(wanted)})", text, flags=re.IGNORECASE) if wanted else [text]
    safe = [f"<mark>{escape(piece)}</mark>" if place % 2 else escape(piece) for place, piece in enumerate(pieces)]
    return mark_safe("".join(safe))  # noqa: S308 - escaped above


@register.filter
def percent(share: float | None) -> int:
    return round((share or 0) * 100)


@register.inclusion_tag("desk/parts/sparkline.html")
def sparkline(series: Sequence[tuple[dt.datetime, int]], label: str = "") -> dict[str, Any]:
    """A line of hourly counts, drawn here so that it prints, with its table behind it."""
    counts = [count for _at, count in series]
    top = max(counts, default=0) or 1
    step = 240 / max(len(counts) - 1, 1)
    points = [(round(place * step, 1), round(44 - 40 * count / top, 1)) for place, count in enumerate(counts)]
    return {
        "line": " ".join(f"{x},{y}" for x, y in points),
        "last": points[-1] if points else None,
        "series": series,
        "top": max(counts, default=0),
        "total": sum(counts),
        "label": label,
    }
