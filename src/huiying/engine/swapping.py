"""The rules in use behind one pointer: new ones are compiled beside the old and then take their place at once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from huiying.engine.grading import GradingModel
from huiying.engine.rules import RuleSet, rules_from
from huiying.engine.screening import Screener

_LABEL: Final = 64


class Rules:
    """A screener and the label of its rules. Readers take `current` once and keep it for a batch: what they hold is
    never changed under them, and no batch waits while new rules are compiled.
    """

    def __init__(self, ruleset: RuleSet, model: GradingModel) -> None:
        self._model = model
        self._lock = threading.Lock()
        self._asked = 0
        self._adjustment: dict[str, float] = {}
        self.current = self._made(ruleset)
        self.ruleset = ruleset

    def swap(self, data: Mapping[str, Any], name: str, *, wait: bool) -> RuleSet | None:
        """Compile and put in place; without `wait` in a thread of its own, and None is returned.

        Raises `RuleError` or `ExpressionError` for data that cannot be used where it waits. Of two swaps the one that
        was asked for later stays.
        """
        with self._lock:
            self._asked += 1
            turn = self._asked
        if wait:
            return self._put(rules_from(data, name=name), turn)
        thread = threading.Thread(target=lambda: self._put(rules_from(data, name=name), turn), daemon=True)
        thread.start()
        return None

    def adjust(self, weights: Mapping[str, float]) -> None:
        """A bureau's own weights of the screening, for the rules of now and for those that follow (C5.16)."""
        with self._lock:
            self._adjustment = dict(weights)
            screener, label = self.current
            self.current = screener.adjusted(self._adjustment), label

    def _put(self, ruleset: RuleSet, turn: int) -> RuleSet:
        made = self._made(ruleset)
        with self._lock:
            if turn == self._asked:
                screener, label = made
                self.current, self.ruleset = (screener.adjusted(self._adjustment), label), ruleset
        return ruleset

    def _made(self, ruleset: RuleSet) -> tuple[Screener, str]:
        label = f"{Path(ruleset.name).name}@{ruleset.version}"[:_LABEL]
        return Screener(ruleset, self._model), label
