"""One case as a folder for the archive: documents, evidence, the chains, and a program that checks them (INV-8,
C10.2). It is whole or not there; `manifest.json` has the SHA-256 of every file, and the hash of that list is the
seal, written down elsewhere. `verify.py` needs nothing but Python. Nothing sealed, no token, no citizen's contact
goes along.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import BinaryField, ForeignKey, Model, Q, QuerySet

from huiying.handling.models import (
    Attachment,
    Breach as BreachRow,
    Case,
    CaseAct,
    CaseDepartment,
    Clock,
    ClockEvent,
    ClueHandover,
    Disposal,
    Dissent,
    Escalation,
    FactSheet,
    Feedback,
    Finding,
    Knowledge,
    Liaison,
    LiaisonExemption,
    Meeting,
    MeetingSeat,
    NodeReport,
    Note,
    Recurrence,
    Return,
    SplitPost,
    StateChange,
    Task,
    TransferSlip,
)
from huiying.judging.models import ConcernDecision, EventPost, LevelDecision
from huiying.kernel import canonical, clock, home, store
from huiying.ledger.actions import ERASED, SYSTEM_CHAIN, lock
from huiying.ledger.models import ChainHead, Erasure, LedgerEntry
from huiying.overseeing import verify_case
from huiying.people.models import Department, User
from huiying.responding.models import (
    Authorisation,
    BodyConfirmation,
    EffectReview,
    Evidence,
    ExpertExplanation,
    Interview,
    MachineDraft,
    MediaInquiry,
    PressConference,
    Publication,
    ReviewRound,
    ReviewStep,
    Revision,
    StatutoryFiling,
    SustainedDecision,
    Withholding,
)
from huiying.responding.public import public_answer
from huiying.work.kept_files import came_upon

# Keys of single-use links, and how to reach people: the archive proves acts and needs neither.
LEFT_OUT = frozenset({"token_hash", "contact", "usernames"})
_POST = (
    "platform", "channel_class", "kind", "native_id", "version", "parent_id", "root_id", "url", "title", "text",
    "text_sha256", "outlet", "outlet_tier", "own_channel", "region", "published_at", "received_at", "metrics",
)  # fmt: skip

Row = dict[str, Any]


def plain(row: Model) -> Row:
    """One row: its columns, a department by code and name, a person of the staff by name, other rows by their id."""
    made: Row = {}
    for column in row._meta.concrete_fields:
        if column.name in LEFT_OUT or isinstance(column, BinaryField):
            continue
        if isinstance(column, ForeignKey) and column.related_model in (Department, User):
            made[column.name] = _named(getattr(row, column.name))
        else:
            made[column.name] = getattr(row, column.attname)
    return made


def _named(row: Department | User | None) -> Any:
    if isinstance(row, Department):
        return {"code": row.code, "name": row.name}
    return row.name if row else None


def _rows(found: QuerySet[Any]) -> list[Row]:
    named = [
        column.name
        for column in found.model._meta.concrete_fields
        if isinstance(column, ForeignKey) and column.related_model in (Department, User)
    ]
    query = found.select_related(*named) if named else found
    return [plain(row) for row in query.order_by("pk")]


def documents(case: Case) -> dict[str, Any]:
    """File name → content, for every JSON document of the folder."""
    of_case = {"case": case}
    return {
        "case.json": _case(case),
        "posts.json": list(_posts(case)),
        "clocks.json": {
            "clocks": _rows(Clock.objects.filter(case=case)),
            "events": _rows(ClockEvent.objects.filter(clock__case=case)),
            "breaches": _rows(BreachRow.objects.filter(clock__case=case)),
            "calls": _rows(Escalation.objects.filter(case=case)),
        },
        "revisions.json": _rows(Revision.objects.filter(**of_case)),
        "decisions.json": {
            "levels": _rows(LevelDecision.objects.filter(event=case.event_id)),
            "concerns": _rows(ConcernDecision.objects.filter(event=case.event_id)),
            "rounds": _rows(ReviewRound.objects.filter(**of_case)),
            "steps": _rows(ReviewStep.objects.filter(round__case=case)),
            "confirmations": _rows(BodyConfirmation.objects.filter(**of_case)),
            "withholdings": _rows(Withholding.objects.filter(**of_case)),
            "sustained": {"sustained": case.sustained, "reason": case.sustained_reason},
            "sustained_decisions": _rows(SustainedDecision.objects.filter(**of_case)),
        },
        "effects.json": _rows(EffectReview.objects.filter(**of_case)),
        "forms.json": {
            "authorisations": _rows(Authorisation.objects.filter(**of_case)),
            "experts": _rows(ExpertExplanation.objects.filter(**of_case)),
            "conferences": _rows(PressConference.objects.filter(**of_case)),
            "interviews": _rows(Interview.objects.filter(**of_case)),
            "inquiries": _rows(MediaInquiry.objects.filter(**of_case)),
            "filings": _rows(StatutoryFiling.objects.filter(**of_case)),
            "machine_drafts": _rows(MachineDraft.objects.filter(**of_case)),
        },
        "answer.json": _answer(case),
        "publications.json": {
            "publications": _rows(Publication.objects.filter(**of_case)),
            "evidence": _rows(Evidence.objects.filter(**of_case)),
        },
        "findings.json": {
            "findings": _rows(Finding.objects.filter(**of_case)),
            "disposals": _rows(Disposal.objects.filter(**of_case)),
            "fact_sheets": _rows(FactSheet.objects.filter(**of_case)),
        },
        "tasks.json": _rows(Task.objects.filter(**of_case)),
        "slips.json": _rows(TransferSlip.objects.filter(**of_case)),
        "liaison.json": {
            "letters": _rows(Liaison.objects.filter(**of_case)),
            "exemptions": _rows(LiaisonExemption.objects.filter(**of_case)),
            "clues": _rows(ClueHandover.objects.filter(**of_case)),
        },
        "meetings.json": {
            "meetings": _rows(Meeting.objects.filter(**of_case)),
            "seats": _rows(MeetingSeat.objects.filter(meeting__case=case)),
            "dissents": _rows(Dissent.objects.filter(meeting__case=case)),
        },
        "room.json": {
            "notes": _rows(Note.objects.filter(**of_case)),
            "attachments": _rows(Attachment.objects.filter(**of_case)),
            "reports": _rows(NodeReport.objects.filter(**of_case)),
            "feedback": _rows(Feedback.objects.filter(**of_case)),
            "acts": _rows(CaseAct.objects.filter(**of_case)),
        },
    }


def _case(case: Case) -> Row:
    return {
        **plain(case),
        "event": case.event.number,
        "life_safety": case.event.life_safety,
        "sensitive": case.event.sensitive,
        "regulation": {"name": case.regulation.name, "sha256": case.regulation.sha256},
        "merged_into": _number(case.merged_into),
        "merged": list(case.merged.order_by("number").values_list("number", flat=True)),
        "split_from": _number(case.split_from),
        "split_off": list(case.split_off.order_by("number").values_list("number", flat=True)),
        "split_posts": list(SplitPost.objects.filter(case=case).order_by("pk").values_list("post", flat=True)),
        "recurrences": [
            {"earlier": row.earlier.number, "reason": row.reason, "by": row.by, "at": row.at}
            for row in Recurrence.objects.filter(case=case).select_related("earlier").order_by("pk")
        ],
        "states": _rows(StateChange.objects.filter(case=case)),
        "knowledge": _rows(Knowledge.objects.filter(case=case)),
        "departments": _rows(CaseDepartment.objects.filter(case=case)),
        "returns": _rows(Return.objects.filter(case=case)),
    }


def _answer(case: Case) -> Row | None:
    """What the public page showed of the case at this moment: every version, tombstones included (C11.1)."""
    found = public_answer(case.number)
    if found is None:
        return None
    return {**asdict(found), "took": found.took.total_seconds() if found.took else None}


def _number(case: Case | None) -> str | None:
    return case.number if case else None


def _posts(case: Case) -> Iterable[Row]:
    """What was said in public, masked as it was kept. A citizen's message keeps its place and gives no words away.

    The posts of a case that was split off stay in the event they came in with.
    """
    own = Q(event=case.event_id) | Q(post__split_cases__case=case)
    members = EventPost.objects.filter(own, withdrawn_at__isnull=True).select_related("post__message").distinct()
    for member in members.order_by("pk"):
        post = member.post
        row = {"id": post.pk, "stood_at": member.stood_at, **{name: getattr(post, name) for name in _POST}}
        message = getattr(post, "message", None)
        if message is not None:
            row |= {"message": message.number, "title": "", "text": "", "native_id": "", "url": ""}
        elif case.event.masked:  # minors, health, victims: the words stay in the house (§6.2)
            row |= {"title": "", "text": ""}
        yield row


README = """案件 {number} 的归档文件夹（回应 Huiying 于 {at} 导出）

