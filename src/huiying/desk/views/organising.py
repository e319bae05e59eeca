"""经常性培训 (C9.6), 技能名册 (C9.4) and 内部制度 (C9.2): the plan, the sessions, the quiz, the drills."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Bar, build, offered
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.drawings import lines
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.subjects.organising import (
    RULE_VERBS,
    SESSION_VERBS,
    SKILL_VERBS,
    TRAINING_VERBS,
    CheckInForm,
    QuizForm,
)
from huiying.kernel import clock
from huiying.overseeing import drills as reading, organising
from huiying.overseeing.actions import training as verbs
from huiying.overseeing.models import (
    HouseRule,
    ReadReceipt,
    RuleVersion,
    SkillEntry,
    Training,
    TrainingSeat,
    TrainingSession,
)
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing

SESSIONS = 50
STATES: dict[str, str | Promise] = {
    TrainingSession.PLANNED: _("已排"),
    TrainingSession.OPEN: _("正在签到"),
    TrainingSession.HELD: _("已办"),
    TrainingSession.CANCELLED: _("已取消"),
}


@staff()
def trainings(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "training.view")
    return _list(request)


def _list(request: StaffRequest, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    user, regulation = request.user, standing(request.user).regulation
    year = clock.now().astimezone(regulation.zone).year
    covered = organising.covered(year, regulation)
    rows = list(organising.sessions()[:SESSIONS])
    held = sum(row.held for row in organising.trainings() if row.year == year)  # type: ignore[attr-defined]
    context = {
        "year": year,
        "trainings": organising.trainings(),
        "sessions": [(row, STATES[row.state]) for row in rows],
        "covered": covered.items(),
        "holes": [name for name, n in covered.items() if n == 0],
        "held": held,
        "least": regulation.training.per_year_min,
        "bar": build(
            offered([("plan", _("列培训计划"), may(user, "training.plan").why)]),
            TRAINING_VERBS,
            None,
            user,
            base=f"{reverse('desk:trainings')}do/",
            bound=bound,
        ),
    }
    return render(request, "desk/trainings.html", context)


@staff("POST")
def plan(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "training.view")
    return perform_verb(
        request,
        TRAINING_VERBS,
        "plan",
        None,
        to=lambda row: reverse("desk:training", args=[row.pk]),
        again=partial(_list, request),
    )


@staff()
def training(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "training.view")
    return _one(request, get_object_or_404(Training, pk=pk))


def _one(request: StaffRequest, found: Training, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    user = request.user
    rows = organising.sessions().filter(training=found)
    context = {
        "training": found,
        "sessions": [(row, STATES[row.state]) for row in rows],
        "bar": build(
            offered([("schedule", _("排一次培训"), may(user, "training.plan").why)]),
            TRAINING_VERBS,
            found,
            user,
            base=f"{reverse('desk:training', args=[found.pk])}do/",
            bound=bound,
        ),
    }
    return render(request, "desk/training.html", context)


@staff("POST")
def schedule(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "training.view")
    found = get_object_or_404(Training, pk=pk)
    return perform_verb(
        request,
        TRAINING_VERBS,
        "schedule",
        found,
        to=lambda row: reverse("desk:training_session", args=[row.pk]),
        again=partial(_one, request, found),
    )


def _get(user: User, pk: int) -> TrainingSession:
    or_404(user, "training.view")
    return get_object_or_404(TrainingSession.objects.select_related("training"), pk=pk)


@staff()
def session(request: StaffRequest, pk: int) -> HttpResponse:
    return _session(request, _get(request.user, pk))


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _get(request.user, pk)
    page = reverse("desk:training_session", args=[found.pk])
    return perform_verb(
        request, SESSION_VERBS, verb, found, to=page, again=lambda bound: _session(request, found, bound=bound)
    )


@staff("POST")
def check_in(request: StaffRequest, pk: int) -> HttpResponse:
    """For whoever is signed in on this machine, and nobody else."""
    found = _get(request.user, pk)
    form = CheckInForm(request.POST, label_suffix="")
    return perform(
        request,
        lambda: verbs.check_in(found, form.cleaned_data["code"], request.user),
        done=_t("已签到。"),
        to=reverse("desk:training_session", args=[found.pk]),
        form=form,
        field="code",
        again=lambda status: _session(request, found, check=form, status=status),
    )


@staff("POST")
def quiz(request: StaffRequest, pk: int) -> HttpResponse:
    found = _get(request.user, pk)
    form = QuizForm(request.POST, questions=found.questions)
    of = len(found.questions)
    return perform(
        request,
        lambda: verbs.answer_quiz(found, form.told(), request.user),
        done=lambda seat: _t("答对 %(score)d 题，共 %(of)d 题。") % {"score": seat.score or 0, "of": of},
        to=reverse("desk:training_session", args=[found.pk]),
        form=form,
        again=lambda status: _session(request, found, quiz_form=form, status=status),
    )


def _session(
    request: StaffRequest,
    found: TrainingSession,
    bound: dict[str, VerbForm] | None = None,
    check: CheckInForm | None = None,
    quiz_form: QuizForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = request.user
    seats = list(found.seats.all())
    own = next((seat for seat in seats if seat.user_id == user.pk), None)
    present = own is not None and own.checked_in_at is not None
    organises = may(user, "training.plan")
    context = {
        "session": found,
        "state": STATES[found.state],
        "seats": seats,
        "own": own,
        "present": sum(seat.checked_in_at is not None for seat in seats),
        "code": found.code if organises and found.state == TrainingSession.OPEN else "",
        "check": check
        or (CheckInForm(label_suffix="") if found.state == TrainingSession.OPEN and not present else None),
        "quiz": quiz_form or _quiz_of(found, own),
        "bar": build(
            _offers(found, organises.why),
            SESSION_VERBS,
            found,
            user,
            base=f"{reverse('desk:training_session', args=[found.pk])}do/",
            bound=bound,
            forward=("close", "open"),
        ),
    }
    return render(request, "desk/training_session.html", context, status=status)


def _quiz_of(found: TrainingSession, own: TrainingSeat | None) -> QuizForm | None:
    if own is None or own.checked_in_at is None or own.answered_at is not None or not found.questions:
        return None
    return QuizForm(questions=found.questions)


def _offers(found: TrainingSession, why: str) -> Any:
    rows: list[tuple[str, str | Promise, str]] = []
    if found.state == TrainingSession.PLANNED:
        early = clock.now() < found.starts_at - verbs.EARLY
        rows.append(("open", _("开始签到"), why or (_t("还没有到时间：开始前半小时才能签到。") if early else "")))
    if found.state == TrainingSession.OPEN:
        rows += [("close", _("结束培训"), why), ("renew", _("换签到码"), why)]
    if found.state in (TrainingSession.PLANNED, TrainingSession.OPEN):
        rows.append(("cancel", _("取消这次"), why))
    return offered(rows)


# 演练: which were held, how the next one is started, and the review of each （九）C9.6.

STEP_WORDS: dict[str, str | Promise] = {
    "opened_at": _("立案"),
    "decided_at": _("定级"),
    "routed_at": _("转办"),
    "accepted_at": _("签收"),
    "found_at": _("查明"),
    "answered_at": _("回应"),
}


@staff()
def drills(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "drill.view")
    context = {"drills": reading.drills(), "recorded": reading.recorded()}
    return render(request, "desk/drills.html", context)


@staff()
def drill(request: StaffRequest, name: str) -> HttpResponse:
    or_404(request.user, "drill.view")
    found = reading.drill(name)
    if found is None:
        raise Http404
    context = {
        "drill": found,
        "lines": lines(found.cases),
        "steps": [(n, STEP_WORDS[step], found.median.get(step)) for n, step in enumerate(reading.STEPS, 1)],
    }
    return render(request, "desk/drill.html", context)


# --- C9.4 -------------------------------------------------------------------------------------------------------------


@dataclass
class Roster:
    entries: list[SkillEntry]


def _roster() -> tuple[list[organising.Skill], Roster]:
    found = organising.skills()
    return found, Roster([entry for skill in found for entry in skill.entries])


@staff()
def skills(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "skill.view")
    return _skills(request)


def _skills(request: StaffRequest, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    user = request.user
    found, roster = _roster()
    posts = organising.posts(standing(user).regulation)
    why = may(user, "skill.edit").why
    rows: list[tuple[str, str | Promise, str]] = [("record", _("记一项技能"), why)]
    if roster.entries:
        rows.append(("end", _("结束一条"), why))
    context = {
        "posts": posts,
        "skills": found,
        "vacant": sum(post.vacant for post in posts),
        "single": sum(post.single for post in posts) + sum(skill.single for skill in found),
        "bar": build(offered(rows), SKILL_VERBS, roster, user, base=f"{reverse('desk:skills')}do/", bound=bound),
    }
    return render(request, "desk/skills.html", context)


@staff("POST")
def skill_do(request: StaffRequest, verb: str) -> HttpResponse:
    or_404(request.user, "skill.view")
    page = reverse("desk:skills")
    return perform_verb(request, SKILL_VERBS, verb, _roster()[1], to=page, again=partial(_skills, request))


# --- C9.2 -------------------------------------------------------------------------------------------------------------


@dataclass
class Shown:
    """A rule with its versions, as its page has read them."""

    rule: HouseRule
    versions: list[RuleVersion]
    version: RuleVersion | None
    waiting: RuleVersion | None


@staff()
def rules(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "rule.view")
    return _rules(request)


def _rules(request: StaffRequest, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    user = request.user
    own = set(ReadReceipt.objects.filter(user=user).values_list("version_id", flat=True))
    context = {
        "rules": [(held, held.version is not None and held.version.pk not in own) for held in organising.rules()],
        "bar": build(
            offered([("draft", _("起草一项制度"), may(user, "rule.draft").why)]),
            RULE_VERBS,
            None,
            user,
            base=f"{reverse('desk:rules')}do/",
            bound=bound,
        ),
    }
    return render(request, "desk/rules.html", context)


@staff("POST")
def rule_new(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "rule.view")
    return perform_verb(
        request,
        RULE_VERBS,
        "draft",
        None,
        to=lambda version: reverse("desk:rule", args=[version.rule_id]),
        again=partial(_rules, request),
    )


def _shown(user: User, pk: int) -> Shown:
    or_404(user, "rule.view")
    rule = get_object_or_404(HouseRule, pk=pk)
    versions = list(rule.versions.all())
    live = organising.in_force(versions, organising.today()) if rule.ended_on is None else None
    return Shown(rule, versions, live, next((one for one in versions if one.signed_at is None), None))


@staff()
def rule(request: StaffRequest, pk: int) -> HttpResponse:
    return _rule(request, _shown(request.user, pk))


@staff("POST")
def rule_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    shown = _shown(request.user, pk)
    page = reverse("desk:rule", args=[pk])
    return perform_verb(request, RULE_VERBS, verb, shown, to=page, again=partial(_rule, request, shown))


def _rule(request: StaffRequest, shown: Shown, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    user = request.user
    receipts = list(shown.version.receipts.all()) if shown.version is not None else []
    context = {
        "shown": shown,
        "rule": shown.rule,
        "receipts": receipts,
        "unread": organising.unread(shown.version) if shown.version is not None else [],
        "bar": _rule_bar(user, shown, any(one.user_id == user.pk for one in receipts), bound),
    }
    return render(request, "desk/rule.html", context)


def _rule_bar(user: User, shown: Shown, has_read: bool, bound: dict[str, VerbForm] | None) -> Bar:
    rows: list[tuple[str, str | Promise, Any]] = []
    if shown.rule.ended_on is None:
        if shown.version is not None and not has_read:
            rows.append(("read", _("我已阅读"), may(user, "rule.view").why))
        if shown.waiting is not None:
            own = _t("起草人不能自己签发，请另一人签发。") if shown.waiting.by_user == user.pk else ""
            rows.append(("sign", _("签发这一版"), may(user, "rule.sign").why or own))
        rows.append(("draft", _("改这一版") if shown.waiting else _("起草新的一版"), may(user, "rule.draft").why))
        rows.append(("end", _("废止"), may(user, "rule.sign").why))
    base = f"{reverse('desk:rule', args=[shown.rule.pk])}do/"
    return build(offered(rows), RULE_VERBS, shown, user, base=base, bound=bound, forward=("sign", "read"))
