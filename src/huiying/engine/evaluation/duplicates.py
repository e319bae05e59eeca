"""`eval duplicates`: links of near-copies against `duplicate_group`, or, without labels, recall on edited posts.

Labelled: a pair is right where both stand in one group. Without labels each text is edited in the ways in which posts
are copied, and must be found again among all the others.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from huiying.engine.duplicates import DuplicateIndex, fingerprint
from huiying.engine.evaluation.events import labelled_post, objects, scores

LABEL: Final = "duplicate_group"
_SEED: Final = 20160908
_QUERIES: Final = 400
_LEAST_CHARS: Final = 30
_PREFIX: Final = "太真实了，大家都看看："
_SUFFIX: Final = " 详情见 http://example.invalid/a1B2 @某某"

Edit = Callable[[str, random.Random], str]


def evaluate(path: str | Path, train: str | Path | None = None) -> dict[str, float]:
    """Metrics by name; which ones depends on whether the file has groups."""
    rows = objects(path)
    posts = [labelled_post(row, number) for number, row in enumerate(rows)]
    texts = [post.full_text for post in posts]
    if any(row.get(LABEL) is not None for row in rows):
        return _labelled(rows, texts)
    return _edited(texts)


def _labelled(rows: Sequence[dict[str, Any]], texts: Sequence[str]) -> dict[str, float]:
    """Rows without a group stand alone: a link to one is a wrong link."""
    index = DuplicateIndex(len(texts))
    found: list[str] = []
    groups: dict[str, str] = {}
    for number, text in enumerate(texts):
        one = fingerprint(text)
        copy = index.find(one)
        group = groups[copy.key] if copy else str(number)
        groups[str(number)] = group
        found.append(group)
        index.add(str(number), one, copy)
    true = [str(row[LABEL]) if row.get(LABEL) is not None else f"alone-{at}" for at, row in enumerate(rows)]
    values = scores(true, found)
    return {
        "n": len(texts),
        "precision": values["pair_p"],
        "recall": values["pair_r"],
        "f1": values["pair_f1"],
        "b3_f1": values["b3_f1"],
    }


def _edited(texts: Sequence[str]) -> dict[str, float]:
    draw = random.Random(_SEED)  # noqa: S311 - edits that repeat, not secrets
    usable = [at for at, text in enumerate(texts) if fingerprint(text).mergeable and len(text) >= _LEAST_CHARS]
    asked = draw.sample(usable, min(_QUERIES, len(usable)))
    index = DuplicateIndex(max(len(texts), 1))
    first: dict[str, int] = {}
    linked: dict[str, str] = {}
    for number, text in enumerate(texts):
        one = fingerprint(text)
        copy = index.find(one)
        linked[str(number)] = linked[copy.key] if copy else str(number)
        first.setdefault(linked[str(number)], number)
        index.add(str(number), one, copy)
    figures: dict[str, float] = {"n": len(asked), "rows": len(texts)}
    for name, edit in EDITS.items():
        right = 0
        for at in asked:
            copy = index.find(fingerprint(edit(texts[at], draw)))
            right += copy is not None and linked[copy.key] == linked[str(at)]
        figures[f"recall_{name}"] = right / len(asked) if asked else 0.0
    figures["linked_share"] = sum(linked[str(at)] != str(at) for at in range(len(texts))) / max(len(texts), 1)
    return figures


def _replaced(share: float) -> Edit:
    def edit(text: str, draw: random.Random) -> str:
        letters = list(text)
        for place in draw.sample(range(len(letters)), int(len(letters) * share)):
            letters[place] = chr(draw.randrange(0x4E00, 0x9FA5))
        return "".join(letters)

    return edit


def _reordered(text: str, draw: random.Random) -> str:
    sentences = [part for part in text.replace("！", "。").replace("？", "。").split("。") if part]
    draw.shuffle(sentences)
    return "。".join(sentences)


EDITS: Final[dict[str, Edit]] = {
    "prefix": lambda text, _draw: _PREFIX + text,
    "suffix": lambda text, _draw: text + _SUFFIX,
    "truncated_60": lambda text, _draw: text[: int(len(text) * 0.6)],
    "replaced_5": _replaced(0.05),
    "replaced_15": _replaced(0.15),
    "reordered": _reordered,
}
