"""The one way in which a verb says no."""

from __future__ import annotations


class Refused(Exception):
    """The regulation or a permission forbids it; nothing was changed.

    `sentence` says what happened, why, and what to do, in the reader's language; `code` is for programs.
    """

    def __init__(self, sentence: str, code: str = "refused") -> None:
        super().__init__(str(sentence))
        self.sentence = str(sentence)
        self.code = code
