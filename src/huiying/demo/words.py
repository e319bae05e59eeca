"""The texts that the demonstration's people write, by story, and the days after the recorded ones.

A later day is made of hand-written parts, a pure function of its number: the same posts and acts after every restart,
so the demonstration never stops.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

import yaml

from huiying.demo.patrolling import desk_of
from huiying.demo.script import LATER, Act, day_of, minute
from huiying.handling.models import Case
from huiying.handling.queries import case_of_event
from huiying.judging import merging
from huiying.judging.models import Event, EventPost
from huiying.kernel import canonical
from huiying.listening.models import Post

RECORDED_DAYS: Final = 3
A_DAY: Final = 6  # stories a day; some of them join a matter that is known, as in life
HOURS: Final = ("08:20", "09:25", "10:40", "13:10", "14:15", "15:30")
CLASSES: Final[Mapping[str, str]] = {"新闻跟帖": "comment", "12345热线": "call", "大厅来电来访": "call"}
OWN: Final = frozenset({"12345热线", "大厅来电来访", "微信公众号留言"})
ROOT: Final = "流程中少一道核对。不需要源头整改：处置时已经补上这道核对"
# Minutes after the first post, who ("head" stands for the department's), verb, words.
COURSE: Final[tuple[tuple[int, str, str, tuple[str, ...]], ...]] = (
    (12, "zhoulan", "level", ("L1",)),
    (15, "zhoulan", "route", ()),
    (35, "head", "accept", ()),
    (95, "head", "find", ()),
    (125, "head", "dispose", ("settled",)),
    (140, "linxiao", "draft", ("1",)),
    (142, "linxiao", "submit", ()),
    (175, "head", "approve", ("事实属实，同意。",)),
    (215, "hanqiu", "approve", ("同意，无涉密和个人信息。",)),
    (220, "lianan", "approve", ("同意。",)),  # only asked from 较大 on
    (225, "linxiao", "release", ("portal",)),
    (300, "zhoulan", "tell", ("phone", "已电话告知结果和公开答复的编号。")),
    (318, "hanqiu", "look", ()),
    (320, "hanqiu", "close", (ROOT,)),
    # From 较大 on the effect is looked at twice before the end (C3.2); of a lesser matter that is closed by now.
    (1700, "hanqiu", "effect", ("settled", "一天里没有新的来文，转发停了。")),
    (4580, "hanqiu", "effect", ("settled", "三天里没有人再提。")),
    (4585, "hanqiu", "look", ()),
    (4590, "hanqiu", "close", (ROOT,)),
)
LONGEST_COURSE: Final = 4  # days until the last act of a story


@cache
def _parts() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((resources.files("huiying.demo") / "tail.yaml").read_text("utf-8"))
    return loaded


@lru_cache(maxsize=8)
def _stories(number: int) -> dict[str, dict[str, Any]]:
    """The day's stories with their blanks filled, by name `t<day>-<place in the day>`."""
    templates, parts = _parts()["stories"], _parts()["parts"]
    made = {}
    for place in range(A_DAY):
        order = number * A_DAY + place
        draw = random.Random(order)  # noqa: S311  a story is drawn, not a secret
        blanks = {name: draw.choice(choices) for name, choices in parts.items()}
        blanks = {
            "detail": blanks.pop("detail"),
            **blanks,
            "n": str(draw.randint(3, 9)),
            "money": str(draw.randint(2, 9)),
        }
        template = templates[order % len(templates)]
        made[f"t{number}-{place}"] = _filled({**template, "posts": _said(template["posts"], order, draw)}, blanks)
    return made


def _said(posts: list[list[Any]], order: int, draw: random.Random) -> list[list[str]]:
    """The first post in one of its wordings and with a detail, the later ones as they stand."""
    (platform, wordings), *others = posts
    later = others if order % 2 else []
    return [[platform, f"{draw.choice(wordings)}{{detail}}"], *later]


