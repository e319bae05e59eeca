"""Watch rules: posts a second on one core, beside pyahocorasick with the same rule logic in the same run.

Two streams of synthetic posts, both seeded: one in which the rules' words are rare, as in a real stream, and one
in which every post is full of them. CPU seconds are measured, the best of three rounds for each side, taken in turn.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from time import process_time
from typing import Any, Final

from huiying.engine.rules import RuleSet, rules_from

RULES: Final = 1_000
POSTS: Final = 4_000
ROUNDS: Final = 3
RARE_GOAL: Final = 100_000.0
FREQUENT_GOAL: Final = 3.0
_SEED: Final = 20160908
# Words and other text share one alphabet, so that every post walks through the automaton's half-matches.
_LETTERS: Final = tuple(chr(code) for code in range(0x4E00, 0x4E00 + 2_500))


def run() -> list[dict[str, Any]]:
    """`rules_1000_rare` (goal: posts a second) and `rules_1000_frequent` (goal: ratio to pyahocorasick)."""
    draw = random.Random(_SEED)
    words = _words(draw, 6_000)
    ruleset = _ruleset(draw, words)
    rare = [_post(draw, words, share=0.02) for _ in range(POSTS)]
    frequent = [_post(draw, words, share=0.6) for _ in range(POSTS)]
    peer = _peer(ruleset)
    rows = []
    for name, posts, goal in (("rare", rare, RARE_GOAL), ("frequent", frequent, FREQUENT_GOAL)):
        ours, theirs = _compare(ruleset.fired, peer, posts)
        ratio = ours / theirs if theirs else None
        reached = ours if name == "rare" else ratio
        rows.append(
            {
                "name": f"rules_{RULES}_{name}",
                "figure": round(ours, 1),
                "unit": "posts/s",
                "peer_or_floor": round(theirs, 1) if theirs else None,
                "ratio": round(ratio, 2) if ratio else None,
                "goal": goal,
                "met": None if peer is None or reached is None else reached >= goal,
            }
        )
    return rows


def _words(draw: random.Random, count: int) -> list[str]:
    return ["".join(draw.choices(_LETTERS, k=draw.choice((2, 2, 3, 4)))) for _ in range(count)]


def _ruleset(draw: random.Random, words: Sequence[str]) -> RuleSet:
    """Rules like (a OR b OR c) AND (d OR e OR f) AND NOT g."""
    rules = []
    for number in range(RULES):
        picked = draw.sample(words, 7)
        expression = f"({' OR '.join(picked[:3])}) AND ({' OR '.join(picked[3:6])}) AND NOT {picked[6]}"
        rules.append({"id": f"B{number}", "expression": expression, "sensitivity": 1, "lead": "A"})
    return rules_from({"place": "某地", "departments": {"A": "甲处"}, "rules": rules}, name="bench")


def _post(draw: random.Random, words: Sequence[str], share: float) -> str:
    """About a hundred characters; `share` of its words are words of the rules, the rest is other text."""
    pieces = []
    for _ in range(36):
        pieces.append(draw.choice(words) if draw.random() < share else "".join(draw.choices(_LETTERS, k=3)))
    return "".join(pieces)


def _peer(ruleset: RuleSet) -> Callable[[str], list[int]] | None:
    """The same clauses, found by pyahocorasick and verified in the same way; None where it is not installed."""
    try:
        import ahocorasick
    except ImportError:
        return None
    automaton = ahocorasick.Automaton()
    for number, term in enumerate(ruleset.terms):
        automaton.add_word(term, number)
    automaton.make_automaton()

    def fired(text: str) -> list[int]:
        present = {number for _, number in automaton.iter(text)}
        return ruleset.verified(present) if present else []

    return fired


def _compare(
    ours: Callable[[str], list[int]], peer: Callable[[str], list[int]] | None, posts: Sequence[str]
) -> tuple[float, float]:
    """Posts a second of both sides, in turn; refuses to compare sides that do not find the same."""
    if peer is not None and any(ours(post) != peer(post) for post in posts[:500]):
        sys.exit("bench rules: the two sides found different rules")
    best = [0.0, 0.0]
    for _ in range(ROUNDS):
        for side, match in enumerate((ours, peer)):
            if match is not None:
                started = process_time()
                for post in posts:
                    match(post)
                best[side] = max(best[side], len(posts) / max(process_time() - started, 1e-9))
    return best[0], best[1]
