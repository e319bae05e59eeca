"""The offers of the casework, part by part; `responding.offers` shows them after the way of the answer."""

from huiying.handling.available_actions import asking, calling, liaison, meetings, routing, sensitive, work
from huiying.handling.available_actions.base import AvailableAction, CaseContext

# The case has three pages: its way to the answer, what is done together, what goes to others.
MAIN, TOGETHER, OUTSIDE = "main", "together", "outside"
PARTS: dict[str, tuple[AvailableAction, ...]] = {
    MAIN: (*routing.OFFERS, *calling.OFFERS, *asking.OFFERS, *sensitive.OFFERS),
    TOGETHER: work.OFFERS,
    OUTSIDE: (*liaison.OFFERS, *meetings.OFFERS),
}
OFFERS: tuple[AvailableAction, ...] = tuple(offer for part in PARTS.values() for offer in part)

__all__ = ["MAIN", "OFFERS", "OUTSIDE", "PARTS", "TOGETHER", "AvailableAction", "CaseContext"]
