"""Which of the two languages the reader reads."""

from __future__ import annotations

from django.utils.translation import get_language


def lang() -> str:
    """`en` or `zh`, as the regulation file's names ask for it."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def twin(zh: str, en: str) -> str:
    """The one in the reader's language of two sentences that say the same; Chinese where no English was kept."""
    return en if en and lang() == "en" else zh
