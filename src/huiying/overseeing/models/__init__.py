"""Training, the roster of skills, the house's own rules （九）."""

from huiying.overseeing.models.rules import HouseRule, ReadReceipt, RuleVersion
from huiying.overseeing.models.skills import SkillEntry
from huiying.overseeing.models.training import Training, TrainingSeat, TrainingSession

__all__ = [
    "HouseRule",
    "ReadReceipt",
    "RuleVersion",
    "SkillEntry",
    "Training",
    "TrainingSeat",
    "TrainingSession",
]
