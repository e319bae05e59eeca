"""One answer: text, department, time, basis, corrections that stay visible (C1.1, C11.1), search, feed."""

import datetime as dt
import xml.etree.ElementTree as ET

from django.test import Client
from hypothesis import HealthCheck, given, settings, strategies as st

ATOM = "{http://www.w3.org/2005/Atom}"


def test_an_answer_says_who_when_how_long_and_on_what_basis(desk, client: Client):
    desk.answer(after=dt.timedelta(hours=6, minutes=20))
    page = client.get("/answers/C0001/").content.decode()
    for words in (
        "电子投标文件上传失败怎么办",
        "有企业反映上传投标文件时提示失败。",
        "系统已于当晚修复。",
        "交易中心信息技术部",
        "9月14日 16:20",
        "用时 6 小时 20 分",
        "《电子招标投标办法》第二十五条",
    ):
        assert words in page


def test_a_correction_and_the_text_before_it_stay_visible(desk, client: Client):
    first = desk.answer(text="计划年内开通。")
    desk.answer(first.case, text="计划明年三月开通。", corrects=first, note="开通时间写错", after=dt.timedelta(days=2))
    page = client.get("/answers/C0001/").content.decode()
    assert "更正过" in page
    assert "开通时间写错" in page
    assert page.index("计划明年三月开通。") < page.index("计划年内开通。")


def test_a_correction_that_removes_personal_data_shows_a_tombstone(desk, client: Client):
    """What was taken out must not come back through the history (§6.2)."""
    first = desk.answer(text="请联系当事人，电话 13841234567。")
    desk.answer(first.case, text="请联系大厅窗口。", corrects=first, note="删去个人信息", after=dt.timedelta(days=2))
    page = client.get("/answers/C0001/").content.decode()
    assert "13841234567" not in page
    assert "更正前的文字含有个人信息，已删除" in page
    assert "删去个人信息" in page


def test_only_live_texts_of_this_site_are_shown(desk, client: Client):
    made = desk.answer()
    for change in ({"state": "queued"}, {"state": "to_verify"}, {"channel": "by_hand"}):
        type(made).objects.filter(pk=made.pk).update(**({"state": "live", "channel": "portal"} | change))
        desk.note("case:C0001")
        assert client.get("/answers/C0001/").status_code == 404
        assert "C0001" not in client.get("/answers/").content.decode()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(alphabet="<>&\"'/= scriptonload字", min_size=1, max_size=40))
def test_whatever_staff_type_is_escaped(desk, client: Client, words: str):
    hostile = f"<script>{words}</script><img src=x onerror=1>"
    made = desk.answer(title=hostile[:200], question=hostile, text=hostile)
    for address in (f"/answers/{made.case.number}/", "/answers/", "/"):
        page = client.get(address).content.decode()
        assert "<script" not in page
        assert "<img" not in page
    assert ET.fromstring(client.get("/feed.xml").content).find(f"{ATOM}entry") is not None


def test_search_finds_every_word_and_keeps_the_words(desk, client: Client):
    desk.answer(title="保证金多久能退")
    desk.answer(title="数字证书在哪里办")
    page = client.get("/answers/", {"q": "保证金 多久"}).content.decode()
    assert "C0001" in page
    assert "C0002" not in page
    assert 'value="保证金 多久"' in page
    assert "还没有人问过这件事" in client.get("/answers/", {"q": "保证金 没有的词"}).content.decode()


def test_the_list_has_pages_and_a_page_too_far_is_the_last(desk, client: Client):
    for _ in range(17):
        desk.answer()
    assert client.get("/answers/").content.decode().count('class="asked"') == 15
    second = client.get("/answers/?page=2").content.decode()
    assert second.count('class="asked"') == 2
    assert client.get("/answers/?page=99").content.decode().count('class="asked"') == 2
    assert client.get("/answers/?page=no").status_code == 200


def test_odd_addresses_are_not_found_in_plain_words(desk, client: Client):
    for address in ("/answers/none/", "/answers/%00/", "/answers/<b>/", "/answers/" + "9" * 500 + "/"):
        response = client.get(address)
        assert response.status_code == 404
        assert "没有这个页面" in response.content.decode()
    assert client.get("/answers/", {"q": "a\x00b" * 100}).status_code == 200


def test_the_feed_holds_the_answers_with_stable_ids(desk, client: Client):
    first = desk.answer(title="保证金 & 其他")
    desk.answer(first.case, title="保证金 & 其他", corrects=first, note="改", after=dt.timedelta(days=2))
    feed = ET.fromstring(client.get("/feed.xml").content)
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == ["http://testserver/answers/C0001/"]
    assert entries[0].findtext(f"{ATOM}title") == "保证金 & 其他"
    published, updated = entries[0].findtext(f"{ATOM}published"), entries[0].findtext(f"{ATOM}updated")
    assert published < updated
    assert feed.findtext(f"{ATOM}updated") == updated


def test_an_empty_feed_is_still_a_feed(desk, client: Client):
    assert ET.fromstring(client.get("/feed.xml").content).tag == f"{ATOM}feed"
