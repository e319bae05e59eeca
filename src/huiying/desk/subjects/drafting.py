"""Templates, the holding statement, confirmation of other bodies （八）（九）: forms, verbs, sentences, and the
part of the case's page 回应 (`desk/parts/case_drafting.html`).
"""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Cleaned, Verb
from huiying.desk.fields import long_text
from huiying.desk.forms import NothingForm, VerbForm
from huiying.handling.models import Case, Liaison
from huiying.kernel import clock
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.queries import regulation_of
from huiying.people.versions import display_name
from huiying.responding import actions as responding, queries
from huiying.responding.actions.confirming import escalate_conflict, heard_after, record_confirmation
from huiying.responding.actions.drafting import HOLDING_CHARS, hold_statement, holding_texts, usual_targets
from huiying.responding.available_actions.answering import not_out
from huiying.responding.models import BodyConfirmation, Publication, ReviewRound, ReviewStep, Revision
from huiying.responding.readiness import open_blanks
from huiying.responding.targets import target_names, targets

TEXT = "text_"
ANSWERS = [("agree", _("同意")), ("amend", _("建议修改")), ("object", _("不同意"))]
MEANS = [("phone", _("电话")), ("letter", _("来函")), ("visit", _("当面"))]


class HoldForm(VerbForm):
    """One press: everything is filled in. Whoever wants other words or fewer places says so first."""

    channels = forms.MultipleChoiceField(label=_("发在哪里"), widget=forms.CheckboxSelectMultiple)

    def prepare(self) -> None:
        codes = usual_targets()
        names = target_names(codes)
        held = queries.current_revision(self.subject, Revision.HOLDING)
        texts = holding_texts(self.subject, codes)
        if held is not None:
            texts |= {code: text for code, text in held.renditions.items() if code in texts}
        field = cast("forms.MultipleChoiceField", self.fields["channels"])
        field.choices = [(code, names[code]) for code in codes]
        field.initial = codes
        field.help_text = _t("已按办件填好，可以直接送审。它不算答复，不停法定时限；由办公室审过就能发。")
        for code in codes:
            self.fields[f"{TEXT}{code}"] = forms.CharField(
                label=_t("%(channel)s上的话") % {"channel": names[code]},
                widget=long_text(),
                required=False,
                initial=texts[code],
                max_length=HOLDING_CHARS,
            )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        for code in told.get("channels", []):
            if open_blanks(told.get(f"{TEXT}{code}", "")):
                self.add_error(f"{TEXT}{code}", _t("还有没填的空，请填上，或删去那一句。"))
        return told


class HeldForm(VerbForm):
    """Where the approved statement goes."""

    channels = forms.MultipleChoiceField(label=_("发布到"), widget=forms.CheckboxSelectMultiple)

    def prepare(self) -> None:
        held = queries.current_revision(self.subject, Revision.HOLDING)
        open_ = targets()
        codes = [code for code in not_out(held) if code in open_] if held is not None else []
        names = target_names(codes)
        field = cast("forms.MultipleChoiceField", self.fields["channels"])
        field.choices = [(code, names[code]) for code in codes]
        field.initial = codes


class _AnswerForm(VerbForm):
    """Who of another body said what, how, and the proof of it (C8.4: 机关、联系人、方式、时间、意见、凭证)."""

    means = forms.ChoiceField(label=_("方式"), widget=forms.RadioSelect, choices=MEANS)
    name = forms.CharField(label=_("答复人姓名和职务"), max_length=100)
    answer = forms.ChoiceField(label=_("对方的意见"), widget=forms.RadioSelect, choices=ANSWERS)
    comment = forms.CharField(
        label=_("对方怎么说"),
        required=False,
        widget=long_text(),
        max_length=2000,
        help_text=_("没有凭证时必须写；建议修改或不同意的，写明改哪里、为什么。"),
    )
    proof = forms.FileField(
        label=_("凭证（来函扫描件、通话记录截图）"),
        required=False,
        help_text=_("PNG、JPEG、WebP 或 PDF，不超过 10 MB。"),
    )


