"""INV-11 and the sockpuppet prohibition: whoever tries, only accounts of the register are ever published to."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

import huiying
from cast import Cast
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.people.errors import Refused
from huiying.people.models import Partner, Platform
from huiying.responding import actions, targets
from huiying.responding.actions import accounts
from huiying.responding.channels.registry import CHANNELS, SENDING
from huiying.responding.models import Publication
from responding.sending_helpers import again, connected, drafted, once, released, turns
from stand_ins import Cms
from stories import DRAFT, approved, handled

STRANGERS = ["a_citizen", "微鞍山", "weibo2", "", "portal ", "../weibo", "WEIBO"]


@pytest.mark.parametrize("code", STRANGERS)
def test_nothing_is_drafted_for_an_account_that_is_not_ours_inv_11(cast: Cast, code: str) -> None:
    told = DRAFT | drafted([code])
    with pytest.raises(Refused):
        actions.save_revision(handled(cast), actor=cast.editor, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", STRANGERS)
def test_nothing_is_released_to_it_inv_11(cast: Cast, code: str) -> None:
    with pytest.raises(Refused):
        actions.release(approved(cast), [code], cast.office)
    assert Publication.objects.count() == 0


def test_a_partner_is_no_target_inv_11(cast: Cast) -> None:
    Partner.objects.create(name="微鞍山", contact_name="编辑", since=clock.now(), added_by="办公室主任")
    assert "微鞍山" not in {target.name for target in targets.targets().values()}


def test_the_database_itself_refuses_a_publication_without_an_account_inv_11(
    cast: Cast, frozen: FrozenClock, cms: Cms
) -> None:
    row = turns(frozen, released(cast, "website", cms))
    for channel in SENDING:
        with pytest.raises(IntegrityError), transaction.atomic():
            Publication.objects.filter(pk=row.pk).update(platform=None, channel=channel)


@pytest.mark.parametrize("field", ["target", "platform", "endpoint", "url", "account", "settings"])
def test_no_request_names_another_place_inv_11(cast: Cast, frozen: FrozenClock, cms: Cms, field: str) -> None:
    """Over REST: a field that would say where is refused, not lost in silence."""
    case = approved(cast, **drafted(["website"]))
    client = Client()
    client.force_login(cast.office, backend="django.contrib.auth.backends.ModelBackend")
    body = json.dumps({"channels": ["portal"], field: "https://weibo.com/u/1"})
    answer = client.post(f"/api/cases/{case.number}/release", body, content_type="application/json")
    assert answer.status_code == 422
    assert Publication.objects.count() == 0


def test_a_transport_gets_its_place_from_the_register_alone_inv_11() -> None:
    """No verb takes an address or a token: only a publication, which has its account."""
    for verb in (actions.release, accounts.retry_publication, accounts.post_by_hand_instead):
        names = set(inspect.signature(verb).parameters)
        assert not names & {"url", "endpoint", "account", "token", "settings", "platform"}


@pytest.mark.parametrize(
    "name", ["HUIYING_WEIBO_TOKEN", "HUIYING_WECHAT_SECRET", "HUIYING_CHANNELS", "WEIBO_ACCESS_TOKEN"]
)
def test_no_setting_of_the_environment_opens_a_channel_inv_11(
    cast: Cast, frozen: FrozenClock, cms: Cms, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Only the connection that the administrator sealed into the register is ever used."""
    monkeypatch.setenv(name, cms.url)
    row = released(cast, "website", cms)
    Platform.objects.filter(code="website").update(sealed_settings=None)
    once()
    assert again(row).state == Publication.FAILED
    assert cms.asked == []


def test_no_channel_reads_the_environment_inv_11() -> None:
    folder = Path(inspect.getfile(huiying)).parent / "responding" / "channels"
    for path in folder.rglob("*.py"):
        assert "environ" not in path.read_text(encoding="utf-8"), path


def test_no_channel_deletes_likes_comments_or_reports_inv_11() -> None:
    """What the interfaces offer beside publishing and reading one's own is not even named."""
    folder = Path(inspect.getfile(huiying)).parent / "responding" / "channels"
    source = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    for word in (
        "freepublish/delete",
        "statuses/destroy",
        "comments/",
        "friendships",
        "attitudes",
        "repost",
        "search/",
    ):
        assert word not in source


def test_a_closed_account_takes_nothing_more_inv_11(cast: Cast, cms: Cms) -> None:
    connected(cast, "website", cms)
    case = approved(cast, **drafted(["website"]))
    Platform.objects.filter(code="website").update(closed_at=clock.now())
    with pytest.raises(Refused):
        actions.release(case, ["website"], cast.office)
    for verb in (
        lambda: accounts.connect_platform(Platform.objects.get(code="website"), cms.settings, cast.admin),
        lambda: accounts.change_channel(Platform.objects.get(code="website"), "by_hand", cast.office),
    ):
        with pytest.raises(Refused):
            verb()


def test_every_channel_is_our_site_our_account_or_a_form() -> None:
    assert set(CHANNELS) == {
        "portal", "website", "wechat", "weibo", "by_hand", "press_conference", "expert", "interview",
    }  # fmt: skip
