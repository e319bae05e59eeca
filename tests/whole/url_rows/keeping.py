"""Rows of the URL table: what watches over machines. The columns and letters are those of `url_table`.

The loop of the table's house does not run, so that its health is 503; the visitors come from this machine itself.
"""

from __future__ import annotations

from typing import Any

from cast import Cast

FORMS: dict[str, str] = {}

TABLE = """
# Health and numbers                                   a a d o e l o l d i n
#                                                      n d u f d d t g l n o
GET  /healthz                                          5 5 5 5 5 5 5 5 5 5 5
GET  /metrics                                          + + + + + + + + + + +
"""


def world(cast: Cast, names: dict[str, str]) -> dict[str, Any]:
    """Nothing of a case is asked."""
    return {}
