"""What the loop does for the duty desk: hand-overs of the roster, who has not confirmed, the night's two summaries."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from huiying.handling import handover_sheet
from huiying.handling.actions.handover import GRACE, PAGE, prepare_handover
from huiying.handling.models import Handover
from huiying.kernel import clock
from huiying.people.queries import able, is_set_up, on_duty, zone
from huiying.people.roster import shifts_between
from huiying.work import notify
from huiying.work.auditor import Finding, auditor
from huiying.work.schedule import every, poller

AHEAD = dt.timedelta(minutes=30)
EVENING, MORNING = dt.time(22, 0), dt.time(6, 30)
SUMMARY_WITHIN = dt.timedelta(hours=2)  # a loop that was down says it late, not never; after that the morning's is next
NAG_EVERY = dt.timedelta(minutes=30)


@every("handling.handovers", 60)
def changes_of_the_roster() -> None:
    """Where one shift ends and another person's begins, the sheet is prepared half an hour before (C5.1)."""
    if not is_set_up():
        return
    now = clock.now()
    shifts = shifts_between(now - AHEAD, now + AHEAD + dt.timedelta(minutes=1))
    for ends in shifts:
        if not now - AHEAD < ends.ends_at <= now + AHEAD:
            continue
        begins = next((one for one in shifts if one.starts_at == ends.ends_at and one.user_id != ends.user_id), None)
        if begins is not None:
            prepare_handover(ends.ends_at, ends.user, begins.user)


@poller("handovers", due=lambda now: Handover.objects.filter(next_action_at__lte=now).exists())
def unconfirmed(now: dt.datetime, limit: int) -> int:
    """Half an hour after the change and not both have confirmed: the shift leader hears of it (§7.1)."""
    due = Handover.objects.filter(next_action_at__lte=now).order_by("next_action_at", "id")
    return sum(_alarm(pk, now) for pk in list(due.values_list("pk", flat=True)[:limit]))


@transaction.atomic
def _alarm(pk: int, now: dt.datetime) -> int:
    row = Handover.objects.select_for_update(of=("self",)).select_related("outgoing", "incoming").get(pk=pk)
    if row.next_action_at is None or row.next_action_at > now or row.took_at is not None:
        return 0
    who = row.incoming if row.gave_at is not None else row.outgoing
    notify.send(
        "交接班没有确认",
        f"{row.outgoing.name} → {row.incoming.name}，等{who.name}确认。",
        [who.username, *(user.username for user in able("escalation")[:1])],
        "warning",
        key=f"handover-late:{row.pk}:{int(now.timestamp())}",
        url=PAGE,
    )
    row.next_action_at = now + NAG_EVERY
    row.save(update_fields=["next_action_at"])
    return 1


@every("handling.night_summary", 60)
def night_summary() -> None:
    """At 22:00 and 06:30, in the bureau's own time: whoever sits at the desk and whoever leads (C5.12)."""
    if not is_set_up():
        return
    now, own = clock.now(), zone()
    today = now.astimezone(own).date()
    for at, title, back in ((EVENING, "夜间小结 22:00", 14), (MORNING, "夜间小结 06:30", 9)):
        moment = dt.datetime.combine(today, at, own)
        if not moment <= now < moment + SUMMARY_WITHIN:
            continue
        people = [user.username for user in (*on_duty(), *able("escalation"))]
        words = handover_sheet.night_words(now, now - dt.timedelta(hours=back))
        notify.send(title, words, people, key=f"night:{today}T{at:%H:%M}", url="/desk/")


@auditor("handovers")
def every_change_is_confirmed() -> list[Finding]:
    """A change of the desk that nobody confirmed (C5.1)."""
    now = clock.now()
    rows = Handover.objects.filter(took_at__isnull=True, changes_at__lt=now - GRACE, changes_at__gt=now - 7 * _DAY)
    found = []
    for row in rows.select_related("outgoing", "incoming"):
        when = f"{row.changes_at.astimezone(zone()):%m-%d %H:%M}"
        found.append(
            Finding(
                "handover.unconfirmed",
                "warning",
                f"{when} {row.outgoing.name} → {row.incoming.name} 的交接没有双方确认",
                f"The hand-over of {when} was not confirmed by both.",
            )
        )
    return found


_DAY = dt.timedelta(days=1)
