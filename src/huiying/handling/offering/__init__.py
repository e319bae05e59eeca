"""The offers of the casework, part by part; `responding.offers` shows them after the way of the answer."""

from huiying.handling.offering import asking, calling, liaison, meetings, routing, sensitive, work
from huiying.handling.offering.base import Now, Offer

# The case has three pages: its way to the answer, what is done together, what goes to others.
MAIN, TOGETHER, OUTSIDE = "main", "together", "outside"
PARTS: dict[str, tuple[Offer, ...]] = {
    MAIN: (*routing.OFFERS, *calling.OFFERS, *asking.OFFERS, *sensitive.OFFERS),
    TOGETHER: work.OFFERS,
    OUTSIDE: (*liaison.OFFERS, *meetings.OFFERS),
}
OFFERS: tuple[Offer, ...] = tuple(offer for part in PARTS.values() for offer in part)

__all__ = ["MAIN", "OFFERS", "OUTSIDE", "PARTS", "TOGETHER", "Now", "Offer"]
