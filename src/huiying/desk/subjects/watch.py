"""Watch rules: the forms of a change, a try and an import; the sentences of rules, samples, warnings, alarms and of
what the machine learned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from huiying.desk.fields import long_text

MAX_TEXT = 200_000
MAX_TEXTS = 200


class _Form(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class RuleForm(_Form):
    """A rule as it shall read. `departments` gives the leads: code → name."""

    rule = forms.CharField(label=_("编号"), max_length=20, help_text=_("以字母开头，如 B001；定下就不再改。"))
    name = forms.CharField(label=_("名称"), max_length=60)
    group = forms.CharField(label=_("类"), max_length=20)
    expression = forms.CharField(
        label=_("表达式"),
        max_length=20_000,
        widget=long_text(),
        help_text=_("词用 AND、OR、NOT 和括号连接；NEAR(10) 表示相隔不超过十个字；标题:、正文:、评论: 限定位置。"),
    )
    sensitivity = forms.IntegerField(
        label=_("敏感程度"), min_value=0, max_value=5, help_text=_("0 至 5：说的是事情，不是人。")
    )
    lead = forms.ChoiceField(label=_("主办部门"))
    reason = forms.CharField(label=_("为什么要改"), max_length=2000, widget=long_text())

    def __init__(self, *args: Any, departments: Mapping[str, str], is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].choices = list(departments.items())  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["rule"]

    @property
    def body(self) -> dict[str, Any]:
        return {key: self.cleaned_data[key] for key in ("name", "group", "expression", "sensitivity", "lead")}


class RemoveForm(_Form):
    reason = forms.CharField(label=_("为什么要删去"), max_length=2000, widget=long_text())


class TryForm(_Form):
    """Texts to try; a rule to look at closely, read as it stands or as `expression` says."""

    texts = forms.CharField(
        label=_("要试的文字"), max_length=MAX_TEXT, widget=long_text(tall=True), help_text=_("一行一条，最多 200 条。")
    )
    rule = forms.ChoiceField(label=_("逐项看哪一条规则"), required=False)
    expression = forms.CharField(
        label=_("换一个表达式试试"),
        required=False,
        max_length=20_000,
        widget=long_text(),
        help_text=_("只在这里试，不会保存；留空就按现行的写法。"),
    )

    def __init__(self, *args: Any, rules: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rule"].choices = [("", _("只看命中哪些")), *rules.items()]  # type: ignore[attr-defined]

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["texts"].splitlines() if line.strip()][:MAX_TEXTS]


class ImportForm(_Form):
    """A file of TrendRadar's words, pasted; what its groups have no word for is said once for all of them."""

    words = forms.CharField(
        label=_("frequency_words.txt 的内容"), max_length=MAX_TEXT, widget=long_text(tall=True), strip=False
    )
    numbering = forms.RegexField(label=_("编号前缀"), regex=r"^[A-Za-z][A-Za-z0-9-]{0,7}$", initial="TR")
    group = forms.CharField(label=_("类"), max_length=20, initial=_("导入"))
    sensitivity = forms.IntegerField(label=_("敏感程度"), min_value=0, max_value=5, initial=2)
    lead = forms.ChoiceField(label=_("主办部门"))
    reason = forms.CharField(label=_("为什么要加这些"), max_length=2000, widget=long_text(), required=False)

    def __init__(self, *args: Any, departments: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].choices = list(departments.items())  # type: ignore[attr-defined]

    @property
    def common(self) -> dict[str, Any]:
        return {key: self.cleaned_data[key] for key in ("group", "sensitivity", "lead")}


SENTENCES: dict[str, Any] = {
    "watch.proposed": _("提议改动监测规则 %(rules)s（共 %(count)s 条）：%(reason)s"),
    "watch.agreed": _("第二人同意，监测规则 %(rules)s 等 %(count)s 条改动生效"),
    "watch.refused": _("第二人不同意改动监测规则 %(rules)s"),
    "watch.withdrawn": _("撤回改动监测规则 %(rules)s 的提议"),
    "watch.judged": _("评价规则的一次命中"),
    "watch.reviewed": _("复核监测规则 %(rule)s：%(note)s"),
    "sample.drawn": _("从 %(week)s 那一周未命中的 %(population)s 条里抽出 %(size)s 条待人复看"),
    "screening.applied": _("按 %(learned_from)s 条人工判断调整了甄别，用另外 %(held_back)s 条核对后启用"),
    "screening.refused": _("按 %(learned_from)s 条人工判断试调甄别，核对没有变好，没有启用"),
    "screening.withdrawn": _("撤回一次甄别调整"),
    "warning.settled": _("预警不再等人知悉"),
    "warning.cancelled": _("取消预警"),
    "alarm.raised": _("传播到“%(level)s”的程度，已有 %(posts)s 条"),
    "alarm.ended": _("一天没有新来文，“%(level)s”结束"),
    "alarm.judged": _("对传播报警的判断已记下"),
    "alarm.budget_set": _("每周误报上限定为 %(budget)s 次"),
    "alarm.bars_moved": _("按以往报警的判断，报警线已调整"),
    "learning.trained": _("从更正中学习：%(decision)s"),
    "learning.rolled_back": _("退回学到的标签"),
    "concern.drawn": _("抽出 %(posts)s 条，由两人互不相看地标性质"),
    "concern.rated": _("两人互不相看，标一条性质抽样"),
}
WORDS: dict[str, Any] = {
    "watch": _("观察"),
    "alert": pgettext_lazy("alarm level", "预警"),
    "adopted": _("采用新模型"),
    "kept": _("维持原样"),
    "too_few": _("更正太少，不学"),
    "retired": pgettext_lazy("learning", "退回规则"),
}
