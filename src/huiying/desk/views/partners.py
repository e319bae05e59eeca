"""合作账号: who carries our word on, whether the contact answers, what was sent and what came of it （十一）C11.3."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import State, build, offered
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.subjects.registers import PARTNER_VERBS, PUSH_VERBS, PartnerForm
from huiying.people import registers
from huiying.people.actions.registers import add_partner
from huiying.people.models import Partner, User
from huiying.people.permissions import may
from huiying.responding import partners as reading
from huiying.responding.models import PartnerPush
from huiying.responding.partners import pack

SHOWN = 30
NOTHING = reading.Tally(0, 0, 0)


@staff()
def partners(request: StaffRequest) -> HttpResponse:
    """Those that go on; `?all=1` the ended ones too."""
    or_404(request.user, "register.view")
    return _page(request)


def _page(request: StaffRequest, form: PartnerForm | None = None, status: int = 200) -> HttpResponse:
    every = request.GET.get("all") == "1"
    tallies = reading.tallies()
    may_add = may(request.user, "register.edit").allowed
    context = {
        "rows": [
            (row, tallies.get(row.partner.pk, NOTHING))
            for row in registers.tested(list(registers.partners(ended=every)))
        ],
        "every": every,
        "unlinked": registers.unlinked(),
        "mail": reading.mail_is_on(),
        "form": (form or PartnerForm()) if may_add else None,
    }
    return render(request, "desk/partners.html", context, status=status)


@staff("POST")
def add(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "register.view")
    if why := may(request.user, "register.edit").why:
        messages.error(request, why)
        return _page(request, None, 409)
    form = PartnerForm(request.POST)
    return perform(
        request,
        lambda: add_partner(**form.cleaned_data, actor=request.user),
        done=lambda made: _t("“%(name)s”已登记为合作账号。") % {"name": made.name},
        to=lambda made: reverse("desk:partner", args=[made.pk]),
        form=form,
        again=partial(_page, request, form),
    )


def _get(user: User, pk: int) -> Partner:
    or_404(user, "register.view")
    return get_object_or_404(Partner, pk=pk)


@staff()
def partner(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk))


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _get(request.user, pk)

    def after(result: Any) -> str:
        if isinstance(result, PartnerPush):
            return reverse("desk:push", args=[result.pk])
        return reverse("desk:partner", args=[found.pk])

    return perform_verb(request, PARTNER_VERBS, verb, found, to=after, again=partial(_show, request, found))


def _show(request: StaffRequest, found: Partner, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    context = {
        "partner": found,
        "tested": registers.tested([found])[0],
        "tests": list(found.tests.order_by("-id")[:SHOWN]),
        "tally": reading.tallies().get(found.pk, NOTHING),
        "pushes": list(reading.pushes().filter(partner=found)[:SHOWN]),
        "bar": build(
            _states(request.user, found),
            PARTNER_VERBS,
            found,
            request.user,
            base=f"{reverse('desk:partner', args=[found.pk])}do/",
            bound=bound,
            forward=("push",),
        ),
    }
    return render(request, "desk/partner.html", context)


def _states(user: User, found: Partner) -> list[State]:
    if found.until is not None:
        return []
    edits = may(user, "register.edit").why
    return offered(
        [
            ("push", _("推送一篇"), may(user, "partner.push").why),
            ("test", _("记录一次抽查"), edits),
            ("edit", _("修改登记"), edits),
            ("end", _("结束合作"), edits),
        ]
    )


# --- one push ---------------------------------------------------------------------------------------------------------


def _push(user: User, pk: int) -> PartnerPush:
    or_404(user, "register.view")
    return get_object_or_404(reading.pushes().select_related("publication__revision"), pk=pk)


@staff()
def push(request: StaffRequest, pk: int) -> HttpResponse:
    return _show_push(request, _push(request.user, pk))


@staff("POST")
def push_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _push(request.user, pk)
    page = reverse("desk:push", args=[found.pk])
    return perform_verb(request, PUSH_VERBS, verb, found, to=page, again=partial(_show_push, request, found))


def _show_push(request: StaffRequest, found: PartnerPush, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    context = {
        "push": found,
        "pack": pack(found.publication, found.partner),
        "bar": build(
            _push_states(request.user, found),
            PUSH_VERBS,
            found,
            request.user,
            base=f"{reverse('desk:push', args=[found.pk])}do/",
            bound=bound,
            forward=("reply", "sent"),
        ),
    }
    return render(request, "desk/push.html", context)


def _push_states(user: User, found: PartnerPush) -> list[State]:
    why = may(user, "partner.push").why
    if found.sent_at is not None:
        return offered([("reply", _("登记答复"), why)])
    rows = [("sent", _("已经送到"), why)]
    if found.error and reading.mail_is_on() and found.partner.contact_email:
        rows.append(("again", _("再发一次"), why))
    return offered(rows)
