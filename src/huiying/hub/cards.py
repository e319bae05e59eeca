"""What the screeners have to know of a bureau: its rules, grading, learned weights, an emergency's wider words.

The bureau's loop says it whenever it changed, on a log at the broker of which every screener hears the last word first.
Until a bureau has said anything it is sent everything: too much is screened again by the bureau, too little is lost.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from huiying.engine.grading import GradingModel
from huiying.engine.rules import rules_from
from huiying.engine.screening import Screener
from huiying.engine.union import Watcher

VERSION: Final = 1
_GRADING: Final = ("weights", "thresholds", "floors")


def mark() -> str:
    """Which rules, weights and words are in force, at the price of a few small queries."""
    from huiying.judging import learning
    from huiying.listening import patrol
    from huiying.listening.watching import rules_mark
    from huiying.people.queries import regulation_now

    said = (regulation_now().sha256, rules_mark(), learning.current_adjustment(), patrol.wider_words())
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def card() -> dict[str, Any]:
    """This bureau's card as it stands."""
    from huiying.judging import learning
    from huiying.listening import patrol
    from huiying.listening.watching import grading_model, rules_data, rules_source
    from huiying.people.queries import regulation_now

    regulation = regulation_now()
    model = grading_model(regulation)
    return {
        "version": VERSION,
        "name": rules_source(regulation),
        "rules": dict(rules_data(regulation)),
        "grading": {name: dict(getattr(model, name)) for name in _GRADING},
        "weights": learning.weights(),
        "wider": list(patrol.wider_words()),
    }


def watcher(told: Mapping[str, Any]) -> Watcher:
    """The bureau as a screener needs it, from its card."""
    model = GradingModel(**{name: dict(value) for name, value in told["grading"].items()})
    screener = Screener(rules_from(told["rules"], name=str(told["name"])), model)
    weights = {str(name): float(value) for name, value in told["weights"].items()}
    return Watcher(screener.adjusted(weights) if weights else screener, tuple(map(str, told["wider"])))
