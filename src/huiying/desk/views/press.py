"""新闻稿: the list, one release and where it stands, the draft, and the review on a phone （十一）C11.5."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _t, gettext_lazy as _, pgettext_lazy

from huiying.desk.bar import State, build, offered
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.subjects.releasing import PRESS_VERBS, PressDecisionForm, PressForm
from huiying.desk.views.events import page_of
from huiying.kernel import clock
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.registers import speakers_in_force
from huiying.responding import releasing
from huiying.responding.actions.press import decide_press, save_press
from huiying.responding.models import PressRelease, PressStep, PressVersion, Publication
from huiying.responding.queries import difference
from huiying.responding.targets import target_names

STATES = {
    PressRelease.DRAFT: pgettext_lazy("press release", "起草"),
    PressRelease.REVIEWING: pgettext_lazy("press release", "审核中"),
    PressRelease.APPROVED: pgettext_lazy("press release", "已审定，待发布"),
    PressRelease.PUBLISHED: pgettext_lazy("press release", "已公开"),
    PressRelease.DROPPED: pgettext_lazy("press release", "已撤销"),
}


@staff()
def releases(request: StaffRequest) -> HttpResponse:
    """The newest first; `?state=` narrows."""
    or_404(request.user, "press.view")
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    page = page_of(request, releasing.releases(state))
    late = {row.pk for row in releasing.planned_late(clock.now())}
    context = {
        "page": page,
        "rows": [(row, STATES[row.state], row.pk in late) for row in page],
        "states": STATES.items(),
        "state": state,
        "steps": releasing.my_press_steps(request.user),
        "may_draft": may(request.user, "press.draft").allowed,
    }
    return render(request, "desk/press.html", context)


def _get(user: User, pk: int) -> PressRelease:
    or_404(user, "press.view")
    return get_object_or_404(PressRelease.objects.select_related("department"), pk=pk)


@staff()
def release(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk))


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _get(request.user, pk)
    page = reverse("desk:press_release", args=[found.pk])
    return perform_verb(request, PRESS_VERBS, verb, found, to=page, again=partial(_show, request, found))


def _show(request: StaffRequest, found: PressRelease, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    versions = list(found.versions.prefetch_related("steps").order_by("-number"))
    version = versions[0] if versions else None
    publications = Publication.objects.filter(press__release=found).select_related("evidence", "platform", "press")
    places: dict[int, list[Publication]] = {}
    for row in publications.order_by("id"):
        places.setdefault(row.press_id or 0, []).append(row)
    newest = next((old for old in versions if old.pk in places), None)  # the last text that went anywhere
    context = {
        "release": found,
        "state": STATES[found.state],
        "version": version,
        "steps": list(version.steps.all()) if version is not None else [],
        "renditions": _renditions(version),
        "missing": releasing.why_not_submit(version) if found.state == PressRelease.DRAFT else [],
        "late": found.planned_at is not None and found.published_at is None and found.planned_at < clock.now(),
        "publications": places.get(newest.pk, []) if newest is not None else [],
        "earlier": [(old, [] if old == newest else places.get(old.pk, [])) for old in versions[1:]],
        "public": releasing.news_item(found.number),
        "speakers": releasing.speakers_of(found),
        "bar": build(
            _states(request.user, found, version),
            PRESS_VERBS,
            found,
            request.user,
            base=f"{reverse('desk:press_release', args=[found.pk])}do/",
            pages={"draft": reverse("desk:press_draft", args=[found.pk])},
            bound=bound,
            forward=("publish", "submit", "draft"),
        ),
    }
    return render(request, "desk/press_release.html", context)


def _states(user: User, found: PressRelease, version: PressVersion | None) -> list[State]:
    if found.state == PressRelease.DROPPED:
        return []
    drafts, publishes = may(user, "press.draft", found).why, may(user, "press.publish").why
    out = found.published_at is not None
    rows: list[tuple[str, Any, str]] = [("draft", _("更正") if out else _("改稿"), drafts)]
    if found.state == PressRelease.DRAFT:
        rows.append(("submit", _("送审"), drafts or " ".join(releasing.why_not_submit(version)) or _sent_back(version)))
    if found.state in (PressRelease.APPROVED, PressRelease.PUBLISHED) and _unsent(version):
        rows.append(("publish", _("发布"), publishes or " ".join(releasing.why_not_publish(version))))
    leads = may(user, "speaker.authorise").why
    rows.append(
        (
            "authorise",
            _("授权发言人"),
            leads or ("" if speakers_in_force().exists() else _t("发言人名册里没有在任的发言人。")),
        )
    )
    if releasing.speakers_of(found):
        rows.append(("revoke", _("撤销发言授权"), leads))
    if not out:
        rows.append(("drop", _("撤销"), drafts))
    return offered(rows)


def _sent_back(version: PressVersion | None) -> str:
    return _t("这一稿已经退回：请按意见修改后再送审。") if version is not None and version.steps.all() else ""


def _unsent(version: PressVersion | None) -> bool:
    if version is None:
        return False
    return bool(set(version.renditions) - set(version.publications.values_list("target", flat=True)))


def _renditions(version: PressVersion | None) -> list[tuple[str, str]]:
    if version is None:
        return []
    names = target_names(version.renditions)
    return [(names[code], text) for code, text in version.renditions.items()]


# --- draft ------------------------------------------------------------------------------------------------------------


@staff("GET", "HEAD", "POST")
def new(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "press.draft")
    return _draft(request, None)


@staff("GET", "HEAD", "POST")
def draft(request: StaffRequest, pk: int) -> HttpResponse:
    or_404(request.user, "press.draft")
    return _draft(request, _get(request.user, pk))


def _draft(request: StaffRequest, found: PressRelease | None) -> HttpResponse:
    form = PressForm(request.POST or None, release=found, user=request.user)

    def save() -> PressVersion:
        planned_at = form.cleaned_data.get("planned_at", found.planned_at if found is not None else None)
        return save_press(found, **form.told(), planned_at=planned_at, actor=request.user)

    return perform(
        request,
        save,
        done=lambda saved: _t("已存为第 %(number)s 稿。") % {"number": saved.number},
        to=lambda saved: reverse("desk:press_release", args=[saved.release_id]),
        form=form,
        again=partial(_draft_page, request, found, form),
    )


def _draft_page(request: StaffRequest, found: PressRelease | None, form: PressForm, status: int) -> HttpResponse:
    version = releasing.current_version(found) if found is not None else None
    context = {
        "release": found,
        "form": form,
        "version": version,
        "in_review": found is not None and found.state in (PressRelease.REVIEWING, PressRelease.APPROVED),
        "is_public": "correction_note" in form.fields,
        "personal": releasing.personal_data_in(version) if version is not None else [],
    }
    return render(request, "desk/press_draft.html", context, status=status)


# --- review -----------------------------------------------------------------------------------------------------------


@staff("GET", "HEAD", "POST")
def step(request: StaffRequest, pk: int) -> HttpResponse:
    """审核, made for a phone: what changed, the text, two checks, two buttons."""
    or_404(request.user, "press.view")
    found = PressStep.objects.select_related("version__release__department").filter(pk=pk).first()
    if found is None:
        raise Http404
    version = found.version
    form = PressDecisionForm(
        request.POST or None, label_suffix="", initial={"manifest_sha256": version.manifest_sha256}
    )

    def done(_result: None) -> str:
        approved = form.cleaned_data["decision"] == "approve"
        return _t("已同意。") if approved else _t("已退回，起草人会看到您写的原因。")

    return perform(
        request,
        lambda: _decide(found, form.cleaned_data, request.user),
        done=done,
        to=reverse("desk:press_release", args=[version.release_id]),
        form=form,
        again=lambda status: render(request, "desk/press_step.html", _review(request, found, form), status=status),
        asks_again=True,
    )


def _decide(found: PressStep, told: dict[str, Any], user: User) -> None:
    decide_press(
        found,
        approve=told["decision"] == "approve",
        comment=told["comment"],
        manifest_sha256=told["manifest_sha256"],
        secrecy=told["secrecy"],
        personal_data=told["personal_data"],
        actor=user,
    )


def _review(request: StaffRequest, found: PressStep, form: PressDecisionForm) -> dict[str, Any]:
    version = found.version
    before = releasing.reviewed_before(version)
    turn = {row.pk for row in version.open_steps()} if version.release.state == PressRelease.REVIEWING else set()
    return {
        "step": found,
        "version": version,
        "release": version.release,
        "form": form,
        "before": before,
        "changes": changes(before, version) if before is not None else [],
        "renditions": _renditions(version),
        "steps": list(version.steps.all()),
        "personal": releasing.personal_data_in(version),
        "mine": found.pk in turn and found.appointment_of(request.user) is not None,
    }


def changes(old: PressVersion, new: PressVersion) -> list[tuple[str, list[tuple[str, str]]]]:
    """Field by field what was changed, in words; only fields that differ."""
    pairs = [
        (_t("标题"), old.title, new.title),
        (_t("事实"), old.facts, new.facts),
        (_t("依据"), old.basis, new.basis),
        (_t("更正说明"), old.correction_note, new.correction_note),
    ]
    for code, name in target_names({**old.renditions, **new.renditions}).items():
        pairs.append((name, old.renditions.get(code, ""), new.renditions.get(code, "")))
    return [(label, difference(before, after)) for label, before, after in pairs if before != after]
