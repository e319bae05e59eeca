"""Plain words, the right tone, and whether the form fits the level (C3.2 度, C8.10): hints, which never block.

`look_at` and `reading` are pure (texts in, hints out): what a reader stumbles over in the first minute, and how to say
it better.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from huiying.handling.models import Case
from huiying.people.queries import regulation_of
from huiying.people.versions import display_name, join_names
from huiying.responding.models import Revision
from huiying.responding.readiness import missing_families
from huiying.responding.targets import Target, target_names, targets

LONG_SENTENCE = 60  # characters; a sentence that is longer is read twice
EASY, HARD = 28, 45  # average characters a sentence
WEIBO_FOLDS = 140  # what a reader sees of a microblog before it is folded
FIRST = 120  # the first paragraph, or what stands in its place in a text of one paragraph

Words = str | Promise


@dataclass(frozen=True)
class Hint:
    """`where` is a code of a rendition, "" for the whole; `quote` the words that it is about."""

    where: str
    code: str
    what: str
    how: str
    quote: str = ""


@dataclass(frozen=True)
class Reading:
    """How the text reads: the average and the longest sentence, in characters, and a word for it."""

    sentences: int
    average: int
    longest: int

    @property
    def word(self) -> str:
        if self.average <= EASY:
            return _("好读")
        return _("还可以更短") if self.average <= HARD else _("难读")

    @property
    def explained(self) -> str:
        told = {"sentences": self.sentences, "average": self.average, "longest": self.longest, "easy": EASY}
        return (
            _("%(sentences)d 句，平均每句 %(average)d 个字（%(easy)d 个字以内好读），最长的一句 %(longest)d 个字。")
            % told
        )


# Words that say nothing, and what to say instead.
EMPTY: dict[str, Words] = {
    "高度重视": gettext_lazy("写做了什么：谁、几点、做了哪件事。"),
    "第一时间": gettext_lazy("写出时间，例如“9月14日10时”。"),
    "据悉": gettext_lazy("写明是谁查到的、从哪里查到的。"),
    "有关部门": gettext_lazy("写出是哪个部门。"),
    "相关部门": gettext_lazy("写出是哪个部门。"),
    "有关人员": gettext_lazy("写明是哪个岗位。"),
    "相关规定": gettext_lazy("写出法规名称和条款。"),
    "有关规定": gettext_lazy("写出法规名称和条款。"),
    "迅速开展": gettext_lazy("写出几点开始、到哪一步了。"),
    "积极协调": gettext_lazy("写出找了谁、谈成了什么。"),
    "妥善处理": gettext_lazy("写出怎样处理、什么时候办完。"),
    "妥善处置": gettext_lazy("写出怎样处理、什么时候办完。"),
    "进一步加强": gettext_lazy("写出要改的那一件事和日期。"),
    "切实": gettext_lazy("删去不影响意思。"),
    "尽快": gettext_lazy("写出日期。"),
    "近期": gettext_lazy("写出日期。"),
    "适时": gettext_lazy("写出日期。"),
    "予以": gettext_lazy("直接写动词，“予以退还”写成“退还”。"),
    "依法依规": gettext_lazy("写出依据的是哪部法规、哪一条。"),
}  # fmt: skip
# Words that turn against whoever asks.
BLAMING: dict[str, Words] = {
    word: gettext_lazy("不说提问的人怎么样，只说事实是什么。")
    for word in (
        "不明真相", "别有用心", "恶意炒作", "蓄意", "造谣者", "带节奏", "无理取闹", "炒作", "少数人", "个别人", "抹黑",
        "博眼球", "以讹传讹", "请勿造谣",
    )
}  # fmt: skip
# 自说自话: praise of oneself in an answer to somebody who asked something else.
PRAISE: dict[str, Words] = {
    word: gettext_lazy("群众问的不是这个，删去。")
    for word in (
        "取得了显著成效", "显著成效", "圆满", "广大群众一致好评", "一致好评", "充分肯定", "一直以来", "扎实推进",
        "稳步推进", "再上新台阶", "走在前列", "全心全意",
    )
}  # fmt: skip
# Words of the trade, and what a person outside it would say.
JARGON: dict[str, Words] = {
    "解密": gettext_lazy("打开加密的投标文件"),
    "CA证书": gettext_lazy("登录和签章用的数字证书"),
    "CA锁": gettext_lazy("登录和签章用的数字证书"),
    "标段": gettext_lazy("一个项目里分开招标的一部分"),
    "清标": gettext_lazy("逐项核对投标报价"),
    "流标": gettext_lazy("没有选出中标人"),
    "废标": gettext_lazy("这次采购作废"),
    "资格预审": gettext_lazy("先查有没有投标资格"),
    "招拍挂": gettext_lazy("招标、拍卖、挂牌"),
    "不见面开标": gettext_lazy("在网上开标，不用到场"),
    "异地评标": gettext_lazy("请外地专家在网上一起评标"),
    "保证金沉淀": gettext_lazy("没有退走的保证金"),
    "舆情": gettext_lazy("大家的意见"),
    "口径": gettext_lazy("说法"),
    "处置": gettext_lazy("处理"),
    "研判": gettext_lazy("分析"),
}
PASSIVE = re.compile(
    r"被(?:要求|认为|告知|视为|予以|责令|有关)|得到(?:了)?(?:有效|妥善|及时)\w{1,4}|(?:对|将)[^，。；]{2,12}进行"
)

OFFICE = r"局(?![势限部面])|处(?![理置罚于在])|部(?![分门署])|室|中心|公司|学校|医院|系统|平台"
NAME = re.compile(rf"《[^》]{{2,40}}》|[一-鿿]{{2,12}}(?:{OFFICE})")
NUMBER = re.compile(r"\d")
REMEDY = re.compile(
    r"退|补|改|修|恢复|顺延|延期|重新|赔|道歉|致歉|核实|查|办理|照常|有效|处理|撤回|更正|公布|通知|澄清|不属实|换|停|拨打|可以"
)
DATE = re.compile(
    r"\d{1,2}月\d{1,2}日|\d{1,2}[:：]\d{2}|\d{1,2}时|\d+ ?(?:小时|天|个工作日|日内)|截至|前(?:公布|办完|退|完成)"
)
CONTACT = re.compile(r"\d{3,4}-?\d{7,8}|电话|拨打|请拨|联系|窗口|编号|网址|留言|http")
BLANK = re.compile(r"【请填：[^】\n]*】")
SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]?")


def sentences(text: str) -> list[str]:
    return [found[0].strip() for found in SENTENCE.finditer(text) if found[0].strip()]


def first_paragraph(text: str) -> str:
    """What is read first. A salutation or a lone heading is none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    body = next((line for line in lines if len(line) > 20), "".join(lines[:1]))
    return body[:FIRST] if len(lines) > 1 else text.strip()[:FIRST]


