"""敏感: what it is about, and why."""

from __future__ import annotations

from typing import cast

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import VerbForm, long_text
from huiying.desk.verbs.grouping import places_of
from huiying.handling.actions.sensitive import KINDS, READ, spoken_of, suggested


class LabelForm(VerbForm):
    kind = forms.ChoiceField(label=_("是哪一种"), choices=())
    reason = forms.CharField(
        label=_("理由"),
        widget=long_text(),
        max_length=300,
        help_text=_("标上立即生效，标题改为“敏感事项（限知悉）”；取消须由另一个人。"),
    )

    def prepare(self) -> None:
        """The machine's suggestion comes first and says that it is one."""
        told = self.suggested()
        choices = [("", _t("请选择"))] if not told else []
        kinds = sorted(KINDS.items(), key=lambda one: one[0] != told)
        choices += [(kind, f"{words}（{_t('建议')}）" if kind == told else str(words)) for kind, words in kinds]
        cast(forms.ChoiceField, self.fields["kind"]).choices = choices

    def suggested(self) -> str:
        return suggested(self.subject.event)


class EventLabelForm(LabelForm):
    """On the event's own page, where its posts have been read for another form."""

    def suggested(self) -> str:
        newest = [(place.post.title, place.post.text) for place in places_of(self.subject)]
        return spoken_of(newest[::-1][:READ])


class UnlabelForm(VerbForm):
    reason = forms.CharField(label=_("理由"), widget=long_text(), max_length=300)
