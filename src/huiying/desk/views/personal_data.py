"""Personal data: where it lies and who reads it (PIPL art. 55), requests to correct or delete it （四）§6.2, and
the sealed original of a text, opened with a reason, once, never kept by the browser.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy as _

from huiying.desk.bar import build, offered
from huiying.desk.dispatch import perform_verb
from huiying.desk.fields import long_text
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.subjects.dialogue import REQUEST_VERBS
from huiying.desk.views.events import page_of
from huiying.documents.compositors import conformance
from huiying.handling.access import get_case
from huiying.handling.models import AskedAgain
from huiying.handling.queries import case_of_event
from huiying.judging.access import get_event
from huiying.judging.queries import event_of_post
from huiying.kernel import clock
from huiying.kernel.store import SERVED_AS
from huiying.listening.actions.receiving import Opened, open_sealed
from huiying.listening.models import Post, PostAttachment
from huiying.listening.reserved import is_masked
from huiying.paper.document import Stamp, to_text
from huiying.paper.docx import to_docx
from huiying.people import access_log, personal_data
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.standing import standing
from huiying.responding.models import PersonalRequest

MEDIA = {"docx": SERVED_AS["application/docx"], "txt": "text/plain; charset=utf-8"}


@staff()
def whole(request: StaffRequest) -> HttpResponse:
    """A row for each kind of data, with the periods of the regulation in force."""
    or_404(request.user, "personal_request.view")
    regulation = standing(request.user).regulation
    english = (get_language() or "").startswith("en")
    rows = []
    for kind in personal_data.KINDS:
        period = personal_data.kept(kind.code, regulation)
        rows.append((kind, period.en() if english else period.zh()))
    return render(request, "desk/personal_data.html", {"rows": rows})


@staff()
def paper(request: StaffRequest, kind: str) -> HttpResponse:
    or_404(request.user, "personal_request.view")
    if kind not in MEDIA:
        raise Http404
    document = conformance.compose_data_flow()
    stamp = Stamp(document.sha256)
    content = to_docx(document, stamp) if kind == "docx" else to_text(document, stamp).encode()
    response = HttpResponse(content, content_type=MEDIA[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="personal-data.{kind}"'
    return response


KINDS: dict[str, str | Promise] = {
    PersonalRequest.CORRECTION: _("要求更正"),
    PersonalRequest.DELETION: _("要求删除"),
    PersonalRequest.COPY: _("要一份副本"),
}
DECISIONS: dict[str, str | Promise] = {
    PersonalRequest.GRANTED: _("照办"),
    PersonalRequest.PARTLY: _("部分照办"),
    PersonalRequest.REFUSED: _("不办"),
}


def _row(row: PersonalRequest) -> dict[str, Any]:
    return {
        "shown": row,
        "kind": KINDS[row.kind],
        "decision": DECISIONS.get(row.decision, ""),
        "late": (row.decided_at or clock.now()) > row.due_at,
    }


@staff()
def requests(request: StaffRequest) -> HttpResponse:
    """The open ones, the most urgent first; `?all=1` every one."""
    or_404(request.user, "personal_request.view")
    every = request.GET.get("all") == "1"
    rows = PersonalRequest.objects.order_by("-id")
    if not every:
        rows = PersonalRequest.objects.filter(decided_at__isnull=True).order_by("due_at")
    page = page_of(request, rows)
    context = {"page": page, "rows": [_row(row) for row in page], "every": every}
    return render(request, "desk/requests.html", context)


def _get(user: User, pk: int) -> PersonalRequest:
    or_404(user, "personal_request.view")
    return get_object_or_404(PersonalRequest, pk=pk)


@staff()
def request_page(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk))


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _get(request.user, pk)
    page = reverse("desk:request", args=[found.pk])
    return perform_verb(request, REQUEST_VERBS, verb, found, to=page, again=partial(_show, request, found))


def _show(request: StaffRequest, found: PersonalRequest, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    why = may(request.user, "personal_request.decide").why
    states = [] if found.decided_at is not None else offered([("decide", _("办结"), why)])
    bar = build(
        states,
        REQUEST_VERBS,
        found,
        request.user,
        base=f"{reverse('desk:request', args=[found.pk])}do/",
        bound=bound,
        forward=("decide",),
    )
    return render(request, "desk/request.html", {**_row(found), "bar": bar})


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
