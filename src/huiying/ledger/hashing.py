"""What exactly is hashed. Depends on no table, so an exported ledger verifies without a database (INV-8)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from huiying.kernel import canonical


class Entry(Protocol):
    """A row of `ledger_entry`, or a line of an export."""

    @property
    def chain(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def payload(self) -> str | None: ...
    @property
    def salt(self) -> str | None: ...
    @property
    def digest(self) -> str: ...
    @property
    def prev_hash(self) -> str: ...
    @property
    def hash(self) -> str: ...


def genesis(chain: str) -> str:
    """The hash before the first entry; it binds the chain's name, so two chains cannot be exchanged."""
    return canonical.sha256("huiying.ledger/1\x00", chain)


def digest(salt: str, payload: str) -> str:
    """SHA-256(salt ‖ payload) in hex. The salt keeps a short payload from being guessed after its erasure."""
    return canonical.sha256(salt, payload)


def entry_hash(entry: Entry) -> str:
    """SHA-256 over the canonical JSON list `[chain, seq, at, kind, actor, digest, prev_hash]`."""
    return canonical.sha256_of(
        [entry.chain, entry.seq, entry.at, entry.kind, entry.actor, entry.digest, entry.prev_hash]
    )
