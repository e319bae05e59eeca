"""Checks a case folder that 回应 exported. Python 3.9 or newer, nothing else: no network, no database, no 回应.

    python verify.py [FOLDER] [--seal SHA256]

Exit 0: every file is as it was exported and every entry of the record follows from the one before it.
Exit 1: the first wrong file or entry is named. Exit 2: this is no exported case.
Give the seal that was written down at the export with --seal: who alters a file and its list alters the seal.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

SCHEMA = "huiying.case/1"
LEDGER = "ledger.jsonl"
MANIFEST = "manifest.json"


class Wrong(Exception):
    """The first thing that is wrong, as a sentence."""


class NoCase(Exception):
    """The folder is no exported case."""


def sha256(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else part.encode("utf-8"))
    return digest.hexdigest()


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def read(folder: Path, name: str) -> bytes:
    try:
        return folder.joinpath(*name.split("/")).read_bytes()
    except OSError:
        raise Wrong(f"文件 {name} 不见了或读不出来 / file {name} is missing or unreadable") from None


def listed(folder: Path) -> list[str]:
    """Every file below the folder but the list itself, with forward slashes."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    return sorted(name for name in found if name != MANIFEST)


def check_files(folder: Path, manifest: dict[str, Any]) -> None:
    files = manifest["files"]
    for name in sorted(files):
        content = read(folder, name)
        if len(content) != files[name]["size"] or sha256(content) != files[name]["sha256"]:
            raise Wrong(f"文件 {name} 被改动 / file {name} was altered")
    for name in listed(folder):
        if name not in files:
            raise Wrong(f"文件 {name} 不是导出时的，是后来放进去的 / file {name} was added afterwards")
    for name in manifest["missing"]:
        raise Wrong(f"导出时就缺少 {name} / {name} was already missing when this was exported")


def check_entry(row: dict[str, Any], place: str) -> None:
    hashed = [row[name] for name in ("chain", "seq", "at", "kind", "actor", "digest", "prev_hash")]
    if row["hash"] != sha256(canonical(hashed)):
        raise Wrong(f"{place}：时间、类别、经办人或校验值被改动 / time, kind, actor or digest was altered")
    if row["payload"] is not None and row["digest"] != sha256(row["salt"] or "", row["payload"]):
        raise Wrong(f"{place}：内容被改动 / the content was altered")


