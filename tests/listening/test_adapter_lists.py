"""List pages and sitemaps: the selector is found, dates stand beside their links, a redesign is named (C5.2, C5.3)."""

from __future__ import annotations

import datetime as dt

import pytest

from huiying.listening import adapters, outcomes
from huiying.listening.adapters import ADAPTERS
from huiying.listening.outcomes import Failed
from listening.reading_helpers import document

LIST = ADAPTERS["html_list"]
MAP = ADAPTERS["sitemap"]


def page(*rows: str) -> str:
    return f"""<!DOCTYPE html><html><head><title>通知公告_某市公共资源交易中心</title></head><body>
    <ul class="nav"><li><a href="/">首页</a></li><li><a href="/zcfg/">政策法规</a></li><li><a href="/a">关于</a></li>
    <li><a href="/x">交易信息</a></li><li><a href="/y">办事指南</a></li></ul>
    <div class="list"><ul>{"".join(rows)}</ul></div>
    <div class="foot"><a href="http://gov.example/">某省人民政府门户网站</a><a href="http://b.example/">某市人民政府网站</a></div>
    </body></html>"""


def row(n: int, title: str = "", date: str = "2026-09-1") -> str:
    name = title or f"关于第{n}号工程开标时间调整的公告"
    return f'<li class="row{n} item"><a href="/gg/2026/{1000 + n}.html">{name}</a><span>[{date}{n % 5}]</span></li>'


def test_the_list_is_found_among_menus_and_footers() -> None:
    found = adapters.detect(document(page(*(row(n) for n in range(6)))))
    assert found is not None
    assert found.adapter == "html_list"
    items = found.reading.items
    assert [item.title for item in items] == [f"关于第{n}号工程开标时间调整的公告" for n in range(6)]
    assert items[0].url == "http://news.example/gg/2026/1000.html"
    assert all(item.follow for item in items), "the text stands on the article's own page"


def test_the_date_beside_the_link_is_the_day_of_the_article() -> None:
    found = LIST.detect(document(page(*(row(n) for n in range(6)))))
    assert found is not None
    item = found.reading.items[2]
    assert item.time_confidence == "day"
    assert item.published_at == dt.datetime(2026, 9, 11, 16, 0, tzinfo=dt.UTC), "midnight of the 12th in Anshan"


def test_the_found_selector_still_finds_new_rows_tomorrow() -> None:
    found = LIST.detect(document(page(*(row(n) for n in range(6)))))
    assert found is not None
    tomorrow = LIST.read(document(page(*(row(n) for n in range(20, 28)))), found.config)
    assert len(tomorrow.items) == 8


def test_a_title_that_the_page_cut_short_is_taken_whole_from_the_link() -> None:
    rows = [
        f'<li><a href="/gg/{2000 + n}.html" title="关于第{n}号工程评标结果公示的说明全文">关于第{n}号工程评…</a></li>'
        for n in range(5)
    ]
    found = LIST.detect(document(page(*rows)))
    assert found is not None
    assert found.reading.items[0].title == "关于第0号工程评标结果公示的说明全文"


def test_a_redesign_is_named_and_is_not_taken_for_nothing_new() -> None:
    with pytest.raises(Failed) as caught:
        LIST.read(document(page(row(1))), {"links": "table.old > tr > td > a"})
    assert caught.value.outcome == outcomes.NO_MATCH


@pytest.mark.parametrize("selector", ["", "ul >>> ]", "a[", "::nothing"])
def test_a_selector_that_is_none_is_said(selector: str) -> None:
    with pytest.raises(Failed) as caught:
        LIST.read(document(page(row(1))), {"links": selector})
    assert caught.value.outcome == outcomes.NO_MATCH


def test_links_that_lead_nowhere_are_left_out() -> None:
    rows = [row(n) for n in range(5)]
    rows += ['<li class="item"><a href="javascript:void(0)">点击查看更多公告内容</a></li>']
    rows += ['<li class="item"><a href="http://[broken/">坏掉的网址也不能拖累别的</a></li>', row(1)]
    found = LIST.detect(document(page(*rows)))
    assert found is not None
    assert len(found.reading.items) == 5


@pytest.mark.parametrize(
    "body",
    [
        '<html><script>document.cookie="a=b";location.reload()</script></html>',
        "<!DOCTYPE html><html><body>为了您的账号安全，请完成安全验证</body></html>",
    ],
)
def test_a_wall_in_front_of_the_list_is_called_a_wall(body: str) -> None:
    with pytest.raises(Failed) as caught:
        LIST.read(document(body), {"links": "a"})
    assert caught.value.outcome == outcomes.COOKIE_WALL


def test_a_page_without_a_list_is_not_claimed() -> None:
    body = "<html><body><p>只有一段话。</p><a href='/a'>一个链接而已呀</a></body></html>"
    assert adapters.detect(document(body)) is None


SITEMAP = """<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>http://n.example/about.html</loc></url>
<url><loc>http://n.example/news/1.html</loc><lastmod>2026-09-13</lastmod></url>
<url><loc>http://n.example/news/2.html</loc><news:news><news:publication_date>2026-09-14T09:00:00+08:00</news:publication_date>
<news:title>开标公告</news:title></news:news></url></urlset>"""


def test_a_sitemap_gives_the_newest_first() -> None:
    found = adapters.detect(document(SITEMAP, media="application/xml"))
    assert found is not None
    assert found.adapter == "sitemap"
    assert [item.url.rpartition("/")[2] for item in found.reading.items] == ["2.html", "1.html", "about.html"]
    newest = found.reading.items[0]
    assert (newest.title, newest.time_confidence, newest.follow) == ("开标公告", "stated", True)


def test_only_the_wanted_part_of_a_sitemap_is_taken() -> None:
    reading = MAP.read(document(SITEMAP), {"contains": "/news/"})
    assert len(reading.items) == 2


def test_an_index_of_sitemaps_says_which_one_to_take() -> None:
    index = "<sitemapindex><sitemap><loc>http://n.example/s1.xml</loc></sitemap></sitemapindex>"
    with pytest.raises(Failed) as caught:
        adapters.detect(document(index))
    assert "http://n.example/s1.xml" in caught.value.detail


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ("<urlset><url><loc>http://n.example/1</loc></url>", outcomes.MALFORMED),
        ('<!DOCTYPE u [<!ENTITY a "b">]><urlset><url><loc>&a;</loc></url></urlset>', outcomes.ENTITIES),
        ("<html></html>", outcomes.WRONG_TYPE),
    ],
)
def test_a_sitemap_that_is_none_is_named(body: str, outcome: str) -> None:
    with pytest.raises(Failed) as caught:
        MAP.read(document(body), {})
    assert caught.value.outcome == outcome
