"""Verbs of listening （五）: posts and messages taken in, sources, imports, entries by hand, patrol, originals."""

from huiying.listening.actions.receiving import (
    CHAIN as CHAIN,
    CHUNK as CHUNK,
    MESSAGE_CHARS as MESSAGE_CHARS,
    MESSAGE_KINDS as MESSAGE_KINDS,
    OWN_PLATFORM as OWN_PLATFORM,
    Receipt as Receipt,
    Received as Received,
    TakenIn as TakenIn,
    credit as credit,
    receive as receive,
    receive_chunk as receive_chunk,
    receive_message as receive_message,
    receive_one as receive_one,
    speaks_of_danger as speaks_of_danger,
    take_in as take_in,
)
