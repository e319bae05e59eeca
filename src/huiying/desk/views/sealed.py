"""The sealed original of a text and the way to reach its writer: with a reason, once, never kept by the browser."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import long_text
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.handling.access import get_case
from huiying.handling.models import AskedAgain
from huiying.handling.queries import case_of_event
from huiying.judging.access import get_event
from huiying.judging.queries import event_of_post
from huiying.listening.actions.sealed import Opened, open_sealed
from huiying.listening.models import Post, PostAttachment
from huiying.listening.reserved import is_masked
from huiying.people import access_log
from huiying.people.errors import Refused
from huiying.people.models import User


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("为什么要看"), widget=long_text(), max_length=500, help_text=_("谁、何时、为什么，会写进台账。")
    )


@staff("GET", "HEAD", "POST")
def sealed(request: StaffRequest, pk: int) -> HttpResponse:
    post = get_object_or_404(Post, pk=pk)
    gate(request.user, post)
    form = ReasonForm(request.POST or None, label_suffix="")
    opened: Opened | None = None
    if request.method == "POST" and form.is_valid():
        try:
            opened = open_sealed(post, form.cleaned_data["reason"], request.user)
        except Refused as refused:
            form.add_error(None, refused.sentence)
    status = 422 if form.errors else 200
    files = PostAttachment.objects.filter(message__post=post).order_by("id")
    context = {"post": post, "form": form, "opened": opened, "files": files}
    response = render(request, "desk/sealed.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def gate(user: User, post: Post) -> None:
    """Who sees the case, or the event that has none yet, and has to act on it."""
    or_404(user, "post.unmask" if is_masked(post) else "post.unseal")
    again = AskedAgain.objects.filter(post=post).select_related("case").first()
    event = event_of_post(post)
    case = again.case if again else case_of_event(event.pk) if event else None
    if case is not None:
        get_case(user, case.number)
        return
    if event is None:
        or_404(user, "event.view")
    else:
        get_event(user, event.number)
    if post.life_safety or (event and event.life_safety):
        or_404(user, "urgent.view")
        access_log.note_read(user, f"post:{post.pk}", access_log.LIFE)
