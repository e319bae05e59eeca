"""What the machine learned from the bureau's corrections, and whether two persons agree （五）C5.14."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.dispatch import perform
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang, twin
from huiying.judging import learning as judging
from huiying.judging import learning_nightly
from huiying.judging.actions import agreement as samples
from huiying.judging.models import ConcernSample, LearningRun
from huiying.people.permissions import may
from huiying.people.queries import standing

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
    done, drawn = samples.progress()
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
    waiting = samples.waiting_for(request.user)
    regulation = standing(request.user).regulation
    done, drawn = samples.progress()
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
        lambda: samples.rate(found, request.POST.get("concern", ""), request.user),
        done=_t("已记下。"),
        to="desk:agreement",
    )
