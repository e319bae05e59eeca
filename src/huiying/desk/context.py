"""What every page knows: whose desk this is, what is wrong right now, what time it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from huiying.desk.language import lang
from huiying.judging.models import Screening, UrgentCall
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people import queries as people
from huiying.people.models import Bureau, User
from huiying.people.permissions import may
from huiying.regulation import Regulation
from huiying.work.models import Heartbeat
from huiying.work.notify import gateway_configured

STALE_AFTER = dt.timedelta(seconds=60)


@dataclass(frozen=True)
class Place:
    """One word of the navigation."""

    url: str
    word: str
    here: bool
    count: int = 0


class Everywhere:
    """Computed on first use, once a request: a page that shows none of it pays for none of it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def user(self) -> User | None:
        user = getattr(self._request, "user", None)
        return user if isinstance(user, User) and user.is_authenticated else None

    @cached_property
    def regulation(self) -> Regulation:
        return people.standing(self.user).regulation if self.user else people.regulation_now()

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Everything that each page asks of the database beside its own matter, in one query."""
        waiting = Screening.objects.filter(band=Screening.SUSPECT, cleared="").order_by()
        row = Bureau.objects.filter(pk=1).values(
            "name",
            moved=Subquery(LedgerEntry.objects.order_by("-id").values("id")[:1]),
            beat=Subquery(Heartbeat.objects.order_by("-at").values("at")[:1]),
            urgent=Exists(UrgentCall.objects.filter(acknowledged_at__isnull=True)),
            suspects=Subquery(waiting.values("band").annotate(n=Count("pk")).values("n")),
        )
        found = row.first()
        return dict(found) if found else {}

    @cached_property
    def bureau_name(self) -> str:
        name = self.facts.get("name") or self.regulation.meta.issuer
        return self.regulation.english_of(name) if lang() == "en" else name

    @property
    def suspects(self) -> int:
        return self.facts.get("suspects") or 0

    @property
    def urgent(self) -> bool:
        """Whether a danger to life waits for somebody to take it."""
        return bool(self.facts.get("urgent"))

    @cached_property
    def now(self) -> dt.datetime:
        return clock.now()

    @cached_property
    def post(self) -> str:
        """The posts held, in the reader's language."""
        if self.user is None:
            return ""
        names = [self.regulation.name_of("role", role, lang()) for role in sorted(people.roles_of(self.user))]
        return _("、").join([*names, _("系统管理员")] if self.user.is_administrator else names)

    @property
    def moved(self) -> int:
        """The ledger's last entry: what a page that polls has seen."""
        return self.facts.get("moved") or 0

    @cached_property
    def alarms(self) -> list[str]:
        """What must not be overlooked on any page, in the order of gravity."""
        return [sentence for sentence in (self._silent_life_call(), self._stale_loop()) if sentence]

    def _silent_life_call(self) -> str:
        if gateway_configured() or not self.urgent:
            return ""
        return _("有涉及生命安全的来文无人接手，且没有配置短信或电话网关：系统叫不到人，请立即到值班台处理。")

    def _stale_loop(self) -> str:
        # A process that was stopped leaves its row behind, so the newest sign of life is what counts.
        newest = self.facts.get("beat")
        if newest is not None and self.now - newest <= STALE_AFTER:
            return ""
        return _(
            "后台处理已停止：新来文、时限提醒和对外发布都在等待，页面数据可能已过时。请联系系统管理员重新启动程序。"
        )

    @cached_property
    def may_search(self) -> bool:
        return self.user is not None and may(self.user, "search.view").allowed

    @cached_property
    def places(self) -> list[Place]:
        """Seven words at most, and only those that open for this person."""
        user = self.user
        if user is None:
            return []
        words = [
            ("home", _("值班台"), True),
            ("events", _("事件"), may(user, "event.view").allowed),
            ("suspects", _("待辨"), may(user, "suspect.clear").allowed),
            ("cases", _("办件"), bool(people.roles_of(user))),
            ("reviews", _("审核"), bool(people.roles_of(user))),
            ("ledger", _("台账"), may(user, "ledger.view").allowed),
            ("people", _("人员"), may(user, "people.manage").allowed),
            ("regulation", _("制度"), True),
        ]
        path = self._request.path
        found = []
        for name, word, opens in words:
            url = reverse(f"desk:{name}")
            here = path == url or (name != "home" and path.startswith(url))
            if opens:
                found.append(Place(url, word, here, self.suspects if name == "suspects" else 0))
        return found


def of(request: HttpRequest) -> Everywhere:
    """The one of this request, made when first asked for."""
    found: Everywhere | None = getattr(request, "_desk", None)
    if found is None:
        found = Everywhere(request)
        request._desk = found  # type: ignore[attr-defined]
    return found


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """Template context of all pages; `bureau_name` and `demo` also serve the public ones."""
    desk = of(request)
    return {
        "desk": desk,
        "bureau_name": SimpleLazyObject(lambda: desk.bureau_name),
        "demo": settings.DEMO,
    }
