"""One way for every POST: check the form, call one verb, then say what was done and go on, or show the page again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from huiying.desk import second_factor
from huiying.desk.bar import Verb, form_for
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest
from huiying.people.errors import Refused

R = TypeVar("R")


def perform(
    request: StaffRequest,
    call: Callable[[], R],
    *,
    to: str | Callable[[R], str],
    done: str | Callable[[R], str] = "",
    form: forms.Form | None = None,
    again: Callable[[int], HttpResponse] | None = None,
    field: str | None = None,
    asks_again: bool = False,
    back: str = "",
) -> HttpResponse:
    """Call one verb with what the form says and redirect to `to`; where it can't be, show the page `again`.

    `again(status)` draws the page: 200 for a GET, 422 for a form that lacks something, 409 when the verb refused; its
    sentence then stands on the form (on `field`, if named). A button without a form goes `back` (by default to `to`)
    with the sentence as a message. `asks_again` adds the second factor to the form (§6.1 S4).
    """
    if form is not None and again is not None:
        if asks_again:
            second_factor.ask_again(request, request.user, form)
        if request.method != "POST":
            return again(200)
        if not form.is_valid() or (asks_again and not second_factor.answered(request, request.user, form)):
            return again(422)
    try:
        result = call()
    except Refused as refused:
        if form is not None and again is not None:
            form.add_error(field, refused.sentence)
            return again(409)
        messages.error(request, refused.sentence)
        return redirect(back or (to if isinstance(to, str) else "desk:home"))
    if sentence := done if isinstance(done, str) else done(result):
        messages.success(request, sentence)
    return redirect(to if isinstance(to, str) else to(result))


def perform_verb(
    request: StaffRequest,
    verbs: Mapping[str, Verb],
    name: str,
    subject: Any,
    *,
    to: str | Callable[[Any], str],
    again: Callable[[dict[str, VerbForm]], HttpResponse],
) -> HttpResponse:
    """Perform a verb of a table: `again` gets its form as it was filled in, by its name; 404 without such a verb."""
    verb = verbs.get(name)
    if verb is None:
        raise Http404
    form = form_for(verb, name, subject, request.user, request.POST, request.FILES)

    def page(status: int) -> HttpResponse:
        response = again({name: form})
        response.status_code = status
        return response

    return perform(
        request,
        lambda: verb.call(subject, form.cleaned_data, request.user),
        to=to,
        done=verb.said,
        form=form,
        again=page,
        asks_again=verb.asks_again,
    )
