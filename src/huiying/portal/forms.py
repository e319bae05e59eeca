"""What the public and other bodies may send: a message, a look-up, an opinion, a request about their own data, an
answer (C5.15).

Errors say what to do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy

from huiying.people.queries import regulation_now
from huiying.people.versions import display_name
from huiying.responding.pages import topics

TEXT_MOST, TEXT_LEAST, CONTACT_MOST = 2000, 4, 100
UNREADABLE = "\ufffd"  # what is left of bytes that are not UTF-8
IDENTITY_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")

# Stored under the Chinese word of the regulation (C4.1); shown with a line that says what it is for.
KINDS: list[tuple[str, Any, Any]] = [
    ("咨询", gettext_lazy("咨询"), gettext_lazy("想问一件事怎么办、怎么规定")),
    ("投诉", gettext_lazy("投诉"), gettext_lazy("对办事、服务或结果不满意")),
    ("建议", pgettext_lazy("kind of message", "建议"), gettext_lazy("觉得哪里可以做得更好")),
    ("表扬", gettext_lazy("表扬"), gettext_lazy("想感谢某个人或某个部门")),
    ("网站问题", gettext_lazy("网站问题"), gettext_lazy("网站、系统打不开或用不了")),
    ("不实信息", gettext_lazy("不实信息"), gettext_lazy("看到不准确的说法，请我们核实")),
]


def plain(text: str) -> str:
    """Without invisible control characters, which nobody typed on purpose and PostgreSQL does not keep."""
    return "".join(char for char in text if char in "\n\t" or char.isprintable() or char == "\u3000").strip()


class PlainText(forms.CharField):
    """Text as a person typed it: invisible control characters are dropped, unreadable ones are named."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return plain(text) if isinstance(text, str) else text

    def validate(self, value: Any) -> None:
        super().validate(value)
        if count := str(value or "").count(UNREADABLE):
            raise forms.ValidationError(
                _("有 %(count)s 处文字没能识别，显示为“�”。请改正这些字再发送。") % {"count": count}
            )