class RecordConfirmationForm(_AnswerForm):
    """The bodies that the text names come first; another one can be written."""

    body = forms.CharField(label=_("机关名称"), max_length=100, widget=forms.TextInput(attrs={"lang": "zh-Hans"}))
    field_order = ("body", "means", "name", "answer", "comment", "proof")

    def prepare(self) -> None:
        tracks = (Revision.ANSWER, Revision.HOLDING)
        texts = [found for track in tracks if (found := queries.current_revision(self.subject, track))]
        waiting = [
            body
            for revision in texts
            for body, row in queries.confirmations_of(revision).items()
            if not queries.is_confirmed(row)
        ]
        if waiting:
            self.fields["body"].initial = waiting[0]
            self.fields["body"].help_text = _t("还没有确认的：%(names)s") % {"names": "、".join(waiting)}


def of_the_case(form: VerbForm, *, objected: bool) -> list[tuple[str, str]]:
    """The confirmations of the case that a form may be about."""
    rows = BodyConfirmation.objects.filter(case=form.subject).order_by("id")
    if objected:
        rows = rows.filter(answer="object", escalated_at__isnull=True)
        return [(str(row.pk), row.body) for row in rows]
    return [(str(row.pk), row.body) for row in rows.filter(overridden_at__isnull=False) if heard_after(row) is None]


class HearForm(_AnswerForm):
    """Which body that a leader did not wait for; afterwards it is heard."""

    row = forms.ChoiceField(label=_("哪个机关"), widget=forms.RadioSelect)
    field_order = ("row", "means", "name", "answer", "comment", "proof")

    def prepare(self) -> None:
        choices = of_the_case(self, objected=False)
        self.choose("row").choices = choices
        self.fields["row"].initial = choices[0][0] if choices else None


