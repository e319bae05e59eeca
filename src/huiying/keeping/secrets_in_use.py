"""Whether the secrets that an administrator set are still secrets (S14): their files closed to others, none of them a
word that everybody tries first.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from huiying.keeping.backup import SHORTEST
from huiying.kernel import secretfiles
from huiying.work.auditor import Finding, auditor

TOKEN_LEAST = 16  # characters of the token of /metrics
FILES = {"HUIYING_BACKUP_KEY_FILE": SHORTEST, "HUIYING_METRICS_TOKEN_FILE": TOKEN_LEAST}


@auditor("secrets")
def secrets_are_secret() -> list[Finding]:
    """A refused file is already out of use; here is why."""
    if settings.DEMO:
        return []
    found = []
    for name, least in FILES.items():
        if file := os.environ.get(name, ""):
            try:
                secretfiles.read(Path(file), least)
            except secretfiles.SecretRefused as error:
                found.append(_bad(f"{name}：{error}", f"{name}: open to others, too short or guessable."))
            except OSError as error:
                found.append(_bad(f"{name}：读不了 {file}（{error.strerror}）", f"{name}: cannot be read."))
    try:
        secretfiles.check_environment()
    except secretfiles.SecretRefused as error:
        found.append(_bad(str(error), "An address in the environment holds a password that everybody tries first."))
    return found


def _bad(zh: str, en: str) -> Finding:
    return Finding("secrets.open", "error", zh, en)
