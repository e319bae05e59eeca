"""What a source keeps sealed: the secret of a hook, the password of a mail box. Opened here, shown nowhere."""

from __future__ import annotations

import datetime as dt
from typing import Final

from huiying.kernel import sealing
from huiying.listening import mail_address
from huiying.listening.mailbox import Box
from huiying.listening.models import Source

SECRET: Final = "source.secret"  # noqa: S105 -- the purpose under which secrets are sealed
SINCE: Final = "since"


def secret_of(source: Source) -> str:
    """The secret of a source; "" for none."""
    return sealing.unseal(source.sealed_secret, SECRET).decode() if source.sealed_secret else ""


def box_of(source: Source) -> Box:
    """The mail box as the collector looks into it. Raises SealingError or ValueError where it can not be."""
    since = dt.date.fromisoformat(str(source.config.get(SINCE) or source.added_at.date()))
    return Box(mail_address.parse(source.url), secret_of(source), since, source.cursor)
