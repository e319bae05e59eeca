"""Setting up a bureau, its people and posts, contacts and the duty roster, and the regulation in force."""

from huiying.people.actions.base import (
    INVITATION_LASTS,
    accept_invitation,
    add_person,
    adopt_regulation,
    appoint,
    end_appointment,
    invite_again,
    offer_set_up,
    open_invitation,
    set_up,
    set_up_token_is_good,
)
from huiying.people.actions.factors import (
    address_of,
    begin_factor,
    check_factor,
    confirm_factor,
    give_up_factor,
    remove_factor,
    renew_recovery_codes,
)
from huiying.people.actions.identities import bind_identity, remove_identity, unbind_identity
from huiying.people.actions.offboarding import deactivate, hand_over, reopen, suspend
from huiying.people.actions.three import name_administrator, relieve_administrator

__all__ = [
    "INVITATION_LASTS",
    "accept_invitation",
    "add_person",
    "address_of",
    "adopt_regulation",
    "appoint",
    "begin_factor",
    "bind_identity",
    "check_factor",
    "confirm_factor",
    "deactivate",
    "end_appointment",
    "give_up_factor",
    "hand_over",
    "invite_again",
    "name_administrator",
    "offer_set_up",
    "open_invitation",
    "relieve_administrator",
    "remove_factor",
    "remove_identity",
    "renew_recovery_codes",
    "reopen",
    "set_up",
    "set_up_token_is_good",
    "suspend",
    "unbind_identity",
]
