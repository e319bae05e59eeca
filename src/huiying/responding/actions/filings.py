"""法定渠道 (C3.1, §2.1, scenario 17): the person has filed; from then on the procedure's own clock runs."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.handling import actions as handling
from huiying.handling import clocks_statutory
from huiying.handling.models import Case
from huiying.handling.process import LIVE
from huiying.kernel import clock as time
from huiying.kernel.masking import mask_personal
from huiying.ledger.actions import record
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require
from huiying.people.queries import regulation_of
from huiying.people.standing import actor_of
from huiying.responding.models import StatutoryFiling

OPEN_TO = LIVE | {"closed"}  # whoever is not content with the answer files after the end


@transaction.atomic
def record_filing(case: Case, channel: str, reference: str, filed_at: dt.datetime, actor: User) -> StatutoryFiling:
    """登记已依法提出: only now does the statutory limit run, from the day of filing, whatever was said in public."""
    case = handling.locked(case)
    require(actor, "filing.record", case)
    if case.state not in OPEN_TO:
        raise Refused(_("此件已经并案或作废，请在并入的那一件里登记。"), code="not_in_this_state")
    found = regulation_of(case.regulation).response.statutory_channels.get(channel)
    if found is None:
        raise Refused(_("制度里没有这样的法定渠道。"), code="unknown_channel")
    reference = file_number(reference)
    now = time.now()
    if filed_at > now:
        raise Refused(_("提出的时间不能晚于现在。"), code="in_the_future")
    if StatutoryFiling.objects.filter(channel=channel, reference=reference).exists():
        raise Refused(_("这个受理编号已经登记过。"), code="already_filed")
    who = actor_of(actor)
    row = StatutoryFiling.objects.create(
        case=case,
        channel=channel,
        reference=reference,
        filed_at=filed_at,
        clock=clocks_statutory.start(case, found, reference, filed_at, who),
        recorded_by=actor.name,
        recorded_at=now,
    )
    record(
        f"case:{case.number}",
        "statutory.filed",
        {
            "filing": row.pk,
            "channel": found.name,
            "reference": reference,
            "filed_at": filed_at.isoformat(),
            "clock": row.clock_id,
        },
        who,
        rows=[row],
    )
    return row


@transaction.atomic
def answer_filing(row: StatutoryFiling, answer_reference: str, actor: User) -> None:
    """登记法定答复: the written answer or decision of the procedure, by its number. It alone stops the clock."""
    case = handling.locked(row.case)
    require(actor, "filing.record", case)
    row = StatutoryFiling.objects.select_for_update(of=("self",)).select_related("clock__case").get(pk=row.pk)
    if row.answered_at is not None:
        raise Refused(_("已经登记过法定答复。"), code="already_answered")
    row.answer_reference = file_number(answer_reference)
    row.answered_at, row.answered_by = time.now(), actor.name
    row.save(update_fields=["answer_reference", "answered_at", "answered_by"])
    who = actor_of(actor)
    clocks_statutory.stop(row.clock, row.answer_reference, who)
    channel = regulation_of(case.regulation).response.statutory_channels.get(row.channel)
    record(
        f"case:{case.number}",
        "statutory.answered",
        {
            "filing": row.pk,
            "channel": channel.name if channel else row.channel,
            "reference": row.reference,
            "answer": row.answer_reference,
        },
        who,
        rows=[row],
    )


def file_number(text: str) -> str:
    """A number of a file, such as 「信访〔2026〕31号」: it has figures and is no name and no telephone number."""
    number = " ".join(text.split())
    if len(number) > 100 or not any(char.isdigit() for char in number):
        raise Refused(_("请填受理或答复的编号，不要写人名。"), code="no_number")
    if mask_personal(number).kinds:
        raise Refused(_("这里只写编号，不写电话、身份证号等个人信息。"), code="no_person")
    return number
