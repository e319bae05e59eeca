"""解释登记 （十三）, versions and their difference in words （十四）."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import build
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, staff
from huiying.desk.language import lang
from huiying.desk.offers import offered
from huiying.desk.verbs.oversight import INTERPRETATION_VERBS, VERSION_VERBS
from huiying.kernel import clock
from huiying.people.interpretations import OpenQuestion, questions, unsigned
from huiying.people.models import Interpretation, RegulationVersion
from huiying.people.permissions import may
from huiying.people.queries import standing
from huiying.people.versions import parsed, version_at
from huiying.regulation.differing import differences, path_name, sentence


@staff()
def register(request: StaffRequest) -> HttpResponse:
    """The sixteen questions, and every ruling that was ever signed."""
    context = {
        "rows": [(asked, _question(asked)) for asked in questions()],
        "left": len(unsigned()),
        "signed": Interpretation.objects.order_by("-id")[:100],
    }
    return render(request, "desk/interpretations.html", context)


def _question(asked: OpenQuestion) -> str:
    return asked.gap.en if lang() == "en" else asked.gap.zh


@staff()
def question(request: StaffRequest, gap: str) -> HttpResponse:
    return _question_page(request, gap)


@staff("POST")
def sign(request: StaffRequest, gap: str) -> HttpResponse:
    page = reverse("desk:interpretations")
    return perform_verb(
        request, INTERPRETATION_VERBS, "sign", _asked(gap), to=page, again=partial(_question_page, request, gap)
    )


def _asked(gap: str) -> OpenQuestion:
    found = next((asked for asked in questions() if asked.gap.id == gap), None)
    if found is None:
        raise Http404
    return found


def _question_page(request: StaffRequest, gap: str, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    asked, law = _asked(gap), standing(request.user).regulation
    numbers = [row.gap.id for row in questions()]
    place = numbers.index(gap)
    context = {
        "asked": asked,
        "question": _question(asked),
        "draft": [(path_name(path, law, lang()), words) for path, words in asked.draft.items()],
        "history": Interpretation.objects.filter(gap=gap).order_by("-id"),
        "before": numbers[place - 1] if place else "",
        "after": numbers[place + 1] if place + 1 < len(numbers) else "",
        "bar": build(
            offered([("sign", _("签署这条解释"), may(request.user, "interpretation.sign").why)]),
            INTERPRETATION_VERBS,
            asked,
            request.user,
            base=f"{reverse('desk:interpretation', args=[gap])}",
            bound=bound,
            forward=("sign",),
        ),
    }
    return render(request, "desk/interpretation.html", context)


@staff()
def versions(request: StaffRequest) -> HttpResponse:
    return _versions(request)


@staff("POST")
def bring(request: StaffRequest) -> HttpResponse:
    page = reverse("desk:versions")
    return perform_verb(request, VERSION_VERBS, "bring", None, to=page, again=partial(_versions, request))


def _versions(request: StaffRequest, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    rows = list(RegulationVersion.objects.defer("text").order_by("effective_from", "adopted_at"))
    now = version_at(clock.now())
    before, after = _pair(request, rows)
    context: dict[str, Any] = {
        "versions": rows,
        "in_force": now.pk if now else 0,
        "before": before,
        "after": after,
        "bar": build(
            offered([("bring", _("采用新版本"), may(request.user, "regulation.bring").why)]),
            VERSION_VERBS,
            None,
            request.user,
            base=reverse("desk:versions"),
            bound=bound,
        ),
    }
    if before is not None and after is not None:
        old, new = parsed(before.text), parsed(after.text)
        context["changes"] = [sentence(change, new, lang()) for change in differences(old, new)]
    return render(request, "desk/versions.html", context)


def _pair(
    request: StaffRequest, rows: list[RegulationVersion]
) -> tuple[RegulationVersion | None, RegulationVersion | None]:
    """The two versions asked for; else the last two."""
    known = {str(row.pk): row for row in rows}
    asked = known.get(request.GET.get("before", "")), known.get(request.GET.get("after", ""))
    if None not in asked:
        return asked
    return (rows[-2], rows[-1]) if len(rows) > 1 else (None, None)
