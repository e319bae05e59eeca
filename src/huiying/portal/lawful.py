"""法定渠道 (C3.1, C4.3): who writes of an objection, a complaint, a petition … is told where that is filed by law.

Told before sending, and never kept from sending: a public answer does not take the place of a statutory procedure.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language

from huiying.people.queries import regulation_now
from huiying.regulation.durations import Duration
from huiying.regulation.schema_response import StatutoryChannel


@dataclass(frozen=True)
class Lawful:
    """One lawful channel in the reader's language."""

    code: str
    name: str
    notice: str
    where: str
    within: Duration
    source: str
    is_foreign: bool  # an English page that has to say it in Chinese


def channels_for(codes: list[str]) -> list[Lawful]:
    """In the order of the regulation; codes that it does not know (any more) are left out."""
    channels = regulation_now().response.statutory_channels
    return [_told(channel) for code, channel in channels.items() if code in codes]


def mentioned(text: str) -> list[str]:
    return regulation_now().statutory_in(text)


def _told(channel: StatutoryChannel) -> Lawful:
    english = (get_language() or "").startswith("en")
    return Lawful(
        code=channel.code,
        name=(channel.en if english else "") or channel.name,
        notice=(channel.notice_en if english else "") or channel.notice,
        where=(channel.where_en if english else "") or channel.where,
        within=channel.answer_within,
        source=channel.source,
        is_foreign=english and not channel.notice_en,
    )
