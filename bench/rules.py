"""Watch rules: posts a second on one core, beside pyahocorasick with the same rule logic in the same run, and beside
TrendRadar's matcher where a checkout of it is given (`--peer trendradar=PATH`).

Two streams of synthetic posts, both seeded: one in which the rules' words are rare, as in a real stream, and one which
is made of nothing but the rules' words, so that every post touches dozens of rules. CPU seconds are measured, the best
of three rounds for each side, taken in turn; sides that do not find the same are not compared.
"""

from __future__ import annotations

import importlib.util
import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import process_time
from types import ModuleType
from typing import Any, Final

from huiying.engine.importing_rules import read_frequency_words
from huiying.engine.normalise import normalise
from huiying.engine.rules import RuleSet, rules_from

# rules → (words in use, goal in posts a second on rare words)
SIZES: Final = {1_000: (6_000, 100_000.0), 10_000: (50_000, 40_000.0)}
POSTS: Final = 4_000
ROUNDS: Final = 3
FREQUENT_GOAL: Final = 3.0
GROUPS: Final = 1_000
PEER_POSTS: Final = 1_000
PEER_GOAL: Final = 20.0
_SEED: Final = 20160908
# Words and other text share one alphabet, so that every post walks through the automaton's half-matches. Its
# characters are their own normal form: a peer that normalises nothing reads the same words.
_LETTERS: Final = tuple(char for char in map(chr, range(0x4E00, 0x4E00 + 4_000)) if normalise(char).text == char)
_PEER_FILE: Final = Path("trendradar") / "core" / "frequency.py"


def run(peers: Mapping[str, Path] | None = None) -> Iterator[dict[str, Any]]:
    """`rules_N_rare` (goal: posts a second), `rules_N_frequent` (goal: ratio to pyahocorasick), and
    `rules_1000_groups` (goal: ratio to TrendRadar's `matches_word_groups`).
    """
    for size, (pool, goal) in SIZES.items():
        draw = random.Random(_SEED + size)
        words = _words(draw, pool)
        guessing = _ruleset(random.Random(_SEED + size), words, size)
        for name, share in (("rare", 0.02), ("frequent", 1.0)):
            # As in a bureau, rarity is learned from posts that came before; both sides have the good of it.
            learned = guessing.count(_post(draw, words, share) for _ in range(POSTS))
            ruleset = _ruleset(random.Random(_SEED + size), words, size, learned)
            peer = _peer(ruleset)
            posts = [_post(draw, words, share) for _ in range(POSTS)]
            ours, theirs = _compare(ruleset.fired, peer, posts)
            ratio = ours / theirs if theirs else None
            reached, wanted = (ours, goal) if name == "rare" else (ratio, FREQUENT_GOAL)
            yield _row(f"rules_{size}_{name}", ours, theirs, wanted, reached)
    yield _groups((peers or {}).get("trendradar"))


def _row(name: str, ours: float, theirs: float | None, goal: float, reached: float | None) -> dict[str, Any]:
    return {
        "name": name,
        "figure": round(ours, 1),
        "unit": "posts/s",
        "peer_or_floor": round(theirs, 1) if theirs else None,
        "ratio": round(ours / theirs, 2) if theirs else None,
        "goal": goal,
        "met": None if not theirs or reached is None else reached >= goal,
    }


def _words(draw: random.Random, count: int) -> list[str]:
    made = ("".join(draw.choices(_LETTERS, k=draw.choice((2, 2, 3, 4)))) for _ in range(2 * count))
    return [word for word in dict.fromkeys(made) if normalise(word).text == word][:count]


def _ruleset(draw: random.Random, words: Sequence[str], size: int, counts: Mapping[str, int] | None = None) -> RuleSet:
    """Rules like (a OR b OR c) AND (d OR e OR f) AND NOT g."""
    rules = []
    for number in range(size):
        picked = draw.sample(words, 7)
        expression = f"({' OR '.join(picked[:3])}) AND ({' OR '.join(picked[3:6])}) AND NOT {picked[6]}"
        rules.append({"id": f"B{number}", "expression": expression, "sensitivity": 1, "lead": "A"})
    data = {"place": "某地", "departments": {"A": "甲处"}, "rules": rules, "counts": counts or {}}
    return rules_from(data, name="bench")


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


def _groups(checkout: Path | None) -> dict[str, Any]:
    """A file of a thousand word groups, given to both: how many posts a second get their answer."""
    draw = random.Random(_SEED)
    words = _words(draw, 5 * GROUPS)
    text = "\n\n".join("\n".join(words[number : number + 5]) for number in range(0, len(words), 5))
    read = read_frequency_words(text, prefix="T")
    rules = [{"id": one.id, "expression": one.expression, "sensitivity": 1, "lead": "A"} for one in read.rules]
    ruleset = rules_from({"place": "某地", "departments": {"A": "甲处"}, "rules": rules}, name="groups")
    posts = [_post(draw, words, 0.02) for _ in range(PEER_POSTS)]
    theirs = _trend_radar(checkout, text) if checkout is not None else None
    figure, peer = _compare(lambda post: bool(ruleset.fired(post)), theirs, posts)
    return _row(f"rules_{GROUPS}_groups", figure, peer or None, PEER_GOAL, figure / peer if peer else None)


def _trend_radar(checkout: Path, groups: str) -> Callable[[str], bool]:
    """`matches_word_groups` of the checkout over the same file of groups."""
    module = _module(checkout / _PEER_FILE)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frequency_words.txt"
        path.write_text(groups, "utf-8")
        found, filters, everywhere = module.load_frequency_words(str(path))
    return lambda post: bool(module.matches_word_groups(post, found, filters, everywhere))


def _module(path: Path) -> ModuleType:
    """One file of the peer, loaded alone: it needs nothing but the standard library."""
    spec = importlib.util.spec_from_file_location("huiying_bench_peer_trendradar", path)
    if spec is None or spec.loader is None or not path.is_file():
        sys.exit(f"bench rules: {path} is not there; --peer trendradar= takes the path of a checkout")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _compare(
    ours: Callable[[str], Any], peer: Callable[[str], Any] | None, posts: Sequence[str]
) -> tuple[float, float]:
    """Posts a second of both sides, in turn; refuses to compare sides that do not find the same."""
    if peer is not None and any(ours(post) != peer(post) for post in posts):
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
