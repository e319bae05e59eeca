"""Metrics of the engine against labelled files, one module a kind. Nothing here is used while the system runs."""

from __future__ import annotations


class UsageError(ValueError):
    """The file holds no labels of this kind; the message says which were expected."""
