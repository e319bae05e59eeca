"""Evidence and original words outside every case are destroyed when the regulation's time is over; of a case they live
with the case.
"""

from __future__ import annotations

from typing import Final

from huiying.handling.models import Case
from huiying.judging.models import EventPost
from huiying.kernel import clock as time
from huiying.ledger.actions import Actor, lock, record
from huiying.listening import evidence
from huiying.listening.models import Evidence, Message, Post
from huiying.people import personal_data
from huiying.people.queries import regulation_now
from huiying.work.schedule import every

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
