"""The weekly sample of what was screened out, and what the bureau's own clearances taught the screening (C5.16)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiying.judging.models.core import Screening


class SampleDraw(models.Model):
    """One week's sample: which posts could have been drawn, and by which seed, so that anybody can draw it again."""

    week = models.DateField(unique=True)  # the Monday on which the week sampled began
    seed = models.CharField(max_length=40)
    population = models.PositiveIntegerField()  # posts screened out in that week
    reached = models.PositiveIntegerField()  # posts of that week which were put on the desk, by rule or by a person
    size = models.PositiveIntegerField()
    drawn_at = models.DateTimeField()


class SampledPost(models.Model):
    """A post of a sample. What a person says of it stands in its screening, as for a suspect."""

    draw = models.ForeignKey(SampleDraw, on_delete=models.PROTECT, related_name="posts")
    screening = models.OneToOneField(Screening, on_delete=models.PROTECT, related_name="sampled")
    place = models.PositiveIntegerField()  # the order of the draw: the posts reviewed first are a sample too

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["draw", "place"], name="sample_place_once")]


class ScreenAdjustment(models.Model):
    """What clearances taught: bounded additions to the shipped model. Used only where it did better on clearances
    held back from it; any one can be withdrawn, and then the one before it is in force again.
    """

    APPLIED, REFUSED, WITHDRAWN = "applied", "refused", "withdrawn"
    state = models.CharField(max_length=12)
    weights = models.JSONField(default=dict)  # fact name → addition to the log-odds; "" is the offset
    learned_from = models.PositiveIntegerField()
    held_back = models.PositiveIntegerField()
    loss_before = models.FloatField()  # mean log loss on the clearances held back, under what was in force
    loss_after = models.FloatField()
    model = models.CharField(max_length=40)  # the shipped model that it adds to
    at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=100, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="applied") | Q(loss_after__lt=models.F("loss_before")),
                name="adjustment_did_better",
            )
        ]
