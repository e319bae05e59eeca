"""What is read off a text before any model: signals of danger to life, the scope gate, and plain cues (C5.10, C5.14).

Danger to life comes first of all, before masks, gates and bands, and needs no business word on the bureau's own
channels (§4.2 F5): a false call costs five minutes, a missed one may cost a life, so where a guard is not sure it stays
silent. A cue suggests a concern and gives inputs of the grading; it is never final.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import daachorse

from huiying.engine.normalise import Normalised, Standing, WordLists, normalise
from huiying.engine.post import Post
from huiying.engine.rules import RuleSet
from huiying.engine.said import Said


@dataclass(frozen=True, slots=True)
class LifeSignal:
    """What was read: the term, where it stands in the original text, and the words really written there."""

    term: str
    start: int
    end: int
    quote: str


def life_signal(normalised: Normalised, *, own_channel: bool, local: bool, business: bool) -> LifeSignal | None:
    """The first signal in an unmasked text, or None.

    `local` means that the post names or comes from the place, `business` that it speaks of the bureau's work;
    off the own channels one of them is needed, and a weak word alone is not enough.
    """
    if not (own_channel or local or business):
        return None
    automaton, terms, ranks = _lexicon()
    for start, end, pattern in automaton.find(normalised.text):
        if ranks[pattern] == "strong" or (ranks[pattern] == "weak" and own_channel):
            return LifeSignal(terms[pattern], *normalised.span(start, end), normalised.quote(start, end))
    return None


def may_hold_signal(normalised: Normalised) -> bool:
    """Whether a text holds a signal in any circumstances: only then need they be looked at."""
    return life_signal(normalised, own_channel=True, local=True, business=True) is not None


@cache
def _lexicon() -> tuple[daachorse.CharwiseDoubleArrayAhoCorasick, list[str], list[str]]:
    """One automaton over signals and guards: the longest match wins, so a guard swallows the word in it."""
    raw = (resources.files("huiying.engine") / "data" / "life.json").read_text("utf-8")
    table: dict[str, list[str]] = json.loads(raw)
    ranked: dict[str, str] = {}
    for rank in ("weak", "strong", "guards"):
        ranked.update((normalise(term).text, rank) for term in table[rank])
    terms = list(ranked)
    automaton = daachorse.CharwiseDoubleArrayAhoCorasick(terms, daachorse.MATCH_KIND_LEFTMOST_LONGEST)
    return automaton, terms, [ranked[term] for term in terms]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whether a post belongs to the bureau's place: `inside`, `unknown` or `elsewhere`, and why, in words."""

    state: str
    reason: Said


_NO_PLACE: Final = Said("文中没有地名，来源地区未掌握", "the text names no place, and where it comes from is unknown")


def _namesake(place: str) -> Said:
    return Said(
        f"文中的{place}是外地或街道的同名词", f"「{place}」 in the text is a place or street elsewhere of the same name"
    )


def scope_of(post: Post, plain: str, masked: str, rules: RuleSet, standing: Standing) -> Scope:
    """An own channel, the place in the text, or a region of the place.

    `plain` is normalised, `masked` masked too; `standing` are the rule file's words in `masked`.
    """
    if post.own_channel:
        return Scope("inside", Said("来自本局渠道", "it came by a channel of the bureau"))
    named = standing.first("places")
    if named:
        return Scope("inside", Said(f"{named}在文中", f"the text names 「{named}」"))
    lookalike = rules.place in plain
    region = normalise(post.region or "").text
    local = bool(region) and _is_local(rules.masked(region), rules)
    if lookalike:
        return Scope("unknown" if local else "elsewhere", _namesake(rules.place))
    if local:
        return Scope("inside", Said(f"来源地区为{post.region}", f"it comes from 「{post.region}」"))
    if region:
        return Scope(
            "elsewhere",
            Said(f"来源地区为{post.region}，不是本地", f"it comes from 「{post.region}」, not from here"),
        )
    said = standing if plain == masked else rules.lists.standing(plain)
    other = said.first("elsewhere")
    if other:
        return Scope("elsewhere", Said(f"文中提到的是{other}", f"the text speaks of 「{other}」"))
    return Scope("unknown", _NO_PLACE)


def _is_local(region: str, rules: RuleSet) -> bool:
    """Whether a source's region is of the place: sources write 台安 where the rule file says 台安县."""
    return any(place in region or place.rstrip("市县区") == region for place in rules.places)


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
