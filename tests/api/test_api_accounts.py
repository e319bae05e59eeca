"""C8.9 over REST: publications account by account, again, by hand instead; no connection of an account is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cast import Cast
from huiying.handling.models import Case
from huiying.people.models import Platform
from huiying.responding import actions, sending
from huiying.responding.actions import accounts
from huiying.responding.models import Publication
from stories import DRAFT, again, approved, do_what_is_due

SETTINGS = {"endpoint": "https://1.1.1.1/hook", "secret": "sixteen-letters-and-more"}
FACTS = str(DRAFT["facts"])


@pytest.fixture
def case(cast: Cast) -> Case:
    """Public on the portal; the sending to the website failed."""
    website = Platform.objects.get(code="website")
    accounts.connect_platform(website, SETTINGS, cast.admin, channel="website")
    accounts.change_channel(website, "website", cast.office)
    made = approved(cast, renditions={"portal": f"致歉。{FACTS}", "website": "另一种说法。"})
    rows = actions.release(made, ["portal", "website"], cast.office)
    sending.fail(rows[1], "对方拒绝了（422）")
    do_what_is_due()
    return again(made)


def test_what_is_public_where_and_what_is_missing(cast: Cast, as_: Callable[[str], Any], case: Case) -> None:
    status, told = as_("duty").get(f"cases/{case.number}/publications")
    assert status == 200
    portal, website = told["items"]
    assert (portal["state"], portal["facts"], portal["matches"]) == ("live", True, True)
    assert (website["state"], website["facts"], website["family"]) == ("failed", False, "政府网站")
    assert website["error"] == "对方拒绝了（422）"
    assert (told["families"], told["wanted"]) == (["门户网站"], 2)
    assert told["skew"]["limit_seconds"] == 7200
    assert (told["skew"]["waiting"], told["skew"]["failed"]) == (0, 1)


def test_who_may_not_see_the_case_gets_404(cast: Cast, as_: Callable[[str], Any], case: Case) -> None:
    row = Publication.objects.get(case=case, target="website")
    caller = as_("works_liaison")
    assert caller.get(f"cases/{case.number}/publications")[0] == 404
    assert caller.post(f"publications/{row.pk}/retry")[0] == 404
    assert caller.post(f"publications/{row.pk}/by_hand")[0] == 404


def test_again_and_only_once(cast: Cast, as_: Callable[[str], Any], case: Case) -> None:
    row = Publication.objects.get(case=case, target="website")
    status, told = as_("office").post(f"publications/{row.pk}/retry")
    assert (status, told["state"]) == (200, "queued")
    status, told = as_("office").post(f"publications/{row.pk}/retry")
    assert (status, told["code"]) == (409, "not_failed")


def test_by_hand_instead(cast: Cast, as_: Callable[[str], Any], case: Case) -> None:
    row = Publication.objects.get(case=case, target="website")
    assert as_("duty").post(f"publications/{row.pk}/by_hand")[0] == 409
    status, told = as_("editor").post(f"publications/{row.pk}/by_hand")
    assert (status, told["state"], told["channel"]) == (200, "to_do", "by_hand")


@pytest.mark.parametrize("address", ["platforms/website/connect", "platforms/website", "accounts/website/settings"])
def test_a_connection_is_neither_read_nor_made_over_rest(cast: Cast, as_: Callable[[str], Any], address: str) -> None:
    """§6.1 S6: what holds a secret is done on the desk by the administrator alone."""
    client = as_("admin").client
    assert client.get(f"/api/{address}").status_code == 404
    assert client.post(f"/api/{address}", SETTINGS, content_type="application/json").status_code == 404
    described = client.get("/api/openapi.json").content.decode()
    assert '"secret"' not in described
    assert "appsecret" not in described
    assert "sealed" not in described
