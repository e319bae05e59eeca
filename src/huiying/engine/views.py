"""What people say of an event: groups with shares, how many were read, one masked quotation each (C10.5 网民观点).

Posts are grouped by the character n-grams that carry meaning: what nearly all say names the matter, not a view, and
what only one says joins nobody. Deterministic: the same statements give the same groups, whatever their order of
arrival did elsewhere. Below `LEAST` statements nothing is shown: three voices are no opinion poll.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import rjieba

from huiying.engine.chains import own_words, unnamed
from huiying.engine.duplicates import without_boilerplate
from huiying.engine.normalise import is_chinese, normalise
from huiying.kernel.masking import mask_personal

LEAST: Final = 5  # statements, copies among them
MOST: Final = 6  # groups shown
READ: Final = 400  # distinct statements that are grouped; more are counted with the rest
QUOTE: Final = 60  # characters of a quotation

_TOGETHER: Final = 0.14  # average likeness at which two groups are one; chosen on the given storms
_COMMON: Final = 0.8  # a gram in more than this share of the statements names the matter, and no view of it
_SEVERAL: Final = 2  # originals that make a group; a single one counts only with its copies
_FEATURES: Final = 60
_STOPS: Final = frozenset("的了是在就也都还又和与及或吗呢吧啊呀哦嘛这那有个我你他她它们么很不没")
_ENDS: Final = "。！？!?；;\n"


@dataclass(frozen=True, slots=True)
class Statement:
    """One original post with how many copies of it came in; `tag` is its concern, where one is known."""

    id: str
    text: str
    copies: int = 0
    tag: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """One group: `posts` with copies, `share` of all statements, words that mark it, one masked quotation."""

    words: tuple[str, ...]
    posts: int
    copies: int
    share: float
    quote: str
    quoted: str
    members: tuple[str, ...]
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Views:
    """`n` statements were counted (copies among them), `read` distinct ones grouped; `rest` stand in no group.

    The shares of the groups and of the rest add up to 1. `enough` is False below `LEAST`: then there are no groups.
    """

    n: int
    read: int
    groups: tuple[View, ...]
    rest: int
    rest_share: float
    enough: bool


@dataclass(slots=True)
class _Unit:
    statement: Statement
    own: str
    grams: dict[str, float] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        return 1 + max(self.statement.copies, 0)


def group_views(statements: Iterable[Statement], *, least: int = LEAST, most: int = MOST) -> Views:
    """Group `statements`. Work is bounded by `READ` distinct ones, the most copied and then the earliest first."""
    units = _distinct(statements)
    total = sum(unit.weight for unit in units)
    if total < least:
        return Views(total, len(units), (), total, 1.0 if total else 0.0, False)
    read = sorted(range(len(units)), key=lambda place: (-units[place].weight, place))[:READ]
    chosen = [units[place] for place in sorted(read)]
    _weigh(chosen)
    groups = [group for group in _clusters(chosen) if len(group) >= _SEVERAL or group[0].weight >= _SEVERAL]
    ranked = sorted(groups, key=lambda group: (-sum(unit.weight for unit in group), group[0].statement.id))[:most]
    everyone = _spoken(chosen)
    shown = tuple(_view(group, everyone, total) for group in ranked)
    rest = total - sum(view.posts for view in shown)
    return Views(total, len(chosen), shown, rest, rest / total, True)


def _distinct(statements: Iterable[Statement]) -> list[_Unit]:
    """Statements by what they say themselves; the same words twice are one statement with a copy more."""
    found: dict[str, _Unit] = {}
    for statement in statements:
        own = _own(statement.text)
        key = "".join(char for char in normalise(own).text if char.isalnum())
        if not key:
            continue  # a repost without a word of its own says nothing that could be grouped
        known = found.get(key)
        if known is None:
            found[key] = _Unit(statement, own)
            continue
        first = known.statement
        more = first.copies + 1 + max(statement.copies, 0)
        known.statement = Statement(first.id, first.text, more, first.tag or statement.tag)
    return list(found.values())


def _own(text: str) -> str:
    return without_boilerplate(unnamed(own_words(text))).strip()


def _weigh(units: Sequence[_Unit]) -> None:
    """Unit vectors over the grams that several statements share and that not nearly all have."""
    counted = [Counter(_grams(unit.own)) for unit in units]
    seen = Counter(gram for grams in counted for gram in grams)
    ceiling = max(_COMMON * len(units), _SEVERAL)
    for unit, grams in zip(units, counted, strict=True):
        weights = {
            gram: (1 + math.log(times)) * math.log((len(units) + 1) / seen[gram]) * len(gram)
            for gram, times in grams.items()
            if _SEVERAL <= seen[gram] <= ceiling
        }
        kept = sorted(weights, key=lambda gram: (-weights[gram], gram))[:_FEATURES]
        norm = math.sqrt(math.fsum(weights[gram] ** 2 for gram in kept))
        unit.grams = {gram: weights[gram] / norm for gram in kept} if norm else {}


def _grams(text: str) -> list[str]:
    """Character 2- and 3-grams without those that only hold a sentence together."""
    found = []
    for run in "".join(char if char.isalnum() else " " for char in normalise(text).text).split():
        for size in (2, 3):
            for start in range(len(run) - size + 1):
                gram = run[start : start + size]
                if sum(char in _STOPS for char in gram) * 2 < size:
                    found.append(gram)
    return found


def _clusters(units: Sequence[_Unit]) -> list[list[_Unit]]:
    """Average-link groups: the two likest are joined until none are like enough; ties go to the earlier ones."""
    alike = _likeness(units)
    sizes = np.array([1.0] * len(units))
    members = {place: [place] for place in range(len(units))}
    while len(members) > 1:
        best = int(np.argmax(alike))
        left, right = divmod(best, len(units))
        if alike[left, right] < _TOGETHER:
            break
        left, right = min(left, right), max(left, right)
        both = np.round((alike[left] * sizes[left] + alike[right] * sizes[right]) / (sizes[left] + sizes[right]), 9)
        both[alike[left] < 0] = -1.0
        alike[left], alike[:, left] = both, both
        alike[right], alike[:, right] = -1.0, -1.0
        alike[left, left] = -1.0
        sizes[left] += sizes[right]
        members[left] += members.pop(right)
    return [[units[place] for place in sorted(places)] for places in members.values()]


def _likeness(units: Sequence[_Unit]) -> npt.NDArray[np.float64]:
    names = {gram: place for place, gram in enumerate(sorted({gram for unit in units for gram in unit.grams}))}
    vectors = np.zeros((len(units), max(len(names), 1)))
    for row, unit in enumerate(units):
        for gram, weight in unit.grams.items():
            vectors[row, names[gram]] = weight
    # Rounded, so that the last bit of a float, which may differ on another machine, never decides.
    alike: npt.NDArray[np.float64] = np.round(vectors @ vectors.T, 9)
    np.fill_diagonal(alike, -1.0)
    return alike


def _view(group: Sequence[_Unit], everyone: Counter[str], total: int) -> View:
    centre: Counter[str] = Counter()
    for unit in group:
        for gram, weight in unit.grams.items():
            centre[gram] += weight * unit.weight  # type: ignore[assignment]
    spoken = max(group, key=lambda unit: (round(_closeness(unit.grams, centre), 9), unit.weight, -len(unit.own)))
    posts = sum(unit.weight for unit in group)
    tags = Counter(unit.statement.tag for unit in group for _ in range(unit.weight) if unit.statement.tag)
    return View(
        words=_words(group, everyone, total),
        posts=posts,
        copies=posts - len(group),
        share=posts / total,
        quote=_quote(spoken.own, centre),
        quoted=spoken.statement.id,
        members=tuple(unit.statement.id for unit in group),
        tag=min(tags, key=lambda tag: (-tags[tag], tag)) if tags else "",
    )


def _closeness(grams: Mapping[str, float], centre: Mapping[str, float]) -> float:
    return math.fsum(weight * centre[gram] for gram, weight in grams.items())


def _quote(text: str, centre: Mapping[str, float]) -> str:
    """The sentence that says most of what the group says, masked, without names."""
    sentences = [part for part in _sentences(text) if part] or [text]
    best = max(sentences, key=lambda part: math.fsum(centre.get(gram, 0.0) for gram in set(_grams(part))))
    plain = " ".join(mask_personal(best).text.split())
    return plain if len(plain) <= QUOTE else plain[: QUOTE - 1] + "…"


def _sentences(text: str) -> list[str]:
    parts, start = [], 0
    for place, char in enumerate(text):
        if char in _ENDS:
            parts.append(text[start : place + 1].strip())
            start = place + 1
    return [*parts, text[start:].strip()]


def _words(group: Sequence[_Unit], outside: Counter[str], whole: int, most: int = 3) -> tuple[str, ...]:
    """Up to three words that this group says more than the others do."""
    inside = _spoken(group)
    size = sum(unit.weight for unit in group)

    def pull(word: str) -> float:
        return (inside[word] / size) * math.log(1 + (inside[word] / size) / (outside[word] / whole)) * len(word)

    found: list[str] = []
    for word in sorted(inside, key=lambda word: (-round(pull(word), 9), word)):
        apart = not any(word in other or other in word for other in found)
        names_the_matter = outside[word] > _COMMON * whole
        if apart and not names_the_matter and (inside[word] >= _SEVERAL or len(group) == 1):
            found.append(word)
        if len(found) == most:
            break
    return tuple(found)


def _spoken(units: Sequence[_Unit]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for unit in units:
        masked = mask_personal(unit.own).text
        # Without guessing at unknown words: a cut across two words reads like a mistake.
        for word in {word for word in rjieba.cut(masked, False) if _means_something(word)}:
            counts[word] += unit.weight
    return counts


def _means_something(word: str) -> bool:
    return len(word) >= 2 and all(map(is_chinese, word)) and sum(char in _STOPS for char in word) * 2 < len(word)
