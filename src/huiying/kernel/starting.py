"""Whether this process will do anything later. A command that only reads loads no loop, no job and no check: they bring
the fetchers, the engine and the documents with them, three seconds of processor time.
"""

from __future__ import annotations

_bare = [False]


def bare() -> None:
    """Before Django is set up: this process takes no part in what happens later."""
    _bare[0] = True


def is_bare() -> bool:
    return _bare[0]
