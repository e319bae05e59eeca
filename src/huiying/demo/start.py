"""Making the demonstration ready: its bureau, its people and its course. Twice is once."""

from __future__ import annotations

import importlib

from huiying.demo import people
from huiying.desk.views.sign_in import DemoCard, offer_cards


def prepare() -> None:
    """After migrations, before the loop: the people are in post and the loop knows the course."""
    people.settle_in()
    offer_cards([DemoCard(one.username, one.name, one.role, one.wants) for one in people.cards()])
    importlib.import_module("huiying.demo.director")  # registers its poller and its job with the loop
