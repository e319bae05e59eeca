"""Consultations （四）; policies, their assessments and plans （六）."""

from huiying.foreseeing.models.consulting import Consultation, Opinion, OpinionGroup, Tally
from huiying.foreseeing.models.plans import Plan, PlanHit, Trigger
from huiying.foreseeing.models.policies import (
    Assessment,
    Deliberation,
    Policy,
    Risk,
    Survey,
    Tracking,
    Visit,
)

__all__ = [
    "Assessment",
    "Consultation",
    "Deliberation",
    "Opinion",
    "OpinionGroup",
    "Plan",
    "PlanHit",
    "Policy",
    "Risk",
    "Survey",
    "Tally",
    "Tracking",
    "Trigger",
    "Visit",
]
