"""The clock of a statutory procedure (§2.1, C3.1): it runs from when the person filed, beside those of the case.

A public answer does not stop it, nor does the end, the merging or the voiding of the case: its written answer does.
"""

from __future__ import annotations

import datetime as dt

from huiying.handling import clocks
from huiying.handling.models import Case, Clock
from huiying.kernel import canonical
from huiying.ledger.actions import Actor
from huiying.people.queries import regulation_of
from huiying.regulation.deadlines import Deadline
from huiying.regulation.schema_blocks import StatutoryChannel

COUNTED = {
    True: ("放假日不计、调休上班日计入，到末日下班为止", "days off do not count; to the end of work on the last day"),
    False: ("自然日，放假日照算", "natural days; days off count"),
}


def start(case: Case, channel: StatutoryChannel, reference: str, filed_at: dt.datetime, actor: Actor) -> Clock:
    """Its limit and its source are the channel's in the regulation that the case is judged by."""
    regulation = regulation_of(case.regulation)
    within = channel.answer_within
    due_at = regulation.work_calendar.add(filed_at, within)
    begun, end = (f"{at.astimezone(regulation.zone):%Y-%m-%d %H:%M}" for at in (filed_at, due_at))
    zh, en = COUNTED[within.working]
    item = Deadline(
        act=clocks.STATUTORY,
        due_at=due_at,
        basis=regulation.basis_of(f"response.statutory_channels.{channel.code}.answer_within").text,
        source=channel.source,
        explanation=f"{channel.name} {reference}：{begun} 依法提出，须在{within.zh()}内答复（{zh}），至 {end}",
        explanation_en=(
            f"{channel.en or channel.name} {reference}: filed {begun}, to be answered within {within.en()} ({en}), "
            f"until {end}"
        ),
        layer="regulation",
        within=within,
    )
    layer = f"{clocks.STATUTORY}:{channel.code}:{canonical.sha256(reference)[:12]}"
    return clocks.begin(
        case, regulation, item, layer=layer, begun=filed_at, provisional=False, cause=clocks.LATE, actor=actor
    )


def stop(row: Clock, answer_reference: str, actor: Actor) -> None:
    """Answered in the procedure itself."""
    clocks.stop(row.case, clocks.STATUTORY, answer_reference, actor, layer=row.layer)
