"""待辨: one key a post, in or out (C5.14, C5.16); what the machine learned from corrections, and whether two
persons agree.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.dispatch import perform
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang, twin
from huiying.desk.views.events import page_of, why
from huiying.judging import actions, learning as judging, learning as judging_learning, learning_nightly, queries
from huiying.judging.actions import sampling, sampling as samples
from huiying.judging.models import ConcernSample, LearningRun, SampledPost, SampleDraw, ScreenAdjustment, Screening
from huiying.kernel import clock
from huiying.listening.reserved import without_sensitive
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing

UNDO_FOR = dt.timedelta(minutes=10)
DECISIONS = ("hit", "out", "undo")


@staff()
def suspects(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "suspect.clear")
    page = page_of(request, queries.suspects(), 20)
    rows = [{"screening": row, "post": row.post, **why(row.post)} for row in page]
    return render(
        request,
        "desk/suspects.html",
        {"page": page, "rows": rows, "just_done": just_cleared(request.user, Screening.SUSPECT)},
    )


def just_cleared(user: User, band: str) -> QuerySet[Screening]:
    """What this person decided in the last minutes and may still take back."""
    rows = Screening.objects.filter(
        band=band, cleared_by=user.name, cleared_at__gt=clock.now() - UNDO_FOR, post__life_safety=False
    )
    return without_sensitive(rows, "post").select_related("post").order_by("-cleared_at")[:5]


@staff("POST")
def decide(request: StaffRequest, pk: int, decision: str) -> HttpResponse:
    or_404(request.user, "suspect.clear")
    if decision not in DECISIONS:
        raise Http404
    row = get_object_or_404(Screening, pk=pk)
    if decision == "undo":
        return perform(request, lambda: actions.undo_clear(row, request.user), to="desk:suspects")
    return perform(request, lambda: actions.clear_suspect(row, decision, request.user), to="desk:suspects")


# 抽检: the weekly look at what was put aside, how much that says is missed, and what clearances taught (C5.16).

LESSONS_SHOWN = 5


@staff()
def sample(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "suspect.clear")
    page = page_of(request, sampling.sampled(), 20)
    rows = [{"screening": row.screening, "post": row.screening.post, **why(row.screening.post)} for row in page]
    in_force, estimate = judging_learning.adjustment_in_force(), sampling.estimate()
    return render(
        request,
        "desk/sample.html",
        {
            "page": page,
            "rows": rows,
            "just_done": just_cleared(request.user, Screening.OUT),
            "estimate": estimate,
            "shares": _shares(estimate),
            "draws": SampleDraw.objects.order_by("-week")[: sampling.WEEKS_COUNTED],
            "lessons": ScreenAdjustment.objects.all()[:LESSONS_SHOWN],
            "in_force": in_force,
            "may_withdraw": may(request.user, "screening.withdraw").allowed,
        },
    )


def _shares(estimate: sampling.Estimate) -> dict[str, str]:
    """The bounds as they are read: with one decimal, since a miss of half a per cent is not none."""
    recall = estimate.recall or (0.0, 0.0)
    bounds = {"low": estimate.low, "high": estimate.high, "recall_low": recall[0], "recall_high": recall[1]}
    return {name: f"{100 * share:.1f}%" for name, share in bounds.items()}


@staff("POST")
def decide_sample(request: StaffRequest, pk: int, decision: str) -> HttpResponse:
    or_404(request.user, "suspect.clear")
    if decision not in DECISIONS:
        raise Http404
    row = get_object_or_404(SampledPost.objects.select_related("screening"), screening_id=pk)
    if decision == "undo":
        return perform(request, lambda: actions.undo_clear(row.screening, request.user), to="desk:sample")
    return perform(request, lambda: actions.clear_suspect(row.screening, decision, request.user), to="desk:sample")


@staff("POST")
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "screening.withdraw")
    lesson = get_object_or_404(ScreenAdjustment, pk=pk)
    return perform(request, lambda: judging_learning.withdraw_adjustment(lesson, request.user), to="desk:sample")


SHOWN = 10
WIDTH, BASE, RISE = 640, 130, 110
NAMES: dict[str, str | Promise] = {LearningRun.CONCERN: _("性质"), LearningRun.LEAD: _("主办部门")}


@dataclass(frozen=True)
class Curve:
    """Share right by corrections, as points of an SVG; the corrections on a scale by place, not by number."""

    points: tuple[tuple[float, float, int, int], ...]  # x, y, corrections, per cent

    @property
    def line(self) -> str:
        return " ".join(f"{x:.1f},{y:.1f}" for x, y, _size, _share in self.points)


def curve_of(run: LearningRun) -> Curve | None:
    if len(run.curve) < 2:
        return None
    step = (WIDTH - 60) / (len(run.curve) - 1)
    return Curve(
        tuple(
            (20 + place * step, BASE - RISE * float(share), int(size), round(100 * float(share)))
            for place, (size, share) in enumerate(run.curve)
        )
    )


@staff()
def learning(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "learning.view")
    return _page(request)


def _page(request: StaffRequest, status: int = 200) -> HttpResponse:
    done, drawn = samples.agreement_progress()
    context = {
        "targets": [
            {
                "target": target,
                "name": NAMES[target],
                "state": judging.state(target),
                "runs": [
                    {"run": run, "reason": twin(run.reason, run.reason_en), "curve": curve_of(run)}
                    for run in LearningRun.objects.filter(target=target).order_by("-id")[:SHOWN]
                ],
            }
            for target in judging.TARGETS
        ],
        "may_roll_back": may(request.user, "learning.roll_back").allowed,
        "may_rate": may(request.user, "event.judge").allowed,
        "samples_done": done,
        "samples_drawn": drawn,
    }
    return render(request, "desk/learning.html", context, status=status)


@staff("POST")
def roll_back(request: StaffRequest, target: str) -> HttpResponse:
    or_404(request.user, "learning.roll_back")
    return perform(
        request,
        lambda: learning_nightly.roll_back(target, request.POST.get("reason", ""), request.user),
        done=_t("已退回，新来文按退回后的办法给建议。"),
        to="desk:learning",
    )


@staff()
def agreement(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "event.judge")
    waiting = samples.concerns_waiting_for(request.user)
    regulation = standing(request.user).regulation
    done, drawn = samples.agreement_progress()
    context = {
        "sample": waiting.first(),
        "left": waiting.count(),
        "done": done,
        "drawn": drawn,
        "choices": [
            (word, regulation.name_of("word", word, lang()), regulation.monitor.definitions.get(word, ""))
            for word in regulation.concerns
        ],
    }
    return render(request, "desk/agreement.html", context)


@staff("POST")
def rate(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "event.judge")
    found = get_object_or_404(ConcernSample, pk=pk)
    return perform(
        request,
        lambda: samples.rate_concern(found, request.POST.get("concern", ""), request.user),
        done=_t("已记下。"),
        to="desk:agreement",
    )
