"""What must never stand on a public page: a citizen's words, internal words (C4.3, UI.md)."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings, strategies as st

from huiying.listening.actions import receive_message
from huiying.portal import caching

INTERNAL = (
    "舆情",
    "一般级",
    "较大",
    "重大",
    "特别重大",
    "级别",
    "值班员",
    "转办",
    "台账",
    "内部标题",
    "Case",
    "L1",
    "public opinion",
)
LINK = re.compile(r'href="(/[^"#]*)"')


def walk(client: Client, start: str = "/") -> Iterator[tuple[str, str]]:
    """Every public page that can be reached by links, as (address, text)."""
    seen, waiting = set(), [start]
    while waiting:
        address = waiting.pop().replace("&amp;", "&")
        if address in seen or address.startswith(("/desk/", "/static/", "/language/")):
            continue
        seen.add(address)
        response = client.get(address, follow=True)
        assert response.status_code == 200, address
        text = response.content.decode()
        yield address, text
        waiting += LINK.findall(text)


def test_the_walk_reaches_every_kind_of_page(desk, client: Client):
    desk.answer()
    reached = {address for address, _text in walk(client)}
    assert {"/", "/answers/", "/answers/C0001/", "/ask/", "/status/", "/about/", "/feed.xml"} <= reached


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet="甲乙丙丁戊己庚辛壬癸", min_size=12, max_size=30))
def test_no_public_page_prints_a_citizens_message(desk, client: Client, marker: str):
    """DESIGN.md "must be impossible": only a summary that staff wrote and reviewed is printed."""
    receipt = receive_message("投诉", f"开标系统{marker}打不开", f"mail-{marker}")
    case = desk.case("handling", desk.post_of(receipt.number))
    desk.answer(case)
    caching.shelf.clear()
    pages = dict(walk(client))
    pages["look-up"] = client.post(
        "/status/",
        {"number": receipt.number, "code": receipt.query_code},
        REMOTE_ADDR=f"10.0.{len(marker)}.{case.pk % 250}",
    ).content.decode()
    pages["search"] = client.get("/answers/", {"q": "开标系统"}).content.decode()
    pages["api"] = client.get("/api/answers").content.decode()
    assert f"/answers/{case.number}/" in pages
    assert [address for address, text in pages.items() if marker in text] == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_internal_word_stands_on_a_public_page(desk, client: Client, language: str):
    receipt = receive_message("咨询", "投标保证金什么时候退回来", "")
    desk.answer(desk.case("handling", desk.post_of(receipt.number)))
    desk.case("reviewing")
    client.cookies["django_language"] = language
    for address, text in walk(client):
        visible = re.sub(r"<[^>]+>", " ", text)
        for word in INTERNAL:
            assert word not in visible.replace("值班人员", ""), (address, word)


def test_robots_keep_out_of_staff_pages_and_personal_addresses(desk, client: Client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    for path in ("/desk/", "/api/", "/confirm/", "/status/", "/ask/received/"):
        assert f"Disallow: {path}" in lines


def test_the_privacy_notice_says_what_is_kept_how_long_and_how_to_object(desk, client: Client):
    """§6.2: what, why, how long, the right to correction and deletion; times come from the regulation file."""
    page = client.get("/about/").content.decode()
    for words in ("最多留1年就删除", "保存10年", "要求更正或删除", "最迟48小时公开答复", "提问不用注册"):
        assert words in page


def test_every_page_is_complete_in_english(desk, client: Client):
    """Chinese may remain only in what staff wrote, marked with its language, and in the name."""
    desk.answer()
    client.cookies["django_language"] = "en"
    for address in ("/", "/answers/", "/answers/C0001/", "/ask/", "/status/", "/about/", "/ask/received/", "/nope/"):
        page = client.get(address).content.decode()
        assert '<html lang="en">' in page
        page = re.sub(r"<title>.*?</title>", "", page)
        page = re.sub(r'<(\w+)[^>]*lang="zh-Hans"[^>]*>.*?</\1>', "", page, flags=re.S)
        page = re.sub(r"<[^>]*>", lambda tag: " ".join(re.findall(r'(?:aria-label|title)="([^"]*)"', tag[0])), page)
        page = page.replace("测试公共资源交易管理局", "")
        assert re.findall(r"[\u4e00-\u9fff]+", page) == [], address


def test_the_language_link_keeps_the_place_and_never_leaves_the_site(desk, client: Client):
    response = client.get("/language/en/", {"next": "/answers/?page=1"})
    assert response.headers["Location"] == "/answers/?page=1"
    assert response.cookies["django_language"].value == "en"
    for foreign in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"):
        assert client.get("/language/en/", {"next": foreign}).headers["Location"] == "/"
    assert client.get("/language/xx/").status_code == 404
