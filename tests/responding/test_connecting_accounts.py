"""C11.2, §6.1 S6 S14: who may connect an account, what is kept of it and how, and what the ledger says of it."""

from __future__ import annotations

import json

import pytest

from cast import Cast
from huiying.kernel import addresses
from huiying.kernel.clock import FrozenClock
from huiying.kernel.sealing import SealingError
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.people.models import Platform
from huiying.responding import sending
from huiying.responding.actions import accounts
from huiying.responding.channels.registry import CHANNELS, SENDING
from huiying.responding.models import Publication
from responding.sending_helpers import again, connected, once, released, turns
from stand_ins import Cms, Wechat


def platform(code: str = "website") -> Platform:
    return Platform.objects.get(code=code)


def told(kind: str) -> dict[str, object]:
    entry = LedgerEntry.objects.filter(chain="system", kind=kind).last()
    assert entry is not None
    assert entry.payload is not None
    found: dict[str, object] = json.loads(entry.payload)
    return found


def test_settings_are_sealed_and_the_ledger_says_which_never_what(cast: Cast, cms: Cms) -> None:
    row = accounts.connect_platform(platform(), cms.settings, cast.admin, channel="website")
    assert row.sealed_settings is not None
    assert cms.SECRET.encode() not in bytes(row.sealed_settings)
    assert sending.opened(row) == ("website", cms.settings)
    assert told("platform.connected")["settings"] == ["endpoint", "secret"]
    everything = "".join(LedgerEntry.objects.values_list("payload", flat=True))  # type: ignore[arg-type]
    assert cms.SECRET not in everything
    assert cms.url not in everything


def test_what_was_sealed_for_one_account_does_not_open_for_another(cast: Cast, cms: Cms) -> None:
    row = accounts.connect_platform(platform(), cms.settings, cast.admin, channel="website")
    other = platform("weibo")
    other.sealed_settings = row.sealed_settings
    with pytest.raises(SealingError):
        sending.opened(other)


def test_a_secret_left_empty_stays_and_only_what_changed_is_named(cast: Cast, cms: Cms) -> None:
    row = accounts.connect_platform(platform(), cms.settings, cast.admin, channel="website")
    row = accounts.connect_platform(row, {"endpoint": f"{cms.url}/other", "secret": ""}, cast.admin)
    assert sending.opened(row) == ("website", {"endpoint": f"{cms.url}/other", "secret": cms.SECRET})
    assert told("platform.connected")["settings"] == ["endpoint"]


def test_a_secret_of_one_interface_is_not_kept_for_another(cast: Cast, cms: Cms, wechat: Wechat) -> None:
    row = accounts.connect_platform(platform(), cms.settings, cast.admin, channel="website")
    with pytest.raises(Refused) as refusal:
        accounts.connect_platform(row, wechat.settings | {"secret": ""}, cast.admin, channel="wechat")
    assert refusal.value.code == "missing_setting"


@pytest.mark.parametrize("who", ["office", "top", "editor", "inspector", "tech_head"])
def test_only_the_administrator_connects_disconnects_and_tries(cast: Cast, cms: Cms, who: str) -> None:
    row = connected(cast, "website", cms)
    user = cast.people[who]
    for verb in (
        lambda: accounts.connect_platform(row, cms.settings, user),
        lambda: accounts.disconnect_platform(row, user),
        lambda: accounts.test_connection(row, user),
    ):
        with pytest.raises(Refused) as refusal:
            verb()
        assert refusal.value.code == "not_permitted"


