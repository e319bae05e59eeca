"""Verbs about documents: what makes itself (`daily`), what is put on paper (`issuing`, `reporting`), and what people do
with a document that was issued (`issued`).
"""

from huiying.documents.actions.issued import (
    CHAIN,
    addend,
    again,
    chain_of,
    circulate,
    close_instruction,
    instruct,
    kind_name,
    next_in,
    page_of,
    read,
    remind,
    report_instruction,
    sign,
    write,
)

__all__ = [
    "CHAIN",
    "addend",
    "again",
    "chain_of",
    "circulate",
    "close_instruction",
    "instruct",
    "kind_name",
    "next_in",
    "page_of",
    "read",
    "remind",
    "report_instruction",
    "sign",
    "write",
]
