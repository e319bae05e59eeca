"""A list of sources taken up at once: what a reader of feeds exports as OPML （五）C5.2, C5.10.

A row that can not be taken is told with its line and why; the others are taken. A person says for all of them which
class of channel they are and who answers for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from huiying.ledger.actions import Actor
from huiying.listening.actions.sources import SourceData, add_source
from huiying.listening.fetching import host_of
from huiying.listening.models import Source
from huiying.people.errors import Refused
from huiying.people.models import User

FEED: Final = "feed"
MOST: Final = 500  # at once: each is an entry of its own in the ledger
_SHORTEST_NAME: Final = 2
#: What is wrong with one row alone; anything else is wrong with all of them.
_OF_ONE_ROW: Final = frozenset({"already_registered", "address"})


@dataclass(frozen=True)
class NotTaken:
    """A row that was not taken up: where it stands and why."""

    file: str
    line: int
    title: str
    url: str
    reason: str


@dataclass(frozen=True)
class TakenUp:
    """What became of the list."""

    added: list[Source] = field(default_factory=list)
    refused: list[NotTaken] = field(default_factory=list)


@transaction.atomic
def take_up(rows: Iterable[Mapping[str, Any]], told: SourceData, actor: User | Actor) -> TakenUp:
    """Take up `{"title", "url", "file", "line"}` rows as feeds; `told` says what is the same for all.

    Raises Refused, with nothing taken, where that is wrong or the person may not.
    """
    chosen = list(rows)
    if not chosen:
        raise Refused(_("一个来源也没有选。"), code="nothing_chosen")
    if len(chosen) > MOST:
        raise Refused(_("一次最多登记 %(most)d 个来源，请分几次。") % {"most": MOST}, code="too_many")
    found = TakenUp()
    for row in chosen:
        url, title = str(row.get("url", "")), str(row.get("title", "")).strip()
        name = title if len(title) >= _SHORTEST_NAME else host_of(url) or url
        try:
            added = add_source(replace(told, name=name, adapter=FEED, url=url), actor, ask_name_server=False)
        except Refused as refused:
            if refused.code not in _OF_ONE_ROW:
                raise
            place = (str(row.get("file", "")), int(row.get("line") or 0))
            found.refused.append(NotTaken(*place, title, url, refused.sentence))
        else:
            found.added.append(added.source)
    return found


def registered(urls: Iterable[str]) -> dict[str, Source]:
    """Those addresses that are sources already, by address."""
    return {source.url: source for source in Source.objects.filter(url__in=set(urls)).exclude(state=Source.RETIRED)}
