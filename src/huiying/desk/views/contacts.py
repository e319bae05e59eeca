"""通联: whom to call at each department, and whether somebody answered the last time (C10.3)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t

from huiying.desk.dispatch import perform
from huiying.desk.forms_routing import PhoneTestForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.people.actions.contacts import test_phone
from huiying.people.contacts import HEAD, LIAISON, cards
from huiying.people.models import User
from huiying.people.permissions import may


@staff()
def contacts(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "contact.view")
    every = cards()
    lacking = request.GET.get("gaps") == "1"
    context = {
        "cards": [card for card in every if card.gaps] if lacking else every,
        "lacking": lacking,
        "without_head": sum(HEAD in card.gaps for card in every),
        "without_liaison": sum(LIAISON in card.gaps for card in every),
        "total": len(every),
        "may_test": may(request.user, "contact.test").allowed,
    }
    return render(request, "desk/contacts.html", context)


@staff("POST")
def test(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "contact.test")
    user = get_object_or_404(User, pk=pk, is_administrator=False, oversees=None)
    form = PhoneTestForm(request.POST)
    if not form.is_valid():
        messages.error(request, _t("请选择接通还是未接通。"))
        return redirect("desk:contacts")
    return perform(
        request,
        lambda: test_phone(user, form.cleaned_data["reached"] == "yes", form.cleaned_data["note"], request.user),
        done=_t("抽查%(name)s的结果已记录。") % {"name": user.name},
        to="desk:contacts",
    )
