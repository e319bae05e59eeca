"""The month's digest is issued by itself, on the first of the next month, from the whole of the records (C4.5)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from huiying.kernel import clock
from huiying.ledger.actions import Actor, lock, record
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.digest import Digest, digest
from huiying.overseeing.periods import Period, period
from huiying.people.queries import able, is_set_up, regulation_now
from huiying.work import notify
from huiying.work.schedule import every


def chain_of(month: str) -> str:
    return f"digest:{month}"


def last_month(now: dt.datetime) -> Period:
    """The month before this one, in the bureau's zone."""
    first = now.astimezone(regulation_now().zone).date().replace(day=1)
    return period(f"{first - dt.timedelta(days=1):%Y-%m}")


@every("digest.issue", 3600)
def issue_when_due() -> None:
    """Once a month; a program that was off on the first does it when it is back."""
    if is_set_up():
        issue(last_month(clock.now()))


@transaction.atomic
def issue(wanted: Period) -> Digest | None:
    """Write the month's figures into the ledger and tell the leaders. None where that was done (INV-9)."""
    chain = chain_of(wanted.words)
    lock(chain)
    if issued_at(wanted.words) is not None:
        return None
    made = digest(wanted)
    record(chain, "digest.issued", made.figures(), Actor.SYSTEM)
    people = dict.fromkeys(user.username for user in (*able("lead_bureau"), *able("office")))
    notify.send(
        f"{wanted.words} 民意月报：来文 {made.total} 条",
        "",
        list(people),
        key=f"digest:{wanted.words}",
        url=f"/desk/digest/{wanted.words}/",
        digest=True,
    )
    return made


def issued_at(month: str) -> dt.datetime | None:
    entry = LedgerEntry.objects.filter(chain=chain_of(month), kind="digest.issued").order_by("seq").first()
    return entry.at if entry else None
