"""消息: what this person was told, newest first; opening one marks it as read and leads to its page."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext

from huiying.desk.gate import StaffRequest, staff
from huiying.desk.views.events import page_of
from huiying.kernel.keepable import number_of
from huiying.work import inbox as told


@staff()
def inbox(request: StaffRequest) -> HttpResponse:
    only_unread = request.GET.get("only") == "unread"
    rows = (told.unread if only_unread else told.inbox)(request.user.username)
    page = page_of(request, rows)
    context = {"page": page, "only_unread": only_unread, "newest": max((row.pk for row in page), default=0)}
    return render(request, "desk/inbox.html", context)


@staff()
def opened(request: StaffRequest, pk: int) -> HttpResponse:
    notice = told.opened(request.user.username, pk)
    if notice is None:
        raise Http404
    # A notice leads to a page of this desk and to nowhere else, whoever wrote its address.
    if notice.url.startswith("/") and url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
        return redirect(notice.url)
    return redirect("desk:inbox")


@staff("POST")
def read_all(request: StaffRequest) -> HttpResponse:
    newest = request.POST.get("newest", "")
    done = told.read_all(request.user.username, number_of(newest))
    messages.success(request, ngettext("%(n)d 条消息已标为已读。", "%(n)d 条消息已标为已读。", done) % {"n": done})
    return redirect("desk:inbox")
