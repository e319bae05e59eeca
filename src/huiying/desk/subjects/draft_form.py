"""The form of a draft （八）（九）: what kind of text, who speaks, what is said where, on which ground."""

from __future__ import annotations

import re
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.fields import DayField, long_text
from huiying.desk.subjects.drafting import stage_choices
from huiying.desk.templatetags.desk import local
from huiying.handling.models import Case, FactSheet
from huiying.people.queries import regulation_of
from huiying.people.versions import department_name, display_name
from huiying.responding import tone
from huiying.responding.forms_of_answer import is_valid, speaking_departments
from huiying.responding.models import Authorisation, MachineDraft, Publication, Revision
from huiying.responding.readiness import GROUNDS, mentioned_in
from huiying.responding.targets import RENDITION_CHARS, place_name, targets

PREFIX = "rendition_"
DEPARTMENT, SPEAKER = "d:", "a:"
WEIBO = 140


class DraftForm(forms.Form):
    stage = forms.ChoiceField(label=_("这是"), required=False)
    corrects = forms.ChoiceField(
        label=_("更正或撤回哪一份"),
        required=False,
        widget=forms.Select(attrs={"lang": "zh-Hans"}),
        help_text=_("只在“更正”“撤回”时选；原文仍然看得到。"),
    )
    correction_note = forms.CharField(
        label=_("更正说明（只在更正、撤回时填写，公众会看到）"), required=False, max_length=500, widget=long_text()
    )
    redacts = forms.BooleanField(label=_("原文含个人信息，更正后公开页只留说明"), required=False)
    title = forms.CharField(label=_("标题"), max_length=200)
    question = forms.CharField(
        label=_("群众关心什么"),
        widget=long_text(),
        help_text=_("用我们自己的话概括。绝不照抄来信原文，不写任何人的姓名、电话、住址。"),
    )
    facts = forms.CharField(
        label=_("事实"),
        widget=long_text(),
        help_text=_("各渠道一字不差的那一段：查清了什么，怎么办，什么时候办好。改动就是定新一版口径。"),
    )
    voice = forms.ChoiceField(label=_("谁来说"), required=False)
    basis = forms.CharField(label=_("依据"), widget=long_text(), help_text=_("法律法规条款，或公告文号。"))
    statutory = forms.MultipleChoiceField(label=_("告知法定渠道"), required=False, widget=forms.CheckboxSelectMultiple)
    openness = forms.ChoiceField(
        label=_("公开属性"),
        required=False,
        widget=forms.RadioSelect,
        choices=[(Revision.OPEN, _("主动公开")), (Revision.PARTLY, _("部分不公开"))],
    )
    openness_ground = forms.ChoiceField(label=_("不公开的法定理由"), required=False)
    openness_left_out = forms.CharField(
        label=_("哪一部分不公开"), required=False, max_length=500, widget=long_text(), help_text=_("概括写，不写内容。")
    )
    openness_review_on = DayField(
        label=_("哪天复核"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    bodies = forms.CharField(
        label=_("涉及的其他机关"),
        required=False,
        help_text=_("用顿号隔开。文中提到的会自动加上；每一个都要先沟通确认才能发布。"),
    )
    quotes = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    template = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)
    machine = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    KIND = ("stage", "corrects", "correction_note", "redacts")
    OPENNESS = ("openness", "openness_ground", "openness_left_out", "openness_review_on")

    def __init__(self, *args: Any, case: Case, revision: Revision | None, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.case = case
        self.regulation = regulation_of(case.regulation)
        self.published = list(
            Publication.objects.filter(case=case, state=Publication.LIVE)
            .exclude(stage=Revision.HOLDING)
            .select_related("platform")
            .order_by("-published_at", "-id")
        )
        self._offer()
        renditions = revision.renditions if revision else {}
        self.places = targets()
        self.codes = list(self.places)
        for place in self.places.values():
            short = tone.is_short(place.code, self.places)
            widget = long_text(tall=not short)
            widget.attrs |= {"data-count": str(WEIBO if short else 0), "data-into": place.code}
            self.fields[f"{PREFIX}{place.code}"] = forms.CharField(
                label=_t("%(channel)s的文稿") % {"channel": place.name},
                widget=widget,
                required=place.code == "portal",
                initial=renditions.get(place.code, ""),
                max_length=RENDITION_CHARS,
            )
        self.fields["facts"].widget.attrs["data-into"] = "facts"

    def _offer(self) -> None:
        """The choices that this case has; what it has none of is not asked."""

        def choices(name: str, made: list[tuple[str, Any]]) -> None:
            cast("forms.ChoiceField", self.fields[name]).choices = made

        choices("stage", stage_choices(self.regulation, holding=False))
        choices("corrects", [("", _t("不更正")), *((str(row.pk), _published(row)) for row in self.published)])
        choices("openness_ground", [("", _t("请选择")), *GROUNDS.items()])
        speakers = Authorisation.objects.filter(case=self.case).select_related("speaker__user")
        choices(
            "voice",
            [
                *((f"{DEPARTMENT}{name}", department_name(name)) for name in speaking_departments(self.case)),
                *((f"{SPEAKER}{row.pk}", _speaker(row)) for row in speakers if is_valid(row)),
            ],
        )
        channels = self.regulation.response.statutory_channels
        choices("statutory", [(code, display_name(self.regulation, "statutory", code)) for code in channels])
        self.mentioned = mentioned_in(self.case)
        if self.mentioned:
            self.initial.setdefault("statutory", self.mentioned)
            names = "、".join(display_name(self.regulation, "statutory", code) for code in self.mentioned)
            self.fields["statutory"].help_text = _t("来文提到了%(names)s，要告知。勾选后把右边的告知语放进文稿。") % {
                "names": names
            }
        if not channels:
            del self.fields["statutory"]
        if not self.published:
            choices(
                "stage", [pair for pair in stage_choices(self.regulation, holding=False) if pair[0] in NOT_PUBLISHED]
            )
            for name in ("corrects", "correction_note", "redacts"):
                del self.fields[name]

    def renditions(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"{PREFIX}{code}"] for code in self.codes}

    def told(self) -> dict[str, Any]:
        """What `save_revision` asks for. What the page did not ask, or nobody said, is the usual."""
        told = self.cleaned_data
        corrects = self._corrected()
        voice = told["voice"]
        speaker = (
            Authorisation.objects.filter(case=self.case, pk=voice[len(SPEAKER) :]) if _is(voice, SPEAKER) else None
        )
        machine = MachineDraft.objects.filter(case=self.case, pk=told["machine"] or 0).first()
        return {
            "title": told["title"],
            "question": told["question"],
            "facts": told["facts"],
            "renditions": self.renditions(),
            "basis": told["basis"],
            "bodies": [body.strip() for body in re.split("[、，,]", told["bodies"]) if body.strip()],
            "corrects": corrects,
            "correction_note": told.get("correction_note", "") if corrects else "",
            "redacts": bool(told.get("redacts")) and corrects is not None,
            "stage": told["stage"] if corrects is None or told["stage"] in CORRECTING else "",
            "statutory": told.get("statutory", []),
            "openness": told["openness"] or Revision.OPEN,
            "openness_ground": told["openness_ground"],
            "openness_left_out": told["openness_left_out"],
            "openness_review_on": told["openness_review_on"],
            "department": voice[len(DEPARTMENT) :] if _is(voice, DEPARTMENT) else "",
            "speaker": speaker.first() if speaker is not None else None,
            "template": told["template"],
            "machine": machine,
            "quotes": told["quotes"],
        }

    def _corrected(self) -> Publication | None:
        """The publication that the text is about: the one chosen, else the newest where a note is written."""
        told = self.cleaned_data
        chosen = told.get("corrects", "")
        if chosen:
            return next(row for row in self.published if str(row.pk) == chosen)
        if (told.get("correction_note", "").strip() or told["stage"] in CORRECTING) and self.published:
            return self.published[0]
        return None


CORRECTING = (Revision.CORRECTION, Revision.WITHDRAWAL)
NOT_PUBLISHED = (Revision.FIRST, Revision.FINAL)


def _is(voice: str, prefix: str) -> bool:
    return voice.startswith(prefix)


def _published(row: Publication) -> str:
    return f"{place_name(row)} {local(row.published_at)} {row.title}"


def _speaker(row: Authorisation) -> str:
    return _t("发言人%(name)s（授权：%(on)s）") % {"name": row.speaker_name, "on": row.statement}


def initial(revision: Revision | None, case: Case, sheet: FactSheet | None) -> dict[str, Any]:
    """Nothing is typed twice: the draft has the agreed 口径, or begins with the department's finding."""
    agreed: dict[str, Any] = {"quotes": sheet.version if sheet else 0}
    if sheet is not None:
        agreed["facts"] = sheet.text
    if revision is not None:
        names = ("title", "question", "facts", "basis", "correction_note", "redacts", "statutory", "template")
        openness = {name: getattr(revision, name) for name in DraftForm.OPENNESS}
        voice = f"{SPEAKER}{revision.speaker_id}" if revision.speaker_id else f"{DEPARTMENT}{revision.department}"
        # What is drafted after a public text comes after it.
        if case.answered_at and revision.publications.filter(state=Publication.LIVE).exists():
            agreed |= {"stage": Revision.FOLLOW_UP, "corrects": "", "correction_note": "", "redacts": False}
        return {
            **{name: getattr(revision, name) for name in names},
            **openness,
            "stage": revision.stage,
            "corrects": str(revision.corrects_id or ""),
            "bodies": "、".join(revision.bodies),
            "voice": voice,
            "machine": revision.machine_id,
            **agreed,
        }
    finding = case.findings.last() if sheet is None else None
    return {
        "title": _t("关于%(title)s的回应") % {"title": case.title},
        "facts": finding.facts if finding else "",
        "stage": Revision.FIRST if case.answered_at is None else Revision.FOLLOW_UP,
        "openness": Revision.OPEN,
        **agreed,
    }
