"""How far a case has come: each step goes through the verbs that people use, so a story is also a test of the way."""

from __future__ import annotations

import uuid

from cast import Cast
from huiying.engine.post import parse_post
from huiying.handling import actions as handling
from huiying.handling.models import Case
from huiying.judging.models import Event
from huiying.judging.pipeline import judge_pending
from huiying.ledger.actions import Actor
from huiying.listening.actions import receive
from huiying.people.models import User
from huiying.responding import actions as responding
from huiying.responding.models import Publication, ReviewRound, Revision
from huiying.responding.queries import open_steps
from huiying.work import outbox

OUTAGE = "鞍山公共资源交易平台今早全崩了，八点半到现在登录不上，我们九点半开标，解密超时算谁的？"
RUMOUR = "听说鞍山公共资源交易中心下个月要撤销了，所有在途项目全部作废，正在投标的赶紧停手！"
CONSULTATION = "请问外地企业参加鞍山的房建工程投标，CA证书在哪办理？需要法人到现场吗？"

DRAFT = {
    "title": "关于开标系统故障的说明",
    "question": "群众反映交易系统登录不上，担心开标超时受影响。",
    "facts": "9月14日8时30分至9时40分，交易系统登录服务中断，涉及两个标段。",
    "renditions": {"portal": "9月14日8时30分至9时40分，登录服务中断，已恢复。两个标段开标顺延，解密时间重新计算。"},
    "basis": "《招标投标法实施条例》",
}


def hear(text: str = OUTAGE, **fields: object) -> Event:
    """A post arrives and is judged; its event."""
    native = str(fields.pop("native_id", f"t-{uuid.uuid4().hex}"))
    post = {
        "schema": "huiying.post/1",
        "native_id": native,
        "platform": "本地论坛",
        "channel_class": "论坛",
        "text": text,
    }
    receive([parse_post(post | fields)], how="import", actor=Actor.SYSTEM)
    while judge_pending().screened:
        pass
    return Event.objects.get(members__post__native_id=native)


def opened(cast: Cast, level: str = "较大", text: str = OUTAGE) -> Case:
    """A case, its level confirmed by somebody who may."""
    event = hear(text)
    who = {"一般": cast.duty, "较大": cast.office, "重大": cast.deputy, "特别重大": cast.top}[level]
    case = handling.open_case(event, cast.duty)
    handling.confirm_level(case, level, who, "经核对传播情况和影响范围，按实际影响程度确定级别为此级。")
    return again(case)


def routed(cast: Cast, level: str = "较大") -> Case:
    case = opened(cast, level)
    handling.route(case, cast.department("Z-XX"), [cast.department("WGC")], "系统故障，由信息技术部主办", cast.duty)
    return again(case)


def handled(cast: Cast, level: str = "较大") -> Case:
    """Accepted, with facts and a disposal; the offline matter is settled."""
    case = routed(cast, level)
    handling.accept(case, cast.tech_head)
    finding = handling.find(case, "登录服务中断七十分钟。", "证书到期未续。", "两个标段开标推迟。", cast.tech_liaison)
    handling.dispose(case, finding, "已续证书，开标顺延，逐一电话告知。", True, cast.tech_head)
    return again(case)


def drafted(cast: Cast, level: str = "较大", **changes: object) -> Revision:
    return responding.save_revision(handled(cast, level), actor=cast.editor, **(DRAFT | changes))  # type: ignore[arg-type]


def submitted(cast: Cast, level: str = "较大", **changes: object) -> ReviewRound:
    revision = drafted(cast, level, **changes)
    return responding.submit(revision.case, cast.editor)


REVIEWERS = {
    "division_head": "tech_head",
    "office_head": "office",
    "legal": "legal",
    "deputy_leader": "deputy",
    "top_leader": "top",
}


def approve(cast: Cast, round_: ReviewRound) -> None:
    """Every step, each by the holder of its role."""
    while steps := open_steps(round_):
        for step in steps:
            responding.decide_step(
                step,
                approve=True,
                comment="",
                manifest_sha256=round_.manifest_sha256,
                secrecy=True,
                personal_data=True,
                actor=reviewer(cast, step.role),
            )


def reviewer(cast: Cast, role: str) -> User:
    return cast.people[REVIEWERS[role]]


def approved(cast: Cast, level: str = "较大", **changes: object) -> Case:
    round_ = submitted(cast, level, **changes)
    approve(cast, round_)
    return again(round_.case)


def do_what_is_due() -> None:
    """The loop's work, without the loop: every job whose time has come."""
    while outbox.run_due("test"):
        pass


def answered(cast: Cast, level: str = "较大", **changes: object) -> Case:
    case = approved(cast, level, **changes)
    responding.release(case, ["portal"], cast.office)
    do_what_is_due()
    assert Publication.objects.get(case=case).state == Publication.LIVE
    return again(case)


def again(case: Case) -> Case:
    """The case as the database has it now."""
    return Case.objects.select_related("event", "regulation").get(pk=case.pk)
