"""Pages whose address is the key: whoever has the link may read, and answer once (C5.15, C5.18, C8.4); the hash of a
page of ours is checked here, with nothing of what stands in it (INV-9). Silence is never consent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from huiying.documents.queries import checked
from huiying.handling.actions.liaison import answer_liaison, open_liaison
from huiying.handling.models import Liaison
from huiying.judging.actions import sharing
from huiying.kernel import clock
from huiying.people.errors import Refused
from huiying.portal import limits
from huiying.portal.forms import ConfirmForm, LiaisonForm
from huiying.responding.actions import answer_confirmation, open_confirmation
from huiying.responding.actions.confirming import is_post_hoc, open_until
from huiying.responding.models import BodyConfirmation
from huiying.responding.queries import current_revision

Given = ParamSpec("Given")
View = Callable[Concatenate[HttpRequest, Given], HttpResponse]


def unlisted(view: View[Given]) -> View[Given]:
    """In no index. Other sites never learn the address: the whole site sends no referrer abroad."""

    def shown(request: HttpRequest, /, *given: Given.args, **named: Given.kwargs) -> HttpResponse:
        response = view(request, *given, **named)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    update_wrapper(shown, view)
    return shown


def by_link(view: View[Given]) -> View[Given]:
    """A page for whoever has its link: in no index and no cache."""
    made: View[Given] = never_cache(require_http_methods(["GET", "HEAD", "POST"])(unlisted(view)))
    return made


def too_often() -> str:
    """What a form says to whoever sends it again and again; what was written stays in it."""
    return _("提交太频繁了，请过一会儿再试。写好的内容还在。")


def refusal(request: HttpRequest, form: forms.Form, answer: Callable[[], object]) -> int:
    """Send a filled-in form on. 0 when it was taken, else the status under which it is shown again, with why."""
    if not form.is_valid():
        return 422
    if not limits.may_confirm(request):
        form.add_error(None, too_often())
        return 429
    try:
        answer()
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return 409
    return 0


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
        return _form(request, asked, ConfirmForm(), 200)
    form = ConfirmForm(request.POST)
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


def _form(request: HttpRequest, asked: BodyConfirmation, form: ConfirmForm, status: int) -> HttpResponse:
    texts = dict.fromkeys(text for text in asked.revision.renditions.values() if text)
    context = {
        "asked": asked,
        "revision": asked.revision,
        "texts": [text for text in texts if text != asked.revision.facts],
        "until": open_until(asked),
        "left": open_until(asked) - clock.now(),
        "went_on": is_post_hoc(asked),
        "form": form,
        "answers": ConfirmForm.ANSWERS,
    }
    return render(request, "portal/confirm.html", context, status=status)


@by_link
def liaison(request: HttpRequest, token: str) -> HttpResponse:
    """The letter and a form; a used, late or unknown link says so in plain words."""
    row = open_liaison(token)
    why = _letter_not_open(row)
    if row is None or why:
        finding = dict(LiaisonForm.FINDINGS).get(row.finding, "") if row else ""
        context = {"row": row, "why": why, "finding": finding}
        return render(request, "portal/liaison_closed.html", context, status=404 if row is None else 200)
    if request.method != "POST":
        return _letter_form(request, row, LiaisonForm(), 200)
    form = LiaisonForm(request.POST)
    if status := refusal(request, form, lambda: answer_liaison(token, **form.cleaned_data)):
        return _letter_form(request, row, form, status)
    return redirect("portal:liaison", token=token)


def _letter_not_open(row: Liaison | None) -> str:
    """ "" while the link is open; else unknown, answered or late."""
    if row is None:
        return "unknown"
    if row.answered_at is not None:
        return "answered"
    if row.not_received_at is not None or row.submit_before is None or row.submit_before <= clock.now():
        return "late"
    return ""


def _letter_form(request: HttpRequest, row: Liaison, form: LiaisonForm, status: int) -> HttpResponse:
    assert row.submit_before is not None
    context = {"row": row, "left": row.submit_before - clock.now(), "form": form, "findings": LiaisonForm.FINDINGS}
    return render(request, "portal/liaison.html", context, status=status)


@by_link
def shared(request: HttpRequest, token: str) -> HttpResponse:
    error, status = "", 200
    if request.method == "POST":
        if not limits.may_confirm(request):
            error, status = too_often(), 429
        else:
            try:
                sharing.reply(token, _plain(request, "name"), _plain(request, "text"))
                return redirect("portal:shared", token=token)
            except Refused as refused:
                error, status = refused.sentence, 409
    found = sharing.open_package(token)
    if found is None:
        return render(request, "portal/shared_closed.html", status=404)
    context = {"row": found, "content": found.content, "error": error, "replies": list(found.replies.all())}
    return render(request, "portal/shared.html", context, status=status)


@never_cache
@require_GET
@unlisted
def file(request: HttpRequest, token: str) -> HttpResponse:
    """The same as JSON, signed."""
    found = sharing.open_package(token)
    if found is None:
        raise Http404
    return JsonResponse(sharing.signed(found), json_dumps_params={"ensure_ascii": False})


def _plain(request: HttpRequest, name: str) -> str:
    """PostgreSQL keeps no NUL in a text."""
    return request.POST.get(name, "").replace("\x00", "")


HASH = re.compile(r"[0-9a-f]{64}")


@require_safe
@unlisted
def verify(request: HttpRequest, sha256: str) -> HttpResponse:
    """404 where no document has the hash: the page in hand is not one of ours, or a sign of it was changed."""
    found = checked(sha256) if HASH.fullmatch(sha256) else []
    return render(request, "portal/verify.html", {"rows": found, "sha256": sha256[:64]}, status=200 if found else 404)
