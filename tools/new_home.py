"""Write down the tables of a new home as SQL, so that nobody waits for all migrations (docs/adr/0015).

Run it after every new migration: `.venv/bin/python tools/new_home.py`. A home takes the file only where it knows every
migration that is on the disk; otherwise it goes the long way.
"""

from __future__ import annotations

import os
import re
import sqlite3
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "src" / "huiying" / "kernel" / "sqlite" / "new_home.sql"


def statements() -> str:
    """What `migrate` makes of an empty file, as SQLite itself writes it down."""
    sys.path.insert(0, str(ROOT / "src"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HUIYING_HOME=folder, HUIYING_DATABASE_URL="", DJANGO_SETTINGS_MODULE="huiying.settings")
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", interactive=False, verbosity=0)
        connection.close()
        with sqlite3.connect(Path(folder) / "huiying.sqlite3") as store:
            lines = "\n".join(store.iterdump()) + "\n"
    # When a migration was made says nothing; the same tables are the same file.
    return re.sub(r"(INSERT INTO \"django_migrations\" VALUES\(.*,)'[^']*'\);", r"\1'2026-01-01 00:00:00');", lines)


if __name__ == "__main__":
    FILE.write_text(statements(), "utf-8")
    sys.stdout.write(f"{FILE.relative_to(ROOT)} {FILE.stat().st_size} bytes\n")
