"""One way for every verb: read its form, call its one action, say what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from huiying.desk import second_factor
from huiying.desk.bar import Verb, form_for
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest
from huiying.people.errors import Refused

Again = Callable[[dict[str, VerbForm]], HttpResponse]


def perform(
    request: StaffRequest,
    verbs: Mapping[str, Verb],
    name: str,
    subject: Any,
    *,
    after: Callable[[Verb, Any], str],
    again: Again,
) -> HttpResponse:
    """Do it and go on to `after`; or show the page again with the form as it was filled in.

    A form that lacks something answers 422, a verb that refuses 409 with its sentence: nothing was changed.
    """
    verb = verbs.get(name)
    if verb is None:
        raise Http404
    form = form_for(verb, name, subject, request.user, request.POST, request.FILES)
    if verb.asks_again:
        second_factor.ask_again(request, request.user, form)
    if not form.is_valid() or not second_factor.answered(request, request.user, form):
        response = again({name: form})
        response.status_code = 422
        return response
    try:
        result = verb.call(subject, form.cleaned_data, request.user)
    except Refused as refused:
        form.add_error(None, refused.sentence)
        response = again({name: form})
        response.status_code = 409
        return response
    messages.success(request, verb.said(result))
    return redirect(after(verb, result))
