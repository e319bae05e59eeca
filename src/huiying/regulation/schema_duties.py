"""The blocks of a regulation file from response to retention, （六）to（十二）; see ``schema``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from huiying.regulation.durations import Duration
from huiying.regulation.markers import Between, Keys
from huiying.regulation.schema_words import Code, Count, DepartmentCode, LevelCode, Names, RoleCode


@dataclass(frozen=True, kw_only=True)
class Consult:
    required_if_mentions: bool
    record: Names
    blocks_publish: Literal[True]


@dataclass(frozen=True, kw_only=True)
class SustainedDecision:
    levels: tuple[LevelCode, ...]
    also_optional_for: tuple[LevelCode, ...] = ()
    record: Names


@dataclass(frozen=True, kw_only=True)
class LinkedChannels:
    set: Names
    min_channels: Annotated[Mapping[str, Count], Keys("level", complete=True)]
    max_skew: Duration
    same_facts_block: bool


@dataclass(frozen=True, kw_only=True)
class Response:
    """（八）"""

    forms: Names
    forms_other: tuple[str, ...] = ()
    voice: Names
    consult_other_agencies: Consult
    sustained_response_decision: SustainedDecision
    linked_channels: LinkedChannels


@dataclass(frozen=True, kw_only=True)
class ReviewSteps:
    """``by_level``: groups in order; the roles of one group review side by side."""

    deputies_may_act: bool
    by_level: Annotated[Mapping[str, tuple[tuple[RoleCode, ...], ...]], Keys("level", complete=True)]
    names: Annotated[Mapping[str, ReviewStep], Keys("role")] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ReviewStep:
    """How a role's step in the review is called."""

    code: Code
    name: str
    en: str = ""


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """（九）: at least two people, for nobody approves their own draft (INV-4)."""

    steps: Names
    minimum_people: Annotated[int, Between(2, 20)]
    review_steps: ReviewSteps


@dataclass(frozen=True, kw_only=True)
class Transfer:
    required_fields: Names
    routing_basis: Names
    report_back_to: DepartmentCode


@dataclass(frozen=True, kw_only=True)
class RiskAssessment:
    trigger: str
    methods: Names
    min_methods: Count
    risk_levels: Names
    outputs: Names
    gate: Literal["policy_cannot_be_marked_issued_without_approved_assessment"]


@dataclass(frozen=True, kw_only=True)
class DailyLog:
    unit: Literal["natural_day"]
    must_exist_even_if_nothing: Literal[True]
    signed_by: tuple[RoleCode, ...]


@dataclass(frozen=True, kw_only=True)
class Training:
    per_year_min: Count
    abilities: Names
    organisers: tuple[DepartmentCode, ...]


@dataclass(frozen=True, kw_only=True)
class Wechat:
    must_exist: bool
    link_with: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    required: bool = True


@dataclass(frozen=True, kw_only=True)
class ReleasePlatforms:
    wechat: Wechat
    proactive_disclosure: Disclosure


@dataclass(frozen=True, kw_only=True)
class Accountability:
    """（十二）: the system proposes with evidence; what ``never_automatic`` lists, a leader decides."""

    feeds: str
    ladder: Names
    triggers: Mapping[str, Names]
    never_automatic: Names
    right_to_state_case: Literal[True]


@dataclass(frozen=True, kw_only=True)
class Retention:
    cases: Duration
    ledger_and_case_evidence: Literal["with_case"]
    documents: Duration
    evidence_without_case: Duration
    personal_fields: Duration
    access_log: Duration
    access_log_min_legal: Duration


@dataclass(frozen=True, kw_only=True)
class Watch:
    """The file of watch rules beside the regulation, and the place it watches."""

    file: str
    place: str
    region: str
    own_region_names: Names
