"""What the ledger says of drafts, reviews, publications and letters to other bodies （八）（五）, for `comparing`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from huiying.handling.actions.liaison import FINDINGS
from huiying.handling.models import Liaison, TransferSlip
from huiying.handling.slips import UNKNOWN
from huiying.kernel import canonical
from huiying.overseeing.auditing.comparing import Key, Near, Said, Subject, Told, compared
from huiying.overseeing.history.entries import Entry, moment
from huiying.responding.bound import of_revision
from huiying.responding.models import Publication, ReviewRound, ReviewStep, Revision, Withholding
from huiying.responding.targets import chain_of


def _draft(told: Told, entry: Entry) -> None:
    said = entry["payload"]
    told[entry["chain"], str(said["revision"])] = {
        **{name: said[name] for name in ("manifest", "title", "stage", "openness", "department", "facts")},
        "text": said["manifest"], "by": entry["actor"], "at": Near(entry["at"]),
    }  # fmt: skip


def _drafts() -> Iterator[tuple[Key, Said]]:
    for row in Revision.objects.select_related("case").iterator(chunk_size=500):
        yield (f"case:{row.case.number}", str(row.number)), {
            "manifest": row.manifest_sha256, "title": row.title, "stage": row.stage, "openness": row.openness,
            "department": row.department, "facts": row.fact_sheet, "text": of_revision(row), "by": row.drafter,
            "at": row.at,
        }  # fmt: skip


_ENDS = {
    "review.approved": ReviewRound.APPROVED,
    "review.voided": ReviewRound.VOIDED,
    "review.withdrawn": ReviewRound.VOIDED,
}


def _round(told: Told, entry: Entry) -> None:
    kind, said = entry["kind"], entry["payload"]
    key = (entry["chain"], str(said["round"]))
    if kind == "review.opened":
        told[key] = {
            "revision": said["revision"], "manifest": said["manifest"], "by": entry["actor"], "state": ReviewRound.OPEN,
            "at": Near(entry["at"]),
        }  # fmt: skip
    elif key in told and kind in _ENDS:
        told[key]["state"] = _ENDS[kind]
    elif key in told and said["decision"] == "rejected":
        told[key]["state"] = ReviewRound.REJECTED


def _rounds() -> Iterator[tuple[Key, Said]]:
    for row in ReviewRound.objects.select_related("case", "revision"):
        yield (f"case:{row.case.number}", str(row.pk)), {
            "revision": row.revision.number, "manifest": row.manifest_sha256, "by": row.opened_by, "state": row.state,
            "at": row.opened_at,
        }  # fmt: skip


_STEP = ("decision", "as_deputy", "manifest", "secrecy_checked", "personal_data_checked", "comment")


def _step(told: Told, entry: Entry) -> None:
    said = entry["payload"]
    key = (entry["chain"], str(said["round"]), said["role"], entry["actor"])
    told[key] = {**{name: said[name] for name in _STEP}, "at": Near(entry["at"])}


def _steps() -> Iterator[tuple[Key, Said]]:
    for row in ReviewStep.objects.exclude(decision="").select_related("round__case"):
        yield (f"case:{row.round.case.number}", str(row.round_id), row.role, row.decided_by), {
            **{name: getattr(row, name) for name in _STEP if name != "manifest"}, "manifest": row.decided_sha256,
            "at": row.decided_at,
        }  # fmt: skip


def _withholding(told: Told, entry: Entry) -> None:
    """A case has one that waits at a time: the n-th proposed is the n-th decided."""
    kind, said = entry["kind"], entry["payload"]
    mine = [key for key in told if key[0] == entry["chain"]]
    if kind == "withholding.proposed":
        told[entry["chain"], str(len(mine) + 1)] = {
            **{name: said[name] for name in ("ground", "reason", "review_on")}, "by": entry["actor"],
            "at": Near(entry["at"]), "agreed": None, "second": "",
        }  # fmt: skip
    elif mine:
        told[mine[-1]] |= {"agreed": said["agreed"], "second": entry["actor"]}


def _withholdings() -> Iterator[tuple[Key, Said]]:
    n: Counter[str] = Counter()
    for row in Withholding.objects.select_related("case").order_by("id"):
        chain = f"case:{row.case.number}"
        n[chain] += 1
        yield (chain, str(n[chain])), {
            "ground": row.ground, "reason": row.reason, "review_on": row.review_on.isoformat(), "by": row.proposed_by,
            "at": row.proposed_at, "agreed": row.agreed, "second": row.seconded_by,
        }  # fmt: skip


def _slip(told: Told, entry: Entry) -> None:
    said = entry["payload"]
    told[entry["chain"], said["number"]] = {
        "unknown": sorted(said["unknown"]), "of": said["of"], "by": entry["actor"], "at": Near(entry["at"]),
    }  # fmt: skip


def _slips() -> Iterator[tuple[Key, Said]]:
    for row in TransferSlip.objects.select_related("case"):
        yield (f"case:{row.case.number}", row.number), {
            "unknown": sorted(name for name, element in row.elements.items() if UNKNOWN in element),
            "of": len(row.elements), "by": row.issued_by, "at": row.issued_at,
        }  # fmt: skip


def _publication(told: Told, entry: Entry) -> None:
    said = entry["payload"]
    key = (entry["chain"], said["target"], said["manifest"][:12])
    if entry["kind"] == "release.made":
        told.begin(key, stage=said["stage"], channel=said["channel"], by=entry["actor"], live=False, text=True)
    else:
        at = moment(said["at"])
        told[key] |= {"live": True, "published": at, "url": said["url"], "proof": said["evidence"]}


def _publications() -> Iterator[tuple[Key, Said]]:
    """The one that is live stands for others of the same text and place, which were called back."""
    found: dict[Key, Said] = {}
    rows = Publication.objects.select_related("case", "revision", "press__release", "evidence").order_by("id")
    for row in rows.iterator(chunk_size=500):
        approved = row.revision or row.press
        assert approved is not None
        key = (chain_of(row), row.target, row.manifest_sha256[:12])
        live = row.state == Publication.LIVE
        if live or not found.get(key, {}).get("live"):
            found[key] = {
                "stage": row.stage, "channel": row.channel, "by": row.released_by, "live": live,
                "published": row.published_at, "url": row.url, "proof": row.evidence.sha256 if row.evidence else "",
                "text": row.text == approved.renditions.get(row.target),
            }  # fmt: skip
    yield from found.items()


def _letter(told: Told, entry: Entry) -> None:
    kind, said = entry["kind"], entry["payload"]
    key, near = (entry["chain"], str(said["number"])), Near(entry["at"])
    told.begin(key, body=said["body"], finding="", answer="", by="", answered=None, silent=None)
    if kind == "liaison.drafted":
        told[key] |= {"points": said["points"], "sent": None}
    elif kind == "liaison.sent":
        told[key] |= {"letter": said["letter"], "until": moment(said["submit_before"])}
        if not said["again"]:
            told[key]["sent"] = near
    elif kind == "liaison.answered":
        told[key] |= {"finding": said["finding"], "answer": said["comment"], "by": said["by"], "answered": near}
    else:
        told[key]["silent"] = near


def _letters() -> Iterator[tuple[Key, Said]]:
    for row in Liaison.objects.select_related("case"):
        yield (f"case:{row.case.number}", row.number), {
            "body": row.body, "points": row.points, "letter": canonical.sha256(row.letter), "sent": row.sent_at,
            "until": row.submit_before, "finding": FINDINGS.get(row.finding, ""), "answer": row.answer,
            "by": row.answered_name, "answered": row.answered_at, "silent": row.not_received_at,
        }  # fmt: skip


compared(
    Subject(
        "案件文稿", "Draft of case", ("draft.saved",), _draft, _drafts,
        {
            "stage": ("阶段", "its stage"), "openness": ("公开属性", "its openness"),
            "facts": ("口径版本", "its facts"), "department": ("发声主体", "who speaks"),
        },
    ),
    Subject(
        "案件审核", "Review of case",
        ("review.opened", "review.decided", "review.approved", "review.voided", "review.withdrawn"), _round, _rounds,
        {"revision": ("文稿", "its draft")},
    ),
    Subject(
        "案件审核意见", "Decision on case", ("review.decided",), _step, _steps,
        {
            "decision": ("结论", "the decision"), "as_deputy": ("是否代行", "whether by a deputy"),
            "secrecy_checked": ("保密审查", "the secrecy check"), "comment": ("意见", "the comment"),
            "personal_data_checked": ("个人信息审查", "the personal-data check"),
        },
    ),
    Subject(
        "不予公开", "Withholding of case", ("withholding.proposed", "withholding.decided"), _withholding, _withholdings,
        {
            "ground": ("法定理由", "its ground"), "reason": ("理由", "its reason"),
            "review_on": ("复核日期", "its review date"),
            "agreed": ("是否同意", "whether it was agreed"), "second": ("第二人", "the second person"),
        },
    ),
    Subject(
        "转办单", "Slip", ("slip.issued",), _slip, _slips,
        {"unknown": ("未掌握的要素", "what was unknown"), "of": ("要素", "its elements")},
    ),
    Subject(
        "公开发布", "Publication", ("release.made", "release.live"), _publication, _publications,
        {
            "stage": ("阶段", "its stage"), "channel": ("渠道", "its channel"),
            "live": ("是否公开", "whether it is public"), "published": ("公开时间", "when it was public"),
            "proof": ("凭证", "its evidence"),
        },
    ),
    Subject(
        "核实函", "Letter",
        ("liaison.drafted", "liaison.sent", "liaison.answered", "liaison.silent"), _letter, _letters,
        {
            "body": ("对方机关", "the other body"), "points": ("需核实的事项", "what it asks"),
            "letter": ("正文", "its text"), "sent": ("发出时间", "when it was sent"),
            "until": ("答复期限", "until when it waits"), "finding": ("核实结果", "the finding"),
            "answer": ("答复", "the answer"), "by": ("答复人", "who answered"),
            "answered": ("答复时间", "when it was answered"), "silent": ("逾期未复", "the silence"),
        },
    ),
)  # fmt: skip
