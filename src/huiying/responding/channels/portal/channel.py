"""The bureau's own public site, built in: it shows every live publication of this channel."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.responding.channels.base import Channel, Outcome
from huiying.responding.models import Publication
from huiying.responding.press_numbers import address_of


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


CHANNEL = Channel(kind="portal", name=_("门户网站（本系统）"), first_state=Publication.QUEUED, publish=publish)
