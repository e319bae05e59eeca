"""The block of a regulation file about asking and being asked again, （四）C4.1, C4.3; see ``schema``.

What a file leaves out is the product's own: every bureau has a portal, and whoever was answered may say how it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from huiying.regulation.durations import Duration
from huiying.regulation.markers import Between
from huiying.regulation.schema_words import Code


def _span(text: str) -> Duration:
    return Duration.parse(text)


@dataclass(frozen=True, kw_only=True)
class Grade:
    """One of the answers to the one question 「您对这次答复满意吗」. ``good``: counts among the satisfied."""

    code: Code
    name: str
    en: str = ""
    good: bool = False


@dataclass(frozen=True, kw_only=True)
class Inlet:
    """A channel over which people reach the bureau (C4.1). A message belongs to it by its ``platforms`` or, for what
    other tools bring in, by its ``classes``; silent for longer than ``quiet_after`` it stands in red.
    """

    code: Code
    name: str
    en: str = ""
    platforms: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    quiet_after: Duration = field(default_factory=lambda: _span("P31D"))


def _grades() -> Mapping[str, Grade]:
    return {
        "satisfied": Grade(code="satisfied", name="满意", en="Satisfied", good=True),
        "partly": Grade(code="partly", name="基本满意", en="Partly satisfied", good=True),
        "unsatisfied": Grade(code="unsatisfied", name="不满意", en="Not satisfied"),
    }


def _inlets() -> Mapping[str, Inlet]:
    return {
        "portal": Inlet(code="portal", name="门户留言", en="Messages on the portal", platforms=("门户留言",)),
        "mailbox": Inlet(
            code="mailbox", name="局长信箱", en="Director's mailbox", platforms=("来信",), classes=("局长信箱",)
        ),
        "wechat": Inlet(code="wechat", name="微信后台", en="WeChat back office", platforms=("微信后台",)),
        "hotline": Inlet(code="hotline", name="12345转办", en="12345 hotline", classes=("12345热线",)),
        "phone": Inlet(code="phone", name="来电", en="Telephone", platforms=("来电",)),
        "counter": Inlet(code="counter", name="来访", en="Counter", platforms=("来访",), classes=("大厅来电来访",)),
    }


@dataclass(frozen=True, kw_only=True)
class Asking:
    """（四）. ``ask_again_within``: until when, after the answer, its asker may take the matter up again, once."""

    grades: Mapping[str, Grade] = field(default_factory=_grades)
    channels: Mapping[str, Inlet] = field(default_factory=_inlets)
    ask_again_within: Duration = field(default_factory=lambda: _span("P30D"))
    attachments: Annotated[int, Between(0, 6)] = 3