def _filled(value: Any, blanks: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, word in blanks.items():
            value = value.replace(f"{{{name}}}", word)
        return value
    if isinstance(value, dict):
        return {key: _filled(item, blanks) for key, item in value.items()}
    return [_filled(item, blanks) for item in value]


def later_words_of(story: str) -> dict[str, Any] | None:
    """The texts of a story of the tail; None for a name that is not one."""
    day_number, dash, _place = story.removeprefix("t").partition("-")
    if not story.startswith("t") or not dash or not day_number.isdigit():
        return None
    found = _stories(int(day_number)).get(story)
    return found and {"find": found["find"], "dispose": found["dispose"], "drafts": {"1": found["draft"]}}


def day(number: int) -> tuple[list[dict[str, Any]], list[Act]]:
    """Posts and acts of the made-up day `number` ≥ 1, which follows the recorded days."""
    posts, today = list(_background(number)), RECORDED_DAYS + number
    acts = [*desk_of(today), *(act for act in LATER if day_of(act) == today)]
    for earlier in range(max(number - LONGEST_COURSE, 1), number + 1):
        for (name, story), hour in zip(_stories(earlier).items(), HOURS, strict=True):
            start = minute(f"{RECORDED_DAYS + earlier} {hour}")
            posts += _posts(name, story, start) if earlier == number else ()
            acts += (act for act in _acts(name, story, start) if day_of(act) == today)
    return sorted(posts, key=lambda row: row["at"]), sorted(acts, key=lambda act: act.minute)


def _posts(name: str, story: Mapping[str, Any], start: int) -> Iterator[dict[str, Any]]:
    for place, (platform, text) in enumerate(story["posts"]):
        row = _post(f"{name}-{place}", start + 7 * place, platform, text)
        yield row | ({"parent_id": f"demo-{name}-0", "root_id": f"demo-{name}-0"} if _answers(story, place) else {})


def _answers(story: Mapping[str, Any], place: int) -> bool:
    return bool(place) and story["posts"][place][0] == story["posts"][0][0]


def _background(number: int) -> Iterator[dict[str, Any]]:
    draw = random.Random(-number)  # noqa: S311
    for place in range(10):
        text = draw.choice(_parts()["background"]).replace("{place}", draw.choice(_parts()["parts"]["place"]))
        at = minute(f"{RECORDED_DAYS + number} 07:40") + 75 * place + draw.randint(0, 40)
        yield _post(f"b{number}-{place}", at, "社交平台", text)


def _post(name: str, at: int, platform: str, text: str) -> dict[str, Any]:
    draw = random.Random(name)  # noqa: S311
    return {
        "schema": "huiying.post/1",
        "at": at,
        "native_id": f"demo-{name}",
        "platform": platform,
        "kind": CLASSES.get(platform, "post"),
        "own_channel": platform in OWN,
        "outlet_tier": 0 if platform in OWN else 1,
        "voice": f"demo-voice-{name}",
        "region": "辽宁省鞍山市",
        "text": text,
        "metrics": {"reads": draw.randint(1, 900), "reposts": draw.randint(0, 4), "comments": draw.randint(0, 9)},
    }


def _acts(name: str, story: Mapping[str, Any], start: int) -> Iterator[Act]:
    for after, who, verb, words in COURSE:
        person = story["head"] if who == "head" else who
        yield Act(start + after, person, verb, name, (story["lead"], "", story["reason"]) if verb == "route" else words)


PREFIX = "demo-"


class NothingThere(LookupError):
    """The script speaks of something that is not there: a visitor was quicker, or it went another way."""


@cache
def _recorded() -> dict[str, Any]:
    text = (resources.files("huiying.demo") / "words.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def words_of(story: str) -> Mapping[str, Any]:
    """`{"message", "find", "dispose", "drafts"}` as far as the story has them. Raises NothingThere."""
    found = _recorded().get(story) or later_words_of(story)
    if found is None:
        raise NothingThere(f"故事 {story} 没有文字")
    return found


def stories() -> list[str]:
    """The recorded stories that have texts."""
    return list(_recorded())


def posts_of(story: str) -> list[int]:
    """Row ids of the story's posts in the order in which they came; a post's own name is a story of one post."""
    message = _recorded().get(story, {}).get("message")
    if message is not None:
        rows = Post.objects.filter(text_sha256=canonical.sha256("", "\x00", message["text"]))
    else:
        rows = Post.objects.filter(native_id__startswith=f"{PREFIX}{story}-") | Post.objects.filter(
            native_id=f"{PREFIX}{story}"
        )
    return list(rows.order_by("id").values_list("pk", flat=True))


def events_of(story: str) -> list[Event]:
    """Live events in which the story's posts stand, the one of its first post first."""
    places = EventPost.objects.filter(post__in=posts_of(story), withdrawn_at__isnull=True).select_related("event")
    found = {merging.live(place.event).pk: merging.live(place.event) for place in places.order_by("post")}
    return list(found.values())


def event_of(story: str) -> Event:
    events = events_of(story)
    if not events:
        raise NothingThere(f"故事 {story} 还没有事件")
    return events[0]


def case_of(story: str) -> Case:
    case = case_of_event(event_of(story).pk)
    if case is None:
        raise NothingThere(f"故事 {story} 还没有立案")
    return case
