"""The watch rules in force, as the regulation names them (C5.11), and the look for danger to life at the door."""

from __future__ import annotations

from pathlib import Path

from huiying.engine.grading import LEVELS, GradingModel
from huiying.engine.life import life_signal
from huiying.engine.normalise import normalise
from huiying.engine.post import Post
from huiying.engine.rules import RuleError, RuleSet, load_rules
from huiying.engine.screening import Screener
from huiying.kernel import home
from huiying.people.queries import regulation_now
from huiying.regulation import Regulation

FALLBACK = "anshan"


_made: dict[str, Screener] = {}
_compiled: dict[str, RuleSet] = {}


def screener() -> Screener:
    """The screener for the regulation in force; made once for each version of it."""
    regulation = regulation_now()
    if regulation.sha256 not in _made:
        _made.clear()
        _made[regulation.sha256] = Screener(ruleset(regulation), grading_model(regulation))
    return _made[regulation.sha256]


def in_danger(post: Post) -> bool:
    """Whether `post` speaks of a danger to life: looked for before masks, gates and bands (Life first, F5)."""
    loosest = life_signal(normalise(post.full_text), own_channel=True, local=True, business=True)
    return loosest is not None and screener().screen(post).life_safety


def rules_source(regulation: Regulation) -> str:
    """Which rules the regulation's watch block names: the bureau's own file under HUIYING_HOME/regulation, else the
    built-in set of that name, else `anshan`. A path or a built-in name, as `load_rules` takes it.
    """
    name = Path(regulation.watch.file).name
    own = home.home() / "regulation" / name
    if own.is_file():
        return str(own)
    built_in = name.partition(".")[0]
    try:
        load_rules(built_in)
    except RuleError:
        return FALLBACK
    return built_in


def ruleset(regulation: Regulation) -> RuleSet:
    """The rules themselves; compiled once for each version of the regulation."""
    if regulation.sha256 not in _compiled:
        _compiled.clear()
        _compiled[regulation.sha256] = load_rules(rules_source(regulation))
    return _compiled[regulation.sha256]


def grading_model(regulation: Regulation) -> GradingModel:
    """Weights, thresholds and floors of the regulation in the engine's words; levels correspond by their order."""
    names = {level.code: _name(index) for index, level in enumerate(regulation.levels)}
    weights, floors = regulation.grading.weights, regulation.grading.floors
    return GradingModel(
        weights={
            "M": weights.media,
            "Q": weights.intensity,
            "A": weights.attitude,
            "V": weights.evolution,
            "C": weights.sensitivity_offline,
        },
        # A level that the file does not have lies beyond every score.
        thresholds={
            **{name: 100.0 + rank for rank, name in enumerate(LEVELS[1:], 1)},
            **{names[code]: limit for code, limit in regulation.grading.thresholds.items()},
        },
        floors={code: names[level] for code, level in vars(floors).items() if level is not None},
    )


def level_code(regulation: Regulation, name: str) -> str:
    """The regulation's code of a level that the engine names."""
    return regulation.levels[min(LEVELS.index(name), len(regulation.levels) - 1)].code


def _name(rank: int) -> str:
    return LEVELS[min(rank, len(LEVELS) - 1)]
