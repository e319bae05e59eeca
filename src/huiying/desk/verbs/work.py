"""Facts, tasks, feedback and the case room."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_work as forms
from huiying.desk.bar import Cleaned, Verb
from huiying.handling import actions as handling
from huiying.handling.access import get_case
from huiying.handling.actions.facts import agree_facts
from huiying.handling.actions.feedback import give_feedback
from huiying.handling.actions.recurrence import link_recurrence
from huiying.handling.actions.room import attach, say
from huiying.handling.actions.tasks import make_task
from huiying.handling.models import Case, FactSheet, Feedback
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.permissions import require


def _agreed(sheet: FactSheet) -> str:
    return _t("口径已定为第 %(version)d 版。") % {"version": sheet.version}


@transaction.atomic
def _feedback(case: Case, data: Cleaned, user: User) -> Any:
    for name in data["names"]:
        give_feedback(case, Feedback.ASKER, name, data["means"], data["text"], user)


def _recurrence(case: Case, data: Cleaned, user: User) -> Any:
    """A number that this person may not see answers like one that does not exist."""
    require(user, "case.recurrence", case)
    number = data["number"].strip()
    try:
        earlier = get_case(user, number)
    except Http404:
        raise Refused(_t("没有编号为“%(number)s”的办件，请核对。") % {"number": number}) from None
    return link_recurrence(case, earlier, data["reason"], user)


VERBS: dict[str, Verb] = {
    "agree_facts": Verb(
        forms.FactsForm,
        lambda case, data, user: agree_facts(case, data["text"], data["based_on"], data["reason"], user),
        _agreed,
    ),
    "make_task": Verb(
        forms.TaskForm,
        lambda case, data, user: make_task(
            case,
            data["kind"],
            data["title"],
            data["owner"].department,
            data["owner"],
            data["due_at"],
            user,
            deliverable=data["deliverable"],
        ),
        _("任务已派，并已通知责任人。"),
    ),
    "say": Verb(forms.SayForm, lambda case, data, user: say(case, data["text"], user), _("留言已记下。")),
    "attach": Verb(forms.AttachForm, lambda case, data, user: attach(case, data["file"], user), _("附件已存。")),
    "give_feedback": Verb(forms.FeedbackForm, _feedback, _("反馈已登记。")),
    "link_recurrence": Verb(forms.RecurrenceForm, _recurrence, _("已关联。此件办结前须有源头整改。")),
    # Beside the root it asks, for a complaint, what is put right (C2.2).
    "close": Verb(
        forms.CloseForm, lambda case, data, user: handling.close(case, data["root_cause"], user), _("此件已办结。")
    ),
}
