"""What a draft lacks before it can be reviewed, and before it can go out: sentences that say what to do （三）（八）.

Each part is a file with `why(case, revision)`; the order is that in which a writer works.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from huiying.handling.models import Case
from huiying.responding.models import Revision
from huiying.responding.readiness import blanks, machine, openness, statutory, texts, voice

PARTS = (texts, blanks, openness, statutory, voice, machine)


def why_not_submit(case: Case, revision: Revision | None) -> list[str]:
    """What the current revision lacks before it can be reviewed; empty when nothing does."""
    if revision is None:
        return [_("还没有文稿，请先起草。")]
    return [why for part in PARTS for why in part.why(case, revision)]
