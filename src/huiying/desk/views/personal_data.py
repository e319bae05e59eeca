"""个人信息处理情况: where personal data comes in, where it lies, who reads it and when it is gone (PIPL art. 55)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.documents import data_flow
from huiying.kernel.store import SERVED_AS
from huiying.paper.document import Stamp
from huiying.paper.docx import to_docx
from huiying.paper.text import to_text
from huiying.people import personal_data
from huiying.people.standing import standing

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
    document = data_flow.compose()
    stamp = Stamp(document.sha256)
    content = to_docx(document, stamp) if kind == "docx" else to_text(document, stamp).encode()
    response = HttpResponse(content, content_type=MEDIA[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="personal-data.{kind}"'
    return response
