"""What an approval binds: the facts block and each channel's rendition, each by SHA-256 (INV-4, C8.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from huiying.kernel import canonical


def normalised(text: str) -> str:
    """The text as it is compared: line ends unified, outer space and trailing blanks gone; words never touched."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


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
                "openness": openness,
                "bodies": sorted(set(bodies)),
                "corrects": corrects,
                "correction_note": text_sha256(correction_note),
            }
        )
    )
