"""The joint meeting."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_meetings as forms
from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.handling.actions import meetings
from huiying.handling.models import Case, Meeting
from huiying.people.errors import Refused
from huiying.people.models import User


def _convene(case: Case, data: Cleaned, user: User) -> Any:
    return meetings.convene(
        case, data["topic"], data["place"], data["starts_at"], data["chair"], list(data["extra"]), user
    )


def _acknowledge(meeting: Meeting, _told: Cleaned, user: User) -> Any:
    seat = meeting.seats.filter(user=user).first()
    if seat is None:
        raise Refused(_t("您不在这次会议的名单上。"))
    return meetings.acknowledge_seat(seat, user)


VERBS: dict[str, Verb] = {
    "convene_meeting": Verb(
        forms.ConveneForm,
        _convene,
        lambda meeting: (
            _t("%(number)s 已召集，通知已发给 %(n)d 人。材料在下面“联席会议”里。")
            % {"number": meeting.number, "n": meeting.seats.count()}
        ),
    )
}

# The verbs of one meeting, on its own page.
MEETING_VERBS: dict[str, Verb] = {
    "acknowledge": Verb(NothingForm, _acknowledge, _("已确认参加。")),
    "hold": Verb(
        forms.HoldForm,
        lambda meeting, data, user: meetings.hold(meeting, data["attendance"], data["stood_in"], user),
        _("到会情况已登记，请写纪要。"),
    ),
    "minute": Verb(
        forms.MinuteForm,
        lambda meeting, data, user: meetings.minute(
            meeting, data["situation"], data["discussion"], data["dissents"], data["decisions"], user
        ),
        lambda tasks: _t("纪要已保存，%(n)d 项议定事项已派给责任人。等主持人签发。") % {"n": len(tasks)},
    ),
    "sign": Verb(
        NothingForm, lambda meeting, data, user: meetings.sign(meeting, user), _("纪要已签发，已通知参会的人。")
    ),
    "cancel": Verb(
        forms.CancelForm,
        lambda meeting, data, user: meetings.cancel(meeting, data["why"], user),
        _("会议已取消，已通知参会的人。"),
    ),
}
