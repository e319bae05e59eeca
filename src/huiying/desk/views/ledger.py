"""台账: the heads of the chains and the proof that nothing was altered (INV-8); 依决定删除 of one entry's words, by
two persons (§6.2, INV-1).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk import timeline
from huiying.desk.dispatch import perform
from huiying.desk.fields import long_text
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.templatetags.desk import actor
from huiying.desk.views.conformance import hidden
from huiying.ledger import queries
from huiying.ledger.models import ChainHead, LedgerEntry
from huiying.overseeing.actions.erasing import propose_erasure, settle_erasure
from huiying.overseeing.models import ErasureProposal
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing

SHOWN = 50
HEADS = 12


@staff("GET", "HEAD", "POST")
def ledger(request: StaffRequest) -> HttpResponse:
    """POST verifies: reading every entry is work, so it is asked for, not done on each visit."""
    or_404(request.user, "ledger.view")
    chain = request.GET.get("chain", "")
    kept_back = hidden(request.user)
    found = LedgerEntry.objects.exclude(chain__in=kept_back).order_by("-id")
    if chain:
        found = found.filter(chain=chain)
    entries = list(found[:SHOWN])
    regulation = standing(request.user).regulation
    context: dict[str, Any] = {
        "chain": chain,
        "rows": [(entry, timeline.sentence(entry, regulation), actor(entry.actor, regulation)) for entry in entries],
        "heads": ChainHead.objects.filter(seq__gt=0).exclude(chain__in=kept_back).order_by("-at")[:HEADS],
        "chains": ChainHead.objects.filter(seq__gt=0).count(),
        "report": queries.verify() if request.method == "POST" else None,
    }
    return render(request, "desk/ledger.html", context)


# 查阅记录 (§6.1 S6, S9): who looked at what bears a label, took files out, whose account changed; no content.

SHOWN_ACCESS = 100
KINDS = ("access.", "person.", "factor.")


@staff()
def access(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "access.view")
    wanted = Q()
    for kind in KINDS:
        wanted |= Q(kind__startswith=kind)
    regulation = standing(request.user).regulation
    rows = LedgerEntry.objects.filter(wanted).order_by("-id")[:SHOWN_ACCESS]
    context = {
        "rows": [(row, timeline.sentence(row, regulation), actor(row.actor, regulation)) for row in rows],
        "shown": SHOWN_ACCESS,
    }
    return render(request, "desk/access.html", context)


ERASURES_SHOWN = 100


class ErasureForm(forms.Form):
    chain = forms.CharField(
        label=_("哪条链"), max_length=100, help_text=_("台账里每条记录下面写着，例如 case:20260914-01。")
    )
    seq = forms.IntegerField(label=_("第几条"), min_value=1, max_value=2**40)
    decision = forms.CharField(label=_("决定的编号"), max_length=60)
    reason = forms.CharField(
        label=_("删除的理由"), widget=long_text(), max_length=1000, help_text=_("会一直留在台账里，不要写个人信息。")
    )


@staff("GET", "HEAD", "POST")
def erasures(request: StaffRequest) -> HttpResponse:
    """What was proposed, and the form to propose; POST proposes."""
    or_404(request.user, "ledger.view")
    may_propose = may(request.user, "ledger.propose_erasure").allowed
    if request.method == "POST" and not may_propose:
        messages.error(request, may(request.user, "ledger.propose_erasure").why)
        return redirect("desk:erasures")
    initial = {"chain": request.GET.get("chain", ""), "seq": request.GET.get("seq", "")}
    form = ErasureForm(request.POST if request.method == "POST" else None, initial=initial)

    def page(status: int) -> HttpResponse:
        rows = [
            (row, may(request.user, "ledger.settle_erasure", row))
            for row in ErasureProposal.objects.all()[:ERASURES_SHOWN]
        ]
        context = {"form": form if may_propose else None, "rows": rows}
        return render(request, "desk/erasures.html", context, status=status)

    return perform(
        request,
        lambda: _propose(form.cleaned_data, request.user),
        done=_t("已提议，等另一人同意；现在什么也没有删。"),
        to="desk:erasures",
        form=form,
        again=page,
    )


def _propose(data: dict[str, Any], user: User) -> ErasureProposal:
    return propose_erasure(data["chain"], data["seq"], data["decision"], data["reason"], user)


@staff("POST")
def settle(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "ledger.view")
    row = get_object_or_404(ErasureProposal, pk=pk)
    agree = request.POST.get("agree") == "yes"
    return perform(
        request,
        lambda: settle_erasure(row, agree, request.user),
        done=_t("已删除，留下删除记录。") if agree else _t("已记下：不同意删除。"),
        to="desk:erasures",
    )
