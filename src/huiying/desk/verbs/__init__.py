"""The desk's casework verbs, part by part: name → form → one action; `case_verbs` puts them beside the others."""

from huiying.desk.bar import Verb
from huiying.desk.verbs import (
    accounts,
    asking,
    calling,
    drafting,
    following,
    forms,
    liaison,
    meetings,
    releasing,
    routing,
    sensitive,
    work,
)

PARTS = (calling, routing, asking, work, liaison, meetings, drafting, accounts, forms, following, releasing, sensitive)
VERBS: dict[str, Verb] = {name: verb for part in PARTS for name, verb in part.VERBS.items()}

__all__ = ["VERBS"]