class AskForm(forms.Form):
    """A message to the bureau. No name, no account, no identity number is asked for (C4.3)."""

    kind = forms.ChoiceField(
        choices=[(value, label) for value, label, _hint in KINDS],
        error_messages={
            "required": gettext_lazy("请选一项，说明这是哪一类事。"),
            "invalid_choice": gettext_lazy("请从列出的几项里选一项。"),
        },
    )
    text = PlainText(error_messages={"required": gettext_lazy("请写下您要说的事。")})
    contact = PlainText(required=False)
    website = forms.CharField(required=False)  # hidden from people; programs fill it

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if len(text) > TEXT_MOST:
            raise forms.ValidationError(
                _("您写了 %(count)s 个字，一次最多 %(most)s 个字。请留下最要紧的部分，其余的可以再留言一次。")
                % {"count": len(text), "most": TEXT_MOST}
            )
        if len(text) < TEXT_LEAST:
            raise forms.ValidationError(_("写得太短了，我们看不出是什么事。请再多写几个字。"))
        return text

    def clean_contact(self) -> str:
        contact: str = self.cleaned_data["contact"]
        if IDENTITY_NUMBER.search(contact):
            raise forms.ValidationError(_("这里像是身份证号。我们不需要身份证号，请删掉，只留电话或邮箱。"))
        if len(contact) > CONTACT_MOST:
            raise forms.ValidationError(
                _("联系方式最多 %(most)s 个字。请只留一个电话或邮箱。") % {"most": CONTACT_MOST}
            )
        return contact

    def clean_website(self) -> str:
        """A filled trap is refused aloud, never dropped: nothing a person wrote is lost in silence (INV-1)."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("最后一栏是防机器用的，请把它清空再发送。"))
        return ""


class StatusForm(forms.Form):
    number = PlainText(max_length=40, error_messages={"required": gettext_lazy("请填写回执上的编号。")})
    code = PlainText(max_length=20, error_messages={"required": gettext_lazy("请填写回执上的查询码。")})


class AnswererName(PlainText):
    """Who answers for another body, and in what office."""

    def __init__(self) -> None:
        super().__init__(
            max_length=100,
            error_messages={
                "required": gettext_lazy("请写明答复人的姓名和职务。"),
                "max_length": gettext_lazy("姓名和职务最多 100 个字。"),
            },
        )


class ConfirmForm(forms.Form):
    """What another body says to a text that names it (C8.4)."""

    ANSWERS = (
        ("agree", gettext_lazy("同意这样发布")),
        ("amend", gettext_lazy("需要修改")),
        ("object", gettext_lazy("不同意发布")),
    )
    answer = forms.ChoiceField(
        choices=ANSWERS,
        error_messages={
            "required": gettext_lazy("请选一项。"),
            "invalid_choice": gettext_lazy("请从列出的三项里选一项。"),
        },
    )
    name = AnswererName()
    comment = PlainText(
        max_length=2000, required=False, error_messages={"max_length": gettext_lazy("意见最多 2000 个字。")}
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") in ("amend", "object") and not data.get("comment") and "comment" not in self.errors:
            self.add_error("comment", _("请写明要改哪里，或为什么不同意，我们好据此修改。"))
        return data


NOT_FOUND = gettext_lazy("没有找到。请核对编号和查询码：两样都要和回执上的一样，字母不分大小写。")


DIALOGUE_MOST = 2000


class FollowForm(forms.Form):
    address = forms.EmailField(
        max_length=254,
        error_messages={
            "required": gettext_lazy("请填写邮箱地址。"),
            "invalid": gettext_lazy("这个邮箱地址不完整，请核对后再试，例如 name@example.cn。"),
        },
    )
    topic = forms.ChoiceField(
        required=False, error_messages={"invalid_choice": gettext_lazy("请从列出的几项里选一项。")}
    )
    website = forms.CharField(required=False)  # hidden from people; programs fill it

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regulation = regulation_now()
        field = self.fields["topic"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", gettext_lazy("全部答复")),
            *((code, display_name(regulation, "category", code)) for code in topics()),
        ]

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(gettext_lazy("最后一栏是防机器用的，请把它清空再发送。"))
        return ""


class OpinionForm(forms.Form):
    """One free text, one radio group a question; nothing is asked of who it is (C4.2)."""

    text = PlainText(
        required=False,
        max_length=DIALOGUE_MOST,
        error_messages={"max_length": gettext_lazy("意见最多 2000 个字。请留下最要紧的部分。")},
    )
    website = forms.CharField(required=False)

    def __init__(self, *args: Any, questions: Sequence[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for number, question in enumerate(questions):
            self.fields[f"q{number}"] = forms.ChoiceField(
                required=False,
                choices=[(str(option), text) for option, text in enumerate(question["options"])],
                error_messages={"invalid_choice": gettext_lazy("请从列出的几项里选一项。")},
            )

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(gettext_lazy("最后一栏是防机器用的，请把它清空再发送。"))
        return ""

    def choices(self) -> dict[int, int]:
        given = {number: self.cleaned_data.get(f"q{number}", "") for number in range(len(self.questions))}
        return {number: int(option) for number, option in given.items() if option}

    def asked(self) -> list[tuple[str, str, list[tuple[str, str, bool]], Any]]:
        """Name, question, options with whether each is chosen, errors: what the page draws."""
        rows = []
        for number, question in enumerate(self.questions):
            field = self[f"q{number}"]
            chosen = str(field.value() or "")
            options = [(str(n), text, str(n) == chosen) for n, text in enumerate(question["options"])]
            rows.append((f"q{number}", question["text"], options, field.errors))
        return rows


class RightsForm(forms.Form):
    KINDS = (
        ("correction", gettext_lazy("更正"), gettext_lazy("公开的内容里有不对的事实")),
        ("deletion", gettext_lazy("删除"), gettext_lazy("有我的个人信息，或想提前删除我留的联系方式")),
        ("copy", gettext_lazy("要一份副本"), gettext_lazy("把我自己的留言和联系方式给我一份")),
    )
    kind = forms.ChoiceField(
        choices=[(value, label) for value, label, _hint in KINDS],
        error_messages={
            "required": gettext_lazy("请选一项。"),
            "invalid_choice": gettext_lazy("请从列出的几项里选一项。"),
        },
    )
    text = PlainText(
        max_length=DIALOGUE_MOST,
        error_messages={
            "required": gettext_lazy("请写明要改什么或删什么。"),
            "max_length": gettext_lazy("最多 2000 个字，请缩短。"),
        },
    )
    answer = PlainText(required=False, max_length=40)
    number = PlainText(required=False, max_length=40)
    code = PlainText(required=False, max_length=20)


class LiaisonForm(forms.Form):
    FINDINGS = (
        ("true", gettext_lazy("属实")),
        ("partly", gettext_lazy("部分属实")),
        ("false", gettext_lazy("不属实")),
        ("unknown", gettext_lazy("无法核实")),
    )
    finding = forms.ChoiceField(
        choices=FINDINGS,
        error_messages={
            "required": gettext_lazy("请选一项。"),
            "invalid_choice": gettext_lazy("请从列出的四项里选一项。"),
        },
    )
    text = PlainText(
        max_length=4000,
        error_messages={
            "required": gettext_lazy("请写明核实的情况。"),
            "max_length": gettext_lazy("核实的情况最多 4000 个字。"),
        },
    )
    name = AnswererName()
