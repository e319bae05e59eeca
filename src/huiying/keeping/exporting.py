"""`export all`: everything in open formats, as of one moment, while the system runs (可离开, DOMAIN.md §6.3-10).

A folder: MANIFEST.json, `tables/*.jsonl` and `home/…` with the files as they stand. docs/operations.md has the format.
"""

from __future__ import annotations

from pathlib import Path

import huiying
from huiying.documents import audits as papers  # noqa: F401  registers what documents say
from huiying.keeping import evidence, manifest as manifests, tables
from huiying.keeping.manifest import HOME, NAME, TABLES, Manifest, path_of_file, path_of_table, sha256_of
from huiying.kernel import canonical, clock, home, keyfiles
from huiying.ledger import anchors, queries
from huiying.overseeing.auditing import cases, comparing  # noqa: F401  audits registers what is compared
from huiying.work import auditor
from huiying.work.auditor import Finding

ANCHORS = "anchors/anchors.jsonl"


class Refused(Exception):
    """It can not be done as asked; nothing was changed."""


def export_all(folder: Path, *, link: bool = False) -> Manifest:
    """Write everything into `folder`, which must be new or empty. Raises Refused, TableError, OSError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} 已有内容；请给一个还不存在或空的文件夹")
    for name in (TABLES, HOME):
        (folder / name).mkdir(mode=home.FOLDER_MODE, parents=True, exist_ok=True)
    with tables.one_moment():
        anchored = _anchored()
        manifest = Manifest(
            made_at=canonical.timestamp(clock.now()), program=huiying.__version__, shape=tables.shape(), keys=_marks()
        )
        # At once after the moment is fixed: what is destroyed by schedule from now on is held fast.
        _take_files(manifest, folder, anchored, link=link)
        for model in tables.kept():
            table = model._meta.db_table
            manifest.tables[table] = tables.write(model, folder / path_of_table(table))
        manifest.sequences = tables.sequences()
        manifest.ledger, manifest.evidence = judged()
        manifest.compared = against_the_ledger(manifest.made_at)
    (folder / NAME).write_text(manifest.text(), "utf-8", newline="\n")
    return manifest


def judged() -> tuple[dict[str, object], dict[str, object]]:
    """What the ledger and the evidence are worth as they stand now."""
    report, heads = queries.verify(), queries.heads()
    ledger = {
        "chains": report.chains,
        "entries": report.entries,
        "erased": len(report.erased),
        "heads": canonical.sha256_of({chain: list(head) for chain, head in heads.items()}),
        "bad": [f"台账{bad.sentence}" for bad in report.bad],
    }
    files = evidence.verify()
    return ledger, {"checked": files.checked, "bad": [str(bad) for bad in files.bad]}


def against_the_ledger(made_at: str) -> dict[str, object]:
    """Rows that differ from what the ledger says of them, what was held against it at all, and whether the copy can be
    of the moment that it says.
    """
    if (home.home() / clock.REPLAYED).exists():
        comparing.in_a_replay()
    found = [finding for run in auditor.comparisons() for finding in run()]
    last = queries.last_moment()
    late = "" if last is None else canonical.timestamp(last)
    if late > made_at:
        found.append(
            Finding("copy.late", "error", f"副本做于 {made_at}，台账里却有更晚的记录（{late}）", "Late entries.")
        )
    return {"what": [subject.zh for subject in comparing.SUBJECTS], "bad": [finding.sentence_zh for finding in found]}


def _anchored() -> bytes:
    """The anchor file as the ledger of this moment knows it: a line that is written meanwhile would speak of entries
    that the copy does not hold.
    """
    lines = anchors.raw_lines()
    told = queries.anchored_lines()
    return "".join(f"{line}\n" for line in (lines if told is None else lines[:told])).encode()


def _take_files(manifest: Manifest, folder: Path, anchored: bytes, *, link: bool) -> None:
    for name in manifests.kept():
        to = folder / path_of_file(name)
        if name == ANCHORS or not manifests.take(name, to, link=link):
            continue
        manifest.files[name] = (to.stat().st_size, sha256_of(to))
    if anchored:
        to = folder / path_of_file(ANCHORS)
        to.parent.mkdir(mode=home.FOLDER_MODE, exist_ok=True)
        to.write_bytes(anchored)
        manifest.files[ANCHORS] = (len(anchored), sha256_of(to))


def _marks() -> dict[str, str]:
    """Which keys the sealed content needs, by their public marks; the keys themselves go another way (S14)."""
    found = {}
    for marker in sorted(home.home().glob("*.keyid")):
        found[marker.stem] = marker.read_text("ascii").strip()
    return found


def keys_in_use() -> dict[str, bytes]:
    """The key files, for an archive of their own."""
    return {path.name: path.read_bytes() for path in sorted(home.keys().glob("*.key"))}


def has_key(name: str, mark: str) -> bool:
    path = home.keys() / f"{name}.key"
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError):
        return False
    return keyfiles.key_id(key).hex() == mark
