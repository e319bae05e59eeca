"""The verbs of an event: judge it, open its case, part or join it, or decide with a second person not to answer.

敏感 (§6.1 S8) is said by one person and taken away by another, of an event or, by `VERBS`, of a case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Cleaned, Verb
from huiying.desk.fields import long_text
from huiying.desk.forms import (
    AgreeForm,
    AttitudeForm,
    ConcernForm,
    DismissForm,
    LevelForm,
    NothingForm,
    OfflineForm,
    OtherEventForm,
    ReasonForm,
    VerbForm,
)
from huiying.handling import actions as handling
from huiying.handling.actions.sensitive import (
    KINDS,
    READ,
    label,
    label_event,
    labelled_by,
    spoken_of,
    suggested,
    unlabel,
    unlabel_event,
)
from huiying.judging import actions as judging, queries
from huiying.judging.access import find_event
from huiying.judging.models import ConcernDecision, Dismissal, Event, EventPost
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may, require

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
        cast("forms.MultipleChoiceField", self.fields["posts"]).choices = choices


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


GROUPING_VERBS: dict[str, Verb] = {
    "split_event": Verb(
        SplitEventForm,
        lambda event, data, user: judging.split_event(event, data["posts"], data["reason"], user),
        lambda made: _t("已拆出新事件 %(number)s。") % {"number": made.number},
    ),
    "unmerge": Verb(NothingForm, lambda event, data, user: judging.unmerge(event, user), _("并入的事件已分出")),
    "keep_apart": Verb(ApartForm, _apart, _("已记下：这是两件事，系统不会把它们并到一起。")),
}


class LabelForm(VerbForm):
    kind = forms.ChoiceField(label=_("是哪一种"), choices=())
    reason = forms.CharField(
        label=_("理由"),
        widget=long_text(),
        max_length=300,
        help_text=_("标上立即生效，标题改为“敏感事项（限知悉）”；取消须由另一个人。"),
    )

    def prepare(self) -> None:
        """The machine's suggestion comes first and says that it is one."""
        told = self.suggested()
        choices = [("", _t("请选择"))] if not told else []
        kinds = sorted(KINDS.items(), key=lambda one: one[0] != told)
        choices += [(kind, f"{words}（{_t('建议')}）" if kind == told else str(words)) for kind, words in kinds]
        cast("forms.ChoiceField", self.fields["kind"]).choices = choices

    def suggested(self) -> str:
        return suggested(self.subject.event)


class EventLabelForm(LabelForm):
    """On the event's own page, where its posts have been read for another form."""

    def suggested(self) -> str:
        newest = [(place.post.title, place.post.text) for place in places_of(self.subject)]
        return spoken_of(newest[::-1][:READ])


class UnlabelForm(VerbForm):
    reason = forms.CharField(label=_("理由"), widget=long_text(), max_length=300)


def _verbs(form: type[LabelForm], say: Callable[..., Any], lift: Callable[..., Any]) -> dict[str, Verb]:
    return {
        "label": Verb(
            form,
            lambda matter, data, user: say(matter, data["kind"], data["reason"], user),
            _("已标为敏感，只有办理人能看到。"),
        ),
        "unlabel": Verb(
            UnlabelForm, lambda matter, data, user: lift(matter, data["reason"], user), _("已取消敏感标记。")
        ),
    }


VERBS: dict[str, Verb] = _verbs(LabelForm, label, unlabel)
LABEL_VERBS: dict[str, Verb] = _verbs(EventLabelForm, label_event, unlabel_event)


SENTENCES: dict[str, Any] = {
    "case.labelled": _("标为敏感（%(kind)s）"),
    "case.unlabelled": _("取消敏感标记"),
    "event.labelled": _("标为敏感（%(kind)s）"),
    "event.unlabelled": _("取消敏感标记"),
    "event.kept_apart": _("与 %(from)s 不是一件事，不再合并：%(reason)s"),
    "event.split": _("拆出 %(posts)s 条来文，成为 %(into)s：%(reason)s"),
    "event.split_from": _("自 %(from)s 拆出，来文 %(posts)s 条"),
}
WORDS: dict[str, Any] = dict(KINDS)


def other_event(number: str, user: User) -> Event:
    found = find_event(user, number)
    if found is None:
        raise Refused(_t("没有编号为“%(number)s”的事件，请核对。") % {"number": number})
    return found


def _merge(event: Event, data: Cleaned, user: User) -> Any:
    """The permission comes first: a number must not tell a stranger whether it exists."""
    require(user, "event.judge", event)
    return judging.merge_events(event, other_event(data["number"], user), user)


