"""Screenings, events, grades, warnings: the machine suggests, a person decides."""

from huiying.judging.models.core import (
    Alarm as Alarm,
    AlarmSetting as AlarmSetting,
    ConcernDecision as ConcernDecision,
    Dismissal as Dismissal,
    Event as Event,
    EventPost as EventPost,
    LevelDecision as LevelDecision,
    Pin as Pin,
    Screening as Screening,
    SharePackage as SharePackage,
    ShareReply as ShareReply,
    UrgentCall as UrgentCall,
    VoiceTag as VoiceTag,
    Warning as Warning,
)
from huiying.judging.models.learning import (
    ConcernRating as ConcernRating,
    ConcernSample as ConcernSample,
    LearningRun as LearningRun,
    SampledPost as SampledPost,
    SampleDraw as SampleDraw,
    ScreenAdjustment as ScreenAdjustment,
    WatchChange as WatchChange,
    WatchHit as WatchHit,
    WatchProposal as WatchProposal,
    WatchReview as WatchReview,
    WatchVerdict as WatchVerdict,
)
