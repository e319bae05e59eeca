"""Rows of the URL table: coming in and going out. The columns and letters are those of `url_table`."""

from __future__ import annotations

from typing import Any

from cast import Cast

FORMS: dict[str, str] = {}

TABLE = """
# The desk: coming in and going out                    a a d o e l o l d i n
#                                                      n d u f d d t g l n o
POST /desk/sign-in/                                    ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ ~ | username=duty password=wrong
GET  /desk/sign-in/code/                               > > > > > > > > > > >
POST /desk/sign-in/code/                               > > > > > > > > > > > | code=123456
GET  /desk/sign-in/bind/                               > # # # # # # # # # #
POST /desk/sign-in/bind/                               > b b b b b b b b b b | code=123456
GET  /desk/second-factor/                              s + + + + + + + + + +
POST /desk/second-factor/                              s + + + + + + + + + + | code=123456
GET  /desk/sign-in/identity/                           . . . . . . . . . . .
GET  /desk/sign-in/identity/back/                      . . . . . . . . . . .
GET  /desk/identity/                                   s . . . . . . . . . .
POST /desk/identity/                                   s . . . . . . . . . . | what=unbind
GET  /desk/identity/begin/                             s . . . . . . . . . .
GET  /desk/second-factor/key/                          . . . . . . . . . . .
POST /desk/second-factor/key/                          . . . . . . . . . . . | answer=x
GET  /desk/second-factor/keys/                         s > > > > > > > > > >
POST /desk/second-factor/keys/                         s > > > > > > > > > > | name=x answer=x
POST /desk/second-factor/keys/1/remove/                s . . . . . . . . . .
GET  /desk/locked/                                     s > > > > > > > > > >
POST /desk/locked/                                     s > > > > > > > > > > | password=wrong
GET  /desk/locked/live/                                s + + + + + + + + + +
GET  /desk/second-factor/again/                        s > > > > > > > > > >
POST /desk/second-factor/again/                        s > > > > > > > > > > | code=123456
POST /desk/sign-in/demo/                               . . . . . . . . . . . | username=duty
POST /desk/sign-out/                                   > > > > > > > > > > >
POST /desk/set-up/unknown/                             . . . . . . . . . . . | set_up
POST /desk/invitation/{invitation}/                    * * * * * * * * * * * | password
POST /desk/invitation/unknown/                         . . . . . . . . . . . | password
"""


def world(cast: Cast, names: dict[str, str]) -> dict[str, Any]:
    """Nothing of a case is asked."""
    return {}
