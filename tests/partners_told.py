"""A partner, a public answer to carry on, and a mail server that is there: what the tests of partners share."""

from __future__ import annotations

from typing import Any

import pytest

import stories
from cast import Cast
from huiying.people.actions.registers import add_partner
from huiying.people.models import Partner
from huiying.responding.models import Publication

MAIL = {"host": "127.0.0.1"}


def partner(cast: Cast, **changes: Any) -> Partner:
    fields: dict[str, Any] = {
        "name": "微鞍山",
        "operator": "鞍山日报社",
        "contact_name": "值班编辑",
        "contact_phone": "0412-5550000",
        "contact_email": "desk@weianshan.example",
        "agreement": "",
        "actor": cast.office,
    }
    return add_partner(**(fields | changes))


def answer(cast: Cast) -> Publication:
    return Publication.objects.get(case=stories.answered(cast), channel="portal")


@pytest.fixture
def mailing(settings: Any) -> None:
    settings.MAIL, settings.DEFAULT_FROM_EMAIL = MAIL, "office@bureau.example"