def test_the_administrator_connects_but_does_not_decide_how_it_is_published(cast: Cast, cms: Cms) -> None:
    row = accounts.connect_platform(platform(), cms.settings, cast.admin, channel="website")
    assert row.channel == "by_hand"
    with pytest.raises(Refused):
        accounts.change_channel(row, "website", cast.admin)
    assert accounts.change_channel(row, "website", cast.office).channel == "website"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"endpoint": "https://1.1.1.1/hook"}, "missing_setting"),
        ({"secret": "x" * 20}, "missing_setting"),
        ({"endpoint": "https://1.1.1.1/hook", "secret": "short"}, "weak_secret"),
        ({"endpoint": "https://1.1.1.1/hook", "secret": "x" * 20, "uid": "1"}, "unknown_setting"),
        ({"endpoint": "https://1.1.1.1/hook", "secret": "x" * 9 + "\n" + "x" * 9}, "unreadable_setting"),
        ({"endpoint": "http://1.1.1.1/hook", "secret": "x" * 20}, "address_refused"),
        ({"endpoint": "https://10.0.0.5/hook", "secret": "x" * 20}, "address_refused"),
        ({"endpoint": "https://169.254.169.254/", "secret": "x" * 20}, "address_refused"),
        ({"endpoint": "https://127.0.0.1/hook", "secret": "x" * 20}, "address_refused"),
        ({"endpoint": "ftp://1.1.1.1/hook", "secret": "x" * 20}, "address_refused"),
    ],
)
def test_a_connection_that_can_not_be_right_is_refused_with_its_reason(
    cast: Cast, settings: dict[str, str], code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        accounts.connect_platform(platform(), settings, cast.admin, channel="website")
    assert refusal.value.code == code
    assert platform().sealed_settings is None


def test_an_unencrypted_address_is_for_the_machine_room_only(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "10.0.0.0/8")
    settings = {"endpoint": "http://10.0.0.5/hook", "secret": "x" * 20}
    assert accounts.connect_platform(platform(), settings, cast.admin, channel="website").sealed_settings


def test_the_interface_is_named_or_known(cast: Cast, cms: Cms) -> None:
    assert accounts.interface_for(platform("weibo")).kind == "weibo"
    with pytest.raises(Refused) as refusal:
        accounts.interface_for(platform("portal"))
    assert refusal.value.code == "unknown_interface"
    for kind in ("portal", "by_hand", "telnet"):
        with pytest.raises(Refused):
            accounts.connect_platform(platform(), cms.settings, cast.admin, channel=kind)


@pytest.mark.parametrize("channel", ["portal", "press_conference", "expert", "telnet", ""])
def test_an_account_becomes_no_form_and_no_portal(cast: Cast, cms: Cms, channel: str) -> None:
    row = connected(cast, "website", cms)
    with pytest.raises(Refused):
        accounts.change_channel(row, channel, cast.office)


def test_the_portal_stays_the_portal(cast: Cast) -> None:
    with pytest.raises(Refused):
        accounts.change_channel(platform("portal"), "by_hand", cast.office)


def test_an_interface_without_connection_is_refused(cast: Cast, cms: Cms) -> None:
    with pytest.raises(Refused) as refusal:
        accounts.change_channel(platform(), "website", cast.office)
    assert refusal.value.code == "not_connected"
    connected(cast, "website", cms)
    with pytest.raises(Refused) as refusal:
        accounts.change_channel(platform(), "weibo", cast.office)
    assert refusal.value.code == "not_connected"


def test_its_own_department_may_change_how_it_goes_out_and_others_not(cast: Cast, cms: Cms) -> None:
    row = connected(cast, "website", cms)
    assert row.owner.code == "WGC"
    assert accounts.change_channel(row, "by_hand", cast.network_head).channel == "by_hand"
    with pytest.raises(Refused):
        accounts.change_channel(row, "website", cast.works_head)


def test_nothing_changes_under_what_is_on_its_way(cast: Cast, frozen: FrozenClock, cms: Cms) -> None:
    row = released(cast, "website", cms)
    assert row.platform is not None
    for verb in (
        lambda: accounts.change_channel(platform(), "by_hand", cast.office),
        lambda: accounts.disconnect_platform(platform(), cast.admin),
    ):
        with pytest.raises(Refused) as refusal:
            verb()
        assert refusal.value.code == "being_sent"


def test_disconnected_the_secrets_are_gone_and_it_goes_on_by_hand(cast: Cast, cms: Cms) -> None:
    row = accounts.disconnect_platform(connected(cast, "website", cms), cast.admin)
    assert (row.sealed_settings, row.channel) == (None, "by_hand")
    with pytest.raises(Refused):
        accounts.disconnect_platform(row, cast.admin)
    with pytest.raises(Refused) as refusal:
        accounts.test_connection(row, cast.admin)
    assert refusal.value.code == "not_connected"


def test_trying_is_recorded_whatever_came_of_it(cast: Cast, cms: Cms) -> None:
    row = connected(cast, "website", cms)
    accounts.test_connection(row, cast.admin)
    assert told("platform.tested")["result"] == "连得上"
    cms.faults["/hook"] = ["drop"]
    with pytest.raises(Refused) as refusal:
        accounts.test_connection(row, cast.admin)
    assert refusal.value.code == "connection_failed"
    assert told("platform.tested")["result"] == "连不上"


def test_every_interface_names_its_settings_and_can_be_tried() -> None:
    assert set(SENDING) == {"website", "wechat", "weibo"}
    for channel in SENDING.values():
        assert channel.check is not None
        assert any(item.secret for item in channel.settings)
        assert len({item.name for item in channel.settings}) == len(channel.settings)
        assert channel.first_state == Publication.QUEUED
    assert not any(CHANNELS[kind].settings for kind in set(CHANNELS) - set(SENDING))


def test_the_guard_stands_in_front_of_every_word(
    cast: Cast, frozen: FrozenClock, cms: Cms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connected while the network was open, sent when it is not: refused, and the house is not entered."""
    row = released(cast, "website", cms)
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "")
    row = turns(frozen, row)
    assert row.state == Publication.FAILED
    assert "HUIYING_ALLOWED_NETWORKS" in row.error
    assert cms.asked == []


def test_a_name_that_is_not_found_is_waited_for_not_given_up(
    cast: Cast, frozen: FrozenClock, cms: Cms, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = released(cast, "website", cms)

    def nowhere(host: str, port: int) -> list[str]:
        raise addresses.AddressRefused(f"找不到主机 {host}")

    monkeypatch.setattr(addresses, "resolve", nowhere)
    settings = {"endpoint": "https://cms.example.gov.cn/hook", "secret": cms.SECRET}
    Platform.objects.filter(code="website").update(sealed_settings=sending.seal(platform(), "website", settings))
    once()
    row = again(row)
    assert (row.state, "找不到主机" in row.error) == (Publication.QUEUED, True)
