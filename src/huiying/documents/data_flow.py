"""个人信息处理情况表: every kind of personal data on paper, for the assessment before it is processed (PIPL art. 55).

Made when it is asked for out of `people.personal_data` and the regulation in force; it is a page to work with, not a
document of the record.
"""

from __future__ import annotations

from huiying.documents.composing import LocalTimes
from huiying.kernel import canonical, clock
from huiying.paper.document import FORM, Document, Heading, Note, Paragraph, Row, Table
from huiying.people import personal_data, queries

TITLE = "个人信息处理情况表"
HEADER = ("种类", "从哪里来、依据", "存在哪里", "谁能看", "留多久、怎么删")
WIDTHS = (4, 6, 6, 5, 6)
NEVER = (
    "不收：账号的名字、头像、粉丝、历史、关系、位置、设备；没有按人查找、给人打分的功能。"
    "涉密不上网：本系统不得处理国家秘密。"
)


def compose() -> Document:
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
        kind="data_flow", style=FORM, issuer=bureau.name if bureau else "", mark=TITLE, number="", title=TITLE,
        cut_off=canonical.timestamp(now), date=said.day(now), places=("制表", "核对"),
        blocks=(
            Paragraph("按《个人信息保护法》第五十五条、第五十六条作影响评估时用。期限取自现行制度，随制度改。"),
            Heading("收了什么，留多久"),
            Table(HEADER, rows, WIDTHS, "没有。"),
            Heading("本人的权利"),
            Paragraph("本人凭受理编号和查询码在网上查到自己的留言办到哪一步，并可要求更正或删除；办不办都有理由和期限。"),
            Note(NEVER),
        ),
    )  # fmt: skip
