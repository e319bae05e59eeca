"""The demonstration signs in without passwords: it runs on this machine only and reaches no real person."""

import pytest

from huiying.demo.guard import refuse_unless_safe


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "localhost", "::1", "[::1]"])
def test_it_runs_on_the_machine_itself(host: str) -> None:
    assert refuse_unless_safe(host) is None


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.20", "10.0.0.1", "localhost.example", "demo.example", "", "127.0.0.1.example"]
)
def test_any_other_address_is_refused_and_told_what_to_use(host: str) -> None:
    why = refuse_unless_safe(host)
    assert why is not None
    assert "127.0.0.1" in why
    assert "huiying run" in why


def test_a_notification_gateway_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", "*=json://127.0.0.1:9/x")
    why = refuse_unless_safe("127.0.0.1")
    assert why is not None
    assert "HUIYING_NOTIFY_URLS" in why


def test_a_site_name_of_its_own_is_refused_because_a_proxy_makes_everybody_local(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUIYING_HOSTS", "huiying.example")
    why = refuse_unless_safe("127.0.0.1")
    assert why is not None
    assert "HUIYING_HOSTS" in why


def test_an_empty_gateway_variable_is_no_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYING_NOTIFY_URLS", "  ")
    assert refuse_unless_safe("localhost") is None
