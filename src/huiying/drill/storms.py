"""Which storms can come again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

LONGEST_HOURS: Final = 24


@dataclass(frozen=True)
class Storm:
    """A recorded course: posts and what the bureau's people did about them, from its first minute."""

    name: str
    title: str
    begins: dt.datetime
    minutes: int

    @property
    def ends(self) -> dt.datetime:
        return self.begins + dt.timedelta(minutes=self.minutes)


# The recorded Monday of the demonstration: the platform is down while bids are opened.
STORMS: Final = {
    "storm-demo": Storm(
        "storm-demo",
        "开标日系统中断",
        dt.datetime(2026, 9, 13, 23, 30, tzinfo=dt.UTC),
        LONGEST_HOURS * 60,
    )
}
