"""What the ledger says of documents, for `comparing` (C6.9, C6.10): the database refuses to change them, and whoever
takes that guard away is found.
"""

from __future__ import annotations

from collections.abc import Iterator

from huiying.documents.actions import chain_of
from huiying.documents.models import Addendum, Circulation, Instruction, IssuedDocument, Signature, Withdrawal
from huiying.kernel import canonical
from huiying.overseeing.auditing.comparing import Key, Near, Said, Subject, Told, compared, counted
from huiying.overseeing.history.entries import Entry, moment


def _issued(told: Told, entry: Entry) -> None:
    said = entry["payload"]
    told[entry["chain"], said["number"]] = {
        "kind": said["kind"], "subject": said["subject"], "manifest": said["sha256"], "text": said["sha256"],
        "until": moment(said["cut_off"]), "by": entry["actor"], "at": Near(entry["at"]),
        "figures": canonical.dumps(said["figures"]),
    }  # fmt: skip


def _documents() -> Iterator[tuple[Key, Said]]:
    for row in IssuedDocument.objects.select_related("case").iterator(chunk_size=200):
        yield (chain_of(row), row.number), {
            "kind": row.kind, "subject": row.subject, "manifest": row.sha256, "text": canonical.sha256(row.content),
            "until": row.cut_off, "by": row.issued_by, "at": row.issued_at, "figures": row.figures,
        }  # fmt: skip


def _after(told: Told, entry: Entry) -> None:
    """Signatures, addenda, withdrawals: rows that come after it and are never changed."""
    kind, said, near = entry["kind"], entry["payload"], Near(entry["at"])
    key: Key = (entry["chain"], said["number"])
    by = entry["actor"]
    if kind == "document.signed":
        told[(*key, said["place"])] = {"manifest": said["sha256"], "by": by, "at": near}
    elif kind == "document.addended":
        told[(*key, str(said["addendum"]))] = {"text": said["text"], "by": by, "at": near}
    else:
        told[(*key, "withdrawn")] = {"text": said["reason"], "instead": said["instead"], "by": by, "at": near}


def _rows_after() -> Iterator[tuple[Key, Said]]:
    for one in Signature.objects.select_related("document__case"):
        yield (chain_of(one.document), one.document.number, one.place), {
            "manifest": one.sha256, "by": one.by, "at": one.at,
        }  # fmt: skip
    for row in Addendum.objects.select_related("document__case"):
        yield (chain_of(row.document), row.document.number, str(row.number)), {
            "text": row.text, "by": row.by, "at": row.at,
        }  # fmt: skip
    for gone in Withdrawal.objects.select_related("document__case", "replaced_by"):
        yield (chain_of(gone.document), gone.document.number, "withdrawn"), {
            "text": gone.reason, "instead": gone.replaced_by.number if gone.replaced_by is not None else "",
            "by": gone.by, "at": gone.at,
        }  # fmt: skip


def _sent(told: Told, entry: Entry) -> None:
    for name in entry["payload"]["to"]:
        told.count((entry["chain"], entry["payload"]["number"], name))


def _circulations() -> Iterator[tuple[Key, Said]]:
    rows = Circulation.objects.select_related("document__case")
    yield from counted((chain_of(row.document), row.document.number, row.name) for row in rows)


def _instruction(told: Told, entry: Entry) -> None:
    kind, said = entry["kind"], entry["payload"]
    key = (entry["chain"], said["number"], str(said["instruction"]))
    if kind == "document.instructed":
        told[key] = {
            **{name: said[name] for name in ("leader", "words", "owner")}, "due": moment(said["due_at"]),
            "state": Instruction.OPEN, "at": Near(entry["at"]),
        }  # fmt: skip
    elif key in told:
        told[key]["state"] = {
            "document.instruction_reported": Instruction.REPORTED, "document.instruction_returned": Instruction.OPEN,
        }.get(kind, Instruction.CLOSED)  # fmt: skip


def _instructions() -> Iterator[tuple[Key, Said]]:
    for row in Instruction.objects.select_related("document__case"):
        yield (chain_of(row.document), row.document.number, str(row.pk)), {
            "leader": row.leader, "words": row.words, "owner": row.owner_name, "due": row.due_at, "state": row.state,
            "at": row.at,
        }  # fmt: skip


compared(
    Subject(
        "文书", "Document", ("document.issued",), _issued, _documents,
        {
            "kind": ("种类", "its kind"), "subject": ("所涉事项", "its subject"), "figures": ("数字", "its figures"),
            "until": ("截至时间", "its cut-off"),
        },
    ),
    Subject(
        "文书签字、补记或撤回", "What followed document",
        ("document.signed", "document.addended", "document.withdrawn", "document.superseded"), _after, _rows_after,
        {"instead": ("替代件", "what stands for it")},
    ),
    Subject("文书传阅", "Circulation of document", ("document.circulated",), _sent, _circulations),
    Subject(
        "批示", "Instruction on document",
        (
            "document.instructed", "document.instruction_reported", "document.instruction_returned",
            "document.instruction_closed",
        ),
        _instruction, _instructions,
        {
            "leader": ("批示的领导", "the leader"), "words": ("批示", "its words"),
            "owner": ("承办人", "who acts on it"), "due": ("期限", "its date"),
        },
    ),
)  # fmt: skip
