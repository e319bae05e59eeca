"""What the demonstration's staff do, as a table: when, who, which verb, in which story, with which words.

Times are day and hour in the bureau's zone; day 1 is Monday 2026-09-14. Long texts stand in `words.yaml` under the
story's name. The first phase ends on Wednesday at 11:30: what stands below that line waits for the visitor, and is done
by the bureau's own people only where the visitor did not do it first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DAY: Final = 24 * 60
BEGINS_AT: Final = 7 * 60 + 30  # day 1 begins at 07:30


def minute(at: str) -> int:
    """Minutes after the demonstration's beginning of a time like `2 09:10`."""
    day, clock = at.split()
    hours, minutes = clock.split(":")
    return (int(day) - 1) * DAY + int(hours) * 60 + int(minutes) - BEGINS_AT


FIRST_PHASE: Final = minute("3 11:30")


@dataclass(frozen=True)
class Act:
    """One act of one person. `story` names an event by its first post; `words` are the verb's own arguments."""

    minute: int
    who: str
    verb: str
    story: str
    words: tuple[str, ...] = ()


# fmt: off
TABLE: Final[tuple[tuple[str, ...], ...]] = (
    # --- Monday: a citizen asks, and has the answer before nine ---
    ("1 07:42", "",          "message",  "consult"),
    ("1 07:50", "zhoulan",   "level",    "consult", "L1"),
    ("1 07:55", "zhoulan",   "route",    "consult", "Z-YW", "", "数字证书和主体信息由业务受理部办理"),
    ("1 08:02", "baihui",    "accept",   "consult"),
    ("1 08:10", "baihui",    "find",     "consult"),
    ("1 08:15", "baihui",    "dispose",  "consult", "settled"),
    ("1 08:25", "linxiao",   "draft",    "consult", "1"),
    ("1 08:27", "linxiao",   "submit",   "consult"),
    ("1 08:35", "baihui",    "approve",  "consult", "步骤与窗口一致，同意。"),
    ("1 08:45", "hanqiu",    "approve",  "consult", "同意，无涉密和个人信息。"),
    ("1 08:50", "linxiao",   "release",  "consult", "portal"),
    # deposits: routed at once, then slow
    ("1 08:12", "zhoulan",   "level",    "deposit", "L1"),
    ("1 08:15", "zhoulan",   "route",    "deposit", "Z-CW", "", "投标保证金由财务部收退"),
    ("1 08:52", "qiancheng", "accept",   "deposit"),
    ("1 15:30", "qiancheng", "find",     "deposit"),
    # the outage
    ("1 08:40", "zhoulan",   "level",    "outage", "L2"),
    ("1 08:42", "zhoulan",   "route",    "outage", "Z-XX", "Z-YW", "平台故障，信息技术部恢复，业务受理部接电话"),
    ("1 08:47", "luohai",    "accept",   "outage"),
    ("1 09:38", "zhoulan",   "merge",    "outage"),
    ("1 10:20", "zhoulan",   "clear",    "outage-10", "hit"),
    ("1 10:30", "zhoulan",   "merge",    "outage"),
    ("1 10:32", "zhoulan",   "attitude", "outage", "26", "30"),
    ("1 11:35", "zhoulan",   "merge",    "outage"),
    ("1 11:55", "luohai",    "find",     "outage"),
    ("1 12:00", "hemiao",    "draft",    "outage", "1"),
    ("1 12:02", "hemiao",    "submit",   "outage"),
    ("1 12:20", "luohai",    "approve",  "outage", "请办公室把关文字。"),
    ("1 12:40", "hanqiu",    "reject",   "outage", "没说投标文件作不作废、几个标段、谁的责任；套话删去。"),
    ("1 13:05", "linxiao",   "draft",    "outage", "2"),
    ("1 13:10", "linxiao",   "submit",   "outage"),
    ("1 13:25", "luohai",    "approve",  "outage", "时间和标段数与日志一致。"),
    ("1 13:28", "zhoulan",   "merge",    "outage"),
    ("1 13:45", "hanqiu",    "approve",  "outage", "事实、补救、路费都写清楚了，同意。"),
    ("1 14:10", "lianan",    "approve",  "outage", "同意发布。大厅广播同时播。"),
    ("1 14:15", "linxiao",   "release",  "outage", "portal,by_hand"),
    ("1 14:30", "linxiao",   "post",     "outage", "https://mp.example/s/demo-outage-2"),
    ("1 14:45", "zhoulan",   "check",    "outage", "与审定稿一致。"),
    ("1 14:50", "luohai",    "dispose",  "outage", "open"),
    ("1 16:30", "zhoulan",   "merge",    "outage"),
    ("1 17:20", "wufan",     "merge",    "outage"),
    # a complaint that went to the wrong department and came back once
    ("1 09:15", "zhoulan",   "level",    "fee", "L1"),
    ("1 09:18", "zhoulan",   "route",    "fee", "Z-CW", "", "评审费由财务部支付"),
    ("1 09:50", "qiancheng", "return",   "fee", "财务部只按标准付款，标准的制定和公示由专家与代理机构管理处负责。"),
    ("1 10:05", "hanqiu",    "decide",   "fee", "ZDC", "标准由专家与代理机构管理处制定，由其主办，不再转。"),
    ("1 10:20", "gaoyan",    "accept",   "fee"),
    ("1 15:00", "gaoyan",    "find",     "fee"),
    ("1 16:20", "gaoyan",    "dispose",  "fee", "settled"),
    # a suggestion, and criticism that deserves an answer
    ("1 09:45", "zhoulan",   "level",    "suggest", "L1"),
    ("1 09:50", "zhoulan",   "route",    "suggest", "Z-XX", "", "直播由信息技术部建设"),
    ("1 10:20", "hemiao",    "accept",   "suggest"),
    ("1 15:40", "hemiao",    "find",     "suggest"),
    ("1 16:00", "hemiao",    "dispose",  "suggest", "settled"),
    ("1 10:30", "zhoulan",   "concern",  "crit", "理性批评"),
    ("1 10:32", "zhoulan",   "level",    "crit", "L1"),
    ("1 10:35", "zhoulan",   "route",    "crit", "FGC", "GCC", "评定分离的制度解释由政策法规处主办"),
    ("1 10:50", "yuqing",    "accept",   "crit"),
    # the look-alike storm: nothing of it becomes a case
    ("1 13:25", "wufan",     "clear",    "look-07", "out"),
    ("1 15:25", "wufan",     "clear",    "suspect-1", "out"),
    # --- Tuesday ---
    ("2 08:40", "linxiao",   "draft",    "fee", "1"),
    ("2 08:42", "linxiao",   "submit",   "fee"),
    ("2 09:20", "gaoyan",    "approve",  "fee", "标准无误。"),
    ("2 09:50", "hanqiu",    "approve",  "fee", "先认错再给标准，同意。"),
    ("2 09:55", "linxiao",   "release",  "fee", "portal"),
    ("2 14:00", "hanqiu",    "close",    "fee", "网站改版没有核对旧链接和旧入口"),
    ("2 09:00", "linxiao",   "draft",    "outage", "3", "correct"),
    ("2 09:05", "linxiao",   "submit",   "outage"),
    ("2 09:15", "luohai",    "approve",  "outage", "第四个标段属实，漏查了备用节点日志。"),
    ("2 09:35", "hanqiu",    "approve",  "outage", "更正放在最前面，旧稿保留，同意。"),
    ("2 10:00", "lianan",    "approve",  "outage", "错了就改，同意。"),
    ("2 10:05", "linxiao",   "release",  "outage", "portal,by_hand"),
    ("2 10:20", "linxiao",   "post",     "outage", "https://mp.example/s/demo-outage-3"),
    ("2 10:40", "wufan",     "check",    "outage", "与审定稿一致。"),
    ("2 11:00", "luohai",    "dispose",  "outage", "settled"),
    ("2 15:50", "hanqiu",    "sustain",  "outage", "no", "重新解密已完成，路费申请另有公示，不再续报。"),
    ("2 16:00", "hanqiu",    "close",    "outage", "升级后没有核对配置，监控只看存活"),
    ("2 08:55", "zhoulan",   "dismiss",  "estate", "elsewhere", "小区物业由业主自行选聘，不进交易平台，已告知找街道。"),
    ("2 09:10", "hanqiu",    "second",   "estate"),
    ("2 09:00", "yuqing",    "find",     "crit"),
    ("2 10:02", "yuqing",    "dispose",  "crit", "settled"),
    ("2 09:12", "hemiao",    "draft",    "suggest", "1"),
    ("2 09:14", "hemiao",    "submit",   "suggest"),
    ("2 09:25", "zhoulan",   "merge",    "deposit"),
    ("2 09:30", "qiancheng", "dispose",  "deposit", "open"),
    # the rumour
    ("2 09:22", "zhoulan",   "level",    "rumour", "L2"),
    ("2 09:24", "zhoulan",   "route",    "rumour", "BGS", "Z-YW", "涉及全局的传言由局办公室主办"),
    ("2 09:27", "songjie",   "accept",   "rumour"),
    ("2 10:10", "zhoulan",   "concern",  "rumour", "谣言", "交易中心下个月撤销，在途项目全部作废",
     "机构文件和会议记录中没有撤销决定；网传截图与2019年外省通知逐字对照一致，抬头和日期被裁去"),
    ("2 10:20", "hanqiu",    "concern2", "rumour"),
    ("2 10:30", "songjie",   "find",     "rumour"),
    ("2 10:45", "linxiao",   "draft",    "rumour", "1"),
    ("2 10:47", "linxiao",   "submit",   "rumour"),
    ("2 10:50", "linxiao",   "ask",      "rumour", "市委宣传部", "网络信息处", "50", "同意。原件网址已写明。"),
    ("2 10:55", "songjie",   "approve",  "rumour", "在途项目数与平台一致。"),
    ("2 11:10", "hanqiu",    "approve",  "rumour", "同意。只澄清，不要求删帖。"),
    ("2 11:30", "lianan",    "approve",  "rumour", "同意，几个渠道一起发。"),
    ("2 11:50", "linxiao",   "release",  "rumour", "portal,by_hand"),
    ("2 12:05", "linxiao",   "post",     "rumour", "https://mp.example/s/demo-rumour-1"),
    ("2 12:20", "wufan",     "check",    "rumour", "与审定稿一致。"),
    ("2 12:30", "songjie",   "dispose",  "rumour", "settled"),
    ("3 09:00", "hanqiu",    "close",    "rumour", "机构调整没有消息时也要主动说清楚"),
    # the price of a scanner
    ("2 10:35", "zhoulan",   "level",    "ct", "L2"),
    ("2 10:38", "zhoulan",   "route",    "ct", "CGC", "Z-CG", "医疗设备采购由政府采购管理处主办"),
    ("2 11:00", "yaomin",    "accept",   "ct"),
    ("2 15:00", "yaomin",    "find",     "ct"),
    ("2 17:00", "yaomin",    "dispose",  "ct", "settled"),
    ("2 11:20", "luohai",    "approve",  "suggest", "9月22日能上线。"),
    ("2 13:30", "hanqiu",    "approve",  "suggest", "同意，无涉密和个人信息。"),
    ("2 13:35", "linxiao",   "release",  "suggest", "portal"),
    ("2 13:50", "linxiao",   "draft",    "crit", "1"),
    ("2 13:52", "linxiao",   "submit",   "crit"),
    ("2 14:20", "yuqing",    "approve",  "crit", "承认第二个问题，依据准确。"),
    ("2 15:00", "hanqiu",    "approve",  "crit", "正确对待监督，同意。"),
    ("2 15:05", "qihong",    "release",  "crit", "portal"),
    ("2 14:05", "zhoulan",   "level",    "emall", "L1"),
    ("2 14:08", "zhoulan",   "route",    "emall", "CGC", "", "电子卖场由政府采购管理处管理"),
    ("2 14:40", "yaomin",    "accept",   "emall"),
    # danger to life: a path of its own
    ("2 15:10", "",          "message",  "life"),
    ("2 15:13", "zhoulan",   "urgent",   "life", "15:11 拨打 110 并报带班领导；民警已与来信人通话，家属陪同。"),
    ("2 15:18", "zhoulan",   "level",    "life", "L2"),
    ("2 15:40", "hanqiu",    "withhold", "life", "third_party",
     "来信涉及个人处境，公开会伤害来信人；货款一事由政府采购管理处当面办理并回访。", "30"),
    ("2 15:55", "lianan",    "withhold2", "life"),
    ("2 15:40", "zhoulan",   "level",    "inquiry", "L1"),
    ("2 15:43", "zhoulan",   "route",    "inquiry", "Z-YW", "", "补发证明由业务受理部受理"),
    ("2 15:50", "baihui",    "accept",   "inquiry"),
    ("2 16:30", "baihui",    "find",     "inquiry"),
    ("2 16:40", "baihui",    "dispose",  "inquiry", "settled"),
    # --- Wednesday ---
    ("3 08:50", "linxiao",   "draft",    "inquiry", "1"),
    ("3 08:52", "linxiao",   "submit",   "inquiry"),
    ("3 09:30", "baihui",    "approve",  "inquiry", "与办事指南一致。"),
    ("3 11:10", "hanqiu",    "approve",  "inquiry", "同意，无涉密和个人信息。"),
    # wages: people at the gate
    ("3 08:44", "zhoulan",   "level",    "wages", "L3"),
    ("3 08:46", "zhoulan",   "route",    "wages", "GCC", "JDC,BGS", "中标工程欠薪，工程处主办，办公室接待"),
    ("3 08:52", "majun",     "accept",   "wages"),
    ("3 09:35", "jianglei",  "find",     "wages"),
    ("3 10:50", "majun",     "dispose",  "wages", "open"),
    ("3 10:55", "jianglei",  "draft",    "wages", "1"),
    ("3 10:58", "jianglei",  "submit",   "wages"),
    ("3 11:08", "majun",     "approve",  "wages", "人数和金额与登记表一致。"),
    # the scanner waits for the deputy director
    ("3 09:20", "linxiao",   "draft",    "ct", "1"),
    ("3 09:22", "linxiao",   "submit",   "ct"),
    ("3 09:30", "linxiao",   "ask",      "ct", "采购人", "第七医院设备科", "50", "同意，分项报价与合同一致。"),
    ("3 10:00", "yaomin",    "approve",  "ct", "配置清单已附。"),
    ("3 10:40", "hanqiu",    "approve",  "ct", "同意，商业秘密部分已按合同约定处理。"),
    # e-mall prices wait for the division head
    ("3 09:32", "yaomin",    "find",     "emall"),
    ("3 10:20", "yaomin",    "dispose",  "emall", "open"),
    ("3 10:50", "linxiao",   "draft",    "emall", "1"),
    ("3 10:52", "linxiao",   "submit",   "emall"),
    # deposits are late; the draft waits for the office
    ("3 09:40", "dujuan",    "draft",    "deposit", "1"),
    ("3 09:42", "dujuan",    "submit",   "deposit"),
    ("3 10:30", "qiancheng", "approve",  "deposit", "笔数和金额已逐笔核对。"),
    ("3 10:45", "dujuan",    "ask",      "deposit", "银行", "保证金专户开户行", "145", "同意，退回原因属实。"),
    # the collapse
    ("3 09:42", "zhoulan",   "level",    "fall", "L4"),
    ("3 09:45", "zhengwei",  "emergency", "fall", "重大"),
    ("3 09:46", "zhoulan",   "route",    "fall", "GCC", "BGS,JDC,FGC", "中标工地塌方，工程处主办，先报人员情况"),
    ("3 09:50", "majun",     "accept",   "fall"),
    ("3 10:25", "majun",     "find",     "fall"),
    ("3 10:40", "majun",     "dispose",  "fall", "open"),
    ("3 10:44", "jianglei",  "draft",    "fall", "1"),
    ("3 10:46", "jianglei",  "ask",      "fall", "住建局", "质量安全科", "34", "同意，原因以调查结论为准。"),
    ("3 10:48", "jianglei",  "submit",   "fall"),
    ("3 10:55", "majun",     "approve",  "fall", "先说人，再说事，中标情况与公示一致。"),
    ("3 11:02", "hanqiu",    "approve",  "fall", "同意。"),
    ("3 11:08", "shenli",    "approve",  "fall", "不推测原因，可以公开。"),
    ("3 11:18", "lianan",    "approve",  "fall", "同意，请主要领导签发。"),
    # a road and a specification wait to be accepted
    ("3 10:32", "zhoulan",   "level",    "road", "L2"),
    ("3 10:36", "zhoulan",   "route",    "road", "GCC", "", "工程质量与评标办法由工程处核实"),
    ("3 11:20", "wufan",     "level",    "param", "L2"),
    ("3 11:24", "wufan",     "route",    "param", "JDC", "CGC", "涉嫌量身定做，先按线索核查"),
    # --- 11:30: the visitor is here. From now on only what the visitor left undone ---
    ("3 12:00", "hanqiu",    "approve",  "wages", "同意。"),
    ("3 12:01", "wufan",     "level",    "phish", "L2"),
    ("3 12:04", "wufan",     "route",    "phish", "WGC", "Z-XX", "假网站由网络管理处核实并提示"),
    ("3 12:10", "guchang",   "approve",  "fall", "同意签发。17时前必须再发一次。"),
    ("3 12:12", "linxiao",   "release",  "fall", "portal,by_hand"),
    ("3 12:15", "shenli",    "approve",  "wages", "清偿责任依据准确。"),
    ("3 12:18", "wufan",     "level",    "fraud", "L2"),
    ("3 12:19", "wufan",     "route",    "fraud", "BGS", "JDC", "冒充工作人员，办公室发提示"),
    ("3 12:20", "jianglei",  "accept",   "road"),
    ("3 12:25", "linxiao",   "post",     "fall", "https://mp.example/s/demo-fall-1"),
    ("3 12:30", "qihong",    "release",  "inquiry", "portal"),
    ("3 12:35", "lianan",    "approve",  "wages", "同意，当天上报。"),
    ("3 12:40", "wufan",     "check",    "fall", "与审定稿一致。"),
    ("3 12:41", "fangzheng", "accept",   "param"),
    ("3 12:42", "wenjing",   "accept",   "phish"),
    ("3 12:43", "songjie",   "accept",   "fraud"),
    ("3 12:45", "wufan",     "clear",    "fall-18", "out"),
    ("3 12:50", "yaomin",    "approve",  "emall", "抽查结果属实。"),
    ("3 12:55", "lianan",    "approve",  "ct", "同意，清单务必附全。"),
    ("3 13:00", "guchang",   "approve",  "wages", "同意签发。"),
    ("3 13:02", "linxiao",   "release",  "ct", "portal,by_hand"),
    ("3 13:05", "linxiao",   "release",  "wages", "portal,by_hand"),
    ("3 13:10", "hanqiu",    "approve",  "emall", "同意，无涉密和个人信息。"),
    ("3 13:12", "linxiao",   "release",  "emall", "portal"),
    ("3 13:15", "hanqiu",    "approve",  "deposit", "退晚了就直说，同意。"),
    ("3 13:20", "linxiao",   "post",     "ct", "https://mp.example/s/demo-ct-1"),
    ("3 13:22", "linxiao",   "post",     "wages", "https://mp.example/s/demo-wages-1"),
    ("3 13:40", "linxiao",   "release",  "deposit", "portal"),
    ("3 13:45", "wufan",     "check",    "ct", "与审定稿一致。"),
    ("3 13:46", "wufan",     "check",    "wages", "与审定稿一致。"),
    ("3 13:50", "hanqiu",    "sustain",  "fall", "yes", "伤者情况和资料核对结果每天17时前续报。"),
    ("3 13:55", "hanqiu",    "sustain",  "wages", "yes", "9月18日公布清偿结果。"),
    ("3 17:40", "qiancheng", "dispose",  "deposit", "settled"),
    ("3 18:00", "hanqiu",    "close",    "deposit", "退回的回执没有人看，缺少超时提醒"),
)
# fmt: on


def _acts() -> list[Act]:
    made = [Act(minute(at), who, verb, story, tuple(words)) for at, who, verb, story, *words in TABLE]
    return sorted(made, key=lambda act: act.minute)


ACTS: Final[tuple[Act, ...]] = tuple(_acts())
