"""What a person is asked after an answer is out: which look at the effect, how it looks, and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.forms import VerbForm, long_text
from huiying.kernel import clock
from huiying.responding.models import EffectReview

VERDICTS = {
    EffectReview.SETTLED: _("已平息"),
    EffectReview.PERSISTS: _("仍在议论"),
    EffectReview.SECOND_WAVE: _("又起一波"),
}


class ReviewField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: EffectReview) -> str:
        return _t("回应后 %(hours)d 小时") % {"hours": obj.hours}


class JudgeEffectForm(VerbForm):
    review = ReviewField(label=_("哪一次"), queryset=EffectReview.objects.none(), empty_label=None)
    verdict = forms.ChoiceField(label=_("您怎么认定"), widget=forms.RadioSelect, choices=list(VERDICTS.items()))
    comment = forms.CharField(label=_("怎么看"), widget=long_text(), max_length=2000)

    def prepare(self) -> None:
        field: Any = self.fields["review"]
        due = EffectReview.objects.filter(case=self.subject, verdict="", due_at__lte=clock.now())
        field.queryset = due.order_by("due_at", "hours")
        first = field.queryset.first()
        field.initial = first.pk if first else None
