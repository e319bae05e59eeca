"""What a plan needs to be told, and the word that sets it off (C6.8)."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import VerbForm, long_text
from huiying.desk.forms_dialogue import blocks
from huiying.desk.forms_meetings import PeopleField, person_called, staff
from huiying.desk.forms_releasing import day
from huiying.desk.language import lang
from huiying.desk.moments import DayField
from huiying.foreseeing.actions.planning import Wanted
from huiying.foreseeing.models import Plan, PlanHit
from huiying.people.models import Platform, User
from huiying.people.speakers import in_force

TRIGGERS = 3


class PlanForm(VerbForm):
    questions = forms.CharField(
        label=_("口径"),
        widget=long_text(tall=True),
        help_text=_("每问一段：第一行是问题，下面是我们的回答；段与段之间空一行。"),
    )
    steps = forms.CharField(label=_("先做什么、谁来做"), widget=long_text())
    speaker = forms.ChoiceField(label=_("发言人"), help_text=_("只能选名册里现在有效的发言人。"))
    channels = forms.MultipleChoiceField(label=_("在哪些平台说"), widget=forms.CheckboxSelectMultiple)
    contacts = PeopleField(label=_("启动时联系谁"), queryset=User.objects.none())
    drill_on = DayField(label=_("哪天演练"), widget=day())

    def prepare(self) -> None:
        plan = getattr(self.subject, "plan", None)
        self.choose("speaker").choices = [
            (str(row.pk), f"{row.user.name} · {row.scope}") for row in in_force().select_related("user")
        ]
        platforms = Platform.objects.filter(closed_at__isnull=True)
        cast("forms.MultipleChoiceField", self.fields["channels"]).choices = [
            (row.code, row.name_en if lang() == "en" and row.name_en else row.name) for row in platforms
        ]
        people = cast("forms.ModelMultipleChoiceField[User]", self.fields["contacts"])
        called = Plan.contacts.through.objects.filter(plan=plan, user=OuterRef("pk"))
        people.queryset = staff()
        listed = list(staff().annotate(is_called=Exists(called)))
        people.choices = [(user.pk, person_called(user)) for user in listed]
        people.initial = [user.pk for user in listed if user.is_called]
        levels = [
            (level.code, self.regulation.name_of("level", level.code, lang())) for level in self.regulation.levels
        ]
        triggers = list(getattr(self.subject, "triggers", None) or [])
        for n in range(TRIGGERS):
            row = triggers[n] if n < len(triggers) else None
            self.fields[f"words_{n}"] = forms.CharField(
                label=_t("启动条件 %(n)d：出现哪些词") % {"n": n + 1},
                required=n == 0,
                initial=" ".join(row.words) if row else "",
                help_text=_t("有其中一个就算，用空格隔开。") if n == 0 else "",
                max_length=300,
            )
            self.fields[f"level_{n}"] = forms.ChoiceField(
                label=_t("事件至少是哪一级"),
                required=False,
                choices=[("", _t("不论级别")), *levels],
                initial=row.level if row else "",
            )
            self.fields[f"posts_{n}"] = forms.IntegerField(
                label=_t("至少多少条来文"), required=False, min_value=1, initial=row.posts if row else 1
            )
        if plan is not None:
            self._remember(plan)

    def _remember(self, plan: Any) -> None:
        self.fields["questions"].initial = "\n\n".join(f"{one['q']}\n{one['a']}" for one in plan.questions)
        self.fields["steps"].initial, self.fields["drill_on"].initial = plan.steps, plan.drill_on
        self.fields["speaker"].initial, self.fields["channels"].initial = str(plan.speaker_id), plan.channels

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.errors:
            return given
        wanted = [
            Wanted(words.replace("，", " ").replace("、", " ").split(), given[f"level_{n}"], given[f"posts_{n}"] or 1)
            for n in range(TRIGGERS)
            if (words := given[f"words_{n}"])
        ]
        return {
            "questions": [(one[0], "\n".join(one[1:])) for one in blocks(given["questions"]) if one],
            "steps": given["steps"],
            "speaker": in_force().get(pk=given["speaker"]),
            "channels": given["channels"],
            "contacts": list(given["contacts"]),
            "drill_on": given["drill_on"],
            "triggers": wanted,
        }


class HitForm(VerbForm):
    """Of the proposals, what may still be set off."""

    hit = forms.ChoiceField(label=_("哪个事件"))
    states: tuple[str, ...] = (PlanHit.WAITING, PlanHit.REFUSED)

    def prepare(self) -> None:
        rows = [row for row in getattr(self.subject, "hits", None) or [] if row.state in self.states]
        self.choose("hit").choices = [(str(row.pk), f"{row.event.number} {row.event.title[:40]}") for row in rows]


class TakeForm(HitForm):
    reason = forms.CharField(label=_("补充说明（可以不写）"), required=False, max_length=500)


class RefuseForm(HitForm):
    states = (PlanHit.WAITING,)
    reason = forms.CharField(label=_("不启动的理由"), max_length=500)


class SetOffForm(VerbForm):
    number = forms.CharField(label=_("事件编号"), max_length=30)
    reason = forms.CharField(label=_("启动的理由"), max_length=500)


class DrillForm(VerbForm):
    what = forms.CharField(label=_("怎样演练的，发现了什么"), widget=long_text())
