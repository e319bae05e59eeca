"""登记一个邮箱: it is opened once to see that it can be read, then taken up （五）C5.2."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters

from huiying.desk.forms_mailbox import MailboxForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.listening import probing
from huiying.listening.actions import sources
from huiying.people.errors import Refused
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
    if request.method != "POST":
        return _page(request, MailboxForm())
    form = MailboxForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    told = form.told()
    try:
        if request.POST.get("act") != UNSEEN and told.password:
            seen = probing.probe_box(told.url, told.password, form.cleaned_data["since"])
            messages.success(
                request,
                ngettext("连上了：要读进来的信有 %(n)d 封。", "连上了：要读进来的信有 %(n)d 封。", seen.to_read)
                % {"n": seen.to_read},
            )
        added = sources.add_source(told, request.user)
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return _page(request, form, 409)
    messages.success(request, _t("来源“%(name)s”已登记。") % {"name": added.source.name})
    return redirect("desk:source", added.source.pk)


def _page(request: StaffRequest, form: MailboxForm, status: int = 200) -> HttpResponse:
    return render(request, "desk/mailbox_add.html", {"form": form, "unseen": UNSEEN}, status=status)
