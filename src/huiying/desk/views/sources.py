"""监测来源 and mail boxes （五）C5.2: how it is with each, what was seen there, and a new one with a look at what
it brings.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t, gettext_lazy as _, ngettext
from django.views.decorators.debug import sensitive_post_parameters

from huiying.desk import second_factor
from huiying.desk.bar import State, build, offered
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.subjects.sources import MailboxForm, SourceForm, in_lines, verbs_of
from huiying.desk.views.personal_data import ReasonForm, gate
from huiying.kernel import clock
from huiying.listening import collected, evidence as kept, probing, rhythm, source_queries
from huiying.listening.actions import sources as verbs
from huiying.listening.adapters import ADAPTERS, HOOKS, MAILBOX
from huiying.listening.models import Evidence, Post, Source, SourcePage
from huiying.listening.reserved import without_sensitive
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import may
from huiying.people.versions import regulation_now

CHECKS, POSTS, EVIDENCE = 20, 15, 10


@staff()
def sources(request: StaffRequest) -> HttpResponse:
    """`?class=` and `?state=` narrow; `?all=1` shows those no longer used too."""
    or_404(request.user, "source.view")
    now = clock.now()
    chosen = {name: request.GET.get(name, "") for name in ("class", "state")}
    rows = [_row(source, now) for source in source_queries.sources(retired=request.GET.get("all") == "1")]
    counts = {code: sum(row["state"].code == code for row in rows) for code in source_queries.STATE_WORDS}
    shown = [
        row
        for row in rows
        if (not chosen["class"] or row["source"].channel_class == chosen["class"])
        and (not chosen["state"] or row["state"].code == chosen["state"])
    ]
    context = {
        "rows": shown,
        "total": len(rows),
        "chosen": chosen,
        "states": [(code, words, counts[code]) for code, words in source_queries.STATE_WORDS.items() if counts[code]],
        "classes": regulation_now().channel_classes,
        "may_add": may(request.user, "source.edit").allowed,
    }
    return render(request, "desk/sources.html", context)


def _row(source: Source, now: Any) -> dict[str, Any]:
    state = rhythm.state_of(source, now)
    return {
        "source": source,
        "state": state,
        "words": source_queries.STATE_WORDS[state.code],
        "why": rhythm.in_words(state) if state.why else "",
        "red": state.code in rhythm.RED,
        "adapter": ADAPTERS[source.adapter].name,
    }


@staff("GET", "HEAD", "POST")
def add(request: StaffRequest) -> HttpResponse:
    """Look first (`act=preview`), then take up; both show the same form, filled in."""
    or_404(request.user, "source.view")
    if why := may(request.user, "source.edit").why:
        messages.error(request, why)
        return redirect("desk:sources") if request.method != "POST" else _page(request, SourceForm(), status=409)
    if request.method != "POST":
        return _page(request, SourceForm(initial=_from_address(request)))
    form = SourceForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    told = form.told()
    polled = told.adapter not in ADAPTERS or ADAPTERS[told.adapter].polled
    try:
        if polled and (request.POST.get("act") == "preview" or not told.adapter):
            return _preview(request, form, told)
        added = verbs.add_source(told, request.user)
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return _page(request, form, status=409)
    messages.success(request, _t("来源“%(name)s”已登记。") % {"name": added.source.name})
    if added.secret:
        return _hook_page(request, added)
    return redirect("desk:source", added.source.pk)


def _from_address(request: HttpRequest) -> dict[str, Any]:
    owner, backup = verbs.default_roles()
    return {"url": request.GET.get("url", ""), "owner": f"role:{owner}", "backup": f"role:{backup}"}


def _preview(request: StaffRequest, form: SourceForm, told: verbs.SourceData) -> HttpResponse:
    probe = probing.probe(told.url, told.adapter, told.config)
    data = request.POST.copy()
    data["adapter"], data["settings"] = probe.found.adapter, in_lines(probe.found.config)
    if not told.name:
        data["name"] = probe.found.reading.title or probe.platform
    if not told.name and probe.channel_class in regulation_now().channel_classes:
        data["channel_class"] = probe.channel_class
    return _page(request, SourceForm(data), probe)


def _page(
    request: StaffRequest, form: SourceForm, probe: probing.Probe | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "probe": probe,
        "adapter": ADAPTERS[probe.found.adapter].name if probe else "",
        "items": probe.found.reading.items[:8] if probe else (),
    }
    return render(request, "desk/source_add.html", context, status=status)


def _hook_page(request: StaffRequest, added: verbs.Added) -> HttpResponse:
    """The secret is shown this once."""
    address = request.build_absolute_uri(f"/api/hooks/{added.source.pk}/{collected.hook_address_key(added.source)}")
    context = {"source": added.source, "address": address, "secret": added.secret}
    response = render(request, "desk/source_hook.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _get(user: User, pk: int) -> Source:
    or_404(user, "source.view")
    return get_object_or_404(source_queries.sources(retired=True), pk=pk)


@staff()
def source(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, _get(request.user, pk))


@staff("POST")
def do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    found = _get(request.user, pk)
    page = reverse("desk:source", args=[found.pk])
    return perform_verb(request, verbs_of(found), verb, found, to=page, again=partial(_show, request, found))


def _show(request: StaffRequest, found: Source, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    bar = build(
        _states(request.user, found),
        verbs_of(found),
        found,
        request.user,
        base=f"{reverse('desk:source', args=[found.pk])}do/",
        bound=bound,
        forward=("looked",) if not ADAPTERS[found.adapter].polled else ("look",),
    )
    silence = rhythm.silence_after(found)
    gone = found.pages.filter(state=SourcePage.GONE, post__life_safety=False)
    kept = found.evidence.exclude(posts__life_safety=True)
    context = {
        "source": found,
        "status": _row(found, clock.now()),
        "is_box": found.adapter == MAILBOX,
        "checks": list(found.checks.order_by("-id")[:CHECKS]),
        "posts": source_queries.latest_posts(found, POSTS),
        "gone": without_sensitive(gone, "post").order_by("-gone_at")[:POSTS],
        "evidence": without_sensitive(kept, "posts").order_by("-pk")[:EVIDENCE],
        "may_open": may(request.user, "post.unseal").allowed,
        "may_watch": may(request.user, "source.look").allowed,
        "silence": silence,
        "silence_days": silence.days,
        "bar": bar,
    }
    return render(request, "desk/source.html", context)


def _states(user: User, found: Source) -> list[State]:
    edits, looks = may(user, "source.edit").why, may(user, "source.look").why
    active, polled = found.state == Source.ACTIVE, ADAPTERS[found.adapter].polled
    rows: list[tuple[str, Any, str]] = []
    if active and polled:
        rows.append(("look", _("现在去看"), edits))
    if active and found.adapter not in HOOKS:
        rows.append(("looked", _("登记人工查看"), looks))
    rows.append(("edit", _("修改登记"), edits))
    rows.append(("pause", _("停用"), edits) if active else ("resume", _("恢复监测"), edits))
    if found.state != Source.RETIRED:
        rows.append(("retire", _("不再使用"), edits))
    return offered(rows)


@staff("GET", "HEAD", "POST")
def evidence(request: StaffRequest, pk: int) -> HttpResponse:
    """The sealed file of a capture: with a reason, on record, as WARC; never kept by the browser."""
    or_404(request.user, "post.unseal")
    found = get_object_or_404(Evidence.objects.prefetch_related("posts"), pk=pk)
    for post in found.posts.all():
        gate(request.user, post)
    form = ReasonForm(request.POST if request.method == "POST" else None, label_suffix="")
    second_factor.ask_again(request, request.user, form)
    if request.method == "POST" and form.is_valid() and second_factor.answered(request, request.user, form):
        try:
            return _download(found, kept.open_evidence(found, form.cleaned_data["reason"], request.user))
        except Refused as refused:
            form.add_error(None, refused.sentence)
    context = {"evidence": found, "posts": found.posts.all()[:POSTS], "form": form}
    return render(request, "desk/source_evidence.html", context, status=422 if form.errors else 200)


def _download(found: Evidence, warc: bytes) -> HttpResponse:
    response = HttpResponse(warc, content_type="application/warc")
    response.headers["Content-Disposition"] = f'attachment; filename="evidence-{found.pk}.warc.gz"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@staff("POST")
def watch(request: StaffRequest, pk: int) -> HttpResponse:
    """盯住跟帖 (C5.6): a source of its own for the comments of an article."""
    or_404(request.user, "source.view")
    post = get_object_or_404(without_sensitive(Post.objects.filter(life_safety=False)), pk=pk)
    return perform(
        request,
        lambda: verbs.watch_article(post, request.user),
        done=_t("已盯住这篇报道的跟帖，请去看一遍并登记。"),
        to=lambda made: reverse("desk:source", args=[made.pk]),
        back="desk:sources",
    )


UNSEEN = "unseen"  # the button that registers without a look


@sensitive_post_parameters("password")
@staff("GET", "HEAD", "POST")
def mailbox_add(request: StaffRequest) -> HttpResponse:
    """The password stands in one request only: a form that comes back has it no more."""
    or_404(request.user, "source.view")
    if why := may(request.user, "source.edit").why:
        messages.error(request, why)
        return redirect("desk:sources") if request.method != "POST" else _mailbox_page(request, MailboxForm(), 409)
    form = MailboxForm(request.POST if request.method == "POST" else None)

    def add_box() -> Source:
        box = form.told()
        if request.POST.get("act") != UNSEEN and box.password:
            seen = probing.probe_box(box.url, box.password, form.cleaned_data["since"])
            messages.success(
                request,
                ngettext("连上了：要读进来的信有 %(n)d 封。", "连上了：要读进来的信有 %(n)d 封。", seen.to_read)
                % {"n": seen.to_read},
            )
        return verbs.add_source(box, request.user).source

    return perform(
        request,
        add_box,
        done=lambda source: _t("来源“%(name)s”已登记。") % {"name": source.name},
        to=lambda source: reverse("desk:source", args=[source.pk]),
        form=form,
        again=partial(_mailbox_page, request, form),
    )


def _mailbox_page(request: StaffRequest, form: MailboxForm, status: int = 200) -> HttpResponse:
    return render(request, "desk/mailbox_add.html", {"form": form, "unseen": UNSEEN}, status=status)
