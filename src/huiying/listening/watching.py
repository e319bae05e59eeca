"""The watch rules in force, as the regulation names them (C5.11), and the look for danger to life at the door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from huiying.engine import screening
from huiying.engine.grading import LEVELS, GradingModel
from huiying.engine.post import Post
from huiying.engine.rules import RuleError, RuleSet, load_rules, read_rules, rules_from
from huiying.engine.screening import Screener
from huiying.kernel import home
from huiying.people.queries import regulation_now
from huiying.regulation import Regulation

FALLBACK = "anshan"


_Key = tuple[str, str]
_made: dict[_Key, Screener] = {}
_compiled: dict[_Key, RuleSet] = {}
# The bureau's own changes are kept by a room above this one, which says here how to ask for them.
_mark: Callable[[], str] = str
_laid_over: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda data: data  # noqa: E731


def overlay(mark: Callable[[], str], laid_over: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
    """Lay the bureau's changes over the rule file: `mark` differs after each, `laid_over` gives the result."""
    global _mark, _laid_over
    _mark, _laid_over = mark, laid_over


def rules_mark() -> str:
    """Which of the bureau's changes are in force; "" means the file as it stands."""
    return _mark()


def rules_data(regulation: Regulation) -> Mapping[str, Any]:
    """The rule file's content with the bureau's changes in it."""
    data: Mapping[str, Any] = read_rules(rules_source(regulation))
    return _laid_over(data) if _mark() else data


def screener() -> Screener:
    """The screener for the regulation in force; made once for each version of it and of the bureau's rules."""
    regulation = regulation_now()
    key = (regulation.sha256, _mark())
    if key not in _made:
        _made.clear()
        _made[key] = Screener(ruleset(regulation), grading_model(regulation))
    return _made[key]


def in_danger(post: Post) -> bool:
    """Whether `post` speaks of a danger to life, by the rules in force."""
    return screening.in_danger(post, screener)


def rules_source(regulation: Regulation) -> str:
    """Which rules the regulation's watch block names: the bureau's own file under HUIYING_HOME/regulation, else the
    built-in set of that name, else `anshan`. A path or a built-in name, as `load_rules` takes it.
    """
    name = Path(regulation.watch.file).name
    own = home.home() / "regulation" / name
    if own.is_file():
        return str(own)
    built_in = name.partition(".")[0]
    return built_in if _is_built_in(built_in) else FALLBACK


@cache
def _is_built_in(name: str) -> bool:
    """Whether the package has rules of that name; asked of every page of the watch, and compiling them takes long."""
    try:
        load_rules(name)
    except RuleError:
        return False
    return True


def ruleset(regulation: Regulation) -> RuleSet:
    """The rules themselves; compiled once for each version of the regulation and of the bureau's changes."""
    key = (regulation.sha256, _mark())
    if key not in _compiled:
        _compiled.clear()
        _compiled[key] = rules_from(rules_data(regulation), name=rules_source(regulation))
    return _compiled[key]


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
