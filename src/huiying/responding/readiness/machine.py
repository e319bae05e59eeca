"""Text that a language model proposed goes nowhere before a person has changed it."""

from __future__ import annotations

import unicodedata

from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.responding.models import Revision


def bare(text: str) -> str:
    """The words alone: white space, punctuation and the width of characters are no change of anybody's."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


def why(case: Case, revision: Revision) -> list[str]:
    """Whoever says what the bureau says has to have written in it: not a single rendition may stand as the machine gave
    it, in this draft or in an earlier proposal for the case.
    """
    proposed = {bare(row.text) for row in case.machine_drafts.all()} - {""}
    if not proposed:
        return []
    said = {bare(text) for text in (*revision.renditions.values(), revision.facts)}
    if proposed & said:
        return [_("有一段文字是机器建议的原样，没有人改过：请核对事实并用自己的话改写后再送审。")]
    return []
