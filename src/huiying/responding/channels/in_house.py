"""Channels that speak with no other host: the portal, posting by hand (with a second person), and the forms of answer
(C8.7).

Of a form the approved words are the rendition and where they stand is the evidence. A press conference alone satisfies
a superior norm's press-conference deadline (§2.1), and is a public answer as well.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.responding.channels.base import ANSWER, Channel, Outcome
from huiying.responding.models import Publication
from huiying.responding.models.releasing import address_of


def publish(row: Publication) -> Outcome:
    """Nothing leaves the house; the snapshot is the text that the page shows, so that it can be compared ever after."""
    if row.press is not None:
        parts = [row.title, row.text, row.press.basis, row.press.correction_note]
        url = f"/news/{address_of(row.press.release.number)}/"
    else:
        revision = row.revision
        assert revision is not None
        assert row.case is not None
        parts = [row.title, revision.question, row.text, revision.basis, revision.correction_note]
        url = f"/answers/{row.case.number}/"
    snapshot = "\n\n".join(part for part in parts if part)
    return Outcome(url=url, snapshot=snapshot.encode(), media_type="text/plain; charset=utf-8")


PORTAL = Channel(kind="portal", name=_("门户网站（本系统）"), first_state=Publication.QUEUED, publish=publish)
BY_HAND = Channel(kind="by_hand", name=_("人工发布"), first_state=Publication.TO_DO)
PRESS_CONFERENCE = Channel(
    kind="press_conference",
    name=_("新闻发布会"),
    first_state=Publication.TO_DO,
    acts=("press_conference", *ANSWER),
    form="press_conference",
)
EXPERT = Channel(kind="expert", name=_("专家解读"), first_state=Publication.TO_DO, form="expert")
INTERVIEW = Channel(kind="interview", name=_("媒体专访"), first_state=Publication.TO_DO, form="interview")
