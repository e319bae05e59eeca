"""The reference grading model (DOMAIN §4.2): five bars, floors that only raise, and an honest range.

A suggestion, never a decision: a person confirms it (C6.10, C6.12). The model is an argument, so that the
regulation file drives it. Nothing here knows an author or a text's length; life-safety is no level.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from huiying.engine.said import Said

LEVELS: Final = ("一般", "较大", "重大", "特别重大")
_ENGLISH: Final = dict(zip(LEVELS, ("Ordinary", "Considerable", "Major", "Extraordinary"), strict=True))
BARS: Final = (
    ("M", "媒体传播"),
    ("Q", "舆论强度"),
    ("A", "民意态度"),
    ("V", "舆情演变"),
    ("C", "敏感与线下"),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything the model looks at. None means unknown (未掌握), which is not zero.

    `tier` 0 to 4, `platforms` ≥ 1, `hours` since the first post, `attitude` share of critical readers 0 to 1,
    `sensitivity` 0 to 5, `offline` 0 to 3.
    """

    reads: float | None = None
    reposts: float | None = None
    comments: float | None = None
    platforms: float | None = None
    tier: int | None = None
    hours: float | None = None
    attitude: float | None = None
    sensitivity: float = 0
    offline: float = 0
    casualty: bool = False
    hot_list: bool = False
    superior: bool = False
    outage: bool = False


@dataclass(frozen=True, slots=True)
class Usual:
    """A figure as it usually is on one kind of platform: low, median, high."""

    low: float
    median: float
    high: float


_ANYWHERE: Final[Mapping[str, Usual]] = {
    "reads": Usual(0, 800, 100_000),
    "reposts": Usual(0, 4, 1_000),
    "comments": Usual(0, 8, 1_000),
    "platforms": Usual(1, 1, 3),
    "tier": Usual(0, 1, 3),
    "hours": Usual(1, 12, 72),
    "attitude": Usual(0, 0.5, 1),
}
_PRIVATE: Final[Mapping[str, Usual]] = {
    "reads": Usual(0, 2, 20),
    "reposts": Usual(0, 0, 1),
    "comments": Usual(0, 0, 2),
    "platforms": Usual(1, 1, 1),
    "tier": Usual(0, 0, 0),
}
_BY_CLASS: Final[Mapping[str, Mapping[str, Usual]]] = {
    "12345热线": _PRIVATE,
    "局长信箱": _PRIVATE,
    "大厅来电来访": _PRIVATE,
    "微博客": {
        "reads": Usual(0, 900, 500_000),
        "reposts": Usual(0, 5, 5_000),
        "comments": Usual(0, 8, 3_000),
    },
    "短视频": {"reads": Usual(0, 3_000, 1_000_000), "comments": Usual(0, 25, 5_000)},
    "论坛": {"reads": Usual(0, 500, 50_000), "reposts": Usual(0, 1, 300)},
    "传统媒体": {"reads": Usual(0, 6_000, 1_000_000), "tier": Usual(2, 2, 4)},
    "门户网站": {"reads": Usual(0, 3_000, 500_000), "tier": Usual(1, 2, 4)},
}


