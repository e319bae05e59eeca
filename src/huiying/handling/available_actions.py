"""What a person may be shown to do on a case: each offer is a verb, its permission, when it makes sense, and why it
may not be done now. Three pages have them: the way to the answer, what is done together, what goes to others;
`responding` adds its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from huiying.handling.actions.feedback import untold, waiting_askers
from huiying.handling.actions.liaison import clue_bodies, needs_liaison, waiting_clue
from huiying.handling.actions.routing import KEYED_IN
from huiying.handling.actions.work import may_acknowledge
from huiying.handling.calling import open_calls
from huiying.handling.models import Case, LiaisonExemption, Meeting, Task
from huiying.handling.process import LIVE
from huiying.people.models import User


class CaseContext:
    """One case as one person sees it now; each thing is looked up once, and only where an offer asks."""

    def __init__(self, case: Case, user: User) -> None:
        self.case, self.user = case, user

    @property
    def state(self) -> str:
        return self.case.state

    @cached_property
    def open_tasks(self) -> list[Task]:
        rows = self.case.tasks.filter(done_at__isnull=True, dropped_at__isnull=True)
        return list(rows.select_related("department"))


@dataclass(frozen=True)
class AvailableAction:
    name: str
    label: Promise
    permission: str
    when: Callable[[Any], bool]  # whether it makes sense to speak of it at all in this state
    why_not: Callable[[Any], str] | None = None


def live(now: CaseContext) -> bool:
    return now.state in LIVE


ROUTING: tuple[AvailableAction, ...] = (
    AvailableAction(
        "set_keys",
        gettext_lazy("核定业务范畴和性质"),
        "case.route",
        lambda now: now.state in KEYED_IN,
    ),
)


def _is_called(now: CaseContext) -> bool:
    return live(now) and any(may_acknowledge(call, now.user) for call in open_calls(now.case))


def _too_few_posts(now: CaseContext) -> str:
    """Of a split case the form counts for itself."""
    whole = now.case.split_from_id is None and now.case.event.posts_count < 2
    return _("只有一条来文，没有可以拆的。") if whole else ""


CALLING: tuple[AvailableAction, ...] = (
    AvailableAction("acknowledge_call", gettext_lazy("知悉催办"), "call.acknowledge", _is_called),
    AvailableAction(
        "note_act", gettext_lazy("记复看、专报或复盘"), "case.note_act", lambda now: live(now) or now.state == "closed"
    ),
    AvailableAction("split", gettext_lazy("拆成两件"), "case.split", live, _too_few_posts),
    AvailableAction("unmerge", gettext_lazy("撤销并案"), "case.unmerge", lambda now: now.state == "merged"),
)


# Nobody can have taken up again what was never answered: before that nothing is looked for.
UNANSWERED = ("registered", "assigned", "returned")
ASKING: tuple[AvailableAction, ...] = (
    AvailableAction(
        "uphold",
        gettext_lazy("维持原答复"),
        "asked_again.uphold",
        lambda now: live(now) and now.state not in UNANSWERED and bool(waiting_askers(now.case)),
    ),
)


def _goes_on(now: CaseContext) -> bool:
    return now.state not in ("", "merged", "voided")


SENSITIVE: tuple[AvailableAction, ...] = (
    AvailableAction(
        "label", gettext_lazy("标为敏感"), "case.label", lambda now: _goes_on(now) and not now.case.event.sensitive
    ),
    AvailableAction(
        "unlabel",
        gettext_lazy("取消敏感"),
        "case.unlabel",
        lambda now: _goes_on(now) and bool(now.case.event.sensitive),
    ),
)


def _nobody_waits(now: CaseContext) -> str:
    return "" if untold(now.case) else _("没有等待人工反馈的群众。")


WORK: tuple[AvailableAction, ...] = (
    AvailableAction("agree_facts", gettext_lazy("定口径"), "case.facts", live),
    AvailableAction("make_task", gettext_lazy("派任务"), "task.make", lambda now: live(now) or now.state == "closed"),
    AvailableAction("say", gettext_lazy("在本件里留言"), "case.room", live),
    AvailableAction("attach", gettext_lazy("加附件"), "case.room", live),
    AvailableAction(
        "give_feedback",
        gettext_lazy("登记反馈"),
        "feedback.give",
        lambda now: now.state in ("answered", "declined"),
        _nobody_waits,
    ),
    AvailableAction("link_recurrence", gettext_lazy("关联以前的同类件"), "case.recurrence", live),
)


def _may_be_exempted(now: CaseContext) -> bool:
    """Asked for, and neither a letter nor an exemption stands yet."""
    if not live(now) or not needs_liaison(now.case):
        return False
    sent = now.case.liaisons.filter(sent_at__isnull=False).exists()
    return not sent and not LiaisonExemption.objects.filter(case=now.case).exists()


def _second_person(now: CaseContext) -> str:
    clue = waiting_clue(now.case)
    own = clue is not None and clue.proposed_user == now.user.pk
    return _("是您提议的，须由另一位局领导签字。") if own else ""


LIAISON: tuple[AvailableAction, ...] = (
    AvailableAction(
        "sign_clue",
        gettext_lazy("对线索移交签字"),
        "clue.sign",
        lambda now: live(now) and waiting_clue(now.case) is not None,
        _second_person,
    ),
    AvailableAction("draft_liaison", gettext_lazy("拟核实函"), "liaison.write", live),
    AvailableAction("exempt_liaison", gettext_lazy("说明不需要核实衔接"), "liaison.exempt", _may_be_exempted),
    AvailableAction(
        "propose_clue",
        gettext_lazy("提议移交线索"),
        "clue.propose",
        lambda now: live(now) and bool(clue_bodies(now.case)),
    ),
)


def _one_waits(now: CaseContext) -> str:
    waits = now.case.meetings.filter(state=Meeting.CONVENED).exists()
    return _("已经召集了一次会议，还没有开。") if waits else ""


MEETINGS: tuple[AvailableAction, ...] = (
    AvailableAction("convene_meeting", gettext_lazy("召集联席会议"), "meeting.convene", live, _one_waits),
)


# The case has three pages: its way to the answer, what is done together, what goes to others.
MAIN, TOGETHER, OUTSIDE = "main", "together", "outside"
PARTS: dict[str, tuple[AvailableAction, ...]] = {
    MAIN: (*ROUTING, *CALLING, *ASKING, *SENSITIVE),
    TOGETHER: WORK,
    OUTSIDE: (*LIAISON, *MEETINGS),
}
OFFERS: tuple[AvailableAction, ...] = tuple(offer for part in PARTS.values() for offer in part)