def _open_rumour(event: Event) -> ConcernDecision:
    found = queries.open_rumour(event)
    if found is None:
        raise Refused(_t("没有等第二人核对的谣言认定。"))
    return found


EVENT_VERBS: dict[str, Verb] = {
    "open_case": Verb(
        LevelForm,
        lambda event, data, user: handling.open_case(event, user, data["level"], data["reason"]),
        _("级别已定，已立案，法定时限开始计算。"),
    ),
    "set_concern": Verb(
        ConcernForm,
        lambda event, data, user: judging.set_concern(
            event, data["concern"], user, claim=data["claim"], proof=data["proof"]
        ),
        _("性质已记录；谣言须另一人核对证据后才算数。"),
    ),
    "second_concern": Verb(
        AgreeForm,
        lambda event, data, user: judging.second_concern(_open_rumour(event), data["agree"] == "yes", user),
        _("意见已记录。"),
    ),
    "propose_dismissal": Verb(
        DismissForm,
        lambda event, data, user: judging.propose_dismissal(event, data["ground"], data["reason"], user),
        _("已提议不予回应，等另一人同意；同意之前照常计时。"),
    ),
    "second_dismissal": Verb(
        AgreeForm,
        lambda event, data, user: judging.second_dismissal(event, data["agree"] == "yes", user),
        _("意见已记录。"),
    ),
    "read_attitude": Verb(
        AttitudeForm,
        lambda event, data, user: judging.read_attitude(event, data["critical"], data["sample"], user),
        _("态度已记入，级别建议已重算。"),
    ),
    "set_offline_risk": Verb(
        OfflineForm,
        lambda event, data, user: judging.set_offline_risk(event, int(data["value"]), user),
        _("线下风险已记入，级别建议已重算。"),
    ),
    "merge": Verb(
        OtherEventForm,
        _merge,
        _("已并入。"),
    ),
    **GROUPING_VERBS,
    **LABEL_VERBS,
}


@dataclass(frozen=True)
class State:
    name: str
    label: str
    allowed: bool
    why: str = ""


def states_for(user: User, event: Event, dismissal: Dismissal | None) -> list[State]:
    """What may be done with the event now. The verbs check again: this only says it beforehand."""
    if event.state == Event.MERGED:
        return [_row(user, "unmerge", _t("撤销并入"), "event.judge")]
    if event.state not in (Event.OPEN, Event.NOTED, Event.CASED):
        return []
    rumour = queries.open_rumour(event)
    concern = [
        _second(user, "second_concern", _t("核对谣言认定"), "event.judge", rumour.by_user) if rumour else None,
        _row(user, "set_concern", _t("定性质"), "event.judge"),
    ]
    if event.state == Event.CASED:  # the rest is the case's
        return [row for row in concern if row is not None]
    waiting = dismissal is not None and dismissal.seconded_at is None
    rows = [
        _second(user, "second_dismissal", _t("对“不予回应”表示意见"), "event.dismiss", dismissal.proposed_user)
        if dismissal and waiting
        else None,
        concern[0],
        _row(user, "open_case", _t("确认级别并立案"), "case.open"),
        None if waiting else _row(user, "propose_dismissal", _t("提议不予回应"), "event.dismiss"),
        concern[1],
        _row(user, "set_offline_risk", _t("记线下风险"), "event.judge"),
        _row(user, "read_attitude", _t("记网民态度"), "event.judge"),
        _row(user, "merge", _t("并入另一事件"), "event.judge"),
        _row(user, "split_event", _t("拆出部分来文"), "event.judge") if event.posts_count > 1 else None,
        _row(user, "keep_apart", _t("标明不是一件事"), "event.judge"),
        _label_state(user, event),
    ]
    return [row for row in rows if row is not None]


def _label_state(user: User, event: Event) -> State:
    if not event.sensitive:
        return _row(user, "label", _t("标为敏感"), "event.label")
    mine = _t("是您标的，须由另一个人取消。")
    return _second(user, "unlabel", _t("取消敏感"), "event.unlabel", labelled_by(event), mine)


def _row(user: User, name: str, label: str, permission: str) -> State:
    verdict = may(user, permission)
    return State(name, label, verdict.allowed, verdict.why)


def _second(user: User, name: str, label: str, permission: str, first: int | None, why: str = "") -> State:
    if first == user.pk:
        return State(name, label, False, why or _t("是您提议的，须由另一人同意。"))
    return _row(user, name, label, permission)
