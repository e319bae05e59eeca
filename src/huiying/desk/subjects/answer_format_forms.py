"""What the verbs about forms of answer, speakers, media and statutory procedures need to be told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _t, gettext_lazy as _, pgettext_lazy

from huiying.desk.fields import DayField, MomentField, PersonField, day, long_text, moment, staff
from huiying.desk.forms import VerbForm
from huiying.desk.language import lang
from huiying.kernel import clock
from huiying.people.models import User
from huiying.people.queries import regulation_of
from huiying.people.registers import speakers_in_force
from huiying.responding.actions.forms import MOST_QUESTIONS
from huiying.responding.available_actions.answering import droppable, unchecked, unreviewed
from huiying.responding.forms_of_answer import Forms, forms_of, valid_authorisations, voices
from huiying.responding.models import Authorisation
from huiying.responding.readiness import mentioned_in

BLANK_ROWS = 3
ONLY_OUTLETS = _("只写媒体单位，不写记者的姓名和电话。")
_BETWEEN = re.compile(r"[\n、，,；;]+")


def in_chinese(text: Any, **more: Any) -> forms.CharField:
    """One line that becomes a record of the bureau."""
    return forms.CharField(label=text, widget=forms.TextInput(attrs={"lang": "zh-Hans"}), **more)


class RowForm(VerbForm):
    """A form about one of several records: chosen by hand, filled in where there is one alone."""

    def offer(self, name: str, choices: Iterable[tuple[object, str]]) -> None:
        found = [(str(value), words) for value, words in choices]
        self.choose(name).choices = found
        if len(found) == 1:
            self.fields[name].initial = found[0][0]

    @property
    def known(self) -> Forms:
        return forms_of(self.subject)


def spoken(row: Authorisation) -> str:
    return f"{row.speaker_name} · {row.statement}"


# --- 发言授权 ---------------------------------------------------------------------------------------------------------


class AuthoriseForm(RowForm):
    speaker = forms.ChoiceField(label=_("授权哪位发言人"), widget=forms.RadioSelect)
    statement = in_chinese(_("就什么发言"), max_length=300, help_text=_("一次授权只对这一件、这一次发言有效。"))

    def prepare(self) -> None:
        entries = speakers_in_force().exclude(user=self.user.pk)
        self.offer("speaker", ((row.pk, f"{row.user.name} · {row.scope}") for row in entries))
        self.fields["statement"].initial = self.subject.title


class RevokeForm(RowForm):
    row = forms.ChoiceField(label=_("撤销哪一份授权"), widget=forms.RadioSelect)
    why = forms.CharField(
        label=_("理由"), widget=long_text(), max_length=300, help_text=_("还没有发出去的，将不再发布。")
    )

    def prepare(self) -> None:
        self.offer("row", ((row.pk, spoken(row)) for row in self.known.valid))


# --- 专家解读和媒体专访 ----------------------------------------------------------------------------------------------


class ExpertForm(VerbForm):
    name = in_chinese(_("专家姓名"), max_length=60, help_text=_("专家以本人名义公开解读，姓名会公开。"))
    field = in_chinese(_("专业领域"), max_length=100)
    employer = in_chinese(_("工作单位"), max_length=100)
    topic = in_chinese(_("解读的题目"), max_length=300)


class CheckExpertForm(RowForm):
    row = forms.ChoiceField(label=_("核查哪位专家"), widget=forms.RadioSelect)
    free = forms.ChoiceField(
        label=_("结论"),
        widget=forms.RadioSelect,
        choices=[("yes", _("与此事没有利益关系，可以解读")), ("no", _("有利益关系，不能解读"))],
    )
    statement = forms.CharField(
        label=_("查了哪些关系、结果如何"),
        widget=long_text(),
        max_length=2000,
        help_text=_("任职、持股、亲属、近三年评审和咨询。提出专家的人不能自己核查。"),
    )

    def prepare(self) -> None:
        rows = (row for row in unchecked(self.known) if row.by_user != self.user.pk)
        self.offer("row", ((row.pk, f"{row.name} · {row.employer}") for row in rows))


class DropExpertForm(RowForm):
    row = forms.ChoiceField(label=_("哪一次专家解读"), widget=forms.RadioSelect)
    why = forms.CharField(label=_("理由"), widget=long_text(), max_length=300)

    def prepare(self) -> None:
        self.offer("row", ((row.pk, f"{row.name} · {row.topic}") for row in droppable(self.known.live_experts)))


class InterviewForm(RowForm):
    outlet = in_chinese(_("哪家媒体"), max_length=60, help_text=ONLY_OUTLETS)
    speaker = forms.ChoiceField(label=_("谁接受专访"), widget=forms.RadioSelect, required=False)
    outline = forms.CharField(
        label=_("采访提纲"), widget=long_text(tall=True), max_length=20000, help_text=_("拟提纲的人不能自己审核。")
    )

    def prepare(self) -> None:
        self.choose("speaker").choices = [
            ("", _t("主办部门或参与处置的部门")),
            *((str(row.pk), spoken(row)) for row in self.known.valid),
        ]


class ReviewInterviewForm(RowForm):
    row = forms.ChoiceField(label=_("哪一次专访"), widget=forms.RadioSelect)
    ok = forms.ChoiceField(
        label=_("您的意见"), widget=forms.RadioSelect, choices=[("yes", _("同意提纲")), ("no", _("不同意"))]
    )
    comment = forms.CharField(label=_("意见（不同意时必须写）"), widget=long_text(), required=False, max_length=500)

    def prepare(self) -> None:
        rows = (row for row in unreviewed(self.known) if row.by_user != self.user.pk)
        self.offer("row", ((row.pk, row.outlet) for row in rows))


class DropInterviewForm(RowForm):
    row = forms.ChoiceField(label=_("哪一次专访"), widget=forms.RadioSelect)
    why = forms.CharField(label=_("理由"), widget=long_text(), max_length=300)

    def prepare(self) -> None:
        self.offer("row", ((row.pk, row.outlet) for row in droppable(self.known.live_interviews)))


# --- 新闻发布会 -------------------------------------------------------------------------------------------------------


class OutletsField(forms.CharField):
    """A media list as people paste it: one a line, or side by side with commas."""

    def clean(self, value: Any) -> Any:
        return [name.strip() for name in _BETWEEN.split(super().clean(value) or "") if name.strip()]


class ConferenceForm(VerbForm):
    """The plan; of a conference that exists, what stands there now."""

    topic = in_chinese(_("题目"), max_length=300)
    starts_at = MomentField(label=_("召开时间"), widget=moment())
    place = in_chinese(_("地点"), max_length=200)
    speaker = forms.ChoiceField(
        label=pgettext_lazy("speaker", "发言人"),
        required=False,
        help_text=_("只列出局领导已授权的；没有授权的人不能发言（C12.1）。"),
    )
    outlets = OutletsField(
        label=_("媒体名单（一行一家）"), widget=long_text(), required=False, max_length=8000, help_text=ONLY_OUTLETS
    )
    plan = forms.CharField(
        label=_("方案"),
        widget=long_text(tall=True),
        required=False,
        max_length=20000,
        help_text=_("议程、主持、通报的要点、会务和安全。"),
    )

    def prepare(self) -> None:
        self.choose("speaker").choices = [
            ("", _t("还没有选定")),
            *((str(row.pk), spoken(row)) for row in valid_authorisations(self.case)),
        ]
        for name, value in self.now().items():
            self.fields[name].initial = value

    @property
    def case(self) -> Any:
        return self.subject

    def now(self) -> dict[str, Any]:
        return {"topic": self.subject.title}


class EditConferenceForm(ConferenceForm):
    @property
    def case(self) -> Any:
        return self.subject.case

    def now(self) -> dict[str, Any]:
        row = self.subject
        return {
            "topic": row.topic,
            "starts_at": row.starts_at,
            "place": row.place,
            "speaker": str(row.speaker_id or ""),
            "outlets": "\n".join(row.media),
            "plan": row.plan,
        }


class PrepareForm(VerbForm):
    """The questions that will be asked, each with its answer; an empty row is no question."""

    def prepare(self) -> None:
        kept = self.subject.prepared
        self.rows = min(len(kept) + BLANK_ROWS, MOST_QUESTIONS)
        for n in range(self.rows):
            pair = kept[n] if n < len(kept) else {}
            self.fields[f"question_{n}"] = in_chinese(
                _t("问题 %(n)d") % {"n": n + 1}, required=False, max_length=500, initial=pair.get("question", "")
            )
            self.fields[f"answer_{n}"] = forms.CharField(
                label=_t("备答"),
                required=False,
                widget=long_text(),
                max_length=4000,
                initial=pair.get("answer", ""),
            )

    def pairs(self) -> Iterator[tuple[BoundField, BoundField]]:
        for n in range(self.rows):
            yield self[f"question_{n}"], self[f"answer_{n}"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        items = [
            {"question": data.get(f"question_{n}", ""), "answer": data.get(f"answer_{n}", "")} for n in range(self.rows)
        ]
        return data | {"items": items}


class HoldConferenceForm(VerbForm):
    transcript = forms.CharField(
        label=_("实录"),
        widget=long_text(tall=True),
        max_length=100000,
        help_text=_("发言和问答的全文；提问只写媒体单位。"),
    )
    proof = forms.FileField(
        label=_("现场照片、视频或录音"), help_text=_("PNG、JPEG、WebP、PDF、MP4 或 MP3，不超过 10 MB。")
    )


class CancelConferenceForm(VerbForm):
    why = forms.CharField(label=_("取消的理由"), widget=long_text(), max_length=300)


# --- 媒体询问和法定渠道 ----------------------------------------------------------------------------------------------


class InquiryForm(VerbForm):
    outlet = in_chinese(_("哪家媒体"), max_length=60, help_text=ONLY_OUTLETS)
    question = forms.CharField(label=_("问了什么"), widget=long_text(), max_length=4000)
    asked_at = MomentField(label=_("什么时候问的"), widget=moment())

    def prepare(self) -> None:
        self.fields["asked_at"].initial = clock.now()


class AnswerInquiryForm(RowForm):
    row = forms.ChoiceField(label=_("答复哪一次询问"), widget=forms.RadioSelect)
    voice = forms.ChoiceField(
        label=_("以谁的名义答复"), widget=forms.RadioSelect, help_text=_("主办、处置部门，或有授权的发言人（C8.3）。")
    )
    answer = forms.CharField(
        label=_("答复的内容"),
        widget=long_text(),
        max_length=8000,
        help_text=_("按口径答复；只答复一家媒体不算公开回应。"),
    )

    def prepare(self) -> None:
        rows = (row for row in self.known.inquiries if row.answered_at is None)
        self.offer("row", ((row.pk, f"{row.outlet} · {row.question[:60]}") for row in rows))
        self.offer("voice", ((one.key, one.name) for one in voices(self.subject)))


class FilingForm(RowForm):
    channel = forms.ChoiceField(label=_("哪一种法定渠道"), widget=forms.RadioSelect)
    reference = in_chinese(_("受理编号"), max_length=100, help_text=_("写文号或登记号，不写人名和联系方式。"))
    filed_at = MomentField(
        label=_("依法提出的时间"), widget=moment(), help_text=_("法定期限从这时起算，公开回应不能停止它。")
    )

    def prepare(self) -> None:
        regulation = regulation_of(self.subject.regulation)
        channels = regulation.response.statutory_channels
        self.offer("channel", ((code, regulation.name_of("statutory", code, lang())) for code in channels))
        named = mentioned_in(self.subject)
        self.fields["channel"].initial = named[0] if named else None


class AnswerFilingForm(RowForm):
    row = forms.ChoiceField(label=_("答复哪一件"), widget=forms.RadioSelect)
    reference = in_chinese(_("答复或决定的编号"), max_length=100, help_text=_("书面答复发出以后再登记；时限就此停止。"))

    def prepare(self) -> None:
        regulation = regulation_of(self.subject.regulation)
        rows = (row for row in self.known.own_filings if row.answered_at is None)
        names = regulation.response.statutory_channels
        self.offer(
            "row",
            (
                (
                    row.pk,
                    f"{regulation.name_of('statutory', row.channel, lang()) if row.channel in names else row.channel}"
                    f" · {row.reference}",
                )
                for row in rows
            ),
        )


# --- 发言人名册 -------------------------------------------------------------------------------------------------------


class AppointSpeakerForm(VerbForm):
    person = PersonField(label=_("哪位工作人员"), queryset=User.objects.none(), empty_label=_("请选择"))
    scope = in_chinese(_("可以就哪些事发言"), max_length=300, help_text=_("例如：全局工作、招标投标交易。"))
    is_deputy = forms.ChoiceField(
        label=_("正副"),
        widget=forms.RadioSelect,
        choices=[("no", pgettext_lazy("speaker", "发言人")), ("yes", pgettext_lazy("spokesperson", "副手"))],
        initial="no",
    )
    trained_on = DayField(label=_("最近一次培训（可以不填）"), widget=day(), required=False)

    def prepare(self) -> None:
        listed = speakers_in_force().values("user")
        field = cast("forms.ModelChoiceField[User]", self.fields["person"])
        field.queryset = staff().filter(appointments__until__isnull=True).exclude(pk__in=listed).distinct()


class TrainSpeakerForm(VerbForm):
    trained_on = DayField(label=_("哪天培训的"), widget=day())
