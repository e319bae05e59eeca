"""Pages whose address is the key: whoever has the link may read, and answer (C5.15, C5.18, C8.4)."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiying.people.errors import Refused
from huiying.portal import limits

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
