"""What the ledger vouches for of policies, their assessments and plans, and consultations (INV-8, INV-12)."""

from huiying.foreseeing import models
from huiying.ledger.kept import QUEUE, keep

keep(models.Policy, "政策", "A policy", {"next_action_at": QUEUE})
keep(models.Assessment, "风险评估", "A risk assessment")
keep(models.Risk, "评估的风险", "A risk of an assessment")
keep(models.Tracking, "舆情跟踪", "A tracking of opinion")
keep(models.Survey, "抽样调查", "A survey")
keep(models.Visit, "重点走访", "A visit")
keep(models.Deliberation, "会商纪要", "Minutes of a deliberation")
keep(models.Plan, "处置预案", "A plan", {"looked_at": QUEUE, "drill_reminded_at": QUEUE})
keep(models.Plan.contacts.through, "预案的联系人", "A contact of a plan")
keep(models.Trigger, "预案的启动条件", "A trigger of a plan")
keep(models.PlanHit, "预案的命中", "A hit of a plan")
keep(models.Consultation, "意见征集", "A consultation", {"next_action_at": QUEUE})
keep(models.Opinion, "征集到的意见", "An opinion")
keep(models.OpinionGroup, "意见的归类", "A group of opinions")
keep(models.Tally, "调查的计票", "A count of a survey")
