"""What is said of a kept file that is gone or altered, wherever somebody comes upon it (INV-8, S15)."""

from __future__ import annotations

import logging
from typing import Final

from django.db import DatabaseError

from huiying.kernel.store import Unfit
from huiying.work import auditor
from huiying.work.auditor import Finding

CHECK: Final = "files"  # the rolling check that walks them all
DO: Final = "请不要使用它，从最近一份好的备份取回这个文件，并查明是谁、什么时候改动或删除的"

_log = logging.getLogger(__name__)


def finding(what: str, file: str, why: str) -> Finding:
    """`what` names the row, e.g. 附件 12."""
    where = f"{what}（文件 {file}）" if what and file else what or f"文件 {file}"
    return Finding(
        "file.unfit",
        "error",
        f"{where}：{why}。{DO}；取回后运行 huiying check --full 复核",
        f"Kept file {file} ({what}) is gone or altered. Do not use it; bring it back from the last good copy.",
    )


def came_upon(unfit: Unfit) -> None:
    """Have `check` and `/healthz` say it until all files were walked again."""
    _log.error("a kept file is unfit: %s", unfit)
    try:
        auditor.met(CHECK, finding("", unfit.file, unfit.why))
    except DatabaseError:
        _log.exception("that a file is unfit could not be kept")