def reading(text: str) -> Reading:
    lengths = [len(one) for one in sentences(text)] or [0]
    return Reading(
        sentences=len(sentences(text)),
        average=round(sum(lengths) / len(lengths)),
        longest=max(lengths),
    )


def look_at(text: str, where: str = "", *, short: bool = False) -> list[Hint]:
    """The hints of one text, in the order in which a reader meets them. `short`: for a place that folds long texts."""
    if not text.strip():
        return []
    text = BLANK.sub("□", text)  # the name of a blank is nobody's wording
    return [
        *_beginning(text, where),
        *_words(text, where),
        *_sentences(text, where),
        *_ending(text, where),
        *(_length(text, where) if short else ()),
    ]


def _beginning(text: str, where: str) -> Iterator[Hint]:
    first = first_paragraph(text)
    if not (NUMBER.search(first) or NAME.search(first)):
        yield Hint(
            where, "no_facts_first", _("第一段没有事实。"), _("第一段写出时间、数目或名称：查到了什么。"), first[:30]
        )
    if not REMEDY.search(first):
        yield Hint(
            where,
            "no_remedy_first",
            _("第一段没有说怎么办。"),
            _("第一段就写已经怎样处理，受影响的人该做什么。"),
            first[:30],
        )


def _words(text: str, where: str) -> Iterator[Hint]:
    lists: tuple[tuple[str, Mapping[str, Words], str], ...] = (
        ("blaming", BLAMING, _("“%(word)s”是在责怪提问的人。")),
        ("praise", PRAISE, _("“%(word)s”是自说自话。")),
        ("empty", EMPTY, _("“%(word)s”没有告诉读者任何事。")),
    )
    for code, words, what in lists:
        for word in _outermost(text, words):
            yield Hint(where, code, what % {"word": word}, str(words[word]), word)
    for word in _outermost(text, JARGON):
        if not re.search(re.escape(word) + r"[（(]", text):  # explained where it stands
            told = {"word": word, "plain": str(JARGON[word])}
            yield Hint(
                where,
                "jargon",
                _("“%(word)s”外面的人不一定懂。") % told,
                _("换成“%(plain)s”，或在后面用括号说明。") % told,
                word,
            )
    if found := PASSIVE.search(text):
        yield Hint(where, "passive", _("“%(word)s”绕了弯。") % {"word": found[0]}, _("写明谁做了什么。"), found[0])


