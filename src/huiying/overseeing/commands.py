"""What `huiying assess` does: the same figures from this machine's ledger or from an exported file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from huiying.ledger import exporting, kept
from huiying.ledger.models import LedgerEntry
from huiying.overseeing.assessing import assessed, chain_of, course
from huiying.overseeing.history.entries import Entry
from huiying.overseeing.periods import period
from huiying.regulation.errors import UsageError


def assess(words: str, file: str | None = None) -> dict[str, Any]:
    """Indicators and scores of the period. Without cases: zeros. Raises UsageError for a bad period or file."""
    wanted = period(words)
    if file is None:
        return assessed(Own(), wanted, course(entries_of(chain=chain_of(wanted.words)), wanted.words))
    entries: list[Entry] = []
    try:
        # A file that was cut off or altered would give wrong figures without a word (INV-8): it gives none.
        bad = exporting.verify(Path(file), lambda entry: entries.append(_exported(entry))).first_bad
    except (exporting.ExportError, OSError) as error:
        raise UsageError(str(error)) from error
    if bad is not None:
        raise UsageError(f"{file} 验证不通过（链 {bad.chain} 第 {bad.seq} 条），不能据以计算；请重新导出后再试。")
    return assessed(entries, wanted)


class Own:
    """This machine's ledger: each reading begins anew."""

    def __iter__(self) -> Iterator[Entry]:
        return entries_of()


def entries_of(kinds: Sequence[str] = (), chain: str = "", since: dt.datetime | None = None) -> Iterator[Entry]:
    """This machine's ledger, chain by chain; only the given kinds, the one chain, or what came since, where named."""
    rows = LedgerEntry.objects.order_by("chain", "seq")
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if chain:
        rows = rows.filter(chain=chain)
    columns = rows.values_list("chain", "seq", "at", "kind", "payload", "actor")
    for where, seq, at, kind, payload, actor in columns.iterator(chunk_size=2000):
        told = None if payload is None else kept.facts(payload)
        yield {"chain": where, "seq": seq, "at": at, "kind": kind, "payload": told, "actor": _name(actor)}


def _exported(row: exporting.ExportedEntry) -> Entry:
    try:
        told, name = row.data, _name(row.actor)
    except ValueError:  # the verifier names it; what it says is no figure's business
        told, name = None, ""
    return {"chain": row.chain, "seq": row.seq, "at": row.at, "kind": row.kind, "payload": told, "actor": name}


@lru_cache(maxsize=4096)
def _name(actor: str) -> str:
    """Few people write a ledger: each is read once."""
    return str(json.loads(actor).get("name", ""))


