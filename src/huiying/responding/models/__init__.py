"""From draft to public answer, its forms, what comes after it, and what is said unasked."""

from huiying.responding.models.core import (
    BodyConfirmation,
    Evidence,
    Publication,
    ReviewDecision,
    Reviewed,
    ReviewRound,
    ReviewStep,
    Revision,
    Withholding,
)
from huiying.responding.models.dialogue import PersonalRequest, Subscription
from huiying.responding.models.drafting import AnswerTemplate, MachineDraft
from huiying.responding.models.forms import (
    Authorisation,
    EffectReview,
    ExpertExplanation,
    Interview,
    MediaInquiry,
    PressConference,
    StatutoryFiling,
    SustainedDecision,
)
from huiying.responding.models.releasing import (
    DisclosureItem,
    InfoGap,
    PartnerPush,
    PressRelease,
    PressStep,
    PressVersion,
    TopicPage,
    TopicText,
)

__all__ = [
    "AnswerTemplate",
    "Authorisation",
    "BodyConfirmation",
    "DisclosureItem",
    "EffectReview",
    "Evidence",
    "ExpertExplanation",
    "InfoGap",
    "Interview",
    "MachineDraft",
    "MediaInquiry",
    "PartnerPush",
    "PersonalRequest",
    "PressConference",
    "PressRelease",
    "PressStep",
    "PressVersion",
    "Publication",
    "ReviewDecision",
    "ReviewRound",
    "ReviewStep",
    "Reviewed",
    "Revision",
    "StatutoryFiling",
    "Subscription",
    "SustainedDecision",
    "TopicPage",
    "TopicText",
    "Withholding",
]
