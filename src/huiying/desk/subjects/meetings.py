"""The joint meeting: forms, verbs of a case and of a meeting, sentences, and the part of the case's page
(`desk/parts/case_meetings.html`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Cleaned, NothingForm, Verb
from huiying.desk.fields import DepartmentField, MomentField, PeopleField, PersonField, long_text, moment, staff
from huiying.desk.forms import VerbForm
from huiying.handling.actions import meetings
from huiying.handling.models import Case, Meeting, MeetingSeat
from huiying.people.errors import Refused
from huiying.people.models import Department, User
from huiying.people.queries import departments, regulation_of

DECISIONS, DISSENTS = 4, 2
ATTENDANCE = {
    MeetingSeat.PRESENT: _("到会"),
    MeetingSeat.EXCUSED: _("请假"),
    MeetingSeat.ABSENT: _("缺席"),
}


class ConveneForm(VerbForm):
    """The chair is one of the leadership; the roles of the regulation and the departments' heads are called anyway."""

    topic = forms.CharField(label=_("议题"), max_length=300)
    starts_at = MomentField(label=_("开会时间"), widget=moment())
    place = forms.CharField(label=_("地点"), max_length=200)
    chair = PersonField(label=_("主持人"), queryset=User.objects.none(), empty_label=None)
    extra = PeopleField(
        label=_("另外请谁（可以不选）"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )

    def prepare(self) -> None:
        self.fields["topic"].initial = self.subject.title
        self.fields["topic"].widget.attrs["lang"] = "zh-Hans"
        able = [user.pk for user in meetings.chairs(self.subject)]
        called = {user.pk: user.name for user in meetings.invited(self.subject)}
        people = staff()
        self.people("chair").queryset = people.filter(pk__in=able)
        self.people("extra").queryset = people.exclude(pk__in=called)
        self.fields["extra"].help_text = _t("按制度已经包括：%(names)s。") % {"names": "、".join(called.values())}

    def people(self, name: str) -> forms.ModelChoiceField[User]:
        return cast("forms.ModelChoiceField[User]", self.fields[name])


class HoldForm(VerbForm):
    """One row a seat. Nothing is chosen beforehand: who came is said, not assumed."""

    def prepare(self) -> None:
        for seat in self.subject.seats.all():
            self.fields[f"seat_{seat.pk}"] = forms.ChoiceField(
                label=seat.name, choices=[("", _t("请选择")), *ATTENDANCE.items()]
            )
            self.fields[f"stood_{seat.pk}"] = forms.CharField(
                label=_t("由谁代%(name)s到会") % {"name": seat.name}, required=False, max_length=100
            )

    def rows(self) -> Iterator[tuple[MeetingSeat, BoundField, BoundField]]:
        for seat in self.subject.seats.all():
            yield seat, self[f"seat_{seat.pk}"], self[f"stood_{seat.pk}"]

    def told(self, prefix: str) -> dict[int, str]:
        return {seat.pk: self.cleaned_data.get(f"{prefix}_{seat.pk}", "") for seat in self.subject.seats.all()}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return data | {"attendance": self.told("seat"), "stood_in": self.told("stood")}


class MinuteForm(VerbForm):
    """The two texts, and rows for decisions and different opinions; an empty row is no row."""

    situation = forms.CharField(label=_("情况通报"), widget=long_text(), max_length=8000)
    discussion = forms.CharField(label=_("讨论要点"), widget=long_text(), max_length=8000)

    def prepare(self) -> None:
        self.fields["situation"].initial = self.subject.situation
        self.fields["discussion"].initial = self.subject.discussion
        people, known = staff(), departments()
        for n in range(1, DECISIONS + 1):
            self.fields[f"title_{n}"] = forms.CharField(label=_t("事项"), required=False, max_length=300)
            self.fields[f"owner_{n}"] = PersonField(
                label=_t("责任人"), queryset=people, required=False, empty_label=_t("请选择")
            )
            self.fields[f"department_{n}"] = DepartmentField(
                label=_t("责任部门"), queryset=known, required=False, empty_label=_t("责任人所在部门")
            )
            self.fields[f"due_{n}"] = MomentField(label=_t("完成时间"), required=False, widget=moment())
            self.fields[f"deliverable_{n}"] = forms.CharField(label=_t("交付物"), required=False, max_length=300)
        for n in range(1, DISSENTS + 1):
            self.fields[f"name_{n}"] = forms.CharField(label=_t("谁的不同意见"), required=False, max_length=100)
            self.fields[f"words_{n}"] = forms.CharField(
                label=_t("原话"), required=False, widget=long_text(), max_length=4000
            )

    def texts(self) -> list[BoundField]:
        return [self["situation"], self["discussion"]]

    def decision_rows(self) -> list[list[BoundField]]:
        names = ("title", "owner", "department", "due", "deliverable")
        return [[self[f"{name}_{n}"] for name in names] for n in range(1, DECISIONS + 1)]

    def dissent_rows(self) -> list[list[BoundField]]:
        return [[self[f"name_{n}"], self[f"words_{n}"]] for n in range(1, DISSENTS + 1)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        rows = [self._decision(data, n) for n in range(1, DECISIONS + 1)]
        said = [(data.get(f"name_{n}", ""), data.get(f"words_{n}", "")) for n in range(1, DISSENTS + 1)]
        return data | {
            "decisions": [row for row in rows if row is not None],
            "dissents": [(name, words) for name, words in said if name or words],
        }

    def _decision(self, data: dict[str, Any], n: int) -> meetings.Decision | None:
        title, owner, due = data.get(f"title_{n}", ""), data.get(f"owner_{n}"), data.get(f"due_{n}")
        department: Department | None = data.get(f"department_{n}") or (owner.department if owner else None)
        deliverable = data.get(f"deliverable_{n}", "")
        if not (title or owner or due or deliverable):
            return None
        return meetings.Decision(title, department, owner, due, deliverable)


class CancelForm(VerbForm):
    why = forms.CharField(label=_("取消的理由"), widget=long_text(), max_length=300)


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
        ConveneForm,
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
        HoldForm,
        lambda meeting, data, user: meetings.hold(meeting, data["attendance"], data["stood_in"], user),
        _("到会情况已登记，请写纪要。"),
    ),
    "minute": Verb(
        MinuteForm,
        lambda meeting, data, user: meetings.minute(
            meeting, data["situation"], data["discussion"], data["dissents"], data["decisions"], user
        ),
        lambda tasks: _t("纪要已保存，%(n)d 项议定事项已派给责任人。等主持人签发。") % {"n": len(tasks)},
    ),
    "sign": Verb(
        NothingForm, lambda meeting, data, user: meetings.sign(meeting, user), _("纪要已签发，已通知参会的人。")
    ),
    "cancel": Verb(
        CancelForm,
        lambda meeting, data, user: meetings.cancel(meeting, data["why"], user),
        _("会议已取消，已通知参会的人。"),
    ),
}


