"""Another body reads the text that names it and answers once, by a link (C8.4). Silence is never consent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from huiying.kernel import clock
from huiying.portal import forms
from huiying.portal.views.by_link import by_link, refusal
from huiying.responding.actions import answer_confirmation, open_confirmation
from huiying.responding.actions.confirming import is_post_hoc, open_until
from huiying.responding.models import BodyConfirmation
from huiying.responding.queries import current_revision


@by_link
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The text and three answers; a used, late, outdated or unknown link says so in plain words."""
    asked = open_confirmation(token)
    why = _not_open(asked)
    if asked is None or why:
        return render(
            request,
            "portal/confirm_closed.html",
            {"asked": asked, "why": why},
            status=404 if not asked else 200,
        )
    if request.method != "POST":
        return _form(request, asked, forms.ConfirmForm(), 200)
    form = forms.ConfirmForm(request.POST)
    if status := refusal(request, form, lambda: answer_confirmation(token, **form.cleaned_data)):
        return _form(request, asked, form, status)
    return redirect("portal:confirm", token=token)


def _not_open(asked: BodyConfirmation | None) -> str:
    """ "" while the link is open; else unknown, answered, late or outdated."""
    if asked is None:
        return "unknown"
    if asked.answered_at:
        return "answered"
    if asked.not_received_at or open_until(asked) <= clock.now():
        return "late"
    if is_post_hoc(asked):
        return ""  # heard after all about the text that a leader did not wait with, whatever is drafted since (C8.4)
    now_current = current_revision(asked.case, asked.revision.track)
    if now_current is not None and now_current.manifest_sha256 != asked.manifest_sha256:
        return "outdated"
    return ""


def _form(request: HttpRequest, asked: BodyConfirmation, form: forms.ConfirmForm, status: int) -> HttpResponse:
    texts = dict.fromkeys(text for text in asked.revision.renditions.values() if text)
    context = {
        "asked": asked,
        "revision": asked.revision,
        "texts": [text for text in texts if text != asked.revision.facts],
        "until": open_until(asked),
        "left": open_until(asked) - clock.now(),
        "went_on": is_post_hoc(asked),
        "form": form,
        "answers": forms.ConfirmForm.ANSWERS,
    }
    return render(request, "portal/confirm.html", context, status=status)
