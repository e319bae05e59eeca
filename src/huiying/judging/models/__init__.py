"""Screenings, events, grades, warnings: the machine suggests, a person decides."""

from huiying.judging.models.alarming import Alarm, AlarmSetting
from huiying.judging.models.core import (
    ConcernDecision,
    Dismissal,
    Event,
    EventPost,
    LevelDecision,
    Screening,
    UrgentCall,
    VoiceTag,
    Warning,
)
from huiying.judging.models.learning import ConcernRating, ConcernSample, LearningRun
from huiying.judging.models.pins import Pin
from huiying.judging.models.screening import SampledPost, SampleDraw, ScreenAdjustment
from huiying.judging.models.sharing import SharePackage, ShareReply
from huiying.judging.models.watchwords import WatchChange, WatchHit, WatchProposal, WatchReview, WatchVerdict

__all__ = [
    "Alarm",
    "AlarmSetting",
    "ConcernDecision",
    "ConcernRating",
    "ConcernSample",
    "Dismissal",
    "Event",
    "EventPost",
    "LearningRun",
    "LevelDecision",
    "Pin",
    "SampleDraw",
    "SampledPost",
    "ScreenAdjustment",
    "Screening",
    "SharePackage",
    "ShareReply",
    "UrgentCall",
    "VoiceTag",
    "Warning",
    "WatchChange",
    "WatchHit",
    "WatchProposal",
    "WatchReview",
    "WatchVerdict",
]
