"""The demonstration on large mode: unchanged, but that its posts come the way of a hub's and its clock is everybody's.

The bureau that the hub file calls `demonstration` plays its course; the other bureaus are on show too, with one person
a post, and receive what of the course's posts concerns them.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from huiying.demo import clock, director, people
from huiying.demo.clock import SHARED_FILE, SharedClock
from huiying.desk.views.sign_in import DemoCard, offer_cards
from huiying.engine.post import Post
from huiying.hub import consuming, feeding, loop_tasks
from huiying.hub.hubfile import Hub
from huiying.ledger.actions import Actor
from huiying.people.actions import appoint
from huiying.people.actions.base import Newcomer, settle
from huiying.people.models import Department
from huiying.people.queries import regulation_now


def take_part() -> None:
    """Make this process one of the demonstration's, where the hub is one; else nothing."""
    hub = loop_tasks.hub()
    if not settings.DEMO or hub is None:
        return
    take_part_in_time(hub)
    own = loop_tasks.own(hub)
    if own is not None and own.code == hub.demonstration:
        offer_cards([DemoCard(one.username, one.name, one.role, one.wants) for one in people.cards()])
        director.hand_over_to(lambda posts: _feed(posts, hub), has_arrived)
        importlib.import_module("huiying.demo.director")
    else:
        director.stand_aside()
        offer_cards(_cards())


def take_part_in_time(hub: Hub) -> None:
    clock.install(shared_clock(hub))


def shared_clock(hub: Hub) -> SharedClock:
    """One clock for all bureaus on show: posts go from one to the other."""
    shown = hub.bureau(hub.demonstration)
    assert shown is not None
    shown.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return SharedClock(shown.home / SHARED_FILE, speed=clock.speed())


def settle_in() -> None:
    """The people of this bureau are in post. Twice is once."""
    hub = loop_tasks.hub()
    own = loop_tasks.own(hub) if hub is not None else None
    if hub is not None and own is not None and own.code == hub.demonstration:
        people.settle_in()
    else:
        _one_person_a_post()


def has_arrived() -> bool:
    """Whether this bureau has taken all that was fed: people act on what has been judged."""
    return consuming.taken() >= feeding.fed()


def _feed(posts: Sequence[Post], hub: Hub) -> None:
    feeding.feed(posts, hub, how="demo")


@transaction.atomic
def _one_person_a_post() -> None:
    """Whoever looks at another bureau finds a person in each of its posts."""
    regulation = regulation_now()
    name = f"{regulation.meta.issuer}（演示）"
    office = Department.objects.order_by("id").first()
    made = settle(
        name,
        [
            Newcomer(code, f"{role.name}（演示）", office, phone=f"62{number:02d}")
            for number, (code, role) in enumerate(regulation.roles.items(), start=1)
            if role.kind == "person"
        ],
    )
    for code, user in made.items():
        appoint(user, code, office, actor=Actor.SYSTEM)


def _cards() -> list[DemoCard]:
    wants = people.spoken("看全省的信息里有哪些与本单位有关", "See what of the province's posts concerns this bureau")
    return [
        DemoCard(code, f"{role.name}（演示）", people.spoken(role.name, role.en), wants)
        for code, role in regulation_now().roles.items()
        if role.kind == "person"
    ]
