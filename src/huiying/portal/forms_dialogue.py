"""What the public may send beside a message: an opinion, an address to follow by, a request about their own data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiying.people.queries import regulation_now
from huiying.people.words import display_name
from huiying.portal.forms import PlainText
from huiying.responding.topics import topics

TEXT_MOST = 2000


class FollowForm(forms.Form):
    address = forms.EmailField(
        max_length=254,
        error_messages={
            "required": _("请填写邮箱地址。"),
            "invalid": _("这个邮箱地址不完整，请核对后再试，例如 name@example.cn。"),
        },
    )
    topic = forms.ChoiceField(required=False, error_messages={"invalid_choice": _("请从列出的几项里选一项。")})
    website = forms.CharField(required=False)  # hidden from people; programs fill it

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regulation = regulation_now()
        field = self.fields["topic"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("全部答复")),
            *((code, display_name(regulation, "category", code)) for code in topics()),
        ]

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("最后一栏是防机器用的，请把它清空再发送。"))
        return ""


class OpinionForm(forms.Form):
    """One free text, one radio group a question; nothing is asked of who it is (C4.2)."""

    text = PlainText(
        required=False,
        max_length=TEXT_MOST,
        error_messages={"max_length": _("意见最多 2000 个字。请留下最要紧的部分。")},
    )
    website = forms.CharField(required=False)

    def __init__(self, *args: Any, questions: Sequence[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for number, question in enumerate(questions):
            self.fields[f"q{number}"] = forms.ChoiceField(
                required=False,
                choices=[(str(option), text) for option, text in enumerate(question["options"])],
                error_messages={"invalid_choice": _("请从列出的几项里选一项。")},
            )

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("最后一栏是防机器用的，请把它清空再发送。"))
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
        ("correction", _("更正"), _("公开的内容里有不对的事实")),
        ("deletion", _("删除"), _("有我的个人信息，或想提前删除我留的联系方式")),
        ("copy", _("要一份副本"), _("把我自己的留言和联系方式给我一份")),
    )
    kind = forms.ChoiceField(
        choices=[(value, label) for value, label, _hint in KINDS],
        error_messages={"required": _("请选一项。"), "invalid_choice": _("请从列出的几项里选一项。")},
    )
    text = PlainText(
        max_length=TEXT_MOST,
        error_messages={"required": _("请写明要改什么或删什么。"), "max_length": _("最多 2000 个字，请缩短。")},
    )
    answer = PlainText(required=False, max_length=40)
    number = PlainText(required=False, max_length=40)
    code = PlainText(required=False, max_length=20)
