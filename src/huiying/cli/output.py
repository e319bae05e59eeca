"""Printing results and errors."""

from __future__ import annotations

import json
import sys
from typing import Any


class Stop(Exception):
    """The command can not go on: `sentence` says what, where and what to do; `code` is the exit status."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


def say(result: Any) -> None:
    """A result as JSON on standard output."""
    sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2) + "\n")


def line(row: Any) -> None:
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


def text(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")


def complain(sentence: str) -> None:
    sys.stderr.write(f"huiying: {sentence}\n")
