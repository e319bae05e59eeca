"""The blocks of a regulation file from transfer to retention, （六）to（十二）; see ``schema``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from huiying.regulation.durations import Duration
from huiying.regulation.schema_words import Count, DepartmentCode, Names, RoleCode


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


@dataclass(frozen=True, kw_only=True)
class Dialogue:
    """（四）: when a question is frequent, how long a consultation keeps people waiting, how long an address stays."""

    same_question: Count
    consultation_least: Duration
    result_within: Duration
    opinions_kept: Duration
    follower_unconfirmed: Duration
    request_within: Duration


# For a file that says nothing of it: a bureau that was set up before there was such a block goes on.
USUAL_DIALOGUE = Dialogue(
    same_question=3,
    consultation_least=Duration.parse("P7D"),
    result_within=Duration.parse("P30D"),
    opinions_kept=Duration.parse("P1Y"),
    follower_unconfirmed=Duration.parse("P2D"),
    request_within=Duration.parse("P15D"),
)


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """（十二）C12.3, G15: how much each indicator weighs, and how long a department may answer before it is final.

    ``weights`` names shares of the department's own work only (``builtin.SCORABLE``): whoever reports more, upgrades
    early or corrects soon can not lose by it (C9.7).
    """

    weights: Mapping[str, Count]
    appeal_within: Duration
    statement_within: Duration
    rectify_within: Duration


USUAL_ASSESSMENT = Assessment(
    weights={
        "on_time_share": 30,
        "accepted_on_time_share": 10,
        "closed_open_share": 10,
        "closed_settled_share": 15,
        "closed_with_root_cause_share": 10,
        "closed_with_feedback_share": 10,
        "with_basis_share": 5,
        "effect_reviews_done_share": 5,
        "decisions_done_share": 5,
    },
    appeal_within=Duration.parse("P7D"),
    statement_within=Duration.parse("P5D"),
    rectify_within=Duration.parse("P30D"),
)
