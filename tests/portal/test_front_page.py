"""The front page: what people asked and were answered, open figures, where to ask (C4.1, C4.4)."""

import datetime as dt

from django.test import Client


def test_the_front_page_answers_200_with_the_name_before_anything_was_asked(desk, client: Client):
    response = client.get("/")
    assert response.status_code == 200
    assert "回应" in response.content.decode()
    assert "测试公共资源交易管理局" in response.content.decode()
    assert "还没有公开的答复" in response.content.decode()


def test_the_name_stands_on_the_front_page_in_english_too(desk, client: Client):
    page = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert "You ask, we answer in public" in page
    assert ">回应</b>" in page


def test_the_front_page_lists_the_latest_answers_newest_first(desk, client: Client, frozen):
    desk.answer(title="先答的一件")
    frozen.advance(dt.timedelta(hours=1))
    desk.answer(title="后答的一件")
    page = client.get("/").content.decode()
    assert page.index("后答的一件") < page.index("先答的一件")
    assert "/answers/C0001/" in page
    assert "交易中心信息技术部" in page


def test_open_figures_count_messages_answers_and_the_median_time(desk, client: Client):
    from huiying.listening.actions import receive_message

    receive_message("咨询", "保证金什么时候退回来", "")
    for hours in (4, 20, 30):
        desk.answer(after=dt.timedelta(hours=hours))
    page = client.get("/").content.decode()
    assert '/figures/">1</a>' in page
    assert 'answers/">3</a>' in page
    assert "20 小时" in page


def test_a_correction_does_not_change_how_long_the_answer_took(desk, client: Client):
    """The first public act counts (C8.5): a later correction neither helps nor harms the figure."""
    first = desk.answer(after=dt.timedelta(hours=4))
    desk.answer(first.case, after=dt.timedelta(hours=60), corrects=first, note="改一个数")
    page = client.get("/").content.decode()
    assert "用时 4 小时" in page
    assert "有更正" in page
    assert page.count("C0001") == 1


def test_answers_on_danger_to_life_stay_off_the_front_page_lists_search_and_feed(desk, client: Client):
    """Life first: such items stay off walls, digests and search; their own address still works."""
    desk.answer(title="不上墙的一件", life_safety=True)
    for address in ("/", "/answers/", "/answers/?q=不上墙", "/feed.xml"):
        assert "C0001" not in client.get(address).content.decode()
    assert client.get("/answers/C0001/").status_code == 200


def test_the_page_needs_no_script_and_no_outside_host(desk, client: Client):
    desk.answer()
    for address in ("/", "/answers/", "/answers/C0001/", "/ask/", "/status/", "/about/"):
        page = client.get(address).content.decode()
        assert "<script" not in page
        assert "src=" not in page
        assert "//" not in page.replace("http://www.w3.org", "")


def test_each_page_has_landmarks_a_heading_and_labels_for_every_field(desk, client: Client):
    import re

    desk.answer()
    for address in ("/", "/answers/", "/answers/C0001/", "/ask/", "/status/", "/about/", "/nope/"):
        page = client.get(address).content.decode()
        assert page.count("<h1") == 1, address
        for landmark in ("<header", "<nav", "<main", "<footer", 'class="skip"', 'lang="zh-Hans"'):
            assert landmark in page, (address, landmark)
        for field in re.findall(r'<(?:input|textarea)(?![^>]*type="hidden")[^>]*\bid="([^"]+)"', page):
            assert f'<label for="{field}"' in page, (address, field)


def test_the_style_sheet_stays_small(desk):
    from huiying import portal

    style = f"{portal.__path__[0]}/static/portal/portal.css"
    with open(style, "rb") as handle:  # noqa: PTH123
        assert len(handle.read()) <= 16 * 1024
