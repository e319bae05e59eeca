"""Everything the public site can show, made through the verbs: pages of each kind, consultations, a request."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from cast import Cast
from huiying.foreseeing import actions as consulting, queries
from huiying.foreseeing.models import Consultation
from huiying.handling.models import Case
from huiying.kernel import clock
from huiying.responding.actions import dialogue, pages
from huiying.responding.models import TopicPage

QUESTIONS = [{"text": "押金多久退合适", "options": ["三天", "五天", "十天"]}]


@dataclass
class Shown:
    hot: TopicPage
    faq: TopicPage
    clarified: TopicPage
    asking: Consultation
    done: Consultation
    request: dialogue.Receipt


def page(cast: Cast, kind: str, **changes: Any) -> TopicPage:
    """Written by the information department, approved by the editor."""
    told: dict[str, Any] = {
        "kind": kind,
        "title": "外地企业的 CA 证书在哪里办",
        "asked": "外地企业参加投标，CA 证书在哪里办，要不要法人到场？",
        "text": "可以在网上办，也可以到大厅窗口办，不要求法人到场。",
        "department": cast.department("Z-XX"),
        "topic": "PT",
        "actor": cast.tech_liaison,
    }
    if kind == TopicPage.CLARIFICATION:
        told |= {
            "title": "交易中心没有撤销的计划",
            "asked": "网传交易中心下个月撤销，在途项目作废。",
            "text": "没有这样的决定，业务照常办理，在途项目有效。",
            "proof": "市编办没有批复过撤销事项。",
            "since": dt.date(2026, 9, 12),
        }
    row = pages.save_page(changes.pop("page", None), **(told | changes))
    pages.propose_page(row.page, cast.tech_liaison)
    pages.decide_page(
        row.page, approve=True, manifest_sha256=row.manifest_sha256, comment="", secrecy=True, personal_data=True,
        actor=cast.editor,
    )  # fmt: skip
    return TopicPage.objects.get(pk=row.page_id)


def opened(cast: Cast, title: str = "投标保证金退还办法（征求意见稿）", days: int = 15, **changes: Any) -> Consultation:
    told: dict[str, Any] = {
        "title": title,
        "summary": "保证金退得慢，企业反映多，准备把退还时间写进办法。",
        "text": "第一条 中标结果公告后五个工作日内退还投标保证金。\n第二条 逾期退还的，说明原因并公开。",
        "topic": "PT",
        "department": cast.department("Z-CW"),
        "closes_at": clock.now() + dt.timedelta(days=days),
        "questions": QUESTIONS,
        "actor": cast.editor,
    }
    row = consulting.save_consultation(None, **(told | changes))
    consulting.propose_consultation(row, cast.editor)
    sha = consulting.draft_sha256(Consultation.objects.get(pk=row.pk))
    return consulting.decide_consultation(row, approve=True, sha256=sha, comment="", actor=cast.office)


def concluded(cast: Cast, row: Consultation) -> Consultation:
    """Two opinions, two groups, a published result; time must be past the end."""
    for opinion, decision in zip(row.opinions.all(), ("adopted", "not"), strict=False):
        consulting.save_group(
            row, None, summary=f"关于第{opinion.pk}条的意见", decision=decision, opinions=[opinion.pk],
            reason="按规定研究后这样定，说明如下。", actor=cast.editor,
        )  # fmt: skip
    row = consulting.propose_result(row, "共收到两条意见，都研究过，结果如下。", cast.editor)
    return consulting.decide_result(row, approve=True, sha256=row.result_sha256, comment="", actor=cast.office)


def fill(cast: Cast, cases: list[Case], frozen: clock.FrozenClock) -> Shown:
    """`cases` have public answers: the hot topic gathers them."""
    done = opened(cast, "网上开标管理办法（征求意见稿）", days=8)
    consulting.send_opinion(done, "建议第一条的五天改成三天", {0: 0})
    consulting.send_opinion(done, "第二条不需要公开原因", {0: 1})
    frozen.advance(dt.timedelta(days=9))
    done = concluded(cast, done)
    numbers = [case.number for case in cases]
    shown = Shown(
        hot=page(cast, TopicPage.HOT, title="交易系统故障集中回应", answers=numbers),
        faq=page(cast, TopicPage.FREQUENT),
        clarified=page(cast, TopicPage.CLARIFICATION),
        asking=opened(cast),
        done=done,
        request=dialogue.ask_request("correction", "第二段的日期写错了，请改正。", answer=numbers[0]),
    )
    assert not queries.is_open(shown.done)
    return shown