怎样核对：在任何一台装有 Python 3.9 以上的电脑上运行
    python verify.py
不需要网络、数据库或本系统。导出时登记的封存值可以一并核对：
    python verify.py --seal 封存值

里面有什么
    case.json          案件本身、状态、主办协办、何时获知
    posts.json         公开信息（个人信息已遮盖；群众留言只留编号，不含原文）
    clocks.json        时限、逾期、催办
    revisions.json     各稿
    decisions.json     定级、性质、审核、沟通确认、不予公开
    findings.json      核实、处置、口径
    tasks.json slips.json liaison.json meetings.json room.json   任务、转办单、核实衔接和线索移交、联席会议、办理记录
    publications.json  发布（每一次，含更正和撤回）
    answer.json        导出时公众页上的各稿（含个人信息而删去的为 null）
    effects.json forms.json   回应后的效果；专家、发布会、专访、媒体询问、法定途径、授权、机器草稿
    evidence/ attachments/   按 SHA-256 命名的原件
    ledger.jsonl       台账中本案和所属事件的两条链
不含：封存的原文和联系方式、网络存档（WARC）、一次性链接。
"""
DANGER = """
注意：此件涉及人身安全或标为敏感。不得用于展示、摘要、群消息、检索和演示，按最小范围阅览。
"""


class ExportRefused(Exception):
    """The folder can not be written there, or there is no such case: a sentence for whoever asked."""


@dataclass
class Exported:
    """What was written. `missing` names originals that are gone or altered: the folder is then not accepted."""

    number: str
    folder: Path
    entries: int = 0
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    seal: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "case": self.number,
            "folder": str(self.folder),
            "files": len(self.files),
            "entries": self.entries,
            "seal": self.seal,
            "missing": self.missing,
        }


def export_case(number: str, folder: Path) -> Exported:
    """Write the case's folder. Raises ExportRefused."""
    case = Case.objects.filter(number=number).first()
    if case is None:
        raise ExportRefused(f"没有案件“{number}”。请写完整的案件编号。")
    if folder.exists() and not folder.is_dir():
        raise ExportRefused(f"{folder} 是一个文件；请写一个还不存在的文件夹。")
    if folder.exists() and any(folder.iterdir()):
        raise ExportRefused(f"文件夹 {folder} 不是空的；导出从不覆盖，请另写一个文件夹。")
    draft = folder.with_name(f".{folder.name}.part")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=home.FOLDER_MODE)
        made = _write(case, draft, folder)
        draft.replace(folder)
    except OSError as error:
        raise ExportRefused(f"写不进 {folder}（{error.strerror}）；请检查上级文件夹和权限。") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return made


