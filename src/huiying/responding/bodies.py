"""Which other bodies a text names (C8.4): a dictionary from the regulation, not a guess about grammar."""

from __future__ import annotations

from huiying.people.queries import regulation_now

# 行政机关 and their like. Buyers, banks and companies that the file lists are added by hand where it matters.
ENDINGS = ("局", "委", "委员会", "办", "部", "厅", "组", "政府", "机关", "海关", "法院", "检察院")


def dictionary() -> list[str]:
    """Bodies of the state that the regulation names, longest first, without the bureau itself."""
    regulation = regulation_now()
    names = set(regulation.monitor.liaison.bodies)
    for category in regulation.routing.categories.values():
        names.update(category.confirm_with)
    own = regulation.meta.issuer
    others = (name for name in names if name.endswith(ENDINGS) and name not in own)
    return sorted(others, key=lambda name: (-len(name), name))


def named_in(text: str) -> list[str]:
    """Bodies named in the text, in order of first mention; the longer name hides the shorter one inside it."""
    found: dict[str, int] = {}
    rest = text
    for name in dictionary():
        at = rest.find(name)
        if at >= 0:
            found[name] = at
            rest = rest.replace(name, "\0" * len(name))
    return sorted(found, key=lambda name: found[name])
