"""Which other bodies a text names (C8.4): a dictionary from the regulation and the watch rules, not a guess about grammar."""

from __future__ import annotations

from huiying.people.queries import regulation_now


def dictionary() -> list[str]:
    """Bodies that the regulation names, longest first, without the bureau itself."""
    regulation = regulation_now()
    names = set(regulation.monitor.liaison.bodies)
    for category in regulation.routing.categories.values():
        names.update(category.confirm_with)
    own = regulation.meta.issuer
    return sorted((name for name in names if len(name) > 1 and name not in own), key=lambda name: (-len(name), name))


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
