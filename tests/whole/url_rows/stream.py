"""Rows of the URL table: the stream and search. The columns and letters are those of `url_table`."""

from __future__ import annotations

from typing import Any

from cast import Cast

FORMS: dict[str, str] = {}

TABLE = """
# The stream                                           a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /desk/posts/                                      s . + + . . . + + + .
GET  /desk/posts/?band=hit&channel=论坛&rule=K010      s . + + . . . + + + .
GET  /desk/posts/?q=登录&case=yes                      s . + + . . . + + + .
GET  /desk/events/?sort=gravest&lead=Z-XX&case=no      s . + + . . . + + + .
GET  /api/stream                                       u . + + . . . + + + .
GET  /api/stream?q=登录&band=hit&case=yes              u . + + . . . + + + .
GET  /api/stream?band=all                              u ~ ~ ~ ~ ~ ~ ~ ~ ~ ~
GET  /api/events?sort=most&case=no&q=登录              u . + + . . . + + + .
"""


def world(cast: Cast, names: dict[str, Any]) -> dict[str, Any]:
    """Nothing beside what stands there already."""
    return {}
