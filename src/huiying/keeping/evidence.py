"""Every file that proves something, hashed once more: what was seen, what was published, what was attached (S15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from huiying.handling.models import Attachment
from huiying.keeping.manifest import sha256_of
from huiying.kernel import home, store
from huiying.listening import evidence as seen
from huiying.responding.models import Evidence


@dataclass(frozen=True)
class Report:
    """`checked` files that should be there, and what is wrong with some of them, in sentences."""

    checked: int
    bad: tuple[str, ...]


def verify() -> Report:
    report = seen.verify()
    bad = [f"证据 {item.pk} {item.file}：{item.why}" for item in report.bad]
    checked = report.checked
    for what, folder, rows in (
        ("公开证据", home.evidence(), Evidence.objects.order_by("pk").values_list("pk", "sha256")),
        ("附件", home.files(), Attachment.objects.order_by("pk").values_list("pk", "sha256")),
    ):
        for pk, sha in _named(rows):
            checked += 1
            if why := _wrong_with(store.path_in(folder, sha), sha):
                bad.append(f"{what} {pk} {sha}：{why}")
    return Report(checked, tuple(bad))


def _named(rows: Iterable[tuple[int, str]]) -> Iterable[tuple[int, str]]:
    """An address without a snapshot has no file."""
    return ((pk, sha) for pk, sha in rows if sha)


def _wrong_with(file: Path, sha: str) -> str:
    try:
        return "" if sha256_of(file) == sha else "文件被改动：SHA-256 不符"
    except OSError as error:
        return f"文件读不了：{error.strerror}"
