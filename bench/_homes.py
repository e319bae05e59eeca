"""A database made for one measurement and dropped after it, in a process of its own: Django takes its database once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any, Final

POSTGRES: Final = "postgres://postgres@127.0.0.1:5432/"


def measured(kind: str, script: str, *arguments: str) -> Any:
    """What `script` prints as JSON in a fresh home on `kind` (sqlite, postgresql); None where that does not answer."""
    with tempfile.TemporaryDirectory() as home:
        made = f"huiying_bench_{uuid.uuid4().hex[:12]}"
        if kind == "postgresql" and not _sql(f'CREATE DATABASE "{made}"'):
            return None
        environment = os.environ | {"HUIYING_HOME": home, "HUIYING_NOTIFY_URLS": ""}
        environment.pop("HUIYING_DATABASE_URL", None)  # the embedded database with its own settings
        if kind == "postgresql":
            environment["HUIYING_DATABASE_URL"] = f"{POSTGRES}{made}"
        try:
            done = subprocess.run(
                [sys.executable, str(Path(script).resolve()), *arguments],
                env=environment, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                sys.exit(f"bench {Path(script).stem} ({kind}): {done.stderr[-2000:]}")
            return json.loads(done.stdout.splitlines()[-1])
        finally:
            if kind == "postgresql":
                _sql(f'DROP DATABASE IF EXISTS "{made}" WITH (FORCE)')


def opened() -> None:
    """Inside that process: schema and the built-in regulation."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiying.settings")
    from huiying.cli.ready import ready

    ready()


def _sql(statement: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(f"{POSTGRES}postgres", autocommit=True, connect_timeout=3) as server:
            server.execute(statement)
    except psycopg.OperationalError:
        return False
    return True