def check_ledger(folder: Path, manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the entries. Erased ones must have their decision in the record."""
    entries: list[dict[str, Any]] = []
    decided: set[tuple[str, int]] = set()
    erased: list[tuple[str, int]] = []
    tails: dict[str, tuple[int, str]] = {}
    lines = read(folder, LEDGER).decode("utf-8").rstrip("\n").split("\n")  # a text may hold other line ends
    for number, line in enumerate(lines, start=1):
        row = json.loads(line)
        place = f"{LEDGER} 第 {number} 行（链 {row['chain']} 第 {row['seq']} 条）"
        check_entry(row, place)
        if row["type"] == "decision":
            data = json.loads(row["payload"])
            decided.add((data["chain"], data["seq"]))
            continue
        seq, before = tails.get(row["chain"], (0, sha256("huiying.ledger/1\x00", row["chain"])))
        if row["seq"] != seq + 1 or row["prev_hash"] != before:
            raise Wrong(f"{place}：与上一条不相连 / does not follow from the entry before it")
        tails[row["chain"]] = (row["seq"], row["hash"])
        if row["payload"] is None:
            erased.append((row["chain"], row["seq"]))
        entries.append(row)
    for chain, (seq, digest) in sorted((chain, tuple(head)) for chain, head in manifest["heads"].items()):
        if tails.get(chain) != (seq, digest):
            raise Wrong(f"链 {chain} 应到第 {seq} 条，现在不是 / chain {chain} does not end at entry {seq}")
    for chain, seq in erased:
        if (chain, seq) not in decided:
            raise Wrong(f"链 {chain} 第 {seq} 条内容缺失，没有删除决定 / entry {seq} was emptied without a decision")
    return entries


def normalised(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def text_sha256(text: str) -> str:
    return sha256(normalised(text))


def manifest_of(row: dict[str, Any]) -> str:
    """What an approval bound: the facts and each rendition, by SHA-256."""
    return sha256(
        canonical(
            {
                "title": text_sha256(row["title"]),
                "question": text_sha256(row["question"]),
                "facts": text_sha256(row["facts"]),
                "renditions": {channel: text_sha256(text) for channel, text in sorted(row["renditions"].items())},
                "basis": text_sha256(row["basis"]),
                "openness": [
                    row["openness"],
                    row["openness_ground"],
                    text_sha256(row["openness_left_out"]),
                    row["openness_review_on"],
                ],
                "bodies": sorted(set(row["bodies"])),
                "corrects": row["corrects"],
                "correction_note": text_sha256(row["correction_note"]),
                "stage": row["stage"],
                "statutory": sorted(set(row["statutory"])),
                "department": row["department"],
                "speaker": row["speaker"],
                "redacts": row["redacts"],
            }
        )
    )


def check_agreement(folder: Path, manifest: dict[str, Any], entries: list[dict[str, Any]]) -> None:
    """The documents say what the record says: texts, evidence and attachments by their hashes."""
    case = json.loads(read(folder, "case.json"))
    chain = f"case:{case['number']}"
    said: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for row in entries:
        if row["chain"] == chain and row["payload"] is not None:
            said.setdefault(row["kind"], []).append((row["seq"], json.loads(row["payload"])))
    saved = {data.get("manifest") for _seq, data in said.get("draft.saved", [])}
    whole = all(row["payload"] is not None for row in entries)
    for row in json.loads(read(folder, "revisions.json")):
        if manifest_of(row) != row["manifest_sha256"]:
            raise Wrong(f"revisions.json：第 {row['number']} 稿与它的校验值不符 / revision {row['number']} was altered")
        if whole and row["manifest_sha256"] not in saved:
            raise Wrong(f"revisions.json：第 {row['number']} 稿台账里没有 / revision {row['number']} is not on record")
    for kind, where, key in (
        ("release.live", "evidence", "evidence"),
        ("release.posted", "evidence", "evidence"),
        ("attachment.added", "attachments", "sha256"),
    ):
        for seq, data in said.get(kind, []):
            name = f"{where}/{data.get(key)}"
            if data.get(key) and name not in manifest["files"]:
                raise Wrong(f"台账第 {seq} 条的 {name} 不在文件夹里 / entry {seq} names {name}, which is not here")
            if data.get(key) and manifest["files"][name]["sha256"] != data[key]:
                raise Wrong(f"{name} 不是台账第 {seq} 条的那一份 / {name} is not what entry {seq} names")


def verify(folder: Path, seal: str | None = None) -> tuple[int, int, str]:
    """Returns (entries, files, seal). Raises Wrong or NoCase."""
    try:
        content = (folder / MANIFEST).read_bytes()
        manifest = json.loads(content)
        if manifest["schema"] != SCHEMA:
            raise NoCase(f"不认识 {manifest['schema']} / unknown schema")
    except (OSError, ValueError, KeyError, TypeError):
        raise NoCase(f"{folder} 不是导出的案件：没有可读的 {MANIFEST} / no exported case here") from None
    try:
        check_files(folder, manifest)
        if seal is not None and seal.lower() != sha256(content):
            raise Wrong(f"{MANIFEST} 与登记的封存值不符 / does not match the seal that was written down")
        entries = check_ledger(folder, manifest)
        check_agreement(folder, manifest, entries)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Wrong(f"内容读不懂 / cannot be read: {type(error).__name__} {error}") from None
    return len(entries), len(manifest["files"]), sha256(content)


def main(words: list[str]) -> int:
    seal: str | None = None
    if "--seal" in words:
        at = words.index("--seal")
        if at + 1 >= len(words):
            print("--seal 后面要写封存值 / --seal needs a value", file=sys.stderr)
            return 2
        seal = words[at + 1]
        words = words[:at] + words[at + 2 :]
    folder = Path(words[0]) if words else Path(__file__).resolve().parent
    try:
        entries, files, sealed = verify(folder, seal)
    except NoCase as error:
        print(error, file=sys.stderr)
        return 2
    except Wrong as error:
        print(f"验证不通过 / NOT ACCEPTED: {error}", file=sys.stderr)
        return 1
    print(f"验证通过 / accepted: {files} 个文件 files, {entries} 条台账 entries, 封存值 seal {sealed}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
