"""Letters to other bodies and clues: forms, verbs of a case and of a letter, sentences, and the part of the case's
page (`desk/parts/case_liaison.html`).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t, gettext_lazy as _

from huiying.desk.bar import Cleaned, Verb
from huiying.desk.fields import long_text
from huiying.desk.forms import VerbForm
from huiying.desk.language import lang
from huiying.handling import slips
from huiying.handling.actions import liaison
from huiying.handling.actions.liaison import clue_bodies, needs_liaison, waiting_clue
from huiying.handling.models import Case, LiaisonExemption
from huiying.people.errors import Refused
from huiying.people.models import User
from huiying.people.queries import regulation_of

MEANS = {
    "link": _("一次性链接：对方打开网页答复"),
    "phone": _("电话"),
    "letter": _("函件"),
    "visit": _("当面"),
}
FINDINGS = {"true": _("属实"), "partly": _("部分属实"), "false": _("不属实"), "unknown": _("无法核实")}


class DraftLiaisonForm(VerbForm):
    """The bodies that the regulation names, or any other; the letter itself is drafted from the case."""

    body = forms.ChoiceField(label=_("发给哪个机关"))
    other = forms.CharField(label=_("其他机关的名称（选“其他机关”时填）"), max_length=100, required=False)
    contact = forms.CharField(label=_("对方联系人（可以不填）"), max_length=200, required=False)
    points = forms.CharField(
        label=_("需核实的事项"), widget=long_text(), help_text=_("一行一件。函按这些写好，看过、改过再发出。")
    )

    def prepare(self) -> None:
        regulation = regulation_of(self.subject.regulation)
        named = [(name, regulation.name_of("word", name, lang())) for name in regulation.monitor.liaison.bodies]
        confirm = [name for name in self.subject.event.confirm_with if name not in dict(named)]
        self.choose("body").choices = [*named, *((name, name) for name in confirm), ("", _t("其他机关"))]
        self.fields["body"].required = False
        self.fields["points"].initial = slips.points_for(self.subject)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["body"] = data.get("body") or data.get("other", "")
        if not data["body"].strip() and "body" not in self.errors:
            self.add_error("other", _t("请写明对方机关的名称。"))
        return data


class LetterForm(VerbForm):
    """Before it is sent, the letter may be changed word by word."""

    letter = forms.CharField(label=_("函的全文"), widget=long_text(tall=True), max_length=5000, strip=False)
    contact = forms.CharField(label=_("对方联系人（可以不填）"), max_length=200, required=False)

    def prepare(self) -> None:
        self.fields["letter"].initial = self.subject.letter
        self.fields["letter"].widget.attrs["class"] = "tall"
        self.fields["contact"].initial = self.subject.contact


class SendForm(VerbForm):
    means = forms.ChoiceField(
        label=_("怎样发出"), widget=forms.RadioSelect, choices=list(MEANS.items()), initial="link"
    )


class AnswerForm(VerbForm):
    """An answer that did not come by the link."""

    finding = forms.ChoiceField(label=_("核实结果"), widget=forms.RadioSelect, choices=list(FINDINGS.items()))
    name = forms.CharField(label=_("答复人姓名和职务"), max_length=100)
    text = forms.CharField(label=_("核实的情况"), widget=long_text(), max_length=4000)


class ExemptForm(VerbForm):
    reason = forms.CharField(
        label=_("为什么不需要核实衔接"), widget=long_text(), max_length=2000, help_text=_("至少 10 个字，记入台账。")
    )


class ClueForm(VerbForm):
    body = forms.ChoiceField(label=_("移交给"), widget=forms.RadioSelect)
    facts = forms.CharField(
        label=_("线索事实"),
        widget=long_text(),
        max_length=4000,
        help_text=_("只写事和证据，不写对人的判断。移交之后本系统不跟踪任何人。"),
    )
    legal_ground = forms.CharField(label=_("法律依据"), max_length=300)

    def prepare(self) -> None:
        regulation = regulation_of(self.subject.regulation)
        self.choose("body").choices = [
            (name, regulation.name_of("word", name, lang())) for name in clue_bodies(self.subject)
        ]


class SignClueForm(VerbForm):
    sign = forms.ChoiceField(
        label=_("您的决定"), widget=forms.RadioSelect, choices=[("yes", _("签字，移交")), ("no", _("不移交"))]
    )
    why = forms.CharField(label=_("理由（不移交时必须写）"), widget=long_text(), required=False, max_length=2000)

    def prepare(self) -> None:
        clue = waiting_clue(self.subject)
        if clue is not None:
            self.fields["sign"].help_text = _t("%(number)s：%(facts)s（依据：%(ground)s）") % {
                "number": clue.number,
                "facts": clue.facts,
                "ground": clue.legal_ground,
            }


def _draft(case: Case, data: Cleaned, user: User) -> Any:
    return liaison.draft_liaison(case, data["body"], data["contact"], data["points"], "", user)


def _sign(case: Case, data: Cleaned, user: User) -> Any:
    clue = liaison.waiting_clue(case)
    if clue is None:
        raise Refused(_t("现在没有待签字的线索。"))
    return liaison.sign_clue(clue, data["sign"] == "yes", data["why"], user)


VERBS: dict[str, Verb] = {
    "draft_liaison": Verb(
        DraftLiaisonForm,
        _draft,
        lambda row: _t("%(number)s 已拟好。在下面“核实衔接”里打开，看过再发出。") % {"number": row.number},
    ),
    "exempt_liaison": Verb(
        ExemptForm,
        lambda case, data, user: liaison.exempt(case, data["reason"], user),
        _("理由已记录，此件不再要求核实衔接。"),
    ),
    "propose_clue": Verb(
        ClueForm,
        lambda case, data, user: liaison.propose_clue(case, data["body"], data["facts"], data["legal_ground"], user),
        _("已提议，等局领导签字。"),
    ),
    "sign_clue": Verb(SignClueForm, _sign, _("决定已记录。")),
}

# The verbs of one letter, on its own page.
LETTER_VERBS: dict[str, Verb] = {
    "edit": Verb(
        LetterForm,
        lambda row, data, user: liaison.edit_letter(row, data["letter"], data["contact"], user),
        _("已保存，还没有发出。"),
    ),
    "send": Verb(
        SendForm,
        lambda row, data, user: liaison.send_liaison(row, data["means"], user),
        _("已登记发出，开始等答复。"),
    ),
    "record_answer": Verb(
        AnswerForm,
        lambda row, data, user: liaison.record_answer(row, data["finding"], data["name"], data["text"], user),
        _("答复已登记。"),
    ),
}


SENTENCES: dict[str, Any] = {
    "liaison.drafted": _("拟给%(body)s的核实函 %(number)s"),
    "liaison.edited": _("修改给%(body)s的核实函 %(number)s"),
    "liaison.sent": _("向%(body)s发出核实函 %(number)s（%(means)s）"),
    "liaison.reminded": _("等%(body)s答复已过一半时间，提醒催问"),
    "liaison.answered": _("%(body)s答复核实函 %(number)s：%(finding)s"),
    "liaison.silent": _("%(body)s到时没有答复核实函 %(number)s（不视为同意）"),
    "liaison.exempted": _("说明不需要核实衔接"),
    "clue.proposed": _("提议向%(body)s移交线索 %(number)s"),
    "clue.signed": _("局领导对移交线索 %(number)s 表示：%(signed)s"),
}
WORDS: dict[str, Any] = {
    "一次性链接": _("一次性链接"),
    "电话": _("电话"),
    "函件": _("函件"),
    "当面": _("当面"),
    "属实": _("属实"),
    "部分属实": _("部分属实"),
    "不属实": _("不属实"),
    "无法核实": _("无法核实"),
}


def section(case: Case, user: User) -> dict[str, Any]:
    """Three queries, whatever their number."""
    rows = list(case.liaisons.all())
    needed = needs_liaison(case)
    exemption = LiaisonExemption.objects.filter(case=case).first() if needed else None
    sent = any(row.sent_at is not None for row in rows)
    return {
        "liaison_rows": rows,
        "liaison_needed": needed,
        "liaison_missing": bool(needed) and not sent and exemption is None,
        "liaison_exemption": exemption,
        "liaison_clues": list(case.clues.all()),
    }
