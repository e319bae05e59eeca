"""Papers for the inspector: 制度落实情况表 （十二）, clause by clause as of a cut-off (INV-9, INV-12), and
个人信息处理情况表 (PIPL art. 55).

The second is a page to work with, made when asked for out of `people.personal_data`; it is no document of the record.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from huiying.documents import names
from huiying.documents.composing import Basis, Blocks, Composed, LocalTimes
from huiying.kernel import canonical, clock
from huiying.overseeing.commands import entries_of
from huiying.overseeing.conformance import AMBER, CLAUSES, GREEN, NOTHING, OFF, RED, Line, Told, article, conformance
from huiying.overseeing.history.norms import period
from huiying.overseeing.indicators.figures import read, told
from huiying.paper.document import FORM, Document, Heading, Note, Paragraph, Row, Table
from huiying.people import personal_data, queries

# Word and shape: a paper is printed in black, and a colour alone is nothing to some eyes.
STATES = {GREEN: "● 做到了", AMBER: "▲ 有欠缺", RED: "■ 没做到", NOTHING: "○ 没有可算的", OFF: "— 未启用"}
WHY = {
    "not_kept": "本系统还没有这一项的指标",
    "no_class": "现行制度必须覆盖的渠道没有这么多类",
    "no_base": "这个时期没有发生这类事，不算做到，也不算没做到",
}
HEADER, WIDTHS = ("条", "应做的事", "状态", "依据的指标和理由", "台账记录"), (3, 7, 5, 12, 3)
JUDGED = {GREEN: "达到", AMBER: "欠缺", RED: "未达到"}


def compose(basis: Basis) -> Composed:
    rules, wanted = basis.rules(), period(basis.given["period"])
    said = LocalTimes(rules.zone)
    figures = told(read(entries_of(), basis.cut_off), wanted)
    lines = conformance(figures, rules)
    proofs = _proofs(basis, wanted, rules.zone)
    counts = {STATES[state][2:]: sum(line.state == state for line in lines) for state in STATES}
    summary = "，".join(f"{word}{n}条" for word, n in counts.items())
    blocks: Blocks = [
        Paragraph(f"时期{wanted.words}，按{said.time(basis.cut_off)}的台账计算。全部{len(lines)}条：{summary}。"),
    ]
    behind = [line for state in (RED, AMBER) for line in lines if line.state == state]
    blocks += [
        Heading("没做到和有欠缺的"),
        Table(HEADER, tuple(_row(line, proofs) for line in behind), WIDTHS, "没有。"),
    ]
    for number in dict.fromkeys(line.clause.number for line in lines):
        rows = tuple(_row(line, proofs) for line in lines if line.clause.number == number)
        blocks += [
            Heading(article(number)),
            Table(HEADER, rows, WIDTHS),
        ]
    blocks.append(Note(
        "一条的状态取其指标中最差的一个。没有基数的指标不算做到，也不算没做到；只告知、不评判的指标不影响状态。"
        "台账记录是证明这一条的条目在本时期内的数量。同样的台账在别的电脑上用 huiying assess 重算，数字一致。"
    ))  # fmt: skip
    name = names.of(rules, "conformance")
    document = Document(
        kind="conformance", style=FORM, issuer=basis.issuer, mark=name, number=basis.number,
        title=f"{name}（{wanted.words}）", cut_off=canonical.timestamp(basis.cut_off), date=said.day(basis.cut_off),
        blocks=tuple(blocks), places=("制表", "核对"),
    )  # fmt: skip
    kept = {"period": wanted.words, **counts, "states": {line.clause.id: line.state for line in lines}}
    values = {one.name: one.value for line in lines for one in line.indicators if not one.of}
    return Composed(document, {**kept, "indicators": values})


def _proofs(basis: Basis, wanted: Any, zone: Any) -> dict[str, int]:
    """Clause → entries of the period that prove it, up to the cut-off. A danger to life is counted like any other."""
    clauses = defaultdict(list)
    for clause in CLAUSES.values():
        for kind in clause.kinds:
            clauses[kind].append(clause.id)
    found: Counter[str] = Counter()
    for entry in entries_of(tuple(clauses)):
        if entry["at"] <= basis.cut_off and wanted.holds(entry["at"], zone):
            found.update(clauses[entry["kind"]])
    return found


def _row(line: Line, proofs: dict[str, int]) -> Row:
    told_of = "；".join(_figure(one) for one in line.indicators)
    why = WHY.get(line.why, "")
    cells = (
        line.clause.id, line.clause.zh, STATES[line.state], "。".join(filter(None, [told_of, why])) or "—",
        str(proofs.get(line.clause.id, 0)),
    )  # fmt: skip
    return Row(cells)


def _figure(one: Told) -> str:
    judged = JUDGED.get(one.state or "", "")
    told_of = value(one) + (one.unit if one.value is not None else "")
    return f"{one.words}{one.of and f'（{one.of}）'} {told_of}{judged and f'（{judged}）'}"


def value(one: Told) -> str:
    """A share in per cent; a figure without a base is a dash, never zero."""
    if one.value is None:
        return "—"
    if one.name.endswith("_share"):
        return f"{one.value * 100:.4g}%"
    return f"{one.value:g}" if isinstance(one.value, float) else str(one.value)


DATA_FLOW = "个人信息处理情况表"
DATA_FLOW_HEADER = ("种类", "从哪里来、依据", "存在哪里", "谁能看", "留多久、怎么删")
DATA_FLOW_WIDTHS = (4, 6, 6, 5, 6)
NEVER = (
    "不收：账号的名字、头像、粉丝、历史、关系、位置、设备；没有按人查找、给人打分的功能。"
    "涉密不上网：本系统不得处理国家秘密。"
)


def compose_data_flow() -> Document:
    """Figures are those of the regulation in force now."""
    regulation, now = queries.regulation_now(), clock.now()
    rows = tuple(
        Row(
            (
                str(kind.name),
                f"{kind.enters}。{kind.ground}",
                f"{'、'.join(kind.fields)}（{'加密封存' if kind.sealed else '未加密'}）",
                str(kind.readers),
                f"{personal_data.kept(kind.code, regulation).zh()}。{kind.ends}。"
                f"{'到期自动销毁' if kind.job else '没有自动销毁'}",
            )
        )
        for kind in personal_data.KINDS
    )
    bureau = queries.bureau()
    said = LocalTimes(regulation.zone)
    return Document(
        kind="data_flow", style=FORM, issuer=bureau.name if bureau else "", mark=DATA_FLOW, number="", title=DATA_FLOW,
        cut_off=canonical.timestamp(now), date=said.day(now), places=("制表", "核对"),
        blocks=(
            Paragraph("按《个人信息保护法》第五十五条、第五十六条作影响评估时用。期限取自现行制度，随制度改。"),
            Heading("收了什么，留多久"),
            Table(DATA_FLOW_HEADER, rows, DATA_FLOW_WIDTHS, "没有。"),
            Heading("本人的权利"),
            Paragraph("本人凭受理编号和查询码在网上查到自己的留言办到哪一步，并可要求更正或删除；办不办都有理由和期限。"),
            Note(NEVER),
        ),
    )  # fmt: skip
