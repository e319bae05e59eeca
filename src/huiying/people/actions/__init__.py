"""Setting up a bureau, its people and posts, contacts and the duty roster, and the regulation in force."""

from huiying.people.actions.base import (
    INVITATION_LASTS as INVITATION_LASTS,
    accept_invitation as accept_invitation,
    add_person as add_person,
    adopt_regulation as adopt_regulation,
    appoint as appoint,
    end_appointment as end_appointment,
    invite_again as invite_again,
    offer_set_up as offer_set_up,
    open_invitation as open_invitation,
    set_up as set_up,
    set_up_token_is_good as set_up_token_is_good,
)
from huiying.people.actions.factors import (
    address_of as address_of,
    begin_factor as begin_factor,
    bind_identity as bind_identity,
    check_factor as check_factor,
    confirm_factor as confirm_factor,
    give_up_factor as give_up_factor,
    remove_factor as remove_factor,
    remove_identity as remove_identity,
    renew_recovery_codes as renew_recovery_codes,
    unbind_identity as unbind_identity,
)
from huiying.people.actions.offboarding import (
    deactivate as deactivate,
    hand_over as hand_over,
    name_administrator as name_administrator,
    relieve_administrator as relieve_administrator,
    reopen as reopen,
    suspend as suspend,
)
