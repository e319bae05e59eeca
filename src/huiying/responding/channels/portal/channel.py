"""The bureau's own public site, built in: it shows every live publication of this channel."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.responding.channels.base import Channel, Outcome
from huiying.responding.models import Publication


def publish(row: Publication) -> Outcome:
    """Nothing leaves the house; the snapshot is the text that the page shows, so that it can be compared ever after."""
    revision = row.revision
    parts = [revision.title, revision.question, revision.renditions["portal"], revision.basis]
    if revision.correction_note:
        parts.append(revision.correction_note)
    return Outcome(
        url=f"/answers/{row.case.number}/",
        snapshot="\n\n".join(parts).encode(),
        media_type="text/plain; charset=utf-8",
    )


CHANNEL = Channel(kind="portal", name=_("门户网站（本系统）"), first_state=Publication.QUEUED, publish=publish)
