"""The scope gate: whether a post belongs to the bureau's place (C5.10). Masks have gone before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from huiying.engine.normalise import normalise
from huiying.engine.post import Post
from huiying.engine.rules import RuleSet
from huiying.engine.said import Said
from huiying.engine.word_lists import Standing


@dataclass(frozen=True, slots=True)
class Scope:
    """Whether a post belongs to the bureau's place: `inside`, `unknown` or `elsewhere`, and why, in words."""

    state: str
    reason: Said


_NO_PLACE: Final = Said("文中没有地名，来源地区未掌握", "the text names no place, and where it comes from is unknown")


def _namesake(place: str) -> Said:
    return Said(
        f"文中的{place}是外地或街道的同名词", f"「{place}」 in the text is a place or street elsewhere of the same name"
    )


def scope_of(post: Post, plain: str, masked: str, rules: RuleSet, standing: Standing) -> Scope:
    """An own channel, the place in the text, or a region of the place.

    `plain` is normalised, `masked` masked too; `standing` are the rule file's words in `masked`.
    """
    if post.own_channel:
        return Scope("inside", Said("来自本局渠道", "it came by a channel of the bureau"))
    named = standing.first("places")
    if named:
        return Scope("inside", Said(f"{named}在文中", f"the text names 「{named}」"))
    lookalike = rules.place in plain
    region = normalise(post.region or "").text
    local = bool(region) and _is_local(rules.masked(region), rules)
    if lookalike:
        return Scope("unknown" if local else "elsewhere", _namesake(rules.place))
    if local:
        return Scope("inside", Said(f"来源地区为{post.region}", f"it comes from 「{post.region}」"))
    if region:
        return Scope(
            "elsewhere",
            Said(f"来源地区为{post.region}，不是本地", f"it comes from 「{post.region}」, not from here"),
        )
    said = standing if plain == masked else rules.lists.standing(plain)
    other = said.first("elsewhere")
    if other:
        return Scope("elsewhere", Said(f"文中提到的是{other}", f"the text speaks of 「{other}」"))
    return Scope("unknown", _NO_PLACE)


def _is_local(region: str, rules: RuleSet) -> bool:
    """Whether a source's region is of the place: sources write 台安 where the rule file says 台安县."""
    return any(place in region or place.rstrip("市县区") == region for place in rules.places)
