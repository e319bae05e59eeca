"""Who asked about a case, what they said of the answer, and upholding it (C4.3): form, verb, sentences, and the
part of the case's page (`desk/parts/case_asking.html`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import Verb
from huiying.desk.fields import long_text
from huiying.desk.forms import VerbForm
from huiying.desk.language import lang
from huiying.handling.actions.feedback import posts_of, uphold
from huiying.handling.models import AskedAgain, Case, Satisfaction
from huiying.listening.models import Message, Post, PostAttachment
from huiying.listening.reserved import covered
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import regulation_of
from huiying.regulation import Regulation


class UpholdForm(VerbForm):
    reason = forms.CharField(
        label=_("为什么答复不变"),
        widget=long_text(),
        max_length=1000,
        help_text=_("写进台账。提问人在查进度的页面看到“再次提出的情况已经看过，答复不变”。"),
    )


VERBS: dict[str, Verb] = {
    "uphold": Verb(
        UpholdForm,
        lambda case, data, user: uphold(case, data["reason"], user),
        _("已记下：维持原答复。提问人查进度时会看到。"),
    ),
}


SENTENCES: dict[str, Any] = {
    "case.rated": _("留言 %(message)s 的提问人评价：%(name)s"),
    "case.asked_again": _("留言 %(message)s 的提问人再次提出"),
    "digest.issued": _("%(period)s 民意月报报局领导"),
    "case.asker_answered": _("留言 %(message)s 的再次提出已经%(outcome)s"),
}
WORDS: dict[str, Any] = {"upheld": _("看过，维持原答复"), "answered": _("再次答复")}


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