@dataclass(frozen=True, slots=True)
class GradingModel:
    """Weights, thresholds and floors; the defaults are those of `regulation.anshan.yaml`."""

    weights: Mapping[str, float] = field(
        default_factory=lambda: {"M": 0.20, "Q": 0.25, "A": 0.10, "V": 0.15, "C": 0.30}
    )
    thresholds: Mapping[str, float] = field(default_factory=lambda: {"较大": 38, "重大": 65, "特别重大": 78})
    floors: Mapping[str, str] = field(
        default_factory=lambda: {
            "F1a": "较大", "F1b": "重大", "F2": "重大", "F3": "特别重大", "F4": "重大", "F6": "较大",
        }
    )  # fmt: skip
    usual: Mapping[str, Mapping[str, Usual]] = field(default_factory=lambda: _BY_CLASS)

    def __post_init__(self) -> None:
        """Refuse a model that cannot grade: the message names the key and what was expected."""
        if set(self.weights) != {code for code, _ in BARS} or not math.isclose(sum(self.weights.values()), 1):
            raise ValueError("grading.weights：应为 M、Q、A、V、C 五项且合计为 1")
        if min(self.weights.values()) < 0:
            raise ValueError("grading.weights：应不小于 0")
        limits = [self.thresholds.get(level, math.nan) for level in LEVELS[1:]]
        if not limits[0] < limits[1] < limits[2]:
            raise ValueError("grading.thresholds：应为 较大 < 重大 < 特别重大")
        if not set(self.floors.values()) <= set(LEVELS):
            raise ValueError(f"grading.floors：应为 {'、'.join(LEVELS)} 之一")

    def level_of(self, score: float) -> str:
        """The level of a score from 0 to 100, floors aside."""
        return LEVELS[sum(score >= self.thresholds[level] for level in LEVELS[1:])]


@dataclass(frozen=True, slots=True)
class Bar:
    """One of the five indices: value 0 to 1, its weight, its points, and what it was computed from."""

    name: str
    label: str
    value: float
    weight: float
    points: float
    inputs: Mapping[str, float]
    known: bool


@dataclass(frozen=True, slots=True)
class Floor:
    """A fact that demands at least `level`, with the reason in words."""

    code: str
    level: str
    reason: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Grade:
    """A suggestion: score with its range, level with its range, bars, floors, and what would change it.

    `counterfactual` and `sentence` are Chinese; their twins in `_en` say the same in English.
    """

    score: float
    low: float
    high: float
    level: str
    level_low: str
    level_high: str
    bars: tuple[Bar, ...]
    floors: tuple[Floor, ...]
    floor_fired: bool
    counterfactual: str
    counterfactual_en: str
    sentence: str
    sentence_en: str


def grade(figures: Figures, model: GradingModel | None = None, *, channel_class: str = "") -> Grade:
    """Grade `figures`; unknown ones take the platform's median, and the range says what that may hide."""
    model = model or GradingModel()
    usual = {**_ANYWHERE, **model.usual.get(channel_class, {})}
    middle = _filled(figures, usual, "median")
    bars = _bars(middle, figures, model)
    score = _score(middle, model)
    floors = _floors(middle, model)
    level = _raised(model.level_of(score), floors)
    low, high, level_low, level_high = score, score, level, level
    if any(getattr(figures, name) is None for name in _FILLABLE):
        least, most = _filled(figures, usual, "low"), _filled(figures, usual, "high")
        low, high = min(_score(least, model), score), max(_score(most, model), score)
        level_low = _raised(model.level_of(low), _floors(least, model))
        level_high = _raised(model.level_of(high), _floors(most, model))
    change = _counterfactual(middle, level, model)
    said = _sentence((score, low, high), (level, level_low, level_high), floors)
    return Grade(
        score=round(score, 1),
        low=round(low, 1),
        high=round(high, 1),
        level=level,
        level_low=level_low,
        level_high=level_high,
        bars=bars,
        floors=floors,
        floor_fired=_rank(level) > _rank(model.level_of(score)),
        counterfactual=change.zh,
        counterfactual_en=change.en,
        sentence=said.zh,
        sentence_en=said.en,
    )


def _log_share(value: float, low: float, high: float) -> float:
    """Reach is heavy-tailed: its logarithm between two decades, clipped to 0…1."""
    return min(1.0, max(0.0, (math.log10(1 + max(value, 0.0)) - low) / (high - low)))


