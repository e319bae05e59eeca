"""The link that a post on an account carries back to the full answer, and the mark in it by which we know our own."""

from __future__ import annotations

from huiying.kernel import canonical
from huiying.responding.channels.base import Sending


def mark(key: str) -> str:
    """Sixteen letters that name one release and say nothing else."""
    return canonical.sha256("huiying release\x00", key)[:16]


def link(sending: Sending) -> str:
    """The public page of the answer. The mark is read by nobody but ourselves."""
    row = sending.publication
    place = f"news/{row.press.release.number}" if row.press is not None else f"answers/{row.case.number}"  # type: ignore[union-attr]
    return f"{sending.settings['public_url'].rstrip('/')}/{place}/?r={mark(sending.key)}"
