"""Every indicator: its name in JSON, its words in both languages, and the clauses that it speaks of.

One table, in the order in which figures are shown. An indicator names its clauses here, so that a new one stands on the
page of the whole regulation from the day it is registered. No gettext: the words are data of the ledger's reader, and
leave with `huiying assess` in the same form on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Indicator:
    name: str
    zh: str
    en: str
    clauses: tuple[str, ...] = ()
    unit: str = ""  # named beside the clauses

    @property
    def label(self) -> str:
        """Its Chinese words with unit and clauses, as `huiying assess` prints them."""
        beside = "，".join(filter(None, (self.unit, "、".join(self.clauses))))
        return f"{self.zh}（{beside}）" if beside else self.zh


INDICATORS = (
    Indicator("posts_received", "收到帖子", "Posts received"),
    Indicator("messages_received", "收到群众留言", "Messages received from the public"),
    Indicator("events", "事件", "Events"),
    Indicator("events_dismissed", "两人决定不予回应的事件", "Events that two persons decided not to answer"),
    Indicator("cases", "立案", "Cases opened"),
    Indicator("answered", "已公开回应", "Answered in public"),
    Indicator("answered_on_time", "按时回应", "Answered in time"),
    Indicator("late", "逾期", "Late"),
    Indicator("on_time_share", "按时率", "Answered in time, share"),
    Indicator("late_by_upgrade", "因升级逾期（不计入考核）", "Late because the level was raised (counts in no score)"),
    Indicator("not_answered_by_decision", "依法不予公开", "Lawfully not answered in public"),
    Indicator("median_hours_to_answer", "回应用时中位数（小时）", "Median hours to the answer"),
    Indicator("longest_hours_to_answer", "最长用时（小时）", "Longest hours to an answer"),
    Indicator("returned", "退回", "Returned"),
    Indicator("corrections", "更正", "Corrections"),
    Indicator("confirmations_overridden", "未待确认即发布", "Published without waiting for a confirmation"),
    Indicator(
        "cases_without_one_lead",
        "曾经不是恰有一个主办部门",
        "Cases that for a time had not exactly one lead department",
        ("C2.1",),
    ),
    Indicator("closed", "已办结", "Closed"),
    Indicator(
        "closed_with_root_cause_share", "办结件写明根源的比例", "Closed cases that name the root cause", ("C2.2",)
    ),
    Indicator("rectify_tasks", "源头整改任务", "Tasks to put the root cause right", ("C2.2",)),
    Indicator("rectify_overdue", "源头整改超期", "Tasks on a root cause past their date", ("C2.2",)),
    Indicator("repeat_share", "重复发生的比例", "Matters that came again", ("C2.2",)),
    Indicator(
        "median_hours_to_liaison",
        "首次核实衔接用时中位数",
        "Median hours to the first letter for verification",
        ("C5.15",),
        "小时",
    ),
    Indicator("liaison_required", "须核实衔接", "Cases that must be verified with another body", ("C5.15",)),
    Indicator("liaison_share", "须衔接且已衔接的比例", "Of these, verified", ("C5.15",)),
    Indicator("liaison_exempted", "经批准免于衔接", "Excused from verification by decision", ("C5.15",)),
    Indicator("clues_handed_over", "移交线索", "Clues handed over"),
    Indicator("first_route_accuracy", "首次转办准确率", "First transfers that were right", ("C7.1",)),
    Indicator("followed_share", "按转办表转办的比例", "Transfers that follow the routing table", ("C7.1",)),
    Indicator("refusal_rate", "退回率", "Transfers that were returned", ("C9.7",)),
    Indicator("slips", "转办单", "Transfer slips", ("C10.5",)),
    Indicator("slips_complete_share", "转办单要素齐全的比例", "Transfer slips with all elements", ("C10.5",)),
    Indicator("found_and_disposed", "核实与处置俱全", "Cases with both findings and disposal", ("C7.2",)),
    Indicator("closed_settled_share", "办结件事情已办结的比例", "Closed cases whose matter is settled", ("C7.3",)),
    Indicator("closed_with_feedback_share", "办结件已反馈的比例", "Closed cases with feedback given", ("C6.13",)),
    Indicator("feedback_askers", "反馈群众", "Feedback to those who asked", ("C6.13",)),
    Indicator("feedback_reporters", "反馈报告人", "Feedback to those who reported", ("C6.13",)),
    Indicator("feedback_office", "反馈办公室", "Feedback to the office", ("C6.13",)),
    Indicator("feedback_leaders", "反馈领导", "Feedback to leaders", ("C6.13",)),
    Indicator("conflicting_statements", "与口径不一致的发布", "Publications against the agreed line", ("C7.4",)),
    Indicator(
        "corrections_within_24h",
        "24小时内更正（宽容失误，不计入考核）",
        "Corrected within 24 hours (honest mistakes; counts in no score)",
    ),
    Indicator("silent_past_half", "时限过半仍未发声", "No word after half of the time", ("C1.3",)),
    Indicator("silent_at_deadline", "到期时仍未发声", "No word at the deadline", ("C1.3",)),
    Indicator("median_minutes_to_accept", "签收用时中位数", "Median minutes to acceptance", ("C9.7",), "分钟"),
    Indicator("accepted_on_time_share", "按时签收的比例", "Accepted in time", ("C10.6",)),
    Indicator("meetings_held", "联席会议", "Joint meetings", ("C10.1",)),
    Indicator("meetings_required", "须开联席会议的案件", "Cases that need a joint meeting", ("C10.1",)),
    Indicator("meeting_share", "须开且已开的比例", "Of these, met", ("C10.1",)),
    Indicator("attendance_share", "到会率", "Attendance at meetings", ("C10.1",)),
    Indicator("decisions", "议定事项", "Decisions of meetings", ("C10.1",)),
    Indicator("decisions_done_share", "议定事项完成率", "Decisions carried out", ("C10.1",)),
    Indicator("node_reports", "节点报送", "Node reports", ("C10.7",)),
    Indicator("reports_seen_on_time_share", "节点报送按时阅知的比例", "Node reports seen in time", ("C10.7",)),
    Indicator(
        "closed_open_share",
        "办结件已公开回应或有法定理由的比例",
        "Closed cases answered in public or with a lawful ground",
        ("C1.1",),
    ),
    Indicator("empty_grounds", "没有理由的不公开", "Not published without a ground", ("C1.1",)),
    Indicator("media_inquiries", "媒体询问", "Inquiries by the media", ("C1.4",)),
    Indicator("media_answered", "已答复媒体", "Inquiries answered", ("C1.4",)),
    Indicator("before_media_share", "先于媒体询问发声的比例", "First word before the media asked", ("C1.4",)),
    Indicator("before_peak_share", "先于热度高点回应的比例", "Answered before the peak", ("C1.4",)),
    Indicator("with_basis_share", "回应写明依据的比例", "Answers that name their legal basis", ("C3.1",)),
    Indicator("public_releases", "公开发布", "Public releases", ("C8.2",)),
    Indicator("release_chain_share", "发布有审定和两项审查的比例", "Releases with approval and both checks", ("C8.2",)),
    Indicator("voice_mismatches", "非主办、非处置、未授权而发声", "Spoken by a department with no right to", ("C8.3",)),
    Indicator(
        "bodies_confirmed_share", "涉及其他机关且已沟通确认的比例", "Other bodies concerned that confirmed", ("C8.4",)
    ),
    Indicator("three_names_share", "公开文稿有三人以上经手的比例", "Public texts that passed three persons", ("C9.3",)),
    Indicator("effect_reviews_due", "到期的效果观察", "Reviews of effect that were due", ("C3.2",)),
    Indicator("effect_reviews_done_share", "效果观察完成率", "Reviews of effect done", ("C3.2",)),
    Indicator("second_wave_share", "又起一波的比例", "Second waves", ("C3.2", "C8.10")),
    Indicator("sustained_required", "须决定是否持续回应", "Cases that need a decision to go on answering", ("C8.8",)),
    Indicator("sustained_decided_share", "须决定且已决定的比例", "Of these, decided", ("C8.8",)),
    Indicator("forms_of_answer", "专家解读、发布会、专访", "Expert explanations, conferences, interviews", ("C8.7",)),
    Indicator("forms_with_evidence_share", "上述形式有证据的比例", "Of these, with evidence", ("C8.7",)),
    Indicator("families_published", "联动渠道发布", "Linked channels used", ("C8.9",)),
    Indicator("max_skew_hours", "渠道间最大时差", "Longest hours between channels", ("C8.9",), "小时"),
    Indicator("withdrawals", "撤回", "Withdrawals", ("C11.1",)),
    Indicator("disclosures_due", "主动公开事项", "Items of active disclosure", ("C11.1",)),
    Indicator("disclosures_on_time_share", "主动公开按时率", "Active disclosure in time", ("C11.1",)),
    Indicator("press_releases", "新闻发布", "Press releases", ("C11.5",)),
    Indicator("spokesperson_days", "发言人在册天数", "Days with a spokesperson in the register", ("C12.1",)),
    Indicator("detection_hours_p50", "发现用时中位数", "Median hours to detection", ("C6.11",), "小时"),
    Indicator("detection_hours_p90", "九成在多少小时内发现", "Hours within which nine of ten are detected", ("C6.11",)),
    Indicator("warnings", "预警", "Warnings", ("C6.12",)),
    Indicator("warnings_acknowledged_on_time_share", "预警按时知悉的比例", "Warnings acknowledged in time", ("C6.12",)),
    Indicator(
        "median_minutes_to_acknowledge",
        "知悉预警用时中位数",
        "Median minutes to acknowledge a warning",
        ("C6.12",),
        "分钟",
    ),
    Indicator("warnings_cancelled", "取消的预警", "Warnings cancelled", ("C6.12",)),
    Indicator("alarms_judged", "判断过的传播报警", "Spread alarms that were judged", ("C6.11",)),
    Indicator("alarms_real_share", "传播报警属实的比例", "Spread alarms that were real", ("C6.11",)),
    Indicator("rumour_labels", "认定为谣言", "Called a rumour", ("C1.2",)),
    Indicator(
        "rumours_with_proof_share",
        "谣言认定有说法、证据和两人的比例",
        "Rumours with claim, proof and two persons",
        ("C1.2",),
    ),
    Indicator("concern_pairs", "两人都标过的性质抽样", "Samples labelled by two persons", ("C5.14",)),
    Indicator("concern_agreement_share", "两人标得一样的比例", "Of these, labelled alike", ("C5.14",)),
    Indicator("concern_kappa", "两人一致性 kappa", "Agreement of two persons, kappa", ("C5.14",)),
    Indicator("roster_uncovered_hours", "值班表无人的钟点", "Hours with nobody on the roster", ("C5.1",), "小时"),
    Indicator("handovers", "交接班", "Hand-overs", ("C5.1",)),
    Indicator("handovers_on_time_share", "按时交接的比例", "Hand-overs in time", ("C5.1",)),
    Indicator("patrol_ticks", "巡查记录", "Patrol entries", ("C5.8",)),
    Indicator("patrol_on_time_share", "按时巡查的比例", "Patrols in time", ("C5.8",)),
    Indicator("emergency_watches", "突发事件监测", "Emergency watches", ("C5.9",)),
    Indicator(
        "longest_minutes_to_first_check",
        "启动到首次查看最长",
        "Longest minutes from start to the first check",
        ("C5.9",),
        "分钟",
    ),
    Indicator("silent_rules_reviewed", "复查过的无命中规则", "Rules without hits that were reviewed", ("C5.11",)),
    Indicator(
        "detection_hours_day_p50",
        "白天发布的：发现用时中位数",
        "Published by day: median hours to detection",
        ("C5.12", "C5.17"),
        "小时",
    ),
    Indicator(
        "detection_hours_day_p90",
        "白天发布的：九成在多少小时内发现",
        "Published by day: hours within which nine of ten are detected",
        ("C5.12", "C5.17"),
    ),
    Indicator(
        "detection_hours_night_p50",
        "夜间发布的：发现用时中位数",
        "Published by night: median hours to detection",
        ("C5.12", "C5.17"),
        "小时",
    ),
    Indicator(
        "detection_hours_night_p90",
        "夜间发布的：九成在多少小时内发现",
        "Published by night: hours within which nine of ten are detected",
        ("C5.12", "C5.17"),
    ),
    Indicator("outside_compared", "核对过的外来件", "Outside items compared", ("C5.16",)),
    Indicator("missed", "漏报", "Missed reports", ("C5.16",)),
    Indicator("missed_share", "漏报率", "Missed reports, share", ("C5.16",)),
    Indicator("found_late", "迟报", "Late reports", ("C5.17",)),
    Indicator("shares", "共享", "Shared with other bodies", ("C5.18",)),
    Indicator("shares_opened", "对方已打开的共享", "Shares that were opened", ("C5.18",)),
    Indicator("shares_answered", "共享收到的回复", "Replies to what was shared", ("C5.18",)),
    Indicator("channels_registered", "登记的互动渠道", "Channels of dialogue in the register", ("C4.1",)),
    Indicator("channels_heard", "有来文的互动渠道", "Channels of dialogue with messages", ("C4.1",)),
    Indicator("messages_of_no_channel", "没有登记渠道的来文", "Messages through no registered channel", ("C4.1",)),
    Indicator(
        "via_intake_share", "外部清单中已经进入本入口的比例", "Items of outside lists that had come in here", ("C4.1",)
    ),
    Indicator("receipt_share", "来文有回执的比例", "Messages with a receipt", ("C4.3",)),
    Indicator("messages_accepted_share", "留言已受理的比例", "Messages accepted", ("C4.3",)),
    Indicator(
        "median_minutes_to_acceptance", "受理用时中位数", "Median minutes to acceptance of a message", ("C4.3",), "分钟"
    ),
    Indicator("ratings", "满意度评价", "Ratings of satisfaction", ("C4.2",)),
    Indicator("satisfied_share", "满意的比例", "Satisfied", ("C4.2",)),
    Indicator("asked_again", "再次提出", "Asked again", ("C4.3",)),
    Indicator("asked_again_answered_share", "再次提出已答复的比例", "Asked again and answered", ("C4.3",)),
    Indicator("digests_issued", "民意月报", "Monthly digests", ("C4.5",)),
    Indicator("consultations_opened", "公开征集意见", "Public consultations", ("C4.2",)),
    Indicator("opinions_received", "收到意见", "Opinions received", ("C4.2",)),
    Indicator("suggestions_adopted", "采纳的建议", "Suggestions adopted", ("C4.2",)),
    Indicator(
        "suggestions_with_reason_share",
        "公布了采纳或不采纳理由的比例",
        "Suggestions with a published reason",
        ("C4.2",),
    ),
    Indicator(
        "consultation_results_on_time_share",
        "征集结果按时公布的比例",
        "Results of consultations published in time",
        ("C4.2",),
    ),
    Indicator("consultations_overdue", "征集结果超期未公布", "Results of consultations past their date", ("C4.2",)),
    Indicator("hot_pages", "热点回应页", "Pages on matters of the day", ("C4.4",)),
    Indicator("frequent_pages", "常见问题页", "Pages of frequent questions", ("C4.4",)),
    Indicator("clarification_pages", "澄清页", "Clarification pages", ("C4.4",)),
    Indicator(
        "rumours_clarified_share", "认定的谣言有公开澄清页的比例", "Rumours with a public clarification", ("C4.4",)
    ),
    Indicator(
        "hot_topics", "同一问题来信达到规定次数的热点", "Questions asked so often that they need a page", ("C4.4",)
    ),
    Indicator("hot_topics_with_page_share", "热点有公开页的比例", "Of these, with a public page", ("C4.4",)),
    Indicator("personal_requests", "更正和删除请求", "Requests for correction or deletion"),
    Indicator("personal_requests_on_time_share", "更正和删除请求按时办结的比例", "Such requests settled in time"),
    Indicator(
        "policies_screened", "判定过是否涉及群众利益的政策", "Policies screened for the interests of people", ("C6.1",)
    ),
    Indicator(
        "policies_touching_people", "其中涉及群众切身利益", "Of these, touching the interests of people", ("C6.1",)
    ),
    Indicator("policies_issued", "出台的政策", "Policies issued", ("C6.1",)),
    Indicator(
        "issued_assessed_share",
        "涉及群众利益而出台前评估已批准的比例",
        "Of those that touch people, assessed before they were issued",
        ("C6.1",),
    ),
    Indicator("assessments_approved", "批准的风险评估", "Risk assessments approved", ("C6.1",)),
    Indicator("methods_with_evidence", "评估中有证据的方式", "Methods with evidence", ("C6.2",)),
    Indicator(
        "assessments_with_two_methods_share",
        "用了两种以上方式的评估比例",
        "Assessments by two methods or more",
        ("C6.2",),
    ),
    Indicator("surveys_done", "抽样调查", "Sample surveys", ("C6.3",)),
    Indicator("surveys_small", "样本太小的调查", "Surveys with too small a sample", ("C6.3",)),
    Indicator(
        "surveys_with_frame_share", "写明抽样范围和问卷的调查比例", "Surveys with frame and questions", ("C6.3",)
    ),
    Indicator("visits_done", "重点走访", "Visits", ("C6.4",)),
    Indicator(
        "visits_as_planned_share", "走访达到计划的评估比例", "Assessments with as many visits as planned", ("C6.4",)
    ),
    Indicator("minutes_signed_share", "会商纪要已签发的比例", "Minutes of deliberation signed", ("C6.5",)),
    Indicator("risks_listed", "列出的风险", "Risks listed", ("C6.6",)),
    Indicator(
        "risks_with_sign_and_owner_share",
        "有早期迹象和责任人的风险比例",
        "Risks with an early sign and an owner",
        ("C6.6",),
    ),
    Indicator("levels_signed_share", "风险等级有人签字的比例", "Risk levels signed by a person", ("C6.7",)),
    Indicator("grave_risks", "须有预案的评估", "Assessments that need a plan", ("C6.8",)),
    Indicator(
        "grave_risks_with_plan_share",
        "须有预案且有预案和演练日期的比例",
        "Of these, with a plan and a date to drill it",
        ("C6.8",),
    ),
    Indicator("plan_drills_on_time_share", "预案按时演练的比例", "Plans drilled in time", ("C6.8",)),
    Indicator("plans_met", "符合预案启动条件的事件", "Events that met a plan's trigger", ("C6.8",)),
    Indicator("plans_set_off", "启动的预案", "Plans set off", ("C6.8",)),
    Indicator("agenda_items", "列入日程的事项", "Items on the agenda", ("C9.1",)),
    Indicator("departments_without_agenda", "没有列入日程的部门", "Departments with none on the agenda", ("C9.1",)),
    Indicator("training_sessions", "办过的培训", "Trainings held", ("C9.6",)),
    Indicator("training_attendance_share", "培训到课率", "Attendance at trainings", ("C9.6",)),
    Indicator(
        "training_abilities_covered_share",
        "练到的能力占规定能力的比例",
        "Abilities trained, of those the regulation asks for",
        ("C9.6",),
    ),
    Indicator("training_quiz_share", "测验得分率", "Score in quizzes", ("C9.6",)),
    Indicator("skills_on_one_person", "只靠一个人的技能", "Skills that hang on one person", ("C9.4",)),
    Indicator("house_rules", "内部制度", "House rules", ("C9.2",)),
    Indicator("house_rules_lapsed", "没有签发或已过期的内部制度", "House rules not signed or run out", ("C9.2",)),
    Indicator("house_rules_read", "阅读确认", "Readings acknowledged", ("C9.2",)),
    Indicator("daily_logs", "生成的每日日志", "Daily logs", ("C6.9",)),
    Indicator("daily_logs_signed_share", "两人签过的日志", "Daily logs signed by two", ("C6.9",)),
    Indicator("special_reports", "印发的专报", "Special reports issued", ("C6.10",)),
    Indicator("instructions_given", "领导批示", "Leaders' instructions", ("C6.10",)),
    Indicator("instructions_closed_share", "办结的批示", "Instructions closed", ("C6.10",)),
    Indicator("reports_credited", "工作人员报告舆情（记功，不计分）", "Reports by staff (credited, never scored)"),
    Indicator("phone_tests", "电话抽测", "Telephone tests", ("C10.3",)),
    Indicator("phone_reached_share", "抽测接通的比例", "Telephone tests that reached somebody", ("C10.3",)),
    Indicator("topics_owned_share", "有主办和后备部门的业务范畴", "Categories with a lead and a backup", ("C2.3",)),
    Indicator("reviews_done", "复盘", "Reviews of what was learned", ("C3.3",)),
    Indicator("classes_covered_share", "看过的渠道类", "Classes of channels that were looked at", ("C5.10",)),
    Indicator("gaps_made", "信息缺口任务", "Tasks on information gaps", ("C6.14",)),
    Indicator("gaps_done_share", "信息缺口已补的比例", "Information gaps closed", ("C6.14",)),
    Indicator(
        "seen_by_office_share",
        "部门报送后统筹部门看过的案件",
        "Cases that the office saw after a department's report",
        ("C7.5",),
    ),
    Indicator("on_time_lowest_share", "最低一级按时回应的比例", "Answered in time at the lowest level", ("C8.5",)),
    Indicator("on_time_gravest_share", "最高一级按时回应的比例", "Answered in time at the gravest level", ("C8.6",)),
    Indicator("four_eyes_share", "起草人没有审自己文稿的比例", "Texts whose drafter was not their reviewer", ("C9.5",)),
    Indicator("joint_cases_share", "有协办部门的案件", "Cases with co-departments", ("C10.4",)),
    Indicator("accounts_registered", "登记的自有平台", "Own platforms in the register", ("C11.2",)),
    Indicator(
        "accounts_checked_share",
        "做过安全检查的自有平台",
        "Own platforms whose security was checked",
        ("C11.2", "C12.2"),
    ),
    Indicator(
        "partners_tested_share",
        "测试能联系上的合作账号",
        "Partner accounts that could be reached in a test",
        ("C11.3",),
    ),
    Indicator("partner_pushes", "推送给合作账号", "Sent to partner accounts", ("C11.3",)),
    Indicator("channels_used", "有权威发布的渠道", "Channels with authoritative releases", ("C11.4",)),
    Indicator("assessments_shown", "已出示的考核", "Assessments shown", ("C12.3",)),
    Indicator("appeals", "对考核的申诉", "Appeals against assessments", ("C12.3",)),
    Indicator("appeals_decided_share", "申诉已答复的比例", "Appeals decided", ("C12.3",)),
    Indicator(
        "measures",
        "提醒、督办、通报等措施",
        "Reminders, supervisions, criticisms and other measures",
        ("C12.4", "C12.5", "C12.6"),
    ),
    Indicator(
        "measures_heard_share",
        "措施决定前听取了陈述的比例",
        "Measures decided after the department was heard",
        ("C12.4", "C12.5", "C12.6"),
    ),
    Indicator("measures_followed_up_share", "措施已回访落实的比例", "Measures followed up", ("C12.4", "C12.5")),
    Indicator("gaps_unsigned", "没有签署解释的问题", "Questions of interpretation not signed", ("C13.1",)),
    Indicator("right_version_share", "按当时版本办理的案件", "Cases judged by the version of their time", ("C14.1",)),
)

BY_NAME: dict[str, Indicator] = {row.name: row for row in INDICATORS}
