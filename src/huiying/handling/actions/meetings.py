"""重大政务舆情会商联席会议: convened, acknowledged, held, minuted, signed （十）C10.1, C10.2."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _, ngettext

from huiying.handling import clocks
from huiying.handling.actions.base import locked, require_text
from huiying.handling.actions.liaison import yearly_number
from huiying.handling.actions.tasks import make_task
from huiying.handling.models import Case, Dissent, Meeting, MeetingSeat, Task
from huiying.handling.process import LIVE
from huiying.handling.queries import cases_for, joint_of, lead_of
from huiying.kernel import canonical, clock as time
from huiying.ledger.actions import Actor, record, together
from huiying.people import contacts
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.permissions import require
from huiying.people.queries import able, holders_by_role, regulation_of
from huiying.people.standing import actor_of
from huiying.people.versions import display_name, join_names, zone
from huiying.work import notify

CLOCK = "joint_meeting_convene"
QUORUM = 0.5  # where the regulation file has no joint_meeting block (G10)
ATTENDANCE = (MeetingSeat.PRESENT, MeetingSeat.EXCUSED, MeetingSeat.ABSENT)


@dataclass(frozen=True)
class Decision:
    """议定事项: a title, whose it is, by when, and what is handed over (C10.1)."""

    title: str
    department: Department | None
    owner: User | None
    due_at: dt.datetime | None
    deliverable: str = ""


def chairs(case: Case) -> list[User]:
    """Who may chair: 局领导班子成员, by the roles that the file names, full holders before deputies."""
    block = regulation_of(case.regulation).joint_meeting
    if block is None:
        return able("lead_bureau")
    return holders_by_role(block.chair)


def invited(case: Case) -> list[User]:
    """The roles of the file, then the heads of the lead and joint departments, each person once."""
    block = regulation_of(case.regulation).joint_meeting
    people = holders_by_role(block.invite) if block else able("office")
    lead = lead_of(case)
    departments = [lead, *joint_of(case)] if lead else joint_of(case)
    for card in contacts.cards(departments):
        people += [contact.user for contact in card.heads or card.liaisons]
    if case.event.reserved:  # known only to those who act on it (§6.2)
        people = [user for user in people if cases_for(user).filter(pk=case.pk).exists()]
    return list(dict.fromkeys(people))


@transaction.atomic
@together()
def convene(
    case: Case,
    topic: str,
    place: str,
    starts_at: dt.datetime,
    chair: User,
    extra_users: Sequence[User],
    actor: User,
) -> Meeting:
    """召集: a chair out of the leadership, everybody told at once; the clock to convene stops (C10.1)."""
    require(actor, "meeting.convene", case)
    case = locked(case)
    if case.state not in LIVE:
        raise Refused(_("此件已经办结、并案或作废，不再会商。"), code="not_in_this_state")
    if case.meetings.filter(state=Meeting.CONVENED).exists():
        raise Refused(_("已经召集了一次会议，还没有开。要改时间地点，请先取消那一次。"), code="already_convened")
    if starts_at <= time.now():
        raise Refused(_("开会时间要在现在之后。"), code="in_the_past")
    _check_chair(case, chair)
    block = regulation_of(case.regulation).joint_meeting
    meeting = Meeting.objects.create(
        number=yearly_number("meeting", "会商"),
        case=case,
        topic=require_text(topic, 4, _("议题"))[:300],
        place=require_text(place, 2, _("地点"))[:200],
        starts_at=starts_at,
        quorum=block.quorum if block else QUORUM,
        chair=chair,
        chair_name=chair.name,
        convened_by=actor.name,
        convened_at=time.now(),
    )
    people = [user for user in dict.fromkeys([chair, *invited(case), *extra_users]) if user.is_active]
    seats = MeetingSeat.objects.bulk_create(
        MeetingSeat(
            meeting=meeting, user=user, name=user.name, department=user.department, notified_at=meeting.convened_at
        )
        for user in people
    )
    who = actor_of(actor)
    payload = {
        "topic": meeting.topic,
        "place": meeting.place,
        "starts_at": starts_at.isoformat(),
        "chair": chair.name,
        "invited": [user.name for user in people],
    }
    _record(meeting, "meeting.convened", payload, who, seats)
    _tell(meeting, people, "会商", f"{_moment(starts_at)} {meeting.place}开会，主持：{chair.name}。请确认参加。")
    clocks.stop(case, CLOCK, meeting.number, who)
    return meeting


def _check_chair(case: Case, chair: User) -> None:
    if chair in chairs(case):
        return
    regulation = regulation_of(case.regulation)
    block = regulation.joint_meeting
    roles = join_names(display_name(regulation, "role", role) for role in block.chair) if block else _("局领导")
    raise Refused(
        _("联席会议须由%(roles)s主持，%(name)s不是。") % {"roles": roles, "name": chair.name}, code="not_a_leader"
    )


@transaction.atomic
@together()
def acknowledge_seat(seat: MeetingSeat, actor: User) -> None:
    """知悉: the person who was called says that they will come; nobody says it for another."""
    meeting = _locked(seat.meeting)
    seat = MeetingSeat.objects.select_for_update().get(pk=seat.pk)
    if seat.user_id != actor.pk:
        raise Refused(_("须由%(name)s本人确认。") % {"name": seat.name}, code="not_permitted")
    if meeting.state != Meeting.CONVENED:
        raise Refused(_("会议已经开过或已取消，不用再确认。"), code="not_in_this_state")
    if seat.acknowledged_at is not None:
        return
    seat.acknowledged_at = time.now()
    seat.save(update_fields=["acknowledged_at"])
    _record(meeting, "meeting.acknowledged", {"name": seat.name}, actor_of(actor), [seat])


@transaction.atomic
@together()
def hold(meeting: Meeting, attendance: Mapping[int, str], stood_in: Mapping[int, str], actor: User) -> None:
    """签到: everybody's attendance. Without its chair, or with too few, it was no meeting (C10.1, G10).

    `stood_in` names who came in somebody's place: the seat counts as present. The chair has no stand-in.
    """
    require(actor, "meeting.record", meeting)
    meeting = _locked(meeting)
    if meeting.state != Meeting.CONVENED:
        raise Refused(_("这次会议已经登记过到会情况，或已取消。"), code="not_in_this_state")
    seats = list(meeting.seats.select_for_update().order_by("id"))
    unmarked = [seat.name for seat in seats if attendance.get(seat.pk) not in ATTENDANCE]
    if unmarked:
        raise Refused(_("还没有登记到会情况：%(names)s。") % {"names": join_names(unmarked)}, code="attendance_missing")
    chair = next((seat for seat in seats if seat.user_id == meeting.chair_id), None)
    if chair is None or attendance[chair.pk] != MeetingSeat.PRESENT or stood_in.get(chair.pk, "").strip():
        raise Refused(
            _("主持人%(name)s没有到会，不算开会。请另定时间，或取消后由另一位局领导召集。")
            % {"name": meeting.chair_name},
            code="no_chair",
        )
    present = sum(attendance[seat.pk] == MeetingSeat.PRESENT for seat in seats)
    needed = math.ceil(round(meeting.quorum * len(seats), 6))
    if present < needed:
        raise Refused(
            _("应到 %(all)d 人，至少要到 %(needed)d 人，实到 %(present)d 人，不够开会人数。")
            % {"all": len(seats), "needed": needed, "present": present},
            code="no_quorum",
        )
    for seat in seats:
        seat.attendance = attendance[seat.pk]
        came = seat.attendance == MeetingSeat.PRESENT
        seat.stood_in_by = stood_in.get(seat.pk, "").strip()[:100] if came else ""
    MeetingSeat.objects.bulk_update(seats, ["attendance", "stood_in_by"])
    meeting.state, meeting.held_at, meeting.recorded_by = Meeting.HELD, time.now(), actor.name
    meeting.save(update_fields=["state", "held_at", "recorded_by"])
    told = [[seat.name, seat.attendance, seat.stood_in_by] for seat in seats]
    payload = {"chair": meeting.chair_name, "present": present, "invited": len(seats), "attendance": told}
    _record(meeting, "meeting.held", payload, actor_of(actor), seats)


@transaction.atomic
@together()
def minute(
    meeting: Meeting,
    situation: str,
    discussion: str,
    dissents: Iterable[tuple[str, str]],
    decisions: Iterable[Decision],
    actor: User,
) -> list[Task]:
    """记纪要. Each decision becomes a task at once; a different opinion is kept in its own words (C6.5, C10.1).

    Until the chair signs, the two texts may be written again; opinions and decisions are only ever added.
    """
    require(actor, "meeting.record", meeting)
    meeting = _locked(meeting)
    if meeting.state == Meeting.CONVENED:
        raise Refused(_("还没有登记到会情况。先登记谁到会，再写纪要。"), code="not_held")
    if meeting.state != Meeting.HELD:
        raise Refused(_("纪要已经签发，或会议已取消，不能再写。"), code="not_in_this_state")
    wanted, heard = list(decisions), [(name.strip(), words.strip()) for name, words in dissents]
    for decision in wanted:
        _check_decision(decision)
    if any(not name or not words for name, words in heard):
        raise Refused(_("不同意见要写明是谁的、说了什么。"), code="dissent")
    meeting.situation = require_text(situation, 4, _("情况通报"))
    meeting.discussion = require_text(discussion, 4, _("讨论要点"))
    meeting.minuted_at = time.now()
    meeting.save(update_fields=["situation", "discussion", "minuted_at"])
    other = [Dissent(meeting=meeting, name=name[:100], words=words) for name, words in heard]
    Dissent.objects.bulk_create(other)
    tasks = [_decide(meeting, decision, actor) for decision in wanted]
    digest = minutes_sha256(meeting, list(meeting.dissents.order_by("id")))
    payload = {"decisions": len(tasks), "dissents": len(heard), "sha256": digest}
    _record(meeting, "meeting.minuted", payload, actor_of(actor), other)
    return tasks


def minutes_sha256(meeting: Meeting, dissents: Iterable[Dissent]) -> str:
    """SHA-256 of what was said, every different opinion in its own words included."""
    return canonical.sha256_of([meeting.situation, meeting.discussion, [[one.name, one.words] for one in dissents]])


def _check_decision(decision: Decision) -> None:
    """C10.1: a decision without whose and by when is none."""
    title = require_text(decision.title, 4, _("议定事项"))
    if decision.department is None or decision.owner is None or decision.due_at is None:
        raise Refused(
            _("议定事项“%(title)s”要写明责任部门、责任人和完成时间。") % {"title": title}, code="decision_incomplete"
        )
    if decision.due_at <= time.now():
        raise Refused(_("议定事项“%(title)s”的完成时间要在现在之后。") % {"title": title}, code="in_the_past")


def _decide(meeting: Meeting, decision: Decision, actor: User) -> Task:
    assert decision.department is not None
    assert decision.owner is not None
    assert decision.due_at is not None
    return make_task(
        meeting.case,
        Task.DECISION,
        decision.title,
        decision.department,
        decision.owner,
        decision.due_at,
        actor,
        meeting=meeting,
        deliverable=decision.deliverable,
    )


@transaction.atomic
@together()
def sign(meeting: Meeting, actor: User) -> None:
    """签发: by the chair, and only what has minutes."""
    meeting = _locked(meeting)
    require(actor, "meeting.sign", meeting)
    if meeting.state != Meeting.HELD or meeting.minuted_at is None:
        raise Refused(_("没有待签发的纪要：须先开会并写好纪要。"), code="not_in_this_state")
    meeting.state, meeting.signed_by, meeting.signed_at = Meeting.SIGNED, actor.name, time.now()
    meeting.save(update_fields=["state", "signed_by", "signed_at"])
    _record(meeting, "meeting.signed", {"by": actor.name}, actor_of(actor))
    _tell(meeting, _people(meeting), "纪要已签发", "请按议定事项办理。")


@transaction.atomic
@together()
def cancel(meeting: Meeting, why: str, actor: User) -> None:
    """取消: a meeting that was not held, with its reason. The case still asks for one where its level does."""
    require(actor, "meeting.convene", meeting)
    meeting = _locked(meeting)
    if meeting.state != Meeting.CONVENED:
        raise Refused(_("会议已经开过或已取消。"), code="not_in_this_state")
    meeting.state, meeting.cancelled_why = Meeting.CANCELLED, require_text(why, 4, _("取消的理由"))[:300]
    meeting.save(update_fields=["state", "cancelled_why"])
    _record(meeting, "meeting.cancelled", {"reason": meeting.cancelled_why}, actor_of(actor))
    _tell(meeting, _people(meeting), "会议取消", meeting.cancelled_why)


def quorum_words(meeting: Meeting, invited_count: int) -> str:
    """How many have to come, for the page."""
    needed = math.ceil(round(meeting.quorum * invited_count, 6))
    return ngettext("至少到 %(n)d 人才算开会", "至少到 %(n)d 人才算开会", needed) % {"n": needed}


def _people(meeting: Meeting) -> list[User]:
    return [seat.user for seat in meeting.seats.select_related("user")]


def _tell(meeting: Meeting, people: Iterable[User], what: str, text: str) -> None:
    """One notice each. A danger to life is never named in one (Life first)."""
    topic = "" if meeting.case.event.reserved else f"｜{meeting.topic}"
    notify.send(
        f"{meeting.number} {what}",
        f"{meeting.case.number}{topic}｜{text}",
        [user.username for user in people],
        "urgent" if meeting.state == Meeting.CONVENED else "info",
        key=f"meeting:{meeting.pk}:{meeting.state}",
        url=f"/desk/meetings/{meeting.pk}/",
    )


def _locked(meeting: Meeting) -> Meeting:
    """The case first, then the meeting: every verb takes them in this order."""
    locked(meeting.case)
    found = Meeting.objects.select_for_update(of=("self",)).select_related("case__event", "case__regulation")
    return found.get(pk=meeting.pk)


def _moment(at: dt.datetime) -> str:
    local = at.astimezone(zone())
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def _record(meeting: Meeting, kind: str, payload: Mapping[str, object], who: Actor, rows: Iterable[Model] = ()) -> None:
    told = {"meeting": meeting.number, **payload}
    record(f"case:{meeting.case.number}", kind, told, who, rows=[meeting, *rows])
