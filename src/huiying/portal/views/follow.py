"""Following a topic: RSS and a calendar for everybody, e-mail for who confirms it; ended by one click （四）."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from huiying.people.errors import Refused
from huiying.portal import limits
from huiying.portal.forms_dialogue import FollowForm
from huiying.portal.views.by_link import by_link
from huiying.responding.actions import followers
from huiying.responding.topics import topics


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Ways to follow, and the form where the site can send mail."""
    form = FollowForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and not limits.may_follow(request):
            form.add_error(None, _("您这里刚才提交得比较多，请一小时后再试。填的内容还在。"))
            status = 429
        elif form.is_valid():
            told = form.cleaned_data
            try:
                followers.follow(told["address"], told["topic"], get_language() or "zh-hans")
                return redirect("portal:follow_asked")
            except Refused as refused:
                form.add_error(None, refused.sentence)
                status = 409
    context = {"form": form, "by_mail": followers.mail_is_on(), "topics": list(topics())}
    return render(request, "portal/follow.html", context, status=status)


@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    """The same whoever asked and whatever address it was: nobody learns who follows here."""
    return render(request, "portal/follow_asked.html")


@by_link
def confirm(request: HttpRequest, link: str) -> HttpResponse:
    """A mail program may look at the link beforehand, so looking confirms nothing: a button does."""
    row = followers.by_link(followers.CONFIRM, link)
    if row is not None and request.method == "POST" and row.ended_at is None:
        row = followers.confirm(row)
    context = {"row": row, "done": row is not None and row.confirmed_at is not None and row.ended_at is None}
    return render(request, "portal/follow_confirm.html", context, status=404 if row is None else 200)


# A mail program ends it by a POST of its own (RFC 8058), which knows no token; the link itself is the key.
@csrf_exempt
@by_link
def end(request: HttpRequest, link: str) -> HttpResponse:
    row = followers.by_link("end", link)
    if row is not None and request.method == "POST":
        row = followers.end(row)
    context = {"row": row, "done": row is not None and row.ended_at is not None}
    return render(request, "portal/follow_end.html", context, status=404 if row is None else 200)
