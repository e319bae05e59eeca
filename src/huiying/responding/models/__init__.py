"""From draft to public answer, its forms, what comes after it, and what is said unasked."""

from huiying.responding.models.core import (
    BodyConfirmation as BodyConfirmation,
    Evidence as Evidence,
    Publication as Publication,
    ReviewDecision as ReviewDecision,
    Reviewed as Reviewed,
    ReviewRound as ReviewRound,
    ReviewStep as ReviewStep,
    Revision as Revision,
    Withholding as Withholding,
)
from huiying.responding.models.dialogue import PersonalRequest as PersonalRequest, Subscription as Subscription
from huiying.responding.models.drafting import AnswerTemplate as AnswerTemplate, MachineDraft as MachineDraft
from huiying.responding.models.forms import (
    Authorisation as Authorisation,
    EffectReview as EffectReview,
    ExpertExplanation as ExpertExplanation,
    Interview as Interview,
    MediaInquiry as MediaInquiry,
    PressConference as PressConference,
    StatutoryFiling as StatutoryFiling,
    SustainedDecision as SustainedDecision,
)
from huiying.responding.models.releasing import (
    DisclosureItem as DisclosureItem,
    InfoGap as InfoGap,
    PartnerPush as PartnerPush,
    PressRelease as PressRelease,
    PressStep as PressStep,
    PressVersion as PressVersion,
    TopicPage as TopicPage,
    TopicText as TopicText,
)
