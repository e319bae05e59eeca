"""The heads of all chains at one moment, as they leave the house: mailed, put down elsewhere, printed in the daily log
(S10, INV-8).

Whoever owns the machine can rewrite a chain, its head and the anchors beside it. He can not rewrite what an inspector
has. The root stands for all heads and is short enough for paper: it tells whether a file is the one that was printed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from huiying.kernel import canonical

SCHEMA = "huiying.anchor/1"


class NotAnAnchor(Exception):
    """The file is no anchor, or its heads are not those that its root stands for."""


@dataclass(frozen=True)
class Outside:
    """`heads` chain → (seq, hash) of the last entry before `at`."""

    at: datetime
    heads: dict[str, tuple[int, str]]

    @property
    def root(self) -> str:
        """SHA-256 of the canonical JSON of `heads`."""
        return canonical.sha256_of({chain: list(head) for chain, head in self.heads.items()})

    def text(self) -> str:
        return canonical.dumps({"schema": SCHEMA, "at": self.at, "heads": self.heads, "root": self.root}) + "\n"


def parse(text: str) -> Outside:
    """Raises NotAnAnchor."""
    try:
        data = json.loads(text)
        heads = {str(chain): (int(seq), str(digest)) for chain, (seq, digest) in data["heads"].items()}
        anchor, schema, root = Outside(datetime.fromisoformat(data["at"]), heads), data["schema"], data["root"]
    except (ValueError, OverflowError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotAnAnchor("不是锚定文件") from None
    if schema != SCHEMA:
        raise NotAnAnchor(f"不是 {SCHEMA} 的锚定文件")
    if root != anchor.root:
        raise NotAnAnchor("锚定文件自身被改动：链头与总校验值不符")
    return anchor
