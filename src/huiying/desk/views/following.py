"""效果: the heat before and after the answer, the curve around it, and what people made of it （三）C3.2."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from huiying.desk.bar import form_for
from huiying.desk.case_verbs import CASE_VERBS
from huiying.desk.effect_charts import context_of
from huiying.desk.gate import StaffRequest, staff
from huiying.handling.access import get_case
from huiying.handling.process import LIVE
from huiying.people.permissions import may
from huiying.people.queries import regulation_of
from huiying.responding import following
from huiying.responding.models import Publication


@staff()
def effect(request: StaffRequest, number: str) -> HttpResponse:
    case = get_case(request.user, number)
    reviews = list(case.effect_reviews.select_related("publication", "case__event"))
    releases = list(case.publications.filter(state=Publication.LIVE).order_by("published_at", "pk"))
    verdict = may(request.user, "effect.judge", case)
    verb = CASE_VERBS["judge_effect"]
    context = {
        "case": case,
        **context_of(reviews, releases, regulation_of(case.regulation).zone),
        "required": following.effect_is_required(case),
        "post": reverse("desk:case_do", args=[case.number, "judge_effect"]),
        "form": form_for(verb, "judge_effect", case, request.user) if verdict and case.state in LIVE else None,
        "why_not": "" if verdict else verdict.why,
    }
    return render(request, "desk/effect.html", context)
