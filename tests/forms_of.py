"""Forms of answer as the tests need them: a speaker with a leader's word, a conference planned and held, proofs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from cast import Cast
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.people.actions.registers import appoint_spokesperson
from huiying.people.models import Spokesperson, User
from huiying.responding.actions.forms import (
    check_conflict,
    hold_conference,
    plan_conference,
    plan_expert,
    plan_interview,
    prepare,
    review_outline,
)
from huiying.responding.actions.speaking import authorise
from huiying.responding.models import Authorisation, ExpertExplanation, Interview, PressConference

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 32
MP4 = b"\x00\x00\x00\x20ftypisom" + b"0" * 32
MP3 = b"ID3\x04\x00" + b"0" * 32
MEDIA = ["鞍山日报", "鞍山广播电视台"]
QUESTIONS = [{"question": "超时的投标怎么算？", "answer": "两个标段顺延，解密时间重新计算。"}]
SAID = "主持人：现在开会。发言人：登录服务中断七十分钟，已经恢复。"
LOOKED = "查了任职、持股和近三年评审，没有利益关系。"


def photo(content: bytes = PNG, name: str = "a.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def speaker(cast: Cast, user: User | None = None, *, is_deputy: bool = False) -> Spokesperson:
    """The register's entry of a member of staff, made the first time."""
    who = user or cast.office2
    found = Spokesperson.objects.filter(user=who, until__isnull=True).first()
    trained = clock.now().date() - dt.timedelta(days=30)
    return found or appoint_spokesperson(who, "全局工作", is_deputy, trained, cast.office)


def authorised(cast: Cast, case: Case) -> Authorisation:
    return authorise(case, speaker(cast), "就登录故障发言", cast.deputy)


def planned(cast: Cast, case: Case, **changes: Any) -> PressConference:
    """With everything but the holding; `questions=[]` leaves the preparation out."""
    told: dict[str, Any] = {
        "topic": "登录故障的情况说明",
        "starts_at": clock.now(),
        "place": "一楼发布厅",
        "speaker": authorised(cast, case) if "speaker" not in changes else None,
        "media": MEDIA,
        "plan": "发言人通报五分钟，答问十五分钟。",
        "actor": cast.editor,
    }
    questions = changes.pop("questions", QUESTIONS)
    row = plan_conference(case, **(told | changes))
    prepare(row, questions, cast.editor)
    row.refresh_from_db()
    return row


def held(cast: Cast, case: Case, **changes: Any) -> PressConference:
    row = planned(cast, case, **changes)
    hold_conference(row, SAID, photo(), cast.editor)
    row.refresh_from_db()
    return row


def expert(cast: Cast, case: Case, *, checked: bool | None = True) -> ExpertExplanation:
    """`checked`: free of conflicts or not; None leaves the check out."""
    row = plan_expert(case, "钱教授", "电子招投标", "鞍山某大学", "系统中断时开标怎样顺延", cast.editor)
    if checked is not None:
        check_conflict(row, checked, LOOKED, cast.office)
    row.refresh_from_db()
    return row


def interview(cast: Cast, case: Case, *, reviewed: bool | None = True, **changes: Any) -> Interview:
    told: dict[str, Any] = {"name": "鞍山日报", "outline": "一、中断的经过。二、怎样补救。", "speaker": None}
    row = plan_interview(case, **(told | changes), actor=cast.editor)
    if reviewed is not None:
        review_outline(row, reviewed, "" if reviewed else "第二条还没有核实", cast.office)
    row.refresh_from_db()
    return row
