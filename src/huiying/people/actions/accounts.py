"""The accounts that a regulation names, entered in the platform register (C11.2)."""

from __future__ import annotations

from huiying.kernel import clock
from huiying.ledger.actions import Actor
from huiying.people.models import Department, Platform
from huiying.regulation.regulation import Regulation
from huiying.regulation.schema_response import Account

# A bureau whose file names no account still has its own site.
SITE = "portal"
DORMANT_DAYS = 14


def add_accounts(regulation: Regulation, actor: Actor) -> list[Platform]:
    """Enter the file's accounts that the register lacks; what people changed there since is left as it is."""
    added = []
    accounts = regulation.release_platforms.accounts or {SITE: _own_site(regulation)}
    for account in accounts.values():
        row, is_new = Platform.objects.get_or_create(
            code=account.code,
            defaults={
                "name": account.name,
                "name_en": account.en,
                "family": account.family,
                "channel": account.channel,
                "owner": Department.objects.get(code=account.owner),
                "dormant_days": account.dormant_after.seconds // 86400 or DORMANT_DAYS,
                "added_by": actor.name,
                "added_at": clock.now(),
            },
        )
        if is_new:
            added.append(row)
    return added


def _own_site(regulation: Regulation) -> Account:
    family = regulation.response.linked_channels.set[0]
    owner = regulation.meta.interpreter
    return Account(code=SITE, name="门户网站", en="Portal", family=family, channel="portal", owner=owner)
