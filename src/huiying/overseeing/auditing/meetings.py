"""What the ledger says of meetings, confirmations and effects （七）（八）（十）, and of policies before they are
issued （六）, for `comparing`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from huiying.foreseeing import policies
from huiying.foreseeing.models import Assessment, Policy
from huiying.handling.actions.meetings import minutes_sha256
from huiying.handling.models import Meeting, MeetingSeat
from huiying.kernel import canonical
from huiying.overseeing.auditing.comparing import Key, Near, Said, Subject, Told, compared
from huiying.overseeing.history.entries import Entry, moment
from huiying.responding.models import BodyConfirmation, EffectReview


def _meeting(told: Told, entry: Entry) -> None:
    kind, said, near = entry["kind"], entry["payload"], Near(entry["at"])
    key = (entry["chain"], said["meeting"])
    if kind == "meeting.convened":
        told[key] = {
            "topic": said["topic"], "place": said["place"], "starts": moment(said["starts_at"]),
            "chair": said["chair"], "convened": near, "by": entry["actor"], "state": Meeting.CONVENED,
            "held": None, "signed": None, "signer": "", "cancelled": "", "text": None,
        }  # fmt: skip
    elif key not in told:
        return
    elif kind == "meeting.held":
        told[key] |= {"state": Meeting.HELD, "held": near, "present": said["present"]}
    elif kind == "meeting.minuted":
        told[key]["text"] = said.get("sha256")
        if told[key]["text"] is None:
            del told[key]["text"]  # written before minutes left their digest
    elif kind == "meeting.signed":
        told[key] |= {"state": Meeting.SIGNED, "signed": near, "signer": said["by"]}
    else:
        told[key] |= {"state": Meeting.CANCELLED, "cancelled": said["reason"]}


def _meetings() -> Iterator[tuple[Key, Said]]:
    for row in Meeting.objects.select_related("case").prefetch_related("seats", "dissents"):
        yield (f"case:{row.case.number}", row.number), {
            "topic": row.topic, "place": row.place, "starts": row.starts_at, "chair": row.chair_name,
            "convened": row.convened_at, "by": row.convened_by, "state": row.state, "held": row.held_at,
            "signed": row.signed_at, "signer": row.signed_by, "cancelled": row.cancelled_why,
            "text": _minutes(row),
            "present": sum(seat.attendance == MeetingSeat.PRESENT for seat in row.seats.all()),
        }  # fmt: skip


def _minutes(row: Meeting) -> str | None:
    if row.minuted_at is None:
        return None
    return minutes_sha256(row, sorted(row.dissents.all(), key=lambda one: one.pk))


def _seat(told: Told, entry: Entry) -> None:
    """Who was called, who acknowledged, who came and who came for another: by name, as the entries say it."""
    kind, said = entry["kind"], entry["payload"]
    if kind == "meeting.convened":
        for name in said["invited"]:
            told.begin((entry["chain"], said["meeting"], name), acknowledged=None)
    elif kind == "meeting.acknowledged":
        told[entry["chain"], said["meeting"], said["name"]]["acknowledged"] = Near(entry["at"])
    else:
        for name, came, instead in said.get("attendance", ()):
            told[entry["chain"], said["meeting"], name] |= {"came": came, "instead": instead}


def _seats() -> Iterator[tuple[Key, Said]]:
    for row in MeetingSeat.objects.select_related("meeting__case"):
        yield (f"case:{row.meeting.case.number}", row.meeting.number, row.name), {
            "acknowledged": row.acknowledged_at, "came": row.attendance, "instead": row.stood_in_by,
        }  # fmt: skip


def _confirmation(told: Told, entry: Entry) -> None:
    """The first that another body was asked, or answered of itself, is 1; a later entry names the body."""
    kind, said, near = entry["kind"], entry["payload"], Near(entry["at"])
    chain = entry["chain"]
    mine = [key for key in told if key[0] == chain]
    fresh = {
        "manifest": said.get("manifest"), "body": said["body"], "asker": entry["actor"], "asked": near, "answer": "",
        "by": "", "text": "", "answered": None, "silent": None, "overridden": "", "settler": None,
    }  # fmt: skip
    if kind == "confirmation.asked":
        told[chain, str(len(mine) + 1)] = fresh | {"until": moment(said["submit_before"])}
        return
    if said.get("recorded_by"):
        key: Key = (chain, str(len(mine) + 1))
        told[key] = fresh
    elif "asked" in said:
        key = (chain, str(said["asked"]))
    else:  # written before an entry said which question it is about: there was one
        waits = [key for key in mine if told[key]["body"] == said["body"] and not told[key]["answer"]]
        key = waits[0] if waits else (chain, "?")
    if key not in told:
        return
    if kind == "confirmation.answered":
        told[key] |= {"answer": said["answer"], "by": said["by"], "text": said["comment"], "answered": near}
    elif kind == "confirmation.silent":
        told[key]["silent"] = near
    elif kind == "confirmation.overridden":
        told[key]["overridden"] = said["reason"]
    else:
        told[key]["settler"] = near


def _confirmations() -> Iterator[tuple[Key, Said]]:
    n: dict[int, int] = defaultdict(int)
    for row in BodyConfirmation.objects.select_related("case").order_by("id"):
        n[row.case_id] += 1
        yield (f"case:{row.case.number}", str(n[row.case_id])), {
            "manifest": row.manifest_sha256, "body": row.body, "asker": row.asked_by, "asked": row.asked_at,
            "until": row.submit_before, "answer": row.answer, "by": row.answered_name, "text": row.comment,
            "answered": row.answered_at, "silent": row.not_received_at, "overridden": row.override_reason,
            "settler": row.escalated_at,
        }  # fmt: skip


def _effect(told: Told, entry: Entry) -> None:
    """Named by hours after which answer; entries that do not say which are about the last one."""
    kind, said = entry["kind"], entry["payload"]
    chain = entry["chain"]
    if kind == "effect.begun":
        for hours in said["hours"]:
            told[chain, _instant(moment(said["at"])), str(hours)] = {"after": None, "verdict": "", "by": "", "text": ""}
        return
    of = [key for key in told if key[0] == chain and key[2] == str(said["hours"])]
    if said.get("answer_at"):
        of = [key for key in of if key[1] == _instant(moment(said["answer_at"]))]
    if not of:
        return
    if kind == "effect.measured":
        told[of[-1]] |= {
            "before": canonical.dumps(said["before"]), "after": canonical.dumps(said["after"]),
            "suggested": said["suggested"],
        }  # fmt: skip
    else:
        told[of[-1]] |= {
            "verdict": said["verdict"], "by": entry["actor"], "text": said["comment"], "at": Near(entry["at"]),
        }  # fmt: skip


def _effects() -> Iterator[tuple[Key, Said]]:
    for row in EffectReview.objects.select_related("case", "publication"):
        yield (f"case:{row.case.number}", _instant(row.publication.published_at), str(row.hours)), {
            "before": canonical.dumps(row.before), "suggested": row.suggested,
            "after": canonical.dumps(row.after) if row.after is not None else None,
            "verdict": row.verdict, "by": row.by, "text": row.comment, "at": row.at,
        }  # fmt: skip


def _instant(at: dt.datetime | None) -> str:
    return canonical.timestamp(at) if at is not None else ""


def _policy(told: Told, entry: Entry) -> None:
    kind, said, near = entry["kind"], entry["payload"], Near(entry["at"])
    row: dict[str, Any] = told[(entry["chain"],)]
    if kind == "policy.saved":
        told.begin((entry["chain"],), state=Policy.DRAFT, issued=None, assessed=None, excused="")
        row |= {"title": said["title"], "department": said["department"], "planned": said["planned_on"]}
        if "summary_sha256" in said:
            row["text"] = said["summary_sha256"]
            if not said["screened"]:  # other words ask the question anew
                row |= {"major": None, "reason": "", "screener": "", "excused": ""}
    elif kind == "policy.screened":
        row |= {"major": said["major"], "reason": said["reason"], "screener": entry["actor"], "excused": ""}
    elif kind == "policy.screening_decided":
        row["major"] = said["major"]
        if said["agreed"]:
            row["excused"] = entry["actor"]
        else:
            row |= {"reason": said["reason"].strip(), "screener": entry["actor"]}
    elif kind == "policy.issued":
        row |= {"state": Policy.ISSUED, "issued": moment(said["issued_at"]), "as": said["issued_as"]}
    elif kind == "policy.shelved":
        row["state"] = Policy.SHELVED
    else:
        row["assessed"] = near


def _policies() -> Iterator[tuple[Key, Said]]:
    for row in Policy.objects.select_related("department"):
        yield (policies.chain_of(row),), {
            "title": row.title, "department": row.department.name, "text": canonical.sha256(row.summary),
            "planned": row.planned_on.isoformat() if row.planned_on else "", "major": row.major,
            "reason": row.screen_reason, "screener": row.screened_by, "excused": row.excused_by, "state": row.state,
            "issued": row.issued_at, "as": row.issued_as, "assessed": row.assessed_at,
        }  # fmt: skip


def _assessment(told: Told, entry: Entry) -> None:
    """`manifest` is the digest of all its evidence, risks, level, plan and conclusion: one changed word is found."""
    kind, said, near = entry["kind"], entry["payload"], Near(entry["at"])
    key = (entry["chain"], str(said["n"]))
    if kind == "assessment.begun":
        told[key] = {"begun": near, "by": entry["actor"], "state": "", "manifest": "", "approver": ""}
    elif key in told and kind == "assessment.approved":
        told[key] |= {
            "state": Assessment.APPROVED, "manifest": said["sha256"], "level": said["level"],
            "approver": entry["actor"], "approved": near,
        }  # fmt: skip


def _assessments() -> Iterator[tuple[Key, Said]]:
    """Only an approved one stands for anything; until then it may be written again."""
    for row in Assessment.objects.select_related("policy", "plan"):
        done = row.state == Assessment.APPROVED
        yield (policies.chain_of(row.policy), str(row.n)), {
            "begun": row.begun_at, "by": row.begun_by, "state": row.state if done else "", "level": row.level,
            "manifest": policies.sha256_of(row) if done else "", "approver": row.approved_by,
            "approved": row.approved_at,
        }  # fmt: skip


compared(
    Subject(
        "会商会议", "Meeting",
        ("meeting.convened", "meeting.held", "meeting.minuted", "meeting.signed", "meeting.cancelled"),
        _meeting, _meetings,
        {
            "topic": ("议题", "its topic"), "place": ("地点", "its place"), "starts": ("开会时间", "when it begins"),
            "chair": ("主持人", "its chair"), "convened": ("召集时间", "when it was called"),
            "held": ("到会登记时间", "when it was held"), "signed": ("签发时间", "when its minutes were signed"),
            "signer": ("签发人", "who signed its minutes"), "cancelled": ("取消的理由", "why it was cancelled"),
            "present": ("到会人数", "how many came"),
        },
    ),
    Subject(
        "会商座位", "Seat of meeting", ("meeting.convened", "meeting.acknowledged", "meeting.held"), _seat, _seats,
        {
            "acknowledged": ("知悉时间", "when it was seen"), "came": ("是否到会", "whether they came"),
            "instead": ("代会人", "who stood in"),
        },
    ),
    Subject(
        "沟通确认", "Confirmation",
        (
            "confirmation.asked", "confirmation.answered", "confirmation.silent", "confirmation.overridden",
            "confirmation.escalated",
        ),
        _confirmation, _confirmations,
        {
            "body": ("对方机关", "the other body"), "asker": ("发出人", "who asked"),
            "asked": ("发出时间", "when it was sent"), "until": ("答复期限", "until when it waits"),
            "answer": ("答复", "the answer"), "by": ("答复人", "who answered"),
            "answered": ("答复时间", "when it was answered"), "silent": ("逾期未复", "the silence"),
            "overridden": ("不待确认的理由", "why nobody waited"), "settler": ("报请协调", "that it was put higher"),
        },
    ),
    Subject(
        "回应效果", "Effect of answer", ("effect.begun", "effect.measured", "effect.judged"), _effect, _effects,
        {
            "before": ("回应前的热度", "the heat before"), "after": ("回应后的热度", "the heat after"),
            "suggested": ("系统建议", "what the machine suggested"), "verdict": ("认定", "the verdict"),
        },
    ),
    Subject(
        "政策", "Policy",
        (
            "policy.saved", "policy.screened", "policy.screening_decided", "policy.issued", "policy.shelved",
            "assessment.approved",
        ),
        _policy, _policies,
        {
            "department": ("起草单位", "its department"), "planned": ("计划出台日期", "when it was planned for"),
            "major": ("是否涉及群众切身利益", "the screening"), "reason": ("判定的理由", "why it was screened so"),
            "screener": ("判定人", "who screened it"), "excused": ("同意不评估的人", "who agreed to no assessment"),
            "issued": ("出台时间", "when it was issued"), "as": ("文号", "its number"),
            "assessed": ("评估批准时间", "when its assessment was approved"),
        },
    ),
    Subject(
        "政策风险评估", "Assessment of policy", ("assessment.begun", "assessment.approved"), _assessment, _assessments,
        {
            "begun": ("开始时间", "when it was begun"), "approver": ("批准人", "who approved it"),
            "approved": ("批准时间", "when it was approved"),
        },
    ),
)  # fmt: skip
