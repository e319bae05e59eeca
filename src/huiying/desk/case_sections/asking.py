"""Who asked about this case, what they sent along, how they found the answer (`desk/parts/case_asking.html`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from huiying.desk.language import lang
from huiying.handling.actions.feedback import posts_of
from huiying.handling.models import AskedAgain, Case, Satisfaction
from huiying.listening.models import Message, Post, PostAttachment
from huiying.listening.reserved import covered
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import regulation_of
from huiying.regulation import Regulation

SHOWN = 30


@dataclass(frozen=True)
class Asked:
    """One message: 问题—答复—满意度—改进 in a line."""

    message: Message
    told: list[str]  # the lawful channels that its writer was told of
    grade: str
    satisfaction: Satisfaction | None
    again: AskedAgain | None


def section(case: Case, user: User) -> dict[str, Any]:
    """Two queries, whatever their number; one where nobody wrote."""
    rows = Message.objects.filter(post__in=Post.objects.filter(posts_of(case)))
    rows = rows.select_related("satisfaction", "asked_again__post").order_by("id")
    files = Prefetch("attachments", PostAttachment.objects.order_by("id"))
    found = list(rows.prefetch_related(files)[: SHOWN + 1])
    regulation = regulation_of(case.regulation)
    channels = regulation.response.statutory_channels
    asked = []
    for message in found[:SHOWN]:
        said: Satisfaction | None = getattr(message, "satisfaction", None)
        asked.append(
            Asked(
                message,
                [regulation.name_of("statutory", code, lang()) for code in message.statutory if code in channels],
                _grade(said, regulation),
                said,
                getattr(message, "asked_again", None),
            )
        )
    if case.event.masked:  # minors, health, victims (§6.2)
        for row in asked:
            if row.again is not None:
                covered(row.again.post)
    return {
        "asked": asked,
        "asked_more": len(found) > SHOWN,
        "asked_may_open": bool(asked) and may(user, "post.unmask" if case.event.masked else "post.unseal").allowed,
    }


def _grade(said: Satisfaction | None, regulation: Regulation) -> str:
    """As the regulation calls it, or as it was called when it was said."""
    if said is None:
        return ""
    return regulation.name_of("grade", said.grade, lang()) if said.grade in regulation.asking.grades else said.name
