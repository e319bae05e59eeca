"""Plain, explainable cues: a *suggested* concern (C5.14: never final), and grading inputs from text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from huiying.engine.normalise import normalise
from huiying.engine.post import Post
from huiying.engine.word_lists import WordLists

CONCERNS: Final = (
    "疑虑", "误解", "歪曲", "谣言", "咨询", "投诉", "建议", "表扬", "突发事件", "媒体报道", "理性批评",
    "讨论", "正面报道", "无关",
)  # fmt: skip
ENGLISH: Final = dict(
    zip(
        CONCERNS,
        (
            "Doubt", "Misunderstanding", "Distortion", "Rumour", "Inquiry", "Complaint", "Suggestion", "Praise",
            "Emergency", "Media report", "Reasoned criticism", "Discussion", "Positive report", "Not relevant",
        ),
        strict=True,
    )
)  # fmt: skip

# How much one cue word says. 记者 in a newspaper says much; 要求 in a complaint says little.
_WEIGHT: Final = {
    "突发事件": 2.2, "谣言": 1.8, "误解": 1.5, "歪曲": 2.5, "表扬": 1.6, "建议": 1.6, "咨询": 1.4,
    "理性批评": 1.3, "媒体报道": 1.0, "正面报道": 0.6, "投诉": 1.0, "疑虑": 1.1, "讨论": 0.8,
}  # fmt: skip
_CRITICAL: Final = {
    "突发事件": 0.8, "谣言": 0.6, "误解": 0.6, "歪曲": 0.7, "投诉": 0.8, "疑虑": 0.6, "理性批评": 0.4,
    "媒体报道": 0.6, "讨论": 0.3, "咨询": 0.2,
}  # fmt: skip
_CONCERN: Final = "concern:"
_GATHERINGS: Final = ((3, "gathering_now"), (2, "gathering_announced"), (1, "gathering_grievance"))
# How the two speak together: chosen on the project's own posts.
_CUES_SHARE: Final = 1.0
_LEARNED_SHARE: Final = 4.0


@dataclass(frozen=True, slots=True)
class Concern:
    """A suggestion with the words it rests on; a person decides."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextSigns:
    """What a text itself says about offline action, harm, outage and superiors; offline 0 to 3 as in §4.2."""

    offline: int
    casualty: bool
    outage: bool
    superior: bool
    hot_list: bool


def suggest_concern(
    post: Post, text: str, groups: Sequence[str], learned: Mapping[str, float] | None = None
) -> Concern:
    """The best supported concern for a normalised text; `groups` are the groups of the rules that fired.

    `learned` adds a model's probability of each concern to what the cue words say.
    """
    scores: dict[str, float] = {}
    words: dict[str, tuple[str, ...]] = {}
    standing = _cues().standing(text)
    for name, weight in _spoken():
        words[name] = found = standing.words(f"{_CONCERN}{name}")
        scores[name] = weight * min(len(found), 3)
    _weigh_source(post, scores)
    if "谣言" in groups and scores["谣言"]:
        scores["谣言"] += 2.0
    if text.rstrip().endswith(("?", "吗", "呢")):
        scores["疑虑"] += 0.7
        scores["咨询"] += 0.7
    for name, share in (learned or {}).items():
        scores[name] = _CUES_SHARE * scores.get(name, 0.0) + _LEARNED_SHARE * share
    best = max(scores, key=lambda name: scores[name])
    return Concern(best, words[best]) if scores[best] > 0 else Concern("讨论", ())


def _weigh_source(post: Post, scores: dict[str, float]) -> None:
    """Who speaks matters to the kind of speech: an institution reports, an own channel asks or complains."""
    institution = post.channel_class in ("传统媒体", "门户网站") and not post.own_channel
    if institution:
        scores["正面报道"] += 2.5
        scores["媒体报道"] += 1.5 if scores["媒体报道"] else 0.0
    else:
        scores["正面报道"] *= 0.4
        scores["媒体报道"] *= 0.4
    if post.own_channel:
        scores["投诉"] += 1.2
        scores["咨询"] += 0.3
        scores["谣言"] *= 0.5
    if post.channel_class not in ("博客", "传统媒体", "门户网站", "微信公众号"):
        scores["理性批评"] *= 0.6


def criticism_of(concern: str) -> float | None:
    """The share of critical readers that one post of this concern stands for; None where nothing is known."""
    return 0.0 if concern in ("表扬", "正面报道", "建议", "无关") else _CRITICAL.get(concern)


def read_signs(text: str) -> TextSigns:
    """The grading's yes/no inputs as a normalised text shows them."""
    said = _cues().standing(text)
    return TextSigns(
        offline=next((degree for degree, key in _GATHERINGS if said.any(key)), 0),
        casualty=said.any("casualty"),
        outage=said.any("outage") and said.any("live_trade"),
        superior=said.any("superior"),
        hot_list=said.any("hot_list"),
    )


@cache
def _cues() -> WordLists:
    """The words of the concerns and of the signs, each list under its name in the file."""
    raw = (resources.files("huiying.engine") / "data" / "cues.json").read_text("utf-8")
    table: dict[str, Any] = json.loads(raw)
    concerns = {f"{_CONCERN}{name}": words for name, words in table.pop("concern").items()}
    return WordLists({name: _plain(words) for name, words in (concerns | table).items() if isinstance(words, list)})


@cache
def _spoken() -> tuple[tuple[str, float], ...]:
    """The concerns that have cue words, with how much one word says, in the file's order."""
    names = [name.removeprefix(_CONCERN) for name in _cues().lists if name.startswith(_CONCERN)]
    return tuple((name, _WEIGHT[name]) for name in names)


def _plain(words: Sequence[str]) -> list[str]:
    return [normalise(word).text for word in words]
