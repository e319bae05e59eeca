"""Verbs about documents: what makes itself (`daily`), what is put on paper (`issuing`, `reporting`), and what people do
with a document that was issued (`issued`).
"""

from huiying.documents.actions.issued import (
    CHAIN as CHAIN,
    addend as addend,
    again as again,
    chain_of as chain_of,
    circulate as circulate,
    close_instruction as close_instruction,
    instruct as instruct,
    kind_name as kind_name,
    next_in as next_in,
    page_of as page_of,
    read as read,
    remind as remind,
    report_instruction as report_instruction,
    sign as sign,
    write as write,
)
