"""An account of ours: how texts get there, and its connection (C11.2, §6.1 S6). A publication that did not get out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _t

from huiying.desk.bar import Bar, build
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.verbs.accounts import ACCOUNT_VERBS, PUBLICATION_VERBS
from huiying.kernel.keyfiles import KeyFileError
from huiying.kernel.sealing import SealingError
from huiying.people.models import Platform, User
from huiying.people.permissions import may
from huiying.responding import connections
from huiying.responding.access import get_publication
from huiying.responding.channels.base import Channel
from huiying.responding.channels.registry import CHANNELS, SENDING
from huiying.responding.models import Publication


@dataclass(frozen=True)
class _State:
    name: str
    label: str
    allowed: bool
    why: str


@staff("POST")
def publication_do(request: StaffRequest, pk: int, verb: str) -> HttpResponse:
    """One press; what was refused is said where the person came from."""
    row = get_publication(request.user, pk)
    found = PUBLICATION_VERBS.get(verb)
    if found is None:
        raise Http404
    return perform(request, lambda: found.call(row, {}, request.user), done=found.said(None), to=place_of(row))


def place_of(row: Publication) -> str:
    if row.case is not None:
        return reverse("desk:case_answer", args=[row.case.number])
    return reverse("desk:publication", args=[row.pk])


@staff()
def connection(request: StaffRequest, code: str) -> HttpResponse:
    return _show(request, _get(request.user, code))


@staff("POST")
def connection_do(request: StaffRequest, code: str, verb: str) -> HttpResponse:
    platform = _get(request.user, code)
    page = reverse("desk:connection", args=[platform.code])
    return perform_verb(request, ACCOUNT_VERBS, verb, platform, to=page, again=partial(_show, request, platform))


def _get(user: User, code: str) -> Platform:
    """Staff, and the administrator, who holds no post but keeps the secrets."""
    if not may(user, "register.connect"):
        or_404(user, "register.view")
    return get_object_or_404(Platform.objects.select_related("owner"), code=code)


def _show(request: StaffRequest, platform: Platform, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    unreadable = ""
    connected: Channel | None = None
    try:
        connected = connections.channel_of(platform)
    except (SealingError, KeyFileError) as error:
        unreadable = str(error)
    context = {
        "platform": platform,
        "channel": CHANNELS.get(platform.channel),
        "connected": connected,
        "unreadable": unreadable,
        "bar": _bar(request.user, platform, connected, bound) if not unreadable else Bar(),
    }
    return render(request, "desk/connection.html", context)


def _bar(user: User, platform: Platform, connected: Channel | None, bound: dict[str, VerbForm] | None) -> Bar:
    if platform.closed_at is not None or platform.channel not in ("by_hand", *SENDING):
        return Bar()
    connects, edits = may(user, "register.connect"), may(user, "register.edit", platform)
    states = [
        _State(
            "change_channel", _t("改变发布方式"), edits.allowed and connected is not None, _why_not(edits, connected)
        ),
    ]
    if connected is not None:
        states += [
            _State("test", _t("试一下接口"), connects.allowed, connects.why),
            _State(f"connect_{connected.kind}", _t("改接口设置"), connects.allowed, connects.why),
            _State("disconnect", _t("断开接口并删除密钥"), connects.allowed, connects.why),
        ]
    else:
        own_first = sorted(SENDING.items(), key=lambda item: item[0] != platform.code)
        for kind, channel in own_first:
            label = _t("接上%(name)s") % {"name": channel.name}
            states.append(_State(f"connect_{kind}", label, connects.allowed, connects.why))
    base = reverse("desk:connection", args=[platform.code])
    return build(states, ACCOUNT_VERBS, platform, user, base=base, bound=bound, forward=("test", "change_channel"))


def _why_not(verdict: Any, connected: Channel | None) -> str:
    if not verdict.allowed:
        return str(verdict.why)
    return "" if connected is not None else _t("还没有接上接口，请系统管理员先接上。")
