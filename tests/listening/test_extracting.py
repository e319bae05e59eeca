"""The article of a page: its sentences without the menus, its own time and title (C5.2, C5.16; ADR 13)."""

from __future__ import annotations

import datetime as dt

import pytest

from huiying.listening import outcomes
from huiying.listening.extracting import body_of, extract
from huiying.listening.outcomes import Failed
from listening.reading_helpers import document

FIRST = "9月14日上午，市公共资源交易平台登录服务中断七十分钟，多家投标企业反映无法解密投标文件。"
SECOND = "交易中心表示，受影响的两个项目开标时间顺延至下午两点，具体情况正在核实，将及时向社会公布。"
MENU = "".join(f'<li><a href="/{n}">栏目{n}的名字</a></li>' for n in range(12))
OTHERS = "".join(
    f'<li><a href="/o{n}">别处的另一条新闻标题，与本文无关{n}</a> 2026-09-0{n + 1} 08:00</li>' for n in range(8)
)


def page(body: str, head: str = "", title: str = "平台登录中断七十分钟_本地新闻网") -> str:
    return f"""<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>
    <div class="top"><ul>{MENU}</ul></div>{body}<div class="right"><ul>{OTHERS}</ul></div>
    <div class="footer">版权所有，未经授权不得转载。备案号：某ICP备00000000号</div></body></html>"""


PARAGRAPHS = f'<div class="main"><h1>平台登录中断七十分钟</h1><p>{FIRST}</p><p>{SECOND}</p></div>'
BREAKS = f'<div class="main"><h1>平台登录中断七十分钟</h1><div id="zoom">{FIRST}<br><br>　　{SECOND}</div></div>'
TABLE = f"<table><tr><td><h1>平台登录中断七十分钟</h1></td></tr><tr><td>{FIRST}<br>{SECOND}</td></tr></table>"
SPANS = f'<div class="c"><h1>平台登录中断七十分钟</h1><p><span>{FIRST}</span></p><p><span>{SECOND}</span></p></div>'


@pytest.mark.parametrize("body", [PARAGRAPHS, BREAKS, TABLE, SPANS], ids=["p", "br", "table", "span"])
def test_the_sentences_come_without_menus_other_news_and_footers(body: str) -> None:
    text = extract(document(page(body))).text
    assert FIRST in text
    assert SECOND in text
    assert "栏目3的名字" not in text
    assert "别处的另一条新闻" not in text
    assert "备案号" not in text


def test_a_list_of_links_inside_the_article_is_left_out() -> None:
    inside = PARAGRAPHS.replace("</div>", f"<ul>{OTHERS}</ul></div>")
    text = body_of(page(inside))
    assert SECOND in text
    assert "别处的另一条新闻" not in text


def test_paragraphs_stay_lines() -> None:
    assert body_of(page(PARAGRAPHS)).splitlines()[-2:] == [FIRST, SECOND]


@pytest.mark.parametrize("html", ["", "<html></html>", "<html><body>短</body></html>", "<a href=x>只有一个链接</a>"])
def test_where_nothing_looks_like_an_article_nothing_is_made_up(html: str) -> None:
    assert body_of(html) == ""


def test_the_title_is_the_heading_that_the_page_is_called_by() -> None:
    assert extract(document(page(PARAGRAPHS))).title == "平台登录中断七十分钟"
    assert extract(document(page(f"<p>{FIRST}</p>"))).title == "平台登录中断七十分钟", "without the site's name"
    og = '<meta property="og:title" content="社交用的标题">'
    assert extract(document(page(f"<p>{FIRST}</p>", og))).title == "社交用的标题"


ZONE = dt.timezone(dt.timedelta(hours=8))
MINUTE, MIDNIGHT = dt.datetime(2026, 9, 14, 9, 12, tzinfo=ZONE), dt.datetime(2026, 9, 14, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("head", "beside", "moment", "confidence"),
    [
        ('<meta property="article:published_time" content="2026-09-14T09:12:00+08:00">', "", MINUTE, "stated"),
        ('<meta name="PubDate" content="2026-09-14 09:12">', "", MINUTE, "assumed_zone"),
        ("", "<p>发布时间：2026年09月14日 09:12　来源：本地</p>", MINUTE, "assumed_zone"),
        ("", "<p>日期：2026-09-14</p>", MIDNIGHT, "day"),
        ('<meta name="PubDate" content="1970-01-01 08:00">', "<p>2026-09-14 09:12</p>", MINUTE, "assumed_zone"),
    ],
)  # fmt: skip
def test_the_time_is_the_pages_own_not_that_of_the_news_beside_it(
    head: str, beside: str, moment: dt.datetime, confidence: str
) -> None:
    body = PARAGRAPHS.replace("</h1>", f"</h1>{beside}")
    found = extract(document(page(body, head)))
    assert (found.published_at, found.time_confidence) == (moment, confidence)


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ('{"error": 1}', outcomes.WRONG_TYPE),
        ("<html><script>document.cookie='x=1';location.reload()</script></html>", outcomes.COOKIE_WALL),
    ],
)
def test_what_is_no_page_is_named(body: str, outcome: str) -> None:
    with pytest.raises(Failed) as caught:
        extract(document(body, media="application/json"))
    assert caught.value.outcome == outcome
