"""Where a citizen's message stands; looked up by number and query code, without an account (C4.3)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils.translation import get_language

from huiying.handling import clocks
from huiying.handling.actions.feedback import MOMENT, Voice, voice_of
from huiying.handling.models import Case
from huiying.handling.queries import case_of_event, lead_of
from huiying.judging.models import Event, Screening
from huiying.judging.queries import event_of_post
from huiying.kernel import clock
from huiying.listening.models import Message
from huiying.listening.queries import message_by_code
from huiying.people import queries as people
from huiying.people.queries import regulation_of
from huiying.portal import reading
from huiying.regulation.calendar import Duration

RECEIVED, CHECKING, WRITING, ANSWERED, SETTLED = "received", "checking", "writing", "answered", "settled"
STEPS = (RECEIVED, CHECKING, WRITING, ANSWERED)

# What staff call the states of a case, and what the asker is told; in every other state it is being checked.
TOLD = {
    "registered": RECEIVED,
    "reviewing": WRITING,
    "approved": WRITING,
    "answered": ANSWERED,
    "declined": SETTLED,
    "closed": SETTLED,
    "voided": SETTLED,
}


@dataclass(frozen=True)
class Progress:
    """`due_at` is None once nothing more is to come; `answer` is the number under which something is public."""

    number: str
    kind: str
    received_at: dt.datetime
    step: str
    department: str
    due_at: dt.datetime | None
    answer: str = ""
    took: dt.timedelta | None = None
    voice: Voice = field(default_factory=Voice)

    @property
    def overdue(self) -> bool:
        return self.due_at is not None and self.due_at < clock.now()

    @property
    def steps(self) -> list[tuple[str, str]]:
        """`(step, "done" | "now" | "later")` for the line of four steps."""
        if self.step == SETTLED:
            return [(RECEIVED, "done"), (SETTLED, "now")]
        here = STEPS.index(self.step)
        return [(step, "done" if i < here else "now" if i == here else "later") for i, step in enumerate(STEPS)]


def look_up(number: str, code: str) -> Progress | None:
    """The progress of one message; None alike for an unknown number and for a wrong code."""
    message = message_by_code(number, code)
    return _progress(message) if message else None


def _progress(message: Message) -> Progress:
    event = event_of_post(message.post)
    case = case_of_event(event.pk) if event else None
    if case is None:
        step = SETTLED if _needs_no_answer(message, event) else RECEIVED
        due = None if step == SETTLED else _promised(message)
        return Progress(message.number, message.kind, message.received_at, step, people.office().name, due)
    answered = reading.answer(case.number)
    voice = voice_of(message, case)
    step = TOLD.get(case.state, CHECKING)
    if answered is not None:
        if answered.is_answer:
            step = ANSWERED
        elif step == ANSWERED:
            step = CHECKING  # taken back: another answer is to come (C11.1)
    if voice.again is not None and not voice.again.outcome:
        step = WRITING if case.state in ("reviewing", "approved") else CHECKING  # a further answer is to come
    return Progress(
        number=message.number,
        kind=message.kind,
        received_at=message.received_at,
        step=step,
        department=_lead(case),
        due_at=None if step in (ANSWERED, SETTLED) else _due_now(case, message, voice),
        answer=answered.number if answered else "",
        took=answered.took if answered else None,
        voice=voice,
    )


def grades() -> list[tuple[str, str]]:
    """The answers to 「您对这次答复满意吗」 as the regulation words them, in the reader's language."""
    english = (get_language() or "").startswith("en")
    return [
        (code, (grade.en if english else "") or grade.name)
        for code, grade in people.regulation_now().asking.grades.items()
    ]


def _due_now(case: Case, message: Message, voice: Voice) -> dt.datetime | None:
    """Whoever took the matter up again waits by the file's own time for that, not by the one that is over."""
    if voice.again is None or voice.again.outcome:
        return _due(case) or _promised(message)
    acts = clocks.acts_from(regulation_of(case.regulation), MOMENT)
    live = case.clocks.filter(act__in=acts, stopped_at__isnull=True, superseded_at__isnull=True)
    return live.order_by("due_at").values_list("due_at", flat=True).first()


def _needs_no_answer(message: Message, event: Event | None) -> bool:
    """A person looked and decided that there is nothing to answer; the machine alone never says so."""
    if event is not None:
        return event.state in (Event.DISMISSED, Event.NOTED)
    return Screening.objects.filter(post=message.post, cleared=Screening.OUT).exists()


def _lead(case: Case) -> str:
    return (lead_of(case) or people.office()).name


def _due(case: Case) -> dt.datetime | None:
    """The earliest legal time for the public answer that still runs."""
    live = case.clocks.filter(act="respond", is_legal=True, stopped_at__isnull=True, superseded_at__isnull=True)
    return live.order_by("due_at").values_list("due_at", flat=True).first()


def _promised(message: Message) -> dt.datetime | None:
    """Before there is a case: the longest time the regulation allows, counted from the server's receipt."""
    limit = longest_wait()
    return None if limit.working else message.received_at + limit.elapsed


def longest_wait() -> Duration:
    """The longest time that any matter may wait for its public answer (C8.5)."""
    rules = people.regulation_now().clocks.respond_within.values()
    return max((rule.within for rule in rules), key=lambda limit: limit.weight)
