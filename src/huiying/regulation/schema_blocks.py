"""The blocks of a regulation file about asking, the public answer, transfer, assessment and retention; see ``schema``.

（四）C4.1, C4.3 and （六）to（十二）. Being asked is the product's own where a file leaves it out: every bureau has a
portal, and whoever was answered may say how it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from huiying.regulation.calendar import Duration
from huiying.regulation.schema_words import Between, Code, Count, DepartmentCode, Keys, LevelCode, Names, Ref, RoleCode


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


# What a method leaves behind as its evidence (C6.2–C6.5); a file's own word is known by one of these in it, or says
# under ``kinds`` what it is.
EvidenceKind = Literal["tracking", "survey", "visit", "meeting"]
_KNOWN_BY: dict[EvidenceKind, tuple[str, ...]] = {
    "tracking": ("跟踪", "监测", "舆情"),
    "survey": ("调查", "征求", "问卷", "抽样"),
    "visit": ("走访", "座谈", "访谈", "调研"),
    "meeting": ("会商", "会议", "论证", "听证"),
}


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
    kinds: Mapping[str, EvidenceKind] = field(default_factory=dict)
    level_from: tuple[Annotated[int, Between(2, 25)], ...] = ()  # the score at which each level above the first begins
    small_sample: Count = 30  # fewer answers than this are flagged wherever a percentage stands (C6.3)
    comparable: Count = 5  # fewer past events than this, and no curve is drawn (C6.6)

    def kind_of(self, method: str) -> EvidenceKind | None:
        """Which evidence shows that the method was used."""
        if method in self.kinds:
            return self.kinds[method]
        return next((kind for kind, words in _KNOWN_BY.items() if any(word in method for word in words)), None)

    @property
    def begins(self) -> tuple[int, ...]:
        """The scores (1–25) at which the second, third … level begins; evenly spread where the file says nothing."""
        n = len(self.risk_levels)
        return self.level_from or tuple(round(25 * at / n * 0.72) for at in range(1, n))

    def level_of(self, score: int) -> str:
        """The level by rule of the gravest risk (C6.7)."""
        return self.risk_levels[sum(score >= start for start in self.begins)]


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
