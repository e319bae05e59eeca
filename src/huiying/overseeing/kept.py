"""What the ledger vouches for of assessments, measures, house rules, training and skills (INV-8, INV-12)."""

from huiying.ledger.kept import COUNTER, QUEUE, keep
from huiying.overseeing import models

FIGURES = "由台账算出，overseeing 的对照逐期重算比较（scores_are_computed）"

keep(models.Assessment, "考核", "An assessment", dict.fromkeys(("weights", "scores", "basis", "sha256"), FIGURES))
keep(models.AssessmentComment, "对考核的意见", "A comment on an assessment")
keep(models.Appeal, "申诉", "An appeal")
keep(models.Measure, "问责措施", "A measure")
keep(models.ErasureProposal, "删除台账内容的提议", "A proposal to erase")
keep(models.HouseRule, "内部制度", "A house rule")
keep(models.RuleVersion, "内部制度的一版", "A version of a house rule", {"reminded_at": QUEUE})
keep(models.ReadReceipt, "制度的已阅", "A receipt of a house rule")
keep(models.SkillEntry, "技能名册", "An entry of the skills")
keep(models.Training, "培训计划", "A training plan")
keep(models.TrainingSession, "一次培训", "A training session")
keep(models.TrainingSeat, "培训的参加人", "A seat of a training session", {"tries": COUNTER})
