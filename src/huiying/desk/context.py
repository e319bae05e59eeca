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
from huiying.desk.subjects import following
from huiying.judging.models import Screening, UrgentCall
from huiying.keeping import drift
from huiying.kernel import clock
from huiying.ledger.models import LedgerEntry
from huiying.people import queries as people, three
from huiying.people.models import Bureau, User
from huiying.people.permissions import may
from huiying.regulation import Regulation
from huiying.responding.models import PressRelease
from huiying.work.models import Heartbeat, Notice
from huiying.work.notify import gateway_configured

MOST_WORDS = 7  # UI.md
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
        told = Notice.objects.filter(recipient=self.user.username if self.user else "", read_at__isnull=True).order_by()
        row = Bureau.objects.filter(pk=1).values(
            "name",
            moved=Subquery(LedgerEntry.objects.order_by("-id").values("id")[:1]),
            time=Subquery(LedgerEntry.objects.filter(kind__in=drift.KINDS).order_by("-id").values("kind")[:1]),
            beat=Subquery(Heartbeat.objects.filter(name__startswith="loop").order_by("-at").values("at")[:1]),
            press=Exists(PressRelease.objects.filter(state=PressRelease.REVIEWING)),
            urgent=Exists(UrgentCall.objects.filter(acknowledged_at__isnull=True)),
            suspects=Subquery(waiting.values("band").annotate(n=Count("pk")).values("n")),
            **following.flags(self.now, self.regulation),
            unread=Subquery(told.values("recipient").annotate(n=Count("pk")).values("n")),
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
    def press_waits(self) -> bool:
        """Whether a press release is in review: who may decide is asked only then."""
        return bool(self.facts.get("press"))

    @property
    def unread(self) -> int:
        """Notices that this person has not opened."""
        return self.facts.get("unread") or 0

    @property
    def after_answers(self) -> bool:
        """Whether an effect, a promise or a matter that nobody looked at waits for somebody (C1.3, C3.2, C8.8)."""
        return any(self.facts.get(name) for name in ("effects", "promises", "missed"))

    @property
    def missed(self) -> bool:
        return bool(self.facts.get("missed"))

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
        return _("、").join([*names, str(three.KINDS[three.kind_of(self.user)])] if self.user.administers else names)

    @property
    def moved(self) -> int:
        """The ledger's last entry: what a page that polls has seen."""
        return self.facts.get("moved") or 0

    @cached_property
    def alarms(self) -> list[str]:
        """What must not be overlooked on any page, in the order of gravity."""
        found = (self._stale_loop(), self._wrong_time())
        return [sentence for sentence in found if sentence]

    @property
    def reaches_telephones(self) -> bool:
        """Whether a call leaves the house; without a gateway it is a notice on the desk and nothing else."""
        return gateway_configured()

    @cached_property
    def silent_life_call(self) -> str:
        """The gravest of the alarms, which leads to the call itself (Life first)."""
        if self.reaches_telephones or not self.urgent:
            return ""
        return _("有涉及生命安全的来文无人接手，且没有配置短信或电话网关：系统叫不到人，请立即到值班台处理。")

    @property
    def stale(self) -> bool:
        """Whether the loop has stopped. A stopped process leaves its row behind: the newest sign of life counts."""
        newest = self.facts.get("beat")
        return newest is None or self.now - newest > STALE_AFTER

    def _stale_loop(self) -> str:
        if not self.stale:
            return ""
        return _(
            "后台处理已停止：新来文、时限提醒和对外发布都在等待，页面数据可能已过时。请联系系统管理员重新启动程序。"
        )

    def _wrong_time(self) -> str:
        """Scenario 19: every deadline on every page is computed from this clock (S18)."""
        if self.facts.get("time") != drift.DRIFTED:
            return ""
        return _("本机时间不准，页面上的时限和剩余时间可能有误。请联系系统管理员立即校时。")

    @cached_property
    def may_search(self) -> bool:
        return self.user is not None and may(self.user, "search.view").allowed

    @cached_property
    def may_list_posts(self) -> bool:
        return self.user is not None and may(self.user, "event.view").allowed

    @cached_property
    def home_word(self) -> str:
        """Who watches the desk has a 值班台; everybody else comes to what waits for them."""
        who = people.standing(self.user) if self.user else None
        return _("值班台") if who and any(who.can(c) for c in ("duty", "office", "lead_bureau")) else _("我的事")

    @cached_property
    def places(self) -> list[Place]:
        """Seven words at most, only those that open for this person, and what that person's work begins with first.

        A leader begins with what is to be decided, a department with its own page, the duty desk with what comes in;
        what is looked up now and then stands on 协同 (`together`).
        """
        if self.user is None:
            return []
        path = self._request.path
        found = []
        for name, word, url, opens in self._words():
            here = path == url or (name != "home" and path.startswith(url))
            here = here or (name == "events" and path == reverse("desk:posts"))
            if opens:
                found.append(Place(url, word, here, self.suspects if name == "suspects" else 0))
        return found[:MOST_WORDS]

    def _words(self) -> list[tuple[str, str, str, bool]]:
        user = self.user
        assert user is not None
        who = people.standing(user)
        works = bool(who.held)
        handles = who.can("handle") and not who.can("duty")
        own = user.department.code if handles and user.department else ""
        words = [
            ("decisions", _("待决"), may(user, "decisions.view").allowed),
            # Who leads or inspects begins with the whole; the office works at the desk and finds it under 协同.
            ("overview", _("总览"), who.can("lead_bureau") or who.can("audit")),
            ("home", self.home_word, works),
            ("department", _("本部门"), bool(own) and who.can_in("handle", {own})),
            ("events", _("事件"), may(user, "event.view").allowed),
            ("suspects", _("待辨"), may(user, "suspect.clear").allowed),
            ("cases", _("办件"), works),
            ("reviews", _("审核"), bool(who.roles & self._reviewers)),
            ("access", _("查阅记录"), user.administers and may(user, "access.view").allowed),
            ("people", _("人员"), may(user, "people.view").allowed),
            ("start", _("开办步骤"), may(user, "people.manage").allowed),
            ("board", _("协同"), works),
            ("ledger", _("台账"), may(user, "ledger.view").allowed),
            ("regulation", _("制度"), True),
        ]
        return [
            (name, word, reverse(f"desk:{name}", args=[own] if name == "department" else []), opens)
            for name, word, opens in words
            if opens
        ]

    @property
    def _reviewers(self) -> set[str]:
        """Roles that some answer or press release passes, whoever checks it, and those who stand in (C9.3, C8.2)."""
        ways = [self.regulation.review_steps(level.code) for level in self.regulation.levels]
        steps = {role for way in (*ways, self.regulation.press_steps) for group in way for role in group}
        steps |= set(self.regulation.workflow.review_steps.checks.values())
        return steps | {deputy for role in steps for deputy in self.regulation.role(role).deputies}

    @cached_property
    def together(self) -> list[tuple[str, str]]:
        """What people look up now and then, reached from 协同."""
        user = self.user
        if user is None:
            return []
        pages = [
            ("overview", _("总览"), may(user, "overview.view").allowed),
            ("wall", _("值班室大屏"), may(user, "wall.view").allowed),
            ("tasks", _("任务"), may(user, "board.view").allowed),
            ("meetings", _("联席会议"), may(user, "board.view").allowed),
            ("liaisons", _("核实衔接"), may(user, "board.view").allowed),
            ("patrol", _("巡查"), may(user, "patrol.view").allowed),
            ("coverage", _("覆盖表"), may(user, "patrol.view").allowed),
            ("latency", _("发现用时"), may(user, "patrol.view").allowed),
            ("reconcile", _("漏报核对"), may(user, "reconcile.decide").allowed),
            ("roster", _("值班表"), may(user, "contact.view").allowed),
            ("leading_group", _("领导小组"), may(user, "contact.view").allowed),
            ("handovers", _("交接班"), may(user, "handover.view").allowed),
            ("contacts", _("通讯录"), may(user, "contact.view").allowed),
            ("speakers", _("发言人"), may(user, "register.view").allowed),
            ("templates", _("模板"), may(user, "board.view").allowed),
            ("routing_table", _("转办表"), may(user, "routing.edit").allowed),
            ("press", _("新闻稿"), may(user, "press.view").allowed),
            ("calendar", _("发布日历"), may(user, "press.view").allowed),
            ("gaps", _("信息缺口"), may(user, "press.view").allowed),
            ("channels", _("互动渠道"), may(user, "channels.view").allowed),
            ("documents", _("文书"), may(user, "document.list").allowed),
            ("digest", _("民意月报"), may(user, "digest.view").allowed),
            ("pages", _("热点和常见问题"), may(user, "page.view").allowed),
            ("consultations", _("意见征集"), may(user, "page.view").allowed),
            ("policies", _("政策和风险评估"), may(user, "policy.view").allowed),
            ("trainings", _("培训"), may(user, "training.view").allowed),
            ("drills", _("演练"), may(user, "drill.view").allowed),
            ("skills", _("岗位和技能"), may(user, "skill.view").allowed),
            ("rules", _("内部制度"), may(user, "rule.view").allowed),
            ("requests", _("更正和删除请求"), may(user, "personal_request.view").allowed),
            ("sources", _("监测来源"), may(user, "source.view").allowed),
            ("platforms", _("平台登记"), may(user, "register.view").allowed),
            ("partners", _("合作账号"), may(user, "register.view").allowed),
            ("conformance", _("制度落实"), may(user, "conformance.view").allowed),
            ("assessments", _("考核"), may(user, "assessment.view").allowed),
            ("measures", _("督查措施"), may(user, "assessment.view").allowed),
            ("ledger", _("台账"), may(user, "ledger.view").allowed),
            ("access", _("查阅记录"), may(user, "access.view").allowed),
            ("interpretations", _("解释登记"), True),
            ("versions", _("制度版本"), True),
            ("start", _("开办步骤"), bool(people.standing(user).held)),
            ("regulation", _("制度"), True),
        ]
        return [(reverse(f"desk:{name}"), word) for name, word, opens in pages if opens]


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
