"""What the ledger vouches for of drafts, reviews, publications, releases and pages (INV-4, INV-8, INV-12)."""

from huiying.ledger.kept import QUEUE, keep
from huiying.responding import models

# Sending moves a publication between these by itself, with every try.
ON_ITS_WAY = (models.Publication.QUEUED, models.Publication.SENDING)
REMINDED = {"next_action_at": QUEUE}

keep(models.Revision, "文稿", "A draft")
keep(models.ReviewRound, "一轮审核", "A round of review")
keep(models.ReviewStep, "审核的一步", "A step of a review", REMINDED)
keep(models.BodyConfirmation, "有关机关的确认", "The word of another body")
keep(models.Evidence, "凭证", "A proof")
keep(
    models.Publication, "公开发布", "A publication", {"error": QUEUE, "external": QUEUE},
    alike={"state": dict.fromkeys(ON_ITS_WAY, "waiting")},
)  # fmt: skip
keep(models.Withholding, "不予公开", "A withholding")
keep(models.AnswerTemplate, "答复模板", "A template of an answer")
keep(models.MachineDraft, "机器起草的文字", "A text proposed by a machine")
keep(models.Authorisation, "发言授权", "An authorisation to speak")
keep(models.ExpertExplanation, "专家解读", "An expert's explanation")
keep(models.PressConference, "新闻发布会", "A press conference")
keep(models.Interview, "媒体专访", "An interview")
keep(models.MediaInquiry, "媒体询问", "A question of an outlet")
keep(models.SustainedDecision, "持续回应的决定", "A decision to go on answering", REMINDED)
keep(models.EffectReview, "回应效果", "A look at an answer's effect", REMINDED)
keep(models.StatutoryFiling, "法定渠道的登记", "A filing by a statutory way")
keep(models.PressRelease, "新闻稿", "A press release")
keep(models.PressVersion, "新闻稿的一稿", "A version of a press release")
keep(models.PressStep, "新闻稿审核的一步", "A step of a press release's review", REMINDED)
keep(models.DisclosureItem, "主动公开事项", "An item of the disclosure calendar", REMINDED)
keep(models.InfoGap, "补信息任务", "A task of missing information", REMINDED)
keep(models.PartnerPush, "给合作账号的推送", "A push to a partner", {"error": QUEUE})
keep(models.TopicPage, "专题页", "A topic page")
keep(models.TopicText, "专题页的文稿", "A text of a topic page")
keep(models.Subscription, "邮件订阅", "A subscription by e-mail", {"told_until": QUEUE})
keep(models.PersonalRequest, "更正或删除请求", "A request for a correction or a deletion")
