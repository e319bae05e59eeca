"""Search finds two-character words in masked text, newest first, and never what concerns a danger to life."""

from cast import Cast
from huiying.ledger.actions import Actor
from huiying.listening import queries
from huiying.listening.actions import receive
from lines_of import parsed


def stock() -> None:
    texts = ["鞍山某校操场围标", "保证金没退", "围标的事，保证金也没退", "100%中标的公司", "活不下去了想跳楼 围标"]
    receive(
        [parsed(str(n), text, own_channel=n == 4) for n, text in enumerate(texts)], how="import", actor=Actor.SYSTEM
    )


def test_two_character_words_are_found_newest_first(staff: Cast):
    stock()
    assert [row.native_id for row in queries.search("围标")] == ["2", "0"]


def test_every_word_must_be_there(staff: Cast):
    stock()
    assert [row.native_id for row in queries.search("围标 保证金")] == ["2"]


def test_signs_of_the_query_language_are_plain_text(staff: Cast):
    stock()
    assert [row.native_id for row in queries.search("100%")] == ["3"]
    assert queries.search("_%_") == []
    assert queries.search("  ") == []


def test_danger_to_life_is_off_search_and_off_the_recent_list(staff: Cast):
    stock()
    assert queries.search("跳楼") == []
    assert "4" not in [row.native_id for row in queries.recent()]
