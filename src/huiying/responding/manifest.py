"""What an approval binds: the facts block and each channel's rendition, each by SHA-256 (INV-4, C8.9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from huiying.kernel import canonical
from huiying.kernel.wording import normalised

__all__ = ["manifest", "normalised", "text_sha256"]


def text_sha256(text: str) -> str:
    return canonical.sha256(normalised(text))


def manifest(
    *,
    title: str,
    question: str,
    facts: str,
    renditions: Mapping[str, str],
    basis: str,
    openness: str,
    bodies: Sequence[str],
    corrects: int | None,
    correction_note: str,
    stage: str = "first",
    openness_ground: str = "",
    openness_left_out: str = "",
    openness_review_on: dt.date | None = None,
    statutory: Sequence[str] = (),
    department: str = "",
    speaker: int | None = None,
    redacts: bool = False,
) -> str:
    """SHA-256 of the canonical manifest. Whatever the public can read, or what decides whether it may, is in it."""
    return canonical.sha256(
        canonical.dumps(
            {
                "title": text_sha256(title),
                "question": text_sha256(question),
                "facts": text_sha256(facts),
                "renditions": {channel: text_sha256(text) for channel, text in sorted(renditions.items())},
                "basis": text_sha256(basis),
                "openness": [openness, openness_ground, text_sha256(openness_left_out), openness_review_on],
                "bodies": sorted(set(bodies)),
                "corrects": corrects,
                "correction_note": text_sha256(correction_note),
                "stage": stage,
                "statutory": sorted(set(statutory)),
                "department": department,
                "speaker": speaker,
                "redacts": redacts,
            }
        )
    )