class EscalateForm(VerbForm):
    row = forms.ChoiceField(label=_("与哪个机关意见不一致"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        choices = of_the_case(self, objected=True)
        self.choose("row").choices = choices
        self.fields["row"].initial = choices[0][0] if choices else None
        settles = regulation_of(self.subject.regulation).response.consult_other_agencies.escalate_to
        if settles:
            self.fields["row"].help_text = _t("会拟好给%(body)s的函，放在“衔接与会商”，由人发出。") % {"body": settles}


class TemplateForm(forms.Form):
    """One template of the office, laid over the built-in one of the same code."""

    code = forms.CharField(label=_("代号"), max_length=60, help_text=_("和内置模板同名就代替它。"))
    title = forms.CharField(label=_("名称"), max_length=100, widget=forms.TextInput(attrs={"lang": "zh-Hans"}))
    stage = forms.ChoiceField(label=_("阶段"), required=False)
    levels = forms.MultipleChoiceField(
        label=_("级别（不选就是都用）"), required=False, widget=forms.CheckboxSelectMultiple
    )
    concerns = forms.MultipleChoiceField(
        label=_("性质（不选就是都用）"), required=False, widget=forms.CheckboxSelectMultiple
    )
    targets = forms.MultipleChoiceField(
        label=_("渠道（不选就是都用）"), required=False, widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(
        label=_("正文"),
        widget=long_text(tall=True),
        help_text=format_lazy(_("空写成{blank}。先写事实和怎么办。"), blank="【请填：名称】"),
        max_length=8000,
    )

    def __init__(self, *args: Any, regulation: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

        def choices(name: str, made: list[tuple[str, str]]) -> None:
            cast("forms.ChoiceField", self.fields[name]).choices = made

        choices("stage", [("", _t("都用")), *stage_choices(regulation)])
        choices("levels", [(level.code, display_name(regulation, "level", level.code)) for level in regulation.levels])
        choices("concerns", [(word, display_name(regulation, "word", word)) for word in regulation.concerns])
        choices("targets", [(code, place.name) for code, place in targets().items()])


def stage_choices(regulation: Any, *, holding: bool = True) -> list[tuple[str, str]]:
    codes = (Revision.HOLDING,) if holding else ()
    own = (Revision.FIRST, Revision.FOLLOW_UP, Revision.FINAL, Revision.CORRECTION, Revision.WITHDRAWAL)
    return [(code, display_name(regulation, "stage", code)) for code in (*codes, *own)]


def _row(case: Case, pk: str) -> BodyConfirmation:
    found = BodyConfirmation.objects.select_related("revision", "case").filter(case=case, pk=pk).first()
    if found is None:
        raise Refused(_t("没有这一条沟通确认，请刷新页面。"))
    return found


def _hold(case: Case, data: Cleaned, user: User) -> Any:
    texts = {name.removeprefix(TEXT): text for name, text in data.items() if name.startswith(TEXT) and text}
    return hold_statement(case, user, data["channels"], texts)


def _record(case: Case, data: Cleaned, user: User, body: str, after: BodyConfirmation | None = None) -> Any:
    who_said_what = (data["answer"], data["name"], data["means"], data["comment"], data["proof"])
    return record_confirmation(case, body, *who_said_what, user, after)


def _hear(case: Case, data: Cleaned, user: User) -> Any:
    row = _row(case, data["row"])
    return _record(case, data, user, row.body, row)


def _escalated(letter: Liaison) -> str:
    return _t("已拟好给%(body)s的函，请在“衔接与会商”核对后发出。") % {"body": letter.body}


VERBS: dict[str, Verb] = {
    "hold_statement": Verb(HoldForm, _hold, _("“正在核实”已送审，审核人已收到消息。")),
    "release_holding": Verb(
        HeldForm,
        lambda case, data, user: responding.release(case, data["channels"], user, Revision.HOLDING),
        _("“正在核实”已开始发布：门户自动发布，其余渠道见待发清单。"),
        asks_again=True,
    ),
    "withdraw_holding": Verb(
        NothingForm,
        lambda case, data, user: responding.withdraw(case, user, Revision.HOLDING),
        _("已撤回“正在核实”的送审。"),
    ),
    "record_confirmation": Verb(
        RecordConfirmationForm,
        lambda case, data, user: _record(case, data, user, data["body"]),
        _("对方的意见已记录。"),
    ),
    "hear_after_all": Verb(HearForm, _hear, _("已记下补听到的意见。")),
    "escalate_conflict": Verb(
        EscalateForm,
        lambda case, data, user: escalate_conflict(_row(case, data["row"]), user),
        _escalated,
    ),
}


SENTENCES: dict[str, Any] = {
    "clock.held": _("“%(act)s”时限过半，只发布过“正在核实”，尚未答复"),
    "draft.proposed": _("请本地模型为“%(target)s”提了一份建议稿（须由人改写）"),
    "template.saved": _("存了模板“%(title)s”"),
    "template.retired": _("停用本局的模板“%(title)s”"),
}
WORDS: dict[str, Any] = {}


def section(case: Case, user: User) -> dict[str, Any]:
    """Four queries, whatever there is."""
    held = Revision.objects.filter(case=case, track=Revision.HOLDING).last()
    rounds = ReviewRound.objects.filter(case=case, track=Revision.HOLDING).prefetch_related("steps")
    late = ReviewStep.objects.filter(
        round__case=case,
        round__state=ReviewRound.OPEN,
        decision="",
        due_at__lt=clock.now(),
        next_action_at__isnull=False,
    )
    out = Publication.objects.filter(case=case, stage=Revision.HOLDING).select_related("platform")
    return {
        "holding": held,
        "holding_round": rounds.last() if held else None,
        "holding_out": list(out.order_by("id")) if held else [],
        "late_steps": list(late.select_related("round")),
    }
