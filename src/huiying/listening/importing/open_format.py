"""huiying's own format, and labelled files as they stand (DESIGN.md "Post")."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from huiying.engine.post import SCHEMA
from huiying.listening.importing.look import ARRAY, LINES, OBJECT, Look
from huiying.listening.importing.rows import Options, Row, objects

CODE: Final = "open"


def recognises(look: Look) -> bool:
    if look.shape not in (LINES, ARRAY, OBJECT):
        return False
    return any(
        item.get("schema") == SCHEMA or "native_id" in item or "text" in item or ("id" in item and "title" in item)
        for item in look.objects
    )


def read(look: Look, _options: Options) -> Iterator[Row]:
    return objects(look)
