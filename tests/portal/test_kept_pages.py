"""Rendered pages are kept until the ledger moves, by address and language, with an ETag."""

import datetime as dt
import threading

import pytest
from django.test import Client

from huiying.kernel import clock
from huiying.portal import caching
from huiying.responding.models import Revision


def test_a_kept_page_moves_when_the_ledger_moves(desk, client: Client):
    desk.answer(title="原来的题目")
    assert "原来的题目" in client.get("/").content.decode()
    Revision.objects.update(title="新的题目")
    assert "原来的题目" in client.get("/").content.decode()  # nothing was recorded, so nothing is read again
    desk.note("case:C0001")
    assert "新的题目" in client.get("/").content.decode()


def test_a_kept_page_costs_one_query(desk, client: Client, django_assert_num_queries):
    desk.answer()
    client.get("/")
    with django_assert_num_queries(1):
        client.get("/")


def test_a_page_is_kept_only_for_a_short_while_even_when_the_ledger_rests(desk, client: Client, frozen):
    """On PostgreSQL an entry with a smaller id may be committed later; the page may then be wrong for seconds only."""
    desk.answer(title="原来的题目")
    client.get("/")
    Revision.objects.update(title="新的题目")
    frozen.advance(dt.timedelta(seconds=31))
    assert "新的题目" in client.get("/").content.decode()


def test_languages_and_hosts_are_kept_apart(desk, client: Client, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    chinese = client.get("/").content.decode()
    english = client.get("/", headers={"accept-language": "en"}).content.decode()
    assert "我要提问" in chinese
    assert "Ask a question" in english
    assert "http://other.example/" in client.get("/feed.xml", HTTP_HOST="other.example").content.decode()
    assert "other.example" not in client.get("/feed.xml").content.decode()


@pytest.mark.parametrize("address", ["/", "/answers/", "/answers/C0001/", "/about/", "/feed.xml"])
def test_a_reader_who_has_the_page_hears_304_until_it_changes(desk, client: Client, address: str):
    made = desk.answer()
    first = client.get(address)
    assert first.headers["ETag"]
    assert client.get(address, headers={"if-none-match": first.headers["ETag"]}).status_code == 304
    Revision.objects.filter(pk=made.revision_id).update(title="改了题目", correction_note="x")
    desk.answer(made.case, corrects=made, note="改了一处", after=dt.timedelta(days=5))
    changed = client.get(address, headers={"if-none-match": first.headers["ETag"]})
    assert changed.status_code == (304 if address == "/about/" else 200)


def test_kept_pages_set_no_cookie_and_read_no_session(desk, client: Client):
    desk.answer()
    for address in ("/", "/answers/", "/answers/C0001/", "/about/", "/feed.xml"):
        for _ in range(2):
            response = client.get(address)
            assert not response.cookies
            assert "Cookie" not in response.headers.get("Vary", "")


def test_searches_and_errors_are_not_kept(desk, client: Client):
    for n in range(20):
        client.get("/answers/", {"q": f"词{n}"})
        client.get(f"/answers/none{n}/")
    assert len(caching.shelf._pages) == 0


def test_the_shelf_forgets_the_page_used_longest_ago(desk):
    shelf = caching.Shelf(size=2)
    kept = caching.Kept(1, caching.clock.now(), 200, b"", "text/html", '""')
    keys = [("h", f"/{n}", "en", "") for n in range(3)]
    shelf.put(keys[0], kept)
    shelf.put(keys[1], kept)
    assert shelf.get(keys[0], 1)
    shelf.put(keys[2], kept)
    assert shelf.get(keys[1], 1) is None
    assert shelf.get(keys[0], 1)
    assert shelf.get(keys[0], 2) is None


def test_a_hundred_readers_at_once_make_one_page() -> None:
    """Readers who wait for the same page take the one that the first of them made."""
    shelf, made, met = caching.Shelf(), [], threading.Barrier(8)
    key = ("host", "/", "zh-hans", "")

    def read() -> None:
        met.wait()
        with shelf.turn(key):
            if shelf.get(key, 7) is None:
                made.append(1)
                shelf.put(key, caching.Kept(7, clock.now(), 200, b"x", "text/html", '"e"'))

    threads = [threading.Thread(target=read) for _reader in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]
    assert shelf._making == {}, "nothing is left of a turn that is over"


def test_another_page_does_not_wait_and_a_page_that_fails_frees_its_turn() -> None:
    shelf = caching.Shelf()
    key = ("host", "/", "zh-hans", "")
    with shelf.turn(key), shelf.turn(("host", "/answers/", "zh-hans", "")):
        pass
    with pytest.raises(ValueError, match="broken"), shelf.turn(key):
        raise ValueError("broken")
    with shelf.turn(key):
        pass
    assert shelf._making == {}
