"""What a channel is: how an approved text gets to one of the bureau's own accounts, or what a form of answer needs; and
the link that a post carries back to the full answer, with the mark by which we know our own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils.functional import Promise

from huiying.kernel import canonical
from huiying.people.models import Platform
from huiying.responding.models import Publication


class Failed(Exception):
    """The other side refused for good: trying again cannot help. The message says what happened and what to do."""


class Later(Exception):
    """Not now: the other side is busy, out of reach, or said nothing. The message says which.

    `sure`: nothing of the text was taken over there, for certain. Where it is not, the next turn looks before it sends.
    """

    def __init__(self, why: str, after: timedelta | None = None, *, sure: bool = False) -> None:
        super().__init__(why)
        self.after, self.sure = after, sure


@dataclass(frozen=True)
class Outcome:
    """A public act: where it stands, and the bytes that prove what stands there.

    `matches` is what comparing the fetched text with the approved one gave (None: it could not be fetched); where it is
    not True, a person looks before the act counts. `said` is the text that stands there by the word of the account's
    own programming interface, for places whose pages no program can read.
    """

    url: str
    snapshot: bytes
    media_type: str
    matches: bool | None = True
    similarity: float | None = None
    said: str | None = None


@dataclass(frozen=True)
class Pending:
    """The other side has taken it and is not done: look again after `after`."""

    after: timedelta


@dataclass(frozen=True)
class Setting:
    """One setting of an account's programming interface, asked for in the register; a secret is never shown."""

    name: str
    label: str | Promise
    secret: bool = False
    help: str | Promise = ""
    default: str = ""
    optional: bool = False
    is_address: bool = False  # of another host: it must pass the guard


Remember = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Sending:
    """What a transport gets: the approved text, the account's settings, and a memory that survives a crash.

    `remember` writes into `publication.external` at once, in a transaction of its own: a transport says there what it
    is about to do and what the other side answered, and reads it before it does anything, so that no step runs twice.
    `stopped` says why the text may not go out any more (the facts changed, the account was closed); a transport then
    only finds out whether it is out already.
    """

    publication: Publication
    platform: Platform
    settings: Mapping[str, str]
    remember: Remember
    stopped: str = ""

    @property
    def key(self) -> str:
        """The idempotency key that goes to the other side."""
        return self.publication.idempotency_key

    @property
    def known(self) -> Mapping[str, Any]:
        """What was remembered so far."""
        known: Mapping[str, Any] = self.publication.external
        return known

    def may_go_out(self) -> None:
        """Called before every step that could make the text public. Raises Failed where it may not go out any more."""
        if self.stopped:
            raise Failed(self.stopped)


# The first public word is a response and, where a superior norm asks for one, the first authoritative release.
ANSWER = ("respond", "first_authoritative_release")


@dataclass(frozen=True)
class Channel:
    """`publish` puts an approved text out inside this house; `send` hands it to another host, step by step, and may run
    twice; neither where a person posts.

    `acts` are the duties that a public act on this channel can fulfil: their clocks stop by its evidence. `form` names
    the record that a form of answer needs before it counts (C8.7); a form is no account of anybody's.
    """

    kind: str
    name: str | Promise
    first_state: str
    publish: Callable[[Publication], Outcome] | None = None
    send: Callable[[Sending], Outcome | Pending] | None = None
    acts: tuple[str, ...] = ANSWER
    form: str = ""
    settings: tuple[Setting, ...] = field(default=())
    # A harmless call that shows whether the connection works; gives what it found out, or raises Failed or Later.
    check: Callable[[Mapping[str, str]], str] | None = None

    @property
    def is_form(self) -> bool:
        return bool(self.form)

    @property
    def by_hand(self) -> bool:
        return self.publish is None and self.send is None


def mark(key: str) -> str:
    """Sixteen letters that name one release and say nothing else."""
    return canonical.sha256("huiying release\x00", key)[:16]


def link(sending: Sending) -> str:
    """The public page of the answer. The mark is read by nobody but ourselves."""
    row = sending.publication
    place = f"news/{row.press.release.number}" if row.press is not None else f"answers/{row.case.number}"  # type: ignore[union-attr]
    return f"{sending.settings['public_url'].rstrip('/')}/{place}/?r={mark(sending.key)}"
