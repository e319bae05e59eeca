"""The joint meeting."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiying.handling.available_actions.base import AvailableAction, CaseContext, live
from huiying.handling.models import Meeting


def _one_waits(now: CaseContext) -> str:
    waits = now.case.meetings.filter(state=Meeting.CONVENED).exists()
    return _("已经召集了一次会议，还没有开。") if waits else ""


OFFERS: tuple[AvailableAction, ...] = (
    AvailableAction("convene_meeting", gettext_lazy("召集联席会议"), "meeting.convene", live, _one_waits),
)
