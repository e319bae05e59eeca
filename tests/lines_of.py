"""Posts and files of posts for tests."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from huiying.engine.post import Post, parse_post


def post(native_id: str, text: str, **more: Any) -> dict[str, Any]:
    """One object of the open format, from a local forum."""
    return {"native_id": native_id, "platform": "本地论坛", "region": "鞍山", "text": text, **more}


def parsed(native_id: str, text: str, **more: Any) -> Post:
    return parse_post(post(native_id, text, **more))


def write(path: Path, rows: Iterable[Any]) -> Path:
    """A JSON-lines file; text and bytes are written as they are, so that a row can be broken."""
    with path.open("wb") as handle:
        for row in rows:
            raw = (
                row if isinstance(row, bytes) else row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)
            )
            handle.write((raw if isinstance(raw, bytes) else raw.encode()) + b"\n")
    return path
