"""敏感 (§6.1 S8): said at once by who acts on the case, taken away by the office or a leader, never by who set it."""

from __future__ import annotations

from typing import Any

from cast import Cast

#                                                             an ad du of ed ld ot lg dl in no
TABLE = """
POST /desk/cases/{work}/do/label/                      s . * * ! * . ! * ! . | kind=minor reason=@
POST /desk/cases/{work}/do/unlabel/                    s . ! ! ! ! . ! ! ! . | reason=@
POST /api/cases/{work}/label                           u . # # ! # . ! # ! . | kind=minor reason=@
POST /api/cases/{work}/unlabel                         u . ! ! ! ! . ! ! ! . | reason=@
"""
FORMS: dict[str, dict[str, object]] = {}


def world(_cast: Cast, _there: dict[str, Any]) -> dict[str, Any]:
    """The cases of the house are enough."""
    return {}
