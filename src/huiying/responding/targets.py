"""Where an answer can go: the bureau's own accounts out of the platform register, and the forms of answer (C8.7, C8.9).

A target's code is the key of its rendition in a manifest. There is no other way to name a place to publish (INV-11).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from huiying.people.errors import Refused
from huiying.people.models import Platform
from huiying.people.words import in_english
from huiying.responding.channels.base import Channel
from huiying.responding.channels.registry import CHANNELS, FORMS
from huiying.responding.models import Publication

PORTAL = "portal"
CODE_CHARS, RENDITION_CHARS = 40, 20_000  # the most of a target's code and of its text, on every face


@dataclass(frozen=True)
class Target:
    code: str
    channel: Channel
    platform: Platform | None  # None for a form of answer
    family: str  # the linked channel that it counts for; "" for a form

    @property
    def name(self) -> str:
        return str(self.channel.name) if self.platform is None else _called(self.platform)


def _called(platform: Platform) -> str:
    return platform.name_en if in_english() and platform.name_en else platform.name


def place_name(row: Publication) -> str:
    """Where a publication stands, in the reader's language: the account, or the form of answer."""
    if row.platform is not None:
        return _called(row.platform)
    return str(CHANNELS[row.channel].name) if row.channel in CHANNELS else row.target


def targets() -> dict[str, Target]:
    """Every place that is open now: accounts in the order of the register, then the forms."""
    found = {
        row.code: Target(row.code, CHANNELS[row.channel], row, row.family)
        for row in Platform.objects.filter(closed_at__isnull=True)
        if row.channel in CHANNELS
    }
    return found | {kind: Target(kind, channel, None, "") for kind, channel in FORMS.items()}


def place_written(row: Publication) -> str:
    """The same for the ledger, which is kept in the bureau's language."""
    with override("zh-hans"):
        return place_name(row)


def target_names(codes: Iterable[str]) -> dict[str, str]:
    """Code → name, also of accounts that were closed since."""
    wanted = list(codes)
    names = {code: str(FORMS[code].name) for code in wanted if code in FORMS}
    for row in Platform.objects.filter(code__in=wanted):
        names[row.code] = _called(row)
    return {code: names.get(code, code) for code in wanted}


def check_targets(codes: Iterable[str]) -> dict[str, Target]:
    """The targets of these codes. Raises Refused where one is no open account of ours and no form of answer."""
    known = targets()
    unknown = sorted(set(codes) - set(known))
    if unknown:
        raise Refused(
            _("平台登记里没有这样的在用账号：%(names)s。只能在本单位登记的账号上发布（INV-11）。")
            % {"names": "、".join(unknown)},
            code="unknown_channel",
        )
    return known
