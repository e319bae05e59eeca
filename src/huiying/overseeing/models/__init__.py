"""Assessments and measures （十二）; training, the roster of skills, the house's own rules （九）."""

from huiying.overseeing.models.assessing import Appeal, Assessment, AssessmentComment, Measure
from huiying.overseeing.models.erasing import ErasureProposal
from huiying.overseeing.models.rules import HouseRule, ReadReceipt, RuleVersion
from huiying.overseeing.models.skills import SkillEntry
from huiying.overseeing.models.training import Training, TrainingSeat, TrainingSession

__all__ = [
    "Appeal",
    "Assessment",
    "AssessmentComment",
    "ErasureProposal",
    "HouseRule",
    "Measure",
    "ReadReceipt",
    "RuleVersion",
    "SkillEntry",
    "Training",
    "TrainingSeat",
    "TrainingSession",
]
