"""What a person says of the grouping of an event: these posts are another matter, these two events are two matters."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import Cleaned, Verb
from huiying.desk.forms import NothingForm, ReasonForm, VerbForm, long_text
from huiying.judging import actions as judging
from huiying.judging import queries
from huiying.judging.access import find_event
from huiying.judging.models import Event, EventPost
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require

SHOWN = 60
# A form with more boxes than this helps nobody; the newest posts are the ones that went astray.
BOXES = 200


class SplitEventForm(VerbForm):
    posts = forms.TypedMultipleChoiceField(
        label=_("哪些来文是另一件事"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("为什么是两件事"),
        widget=long_text(),
        max_length=2000,
        help_text=_("拆出的来文成为一个新事件；以后的来文各归各的，系统不会再把两者并到一起。"),
    )

    def prepare(self) -> None:
        choices = [
            (place.post_id, f"{place.post.platform} {_short(place.post.title or place.post.text)}")
            for place in reversed(places_of(self.subject))
        ]
        cast(forms.MultipleChoiceField, self.fields["posts"]).choices = choices


class ApartForm(ReasonForm):
    number = forms.CharField(label=_("与哪个事件不是一件事（编号）"), max_length=30)
    field_order = ("number", "reason")


def places_of(event: Event) -> list[EventPost]:
    """The newest posts of an event, read once for all forms of its page."""
    found: list[EventPost] | None = event.__dict__.get("_places")
    if found is None:
        found = event.__dict__["_places"] = list(queries.members(event).order_by("-id")[:BOXES])
    return found


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _apart(event: Event, data: Cleaned, user: User) -> Any:
    """The permission comes first: a number must not tell a stranger whether it exists."""
    require(user, "event.judge", event)
    other = find_event(user, data["number"])
    if other is None:
        raise Refused(_t("没有编号为“%(number)s”的事件，请核对。") % {"number": data["number"]})
    return judging.keep_apart(event, other, data["reason"], user)


VERBS: dict[str, Verb] = {
    "split_event": Verb(
        SplitEventForm,
        lambda event, data, user: judging.split_event(event, data["posts"], data["reason"], user),
        lambda made: _t("已拆出新事件 %(number)s。") % {"number": made.number},
    ),
    "unmerge": Verb(NothingForm, lambda event, data, user: judging.unmerge(event, user), _("并入的事件已分出")),
    "keep_apart": Verb(ApartForm, _apart, _("已记下：这是两件事，系统不会把它们并到一起。")),
}
