"""The ledger in sentences, one for each kind, in the reader's language: kinds belong to the rooms above."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _t, gettext_lazy as _, pgettext_lazy

from huiying.desk.forms import GROUND_WORDS
from huiying.desk.language import lang, twin
from huiying.desk.subjects import (
    accounts,
    answer_formats,
    asking,
    calling,
    dialogue,
    documents,
    drafting,
    events,
    following,
    liaison,
    meetings,
    organising,
    oversight,
    patrol,
    policies,
    releasing,
    roster,
    routing,
    sources,
    watch,
    work,
)
from huiying.judging.actions.deciding import GROUNDS
from huiying.ledger.models import LedgerEntry
from huiying.regulation import Regulation
from huiying.responding.readiness import GROUNDS as WITHHOLD_GROUNDS

# The subjects that tell their own entries: `SENTENCES` by ledger kind, `WORDS` by word of the payload.
PARTS = (
    calling, routing, asking, work, liaison, meetings, roster, drafting, accounts, answer_formats, following,
    releasing, patrol, watch, sources, dialogue, oversight, policies, organising, documents, events,
)  # fmt: skip

# Names that a sentence may use: kind of name → fields of the payload that hold such a code.
CODES = {
    "state": ("to",),
    "level": ("level", "was", "suggested_level"),
    "act": ("act",),
    "role": ("role",),
}

SENTENCES: dict[str, Any] = {
    # 监测与研判
    "posts.received": _("收到来文 %(new)s 条"),
    "message.received": _("收到公众留言 %(number)s"),
    "message.contact_purged": _("留言 %(number)s 的联系方式已到期销毁"),
    "post.unsealed": _("查看封存的原文：%(reason)s"),
    "posts.screened": _("研判来文 %(posts)s 条：命中 %(hits)s 条，待辨 %(suspects)s 条"),
    "event.opened": _("形成事件"),
    "event.joined": _("又有来文，共 %(posts_count)s 条"),
    "event.described": _("事件的标题或状态随来文而变"),
    "event.graded": _("建议级别变为%(level)s"),
    "event.warned": _("发出%(level)s预警"),
    "event.merged": _("并入 %(into)s"),
    "event.took_in": _("并入了 %(merged)s"),
    "event.unmerged": _("撤销并入"),
    "event.gave_back": _("并入的事件已分出"),
    "event.reopened": _("重新开始计时"),
    "event.missed": _("记为漏报"),
    "event.post_withdrawn": _("撤回一条误判的来文"),
    "event.voices_forgotten": _("声音标记已按规定销毁"),
    "event.attitude_read": _("人工读了 %(sample)s 条，其中批评 %(critical)s 条"),
    "event.offline_set": _("记录线下风险"),
    "event.dismissed": _("第二人同意，不予回应：%(ground)s"),
    "dismissal.proposed": _("提议不予回应：%(ground)s"),
    "dismissal.refused": _("第二人不同意不予回应，继续办理"),
    "concern.decided": _("性质定为“%(concern)s”"),
    "concern.rumour_proposed": _("提议认定为谣言"),
    "concern.rumour_refused": _("第二人不同意认定为谣言"),
    "level.confirmed": _("确认级别为%(level)s"),
    "level.raised": _("级别上调为%(level)s"),
    "level.lower_proposed": _("提议下调为%(level)s"),
    "level.lowered": _("第二人同意，级别下调为%(level)s"),
    "level.lower_refused": _("第二人不同意下调"),
    "level.provisional": _("到时无人确认，暂按%(level)s计时"),
    "suspect.cleared": _("辨别一条待辨来文"),
    "suspect.undone": _("撤回对待辨来文的判断"),
    "warning.climbed": _("预警无人知悉，再报下一人"),
    "warning.acknowledged": _("知悉预警"),
    "urgent.raised": _("涉及生命安全，开始叫人"),
    "urgent.called": _("呼叫下一人"),
    # What was done is known to those who acted, on the duty desk; the ledger page is read by more people (§6.2).
    "urgent.acknowledged": _("有人接手生命安全事项"),
    # 处置与转办
    "case.opened": _("立案：%(title)s"),
    "case.graded": _("级别定为%(name)s"),
    "case.moved": _("进入“%(to)s”"),
    "case.known_earlier": _("首次获知时间提前"),
    "case.routed": _("转办给%(lead)s"),
    "case.route_undone": pgettext_lazy("ledger", "撤回转办"),
    "case.accepted": _("%(department)s签收"),
    "case.returned": _("%(department)s退回"),
    "case.found": _("%(department)s报核实情况"),
    "case.disposed": pgettext_lazy("ledger", "报处置情况"),
    "case.emergency": _("定为%(level)s突发事件"),
    "case.sustained": pgettext_lazy("ledger", "决定是否持续回应"),
    "case.merged": pgettext_lazy("ledger", "并案"),
    "case.closed": pgettext_lazy("ledger", "办结"),
    "case.voided": _("此件作废"),
    "clock.started": _("“%(act)s”时限开始计算"),
    "clock.warned": _("“%(act)s”时限提醒"),
    "clock.breached": _("“%(act)s”逾期"),
    "clock.stopped": _("“%(act)s”时限停止"),
    # 公开回应
    "draft.saved": _("保存第 %(revision)s 稿"),
    "review.opened": _("第 %(revision)s 稿送审"),
    "review.decided": _("%(role)s审核：%(decision)s"),
    "review.approved": _("第 %(revision)s 稿审定"),
    "review.voided": _("文稿有改动，原审核作废"),
    "review.withdrawn": pgettext_lazy("ledger", "撤回送审"),
    "confirmation.asked": _("向%(body)s征求意见"),
    "confirmation.answered": _("%(body)s答复：%(answer)s"),
    "confirmation.overridden": _("决定不待%(body)s答复"),
    "confirmation.silent": _("%(body)s到时没有答复（不视为同意）"),
    "confirmation.escalated": _("与%(body)s意见不一致，报请%(to)s协调"),
    "release.made": _("决定发布到“%(place)s”"),
    "release.posted": _("已人工发布，等第二人核对"),
    "release.verified": _("第二人核对：%(ok)s"),
    "release.to_compare": _("已发到“%(place)s”，取回的文字须由人核对"),
    "release.live": _("已在“%(place)s”公开"),
    "withholding.proposed": _("提议不予公开：%(ground)s"),
    "withholding.decided": _("第二人对“不予公开”表示：%(agreed)s"),
    # 组织
    "bureau.set_up": _("本局完成设立"),
    "bureau.link_made": _("生成设立本局的一次性链接，旧的作废"),
    "person.added": _("增加人员%(name)s"),
    "person.invited": _("重新发给%(name)s设置链接"),
    "person.joined": _("%(name)s设置了密码"),
    "person.rehashed": _("%(name)s的密码按新的强度重新保存（密码没有变）"),
    "person.appointed": _("%(name)s任%(role)s"),
    "person.relieved": _("%(name)s不再任%(role)s"),
    "person.left": _("%(name)s离岗"),
    "person.handed_over": _("%(name)s的 %(n)s 项工作交给%(to_name)s"),
    "person.named": _("任命%(name)s为%(kind)s"),
    "person.unnamed": _("免去%(name)s的%(kind)s"),
    "access.read": _("查阅%(label)s件（%(what)s）"),
    "access.taken": _("取走文件 %(what)s，%(form)s"),
    "sign_in.slowed": _("%(name)s的账号被多次试错密码，陌生的浏览器已放慢"),
    "sign_in.place_slowed": _("同一个网络地址多次试错密码，已放慢"),
    "person.suspended": _("停用%(name)s的账号：%(reason)s"),
    "person.dormant": _("%(name)s %(days)s 天没有登录，账号停用"),
    "person.reopened": _("恢复%(name)s的账号：%(reason)s"),
    "factor.begun": _("%(name)s开始绑定验证器"),
    "factor.bound": _("%(name)s绑定验证器"),
    "factor.given_up": _("%(name)s换验证器"),
    "factor.removed": _("解除%(name)s的验证器"),
    "factor.codes_renewed": _("%(name)s换一批恢复码"),
    "factor.recovery_used": _("%(name)s用恢复码登录，还剩 %(left)s 个"),
    "key.added": _("%(name)s添加安全密钥“%(key)s”"),
    "key.removed": _("%(name)s移除安全密钥“%(key)s”"),
    "key.counter": _("%(name)s的安全密钥“%(key)s”次数倒退，可能被复制，没有放行"),
    "identity.bound": _("%(name)s绑定统一认证账号"),
    "identity.unbound": _("%(name)s解除自己的统一认证账号"),
    "identity.removed": _("解除%(name)s的统一认证账号"),
    "regulation.adopted": _("采用制度文件"),
    "ledger.erased": _("依决定删除一条记录的内容"),
    **{kind: told for part in PARTS for kind, told in part.SENTENCES.items()},
}

WORDS: dict[str, Any] = {
    "系统管理员": _("系统管理员"),
    "安全管理员": _("安全管理员"),
    "审计管理员": _("审计管理员"),
    "人身安全": _("人身安全"),
    "敏感": _("敏感"),
    "approved": _("同意"),
    "rejected": _("退回"),
    "agree": _("同意"),
    "amend": _("建议修改"),
    "object": _("不同意"),
    "portal": _("门户网站"),
    "by_hand": _("人工发布"),
    "press_conference": _("新闻发布会"),
    "expert": _("专家解读"),
    "interview": _("媒体专访"),
    "True": _("同意"),
    "False": _("不同意"),
    **{word: said for part in PARTS for word, said in part.WORDS.items()},
    **WITHHOLD_GROUNDS,
    **{sentence: GROUND_WORDS[code] for code, sentence in GROUNDS.items()},
}

# Fields whose text a reader wants to read, below the sentence.
DETAILS = (
    "facts",
    "cause",
    "impact",
    "actions",
    "reason",
    "comment",
    "claim",
    "proof",
    "sentence",
    "trigger",
    "explanation",
    "root_cause",
    "why",
)


TOGETHER = timedelta(seconds=1)


@dataclass(frozen=True)
class Line:
    """One entry, ready to be shown."""

    id: int
    at: datetime
    text: str
    detail: str
    who: str
    evidence_url: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Run:
    """Neighbouring entries of one kind from one person: shown as the last of them, which opens."""

    last: Line
    others: tuple[Line, ...]


def runs(found: Iterable[Line], newest_first: bool) -> list[Run]:
    """The timeline as a page shows it: newest first where work goes on, oldest first where it is over."""
    grouped = [tuple(group) for _key, group in groupby(found, key=lambda line: (line.kind, line.who))]
    shown = [Run(group[-1], group[-2::-1] if newest_first else group[:-1]) for group in grouped]
    return shown[::-1] if newest_first else shown


class _Shown(dict[str, Any]):
    """A payload field that is missing reads as a dash: an old entry must never break a page."""

    def __missing__(self, key: str) -> str:
        return "—"


def sentence(entry: LedgerEntry, regulation: Regulation | None = None) -> str:
    """What happened, in one sentence. An erased payload says so, an unknown kind is shown by its name."""
    if entry.payload is None:
        return _t("（内容已依决定删除）")
    template = SENTENCES.get(entry.kind)
    if template is None:
        return entry.kind
    return str(template) % _Shown(_words(json.loads(entry.payload), regulation))


def _words(payload: dict[str, Any], regulation: Regulation | None) -> dict[str, Any]:
    shown = {
        key: WORDS.get(str(value), value) if not isinstance(value, (list, dict)) else value
        for key, value in payload.items()
    }
    if regulation is None:
        return shown
    for kind, fields in CODES.items():
        for field in fields:
            if isinstance(payload.get(field), str):
                shown[field] = _name(regulation, kind, payload[field])
    if lang() == "en":  # departments, levels and concerns were copied by their Chinese names
        shown = {key: regulation.english_of(value) if isinstance(value, str) else value for key, value in shown.items()}
    return shown


def _name(regulation: Regulation, kind: str, code: str) -> str:
    try:
        return str(regulation.name_of(kind, code, lang()))
    except KeyError:
        return code


def detail(entry: LedgerEntry) -> str:
    """The texts of the entry, each on its own line."""
    payload = entry.data or {}
    texts = [twin(payload.get(name) or "", payload.get(f"{name}_en") or "") for name in DETAILS]
    if entry.kind == "clock.started":  # two norms may ask for one act at the same moment
        texts.append(payload.get("source") or "")
    return "\n".join(text for text in texts if isinstance(text, str) and text)


def lines(
    entries: Iterable[LedgerEntry],
    regulation: Regulation,
    who: Callable[[str, Regulation], str],
    evidence: dict[str, str] | None = None,
) -> list[Line]:
    """`evidence`: SHA-256 of a kept proof → its address."""
    kept = evidence or {}
    found = []
    before: LedgerEntry | None = None
    for entry in entries:
        # A verb that moves the case has said so in its own entry; the move is kept in the ledger, not repeated here.
        told = before is not None and entry.kind == "case.moved" and entry.at - before.at < TOGETHER
        before = entry
        if told:
            continue
        proof = str((entry.data or {}).get("evidence", ""))
        text = detail(entry)
        if entry.kind == "case.known_earlier" and proof:
            text = f"{text}\n{proof}".strip()
        found.append(
            Line(
                entry.pk,
                entry.at,
                sentence(entry, regulation),
                text,
                who(entry.actor, regulation),
                kept.get(proof, ""),
                entry.kind,
            )
        )
    return found
