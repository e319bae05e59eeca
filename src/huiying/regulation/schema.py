"""The shape of a regulation file, as frozen dataclasses: a field here is a key there.

A field's type says what the file may hold, its default whether the key may be left out; ``Ref`` names what
a word must refer to. The reader (``reader.py``) knows nothing else about the format. Words that refer to a
level, role or department are turned into codes while reading. Clause by clause the blocks follow DOMAIN
§2.2–2.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from huiying.regulation.calendar import Duration
from huiying.regulation.schema_blocks import (
    USUAL_ASSESSMENT,
    USUAL_DIALOGUE,
    Accountability,
    Asking,
    Assessment,
    DailyLog,
    Dialogue,
    ReleasePlatforms,
    Response,
    Retention,
    RiskAssessment,
    Training,
    Transfer,
    Watch,
    Workflow,
)
from huiying.regulation.schema_words import (
    Between,
    Code,
    Colour,
    Count,
    DayOrSpan,
    DepartmentCode,
    Keys,
    LevelCode,
    Names,
    Path,
    Pattern,
    Ref,
    RoleCode,
    Start,
    Window,
)


@dataclass(frozen=True, kw_only=True)
class Meta:
    """Title block; ``effective_from`` is （十四）, ``interpreter`` （十三）."""

    title: str
    title_en: str = ""
    issuer: str
    issuer_en: str = ""
    published: date
    effective_from: date
    source_url: str = ""
    interpreter: DepartmentCode
    articles: Annotated[int, Between(1, 500)]
    timezone: str


@dataclass(frozen=True, kw_only=True)
class Principle:
    code: Code
    name: str
    en: str = ""
    motto: Names = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A post (岗位) or a body. ``acts_as`` names the duties of the software it performs; left out, its own
    code is one.
    """

    code: Code
    name: str
    en: str = ""
    kind: Literal["person", "body"] = "person"
    duties: Names = ()
    emergency_role: str = ""
    chair: str = ""
    members: Names = ()
    deputies: tuple[RoleCode, ...] = ()
    acts_as: tuple[Annotated[str, Ref("duty")], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Department:
    """A division of the bureau or a section of its centre; C2.3."""

    code: Code
    name: str
    en: str = ""
    kind: Literal["bureau", "centre"]
    duty: str
    responsibilities: tuple[Annotated[str, Ref("responsibility")], ...]


@dataclass(frozen=True, kw_only=True)
class Named:
    code: Code
    name: str
    en: str = ""


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something a clock can wait for; a ``public`` one is a legal duty, the others are internal nudges."""

    code: Code
    name: str
    en: str = ""
    public: bool = False


@dataclass(frozen=True, kw_only=True)
class Category:
    """A trading category (业务范畴): who leads, who stands in, who helps, whom to confirm with (C7.1,
    C8.4).
    """

    code: Code
    name: str
    en: str = ""
    owner: DepartmentCode
    backup: DepartmentCode
    co: tuple[DepartmentCode, ...] = ()
    confirm_with: Names = ()


@dataclass(frozen=True, kw_only=True)
class Nature:
    """A nature of the issue (问题性质) that overrides the category's owner."""

    code: Code
    en: str = ""
    owner: DepartmentCode
    backup: DepartmentCode | None = None
    co: tuple[DepartmentCode, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Topic:
    """Which keys a group of watch rules points at: a suggestion of category and nature (C7.1)."""

    code: Code
    category: Annotated[str, Ref("category")] | None = None
    nature: Annotated[str, Ref("nature")] | None = None


@dataclass(frozen=True, kw_only=True)
class Routing:
    categories: Mapping[str, Category]
    natures: Mapping[str, Nature] = field(default_factory=dict)
    topics: Mapping[str, Topic] = field(default_factory=dict)  # group of watch rules → its keys
    default_owner: DepartmentCode


@dataclass(frozen=True, kw_only=True)
class Separation:
    rule: Literal[
        "drafter != approver",
        "case_owner != assessor_of_that_case",
        "level_lowering needs second_person and reason",
    ]


@dataclass(frozen=True, kw_only=True)
class Owners:
    by_class: Annotated[Mapping[str, DepartmentCode], Keys("channel_class", complete=True)]


@dataclass(frozen=True, kw_only=True)
class DailyPatrol:
    per_source_min_times: Count
    max_gap_hours: Annotated[int, Between(1, 24)]
    windows: tuple[Window, ...]


@dataclass(frozen=True, kw_only=True)
class EmergencyPatrol:
    per_source_every_minutes: Annotated[int, Between(1, 1440)]
    until: str


@dataclass(frozen=True, kw_only=True)
class Patrol:
    daily: DailyPatrol
    emergency: EmergencyPatrol


@dataclass(frozen=True, kw_only=True)
class LiaisonNeed:
    concern_type: tuple[Annotated[str, Ref("concern")], ...] = ()
    or_level_at_least: LevelCode | None = None


@dataclass(frozen=True, kw_only=True)
class Liaison:
    bodies: Names
    required_when: LiaisonNeed
    within: Duration
    answer_within: Duration = field(default_factory=lambda: Duration.parse("PT24H"))
    clue_bodies: tuple[str, ...] = ()  # to whom a clue may lawfully be handed over (61号)


@dataclass(frozen=True, kw_only=True)
class Monitor:
    """（五）"""

    modes: Names
    channel_classes: Names
    extra_classes: tuple[str, ...] = ()
    owners: Owners
    standard: str
    coverage_rule: str
    patrol: Patrol
    concern_types: Names
    other_kinds: tuple[str, ...] = ()
    quiet_kinds: tuple[Annotated[str, Ref("concern")], ...] = ()  # at the lowest level they call for no answer
    proof_needed: tuple[Annotated[str, Ref("concern")], ...] = ()  # only with claim, proof and a second person (C1.2)
    rectify_kinds: tuple[Annotated[str, Ref("concern")], ...] = ()  # not closed without 源头整改 or why none (C2.2)
    heard_as: Mapping[str, Annotated[str, Ref("concern")]] = field(default_factory=dict)  # the engine's word → its own
    definitions: Annotated[Mapping[str, str], Keys("concern")] = field(default_factory=dict)
    liaison: Liaison
    missed_topic_posts: Count = 3  # this many posts of one matter, and nobody has looked: a missed topic (C1.3)


@dataclass(frozen=True, kw_only=True)
class Level:
    """A level of public opinion; levels are listed from the lightest to the gravest."""

    code: Annotated[str, Pattern("L[1-9]", "级别代码 L1、L2……", "a level code L1, L2, …")]
    name: str
    en: str = ""
    colour: str
    shape: Literal["circle", "triangle", "diamond", "square"] | None = None
    fill: Colour = "#5b6470"
    ink: Colour = "#ffffff"


@dataclass(frozen=True, kw_only=True)
class ConfirmBy:
    by_level: Annotated[Mapping[str, RoleCode], Keys("level", complete=True)]
    deputies_may_act: bool
    upwards: RoleCode


@dataclass(frozen=True, kw_only=True)
class Weights:
    media: Annotated[float, Between(0, 1)]
    intensity: Annotated[float, Between(0, 1)]
    attitude: Annotated[float, Between(0, 1)]
    evolution: Annotated[float, Between(0, 1)]
    sensitivity_offline: Annotated[float, Between(0, 1)]


@dataclass(frozen=True, kw_only=True)
class Floors:
    """Levels that one fact alone makes certain; they raise, never lower (DOMAIN §4.2)."""

    F1a: LevelCode | None = None
    F1b: LevelCode | None = None
    F2: LevelCode | None = None
    F3: LevelCode | None = None
    F4: LevelCode | None = None
    F6: LevelCode | None = None


@dataclass(frozen=True, kw_only=True)
class Unconfirmed:
    effect: Literal["provisional_clock"]
    cap: LevelCode
    unless: Literal["floor_fired"]


@dataclass(frozen=True, kw_only=True)
class Lowering:
    """INV-7 and INV-3: a second person and a reason, and no deadline moves later; no file can loosen it."""

    second_person: Literal[True]
    reason_min_chars: Annotated[int, Between(1, 2000)]
    clock_effect: Literal["never_later"]


@dataclass(frozen=True, kw_only=True)
class Grading:
    mode: Literal["suggest_then_human_confirm"]
    weights: Weights
    thresholds: Annotated[Mapping[str, Annotated[float, Between(0, 100)]], Keys("level")]
    confirm_within: Duration
    confirm_by: ConfirmBy
    floors: Floors
    unconfirmed: Unconfirmed
    unknown_figures: Literal["platform_median_with_range"]
    lowering: Lowering


@dataclass(frozen=True, kw_only=True)
class LifeSafety:
    """F5: not a level but a path of its own; who is called until somebody acknowledges."""

    call_within: Duration
    call_roles: tuple[RoleCode, ...]
    repeat_every: Duration
    number: Annotated[str, Ref("urgent_number")]


@dataclass(frozen=True, kw_only=True)
class LevelActions:
    """What a level sets in motion (DOMAIN §4.3)."""

    first_notice: Literal["ledger"] | Duration
    forms: tuple[Annotated[str, Ref("form")], ...]
    meeting: Literal["none", "optional", "required"]
    special_report: Literal["none", "single", "with_updates", "rolling"]
    sustained_decision: Literal["none", "optional", "required"]
    rescan: Duration
    review_within: Duration


@dataclass(frozen=True, kw_only=True)
class ActionsByLevel:
    by_level: Annotated[Mapping[str, LevelActions], Keys("level", complete=True)]


@dataclass(frozen=True, kw_only=True)
class ClockRule:
    """The limit of one level (C8.5, C8.6); ``path`` finds its basis."""

    within: Duration
    path: Path


@dataclass(frozen=True, kw_only=True)
class InternalClock:
    """A nudge inside the bureau; ``by_level`` may leave levels out, where the act is not asked for."""

    within: Duration | None = None
    by_level: Annotated[Mapping[str, Duration], Keys("level")] = field(default_factory=dict)
    start: Start = "first_known_at"
    nodes: tuple[str, ...] = ()
    at_most: Count | None = None
    path: Path

    def limit(self, level: str) -> Duration | None:
        """The limit for a level code, or None where the act is not asked for."""
        return self.by_level.get(level, self.within) if self.by_level else self.within


@dataclass(frozen=True, kw_only=True)
class EscalationStep:
    """From this share of a clock on, these posts are called; the lead department's own where a post is in one."""

    at: Annotated[float, Between(1e-9, 1)]
    roles: tuple[RoleCode, ...]


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """The ladder: duty officer → head → leader, again after ``repeat_every`` until somebody acknowledges."""

    steps: tuple[EscalationStep, ...]
    repeat_every: Duration


@dataclass(frozen=True, kw_only=True)
class Clocks:
    start: Literal["first_known_at"]
    unit: Literal["natural_hours", "working_days", "working_hours"]
    stop_event: Literal["response_published"]
    respond_within: Annotated[Mapping[str, ClockRule], Keys("level", complete=True)]
    regrade_effect: str
    warn_at: tuple[Annotated[float, Between(1e-9, 1)], ...]
    internal: Annotated[Mapping[str, InternalClock], Keys("act")] = field(default_factory=dict)
    escalation: Escalation | None = None
    quiet_hours: tuple[Window, ...] = ()  # for internal nudges only, never for a legal clock (C5.12)


@dataclass(frozen=True, kw_only=True)
class OverlayScope:
    """The level of the *emergency* (突发事件), which is not the level of the opinion."""

    emergency_event: tuple[Annotated[str, Ref("emergency_level")], ...]


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """A superior norm laid over the regulation, from its own date on (C14.1)."""

    id: str
    name: str = ""
    effective_from: date
    applies: OverlayScope
    respond_within: Duration | None = None
    first_authoritative_release_within: Duration | None = None
    press_conference_within: Duration | None = None
    path: Path

    @property
    def acts(self) -> dict[str, Duration]:
        """The acts it asks for, with their limits from first knowledge."""
        limits = {
            "respond": self.respond_within,
            "first_authoritative_release": self.first_authoritative_release_within,
            "press_conference": self.press_conference_within,
        }
        return {act: limit for act, limit in limits.items() if limit is not None}


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Only for working time. A span is two dates with a stroke, both included."""

    weekdays: tuple[Annotated[int, Between(1, 7)], ...]
    working_hours: tuple[Window, ...]
    holidays: tuple[DayOrSpan, ...] = ()
    makeup_days: tuple[DayOrSpan, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JointMeeting:
    """C10.1, G10: who may chair, who is called beside the case's departments, how many make it a meeting."""

    quorum: Annotated[float, Between(0.01, 1)]
    chair: tuple[RoleCode, ...]
    invite: tuple[RoleCode, ...]


@dataclass(frozen=True, kw_only=True)
class Content:
    """A whole regulation file, block by block."""

    schema: Literal["huiying.regulation/1"]
    meta: Meta
    principles: Mapping[str, Principle]
    roles: Mapping[str, Role]
    departments: Mapping[str, Department]
    responsibilities: Mapping[str, Named]
    routing: Routing
    separation_of_duty: tuple[Separation, ...]
    monitor: Monitor
    levels: tuple[Level, ...]
    emergency_levels: Mapping[str, str]
    grading: Grading
    life_safety: LifeSafety
    level_actions: ActionsByLevel
    clocks: Clocks
    overlays: tuple[Overlay, ...] = ()
    calendar: Calendar | None = None
    joint_meeting: JointMeeting | None = None
    dialogue: Dialogue = USUAL_DIALOGUE
    acts: Mapping[str, Act]
    states: Mapping[str, Named]
    response: Response
    asking: Asking = field(default_factory=Asking)
    workflow: Workflow
    transfer: Transfer
    risk_assessment: RiskAssessment
    documents: Names
    log: DailyLog
    training: Training
    release_platforms: ReleasePlatforms
    accountability: Accountability
    assessment: Assessment = USUAL_ASSESSMENT
    prohibited: Names
    retention: Retention
    watch: Watch
    urgent_numbers: Mapping[str, Named]
    english: Mapping[str, str]
