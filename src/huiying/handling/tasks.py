"""What happens to cases later: clocks act, unconfirmed suggestions get a provisional clock, late finds are noted;
evidence and contacts are destroyed when the regulation's time is over §6.2.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db.models import Q, QuerySet

from huiying.handling import actions, calling, clocks
from huiying.handling.audits import act_words
from huiying.handling.models import Case, Clock, Escalation
from huiying.handling.process import LIVE
from huiying.handling.queries import case_of_event
from huiying.judging.models import Event, EventPost
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, lock, record
from huiying.listening import evidence
from huiying.listening.actions.receiving import purge_contact
from huiying.listening.models import Evidence, Message, Post
from huiying.people import personal_data
from huiying.people.queries import regulation_now, regulation_of
from huiying.work.auditor import Finding, auditor
from huiying.work.models import Job
from huiying.work.outbox import handler
from huiying.work.schedule import every, poller

LATE_AFTER = dt.timedelta(minutes=5)
REVIEWED_WITHIN = dt.timedelta(days=60)  # a case that ended longer ago is not asked for its review any more


def _clock_is_due(now: dt.datetime) -> bool:
    return Clock.objects.filter(next_action_at__lte=now, stopped_at__isnull=True, superseded_at__isnull=True).exists()


def _event_waits(now: dt.datetime) -> bool:
    return Event.objects.filter(confirm_by__lte=now, state=Event.OPEN).exists()


@poller("clocks", due=_clock_is_due)
def run_clocks(now: dt.datetime, limit: int) -> int:
    return clocks.poll(now, limit)


def _call_is_due(now: dt.datetime) -> bool:
    return Escalation.objects.filter(next_action_at__lte=now).exists()


@poller("calls", due=_call_is_due)
def ring_again(now: dt.datetime, limit: int) -> int:
    """A call that nobody has answered rings again (C10.6)."""
    return calling.poll(now, limit)


@every("clocks.upkeep", 60)
def keep_nudges() -> None:
    """Every case has the nudges that its state asks for, whichever verb brought it there (§4.3).

    核实衔接 follows a concern that was decided after the case opened; a closed case has its review before it, and one
    that was taken up again has none.
    """
    now = time.now()
    needed = Case.objects.filter(state__in=LIVE).exclude(_has("liaison")).select_related("event", "regulation")
    for case in needed.filter(liaison_exemption__isnull=True):
        clocks.start_liaison(case)
    confirmed = Case.objects.filter(state__in=LIVE, is_provisional=False).exclude(_has("rescan"))
    for case in confirmed.select_related("regulation"):
        clocks.start_internal(case, "rescan", moment="looked_at")
    closed = Case.objects.filter(state="closed", closed_at__gte=now - REVIEWED_WITHIN).exclude(_has("review"))
    for case in closed.exclude(acts__kind="review").select_related("regulation"):
        clocks.start_internal(case, "review", begun=case.closed_at, moment="closed_at")
    again = Case.objects.filter(pk__in=_running("review").values("case"), state__in=LIVE)
    for case in again:
        clocks.end(case, "review", "重新办理")


def _running(act: str) -> QuerySet[Clock]:
    return Clock.objects.filter(act=act, stopped_at__isnull=True, superseded_at__isnull=True)


def _has(act: str) -> Q:
    """Cases with a clock of the act that runs; for 核实衔接 and the review also one that was done."""
    rows = _running(act) if act == "rescan" else Clock.objects.filter(act=act, superseded_at__isnull=True)
    return Q(pk__in=rows.values("case"))


@poller("provisional", due=_event_waits)
def open_unconfirmed(now: dt.datetime, limit: int) -> int:
    """An hour without a human word on the level: the case opens with a provisional clock (§4.2)."""
    waiting = Event.objects.filter(confirm_by__lte=now, state=Event.OPEN).order_by("confirm_by", "id")[:limit]
    for event in waiting:
        actions.open_case(event, Actor.SYSTEM, reason="超过确认时限，按建议级别暂行计时")
    return len(waiting)


@handler("late_knowledge")
def note_late(job: Job) -> None:
    event = Event.objects.get(pk=job.payload["event"])
    actions.note_late_knowledge(event, float(job.payload["hours"]), str(job.payload.get("cause", "")))


@handler("event_known_earlier")
def follow_event(job: Job) -> None:
    """An event that was known earlier was merged into a cased one: the case's first knowledge follows (INV-2)."""
    case = case_of_event(int(job.payload["event"]))
    if case is not None:
        known_at = dt.datetime.fromisoformat(job.payload["known_at"])
        actions.follow_knowledge(case, known_at, "并入更早获知的事件", str(job.payload.get("merged", "")), Actor.SYSTEM)


