"""What the tests of the staff pages share."""

from __future__ import annotations

import html
from typing import Any

from django.test import Client

from huiying.people import factors
from huiying.people.models import User

OUTAGE = "鞍山公共资源交易平台今早全崩了，八点半到现在登录不上，我们九点半开标，解密超时算谁的？"
FACTS = "8:30 至 9:50 平台登录服务无响应，已恢复。两个项目开标顺延至 14:00。"
DRAFT = {
    "title": "关于交易平台登录故障的情况说明",
    "question": "平台登录不上，开标解密超时怎么算？",
    "facts": FACTS,
    "renditions": {"portal": f"给大家带来不便，我们致歉。\n{FACTS}", "weibo": FACTS},
    "basis": "《电子招标投标办法》第五十六条",
}


def known(user: User) -> Client:
    """A browser that is signed in, whose session the person's authenticator vouched for some time ago (S4)."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    factors.vouch(session, user)
    session.save()
    return client


def text_of(response: Any) -> str:
    """The page as its reader sees the words: entities resolved, white space in one."""
    assert response.status_code < 500
    return " ".join(html.unescape(response.content.decode()).split())
