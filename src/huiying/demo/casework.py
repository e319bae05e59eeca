"""The verbs of the work behind an answer: line of facts, tasks, letters, meetings, the room, the roster, the telephone.

Each is the house's own verb, by the person whom the script names; the long texts stand in `words.yaml` by story.
Screenshots and scans are pictures made here, not shipped.
"""

from __future__ import annotations

import datetime as dt
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from huiying.demo.clock import BEGINS
from huiying.demo.script import Act, minute
from huiying.demo.words import NothingThere, case_of, words_of
from huiying.handling import actions as handling, calling
from huiying.handling.actions import feedback, relating, table
from huiying.handling.actions.meetings import Decision
from huiying.handling.models import (
    AgendaItem,
    Case,
    Escalation,
    Liaison,
    Meeting,
    MeetingSeat,
    NodeReport,
    RoutingRule,
    Task,
)
from huiying.kernel import clock
from huiying.people.actions import base, roster
from huiying.people.errors import Refused
from huiying.people.models import Department, DutyShift, User
from huiying.work.models import Job
from huiying.work.outbox import enqueue, handler


def screenshot(story: str) -> bytes:
    """A small PNG that stands for a screenshot: a page with lines, its width of text by the story's name."""
    width, height = 240, 135
    rows = []
    for y in range(height):
        length = 60 + zlib.crc32(f"{story}{y // 12}".encode()) % 150
        rows.append(b"\0" + bytes(0x55 if y % 12 < 5 and 12 <= x < length else 0xF4 for x in range(width)))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


Verb = Callable[[Act, User], object]
ANSWER = "demo.answer"


def _at(words: str) -> dt.datetime:
    """The moment of `3 17:00`."""
    return BEGINS + dt.timedelta(minutes=minute(words))


def _user(username: str) -> User:
    return User.objects.get(username=username)


def _department(code: str) -> Department:
    return Department.objects.get(code=code)


