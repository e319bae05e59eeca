"""The blocks of a regulation file about the public answer, （八）（九）（十一）; see ``schema``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from huiying.regulation.durations import Duration
from huiying.regulation.markers import Between, Keys, Ref
from huiying.regulation.schema_words import Code, Count, DepartmentCode, LevelCode, Names, RoleCode


def _span(text: str) -> Duration:
    return Duration.parse(text)


@dataclass(frozen=True, kw_only=True)
class Consult:
    """沟通确认 (C8.4). ``post_hoc_within``: until when a body that a leader did not wait for is heard after all;
    ``escalate_to``: who settles it where a body objects.
    """

    required_if_mentions: bool
    record: Names
    blocks_publish: Literal[True]
    answer_within: Duration = field(default_factory=lambda: _span("PT12H"))
    post_hoc_within: Duration = field(default_factory=lambda: _span("PT24H"))
    escalate_to: str = ""


@dataclass(frozen=True, kw_only=True)
class SustainedDecision:
    """C8.8, G12. ``every``: the rhythm that is proposed when a level's answer goes on."""

    levels: tuple[LevelCode, ...]
    also_optional_for: tuple[LevelCode, ...] = ()
    record: Names
    every: Annotated[Mapping[str, Duration], Keys("level")] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class LinkedChannels:
    set: Names
    min_channels: Annotated[Mapping[str, Count], Keys("level", complete=True)]
    max_skew: Duration
    same_facts_block: bool


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A kind of release (C8.2). ``acts``: the public duties that it fulfils, beside what its channel can fulfil;
    ``review``: its own steps, where they are not those of the level.
    """

    code: Code
    name: str
    en: str = ""
    acts: tuple[Annotated[str, Ref("act")], ...] = ()
    review: tuple[tuple[RoleCode, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Effect:
    """效 (C3.2, C8.10): when the effect of an answer is looked at, from which level on it must be, and how much more
    is said than before when it counts as a second wave.
    """

    after: tuple[Duration, ...]
    required_from: LevelCode
    second_wave_ratio: Annotated[float, Between(0.1, 100)] = 1.0
    second_wave_posts: Count = 3


@dataclass(frozen=True, kw_only=True)
class StatutoryChannel:
    """异议、质疑、投诉…… (C3.1): a public answer points there and never takes its place. ``words`` are looked for in
    what people write; ``answer_within`` runs only from when the person files. ``where``: whom to turn to, as the asker
    is told before sending.
    """

    code: Code
    name: str
    en: str = ""
    words: Names
    notice: str
    notice_en: str = ""
    where: str = ""
    where_en: str = ""
    answer_within: Duration
    source: str


@dataclass(frozen=True, kw_only=True)
class Response:
    """（八）"""

    forms: Names
    forms_other: tuple[str, ...] = ()
    voice: Names
    consult_other_agencies: Consult
    sustained_response_decision: SustainedDecision
    linked_channels: LinkedChannels
    stages: Annotated[Mapping[str, Stage], Keys("stage")] = field(default_factory=dict)
    effect: Effect | None = None
    statutory_channels: Mapping[str, StatutoryChannel] = field(default_factory=dict)
    by_hand_checked_within: Duration = field(default_factory=lambda: _span("PT2H"))


@dataclass(frozen=True, kw_only=True)
class ReviewSteps:
    """``by_level``: groups in order; the roles of one group review side by side. ``checks``: who does 保密审查 and
    个人信息审查; a role that is none of the level's steps gets a step of its own beside the first.
    """

    deputies_may_act: bool
    by_level: Annotated[Mapping[str, tuple[tuple[RoleCode, ...], ...]], Keys("level", complete=True)]
    names: Annotated[Mapping[str, ReviewStep], Keys("role")] = field(default_factory=dict)
    checks: Annotated[Mapping[str, RoleCode], Keys("check")] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ReviewStep:
    """How a role's step in the review is called."""

    code: Code
    name: str
    en: str = ""


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """（九）: at least two people, for nobody approves their own draft (INV-4). ``press_release``: who reviews what the
    bureau says unasked (C11.5); left out, the steps of the lowest level. ``press_within``: the time these steps share
    where no earlier moment of release is planned.
    """

    steps: Names
    minimum_people: Annotated[int, Between(2, 20)]
    review_steps: ReviewSteps
    press_release: tuple[tuple[RoleCode, ...], ...] = ()
    press_within: Duration = field(default_factory=lambda: _span("P1D"))


@dataclass(frozen=True, kw_only=True)
class Account:
    """One of the bureau's own accounts (C11.2). ``family``: the word of ``linked_channels.set`` that it counts for;
    ``channel``: how texts get there.
    """

    code: Code
    name: str
    en: str = ""
    family: str
    channel: Literal["portal", "website", "wechat", "weibo", "by_hand"]
    owner: DepartmentCode
    dormant_after: Duration = field(default_factory=lambda: _span("P14D"))


@dataclass(frozen=True, kw_only=True)
class Wechat:
    must_exist: bool
    link_with: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    required: bool = True


@dataclass(frozen=True, kw_only=True)
class ReleasePlatforms:
    """（十一）. ``accounts`` are entered in the platform register when the regulation is adopted."""

    wechat: Wechat
    proactive_disclosure: Disclosure
    accounts: Mapping[str, Account] = field(default_factory=dict)
    partner_tested_every: Duration = field(default_factory=lambda: _span("P90D"))
