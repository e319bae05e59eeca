"""登记一个邮箱: it is opened once to see that it can be read, then taken up （五）C5.2."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters

from huiying.desk.dispatch import perform
from huiying.desk.forms_mailbox import MailboxForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.listening import probing
from huiying.listening.actions import sources
from huiying.listening.models import Source
from huiying.people.permissions import may

UNSEEN = "unseen"  # the button that registers without a look


@sensitive_post_parameters("password")
@staff("GET", "HEAD", "POST")
def add(request: StaffRequest) -> HttpResponse:
    """The password stands in one request only: a form that comes back has it no more."""
    or_404(request.user, "source.view")
    if why := may(request.user, "source.edit").why:
        messages.error(request, why)
        return redirect("desk:sources") if request.method != "POST" else _page(request, MailboxForm(), 409)
    form = MailboxForm(request.POST if request.method == "POST" else None)

    def add_box() -> Source:
        box = form.told()
        if request.POST.get("act") != UNSEEN and box.password:
            seen = probing.probe_box(box.url, box.password, form.cleaned_data["since"])
            messages.success(
                request,
                ngettext("连上了：要读进来的信有 %(n)d 封。", "连上了：要读进来的信有 %(n)d 封。", seen.to_read)
                % {"n": seen.to_read},
            )
        return sources.add_source(box, request.user).source

    return perform(
        request,
        add_box,
        done=lambda source: _t("来源“%(name)s”已登记。") % {"name": source.name},
        to=lambda source: reverse("desk:source", args=[source.pk]),
        form=form,
        again=partial(_page, request, form),
    )


def _page(request: StaffRequest, form: MailboxForm, status: int = 200) -> HttpResponse:
    return render(request, "desk/mailbox_add.html", {"form": form, "unseen": UNSEEN}, status=status)
