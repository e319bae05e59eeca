"""The offers of the answer beside its own way, part by part; they stand on the case's page 回应."""

from huiying.handling.available_actions import AvailableAction
from huiying.responding.available_actions import accounts, drafting, following, forms

PARTS = (drafting, accounts, forms, following)
OFFERS: tuple[AvailableAction, ...] = tuple(offer for part in PARTS for offer in part.OFFERS)
LINKS = ("to_answer", drafting.TO_HOLD.name)  # on the page 办理: ways to the page 回应, no verbs
TO_HOLD = drafting.TO_HOLD

__all__ = ["LINKS", "OFFERS", "TO_HOLD"]
