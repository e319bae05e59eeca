"""The yes/no facts about a post which the screening model weighs beside the text itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from huiying.engine.post import Post
from huiying.engine.rules import RuleHit
from huiying.engine.screen_model import Concept, Evidence
from huiying.engine.word_lists import Standing

# What a matter is about, what is wrong with it, and where it happens: the model also weighs that they stand together.
TRADE: Final = frozenset(
    {
        "bid", "procure", "land", "asset", "envrights", "rural", "platform", "ca", "entry", "deposit", "experts",
        "agency", "witness", "auction", "session", "org", "medical", "collusion", "fraud", "hall",
    }
)  # fmt: skip
WRONG: Final = frozenset({"collusion", "graft", "fraud", "manners", "rumour", "fake", "offline", "implicit"})
OTHER_PREFIX: Final = "x-"
_MANY: Final = 3
_SPECIFIC: Final = 45
_SHORT: Final = 16
_LONG: Final = 80


def evidence_of(
    post: Post,
    masked: str,
    *,
    standing: Standing,
    hits: Sequence[RuleHit],
    concepts: Mapping[str, Concept],
    topics: Mapping[str, int],
    scope: str,
    negative: bool,
) -> Evidence:
    """The facts of one post. `masked` is the normalised, masked text, `standing` which of the rule file's words stand
    in it, `topics` each department's weight.
    """
    names = {f"concept:{name}" for name in concepts}
    trade, wrong = len(TRADE & concepts.keys()), len(WRONG & concepts.keys())
    others = sum(name.startswith(OTHER_PREFIX) for name in concepts)
    names.update((f"trade:{min(trade, _MANY)}", f"wrong:{min(wrong, _MANY)}", f"others:{min(others, 2)}"))
    if trade and wrong:
        names.add("trade×wrong")
    if others and not trade:
        names.add("others only")
    names.update(_topic_names(topics))
    names.update(_rule_names(hits))
    names.add(f"core:{min(standing.count('concept:core'), 2)}")
    names.add(f"channel:{post.channel_class}")
    names.add(f"scope:{scope}")
    names.update(
        name
        for name, holds in {
            "own": post.own_channel,
            "negative": negative,
            "mask": "\0" in masked,
            "named": standing.any("places"),
            "away": standing.any("elsewhere"),
            "foreign": standing.any("concept:foreign"),
            "asks": masked.rstrip().endswith(("?", "吗", "呢")),
            "short": len(masked) < _SHORT,
            "long": len(masked) > _LONG,
        }.items()
        if holds
    )
    return Evidence(frozenset(names))


def _topic_names(topics: Mapping[str, int]) -> set[str]:
    best = max(topics, key=lambda code: topics[code], default=None)
    names = {f"topic:{code}" for code, weight in topics.items() if weight > 1}
    if best is not None and topics[best] > 1:
        names.add(f"foremost:{best}")
    return names


def _rule_names(hits: Sequence[RuleHit]) -> set[str]:
    names = {f"group:{hit.rule.group}" for hit in hits}
    if hits:
        first = max(hits, key=lambda hit: hit.rule.priority)
        names.update(("rule", f"lead:{first.rule.lead}"))
        if first.rule.priority >= _SPECIFIC:
            names.add("specific rule")
    return names