@handler("concern_decided")
def follow_concern(job: Job) -> None:
    """People said what the concern is after the case was opened: the case follows, 核实衔接 begins (C5.14, C5.15)."""
    case = case_of_event(int(job.payload["event"]))
    if case is None or case.state not in LIVE:
        return
    case = actions.locked(case)
    case.concern = case.event.concern
    case.save(update_fields=["concern"])
    record(f"case:{case.number}", "case.concern_followed", {"concern": case.concern}, Actor.SYSTEM, rows=[case])
    clocks.start_liaison(case)


@every("contacts.purge", 86400)
def purge_contacts() -> None:
    """A year (or what the file says) after the matter closed, the way to reach its writer is destroyed (§6.2)."""
    regulation = regulation_now()
    now = time.now()
    kept = personal_data.kept("contact", regulation)
    for message in Message.objects.filter(sealed_contact__isnull=False).select_related("post"):
        member = EventPost.objects.filter(post=message.post).first()
        case = case_of_event(member.event_id) if member else None
        ended = message.received_at if case is None else case.closed_at
        if ended is not None and regulation.work_calendar.add(ended, kept) <= now:
            purge_contact(message)


@auditor("clocks")
def late_clocks() -> list[Finding]:
    """A live clock whose moment passed five minutes ago was not acted on: the loop is late (habit 11)."""
    now = time.now()
    rows = Clock.objects.filter(
        next_action_at__lt=now - LATE_AFTER, stopped_at__isnull=True, superseded_at__isnull=True
    ).select_related("case__regulation")
    found = []
    for row in rows:
        zh, en = act_words(regulation_of(row.case.regulation), row.act)
        found.append(
            Finding(
                "late_clock",
                "error",
                f"案件 {row.case.number} 的“{zh}”时钟到点后五分钟仍未处理，请检查后台循环是否在运行。",
                f"Case {row.case.number}: the clock “{en}” was not acted on within five minutes; is the loop running?",
            )
        )
    return found


@auditor("leads")
def orphans() -> list[Finding]:
    """C1.3, C2.1: every open case has exactly one lead."""
    lead = Q(departments__role="lead", departments__until__isnull=True)
    without = Case.objects.filter(state__in=LIVE).exclude(pk__in=Case.objects.filter(lead).values("pk"))
    return [
        Finding(
            "no_lead",
            "error",
            f"案件 {case.number} 没有主办部门。",
            f"Case {case.number} has no lead department.",
        )
        for case in without
    ]


AT_ONCE: Final = 500


@every("evidence.purge", 86_400, transactional=False)
def purge_evidence() -> None:
    """Each file in a transaction of its own; the row stays as a tombstone (§6.2: without a case two years)."""
    regulation, now = regulation_now(), time.now()
    kept = personal_data.kept("snapshot", regulation)
    cased = Case.objects.values("event")
    of_cases = Evidence.objects.filter(posts__in=EventPost.objects.filter(event__in=cased).values("post"))
    old = Evidence.objects.filter(purged_at__isnull=True).exclude(pk__in=of_cases.values("pk")).order_by("captured_at")
    for row in old[:AT_ONCE]:
        if regulation.work_calendar.add(row.captured_at, kept) > now:
            break  # in the order of their age: the rest is younger
        evidence.purge(row)


@every("originals.purge", 86_400)
def purge_originals() -> None:
    """The words before masking (§6.2). The masked text stays, so nothing that was received is lost (INV-1)."""
    regulation, now = regulation_now(), time.now()
    kept = personal_data.kept("original", regulation)
    cased = EventPost.objects.filter(event__in=Case.objects.values("event")).values("post")
    old = Post.objects.filter(sealed_text__isnull=False).exclude(pk__in=cased)
    old = old.exclude(pk__in=Message.objects.values("post")).order_by("received_at")
    over = []
    for post in old.only("received_at")[:AT_ONCE]:
        if regulation.work_calendar.add(post.received_at, kept) > now:
            break
        over.append(post.pk)
    if over:
        Post.objects.filter(pk__in=over).update(sealed_text=None)
        lock("posts")
        rows = list(Post.objects.filter(pk__in=over).order_by("pk"))
        record("posts", "post.originals_purged", {"posts": len(over), "last": over[-1]}, Actor.SYSTEM, rows=rows)
