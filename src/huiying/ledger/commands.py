"""What `huiying ledger verify` and `huiying export ledger` do; the command line only prints it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from huiying.ledger import actions, anchors, exporting, queries
from huiying.ledger.verifying import Report

DONE, FOUND, USAGE = 0, 1, 2


def verify(
    json: bool = False, file: Path | None = None, delivered_in: Sequence[Path] = ()
) -> tuple[int, dict[str, Any] | str]:
    """Verify the database, or an exported `file`: exit code (0 sound, 1 broken, 2 unreadable) and what to
    print. `delivered_in` are files that were delivered outside: the ledger must still hold what they say.
    """
    try:
        delivered = [_anchor(path) for path in delivered_in]
        report = queries.verify_export(file) if file else queries.verify(delivered)
    except (exporting.ExportError, anchors.NotAnAnchor, OSError) as error:
        return USAGE, {"ok": False, "error": str(error)} if json else str(error)
    code = DONE if report.ok else FOUND
    if json:
        return code, as_dict(report) | {"roots": [anchor.root for anchor in delivered]}
    told = [f"锚定文件 {path}：总校验值 {one.root}" for path, one in zip(delivered_in, delivered, strict=True)]
    return code, "\n".join([as_text(report), *told])


def _anchor(path: Path) -> anchors.Outside:
    try:
        return anchors.parse_outside(path.read_text("utf-8"))
    except anchors.NotAnAnchor as error:
        raise anchors.NotAnAnchor(f"{path}：{error}") from error


def anchor(lost: str | None = None) -> tuple[int, str]:
    """Anchor the heads now; with a reason in `lost` put on record that the file is gone, and begin it anew."""
    try:
        made = actions.anchor() if lost is None else actions.begin_anchors_anew(lost, actions.Actor.SYSTEM)
    except (actions.LedgerError, anchors.AnchorsBroken) as error:
        return FOUND, str(error)
    return DONE, "链头没有变动，不需要新的锚定" if made is None else f"已锚定 {len(made.heads)} 条链的链头"


def guard() -> tuple[int, str]:
    """Put the triggers back that keep records from being edited, and say so in the ledger."""
    wrong = actions.put_triggers_back()
    if not wrong:
        return DONE, "触发器都在，没有要装回的"
    return DONE, f"已装回并记入台账：{'、'.join(one.name for one in wrong)}"


def adopt(reason: str) -> tuple[int, str]:
    """Put on record that the rows which differ from the ledger stay as they are."""
    try:
        count = actions.adopt(reason, actions.Actor.SYSTEM)
    except actions.LedgerError as error:
        return FOUND, str(error)
    return DONE, f"有 {count} 行与台账不一致，已逐行记入台账，从此以现状为准" if count else "没有与台账不一致的行"


def export(file: Path) -> tuple[int, str]:
    """Write the whole ledger to `file`."""
    try:
        count = queries.export(file)
    except OSError as error:
        return USAGE, f"不能写入 {file}：{error}"
    return DONE, f"台账已导出到 {file}，共 {count} 条"


def as_dict(report: Report) -> dict[str, Any]:
    """`{"ok", "chains", "entries", "anchors", "first_bad", "bad", "erased"}`."""
    bad = [item._asdict() for item in report.bad]
    return {
        "ok": report.ok,
        "chains": report.chains,
        "entries": report.entries,
        "anchors": report.anchors,
        "first_bad": bad[0] if bad else None,
        "bad": bad,
        "erased": [item._asdict() for item in report.erased],
    }


def as_text(report: Report) -> str:
    """For people: the verdict first, then every fault, then every erasure."""
    counts = f"{report.chains} 条链、{report.entries} 条记录、{report.anchors} 次锚定"
    verdict = f"台账完整：{counts}" if report.ok else f"台账有 {len(report.bad)} 处异常（共 {counts}）"
    faults = [f"异常：{item.sentence}" for item in report.bad]
    erased = [f"链 {item.chain} 第 {item.seq} 条：{item.sentence}" for item in report.erased]
    lost = [f"{sentence}；那时以前的链头只能用机外的副本核对" for sentence in report.lost]
    return "\n".join([verdict, *faults, *erased, *lost])
