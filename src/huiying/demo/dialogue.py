"""The dialogue with the public in the demonstration: a frequent question, and a consultation that is open （四）."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from huiying.demo.script import Act
from huiying.foreseeing import actions as consulting
from huiying.foreseeing.models import Consultation
from huiying.kernel import clock
from huiying.people.models import Department, User
from huiying.responding.actions import pages
from huiying.responding.models import TopicPage

Verb = Callable[[Act, User], object]
OPEN_FOR: Final = dt.timedelta(days=15)
PAGES: Final[dict[str, dict[str, Any]]] = {
    "certificate": {
        "kind": TopicPage.FREQUENT,
        "title": "外地企业的 CA 证书在哪里办",
        "asked": "外地企业第一次来投标，CA 证书在哪里办，要不要法定代表人到场？",
        "text": "可以在网上办，也可以到交易大厅 3 号窗口办，都不要求法定代表人到场。\n"
        "网上办：登录交易平台，在“证书办理”里上传营业执照和授权书，两个工作日内寄出。\n"
        "窗口办：带营业执照复印件和授权书，当场领取。",
        "topic": "PT",
    },
}
CONSULTATIONS: Final[dict[str, dict[str, Any]]] = {
    "deposit": {
        "title": "投标保证金退还办法（征求意见稿）",
        "summary": "企业反映保证金退得慢、不知道退到哪一步。准备把退还时间和查询办法写进规定，先听听大家的意见。",
        "text": "第一条 中标结果公告后五个工作日内退还未中标人的投标保证金。\n"
        "第二条 每一笔退到哪一步，在交易平台上可以查到。\n"
        "第三条 逾期没有退还的，当天电话说明原因，并按同期存款利率计付利息。",
        "topic": "PT",
        "questions": [{"text": "几个工作日内退还合适", "options": ["三天", "五天", "十天"]}],
    },
}


def _page(act: Act, who: User) -> None:
    department, name = act.words
    row = pages.save_page(None, **PAGES[name], department=Department.objects.get(code=department), actor=who)
    pages.propose_page(row.page, who)


def _page2(_act: Act, who: User) -> None:
    (page,) = TopicPage.objects.filter(published_at__isnull=True)
    sha = page.texts.latest("number").manifest_sha256
    pages.decide_page(
        page, approve=True, manifest_sha256=sha, comment="", secrecy=True, personal_data=True, actor=who
    )  # fmt: skip


def _consult(act: Act, who: User) -> None:
    department, name = act.words
    row = consulting.save_consultation(
        None, **CONSULTATIONS[name], department=Department.objects.get(code=department),
        closes_at=clock.now() + OPEN_FOR, actor=who,
    )  # fmt: skip
    consulting.propose_consultation(row, who)


def _consult2(_act: Act, who: User) -> None:
    row = Consultation.objects.get(state=Consultation.PROPOSED)
    consulting.decide_consultation(row, approve=True, sha256=consulting.draft_sha256(row), comment="", actor=who)


VERBS: Final[dict[str, Verb]] = {"page": _page, "page2": _page2, "consult": _consult, "consult2": _consult2}
