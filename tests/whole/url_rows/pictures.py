"""Rows of the URL table: the overview, the month, the wall. The columns and letters are those of `url_table`."""

from __future__ import annotations

from typing import Any

from cast import Cast

FORMS: dict[str, str] = {}

TABLE = """
# What burns, what waits, how it went (C10.2)           a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/overview/                                   s . . + . + + . + + .
GET  /desk/overview/2026-09/                           s . . + . . . . + + .
GET  /desk/overview/2026-13/                           s . . . . . . . . . .
GET  /desk/overview/2026-Q3/                           s . . . . . . . . . .
GET  /desk/wall/                                       s . + + . . . . + . .
GET  /api/overview                                     u . . + . . . . + + .
GET  /api/drills                                       u . + + + + + + + + .
GET  /api/drills/{held_drill}                          u . + + + + + + + + .
GET  /api/drills/unknown-1                             u . . . . . . . . . .
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """These pages show what the other rows made."""
    return {}
