"""The verbs of an event: judge it, open its case, or decide with a second person not to answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import forms
from huiying.desk.bar import Cleaned, Verb
from huiying.desk.verbs import grouping, sensitive
from huiying.handling import actions as handling
from huiying.handling.actions.sensitive import labelled_by
from huiying.judging import actions as judging
from huiying.judging import queries
from huiying.judging.access import find_event
from huiying.judging.models import ConcernDecision, Dismissal, Event
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may, require


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
        forms.LevelForm,
        lambda event, data, user: handling.open_case(event, user, data["level"], data["reason"]),
        _("级别已定，已立案，法定时限开始计算。"),
    ),
    "set_concern": Verb(
        forms.ConcernForm,
        lambda event, data, user: judging.set_concern(
            event, data["concern"], user, claim=data["claim"], proof=data["proof"]
        ),
        _("性质已记录；谣言须另一人核对证据后才算数。"),
    ),
    "second_concern": Verb(
        forms.AgreeForm,
        lambda event, data, user: judging.second_concern(_open_rumour(event), data["agree"] == "yes", user),
        _("意见已记录。"),
    ),
    "propose_dismissal": Verb(
        forms.DismissForm,
        lambda event, data, user: judging.propose_dismissal(event, data["ground"], data["reason"], user),
        _("已提议不予回应，等另一人同意；同意之前照常计时。"),
    ),
    "second_dismissal": Verb(
        forms.AgreeForm,
        lambda event, data, user: judging.second_dismissal(event, data["agree"] == "yes", user),
        _("意见已记录。"),
    ),
    "read_attitude": Verb(
        forms.AttitudeForm,
        lambda event, data, user: judging.read_attitude(event, data["critical"], data["sample"], user),
        _("态度已记入，级别建议已重算。"),
    ),
    "set_offline_risk": Verb(
        forms.OfflineForm,
        lambda event, data, user: judging.set_offline_risk(event, int(data["value"]), user),
        _("线下风险已记入，级别建议已重算。"),
    ),
    "merge": Verb(
        forms.OtherEventForm,
        _merge,
        _("已并入。"),
    ),
    **grouping.VERBS,
    **sensitive.EVENT_VERBS,
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
        _label(user, event),
    ]
    return [row for row in rows if row is not None]


def _label(user: User, event: Event) -> State:
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
