"""平台登记 （十一）C11.2: the bureau's own accounts, what is wrong with them, texts to paste, and their connection
(§6.1 S6).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Bar, State, build, offered
from huiying.desk.dispatch import perform, perform_verb
from huiying.desk.forms import VerbForm
from huiying.desk.gate import StaffRequest, or_404, staff
from huiying.desk.subjects.accounts import ACCOUNT_VERBS, PUBLICATION_VERBS
from huiying.desk.subjects.registers import PLATFORM_VERBS, PlatformForm
from huiying.kernel import clock
from huiying.kernel.keyfiles import KeyFileError
from huiying.kernel.sealing import SealingError
from huiying.people import registers
from huiying.people.actions.registers import SITE, add_platform
from huiying.people.models import Platform, User
from huiying.people.permissions import may
from huiying.responding import partners as counting, sending
from huiying.responding.access import get_publication
from huiying.responding.channels.base import Channel
from huiying.responding.channels.registry import CHANNELS, SENDING
from huiying.responding.models import Publication
from huiying.responding.partners import article
from huiying.responding.targets import place_name

WORDS = {
    registers.NO_OPENING: _("没有登记开通日期"),
    registers.NO_ADMINISTRATOR: _("没有在岗的管理员"),
    registers.NO_BACKUP: _("没有在岗的备用管理员"),
    registers.NEVER_POSTED: _("还没有发布过"),
    registers.DORMANT: _("停更"),
    registers.NO_SECURITY_CHECK: _("没有做过安全检查"),
    registers.OLD_SECURITY_CHECK: _("安全检查超过一个季度"),
}
GRAVE = (registers.NO_ADMINISTRATOR, registers.DORMANT)


@staff()
def platforms(request: StaffRequest) -> HttpResponse:
    """Those in use; `?all=1` the closed ones too."""
    or_404(request.user, "register.view")
    return _page(request)


def _page(request: StaffRequest, form: PlatformForm | None = None, status: int = 200) -> HttpResponse:
    every = request.GET.get("all") == "1"
    may_add = may(request.user, "register.edit").allowed
    here = counting.unanswered_here()
    context = {
        "rows": [_row(platform, here) for platform in registers.platforms(closed=every)],
        "every": every,
        "wechat_missing": registers.wechat_is_missing(),
        "form": (form or PlatformForm()) if may_add else None,
    }
    return render(request, "desk/platforms.html", context, status=status)


def _row(platform: Platform, here: int) -> dict[str, Any]:
    now = clock.now()
    own = platform.channel == SITE
    wrong = registers.problems(platform, now)
    return {
        "platform": platform,
        "wrong": [(WORDS[code], code in GRAVE) for code in wrong],
        "dormant": registers.DORMANT in wrong,
        "idle": registers.idle_days(platform, now),
        "unanswered": here if own else platform.unanswered,
        "unanswered_at": now if own else platform.unanswered_at,
        "channel": CHANNELS[platform.channel].name if platform.channel in CHANNELS else platform.channel,
    }


@staff("POST")
def add(request: StaffRequest) -> HttpResponse:
    or_404(request.user, "register.view")
    if why := may(request.user, "register.edit").why:
        messages.error(request, why)
        return _page(request, None, 409)
    form = PlatformForm(request.POST)
    return perform(
        request,
        lambda: add_platform(**form.told(), actor=request.user),
        done=lambda made: _t("“%(name)s”已登记。") % {"name": made.name},
        to=lambda made: reverse("desk:platform", args=[made.code]),
        form=form,
        again=partial(_page, request, form),
    )


def _get(user: User, code: str) -> Platform:
    or_404(user, "register.view")
    return get_object_or_404(Platform.objects.select_related("owner", "administrator", "backup"), code=code)


@staff()
def platform(request: StaffRequest, code: str) -> HttpResponse:
    return _show(request, _get(request.user, code))


@staff("POST")
def platform_do(request: StaffRequest, code: str, verb: str) -> HttpResponse:
    found = _get(request.user, code)
    page = reverse("desk:platform", args=[found.code])
    return perform_verb(request, PLATFORM_VERBS, verb, found, to=page, again=partial(_show, request, found))


def _show(request: StaffRequest, found: Platform, bound: dict[str, VerbForm] | None = None) -> HttpResponse:
    here = counting.unanswered_here() if found.channel == SITE else 0
    row = _row(found, here)
    context = {
        **row,
        "status": row,
        "publications": list(counting.latest_on(found, request.user)),
        "bar": build(
            _states(request.user, found),
            PLATFORM_VERBS,
            found,
            request.user,
            base=f"{reverse('desk:platform', args=[found.code])}do/",
            bound=bound,
        ),
    }
    return render(request, "desk/platform.html", context)


def _states(user: User, found: Platform) -> list[State]:
    if found.closed_at is not None:
        return []
    why = may(user, "register.edit", found).why
    own = found.channel == SITE
    return offered(
        [
            ("edit", _("修改登记"), why),
            ("posted", _("登记最近发布"), why),
            ("counted", _("登记未答复留言"), why or (_t("门户网站的留言由系统自己数。") if own else "")),
            ("checked", _("登记安全检查"), why),
            ("close", _("停用"), why or (_t("门户网站是本系统自带的，不能停用。") if own else "")),
        ]
    )


@staff()
def paste(request: StaffRequest, pk: int) -> HttpResponse:
    """图文 (C11.2): the approved text of an account as clean HTML and as plain text, to copy or (`?as=`) to load."""
    row = get_publication(request.user, pk)
    wanted = request.GET.get("as", "")
    if wanted in ("html", "text"):
        return _download(row, wanted)
    context = {"publication": row, "where": place_name(row), "html": article(row), "plain": _plain(row)}
    return render(request, "desk/paste.html", context)


def _plain(row: Publication) -> str:
    return f"{row.title}\n\n{row.text}\n"


def _download(row: Publication, wanted: str) -> HttpResponse:
    html = wanted == "html"
    body = article(row) if html else _plain(row)
    response = HttpResponse(body, content_type=f"text/{'html' if html else 'plain'}; charset=utf-8")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{row.target}-{row.pk}.{"html" if html else "txt"}"'
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


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
    return _show_connection(request, _account(request.user, code))


@staff("POST")
def connection_do(request: StaffRequest, code: str, verb: str) -> HttpResponse:
    platform = _account(request.user, code)
    page = reverse("desk:connection", args=[platform.code])
    return perform_verb(
        request, ACCOUNT_VERBS, verb, platform, to=page, again=partial(_show_connection, request, platform)
    )


def _account(user: User, code: str) -> Platform:
    """Staff, and the administrator, who holds no post but keeps the secrets."""
    if not may(user, "register.connect"):
        or_404(user, "register.view")
    return get_object_or_404(Platform.objects.select_related("owner"), code=code)


def _show_connection(
    request: StaffRequest, platform: Platform, bound: dict[str, VerbForm] | None = None
) -> HttpResponse:
    unreadable = ""
    connected: Channel | None = None
    try:
        connected = sending.channel_of(platform)
    except (SealingError, KeyFileError) as error:
        unreadable = str(error)
    context = {
        "platform": platform,
        "channel": CHANNELS.get(platform.channel),
        "connected": connected,
        "unreadable": unreadable,
        "bar": _connection_bar(request.user, platform, connected, bound) if not unreadable else Bar(),
    }
    return render(request, "desk/connection.html", context)


def _connection_bar(
    user: User, platform: Platform, connected: Channel | None, bound: dict[str, VerbForm] | None
) -> Bar:
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
