"""依决定删除: the words of one entry of the ledger, proposed by one person, agreed to by another (§6.2, INV-1)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.dispatch import perform
from huiying.desk.forms import long_text
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.overseeing.actions.erasing import propose_erasure, settle_erasure
from huiying.overseeing.models import ErasureProposal
from huiying.people.models import User
from huiying.people.permissions import may

SHOWN = 100


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
        rows = [(row, may(request.user, "ledger.settle_erasure", row)) for row in ErasureProposal.objects.all()[:SHOWN]]
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
