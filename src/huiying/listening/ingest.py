"""`huiying ingest`: files imported at once, in this process (C5.16)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from django.utils.translation import gettext as _

from huiying.ledger.actions import Actor
from huiying.listening.actions import imports
from huiying.listening.actions.imports import Imported as Imported
from huiying.listening.actions.receiving import Judging
from huiying.listening.importing.look import File
from huiying.listening.importing.registry import UsageError as UsageError, check_format, opened
from huiying.people.models import User


def ingest(
    paths: Iterable[str | Path],
    *,
    format: str | None = None,
    actor: User | Actor,
    judging: Judging | None = None,
    as_history: bool = False,
) -> Imported:
    """Import files, each by its own format, and judge them as they are stored where `judging` is given.

    All are looked at before the first row is stored. `as_history`: nobody is asked to answer them. Raises UsageError.
    """
    files = [_usable(Path(path)) for path in paths]
    if not files:
        raise UsageError(_("没有要导入的文件。用法：huiying ingest 文件…"))
    check_format(format)
    with ExitStack() as stack:
        found = [(file, stack.enter_context(opened(file, format))) for file in files]
        return imports.import_now(found, format or "", actor, judging, as_history=as_history)


def _usable(path: Path) -> File:
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
    return File.of(path)