def _parts(known: _Known) -> dict[str, float]:
    """The five indices, each 0 to 1 (DOMAIN §4.2)."""
    offline = min(max(known.offline, 0), 3) / 3
    return {
        "M": 0.7 * min(max(known.tier, 0), 4) / 4 + 0.3 * min(1.0, max(known.platforms - 1, 0) / 5),
        "Q": 0.5 * _log_share(known.reads, 3, 6.5)
        + 0.3 * _log_share(known.reposts, 1, 4)
        + 0.2 * _log_share(known.comments, 1, 4),
        "A": min(max(known.attitude, 0.0), 1.0),
        # Within the first hour a rate per hour would be a guess about the future: the hour counts as whole.
        "V": _log_share(known.reads / max(known.hours, 1.0), 2, 5.5),
        "C": max(0.7 * min(max(known.sensitivity, 0), 5) / 5 + 0.3 * offline, offline),
    }


@dataclass(frozen=True, slots=True)
class _Known:
    """`Figures` with every gap filled."""

    reads: float
    reposts: float
    comments: float
    platforms: float
    tier: float
    hours: float
    attitude: float
    sensitivity: float
    offline: float
    casualty: bool
    hot_list: bool
    superior: bool
    outage: bool


_FILLABLE: Final = ("reads", "reposts", "comments", "platforms", "tier", "hours", "attitude")


def _filled(figures: Figures, usual: Mapping[str, Usual], side: str) -> _Known:
    values: dict[str, float] = {}
    for name in _FILLABLE:
        given = getattr(figures, name)
        # More hours mean a slower spread, so the range turns round for them.
        end = {"low": "high", "high": "low"}.get(side, side) if name == "hours" else side
        values[name] = float(getattr(usual[name], end) if given is None else given)
    return _Known(
        **values,
        sensitivity=figures.sensitivity,
        offline=figures.offline,
        casualty=figures.casualty,
        hot_list=figures.hot_list,
        superior=figures.superior,
        outage=figures.outage,
    )


def _score(known: _Known, model: GradingModel) -> float:
    parts = _parts(known)
    return 100 * sum(model.weights[code] * parts[code] for code, _ in BARS)


_INPUTS: Final[Mapping[str, tuple[str, ...]]] = {
    "M": ("tier", "platforms"),
    "Q": ("reads", "reposts", "comments"),
    "A": ("attitude",),
    "V": ("reads", "hours"),
    "C": ("sensitivity", "offline"),
}


def _bars(known: _Known, figures: Figures, model: GradingModel) -> tuple[Bar, ...]:
    parts = _parts(known)
    return tuple(
        Bar(
            name=code,
            label=label,
            value=round(parts[code], 4),
            weight=model.weights[code],
            points=round(100 * model.weights[code] * parts[code], 2),
            inputs={name: getattr(known, name) for name in _INPUTS[code]},
            known=all(getattr(figures, name) is not None for name in _INPUTS[code]),
        )
        for code, label in BARS
    )


_ANNOUNCED: Final = Said("有人发布了聚集的时间或地点", "A time or place for a gathering was posted")
_NOW: Final = Said("聚集正在发生", "People are gathering now")
_ASKED: Final = Said("上级要求回应", "A superior authority asks for an answer")
_OUTAGE: Final = Said("系统故障影响开标或竞价", "A system failure affects bid opening or bidding")
_NATIONAL: Final = Said(
    "中央媒体或全国热榜关注，且以批评为主", "National media or a national hot list took it up, mostly with criticism"
)
_HARM: Final = Said("涉及人员伤亡或公共安全，待核实", "It concerns casualties or public safety, still to be verified")


def _floors(known: _Known, model: GradingModel) -> tuple[Floor, ...]:
    national = known.tier >= 4 or known.hot_list
    checks = (
        ("F1a", known.offline >= 2, _ANNOUNCED),
        ("F1b", known.offline >= 3, _NOW),
        ("F2", national and known.attitude >= 0.5, _NATIONAL),
        ("F3", known.casualty, _HARM),
        ("F4", known.superior, _ASKED),
        ("F6", known.outage, _OUTAGE),
    )
    return tuple(
        Floor(code, model.floors[code], why.zh, why.en) for code, met, why in checks if met and code in model.floors
    )


