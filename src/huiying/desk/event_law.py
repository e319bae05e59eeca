"""What the law wants of an event and by when, whether it is true so far, and what happens if nobody does anything."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huiying.desk.language import lang
from huiying.desk.templatetags.desk import duration, local
from huiying.handling.actions.grading import provisional_level
from huiying.handling.clocks import STATUTORY
from huiying.handling.models import Case, Clock
from huiying.handling.queries import shown_clocks
from huiying.judging.models import ConcernDecision, Dismissal, Event
from huiying.kernel import clock
from huiying.regulation import Regulation
from huiying.regulation.deadlines import deadlines, effective


@dataclass(frozen=True)
class Due:
    """One act with its date, of a clock that runs or of one that would. Read by the `countdown` filter."""

    act: str
    due_at: dt.datetime
    explanation: str
    explanation_en: str
    source: str
    basis: str
    provisional: bool
    done_at: dt.datetime | None = None


@dataclass(frozen=True)
class Truth:
    """`word` for the eye, `sentence` for what it rests on; `open` while nobody has verified it."""

    word: str
    sentence: str
    open: bool


def dues(event: Event, case: Case | None, regulation: Regulation) -> list[Due]:
    """Of the case's clocks; without a case what the suggestion would set, counted from first_known_at (§4.2)."""
    if case is not None:
        return [_of_clock(row) for row in shown_clocks(case) if row.act != STATUTORY]
    if event.state != Event.OPEN or not event.suggested_level:
        return []
    level = would_be(event, regulation)
    found = effective(deadlines(regulation, level, event.first_known_at))
    rows = [
        Due(one.act, one.due_at, one.explanation, one.explanation_en, one.source, one.basis, True)
        for one in found.values()
    ]
    return sorted(rows, key=lambda row: (row.due_at, row.act))


def would_be(event: Event, regulation: Regulation) -> str:
    """The level that a case opened now without a person's word would have."""
    cap = regulation.level(regulation.grading.unconfirmed.cap)
    return provisional_level(event, regulation.levels, cap).code


def _of_clock(row: Clock) -> Due:
    return Due(
        row.act,
        row.due_at,
        row.explanation,
        row.explanation_en,
        row.source,
        row.basis,
        row.provisional,
        row.stopped_at,
    )


def truth(event: Event, decided: ConcernDecision | None, waiting: ConcernDecision | None, found_out: bool) -> Truth:
    """Is it true? A machine's word never counts here (C1.2, C5.14)."""
    if waiting is not None:
        return Truth(_("核对中"), _("有人提出这是谣言并附了证据，等另一人核对。"), True)
    if decided is not None and decided.proof_needed:
        return Truth(_("认定为谣言"), _("两人核对了说法和证据。"), False)
    if found_out:
        return Truth(_("已查明"), _("主办部门已报事实、原因和影响，见办件。"), False)
    if decided is not None:
        return Truth(_("待核实"), _("性质已由人认定，事实还要主办部门查证。"), True)
    return Truth(_("待核实"), _("还没有人查证；系统只看传播，不判真假。"), True)


def if_nothing(event: Event, dismissal: Dismissal | None, rows: list[Due], act: Any, level: Any) -> str:
    """One sentence: what happens if nobody does anything. `act`, `level`: names of codes in the reader's language."""
    live = sorted((row for row in rows if row.done_at is None), key=lambda row: row.due_at)
    late = [row for row in live if row.due_at <= clock.now()]
    if event.state == Event.OPEN:
        return _if_unconfirmed(event, live, act, level)
    if event.state == Event.CASED and late:
        return _("「%(act)s」已超时限，逾期已记入、不能更改；每拖一刻，提醒会升到更高一级负责人。") % {
            "act": act(late[0].act)
        }
    if event.state == Event.CASED and live:
        return _("到 %(at)s 还没有「%(act)s」，就记一条不能更改的逾期，并逐级提醒到负责人。") % {
            "at": local(live[0].due_at),
            "act": act(live[0].act),
        }
    if event.state == Event.CASED:
        return _("法定时限内要做的都做了；余下的步骤见办件。")
    if event.state == Event.NOTED:
        return _("目前无须回应：留在事件库里，有新来文会重新判断。")
    if event.state == Event.ENDED:
        return _("已办结；再有来文，会作为预警回到值班台。")
    if dismissal is not None and event.state == Event.DISMISSED:
        return _("已由两人决定不予回应；有更重的来文会重新打开。")
    return ""


def _if_unconfirmed(event: Event, live: list[Due], act: Any, level: Any) -> str:
    words = {"level": level, "act": act(live[0].act) if live else "", "due": local(live[0].due_at) if live else ""}
    if event.confirm_by is None or not live:
        return _("没有人确认，就一直停在这里，不会对外回应。")
    if event.confirm_by <= clock.now():
        return (
            _("确认时限已过：系统按「%(level)s」先行立案，%(due)s 前须「%(act)s」，过时记逾期。") % words
            if not event.reserved
            else _("确认时限已过，请立即处理。")
        )
    left = duration(event.confirm_by - clock.now())
    return _("再过 %(left)s 没有人确认级别，系统就按「%(level)s」先行立案，%(due)s 前须「%(act)s」，过时记逾期。") % {
        **words,
        "left": left,
    }


def in_readers_language(regulation: Regulation) -> tuple[Any, Any]:
    """(name of an act, name of a level), as functions of the code."""

    def name(kind: str) -> Any:
        def of(code: str) -> str:
            try:
                return str(regulation.name_of(kind, code, lang()))
            except KeyError:
                return code

        return of

    return name("act"), name("level")