SENTENCES: dict[str, Any] = {
    "meeting.convened": _("召集联席会议 %(meeting)s：%(topic)s"),
    "meeting.acknowledged": _("%(name)s确认参加 %(meeting)s"),
    "meeting.held": _("%(meeting)s 开会，应到 %(invited)s 人，实到 %(present)s 人"),
    "meeting.minuted": _("写好 %(meeting)s 的纪要，议定 %(decisions)s 项"),
    "meeting.signed": _("主持人签发 %(meeting)s 的纪要"),
    "meeting.handed_over": _("%(meeting)s 改由%(to_name)s主持"),
    "meeting.cancelled": _("取消 %(meeting)s"),
}
WORDS: dict[str, Any] = {}


STATES = {
    Meeting.CONVENED: _("已召集"),
    Meeting.HELD: _("已开会，纪要待签发"),
    Meeting.SIGNED: _("纪要已签发"),
    Meeting.CANCELLED: _("会议已取消"),
}


def section(case: Case, user: User) -> dict[str, Any]:
    """One query. `meetings_missing`: the level asks for one and none stands (§4.3)."""
    rows = list(case.meetings.all())
    stands = any(row.state != Meeting.CANCELLED for row in rows)
    required = regulation_of(case.regulation).level_actions.by_level[case.level].meeting == "required"
    return {
        "meetings_rows": [(row, STATES[row.state]) for row in rows],
        "meetings_missing": required and not stands,
    }
