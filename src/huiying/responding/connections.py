"""Settings of an account's programming interface: sealed in the register, opened only to send or to test (§6.1 S14)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from huiying.kernel import sealing
from huiying.people.models import Platform
from huiying.responding.channels.base import Channel
from huiying.responding.channels.registry import SENDING


def _purpose(platform: Platform) -> str:
    return f"platform:{platform.code}"


def seal(platform: Platform, kind: str, settings: Mapping[str, str]) -> bytes:
    told = {"channel": kind, "settings": dict(settings)}
    return sealing.seal(json.dumps(told, ensure_ascii=False, sort_keys=True), _purpose(platform))


def opened(platform: Platform) -> tuple[str, dict[str, str]] | None:
    """The kind of interface and its settings; None where the account is not connected. Raises SealingError."""
    if not platform.sealed_settings:
        return None
    told = json.loads(sealing.unseal(platform.sealed_settings, _purpose(platform)))
    return str(told["channel"]), {str(name): str(value) for name, value in told["settings"].items()}


def channel_of(platform: Platform) -> Channel | None:
    """The interface that the account is connected to."""
    found = opened(platform)
    return SENDING.get(found[0]) if found is not None else None


def settings_for(platform: Platform, kind: str) -> dict[str, str] | None:
    """The settings with which `kind` speaks for the account, defaults filled in; None where it is not connected so."""
    found = opened(platform)
    if found is None or found[0] != kind or kind not in SENDING:
        return None
    defaults = {item.name: item.default for item in SENDING[kind].settings}
    return {**defaults, **{name: value for name, value in found[1].items() if value}}
