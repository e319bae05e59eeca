"""What things are called: by the regulation's own words wherever it has one (§2.2)."""

from __future__ import annotations

from huiying.overseeing.actions.measures import PAPERS
from huiying.regulation import Regulation

# Kind → (the words by which the regulation's list of documents may call it, the name where it has none).
KINDS: dict[str, tuple[tuple[str, ...], str]] = {
    "log": (("日志",), "网络舆情日志"),
    "report": (("专报",), "舆情专报"),
    "quick": (("快报",), "舆情快报"),
    "follow": (("续报",), "舆情续报"),
    "final": (("终报",), "舆情终报"),
    "briefing": (("早报",), "早报"),
    "night": (("夜间小结", "夜报"), "夜间小结"),
    "handover": (("交接班",), "交接班表"),
    "slip": (("转办单", "交办单"), "转办单"),
    "approval": (("审批表", "审签表"), "舆情回应审批表"),
    "letter": (("核实函",), "核实函"),
    "warning": (("预警",), "预警通知"),
    "feedback": (("反馈单",), "反馈单"),
    "minutes": (("纪要",), "会商会议纪要"),
    "digest": (("月报",), "民意月报"),
    "pack": (("证据包",), "考核证据包"),
    "supervision": (PAPERS["supervision"], "督办单"),
    "criticism": (PAPERS["criticism"], "通报批评"),
    "talk": (PAPERS["talk"], "约谈记录"),
    "referral": (("移送材料", "移送函"), "问责移送材料"),
    "risk": (("风险评估",), "舆情风险评估报告"),
    "conformance": (("落实情况", "落实报告"), "制度落实情况表"),
}


def of(rules: Regulation, kind: str) -> str:
    words, own = KINDS[kind]
    return next((name for name in rules.documents if any(word in name for word in words)), own)


def _named(rules: Regulation, kind: str, code: str) -> str:
    try:
        return rules.name_of(kind, code)
    except KeyError:  # a code of an earlier version of the regulation
        return code


def level(rules: Regulation, code: str) -> str:
    return _named(rules, "level", code)


def state(rules: Regulation, code: str) -> str:
    return _named(rules, "state", code)


def act(rules: Regulation, code: str) -> str:
    return _named(rules, "act", code)


def category(rules: Regulation, code: str) -> str:
    return _named(rules, "category", code)


def account(rules: Regulation, code: str) -> str:
    return _named(rules, "account", code)
