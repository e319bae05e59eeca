"""Rows of the URL table: the leading group, the signed roster, swaps. The columns and letters are `url_table`'s.

{turn} is a turn of 值班员 and {theirs} one of the second duty officer's; {swap} asks 值班员 for a turn, {mine} is asked
by 值班员. {member} sits in the leading group with 分管副局长 as its deputy head.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from cast import Cast
from huiying.kernel import clock
from huiying.people.actions.roster import ask_swap, set_shift, take_seat

FORMS: dict[str, str] = {
    "ask_swap": "shift={turn} asked_of={duty2} reason=@",
    "api_sign": "starts_at={signed_from} ends_at={signed_to}",
    "api_ask_swap": "shift={turn} asked_of=duty2 reason=@",
}

TABLE = """
GET  /desk/roster/2026-09-14/                          s . > > > > > > > > .
POST /desk/roster/2026-09-14/swap/                     s . * ~ ~ ~ ~ ~ ~ ~ . | ask_swap
POST /desk/roster/2026-09-14/swap/                     s . ~ ~ ~ ~ ~ ~ ~ ~ .
POST /desk/roster/2026-09-14/sign/                     s . ! ! ! ! ! ! ! ! .
POST /desk/roster/2026-09-14/unknown/                  s . . . . . . . . . .
POST /desk/swaps/{swap}/agree/                         s . * . . . . . . . .
POST /desk/swaps/{swap}/refuse/                        s . * . . . . . . . .
POST /desk/swaps/{swap}/withdraw/                      s . ! . . . . . . . .
POST /desk/swaps/{mine}/withdraw/                      s . * . . . . . . . .
POST /desk/swaps/{mine}/unknown/                       s . . . . . . . . . .
POST /desk/swaps/0/agree/                              s . . . . . . . . . .
GET  /desk/leading-group/                              s . + + + + + + + + .
POST /desk/leading-group/do/seat/                      s . ! * ! ! ! ! * ! . | person={duty2} place=member
POST /desk/leading-group/do/seat/                      s . ~ ~ ~ ~ ~ ~ ~ ~ .
POST /desk/leading-group/do/unknown/                   s . . . . . . . . . .
POST /desk/leading-group/seats/{member}/leave/         s . ! * ! ! ! ! * ! . | reason=@
POST /desk/leading-group/seats/0/leave/                s . . . . . . . . . .
GET  /api/leading-group                                u . + + + + + + + + .
POST /api/leading-group                                u . ! # ! ! ! ! # ! . | staff=duty2 place=member
POST /api/leading-group/{member}/leave                 u . ! # ! ! ! ! # ! . | reason=@
POST /api/leading-group/0/leave                        u . . . . . . . . . . | reason=@
POST /api/roster/sign                                  u . ! ! ! ! ! ! # ! . | api_sign
GET  /api/swaps                                        u . + + + + + + + + .
POST /api/swaps                                        u . # ! ! ! ! ! ! ! . | api_ask_swap
POST /api/swaps/{swap}/agree                           u . # . . . . . . . .
POST /api/swaps/{mine}/withdraw                        u . # . . . . . . . .
POST /api/swaps/0/agree                                u . . . . . . . . . .
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """What the rows' braces name beside `url_world`'s names, made with the verbs that people use."""
    later = clock.now() + dt.timedelta(days=6)

    def turn(user: Any, hours: int) -> Any:
        at = later + dt.timedelta(hours=hours)
        (made,) = set_shift(user, at, at + dt.timedelta(hours=4), cast.office2)
        return made

    mine, wanted, theirs = turn(cast.duty, 0), turn(cast.duty, 6), turn(cast.duty2, 12)
    take_seat(cast.deputy, "deputy", cast.office2)
    return {
        "turn": mine.pk,
        "theirs": theirs.pk,
        "swap": ask_swap(theirs, cast.duty, "家里有事", cast.duty2).pk,
        "mine": ask_swap(wanted, cast.duty2, "家里有事", cast.duty).pk,
        "member": take_seat(cast.legal, "member", cast.office2).pk,
        "signed_from": mine.starts_at.isoformat().replace("+00:00", "Z"),
        "signed_to": mine.ends_at.isoformat().replace("+00:00", "Z"),
    }
