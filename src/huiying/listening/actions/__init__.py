"""Verbs of listening （五）: posts and messages taken in, sources, imports, entries by hand, patrol, originals."""

from huiying.listening.actions.receiving import (
    CHAIN,
    CHUNK,
    MESSAGE_CHARS,
    MESSAGE_KINDS,
    OWN_PLATFORM,
    Receipt,
    Received,
    TakenIn,
    credit,
    receive,
    receive_chunk,
    receive_message,
    receive_one,
    speaks_of_danger,
    take_in,
)

__all__ = [
    "CHAIN",
    "CHUNK",
    "MESSAGE_CHARS",
    "MESSAGE_KINDS",
    "OWN_PLATFORM",
    "Receipt",
    "Received",
    "TakenIn",
    "credit",
    "receive",
    "receive_chunk",
    "receive_message",
    "receive_one",
    "speaks_of_danger",
    "take_in",
]
