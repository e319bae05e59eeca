"""What papers say of an entry of the ledger: one line for each kind, for whoever reads a paper without the system."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from huiying.documents import names
from huiying.documents.composing import short
from huiying.regulation import Regulation

DECISIONS: Final = {"approved": "同意", "rejected": "退回"}
REPORTS: Final = {
    "accepted": "签收",
    "facts_found": "报事实",
    "disposed": "报处置",
    "published": "已公开",
    "closed": "办结",
}


@dataclass(frozen=True, slots=True)
class Words:
    """`said` gives the line from the payload of an entry and the names of its regulation."""

    said: Callable[[Mapping[str, Any], Regulation], str]
    in_report: bool = False  # a special report leaves out what is mere machinery; an evidence pack does not
    quotes: bool = False  # the words of people, kept back where the matter bears a label (§6.1 S8)
    in_note: Callable[[Mapping[str, Any]], tuple[str, str]] | None = None  # in a case note: what was done, whose words


WORDS: Final[dict[str, Words]] = {
    "event.opened": Words(lambda data, rules: "形成事件", in_report=True),
    "event.warned": Words(lambda data, rules: f"发出{names.level(rules, str(data.get('level')))}预警", in_report=True),
    "concern.decided": Words(lambda data, rules: f"性质定为“{data.get('concern')}”", in_report=True),
    "case.opened": Words(lambda data, rules: f"立案：{data.get('title')}", in_report=True, quotes=True),
    "case.graded": Words(lambda data, rules: f"级别定为{data.get('name')}", in_report=True),
    "case.emergency": Words(lambda data, rules: f"定为{data.get('level')}突发事件", in_report=True),
    "case.routed": Words(lambda data, rules: f"转办{data.get('lead')}", in_report=True, quotes=True),
    "case.returned": Words(
        lambda data, rules: f"{data.get('department') or '主办部门'}退回",
        in_report=True,
        in_note=lambda data: (f"{data.get('department')}退回：", short(str(data.get("reason") or ""), 80)),
    ),
    "case.accepted": Words(
        lambda data, rules: f"{data.get('department')}签收",
        in_report=True,
        in_note=lambda data: (f"{data.get('department')}签收", ""),
    ),
    "case.found": Words(
        lambda data, rules: f"{data.get('department')}报核实情况：{data.get('facts')}",
        in_report=True,
        quotes=True,
        in_note=lambda data: ("情况分析：", short(str(data.get("facts")), 120)),
    ),
    "case.disposed": Words(
        lambda data, rules: f"报处置情况：{data.get('actions')}",
        in_report=True,
        quotes=True,
        in_note=lambda data: ("处置：", short(str(data.get("actions")), 120)),
    ),
    "facts.agreed": Words(
        lambda data, rules: f"口径第{data.get('version')}版：{data.get('text')}", in_report=True, quotes=True
    ),
    "liaison.sent": Words(lambda data, rules: f"向{data.get('body')}发函核实", in_report=True),
    "liaison.answered": Words(lambda data, rules: f"{data.get('body')}答复", in_report=True),
    "review.opened": Words(lambda data, rules: f"第{data.get('revision')}稿送审", in_report=True),
    "review.approved": Words(lambda data, rules: f"第{data.get('revision')}稿审定", in_report=True),
    "release.live": Words(lambda data, rules: f"已在“{data.get('place')}”公开", in_report=True),
    "meeting.held": Words(lambda data, rules: "召开会商会议", in_report=True),
    "clock.breached": Words(lambda data, rules: f"“{names.act(rules, str(data.get('act')))}”逾期", in_report=True),
    "case.closed": Words(lambda data, rules: f"办结，根源：{data.get('root_cause')}", in_report=True),
    "event.graded": Words(lambda data, rules: f"建议级别变为{names.level(rules, str(data.get('level')))}"),
    "event.joined": Words(lambda data, rules: f"来文增至{data.get('posts_count')}条"),
    "warning.settled": Words(lambda data, rules: "预警了结"),
    "warning.acknowledged": Words(lambda data, rules: "知悉预警"),
    "warning.climbed": Words(lambda data, rules: "预警无人知悉，再报下一人"),
    "level.confirmed": Words(lambda data, rules: f"确认级别为{names.level(rules, str(data.get('level')))}"),
    "level.raised": Words(lambda data, rules: f"级别上调为{names.level(rules, str(data.get('level')))}"),
    "level.lowered": Words(lambda data, rules: f"级别下调为{names.level(rules, str(data.get('level')))}"),
    "level.provisional": Words(lambda data, rules: "到时无人确认，暂按建议级别计时"),
    "level.lower_proposed": Words(lambda data, rules: f"提议下调为{names.level(rules, str(data.get('level')))}"),
    "level.lower_refused": Words(lambda data, rules: "第二人不同意下调"),
    "warning.cancelled": Words(lambda data, rules: "取消预警"),
    "event.described": Words(lambda data, rules: "事件的标题或状态随来文而变"),
    "event.attitude_read": Words(
        lambda data, rules: f"人工读了{data.get('sample')}条，其中批评{data.get('critical')}条"
    ),
    "event.offline_set": Words(lambda data, rules: "记录线下风险"),
    "event.dismissed": Words(lambda data, rules: "第二人同意，不予回应"),
    "event.reopened": Words(lambda data, rules: "重新开始计时"),
    "event.missed": Words(lambda data, rules: "记为漏报"),
    "event.merged": Words(lambda data, rules: f"并入{data.get('into')}"),
    "event.took_in": Words(lambda data, rules: f"并入了{data.get('merged')}"),
    "event.unmerged": Words(lambda data, rules: "撤销并入"),
    "event.gave_back": Words(lambda data, rules: "并入的事件已分出"),
    "event.post_withdrawn": Words(lambda data, rules: "撤回一条误判的来文"),
    "event.voices_forgotten": Words(lambda data, rules: "声音标记已按规定销毁"),
    "case.known_earlier": Words(lambda data, rules: "首次获知时间提前"),
    "case.route_undone": Words(lambda data, rules: "撤回转办"),
    "case.merged": Words(lambda data, rules: "并案"),
    "case.voided": Words(lambda data, rules: "此件作废"),
    "case.answered": Words(lambda data, rules: "记下首次公开回应的时间"),
    "case.asked_again": Words(lambda data, rules: f"留言{data.get('message')}的提问人再次提出"),
    "case.asker_answered": Words(lambda data, rules: f"留言{data.get('message')}的再次提出已有结果"),
    "case.rated": Words(lambda data, rules: f"留言{data.get('message')}的提问人作出评价"),
    "case.act_noted": Words(lambda data, rules: f"已办“{names.act(rules, str(data.get('act')))}”：{data.get('note')}"),
    "case.assigned": Words(lambda data, rules: "主办部门有变动"),
    "case.concern_followed": Words(lambda data, rules: "此件的性质随事件改变"),
    "case.labelled": Words(lambda data, rules: "标为敏感"),
    "case.unlabelled": Words(lambda data, rules: "取消敏感标记"),
    "case.level_affirmed": Words(lambda data, rules: "确认原级别不变"),
    "case.plan_loaded": Words(lambda data, rules: f"带上政策{data.get('policy')}的处置预案"),
    "case.recurred": Words(lambda data, rules: f"与以前的{data.get('earlier')}同源"),
    "case.split": Words(lambda data, rules: f"拆出新件{data.get('into')}：{data.get('reason')}"),
    "case.split_from": Words(lambda data, rules: f"自{data.get('from')}拆分而来"),
    "case.unmerged": Words(lambda data, rules: f"撤销并案：{data.get('reason')}"),
    "event.kept_apart": Words(lambda data, rules: f"与{data.get('from')}不是一件事：{data.get('reason')}"),
    "event.labelled": Words(lambda data, rules: "标为敏感"),
    "event.unlabelled": Words(lambda data, rules: "取消敏感标记"),
    "event.split": Words(
        lambda data, rules: f"拆出{data.get('posts')}条来文，成为{data.get('into')}：{data.get('reason')}"
    ),
    "event.split_from": Words(lambda data, rules: f"自{data.get('from')}拆出，来文{data.get('posts')}条"),
    "event.shared": Words(lambda data, rules: f"共享给{data.get('body')}，用途：{data.get('purpose')}"),
    "event.share_opened": Words(lambda data, rules: f"{data.get('body')}打开了共享"),
    "event.share_answered": Words(lambda data, rules: f"{data.get('body')}对共享有回复"),
    "event.share_revoked": Words(lambda data, rules: f"收回给{data.get('body')}的共享"),
    "task.made": Words(lambda data, rules: f"派任务：{data.get('title')}"),
    "task.handed_over": Words(lambda data, rules: f"{data.get('name')}的任务交给{data.get('to_name')}"),
    "task.done": Words(lambda data, rules: f"任务办结：{data.get('title')}"),
    "task.dropped": Words(lambda data, rules: f"任务不再需要：{data.get('title')}"),
    "case.moved": Words(lambda data, rules: f"进入“{names.state(rules, str(data.get('to')))}”（{data.get('clause')}）"),
    "case.keyed": Words(lambda data, rules: f"定性归类：{data.get('keys')}"),
    "case.sustained": Words(lambda data, rules: "决定是否持续回应"),
    "clock.started": Words(
        lambda data, rules: f"“{names.act(rules, str(data.get('act')))}”起算：{data.get('explanation')}"
    ),
    "clock.stopped": Words(lambda data, rules: f"“{names.act(rules, str(data.get('act')))}”停止"),
    "clock.set": Words(lambda data, rules: "提醒时限有变动"),
    "clock.held": Words(lambda data, rules: f"“{names.act(rules, str(data.get('act')))}”时限过半，只发布过“正在核实”"),
    "clock.silent": Words(lambda data, rules: f"“{names.act(rules, str(data.get('act')))}”时限过半，尚无公开动作"),
    "clock.warned": Words(lambda data, rules: f"“{names.act(rules, str(data.get('act')))}”提醒"),
    "call.made": Words(lambda data, rules: f"呼叫{data.get('names')}"),
    "call.acknowledged": Words(lambda data, rules: f"{data.get('name')}知悉呼叫"),
    "slip.issued": Words(
        lambda data, rules: f"出具{data.get('number')}，{data.get('of')}项中已知{data.get('filled')}项"
    ),
    "report.made": Words(
        lambda data, rules: f"同步报送：{REPORTS.get(str(data.get('node')), data.get('node'))}",
        in_note=lambda data: (f"同步报送：{REPORTS.get(str(data.get('node')), str(data.get('node')))}", ""),
    ),
    "report.seen": Words(lambda data, rules: "统筹部门已阅同步报送"),
    "liaison.drafted": Words(lambda data, rules: f"拟写致{data.get('body')}的核实函"),
    "liaison.exempted": Words(lambda data, rules: f"不需要核实衔接：{data.get('reason')}"),
    "draft.saved": Words(lambda data, rules: f"保存第{data.get('revision')}稿"),
    "review.decided": Words(
        lambda data, rules: f"审核：{DECISIONS.get(str(data.get('decision')), data.get('decision'))}"
    ),
    "release.made": Words(lambda data, rules: f"决定发布到“{data.get('place')}”"),
    "release.failed": Words(lambda data, rules: f"在“{data.get('place')}”没有发出"),
    "release.retried": Words(lambda data, rules: f"再次发往“{data.get('place')}”"),
    "release.called_back": Words(lambda data, rules: f"“{data.get('place')}”上的不再发布：{data.get('why')}"),
    "release.by_hand_instead": Words(lambda data, rules: f"“{data.get('place')}”改为人工发布"),
    "release.posted": Words(lambda data, rules: f"已人工发布到“{data.get('place')}”，等第二人核对"),
    "release.to_compare": Words(lambda data, rules: f"已发到“{data.get('place')}”，取回的文字须由人核对"),
    "release.verified": Words(lambda data, rules: "第二人核对发布的文字"),
    "release.altered": Words(lambda data, rules: f"文稿与审定的不一致，没有发布：{data.get('what')}"),
    "effect.begun": Words(lambda data, rules: "开始观察回应效果"),
    "effect.judged": Words(lambda data, rules: f"{data.get('hours')}小时效果认定"),
    "feedback.given": Words(lambda data, rules: "已反馈"),
    "document.issued": Words(lambda data, rules: f"出具{data.get('name')}{data.get('number')}"),
    "document.signed": Words(lambda data, rules: f"{data.get('number')}“{data.get('place')}”签字"),
    "document.withdrawn": Words(lambda data, rules: f"撤回{data.get('number')}：{data.get('reason')}"),
    "document.superseded": Words(
        lambda data, rules: f"{data.get('number')}由{data.get('instead')}替代：{data.get('reason')}"
    ),
}
