"""Importing files (C5.16): a bad row is named with file, line and reason, and everything else goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from huiying.engine import lines
from huiying.engine.post import Post, PostError, parse_post
from huiying.ledger.actions import Actor
from huiying.listening.actions import Received, receive
from huiying.people.models import User

FORMATS = ("auto", "open")


class UsageError(Exception):
    """The command was given something that cannot be imported at all; nothing was changed."""


@dataclass(frozen=True)
class Imported:
    """What the store took, and the rows it could not take: received = new + duplicate + rejected over all rows."""

    store: Received
    rejected: list[dict[str, Any]]

    @property
    def summary(self) -> dict[str, Any]:
        """The part of `ingest --json` that this room knows."""
        return {
            "received": self.store.received + len(self.rejected),
            "new": self.store.new,
            "duplicate": self.store.duplicate,
            "versions": self.store.versions,
            "rejected": self.rejected,
        }


def ingest(paths: Iterable[str | Path], *, format: str | None = None, actor: User | Actor) -> Imported:
    """Import files of posts. Every file is looked at before the first row is stored; raises UsageError."""
    files = [_usable(Path(path)) for path in paths]
    if not files:
        raise UsageError(_("没有要导入的文件。用法：huiying ingest 文件…"))
    if format is not None and format not in FORMATS:
        raise UsageError(
            _("不认识的格式“%(format)s”。可用的格式：%(known)s。") % {"format": format, "known": "、".join(FORMATS)}
        )
    rejected: list[dict[str, Any]] = []
    return Imported(receive(_posts(files, rejected), how="import", actor=actor), rejected)


def _usable(path: Path) -> Path:
    if path.is_dir():
        raise UsageError(_("%(path)s 是文件夹，请逐个写出要导入的文件。") % {"path": path})
    if not path.exists():
        raise UsageError(_("找不到文件 %(path)s，请检查路径。") % {"path": path})
    try:
        with path.open("rb") as handle:
            is_empty = not handle.read(1)
    except OSError as error:
        raise UsageError(
            _("读不了文件 %(path)s：%(why)s。请检查权限。") % {"path": path, "why": error.strerror}
        ) from error
    if is_empty:
        raise UsageError(_("文件 %(path)s 是空的，没有可导入的内容。") % {"path": path})
    return path


def _posts(files: Iterable[Path], rejected: list[dict[str, Any]]) -> Iterator[Post]:
    for path in files:
        for row in lines.read_objects(path):
            if isinstance(row, lines.Rejected):
                rejected.append(row.as_row())
                continue
            number, value = row
            try:
                yield parse_post(value)
            except PostError as error:
                rejected.append(lines.Rejected(str(path), number, str(error)).as_row())
