"""What a racer does to accounts: an invitation is made, and whoever holds its link sets a password."""

from __future__ import annotations

from cast import Cast
from huiying.people.actions import accept_invitation, add_person
from huiying.people.models import User


def person_act(order: dict[str, str], _people: Cast) -> object:
    """None where the order is another's."""
    if order["verb"] == "invite":
        admin = User.objects.get(username="admin")
        return add_person(username=order["name"], name="新来的", department=None, actor=admin)[1]
    if order["verb"] == "join":
        accept_invitation(order["token"], order["password"])
        return "done"
    return None
