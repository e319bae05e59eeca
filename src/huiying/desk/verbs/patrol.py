"""Patrol, coverage, the emergency watch and the hand-over （五）. None is a case's."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk import forms_patrol as forms
from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.handling.actions import handover
from huiying.listening.actions import patrolling as acts
from huiying.listening.models import EmergencyWatch
from huiying.people.errors import Refused
from huiying.people.models import User

VERBS: dict[str, Verb] = {}


def _end(watch: EmergencyWatch | None, data: Cleaned, user: User) -> Any:
    if watch is None:
        raise Refused(_t("现在没有进行中的突发事件监测。"))
    return acts.end_emergency(watch, data["why"], user)


EMERGENCY_VERBS: dict[str, Verb] = {
    "declare": Verb(
        forms.DeclareForm,
        lambda _watch, data, user: acts.declare_emergency(
            data["what"], data["words"], user, every_minutes=data["every_minutes"]
        ),
        _("已启动，已通知值班和带班人员。"),
    ),
    "end": Verb(forms.EndForm, _end, _("已解除，恢复日常巡查。")),
}
COVERAGE_VERBS: dict[str, Verb] = {
    "add_point": Verb(
        forms.PointForm,
        lambda _nothing, data, user: acts.add_point(**data, actor=user),
        _("巡查点已增加，本时段起就要看。"),
    ),
    "adopt": Verb(
        NothingForm,
        lambda _nothing, data, user: acts.adopt_points(user),
        lambda n: _t("已建立 %(n)d 个巡查点，可以逐个改。") % {"n": n},
    ),
    "note_class": Verb(
        forms.ClassNoteForm,
        lambda _nothing, data, user: acts.note_class(data["channel_class"], data["reason"], user),
        _("理由已记录，这一类仍显示为红色。"),
    ),
}
POINT_VERBS: dict[str, Verb] = {
    "retire": Verb(
        forms.RetireForm,
        lambda point, data, user: acts.retire_point(point, data["why"], user),
        _("已停用，以前的记录都在。"),
    ),
}
HANDOVER_VERBS: dict[str, Verb] = {
    "begin": Verb(
        forms.BeginHandoverForm,
        lambda _nothing, data, user: handover.begin_handover(data["incoming"], user),
        _("交接表已生成，请双方确认。"),
    ),
    "give": Verb(
        forms.GiveForm,
        lambda row, data, user: handover.give(row, data["remarks"], user),
        _("已确认交班，等接班人确认。"),
    ),
    "take": Verb(NothingForm, lambda row, data, user: handover.take(row, user), _("已确认接班。")),
}