@transaction.atomic
def _write(case: Case, draft: Path, folder: Path) -> Exported:
    """Under the locks of the case and of both chains: rows and entries are those of one moment."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    chains = (f"case:{case.number}", f"event:{case.event.number}")
    lock(*chains)
    out = _Folder(draft, Exported(case.number, folder))
    for name, content in documents(case).items():
        out.add(name, _pretty(content))
    out.add(verify_case.LEDGER, "".join(out.entry(row) for row in _entries(chains)).encode())
    out.originals("evidence", home.evidence(), Evidence.objects.filter(case=case).values_list("sha256", flat=True))
    out.originals("attachments", home.files(), Attachment.objects.filter(case=case).values_list("sha256", flat=True))
    readme = README.format(number=case.number, at=canonical.timestamp(clock.now()))
    out.add("读我.txt", (readme + (DANGER if case.event.reserved else "")).encode())
    out.add("verify.py", Path(verify_case.__file__).read_bytes())
    heads = ChainHead.objects.filter(chain__in=chains, seq__gt=0).values_list("chain", "seq", "hash")
    out.finish({chain: [seq, digest] for chain, seq, digest in heads})
    return out.made


class _Folder:
    """Files below the draft, each noted with its hash."""

    def __init__(self, draft: Path, made: Exported) -> None:
        self._draft = draft
        self.made = made

    def add(self, name: str, content: bytes) -> None:
        target = self._draft.joinpath(*name.split("/"))
        target.parent.mkdir(mode=home.FOLDER_MODE, exist_ok=True)
        home.create_private(target, content)
        self.made.files[name] = {"sha256": canonical.sha256(content), "size": len(content)}

    def originals(self, where: str, kept: Path, wanted: Iterable[str]) -> None:
        for sha in sorted(set(wanted)):
            try:
                self.add(f"{where}/{sha}", store.read(store.path_in(kept, sha), sha))
            except store.Unfit as unfit:
                self.made.missing.append(f"{where}/{sha}")
                came_upon(unfit)

    def entry(self, row: LedgerEntry) -> str:
        own = row.chain != SYSTEM_CHAIN
        self.made.entries += own
        columns = ("chain", "seq", "at", "kind", "actor", "payload", "salt", "digest", "prev_hash", "hash")
        line = {"type": "entry" if own else "decision", **{name: getattr(row, name) for name in columns}}
        return canonical.dumps(line) + "\n"

    def finish(self, heads: dict[str, list[Any]]) -> None:
        manifest = {
            "schema": verify_case.SCHEMA,
            "case": self.made.number,
            "exported_at": clock.now(),
            "heads": heads,
            "files": self.made.files,
            "missing": self.made.missing,
        }
        content = _pretty(manifest)
        home.create_private(self._draft / verify_case.MANIFEST, content)
        self.made.seal = canonical.sha256(content)


def _pretty(content: Any) -> bytes:
    return (json.dumps(json.loads(canonical.dumps(content)), ensure_ascii=False, indent=1) + "\n").encode()


def _entries(chains: tuple[str, ...]) -> list[LedgerEntry]:
    """Both chains, and the decisions on the system chain by which entries of theirs were erased."""
    decisions = set(Erasure.objects.filter(chain__in=chains).values_list("chain", "seq"))
    rows = list(LedgerEntry.objects.filter(chain__in=chains).order_by("chain", "seq"))
    if decisions:
        erased = LedgerEntry.objects.filter(chain=SYSTEM_CHAIN, kind=ERASED).order_by("seq")
        rows += [row for row in erased if row.data and (row.data["chain"], row.data["seq"]) in decisions]
    return rows
