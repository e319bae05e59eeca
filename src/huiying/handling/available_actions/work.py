"""Facts, tasks, feedback and the case room."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.handling.actions.feedback import untold
from huiying.handling.available_actions.base import AvailableAction, CaseContext, live


def _nobody_waits(now: CaseContext) -> str:
    return "" if untold(now.case) else _t("没有等待人工反馈的群众。")


OFFERS: tuple[AvailableAction, ...] = (
    AvailableAction("agree_facts", _("定口径"), "case.facts", live),
    AvailableAction("make_task", _("派任务"), "task.make", lambda now: live(now) or now.state == "closed"),
    AvailableAction("say", _("在本件里留言"), "case.room", live),
    AvailableAction("attach", _("加附件"), "case.room", live),
    AvailableAction(
        "give_feedback",
        _("登记反馈"),
        "feedback.give",
        lambda now: now.state in ("answered", "declined"),
        _nobody_waits,
    ),
    AvailableAction("link_recurrence", _("关联以前的同类件"), "case.recurrence", live),
)
