"""The casework's sentences of the timeline, part by part: one for each ledger kind."""

from typing import Any

from huiying.desk.sentences import (
    accounts,
    asking,
    calling,
    departments,
    dialogue,
    documents,
    drafting,
    following,
    forms,
    grouping,
    importing,
    keeping,
    liaison,
    meetings,
    organising,
    oversight,
    patrol,
    policies,
    releasing,
    routing,
    sampling,
    sensitive,
    sources,
    warnings,
    watch,
    work,
)

PARTS = (
    calling, routing, asking, work, liaison, meetings, departments, drafting, accounts, forms, following, releasing,
    patrol, watch, sampling, warnings, sources, importing, grouping, dialogue, oversight, policies, organising,
    documents, keeping, sensitive,
)  # fmt: skip
SENTENCES: dict[str, Any] = {kind: words for part in PARTS for kind, words in part.SENTENCES.items()}
WORDS: dict[str, Any] = {word: said for part in PARTS for word, said in part.WORDS.items()}

__all__ = ["SENTENCES", "WORDS"]
