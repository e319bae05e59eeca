"""Turns that change hands, the signed roster, the seats of the leading group （五）C5.1."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_roster as forms
from huiying.desk.bar import NothingForm, Verb
from huiying.people.actions import group, swaps

ROSTER_VERBS: dict[str, Verb] = {
    "swap": Verb(
        forms.SwapForm,
        lambda _nothing, data, user: swaps.ask_swap(
            data["shift"], data["asked_of"], data["reason"], user, in_return=data["in_return"]
        ),
        _("已请对方答复；对方同意之前，这一班仍是您的。"),
    ),
    "sign": Verb(
        NothingForm,
        lambda days, _told, user: group.sign_roster(days[0], days[1], user),
        _("已签发。以后改动的班会标出来。"),
    ),
}
SWAP_VERBS: dict[str, Verb] = {
    "agree": Verb(
        NothingForm, lambda swap, _told, user: swaps.answer_swap(swap, True, user), _("已换班，双方都已记录。")
    ),
    "refuse": Verb(
        NothingForm, lambda swap, _told, user: swaps.answer_swap(swap, False, user), _("已答复不能替班，班次不变。")
    ),
    "withdraw": Verb(NothingForm, lambda swap, _told, user: swaps.withdraw_swap(swap, user), _("已撤回，班次不变。")),
}
GROUP_VERBS: dict[str, Verb] = {
    "seat": Verb(
        forms.SeatForm,
        lambda _nothing, data, user: group.take_seat(data["person"], data["place"], user),
        _("已列入领导小组。"),
    ),
}
SEAT_VERBS: dict[str, Verb] = {
    "leave": Verb(
        forms.LeaveForm,
        lambda seat, data, user: group.leave_seat(seat, data["reason"], user),
        _("已退出，任期留在记录里。"),
    ),
}
