"""知悉: one press by whoever was called (C10.6)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from huiying.desk.dispatch import perform
from huiying.desk.gate import StaffRequest, staff
from huiying.handling.access import get_case
from huiying.handling.actions.acts import acknowledge_call
from huiying.handling.models import Escalation


@staff("POST")
def acknowledge(request: StaffRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(Escalation.objects.select_related("case"), pk=pk)
    get_case(request.user, call.case.number)
    return perform(
        request,
        lambda: acknowledge_call(call, request.user),
        done=_("已知悉，不再催这一次。"),
        to=reverse("desk:case", args=[call.case.number]),
    )
