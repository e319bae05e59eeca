"""The action bar: what a person may do now, and what not and why, with the form of each verb."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from huiying.desk.forms import NothingForm as NothingForm, VerbForm
from huiying.people.models import User

Cleaned = dict[str, Any]
AT_HAND = 4  # verbs of a bar that are seen at once


@dataclass(frozen=True)
class Verb:
    """What the dispatch table knows of one verb: its form, the one action it calls, what it says when done."""

    form: type[VerbForm]
    call: Callable[[Any, Cleaned, User], Any]
    done: str | Promise | Callable[[Any], str]
    asks_again: bool = False  # the second factor once more: it becomes public by this (§6.1 S4)

    def said(self, result: Any) -> str:
        if isinstance(self.done, (str, Promise)):
            return str(self.done)
        return self.done(result)


@dataclass
class Action:
    name: str
    label: str
    post: str = ""
    url: str = ""  # a page of its own instead of a form here
    form: VerbForm | None = None
    why: str = ""
    refused: str = ""


@dataclass
class Bar:
    may: list[Action] = field(default_factory=list)
    may_not: list[Action] = field(default_factory=list)
    next: str = ""  # the one that carries the work on, shown first and strongest

    @property
    def first(self) -> list[Action]:
        return self.may if len(self.may) <= AT_HAND + 1 else self.may[:AT_HAND]

    @property
    def rest(self) -> list[Action]:
        """What is behind 「更多」; one alone is not worth a fold."""
        return self.may[len(self.first) :]

    @property
    def rest_is_open(self) -> bool:
        return any(action.refused or (action.form is not None and action.form.is_bound) for action in self.rest)


def build(
    states: Iterable[Any],
    verbs: Mapping[str, Verb],
    subject: Any,
    user: User,
    *,
    base: str,
    pages: Mapping[str, str] | None = None,
    bound: Mapping[str, VerbForm] | None = None,
    forward: Iterable[str] = (),
) -> Bar:
    """`states` have name, label, allowed, why; `base` is the address before the verb.

    `forward`: what carries the work on, the best first."""
    bar = Bar()
    for state in states:
        action = Action(state.name, str(state.label), why=str(state.why))
        if not state.allowed:
            bar.may_not.append(action)
        elif pages and state.name in pages:
            action.url = pages[state.name]
            bar.may.append(action)
        elif state.name in verbs:
            action.post = f"{base}{state.name}/"
            action.form = (bound or {}).get(state.name) or form_for(verbs[state.name], state.name, subject, user)
            if not action.form.fields:  # a button has no place of its own for what was refused
                action.refused = " ".join(str(error) for error in action.form.non_field_errors())
            bar.may.append(action)
    offered = {action.name for action in bar.may}
    bar.next = next((name for name in forward if name in offered), "")
    bar.may.sort(key=lambda action: action.name != bar.next)
    return bar


def form_for(verb: Verb, name: str, subject: Any, user: User, *data: Any) -> VerbForm:
    return verb.form(*data, subject=subject, user=user, auto_id=f"{name}-%s")


@dataclass(frozen=True)
class State:
    """One verb for the action bar."""

    name: str
    label: str
    why: str

    @property
    def allowed(self) -> bool:
        return not self.why


def offered(rows: Iterable[tuple[str, str | Promise, str]]) -> list[State]:
    """Name, label, and why not ("" where it may be done)."""
    return [State(name, str(label), why) for name, label, why in rows]
