"""The same event or not? A small logistic model over what two texts share and what they have in conflict.

For `eval events` on labelled pairs without a stream around them; nothing on the desk asks it: of the first posts of
matters that the stream parted (`dev_storms`) it finds 2 of 43, and says so wrongly of 14. The weights stand in
`data/pairs.json` (made by `tools/train_pairs.py`), each beside the name of its feature.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from functools import cache
from importlib import resources
from typing import Any, Final

from huiying.engine.entities import conflict, entities
from huiying.engine.pair_words import cosine, weighed, word_features
from huiying.engine.texts import fold

_RARE: Final = 8.0
_SIZES: Final = (1, 2, 3)


def same_event(left: str, right: str) -> float:
    """How probable it is that two texts are about one event, 0 to 1."""
    model = _model()
    total = float(model["bias"])
    for name, value in features(left, right).items():
        held = model["features"][name]
        total += held["weight"] * (value - held["mean"]) / held["scale"]
    return 1.0 / (1.0 + math.exp(-max(min(total, 50.0), -50.0)))


def threshold() -> float:
    """The probability from which two texts count as one event."""
    return float(_model()["threshold"])


@cache
def _model() -> dict[str, Any]:
    raw = (resources.files("huiying.engine") / "data" / "pairs.json").read_text("utf-8")
    model: dict[str, Any] = json.loads(raw)
    return model


def features(left: str, right: str) -> dict[str, float]:
    """Lexical agreement and conflict of two texts, by name; the order of the two does not matter."""
    one, other = fold(left), fold(right)
    found: dict[str, float] = {}
    bags = {size: (_bag(one, size), _bag(other, size)) for size in _SIZES}
    for size, (first, second) in bags.items():
        found[f"cosine_{size}"] = cosine(first, second)
    rare = weighed(left), weighed(right)
    found["cosine_rare"] = cosine(*rare)
    shared = rare[0].keys() & rare[1].keys()
    sums = sorted((math.fsum(rare[0].values()), math.fsum(rare[1].values())))
    both = sorted((min(rare[0][row], rare[1][row]) for row in shared), reverse=True)
    found["contained"] = math.fsum(both) / sums[0] if sums[0] else 0.0
    found["joint"] = math.fsum(both) / sums[1] if sums[1] else 0.0
    found["rarest"] = both[0] if both else 0.0
    found["rare_shared"] = math.log1p(sum(weight >= _RARE for weight in both))
    found["common_run"] = math.log1p(_longest_run(one, other))
    lengths = sorted((len(one), len(other)))
    found["length"] = math.log1p(lengths[0])
    found["length_ratio"] = lengths[0] / lengths[1] if lengths[1] else 0.0
    names = entities(left), entities(right)
    found["same_name"] = float(len(names[0] & names[1]))
    found["other_name"] = float(conflict(*names))
    digits = _numbers(one), _numbers(other)
    found["same_number"] = float(len(digits[0] & digits[1]))
    found["other_number"] = float(bool(digits[0] and digits[1] and not digits[0] & digits[1]))
    latin = _latin(one), _latin(other)
    found["same_latin"] = float(len(latin[0] & latin[1]))
    first, second = bags[2]
    found["overlap"] = len(first.keys() & second.keys()) / max(min(len(first), len(second)), 1)
    found["jaccard"] = len(first.keys() & second.keys()) / max(len(first.keys() | second.keys()), 1)
    return found | word_features(one, other)


def _bag(text: str, size: int) -> dict[str, float]:
    """Grams of a size with damped counts, weighed by how rare their rows are."""
    plain = [char for char in text if char.isalnum()]
    counts = Counter("".join(plain[at : at + size]) for at in range(len(plain) - size + 1))
    return {gram: 1.0 + math.log(count) for gram, count in counts.items()}


def _longest_run(left: str, right: str) -> int:
    """The length of the longest common run of characters, of texts cut to 200."""
    left, right = left[:200], right[:200]
    best, row = 0, [0] * (len(right) + 1)
    for char in left:
        previous = 0
        for at, other in enumerate(right, start=1):
            kept = row[at]
            row[at] = previous + 1 if char == other else 0
            best = max(best, row[at])
            previous = kept
    return best


def _numbers(text: str) -> frozenset[str]:
    return frozenset("".join(char if char.isascii() and char.isdigit() else " " for char in text).split())


def _latin(text: str) -> frozenset[str]:
    words = "".join(char if char.isascii() and char.isalpha() else " " for char in text).split()
    return frozenset(word for word in words if len(word) > 1)
