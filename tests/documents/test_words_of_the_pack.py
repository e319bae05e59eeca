"""An evidence pack tells every entry of a case in words, as the case's own page does (C12.3)."""

from __future__ import annotations

from huiying.desk import timeline
from huiying.documents.entry_words import WORDS

OF_A_CASE = ("case", "event", "clock", "task", "release", "warning", "level", "call")


def test_every_kind_of_entry_on_a_case_has_words_in_the_pack() -> None:
    kinds = {kind for kind in timeline.SENTENCES if kind.split(".")[0] in OF_A_CASE}
    assert len(kinds) > 40
    assert kinds <= WORDS.keys(), sorted(kinds - WORDS.keys())
