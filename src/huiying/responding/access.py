"""The one gate to a publication: whoever sees its case, or may read press releases. Outsiders get 404 (habit 5)."""

from __future__ import annotations

from django.http import Http404

from huiying.handling.access import get_case
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.responding.models import Publication


def get_publication(user: User, pk: int) -> Publication:
    """The publication with what its page shows. Raises Http404."""
    rows = Publication.objects.select_related("case", "revision", "evidence", "press__release", "platform")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    if row.case is not None:
        row.case = get_case(user, row.case.number)
    elif not may(user, "press.view"):
        raise Http404
    return row
