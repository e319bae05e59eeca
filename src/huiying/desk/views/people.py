"""人员: the administrator adds people and gives them posts; a link is shown once, a password never （九）."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.fields import DepartmentField
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.language import lang
from huiying.kernel.keepable import number_of
from huiying.people import actions, factors, offboarding as people_leaving, three
from huiying.people.errors import Refused
from huiying.people.models import Appointment, Department, Platform, User
from huiying.people.permissions import may
from huiying.people.queries import departments, standing
from huiying.regulation import Regulation
from huiying.responding.channels.registry import SENDING


class PersonForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=40)
    username = forms.CharField(label=_("用户名"), max_length=60)
    department = DepartmentField(label=_("部门"), queryset=Department.objects.none(), empty_label=_("请选择"))
    phone = forms.CharField(label=_("电话（生命安全呼叫用）"), max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        cast("forms.ModelChoiceField[Department]", self.fields["department"]).queryset = departments()


class AppointForm(forms.Form):
    role = forms.ChoiceField(label=_("岗位"))
    department = DepartmentField(
        label=_("部门"), queryset=Department.objects.none(), empty_label=_("本人部门"), required=False
    )
    is_deputy = forms.BooleanField(label=_("副职（代行）"), required=False)

    def __init__(self, *args: Any, regulation: Regulation, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        cast("forms.ModelChoiceField[Department]", self.fields["department"]).queryset = departments()
        persons = [code for code, role in regulation.roles.items() if role.kind == "person"]
        cast("forms.ChoiceField", self.fields["role"]).choices = [
            (code, regulation.name_of("role", code, lang())) for code in persons
        ]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("理由"), max_length=300)


_LEAVING = ("deactivate", "hand_over", "suspend")


@staff()
def people(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "people.view")
    return _page(request)


def _page(request: StaffRequest, form: PersonForm | None = None, link: str = "", invited: str = "") -> HttpResponse:
    posts: dict[int, list[Appointment]] = {}
    for row in Appointment.objects.filter(until__isnull=True).select_related("department"):
        posts.setdefault(row.user_id, []).append(row)
    context = {
        "people": [
            (user, posts.get(user.pk, []))
            for user in User.objects.select_related("department").order_by("department", "name")
        ],
        "form": form or PersonForm(),
        "appoint": AppointForm(regulation=standing(request.user).regulation, auto_id=False),
        "departments": departments(),
        "accounts": Platform.objects.filter(closed_at__isnull=True, channel__in=["by_hand", *SENDING]),
        "bound": factors.with_factor(),
        "identified": factors.with_identity(),
        "reason": ReasonForm(auto_id=False),
        "three": three.named(),
        "kinds": three.KINDS.items(),
        "may_manage": may(request.user, "people.manage").allowed,
        "may_appoint": may(request.user, "people.appoint").allowed,
        "link": link,
        "invited": invited,
    }
    return render(request, "desk/people.html", context)


def _link(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("desk:invitation", args=[token]))


@staff("POST")
def add(request: StaffRequest) -> HttpResponse:
    """The answer shows the link: it is not redirected away, because the link exists nowhere else."""
    or_404(request.user, "people.manage")
    form = PersonForm(request.POST)
    if form.is_valid():
        try:
            user, token = actions.add_person(**form.cleaned_data, actor=request.user)
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            return _page(request, link=_link(request, token), invited=user.name)
    response = _page(request, form)
    response.status_code = 422
    return response


@staff("POST")
def change(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """Appoint, relieve, invite again, hand over, shut out, re-open, close."""
    or_404(request.user, "people.view")
    user = get_object_or_404(User, pk=pk)
    try:
        if verb == "invite":
            return _page(request, link=_link(request, actions.invite_again(user, request.user)), invited=user.name)
        messages.success(request, _change(request, user, verb))
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(
            "desk:person_leaving" if verb in _LEAVING else "desk:people", *([pk] if verb in _LEAVING else [])
        )
    return redirect("desk:person_leaving", pk) if verb == "hand_over" else redirect("desk:people")


@staff()
def leaving(request: StaffRequest, pk: int) -> HttpResponse:
    """离岗清单 (§6.1 S5): what a person still holds, each thing to be handed over before the account is closed."""
    or_404(request.user, "people.manage")
    user = get_object_or_404(User, pk=pk)
    held = people_leaving.held(user)
    context = {
        "person": user,
        "held": held,
        "n": sum(len(things) for _kind, things in held),
        "posts": Appointment.objects.filter(user=user, until__isnull=True).select_related("department"),
        "bound": factors.has(user),
        "successors": _successors(user) if held else [],
        "reason": ReasonForm(auto_id=False),
    }
    return render(request, "desk/leaving.html", context)


def _successors(user: User) -> QuerySet[User]:
    """People in post, those of the same department first."""
    own = Case(When(department=user.department, then=0), default=1)
    staff = User.objects.filter(is_active=True, appointments__until__isnull=True, appointments__isnull=False)
    return staff.exclude(pk=user.pk).select_related("department").annotate(own=own).order_by("own", "name").distinct()


def _change(request: StaffRequest, user: User, verb: str) -> str:
    if verb == "relieve":
        told = request.POST.get("appointment", "")
        pk = number_of(told)  # whatever else was sent names no post
        row = get_object_or_404(Appointment, pk=pk, user=user, until__isnull=True)
        actions.end_appointment(row, request.user)
        return _t("%(name)s的这个岗位已结束。") % {"name": user.name}
    if verb == "hand_over":
        told = request.POST.get("to", "")
        to = get_object_or_404(User, pk=number_of(told))
        pks = [number_of(one) for one in request.POST.getlist("thing")]
        n = actions.hand_over(user, request.POST.get("kind", ""), pks, to, request.user)
        return _t("%(n)d 项已交给%(name)s。") % {"n": n, "name": to.name}
    if verb == "suspend":
        actions.suspend(user, request.POST.get("reason", ""), request.user)
        return _t("%(name)s的账号已停用，立即不能再用。") % {"name": user.name}
    if verb == "reopen":
        actions.reopen(user, request.POST.get("reason", ""), request.user)
        return _t("%(name)s的账号已恢复。") % {"name": user.name}
    if verb == "deactivate":
        actions.deactivate(user, request.user)
        return _t("%(name)s已离岗，不能再登录；经办记录保留。") % {"name": user.name}
    if verb == "name":
        actions.name_administrator(user, request.POST.get("kind", ""), request.user)
        return _t("%(name)s已任管理员。") % {"name": user.name}
    if verb == "unname":
        actions.relieve_administrator(user, request.user)
        return _t("%(name)s不再是管理员。") % {"name": user.name}
    if verb == "remove_factor":
        actions.remove_factor(user, request.user)
        return _t("%(name)s的验证器已解除，下次登录要重新绑定。") % {"name": user.name}
    if verb == "remove_identity":
        actions.remove_identity(user, request.user)
        return _t("%(name)s的统一认证账号已解除，不能再用它登录。") % {"name": user.name}
    form = AppointForm(request.POST, regulation=standing(request.user).regulation)
    if not form.is_valid():
        raise Refused(_t("请选择岗位。"))
    post = form.cleaned_data
    actions.appoint(
        user, post["role"], post["department"] or user.department, is_deputy=post["is_deputy"], actor=request.user
    )
    return _t("%(name)s已任新岗位。") % {"name": user.name}