def _outermost(text: str, words: Mapping[str, Words]) -> list[str]:
    """The words of a list that stand in the text, a longer one in the place of a shorter inside it."""
    found = [word for word in words if word in text]
    return [word for word in found if not any(word != other and word in other for other in found)]


def _sentences(text: str, where: str) -> Iterator[Hint]:
    long = [one for one in sentences(text) if len(one) > LONG_SENTENCE]
    if long:
        what = ngettext("有 %(n)d 句超过 %(most)d 个字。", "有 %(n)d 句超过 %(most)d 个字。", len(long))
        told = {"n": len(long), "most": LONG_SENTENCE}
        yield Hint(where, "long_sentence", what % told, _("拆成两句，一句说一件事。"), long[0][:30] + "…")


def _ending(text: str, where: str) -> Iterator[Hint]:
    if not DATE.search(text):
        yield Hint(where, "no_date", _("没有说什么时候。"), _("写出办好的日期，或下一次公布的时间。"))
    if not CONTACT.search(text):
        yield Hint(where, "no_contact", _("没有说找谁。"), _("写出电话、窗口或编号，让人能接着问。"))


def _length(text: str, where: str) -> Iterator[Hint]:
    if len(text) > WEIBO_FOLDS:
        told = {"n": len(text), "most": WEIBO_FOLDS}
        yield Hint(
            where,
            "folded",
            _("有 %(n)d 个字，%(most)d 个字以后会被折叠。") % told,
            _("把事实和怎么办放进前面的字里，其余写“全文见网站”。"),
        )


SHORT = ("weibo", "政务微博")
# The forms that a level may ask for, and the target whose text is one (C8.7).
FORM_TARGETS = {"组织专家解读": "expert", "召开新闻发布会": "press_conference", "接受媒体专访": "interview"}


def is_short(code: str, places: Mapping[str, Target] | None = None) -> bool:
    """Whether a place folds what is long."""
    place = (targets() if places is None else places).get(code)
    return code in SHORT or (place is not None and (place.channel.kind in SHORT or place.family in SHORT))


def hints(case: Case, revision: Revision) -> list[Hint]:
    """Everything that is to be said about a draft: each text, then its form."""
    places = targets()
    found = [
        hint for code, text in revision.renditions.items() for hint in look_at(text, code, short=is_short(code, places))
    ]
    return [*found, *form(case, revision)]


def form(case: Case, revision: Revision) -> list[Hint]:
    """度: whether the form is that of the level, neither less than the regulation names nor more (C3.2)."""
    if revision.track == Revision.HOLDING or revision.stage in (Revision.CORRECTION, Revision.WITHDRAWAL):
        return []
    found = []
    if few := missing_families(case, revision):
        found.append(Hint("", "few_channels", few, _("加上这些渠道的文稿；来不及的先发，再补发。")))
    regulation = regulation_of(case.regulation)
    level = display_name(regulation, "level", case.level)
    wanted = {code for name in regulation.level_actions.by_level[case.level].forms if (code := FORM_TARGETS.get(name))}
    have = set(revision.renditions) & set(FORM_TARGETS.values())
    if wanted - have:
        told = {"level": level, "forms": join_names(target_names(sorted(wanted - have)).values())}
        found.append(
            Hint(
                "",
                "form_too_light",
                _("%(level)s的回应还有这些形式：%(forms)s。") % told,
                _("安排一次，或在“回应”页写明为什么不需要。"),
            )
        )
    if have - wanted and not _asked_by_an_emergency(case, have - wanted):
        told = {"level": level, "forms": join_names(target_names(sorted(have - wanted)).values())}
        found.append(
            Hint(
                "",
                "form_too_heavy",
                _("%(level)s没有要求%(forms)s，动静可能比事情大。") % told,
                _("想一想书面答复够不够；有理由就保留。"),
            )
        )
    return found


def _asked_by_an_emergency(case: Case, codes: set[str]) -> bool:
    """An emergency's superior norms may ask for a press conference at any level (61号)."""
    return "press_conference" in codes and bool(case.emergency)
