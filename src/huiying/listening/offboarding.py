"""What a leaver holds of the sources (§6.1 S5, C5.10)."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy

from huiying.listening.models import Source
from huiying.people.models import User
from huiying.people.offboarding import Kind, Thing, passes, register


def _sources(user: User) -> list[Thing]:
    rows = Source.objects.filter(Q(owner=user) | Q(backup=user)).exclude(state=Source.RETIRED)
    return [Thing(row.pk, row.name) for row in rows]


register(Kind("source", gettext_lazy("监测来源的责任人或备用责任人"), _sources, passes(Source, "owner", "backup")))