WORDS = (
    ("posts_received", "收到帖子"),
    ("messages_received", "收到群众留言"),
    ("events", "事件"),
    ("events_dismissed", "两人决定不予回应的事件"),
    ("cases", "立案"),
    ("answered", "已公开回应"),
    ("answered_on_time", "按时回应"),
    ("late", "逾期"),
    ("on_time_share", "按时率"),
    ("late_by_upgrade", "因升级逾期（不计入考核）"),
    ("not_answered_by_decision", "依法不予公开"),
    ("median_hours_to_answer", "回应用时中位数（小时）"),
    ("longest_hours_to_answer", "最长用时（小时）"),
    ("returned", "退回"),
    ("corrections", "更正"),
    ("confirmations_overridden", "未待确认即发布"),
    ("cases_without_one_lead", "曾经不是恰有一个主办部门（C2.1）"),
    ("closed", "已办结"),
    ("closed_with_root_cause_share", "办结件写明根源的比例（C2.2）"),
    ("rectify_tasks", "源头整改任务（C2.2）"),
    ("rectify_overdue", "源头整改超期（C2.2）"),
    ("repeat_share", "重复发生的比例（C2.2）"),
    ("median_hours_to_liaison", "首次核实衔接用时中位数（小时，C5.15）"),
    ("liaison_required", "须核实衔接（C5.15）"),
    ("liaison_share", "须衔接且已衔接的比例（C5.15）"),
    ("liaison_exempted", "经批准免于衔接（C5.15）"),
    ("clues_handed_over", "移交线索"),
    ("first_route_accuracy", "首次转办准确率（C7.1）"),
    ("followed_share", "按转办表转办的比例（C7.1）"),
    ("refusal_rate", "退回率（C9.7）"),
    ("slips", "转办单（C10.5）"),
    ("slips_complete_share", "转办单要素齐全的比例（C10.5）"),
    ("found_and_disposed", "核实与处置俱全（C7.2）"),
    ("closed_settled_share", "办结件事情已办结的比例（C7.3）"),
    ("closed_with_feedback_share", "办结件已反馈的比例（C6.13）"),
    ("feedback_askers", "反馈群众（C6.13）"),
    ("feedback_reporters", "反馈报告人（C6.13）"),
    ("feedback_office", "反馈办公室（C6.13）"),
    ("feedback_leaders", "反馈领导（C6.13）"),
    ("conflicting_statements", "与口径不一致的发布（C7.4）"),
    ("corrections_within_24h", "24小时内更正（宽容失误，不计入考核）"),
    ("silent_past_half", "时限过半仍未发声（C1.3）"),
    ("silent_at_deadline", "到期时仍未发声（C1.3）"),
    ("median_minutes_to_accept", "签收用时中位数（分钟，C9.7）"),
    ("accepted_on_time_share", "按时签收的比例（C10.6）"),
    ("meetings_held", "联席会议（C10.1）"),
    ("meetings_required", "须开联席会议的案件（C10.1）"),
    ("meeting_share", "须开且已开的比例（C10.1）"),
    ("attendance_share", "到会率（C10.1）"),
    ("decisions", "议定事项（C10.1）"),
    ("decisions_done_share", "议定事项完成率（C10.1）"),
    ("node_reports", "节点报送（C10.7）"),
    ("reports_seen_on_time_share", "节点报送按时阅知的比例（C10.7）"),
    ("closed_open_share", "办结件已公开回应或有法定理由的比例（C1.1）"),
    ("empty_grounds", "没有理由的不公开（C1.1）"),
    ("media_inquiries", "媒体询问（C1.4）"),
    ("media_answered", "已答复媒体（C1.4）"),
    ("before_media_share", "先于媒体询问发声的比例（C1.4）"),
    ("before_peak_share", "先于热度高点回应的比例（C1.4）"),
    ("with_basis_share", "回应写明依据的比例（C3.1）"),
    ("public_releases", "公开发布（C8.2）"),
    ("release_chain_share", "发布有审定和两项审查的比例（C8.2）"),
    ("voice_mismatches", "非主办、非处置、未授权而发声（C8.3）"),
    ("bodies_confirmed_share", "涉及其他机关且已沟通确认的比例（C8.4）"),
    ("three_names_share", "公开文稿有三人以上经手的比例（C9.3）"),
    ("effect_reviews_due", "到期的效果观察（C3.2）"),
    ("effect_reviews_done_share", "效果观察完成率（C3.2）"),
    ("second_wave_share", "又起一波的比例（C3.2、C8.10）"),
    ("sustained_required", "须决定是否持续回应（C8.8）"),
    ("sustained_decided_share", "须决定且已决定的比例（C8.8）"),
    ("forms_of_answer", "专家解读、发布会、专访（C8.7）"),
    ("forms_with_evidence_share", "上述形式有证据的比例（C8.7）"),
    ("families_published", "联动渠道发布（C8.9）"),
    ("max_skew_hours", "渠道间最大时差（小时，C8.9）"),
    ("withdrawals", "撤回（C11.1）"),
    ("disclosures_due", "主动公开事项（C11.1）"),
    ("disclosures_on_time_share", "主动公开按时率（C11.1）"),
    ("press_releases", "新闻发布（C11.5）"),
    ("spokesperson_days", "发言人在册天数（C12.1）"),
    ("detection_hours_p50", "发现用时中位数（小时，C6.11）"),
    ("detection_hours_p90", "九成在多少小时内发现（C6.11）"),
    ("warnings", "预警（C6.12）"),
    ("warnings_acknowledged_on_time_share", "预警按时知悉的比例（C6.12）"),
    ("median_minutes_to_acknowledge", "知悉预警用时中位数（分钟，C6.12）"),
    ("warnings_cancelled", "取消的预警（C6.12）"),
    ("alarms_judged", "判断过的传播报警（C6.11）"),
    ("alarms_real_share", "传播报警属实的比例（C6.11）"),
    ("rumour_labels", "认定为谣言（C1.2）"),
    ("rumours_with_proof_share", "谣言认定有说法、证据和两人的比例（C1.2）"),
    ("concern_pairs", "两人都标过的性质抽样（C5.14）"),
    ("concern_agreement_share", "两人标得一样的比例（C5.14）"),
    ("concern_kappa", "两人一致性 kappa（C5.14）"),
    ("roster_uncovered_hours", "值班表无人的钟点（小时，C5.1）"),
    ("handovers", "交接班（C5.1）"),
    ("handovers_on_time_share", "按时交接的比例（C5.1）"),
    ("patrol_ticks", "巡查记录（C5.8）"),
    ("patrol_on_time_share", "按时巡查的比例（C5.8）"),
    ("emergency_watches", "突发事件监测（C5.9）"),
    ("longest_minutes_to_first_check", "启动到首次查看最长（分钟，C5.9）"),
    ("silent_rules_reviewed", "复查过的无命中规则（C5.11）"),
    ("detection_hours_day_p50", "白天发布的：发现用时中位数（小时，C5.12、C5.17）"),
    ("detection_hours_day_p90", "白天发布的：九成在多少小时内发现（C5.12、C5.17）"),
    ("detection_hours_night_p50", "夜间发布的：发现用时中位数（小时，C5.12、C5.17）"),
    ("detection_hours_night_p90", "夜间发布的：九成在多少小时内发现（C5.12、C5.17）"),
    ("outside_compared", "核对过的外来件（C5.16）"),
    ("missed", "漏报（C5.16）"),
    ("missed_share", "漏报率（C5.16）"),
    ("found_late", "迟报（C5.17）"),
    ("shares", "共享（C5.18）"),
    ("shares_opened", "对方已打开的共享（C5.18）"),
    ("shares_answered", "共享收到的回复（C5.18）"),
    ("channels_registered", "登记的互动渠道（C4.1）"),
    ("channels_heard", "有来文的互动渠道（C4.1）"),
    ("messages_of_no_channel", "没有登记渠道的来文（C4.1）"),
    ("via_intake_share", "外部清单中已经进入本入口的比例（C4.1）"),
    ("receipt_share", "来文有回执的比例（C4.3）"),
    ("messages_accepted_share", "留言已受理的比例（C4.3）"),
    ("median_minutes_to_acceptance", "受理用时中位数（分钟，C4.3）"),
    ("ratings", "满意度评价（C4.2）"),
    ("satisfied_share", "满意的比例（C4.2）"),
    ("asked_again", "再次提出（C4.3）"),
    ("asked_again_answered_share", "再次提出已答复的比例（C4.3）"),
    ("digests_issued", "民意月报（C4.5）"),
    ("consultations_opened", "公开征集意见（C4.2）"),
    ("opinions_received", "收到意见（C4.2）"),
    ("suggestions_adopted", "采纳的建议（C4.2）"),
    ("suggestions_with_reason_share", "公布了采纳或不采纳理由的比例（C4.2）"),
    ("consultation_results_on_time_share", "征集结果按时公布的比例（C4.2）"),
    ("consultations_overdue", "征集结果超期未公布（C4.2）"),
    ("hot_pages", "热点回应页（C4.4）"),
    ("frequent_pages", "常见问题页（C4.4）"),
    ("clarification_pages", "澄清页（C4.4）"),
    ("rumours_clarified_share", "认定的谣言有公开澄清页的比例（C4.4）"),
    ("hot_topics", "同一问题来信达到规定次数的热点（C4.4）"),
    ("hot_topics_with_page_share", "热点有公开页的比例（C4.4）"),
    ("personal_requests", "更正和删除请求"),
    ("personal_requests_on_time_share", "更正和删除请求按时办结的比例"),
    ("policies_screened", "判定过是否涉及群众利益的政策（C6.1）"),
    ("policies_touching_people", "其中涉及群众切身利益（C6.1）"),
    ("policies_issued", "出台的政策（C6.1）"),
    ("issued_assessed_share", "涉及群众利益而出台前评估已批准的比例（C6.1）"),
    ("assessments_approved", "批准的风险评估（C6.1）"),
    ("methods_with_evidence", "评估中有证据的方式（C6.2）"),
    ("assessments_with_two_methods_share", "用了两种以上方式的评估比例（C6.2）"),
    ("surveys_done", "抽样调查（C6.3）"),
    ("surveys_small", "样本太小的调查（C6.3）"),
    ("surveys_with_frame_share", "写明抽样范围和问卷的调查比例（C6.3）"),
    ("visits_done", "重点走访（C6.4）"),
    ("visits_as_planned_share", "走访达到计划的评估比例（C6.4）"),
    ("minutes_signed_share", "会商纪要已签发的比例（C6.5）"),
    ("risks_listed", "列出的风险（C6.6）"),
    ("risks_with_sign_and_owner_share", "有早期迹象和责任人的风险比例（C6.6）"),
    ("levels_signed_share", "风险等级有人签字的比例（C6.7）"),
    ("grave_risks", "须有预案的评估（C6.8）"),
    ("grave_risks_with_plan_share", "须有预案且有预案和演练日期的比例（C6.8）"),
    ("plan_drills_on_time_share", "预案按时演练的比例（C6.8）"),
    ("plans_met", "符合预案启动条件的事件（C6.8）"),
    ("plans_set_off", "启动的预案（C6.8）"),
    ("agenda_items", "列入日程的事项（C9.1）"),
    ("departments_without_agenda", "没有列入日程的部门（C9.1）"),
    ("training_sessions", "办过的培训（C9.6）"),
    ("training_attendance_share", "培训到课率（C9.6）"),
    ("training_abilities_covered_share", "练到的能力占规定能力的比例（C9.6）"),
    ("training_quiz_share", "测验得分率（C9.6）"),
    ("skills_on_one_person", "只靠一个人的技能（C9.4）"),
    ("house_rules", "内部制度（C9.2）"),
    ("house_rules_lapsed", "没有签发或已过期的内部制度（C9.2）"),
    ("house_rules_read", "阅读确认（C9.2）"),
    ("daily_logs", "生成的每日日志（C6.9）"),
    ("daily_logs_signed_share", "两人签过的日志（C6.9）"),
    ("special_reports", "印发的专报（C6.10）"),
    ("instructions_given", "领导批示（C6.10）"),
    ("instructions_closed_share", "办结的批示（C6.10）"),
    ("reports_credited", "工作人员报告舆情（记功，不计分）"),
    ("phone_tests", "电话抽测（C10.3）"),
    ("phone_reached_share", "抽测接通的比例（C10.3）"),
    ("topics_owned_share", "有主办和后备部门的业务范畴（C2.3）"),
    ("reviews_done", "复盘（C3.3）"),
    ("classes_covered_share", "看过的渠道类（C5.10）"),
    ("gaps_made", "信息缺口任务（C6.14）"),
    ("gaps_done_share", "信息缺口已补的比例（C6.14）"),
    ("seen_by_office_share", "部门报送后统筹部门看过的案件（C7.5）"),
    ("on_time_lowest_share", "最低一级按时回应的比例（C8.5）"),
    ("on_time_gravest_share", "最高一级按时回应的比例（C8.6）"),
    ("four_eyes_share", "起草人没有审自己文稿的比例（C9.5）"),
    ("joint_cases_share", "有协办部门的案件（C10.4）"),
    ("accounts_registered", "登记的自有平台（C11.2）"),
    ("accounts_checked_share", "做过安全检查的自有平台（C11.2、C12.2）"),
    ("partners_tested_share", "测试能联系上的合作账号（C11.3）"),
    ("partner_pushes", "推送给合作账号（C11.3）"),
    ("channels_used", "有权威发布的渠道（C11.4）"),
    ("assessments_shown", "已出示的考核（C12.3）"),
    ("appeals", "对考核的申诉（C12.3）"),
    ("appeals_decided_share", "申诉已答复的比例（C12.3）"),
    ("measures", "提醒、督办、通报等措施（C12.4、C12.5、C12.6）"),
    ("measures_heard_share", "措施决定前听取了陈述的比例（C12.4、C12.5、C12.6）"),
    ("measures_followed_up_share", "措施已回访落实的比例（C12.4、C12.5）"),
    ("gaps_unsigned", "没有签署解释的问题（C13.1）"),
    ("right_version_share", "按当时版本办理的案件（C14.1）"),
)


def in_words(result: dict[str, Any]) -> str:
    """The figures for people; a share without a base is 「—」, never zero."""
    lines = [f"时期 {result['period']}"]
    lines += [f"{name}：{'—' if result[key] is None else result[key]}" for key, name in WORDS]
    told = result.get("assessment")
    if told:
        lines += [
            f"考核得分（C12.3）{name}：{'—' if score is None else score}" for name, score in told["scores"].items()
        ]
    return "\n".join(lines)
