"""What an approval binds, and whether what goes out is what was approved: hashes are computed again (INV-4, C8.9, F10).

An approval names a hash of the facts block and each rendition. A row changed behind the verbs has another one, and
where the hash was changed with it the ledger, which says what was approved, does not agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from huiying.kernel import canonical
from huiying.kernel.wording import normalised as normalised
from huiying.ledger import queries as ledger
from huiying.people.errors import Altered
from huiying.responding.models import PressVersion, Publication, ReviewRound, Revision, TopicText
from huiying.responding.pages import chain_of as chain_of_page, manifest_of as page_manifest


def text_sha256(text: str) -> str:
    return canonical.sha256(normalised(text))


def of_revision(row: Revision) -> str:
    """SHA-256 of the canonical manifest of a draft as it stands, saved or not yet.

    Whatever the public can read, or what decides whether it may, is in it.
    """
    left_out = text_sha256(row.openness_left_out)
    told = {
        "title": text_sha256(row.title),
        "question": text_sha256(row.question),
        "facts": text_sha256(row.facts),
        "renditions": {channel: text_sha256(text) for channel, text in sorted(row.renditions.items())},
        "basis": text_sha256(row.basis),
        "openness": [row.openness, row.openness_ground, left_out, row.openness_review_on],
        "bodies": sorted(set(row.bodies)),
        "corrects": row.corrects_id,
        "correction_note": text_sha256(row.correction_note),
        "stage": row.stage,
        "statutory": sorted(set(row.statutory)),
        "department": row.department,
        "speaker": row.speaker_id,
        "redacts": row.redacts,
    }
    return canonical.sha256(canonical.dumps(told))


def press_manifest(
    title: str, facts: str, renditions: Mapping[str, str], basis: str, department: str, corrects: int | None, note: str
) -> str:
    """SHA-256 of all that the public can read of a press release."""
    told = {
        "title": text_sha256(title),
        "facts": text_sha256(facts),
        "renditions": {code: text_sha256(text) for code, text in sorted(renditions.items())},
        "basis": text_sha256(basis),
        "department": department,
        "corrects": corrects,
        "correction_note": text_sha256(note),
    }
    return canonical.sha256(canonical.dumps(told))


def of_press(row: PressVersion) -> str:
    """The manifest of a press release's text as it stands."""
    department = row.release.department.code
    return press_manifest(
        row.title, row.facts, row.renditions, row.basis, department, row.corrects_id, row.correction_note
    )


def check_revision(row: Revision, round_: ReviewRound) -> None:
    """Raises Altered unless the text is the one that was saved and is under review, or was approved."""
    chain = f"case:{row.case.number}"
    told = {"revision": row.number, "manifest": round_.manifest_sha256}
    same = of_revision(row) == row.manifest_sha256 == round_.manifest_sha256
    if same and round_.state == ReviewRound.APPROVED:
        same = _ledger_has(chain, ["review.approved"], {"round": round_.pk, **told})
    if not (same and _ledger_has(chain, ["draft.saved"], told)):
        raise Altered(f"{chain} {row.number}")


def check_press(row: PressVersion) -> None:
    """The same for a press release; once it is approved, what was approved."""
    chain = f"press:{row.release.number}"
    told = {"revision": row.number, "manifest": row.manifest_sha256}
    kinds = ["press.saved"] if row.approved_at is None else ["press.saved", "press.approved"]
    if of_press(row) != row.manifest_sha256 or not all(_ledger_has(chain, [kind], told) for kind in kinds):
        raise Altered(f"{chain} {row.number}")


def check_page(row: TopicText) -> None:
    """The same for a text of the topic pages."""
    page = row.page
    found = page_manifest(
        page.kind,
        page.topic,
        page.department.code,
        title=row.title,
        asked=row.asked,
        text=row.text,
        proof=row.proof,
        since=row.since,
        answers=row.answers,
        note=row.note,
    )
    chain = chain_of_page(page)
    same = found == row.manifest_sha256
    if not (same and _ledger_has(chain, ["page.saved"], {"text": row.number, "manifest": row.manifest_sha256})):
        raise Altered(f"{chain} {row.number}")


def check_publication(row: Publication) -> None:
    """What is about to leave the house, or was put out by hand: its text is the approved one, word for word."""
    bound: Revision | PressVersion | None = row.revision or row.press
    assert bound is not None
    chain = f"press:{row.press.release.number}" if row.press is not None else f"case:{bound.case.number}"  # type: ignore[union-attr]
    found = of_revision(bound) if isinstance(bound, Revision) else of_press(bound)
    same = (
        found == bound.manifest_sha256 == row.manifest_sha256 == row.approved_sha256
        and text_sha256(row.text) == text_sha256(bound.renditions.get(row.target, ""))
        and row.title == bound.title
        and _ledger_has(chain, ["release.made"], {"target": row.target, "manifest": row.manifest_sha256})
    )
    if not same:
        raise Altered(f"{chain} {row.target}")


def _ledger_has(chain: str, kinds: Iterable[str], told: Mapping[str, Any]) -> bool:
    """Whether an entry of the chain says so. One whose payload was erased by a decision says nothing against it."""
    rows = ledger.entries(chain).filter(kind__in=list(kinds))
    payloads = [entry.data for entry in rows]
    return any(data is None or all(data.get(name) == value for name, value in told.items()) for data in payloads)
