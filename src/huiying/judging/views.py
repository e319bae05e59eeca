"""What people say of an event (C10.5 网民观点): groups with shares, how many were read, one masked quotation each.

What outlets write is no view of people; a copy counts as one more voice for what it repeats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from huiying.engine.views import READ, Statement, Views, group_views
from huiying.judging.material import Material, PostFacts, texts

NONE = Views(0, 0, (), 0, 0.0, False)


def voices_in(material: Material) -> list[PostFacts]:
    """The originals that are grouped: what people said, the most copied first where there are too many to read."""
    said = [row for row in material.rows if row.is_voice and material.original(row) == row.post]
    copies = _copies(material)
    return sorted(said, key=lambda row: (-copies.get(row.post, 0), row.at, row.post))[:READ]


def views_of(material: Material, words: Mapping[int, str] | None = None, *, quoting: bool = True) -> Views:
    """One query, for the words, where they are not given. `quoting` False: nothing is quoted (danger to life)."""
    if not quoting:
        return NONE
    chosen, copies = voices_in(material), _copies(material)
    words = texts(row.post for row in chosen) if words is None else words
    voices = [row for row in material.rows if row.is_voice]
    whole = sum(1 + copies.get(row.post, 0) for row in voices if material.original(row) == row.post)
    found = group_views(
        Statement(str(row.post), words.get(row.post, ""), copies.get(row.post, 0), row.concern)
        for row in sorted(chosen, key=lambda row: (row.at, row.post))
    )
    return _with_unread(found, whole - sum(1 + copies.get(row.post, 0) for row in chosen))


def _copies(material: Material) -> dict[int, int]:
    """How often people repeated a post. Who repeats an outlet's text says nothing of their own."""
    counts: dict[int, int] = {}
    for row in material.rows:
        original = material.original(row)
        if row.is_voice and original != row.post:
            counts[original] = counts.get(original, 0) + 1
    return counts


def _with_unread(found: Views, left: int) -> Views:
    """Statements beyond the limit stand with the rest, so that the shares still add up to one."""
    if not left or not found.enough:
        return found
    n = found.n + left
    groups = tuple(replace(view, share=view.posts / n) for view in found.groups)
    return Views(n, found.read, groups, found.rest + left, (found.rest + left) / n, True)
