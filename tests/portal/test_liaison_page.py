"""Another body verifies by a single-use link, without an account (C5.15). Silence is no answer."""

import datetime as dt

import pytest
from django.test import Client

from huiying.handling.actions import liaison
from huiying.handling.actions.liaison import send_liaison
from huiying.handling.models import Liaison
from huiying.kernel import clock

FALSE = {"finding": "false", "name": "宣传部 王科长", "text": "没有撤销中心的方案，所传不实。"}
LETTER = "关于核实有关情况的函\n\n市委宣传部：\n\n　　请协助核实以下情况：\n　　一、中心是否撤销。"


class Sent:
    def __init__(self, desk) -> None:
        self.desk = desk
        self.row = Liaison.objects.create(
            number="核实〔2026〕1号", case=desk.case("handling"), body="市委宣传部", points="中心是否撤销。",
            letter=LETTER, drafted_by="值班员小周", drafted_at=clock.now(),
        )  # fmt: skip
        token = send_liaison(self.row, "link", desk.cast.duty)
        self.row.refresh_from_db()
        self.url = f"/liaison/{token}/"


@pytest.fixture
def sent(desk) -> Sent:
    return Sent(desk)


def test_the_body_reads_the_letter_who_asks_and_how_long_is_left(sent, client: Client):
    response = client.get(sent.url)
    page = response.content.decode()
    for words in ("中心是否撤销。", "市委宣传部", "值班员小周", "12 小时", "9月14日 22:00", "部分属实"):
        assert words in page
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert "no-store" in response.headers["Cache-Control"]


def test_no_internal_words_and_nothing_of_the_case_stands_on_the_page(sent, client: Client):
    page = client.get(sent.url).content.decode()
    for word in ("舆情", "级别", "内部标题", "C0001"):
        assert word not in page


def test_the_link_takes_one_answer_and_then_shows_the_letter_no_more(sent, client: Client):
    assert client.post(sent.url, FALSE).status_code == 302
    sent.row.refresh_from_db()
    assert (sent.row.finding, sent.row.answered_name, sent.row.answer) == tuple(FALSE.values())
    page = client.get(sent.url).content.decode()
    assert "已经收到答复，谢谢" in page
    assert "不属实" in page
    assert "中心是否撤销" not in page
    assert "<form" not in page
    again = client.post(sent.url, FALSE | {"finding": "true"})
    assert again.status_code == 200
    sent.row.refresh_from_db()
    assert sent.row.finding == "false"


@pytest.mark.parametrize(
    ("left_out", "sentence"),
    [("finding", "请选一项。"), ("name", "请写明答复人的姓名和职务。"), ("text", "请写明核实的情况。")],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(sent, client: Client, left_out: str, sentence: str):
    response = client.post(sent.url, FALSE | {left_out: ""})
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert (FALSE["name"] if left_out != "name" else FALSE["text"]) in page
    sent.row.refresh_from_db()
    assert sent.row.answered_at is None


def test_too_short_an_answer_is_refused_with_its_words_kept(sent, client: Client):
    response = client.post(sent.url, FALSE | {"text": "是的"})
    assert response.status_code == 409
    assert "至少 4 个字" in response.content.decode()
    assert "是的" in response.content.decode()


def test_a_late_link_says_whom_to_call(sent, client: Client, frozen):
    frozen.advance(dt.timedelta(hours=12))
    page = client.post(sent.url, FALSE).content.decode()
    assert "答复时间已过" in page
    assert "值班员小周" in page
    sent.row.refresh_from_db()
    assert sent.row.answered_at is None


def test_silence_closes_the_link_and_is_no_consent(sent, client: Client, frozen):
    frozen.advance(dt.timedelta(hours=12))
    liaison.run_letters(clock.now(), 10)
    assert "答复时间已过" in client.get(sent.url).content.decode()
    sent.row.refresh_from_db()
    assert (sent.row.finding, sent.row.not_received_at) == ("", clock.now())


def test_sent_again_the_old_link_is_unknown(sent, client: Client):
    new = send_liaison(sent.row, "link", sent.desk.cast.duty)
    assert client.get(sent.url).status_code == 404
    assert client.get(f"/liaison/{new}/").status_code == 200


@pytest.mark.parametrize("token", ["x", "A" * 43, "%20", "<script>"])
def test_an_unknown_link_is_told_in_plain_words(desk, client: Client, token: str):
    response = client.get(f"/liaison/{token}/")
    assert response.status_code == 404
    assert "这个链接打不开" in response.content.decode()
    assert "<script>" not in response.content.decode()


def test_hostile_letters_and_answers_are_escaped(sent, client: Client):
    Liaison.objects.filter(pk=sent.row.pk).update(letter="<script>alert(1)</script>")
    assert "<script" not in client.get(sent.url).content.decode()
    client.post(sent.url, FALSE | {"name": "<script>x</script>"})
    assert "<script" not in client.get(sent.url).content.decode()


def test_it_takes_reading_and_answering_and_nothing_else(sent, client: Client):
    assert client.delete(sent.url).status_code == 405
    assert client.put(sent.url).status_code == 405
    assert client.head(sent.url).status_code == 200


def test_the_page_speaks_english_around_a_chinese_letter(sent, client: Client):
    page = client.get(sent.url, headers={"accept-language": "en"}).content.decode()
    assert '<html lang="en"' in page
    assert 'lang="zh-Hans">' in page
    assert "中心是否撤销。" in page


def test_search_engines_are_kept_away(desk, client: Client):
    assert "Disallow: /liaison/" in client.get("/robots.txt").content.decode()
