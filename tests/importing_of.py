"""Reading files by the importers without a database: what they take and what they refuse."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huiying.engine.lines import Rejected
from huiying.engine.post import Post
from huiying.listening.importing.look import File
from huiying.listening.importing.registry import opened
from huiying.listening.importing.rows import Options


@dataclass(frozen=True)
class Read:
    formats: list[str]
    posts: list[Post]
    rejected: list[Rejected]

    @property
    def post(self) -> Post:
        (only,) = self.posts
        return only


def read(path: Path, *, format: str | None = None, mapping: Mapping[str, str] | None = None) -> Read:
    with opened(File.of(path), format) as found:
        rows = list(found.rows(Options(mapping=mapping)))
        formats = [item.format.code for item in found.ready]
    return Read(
        formats,
        [row for row in rows if isinstance(row, Post)],
        [row for row in rows if isinstance(row, Rejected)],
    )


def jsonl(path: Path, rows: Iterable[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return path


def table(path: Path, rows: Sequence[Mapping[str, Any]], encoding: str = "utf-8-sig") -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def database(path: Path, **tables: Sequence[Mapping[str, Any]]) -> Path:
    """A database with one table for each keyword; columns are those of its first row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = sqlite3.connect(path)
    with made:
        for name, rows in tables.items():
            columns = list(rows[0])
            made.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
            marks = ", ".join("?" for _ in columns)
            made.executemany(f"INSERT INTO {name} VALUES ({marks})", [[row[key] for key in columns] for row in rows])
    made.close()
    return path
