"""The table of the desk's case verbs: how a case comes to each, who does it with what, where it ends, who may not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

import asking_of
import stories
from cast import Cast
from huiying.handling import actions as handling
from huiying.handling.actions.feedback import ask_again
from huiying.handling.actions.liaison import propose_clue
from huiying.handling.actions.relating import merge_cases, posts_to_split
from huiying.handling.actions.sensitive import label
from huiying.handling.models import Case
from huiying.judging.models import Event
from huiying.judging.pipeline import judge_pending
from huiying.listening.actions import receive_message
from huiying.listening.models import Message
from huiying.responding import actions as responding

LOWER = "经核实只影响一个项目且已在二十分钟内恢复，没有后续影响，当事人已经理解"


def returned(cast: Cast) -> Case:
    case = stories.routed(cast)
    handling.return_case(case, "故障在线路，不属于本部职责", cast.tech_head)
    return stories.again(case)


def accepted(cast: Cast) -> Case:
    case = stories.routed(cast)
    handling.accept(case, cast.tech_head)
    return stories.again(case)


def found(cast: Cast) -> Case:
    case = accepted(cast)
    handling.find(case, "登录中断七十分钟。", "证书到期未续。", "两个标段推迟。", cast.tech_liaison)
    return stories.again(case)


def to_be_lowered(cast: Cast) -> Case:
    case = stories.routed(cast)
    handling.propose_lower(case, "L1", LOWER, cast.office)
    return stories.again(case)


def to_be_withheld(cast: Cast) -> Case:
    case = stories.routed(cast)
    responding.propose_withhold(
        case, "third_party", "涉及投标人的商业秘密，依法不予公开", dt.date(2026, 12, 1), cast.office
    )
    return stories.again(case)


def drafted(cast: Cast) -> Case:
    return stories.drafted(cast).case


def submitted(cast: Cast) -> Case:
    return stories.again(stories.submitted(cast).case)


def closed(cast: Cast) -> Case:
    case = stories.answered(cast)
    handling.decide_sustained(case, False, "事情已经平息，不再继续回应", cast.office)
    handling.close(stories.effects_seen(cast, case), "证书到期无人盯办，已列入月度检查", cast.office)
    return stories.again(case)


def merged(cast: Cast) -> Case:
    loser = stories.routed(cast)
    merge_cases(loser, stories.opened(cast, text=stories.RUMOUR), cast.duty)
    return stories.again(loser)


def two_posts(cast: Cast) -> Case:
    case = stories.routed(cast)
    stories.hear(stories.OUTAGE.replace("今早", "今天早上"))
    return stories.again(case)


def with_a_clue(cast: Cast) -> Case:
    case = stories.routed(cast)
    propose_clue(case, "公安机关", "有人冒用交易中心的名义收款。", "网络安全法第四十九条", cast.office)
    return stories.again(case)


def taken_up_again(cast: Cast) -> Case:
    """The asker found something left open; the matter stands with its department once more (C4.3)."""
    receipt, case = asking_of.asked_and_closed(cast)
    ask_again(receipt.number, receipt.query_code, "还有一个标段没有说明怎么办")
    return stories.again(case)


def asked_by_phone(cast: Cast) -> Case:
    """Answered; somebody who left a way to be reached was not told yet."""
    case = stories.answered(cast)
    receipt = receive_message("投诉", stories.RUMOUR, "0412-1234567")
    while judge_pending().screened:
        pass
    Event.objects.filter(members__post__message__number=receipt.number).update(merged_into=case.event)
    return stories.again(case)


def after_another(cast: Cast) -> Case:
    stories.opened(cast, text=stories.RUMOUR)
    return stories.routed(cast)


def labelled(cast: Cast) -> Case:
    case = stories.routed(cast)
    label(case, "minor", "说的是一名小学生", cast.duty)
    return stories.again(case)


Told = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One verb: how the case comes to it, who does it with what, where it ends; `nobody` sees the case and may not."""

    verb: str
    story: Callable[[Cast], Case]
    who: str
    told: Told = field(default_factory=dict)
    state: str = ""
    nobody: str = "inspector"
    kinds: tuple[str, ...] = ()


