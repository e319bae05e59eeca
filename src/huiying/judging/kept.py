"""Which columns of this room's tables the ledger vouches for, and of every other one why not (ADR 30)."""

from __future__ import annotations

from huiying.judging.models import (
    Alarm,
    AlarmSetting,
    ConcernDecision,
    ConcernRating,
    ConcernSample,
    Dismissal,
    Event,
    EventPost,
    LearningRun,
    LevelDecision,
    Pin,
    SampledPost,
    SampleDraw,
    ScreenAdjustment,
    Screening,
    SharePackage,
    ShareReply,
    UrgentCall,
    VoiceTag,
    Warning,
    WatchChange,
    WatchHit,
    WatchProposal,
    WatchReview,
    WatchVerdict,
)
from huiying.ledger.kept import COUNTER, DERIVED, QUEUE, keep, leave

RULES = "规则对来文的判断：由来文与当时的规则版本算出，可随时重算"
BY_RULES = (
    "score", "rules", "lead", "co_leads", "confirm_with", "concern", "level", "sensitivity", "reasons", "reasons_en",
    "figures", "ruleset",
)  # fmt: skip
COUNTED = (
    "last_post_at", "first_published_at", "platforms_count", "lead", "co_leads", "confirm_with", "concern",
    "floor_fired", "grade", "tally", "reasons", "reasons_en", "alarm", "alarm_peak",
)  # fmt: skip
UNTOUCHED = {"band": Screening.OUT, "life_safety": False, "cleared": "", "cleared_by": "", "cleared_at": None}

# A post that is put aside (98 of 100) has no entry of its own: nobody has touched its row, and it says so.
keep(
    Screening,
    "来文的研判",
    "Screening of a post",
    {**dict.fromkeys(BY_RULES, RULES), "screened_at": QUEUE},
    whole=True,
    untold=UNTOUCHED,
)
keep(Event, "事件", "Event", {**dict.fromkeys(COUNTED, DERIVED), "confirm_by": QUEUE})
keep(EventPost, "事件中的来文", "Post of an event", whole=True)
leave(VoiceTag, "声音标记只用来计数，随事件销毁；有几个声音由事件行写明并对照")
keep(LevelDecision, "定级决定", "Level decision")
keep(ConcernDecision, "性质决定", "Concern decision")
keep(Warning, "预警", "Warning", {"next_action_at": QUEUE})
keep(UrgentCall, "人身安全呼叫", "Call about a danger to life", {"next_action_at": QUEUE})
keep(Dismissal, "不予回应", "Dismissal")
keep(Alarm, "传播报警", "Alarm")
keep(AlarmSetting, "报警线", "Alarm setting")
keep(LearningRun, "从更正中学习", "Learning run")
keep(ConcernSample, "性质抽样", "Concern sample")
keep(ConcernRating, "性质抽样的标注", "Concern rating")
keep(Pin, "人对归并的意见", "Word on the grouping")
keep(SampleDraw, "周抽样", "Weekly sample")
keep(SampledPost, "抽中的来文", "Sampled post")
keep(ScreenAdjustment, "研判的调整", "Adjustment of the screening")
keep(SharePackage, "共享包", "Shared package", {"opens": COUNTER, "last_opened_at": COUNTER})
keep(ShareReply, "共享的回复", "Reply to a shared package")
keep(WatchProposal, "监测规则的提议", "Proposal of watch rules")
keep(WatchChange, "监测规则的改动", "Change of a watch rule")
leave(WatchHit, RULES)
keep(WatchVerdict, "对规则命中的评价", "Verdict on a rule's hit")
keep(WatchReview, "对无命中规则的复核", "Review of a silent rule")
