"""技能名册 (C9.4) and 内部制度 (C9.2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import Bar, build
from huiying.desk.dispatch import perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.offers import offered
from huiying.desk.verbs.organising import RULE_VERBS, SKILL_VERBS
from huiying.overseeing import organising
from huiying.overseeing.models import HouseRule, ReadReceipt, RuleVersion, SkillEntry
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.queries import standing

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
