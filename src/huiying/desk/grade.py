"""A grade snapshot (`engine.grading.Grade` as stored) in the reader's words: bars, what went in, range, floors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from huiying.desk.language import twin

INDICES: dict[str, Any] = {
    "M": _("媒体传播"),
    "Q": _("舆论强度"),
    "A": _("民意态度"),
    "V": _("舆情演变"),
    "C": _("敏感与线下"),
}
INPUTS: dict[str, Any] = {
    "tier": _("媒体层级"),
    "platforms": _("平台数"),
    "reads": _("阅读"),
    "reposts": _("转发"),
    "comments": _("评论"),
    "attitude": _("批评占比"),
    "hours": _("已过小时"),
    "sensitivity": _("敏感度"),
    "offline": _("线下风险"),
}


@dataclass(frozen=True)
class Bar:
    """One of the five: value 0–1, weight, the points it adds, what it was computed from, whether all of it is known."""

    name: str
    value: float
    weight: float
    points: float
    inputs: str
    known: bool


@dataclass(frozen=True)
class Shown:
    score: float
    low: float
    high: float
    bars: tuple[Bar, ...]
    floors: tuple[Mapping[str, str], ...]
    counterfactual: str
    level_low: str
    level_high: str

    @property
    def uncertain(self) -> bool:
        return self.high - self.low >= 0.05

    @property
    def straddles(self) -> bool:
        """The range crosses a threshold: the unknown figures are worth finding out first."""
        return self.level_low != self.level_high


def grade_of(snapshot: Mapping[str, Any]) -> Shown | None:
    """None while nothing was graded yet."""
    if not snapshot:
        return None
    return Shown(
        score=snapshot["score"],
        low=snapshot["low"],
        high=snapshot["high"],
        bars=tuple(_bar(item) for item in snapshot.get("bars", ())),
        floors=tuple(
            {**floor, "reason": twin(floor["reason"], floor.get("reason_en", ""))}
            for floor in snapshot.get("floors", ())
        ),
        counterfactual=twin(snapshot.get("counterfactual", ""), snapshot.get("counterfactual_en", "")),
        level_low=snapshot.get("level_low", ""),
        level_high=snapshot.get("level_high", ""),
    )


def _bar(item: Mapping[str, Any]) -> Bar:
    separator = _t("，")
    return Bar(
        name=str(INDICES.get(item["name"], item["label"])),
        value=item["value"],
        weight=item["weight"],
        points=item["points"],
        inputs=separator.join(f"{INPUTS.get(name, name)} {_figure(value)}" for name, value in item["inputs"].items()),
        known=item["known"],
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
