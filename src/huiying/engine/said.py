"""A sentence in two languages, made at one place so that the twins cannot drift apart; and what is wrong with a model.

It imports nothing, so that whoever only asks does not load what models are made of.
"""

from __future__ import annotations

from typing import NamedTuple


class Said(NamedTuple):
    """A sentence in Chinese and its English twin. What a text itself says stays as written, within 「」."""

    zh: str
    en: str


class ModelUnreadable(ValueError):
    """The stored bytes are no model, or not whole."""


class TooFew(ValueError):
    """There is not enough to learn from; the message says how much there is."""
