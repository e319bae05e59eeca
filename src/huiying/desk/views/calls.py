"""知悉: one press by whoever was called (C10.6)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from huiying.desk.gate import StaffRequest, staff
from huiying.handling.access import get_case
from huiying.handling.actions.acts import acknowledge_call
from huiying.handling.models import Escalation
from huiying.people.errors import Refused


@staff("POST")
def acknowledge(request: StaffRequest, pk: int) -> HttpResponse:
    call = get_object_or_404(Escalation.objects.select_related("case"), pk=pk)
    get_case(request.user, call.case.number)
    try:
        acknowledge_call(call, request.user)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("已知悉，不再催这一次。"))
    return redirect("desk:case", call.case.number)