def _text(act: Act, kind: str, key: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = words_of(act.story)[kind][key]
    return found


# --- 值班、通联、工作日程 ---------------------------------------------------------------------------------------------


def _shift(act: Act, who: User) -> None:
    username, first, last, days = act.words
    roster.set_shift(_user(username), _at(first), _at(last), who, days=int(days))


def _swap(act: Act, who: User) -> None:
    starts_at, asked_of, reason = act.words
    roster.ask_swap(DutyShift.objects.get(user=who, starts_at=_at(starts_at)), _user(asked_of), reason, who)


def _phone(act: Act, who: User) -> None:
    username, reached, *note = act.words
    base.test_phone(_user(username), reached == "reached", "".join(note), who)


def _plan(act: Act, who: User) -> None:
    department, quarter, due_on, title = act.words
    handling.plan_agenda(_department(department), quarter, title, dt.date.fromisoformat(due_on), who)


def _agenda_item(act: Act) -> AgendaItem:
    return AgendaItem.objects.get(department__code=act.words[0], done_at__isnull=True)


def _propose_row(act: Act, who: User) -> None:
    category, nature, lead, joint, reason = act.words
    table.propose_rule(
        category, nature, "", _department(lead), [_department(one) for one in joint.split(",")], reason, who
    )


# --- 口径、任务、研讨 -------------------------------------------------------------------------------------------------


def _facts(act: Act, who: User) -> None:
    key, *reason = act.words
    case = case_of(act.story)
    newest = handling.current_facts(case)
    text = words_of(act.story)["facts"][key]
    handling.agree_facts(case, text, newest.version if newest else 0, "".join(reason), who)


def _task(act: Act, who: User) -> None:
    asked = _text(act, "tasks", act.words[0])
    department, owner = _department(asked["department"]), _user(asked["owner"])
    handling.make_task(case_of(act.story), asked["kind"], asked["title"], department, owner, _at(asked["due"]), who)


def _done(act: Act, who: User) -> None:
    """`words` are a part of the task's title and what was done."""
    title, note = act.words
    row = Task.objects.get(case=case_of(act.story), title__contains=title, done_at__isnull=True)
    handling.finish_task(row, note, who)


def _attach(act: Act, who: User) -> None:
    picture = SimpleUploadedFile(act.words[0], screenshot(act.words[0]), "image/png")
    handling.attach(case_of(act.story), picture, who)


def _look(act: Act, who: User) -> None:
    """The office opens the cases that were reported on: the story's, or all of them."""
    rows = NodeReport.objects.filter(seen_at__isnull=True)
    cases = [case_of(act.story)] if act.story else Case.objects.filter(pk__in=rows.values("case")).order_by("pk")
    for case in cases:
        handling.see_reports(case, who)


def _heard(act: Act, who: User) -> None:
    """Answer the calls about the story's case."""
    calls: Iterable[Escalation] = calling.open_calls(case_of(act.story))
    mine = [call for call in calls if handling.may_acknowledge(call, who)]
    if not mine:
        raise NothingThere("没有等知悉的呼叫")
    for call in mine:
        handling.acknowledge_call(call, who)


def _tell(act: Act, who: User) -> None:
    """Tell by hand everybody who asked and has not heard."""
    case = case_of(act.story)
    means, text = act.words
    for asker in feedback.askers_due(case):
        if asker.by_hand and not asker.done:
            handling.give_feedback(case, asker.to, asker.name, means, text, who)


# --- 核实衔接 ---------------------------------------------------------------------------------------------------------


def _letter(act: Act, who: User) -> None:
    asked = _text(act, "letters", act.words[0])
    handling.draft_liaison(case_of(act.story), asked["body"], asked["contact"], asked["points"], "", who)


def _last_letter(act: Act) -> Liaison:
    body = _text(act, "letters", act.words[0])["body"]
    return Liaison.objects.filter(case=case_of(act.story), body=body).latest("id")


def _send(act: Act, who: User) -> None:
    """Send it; with a number of minutes the other body answers by its link after them, without one it does not."""
    key, means, *minutes = act.words
    row = _last_letter(act)
    token = handling.send_liaison(row, means, who)
    if token and minutes:
        answer = _text(act, "letters", key)
        payload = {"token": token, **{name: answer[name] for name in ("finding", "name", "answer")}}
        enqueue(ANSWER, payload, f"{ANSWER}:{row.pk}", clock.now() + dt.timedelta(minutes=int(minutes[0])))


@handler(ANSWER)
def answer(job: Job) -> dict[str, Any]:
    """The other body opens its link and answers, unless a visitor used the link or sent another."""
    told = job.payload
    try:
        row = handling.answer_liaison(told["token"], told["finding"], told["name"], told["answer"])
    except Refused as refused:
        return {"refused": refused.sentence}
    return {"liaison": row.pk}


def _answered(act: Act, who: User) -> None:
    told = _text(act, "letters", act.words[0])
    handling.record_answer(_last_letter(act), told["finding"], told["name"], told["answer"], who)


def _clue(act: Act, who: User) -> None:
    body, facts, ground = act.words
    handling.propose_clue(case_of(act.story), body, facts, ground, who)


# --- 会商 -------------------------------------------------------------------------------------------------------------


def _convene(act: Act, who: User) -> None:
    called = words_of(act.story)["meeting"]
    extra = [_user(username) for username in called.get("extra", ())]
    chair, starts_at = _user(called["chair"]), _at(called["starts"])
    handling.convene(case_of(act.story), called["topic"], called["place"], starts_at, chair, extra, who)


def _meeting(act: Act) -> Meeting:
    return Meeting.objects.filter(case=case_of(act.story)).exclude(state=Meeting.CANCELLED).latest("id")


def _hold(act: Act, who: User) -> None:
    """Everybody came, save whom the meeting's `away` names; `stood_in` says who came in somebody's place."""
    called, meeting = words_of(act.story)["meeting"], _meeting(act)
    seats = {seat.user.username: seat for seat in meeting.seats.select_related("user")}
    away, stood_in = called.get("away", {}), called.get("stood_in", {})
    attendance = {seat.pk: away.get(username, MeetingSeat.PRESENT) for username, seat in seats.items()}
    handling.hold(meeting, attendance, {seats[username].pk: name for username, name in stood_in.items()}, who)


def _minute(act: Act, who: User) -> None:
    called = words_of(act.story)["meeting"]
    decisions = [
        Decision(one["title"], _department(one["department"]), _user(one["owner"]), _at(one["due"]), one["deliverable"])
        for one in called["decisions"]
    ]
    dissents = [(name, words) for name, words in called.get("dissents", {}).items()]
    handling.minute(_meeting(act), called["situation"], called["discussion"], dissents, decisions, who)


VERBS: dict[str, Verb] = {
    "shift": _shift,
    "join": lambda act, who: roster.take_seat(_user(act.words[0]), act.words[1], who),
    "swap": _swap,
    "phone": _phone,
    "plan": _plan,
    "planned": lambda act, who: handling.acknowledge_agenda(_agenda_item(act), who),
    "kept": lambda act, who: handling.finish_agenda(_agenda_item(act), act.words[1], who),
    "row": _propose_row,
    "row2": lambda _act, who: table.second_rule(RoutingRule.objects.get(agreed__isnull=True), True, who),
    "facts": _facts,
    "task": _task,
    "done": _done,
    "say": lambda act, who: handling.say(case_of(act.story), act.words[0], who),
    "attach": _attach,
    "look": _look,
    "heard": _heard,
    "noted": lambda act, who: handling.note_act(case_of(act.story), act.words[0], act.words[1], who),
    "again": lambda act, who: relating.link_recurrence(case_of(act.story), case_of(act.words[0]), act.words[1], who),
    "tell": _tell,
    "letter": _letter,
    "send": _send,
    "answered": _answered,
    "exempt": lambda act, who: handling.exempt(case_of(act.story), act.words[0], who),
    "clue": _clue,
    "clue2": lambda act, who: handling.sign_clue(case_of(act.story).clues.get(signed__isnull=True), True, "", who),
    "convene": _convene,
    "seat": lambda act, who: handling.acknowledge_seat(_meeting(act).seats.get(user=who), who),
    "hold": _hold,
    "minute": _minute,
    "sign": lambda act, who: handling.sign(_meeting(act), who),
}
