"""Each address that shows an event, a case, or something of one leaves a record of the look where it is labelled (S9).

The addresses are those of the table. The morning is made anew with a label on every event: whatever then answers 200
has shown something of a labelled matter, unless it stands in `SHOW_NO_WORD` with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import resolve

from conftest import MONDAY_TEN
from huiying.desk.picture_shelf import shelf as pictures
from huiying.judging import engines
from huiying.judging.models import Event
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people import access_log
from huiying.portal.caching import shelf
from whole.test_every_url_by_role import ROWS, House, Row
from whole.url_world import build

pytestmark = pytest.mark.edited_world

STAFF = ("/desk/", "/api/")
# The addresses with a name of the world in them that are about no event and no case, by what they are about.
ABOUT_NEITHER = re.compile(
    r"/(desk|api)/(policies|consultations|training|rules|skills|people|platforms|partners|sources|imports|departments|"
    r"measures|assessments|pages|press|disclosure|gaps|watch|patrol|roster|group|regulation|speakers|drills|months|"
    r"conformance|indicators|registers|agenda|handover|personal-requests|mailboxes|templates|ledger|access|access-log)/"
)
SHOW_NO_WORD = {
    "/desk/invitation/{invitation}/": "a new person's own link",
    "/api/answers/{done}": "what everybody reads in public",
    "/desk/publications/{press_place}/": "a press release's place",
    "/desk/publications/{press_place}/paste/": "the same",
    "/desk/publications/{press_place}/paste/?as=html": "the same",
    "/desk/calendar/{owed}/": "what has to be disclosed by a day",
    "/desk/pushes/{push}/": "what is public, as it is passed on to a partner",
    "/desk/reconcile/{outside}/": "a list of others: numbers, and titles as lists show them",
    "/api/reconcile/{outside}": "the same",
    "/desk/requests/{wish}/": "what somebody asks about their own data",
    "/api/versions/difference?before={version}&after={version}": "two versions of the regulation",
    "/desk/documents/{doc_log}/": "the day's log: numbers, no word of a labelled matter",
    "/desk/documents/{doc_log}/document.pdf": "the same",
    "/api/documents/{doc_log}": "the same",
    "/desk/documents/{doc_measure}/": "a measure: numbers of cases, no word of a labelled matter",
    "/desk/documents/{doc_conformance}/": "clauses and figures",
    "/desk/documents/{doc_risk}/": "a policy's risk",
}


@pytest.fixture(scope="module")
def labelled(django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    time = clock.FrozenClock(MONDAY_TEN)
    with django_db_blocker.unblock(), clock.use(time), transaction.atomic():
        engines.use_in_process()
        house = House(build())
        Event.objects.update(life_safety=True)
        yield house
        engines.use_in_process()
        transaction.set_rollback(True)


def looks(house: House, row: Row) -> tuple[int, int]:
    """The status as the office gets it, and how many looks the ledger gained; afterwards nothing has happened."""
    shelf.clear()
    pictures.clear()
    before = LedgerEntry.objects.filter(kind=access_log.READ).count()
    with transaction.atomic():
        response = house._send(house.client("of"), row)
        gained = LedgerEntry.objects.filter(kind=access_log.READ).count() - before
        transaction.set_rollback(True)
    return response.status_code, gained


def test_no_address_shows_a_labelled_matter_without_a_record(labelled: House, db: None) -> None:
    silent, recorded = set(), set()
    for row in ROWS:
        if row.method != "GET" or not row.address.startswith(STAFF) or "{" not in row.address:
            continue
        status, gained = looks(labelled, row)
        if status == 200 and gained:
            recorded.add(str(resolve(labelled.address(row).partition("?")[0]).route))
        elif status == 200 and not ABOUT_NEITHER.match(row.address):
            silent.add(row.address)
    assert silent == set(SHOW_NO_WORD), "\n".join(sorted(silent ^ set(SHOW_NO_WORD)))
    assert len(recorded) > 40, "the search itself found too little"
    assert {f"api/events/<number>/{part}" for part in ("spread", "views", "heat")} <= recorded
