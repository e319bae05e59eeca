"""Documents （六）C6.9 C6.10: the list, a document as on paper with its sources, its files, signing, 批示."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk import second_factor
from huiying.desk.bar import Bar, State, build, offered
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.subjects.documents import CASE_DOCUMENT_VERBS, DOCUMENT_VERBS, INSTRUCTION_VERBS, blocks_of
from huiying.desk.views.events import page_of
from huiying.documents import queries
from huiying.documents.access import documents_for, get_document, get_instruction
from huiying.documents.actions import issued, issuing
from huiying.documents.kinds import KINDS, places_of
from huiying.documents.models import Instruction, IssuedDocument
from huiying.handling.access import get_case
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.overseeing.actions.measures import PAPERS
from huiying.paper.document import to_paste, to_text
from huiying.paper.docx import to_docx
from huiying.paper.pdf import to_pdf
from huiying.people import access_log
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NAMES: dict[str, str | Promise] = {
    "log": _("日志"),
    "report": _("专报"),
    "quick": _("快报"),
    "follow": _("续报"),
    "final": _("终报"),
    "briefing": _("早报"),
    "night": _("夜间小结"),
    "handover": _("交接班表"),
    "slip": _("转办单"),
    "approval": _("审批表"),
    "letter": _("核实函"),
    "warning": _("预警通知"),
    "feedback": _("反馈单"),
    "minutes": _("会商纪要"),
    "digest": _("民意月报"),
    "pack": _("证据包"),
    "supervision": _("督办单"),
    "criticism": _("通报批评"),
    "talk": _("约谈记录"),
    "referral": _("问责移送材料"),
    "risk": _("风险评估报告"),
    "conformance": _("制度落实情况表"),
}


@staff()
def documents(request: StaffRequest) -> HttpResponse:
    """Newest first; `?kind=` one kind."""
    or_404(request.user, "document.list")
    kind = request.GET.get("kind", "")
    rows = documents_for(request.user)
    if kind in KINDS:
        rows = rows.filter(kind=kind)
    page = page_of(request, rows)
    context = {
        "page": page,
        "rows": [(row, NAMES[row.kind], _unsigned(row), _instructed(row)) for row in page],
        "kinds": list(NAMES.items()),
        "kind": kind,
    }
    return render(request, "desk/documents.html", context)


def _unsigned(row: IssuedDocument) -> int:
    if row.withdrawn is not None:
        return 0
    return max(0, len(places_of(row.kind, row.rules)) - len(row.signatures.all()))


def _instructed(row: IssuedDocument) -> str:
    """How far the 批示 on it are, in a word; the worst first."""
    found = [one for one in row.instructions.all() if one.state != Instruction.CLOSED]
    if not found:
        return _t("批示已办结") if row.instructions.all() else ""
    late = any(one.due_at < clock.now() for one in found)
    return _t("批示逾期") if late else _t("批示在办")


@staff()
def document(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, get_document(request.user, pk))


def _show(
    request: StaffRequest,
    row: IssuedDocument,
    bound: dict[str, VerbForm] | None = None,
    instruction: int = 0,
) -> HttpResponse:
    made = queries.document_of(row)
    blocks, sources = blocks_of(made)
    signed = {one.place: one for one in row.signatures.all()}
    context = {
        "shown": row,
        "document": made,
        "kind_name": NAMES[row.kind],
        "blocks": blocks,
        "sources": sources,
        "places": [(place, signed.get(place)) for place in made.places],
        "paste": to_paste(made) if made.short else "",
        "address": _address(request, row),
        "instructions": [
            (one, one.state != Instruction.CLOSED and one.due_at < clock.now(),
             _instruction_bar(request.user, row, one, bound if one.pk == instruction else None))
            for one in row.instructions.all()
        ],
        "bar": _bar(request.user, row, None if instruction else bound),
    }  # fmt: skip
    return render(request, "desk/document.html", context)


def _bar(user: User, row: IssuedDocument, bound: dict[str, VerbForm] | None) -> Bar:
    states: list[tuple[str, str | Promise, str]] = []
    own = next((one for one in row.circulations.all() if one.user_id == user.pk), None)
    if own is not None and own.read_at is None:
        states.append(("read", _("已阅"), ""))
    if _unsigned(row) and row.withdrawn is None:
        signed = any(one.by_user == user.pk for one in row.signatures.all())
        twice = _t("您已经签过一栏，请另一人签。") if signed else ""
        states.append(("sign", _("签字"), may(user, "document.sign", row).why or twice))
    if row.withdrawn is None:
        states += [
            ("instruct", _("记批示"), may(user, "document.instruct", row).why),
            ("circulate", _("传阅"), may(user, "document.circulate", row).why),
        ]
    if row.kind == issued.WITHDRAWABLE and row.withdrawn is None:
        states.append(("withdraw", _("撤回或替代"), issued.why_not_withdraw(row, user)))
    states += [
        ("addend", _("补记"), may(user, "document.add", row).why),
    ]
    base = f"{reverse('desk:document', args=[row.pk])}do/"
    return build(offered(states), DOCUMENT_VERBS, row, user, base=base, bound=bound, forward=("read", "sign"))


def _instruction_bar(user: User, row: IssuedDocument, one: Instruction, bound: dict[str, VerbForm] | None) -> Bar:
    states: list[State] = []
    if one.state == Instruction.OPEN:
        states = offered([("report", _("报办理结果"), may(user, "instruction.report", one).why)])
    if one.state == Instruction.REPORTED:
        own = _t("报结果的人不能自己认定办结，请另一人认定。") if one.reported_user == user.pk else ""
        states = offered([("close", _("认定办结"), may(user, "instruction.close", one).why or own)])
    base = f"{reverse('desk:document', args=[row.pk])}instructions/{one.pk}/do/"
    return build(states, INSTRUCTION_VERBS, one, user, base=base, bound=bound, forward=("report", "close"))


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    row = get_document(request.user, pk)
    page = reverse("desk:document", args=[row.pk])
    return perform_verb(request, DOCUMENT_VERBS, verb, row, to=page, again=partial(_show, request, row))


@staff("POST")
def instruction_do(request: StaffRequest, pk: int, row: int, verb: str) -> HttpResponse:
    found = get_document(request.user, pk)
    one = get_instruction(request.user, found, row)
    page = reverse("desk:document", args=[found.pk])
    return perform_verb(
        request, INSTRUCTION_VERBS, verb, one, to=page, again=lambda bound: _show(request, found, bound, one.pk)
    )


# Files ----------------------------------------------------------------------------------------------------------------


def _address(request: StaffRequest, row: IssuedDocument) -> str:
    """Where the QR code leads: a public page that knows the number and the hash and nothing of the content."""
    return request.build_absolute_uri(reverse("portal:verify", args=[row.sha256]))


def _file(row: IssuedDocument, content: bytes | str, media_type: str, ending: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    name = "".join(sign if sign.isalnum() else "-" for sign in row.number).strip("-")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"document-{row.pk}.{ending}\"; filename*=UTF-8''{quote(name)}.{ending}"
    )
    return response


def _taken(request: StaffRequest, pk: int, form: str) -> IssuedDocument:
    """What kind of paper it is says what for it leaves (§6.3-8)."""
    row = get_document(request.user, pk)
    access_log.note_taken(request.user, f"document:{row.number}", form, row.kind)
    return row


@second_factor.before_it_leaves
@staff()
def pdf(request: StaffRequest, pk: int) -> HttpResponse:
    row = _taken(request, pk, "pdf")
    stamp = queries.stamp_of(row, _address(request, row), _t("演示") if settings.DEMO else "")
    return _file(row, to_pdf(queries.document_of(row), stamp), "application/pdf", "pdf")


@second_factor.before_it_leaves
@staff()
def docx(request: StaffRequest, pk: int) -> HttpResponse:
    row = _taken(request, pk, "docx")
    stamp = queries.stamp_of(row, _address(request, row), _t("演示") if settings.DEMO else "")
    return _file(row, to_docx(queries.document_of(row), stamp), DOCX, "docx")


@second_factor.before_it_leaves
@staff()
def text(request: StaffRequest, pk: int) -> HttpResponse:
    row = _taken(request, pk, "txt")
    return _file(row, to_text(queries.document_of(row), queries.stamp_of(row)), "text/plain; charset=utf-8", "txt")


# Issuing --------------------------------------------------------------------------------------------------------------


@staff("POST")
def issue_object(request: StaffRequest, kind: str, ref: int) -> HttpResponse:
    """Put one row of the casework on paper: a slip, a letter, minutes. What nobody may see is not there."""
    case = issuing.case_of(kind, ref)
    if case is not None:
        get_case(request.user, case.number)
    elif not issuing.may_know(kind, ref, request.user):
        raise Http404
    try:
        row = issuing.issue_of_object(kind, ref, request.user)
    except Refused as refused:
        if refused.code in ("unknown_kind", "unknown_object"):
            raise Http404 from refused
        messages.error(request, refused.sentence)
        return redirect(_whence(kind, ref, case))
    return redirect("desk:document", row.pk)


def _whence(kind: str, ref: int, case: Case | None) -> str:
    """Where the button stood."""
    if case is not None:
        return reverse("desk:case_documents", args=[case.number])
    return reverse("desk:measure", args=[ref]) if kind in PAPERS else reverse("desk:documents")


@staff()
def of_case(request: StaffRequest, number: str) -> HttpResponse:
    return _of_case(request, get_case(request.user, number))


def _of_case(request: StaffRequest, case: Case, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    """The case's documents, and what can be put on paper now."""
    user = request.user
    why = may(user, "document.issue", case).why
    danger = _t("涉及人身安全或标为敏感的事不进工作群，不出快报、续报和终报。") if case.event.reserved else ""
    sensitive = _t("标为敏感的事不出专报。") if case.event.sensitive else ""
    early = "" if case.state in issuing.OVER else _t("还没有结果，不能出终报；先出续报。")
    states = offered(
        [
            ("report", _("出专报"), why or sensitive),
            ("quick", _("出快报"), why or danger),
            ("follow", _("出续报"), why or danger),
            ("final", _("出终报"), why or danger or early),
            ("feedback", _("出反馈单"), why),
            ("pack", _("出证据包"), why),
        ]
    )
    rows = documents_for(user).filter(case=case)
    base = f"{reverse('desk:case_documents', args=[case.number])}do/"
    context = {
        "case": case,
        "rows": [(row, NAMES[row.kind], _unsigned(row), _instructed(row)) for row in rows[:100]],
        "printable": [] if why else [(kind, NAMES[kind], ref, said) for kind, ref, said in issuing.printable(case)],
        "bar": build(states, CASE_DOCUMENT_VERBS, case, user, base=base, bound=bound, forward=("report",)),
    }
    return render(request, "desk/case_documents.html", context)


@staff("POST")
def case_do(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    case = get_case(request.user, number)
    return perform_verb(
        request,
        CASE_DOCUMENT_VERBS,
        verb,
        case,
        to=lambda row: reverse("desk:document", args=[row.pk]),
        again=partial(_of_case, request, case),
    )
