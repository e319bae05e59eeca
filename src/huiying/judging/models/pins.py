"""What persons said of the stream's grouping; the stream replays it with its log and obeys for ever after."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.judging.models.core import Event


class Pin(models.Model):
    """One word of a person: these two events are one matter, or are two, or these posts are another matter.

    Append-only; of two words on the same events the later one holds. `after` is the last row of the stream's log
    (`EventPost`) when it was said: there the replay hears it.
    """

    TOGETHER, APART, SPLIT = "together", "apart", "split"
    kind = models.CharField(max_length=10)
    left = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="pins_left")  # of a split: what it was
    right = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="pins_right")  # of a split: what it became
    posts = models.JSONField(default=list)  # of a split: row ids of the posts that went over
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=100)
    by_user = models.BigIntegerField()
    at = models.DateTimeField()
    after = models.BigIntegerField()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(left=models.F("right")), name="pin_is_of_two_events"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.left_id} {self.right_id}"
