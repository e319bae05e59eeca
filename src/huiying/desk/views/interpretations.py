"""解释登记 （十三）, versions and their difference in words （十四）, and the way from nothing to running."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.bar import Verb, build
from huiying.desk.dispatch import perform
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.desk.offers import offered
from huiying.desk.verbs.oversight import INTERPRETATION_VERBS, VERSION_VERBS
from huiying.kernel import clock
from huiying.listening.models import Source
from huiying.people.interpretations import Asked, questions, unsigned
from huiying.people.models import (
    Appointment,
    Department,
    DutyShift,
    GroupSeat,
    Interpretation,
    Platform,
    RegulationVersion,
)
from huiying.people.permissions import may
from huiying.people.queries import standing
from huiying.people.standing import capabilities
from huiying.people.versions import parsed, version_at
from huiying.regulation.differing import called, differences, sentence


@staff()
def register(request: StaffRequest) -> HttpResponse:
    """The sixteen questions, and every ruling that was ever signed."""
    context = {
        "rows": [(asked, _question(asked)) for asked in questions()],
        "left": len(unsigned()),
        "signed": Interpretation.objects.order_by("-id")[:100],
    }
    return render(request, "desk/interpretations.html", context)


def _question(asked: Asked) -> str:
    return asked.gap.en if lang() == "en" else asked.gap.zh


@staff()
def question(request: StaffRequest, gap: str) -> HttpResponse:
    return _question_page(request, gap)


@staff("POST")
def sign(request: StaffRequest, gap: str) -> HttpResponse:
    def after(_verb: Verb, _result: Any) -> str:
        return reverse("desk:interpretations")

    def again(bound: dict[str, VerbForm]) -> HttpResponse:
        return _question_page(request, gap, bound)

    return perform(request, INTERPRETATION_VERBS, "sign", _asked(gap), after=after, again=again)


def _asked(gap: str) -> Asked:
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
        "draft": [(called(path, law, lang()), words) for path, words in asked.draft.items()],
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
    def after(_verb: Verb, _result: Any) -> str:
        return reverse("desk:versions")

    return perform(request, VERSION_VERBS, "bring", None, after=after, again=lambda bound: _versions(request, bound))


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


@dataclass(frozen=True)
class Step:
    """One thing between an empty house and a running one."""

    url: str
    word: str
    why: str
    done: bool
    told: str
    opens: bool


@staff()
def start(request: StaffRequest) -> HttpResponse:
    """从零到开办: what is there and what is missing, in the order in which it is done."""
    user = request.user
    or_404(user, "people.manage") if not standing(user).held else None
    steps = _steps(request)
    context = {"steps": steps, "left": sum(not step.done for step in steps)}
    return render(request, "desk/start.html", context)


def _steps(request: StaffRequest) -> list[Step]:
    user, now = request.user, clock.now()
    law = standing(user).regulation
    all_of = Department.objects.filter(is_active=True).count()
    posts = Appointment.objects.current(now).filter(user__is_active=True)
    rows = list(posts.values_list("role", "department__code", "department__is_active").distinct())
    held = {role for role, _code, _active in rows}
    handling = {code for code, role in law.roles.items() if "handle" in capabilities(role)}
    heads = {code for role, code, active in rows if active and role in handling}
    must = {role.code for role in law.roles.values() if role.kind != "body"}
    ahead = DutyShift.objects.filter(ends_at__gt=now).count()
    seats = GroupSeat.objects.filter(until__isnull=True).count()
    classes = set(Source.objects.filter(state=Source.ACTIVE).values_list("channel_class", flat=True))
    missing = [name for name in law.monitor.channel_classes if name not in classes]
    lacks = _t("、").join(law.english_of(name) if lang() == "en" else name for name in missing)
    accounts, open_gaps = Platform.objects.filter(closed_at__isnull=True).count(), len(unsigned())
    manages = may(user, "people.manage").allowed
    works = bool(standing(user).held)

    def step(name: str, word: Any, why: Any, done: bool, told: str, opens: bool = works) -> Step:
        return Step(reverse(f"desk:{name}"), str(word), str(why), done, told, opens)

    return [
        step("versions", _("制度文件"), _("先定下按哪一份制度办；本局的文件随时可以换成新版本。"), True,
             law.meta.title_en if lang() == "en" and law.meta.title_en else law.meta.title),
        step("people", _("部门和人员"), _("每个部门要有负责人和联络人，每个岗位要有人。"),
             len(heads) >= all_of and must <= held,
             _t("%(n)d 个部门有人签收，共 %(all)d 个") % {"n": len(heads), "all": all_of}, manages),
        step("leading_group", _("领导小组"), _("组长或副组长签发值班表。"), seats > 0,
             _t("%(n)d 个席位") % {"n": seats}),
        step("roster", _("值班表"), _("全天候：每个钟点都有名字。"), ahead > 0, _t("以后 %(n)d 班") % {"n": ahead}),
        step("sources", _("监测来源"), _("每一类渠道至少有一个来源或巡查点。"), not missing,
             _t("还缺：%(names)s") % {"names": lacks} if lacks else _t("都有了")),
        step("platforms", _("发布平台"), _("登记自有平台、管理员和备用管理员。"), accounts > 1,
             _t("%(n)d 个平台") % {"n": accounts}),
        step("interpretations", _("待解释的问题"), _("制度没有写明的 16 个问题，逐条签署；没有签完不要开办。"),
             not open_gaps,
             _t("还有 %(n)d 条没有签署") % {"n": open_gaps} if open_gaps else _t("都签了"), True),
    ]  # fmt: skip