def _rank(level: str) -> int:
    return LEVELS.index(level)


def _raised(level: str, floors: tuple[Floor, ...]) -> str:
    return max((level, *(floor.level for floor in floors)), key=_rank)


def _counterfactual(known: _Known, level: str, model: GradingModel) -> Said:
    """The first plausible change which raises the level, found by really scoring it."""
    if level == LEVELS[-1]:
        return Said("已是最高等级", "This is the highest level already")
    for words, changed in _changes(known):
        raised = _raised(model.level_of(_score(changed, model)), _floors(changed, model))
        if _rank(raised) > _rank(level):
            return Said(f"若{words.zh}，将达到{raised}", f"If {words.en}, the level becomes {_ENGLISH[raised]}")
    return Said("单独一项变化不会改变等级", "No single change would change the level")


_LOCAL_MEDIA: Final = Said("再有两家本市媒体转载", "two more local media outlets carry it")
_PROVINCIAL_MEDIA: Final = Said("再有两家省级媒体转载", "two more provincial media outlets carry it")
_PLACE_POSTED: Final = Said("有人发布聚集的时间或地点", "somebody posts a time or place for a gathering")
_NATION_FOLLOWS: Final = Said("中央媒体或全国热榜跟进", "national media or a national hot list follows")
_GATHERING: Final = Said("出现线下聚集", "people gather offline")
_CASUALTIES: Final = Said("出现人员伤亡", "people are hurt or killed")


def _changes(known: _Known) -> Iterator[tuple[Said, _Known]]:
    """Plausible next steps, the likeliest first. Each changes what it names and nothing else."""
    for times in (2, 5):
        yield _more_reads(known, times), replace(known, reads=(known.reads + 1) * times)
    two_more = replace(known, platforms=known.platforms + 2)
    yield _LOCAL_MEDIA, replace(two_more, tier=max(known.tier, 2))
    yield _PROVINCIAL_MEDIA, replace(two_more, tier=max(known.tier, 3))
    yield _PLACE_POSTED, replace(known, offline=max(known.offline, 2))
    yield _NATION_FOLLOWS, replace(known, tier=max(known.tier, 4), hot_list=True)
    yield _GATHERING, replace(known, offline=max(known.offline, 3))
    yield _CASUALTIES, replace(known, casualty=True)


def _more_reads(known: _Known, times: int) -> Said:
    reads = int((known.reads + 1) * times)
    return Said(
        f"阅读量增至现在的 {times} 倍（约 {reads:,}）", f"reads grow to {times} times the present (about {reads:,})"
    )


def _sentence(scores: tuple[float, float, float], levels: tuple[str, str, str], floors: tuple[Floor, ...]) -> Said:
    """`scores` and `levels`: as they stand, at the low end, at the high end."""
    score, low, high = scores
    level, least, most = levels
    parts = [Said(f"建议等级：{level}（{score:.1f} 分）", f"Suggested level: {_ENGLISH[level]} ({score:.1f} points)")]
    if high - low >= 0.05:
        zh = f"部分数据未掌握，按平台中位数估计，可能在 {low:.1f} 至 {high:.1f} 分之间"
        en = f"some figures are unknown and taken as usual there: the score may be from {low:.1f} to {high:.1f}"
        parts.append(Said(zh, en))
    if least != most:
        zh = f"这个范围跨过了等级线：最低{least}，最高{most}，请先核实未掌握的数据"
        en = f"this crosses a level line, {_ENGLISH[least]} to {_ENGLISH[most]}: find out the unknown figures first"
        parts.append(Said(zh, en))
    parts.extend(
        Said(
            f"{floor.reason}，不低于{floor.level}（{floor.code}）",
            f"{floor.reason_en}: at least {_ENGLISH[floor.level]} ({floor.code})",
        )
        for floor in floors
    )
    return Said("；".join(part.zh for part in parts) + "。", "; ".join(part.en for part in parts) + ".")