ROWS = [
    Row("confirm_level", stories.routed, "duty", {"level": "L3", "reason": "全国媒体转载"}, "assigned", "tech_head"),
    Row("propose_lower", stories.routed, "duty", {"level": "L1", "reason": LOWER}, "assigned", "tech_head"),
    Row("second_lower", to_be_lowered, "deputy", {"agree": "yes"}, "assigned", "tech_head"),
    Row("set_emergency", stories.routed, "duty", {"level": "较大"}, "assigned", "tech_head"),
    Row(
        "add_knowledge",
        stories.routed,
        "duty",
        {"known_at": "2026-09-14T09:00", "how": "值班电话", "evidence": "通话记录第 12 条"},
        "assigned",
        "tech_head",
    ),
    Row("route", stories.opened, "duty", {"department": "Z-XX", "joint": ["WGC"], "reason": "系统故障"}, "assigned"),
    Row("undo_route", stories.routed, "duty", {}, "registered", "tech_head"),
    Row("accept", stories.routed, "tech_head", {}, "handling", "duty"),
    Row("return", stories.routed, "tech_head", {"reason": "故障在线路，不属于本部"}, "returned", "duty"),
    Row("decide_return", returned, "office", {"department": "WGC", "decision": "线路由网络处主办"}, "assigned", "duty"),
    Row("find", accepted, "tech_liaison", {"facts": "中断七十分钟", "cause": "证书到期", "impact": "推迟"}, "handling"),
    Row("dispose", found, "tech_liaison", {"actions": "已续证书并顺延", "settled": "on"}, "handling"),
    Row("submit", drafted, "editor", {}, "reviewing", "inspector"),
    Row("withdraw", submitted, "editor", {}, "handling", "inspector"),
    Row("ask_confirmation", drafted, "editor", {"body": "市水务局", "contact": "王科长"}, "handling", "inspector"),
    Row("release", stories.approved, "office", {"channels": ["portal"]}, "approved", "inspector"),
    Row(
        "withhold",
        stories.routed,
        "office",
        {"ground": "third_party", "reason": "涉及投标人的商业秘密，依法不予公开", "review_on": "2026-12-01"},
        "assigned",
        "tech_head",
    ),
    Row("second_withhold", to_be_withheld, "deputy", {"agree": "yes"}, "declined", "tech_head"),
    Row("sustain", stories.answered, "office", {"sustained": "no", "reason": "事情已经平息"}, "answered", "tech_head"),
    Row("reopen", closed, "duty", {"reason": "又有新的反映，须再核实"}, "handling", "tech_head"),
    Row("set_keys", stories.opened, "duty", {"category": "PT", "nature": "系统故障"}, "registered", "inspector"),
    Row("acknowledge_call", stories.routed, "deputy", {}, "assigned", "tech_head"),
    Row("note_act", accepted, "tech_head", {"kind": "rescan", "note": "又看了一遍，没有新的转发"}, "handling"),
    Row(
        "split",
        two_posts,
        "duty",
        {"posts": ["last"], "title": "解密超时的责任认定", "reason": "登录故障与解密超时是两件事，应分别答复"},
        "assigned",
        "tech_head",
    ),
    Row("unmerge", merged, "office", {"reason": "查明是两件不同的事情，分开办理"}, "assigned", "duty"),
    Row(
        "agree_facts", accepted, "tech_liaison", {"text": "登录服务中断七十分钟。", "based_on": "0"}, "handling", "duty"
    ),
    Row(
        "make_task",
        accepted,
        "tech_head",
        {"kind": "matter", "title": "逐一电话告知", "owner": "tech_liaison", "due_at": "2026-09-16T10:00"},
        "handling",
    ),
    Row("say", accepted, "deputy", {"text": "请今天下班前给出初步结论。"}, "handling"),
    Row("attach", accepted, "tech_liaison", {"file": "清单.txt"}, "handling"),
    Row(
        "give_feedback",
        asked_by_phone,
        "duty",
        {"names": ["asker"], "means": "phone", "text": "已电话告知处理结果"},
        "answered",
        "editor",
    ),
    Row("link_recurrence", after_another, "office", {"number": "earlier", "reason": "同一处证书到期"}, "assigned"),
    Row("label", accepted, "duty", {"kind": "minor", "reason": "说的是一名小学生"}, "handling"),
    Row("unlabel", labelled, "office", {"reason": "经核实不涉及未成年人"}, "assigned", "duty"),
    Row("draft_liaison", accepted, "duty", {"body": "市委宣传部", "points": "群众反映的登录故障"}, "handling"),
    Row("exempt_liaison", accepted, "office", {"reason": "事情全在本局系统之内，不涉及其他单位"}, "handling", "duty"),
    Row(
        "propose_clue",
        accepted,
        "office",
        {"body": "公安机关", "facts": "有人冒用交易中心的名义收款。", "legal_ground": "网络安全法第四十九条"},
        "handling",
        "duty",
    ),
    Row("sign_clue", with_a_clue, "deputy", {"sign": "yes"}, "assigned", "office"),
    Row(
        "convene_meeting",
        accepted,
        "office",
        {"topic": "研判处置", "place": "三楼会议室", "starts_at": "2026-09-15T10:00", "chair": "deputy"},
        "handling",
        "duty",
    ),
    Row("uphold", taken_up_again, "office", {"reason": "所问的标段已在原答复中说明"}, "handling", "duty"),
    Row("void", stories.opened, "office", {"reason": "与另一件重复立案，在那一件里办理"}, "voided", "inspector"),
]


def filled(cast: Cast, told: Told) -> Told:
    """What is known only when the story is told: codes and names become the ids that the page's choices have."""
    given = dict(told)
    for name in ("owner", "chair"):
        if name in given:
            given[name] = cast.people[given[name]].pk
    if given.get("posts") == ["last"]:
        case = Case.objects.get(split_from=None)
        given["posts"] = [posts_to_split(case)[-1].pk]
    if given.get("names") == ["asker"]:
        given["names"] = [Message.objects.get().number]
    if given.get("number") == "earlier":
        given["number"] = Case.objects.order_by("pk")[0].number
    if "file" in given:
        given["file"] = SimpleUploadedFile(given["file"], "受影响的投标人".encode(), "text/plain")
    if "department" in given:
        given["department"] = cast.department(given["department"]).pk
    if "joint" in given:
        given["joint"] = [cast.department(code).pk for code in given["joint"]]
    return given
