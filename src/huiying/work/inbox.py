"""消息: what a person was told, newest first; read when it was opened."""

from __future__ import annotations

from django.db.models import QuerySet

from huiying.kernel import clock
from huiying.work.models import Notice


def inbox(username: str) -> QuerySet[Notice]:
    return Notice.objects.filter(recipient=username).order_by("-id")


def unread(username: str) -> QuerySet[Notice]:
    return Notice.objects.filter(recipient=username, read_at__isnull=True).order_by("-id")


def opened(username: str, pk: int) -> Notice | None:
    """The notice, marked as read; None where this person has none of that number."""
    notice = Notice.objects.filter(recipient=username, pk=pk).first()
    if notice is not None and notice.read_at is None:
        notice.read_at = clock.now()
        Notice.objects.filter(pk=pk, read_at__isnull=True).update(read_at=notice.read_at)
    return notice


def read_all(username: str, up_to: int) -> int:
    """Mark what the person has seen listed: notices up to `up_to`, not one that came in the meantime."""
    return unread(username).filter(pk__lte=up_to).update(read_at=clock.now())
