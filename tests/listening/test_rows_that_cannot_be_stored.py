"""A row that no database can keep is refused alone, with its place and reason; nothing waits for it (C5.16, INV-1).

What one database takes and the other does not is refused on both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from cast import Cast
from huiying.engine.post import parse_post
from huiying.kernel import clock
from huiying.kernel.clock import FrozenClock
from huiying.ledger.actions import Actor
from huiying.listening import collected, collecting, import_queue, ingest_masking, outcomes
from huiying.listening.actions import imports, receive, receive_message, take_in
from huiying.listening.adapters import Item
from huiying.listening.importing import registry
from huiying.listening.ingest import UsageError, ingest
from huiying.listening.models import Import, Post, SourceHost, SourcePage
from huiying.people.errors import Refused
from lines_of import post, write
from listening.sources_of import World, feed, minutes
from local_web import rss

NOT_STORABLE: dict[str, dict[str, Any]] = {
    "a NUL in a nested value": {"extra": {"a": "b\x00"}},
    "a NUL deeper": {"extra": {"a": [{"b": ["c", "\x00"]}]}},
    "a NUL in a name": {"extra": {"a\x00": 1}},
    "half a character": {"extra": {"a": {"b": "\ud800"}}},
    "half a character in a name": {"extra": {"\udfff": 1}},
    "a number of fifty digits": {"extra": {"a": 10**50}},
    "a figure of four hundred digits": {"metrics": {"reads": 10**400}},
    "a grade of four hundred digits": {"extra": {"grading": {"hours": 10**400}}},
    "the last moment of all": {"published_at": "9999-12-31T23:59:59Z"},
    "the first moment of all": {"published_at": "0001-01-01T00:00:00Z"},
    "seen at no time": {"seen_at": "9999-12-31T23:59:59Z"},
    "a text over one megabyte": {"text": "标" * 400_000},
    "an id over 512 characters": {"native_id": "1" * 600},
    "a tier of sixty thousand": {"outlet_tier": 60_000},
}


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HUIYING_INBOX", raising=False)
    import_queue._seen.clear()
    monkeypatch.setattr(import_queue, "_stuck", [], raising=False)
    yield
    import_queue.close()


def begun(cast: Cast, rows: list[dict[str, Any]], name: str = "a.jsonl") -> Import:
    content = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    return imports.begin(imports.propose(SimpleUploadedFile(name, content), cast.duty), cast.duty)


def work(times: int = 12) -> None:
    for _ in range(times):
        import_queue.go_on(clock.now(), 1)


def good(number: int) -> dict[str, Any]:
    return post(f"good-{number}", f"开标系统第 {number} 次打不开")


@pytest.mark.parametrize("what", NOT_STORABLE)
def test_such_a_row_is_refused_with_line_and_reason_and_its_neighbours_are_kept(staff: Cast, what: str) -> None:
    bad = post("bad", "交易中心开标") | NOT_STORABLE[what]
    first = begun(staff, [good(1), bad, good(2)])
    second = begun(staff, [good(3)], "b.jsonl")
    work()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.new, first.rejected, first.problem) == (Import.DONE, 2, 1, "")
    (refused,) = first.rejected_rows.all()
    assert (refused.file, refused.line) == ("a.jsonl", 2)
    assert len(refused.reason) > 8
    assert (second.state, second.new) == (Import.DONE, 1)


def test_over_rest_the_rows_beside_it_are_stored_and_each_refusal_is_named(staff: Cast) -> None:
    client = Client()
    client.force_login(staff.duty)
    rows = [good(n) for n in range(19)] + [
        post(f"bad{n}", "开标") | more for n, more in enumerate(NOT_STORABLE.values())
    ]
    answer = client.post("/api/posts", json.dumps(rows), content_type="application/json")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["new"], [one["row"] for one in told["rejected"]]) == (19, [20 + n for n in range(len(NOT_STORABLE))])
    assert all(one["reason"] for one in told["rejected"])


def test_a_row_nobody_foresaw_is_refused_by_the_database_alone(staff: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader lets it pass, the database does not: the same on both."""
    admit = ingest_masking.admit

    def careless(post: Any, **more: Any) -> Post:
        row = admit(post, **more)
        row.outlet_tier = 10**30 if post.native_id == "bad" else row.outlet_tier
        return row

    monkeypatch.setattr(ingest_masking, "admit", careless)
    row = begun(staff, [good(1), post("bad", "交易中心开标"), good(2), good(1)])
    work()
    row.refresh_from_db()
    assert (row.state, row.new, row.duplicate, row.rejected, row.rows_read) == (Import.DONE, 2, 1, 1, 4)
    assert [(one.line, "数据库存不下" in one.reason) for one in row.rejected_rows.all()] == [(2, True)]
    brought = [parse_post(good(7)), parse_post(post("bad", "又来")), parse_post(good(8))]
    found = receive(brought, how="import", actor=Actor.SYSTEM)
    assert (found.received, found.new, list(found.refused)) == (2, 2, [1])
    assert set(Post.objects.values_list("native_id", flat=True)) == {f"good-{n}" for n in (1, 2, 7, 8)}
    client = Client()
    client.force_login(staff.duty)
    told = client.post("/api/posts", json.dumps([{}, good(9), post("bad", "再来")]), content_type="application/json")
    assert [(one["row"], bool(one["reason"])) for one in told.json()["rejected"]] == [(1, True), (3, True)]


def test_what_a_person_gives_is_refused_in_words(staff: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The paste box and the public form: nothing is half stored."""
    admit = ingest_masking.admit

    def careless(post: Any, **more: Any) -> Post:
        row = admit(post, **more)
        row.outlet_tier = 10**30
        return row

    monkeypatch.setattr(ingest_masking, "admit", careless)
    with pytest.raises(Refused, match="数据库存不下"):
        take_in("交易中心开标系统打不开", actor=staff.duty)
    with pytest.raises(Refused, match="数据库存不下"):
        receive_message("投诉", "保证金三个月没有退", "")
    assert Post.objects.count() == 0


def test_whatever_goes_wrong_fails_that_import_in_words_and_the_next_goes_on(
    staff: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = begun(staff, [good(1), good(2), good(3)]), begun(staff, [good(4)], "b.jsonl")
    parse = registry.parse_post

    def breaks(value: Any) -> Any:
        if value["native_id"] == "good-3":
            raise ZeroDivisionError("secret detail")
        return parse(value)

    monkeypatch.setattr(registry, "parse_post", breaks)
    work()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.new, first.rows_read, first.path) == (Import.FAILED, 2, 2, "")
    assert "出错" in first.problem
    assert "secret detail" not in first.problem
    assert "Traceback" not in first.problem
    assert (second.state, second.new) == (Import.DONE, 1)
    client = Client()
    client.force_login(staff.duty)
    assert first.problem[:12] in client.get(f"/desk/imports/{first.pk}/").content.decode()


def test_a_database_that_is_away_is_waited_for_but_not_for_ever(staff: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A restart of the database fails no import; a chunk that it always refuses does not hold up the others."""
    first, second = begun(staff, [good(1)]), begun(staff, [good(4)], "b.jsonl")
    real, tried = imports.Run._store, []

    def refuses(run: imports.Run, chunk: Any, *looks: Any) -> None:
        if run.pk == first.pk:
            tried.append(1)
            raise OperationalError("too large for an index")
        real(run, chunk, *looks)

    monkeypatch.setattr(imports.Run, "_store", refuses)
    for _ in range(import_queue.STUCK_AFTER - 1):
        with pytest.raises(OperationalError):
            import_queue.go_on(clock.now(), 1)
    first.refresh_from_db()
    assert first.state == Import.RUNNING
    work()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, len(tried), second.state) == (Import.FAILED, import_queue.STUCK_AFTER, Import.DONE)


def test_the_command_says_so_in_words_too(staff: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.jsonl", [good(1), good(2)])

    def breaks(_value: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(registry, "parse_post", breaks)
    with pytest.raises(UsageError, match="出错"):
        ingest([path], actor=staff.duty)
    assert Import.objects.get().state == Import.FAILED


def test_a_look_says_which_items_it_left_out(cast: Cast, frozen: FrozenClock) -> None:
    source = feed()
    items = [Item("1", "", "甲", "一", extra={"a": "\x00"}), Item("2", "", "乙", "二")]
    posts, left_out = collected.engine_posts(source, items, frozen())
    assert [one.native_id for one in posts] == ["2"]
    assert "1 条没有收" in left_out
    assert "NUL" in left_out


def test_a_find_that_cannot_be_stored_fails_its_source_alone(
    cast: Cast, frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(frozen, {"http://bad.example/feed": rss("坏"), "http://news.example/feed": rss("好")})
    bad, fine = feed("http://bad.example/feed"), feed()
    take = collected.take

    def refuses(source: Any, posts: Any, captured: Any) -> Any:
        if source.pk == bad.pk:
            raise ValueError("not storable")
        return take(source, posts, captured)

    monkeypatch.setattr(collecting.collected, "take", refuses)
    world.run(minutes(5))
    bad.refresh_from_db()
    fine.refresh_from_db()
    assert (bad.last_outcome, bad.last_detail, fine.last_outcome) == (outcomes.BROKEN, "ValueError", outcomes.NEW)
    assert bad.next_action_at is not None
    assert bad.next_action_at > frozen()


def test_a_robots_file_and_a_list_with_nul_are_kept_without_it(cast: Cast, frozen: FrozenClock) -> None:
    robots = "User-agent: *\nAllow: /\n# \x00\n"
    source = feed()
    World(frozen, {"http://news.example/feed": rss("好"), "http://news.example/robots.txt": robots}).run(minutes(5))
    assert "\x00" not in SourceHost.objects.get(pk="news.example").robots
    items = [
        Item("p\x00", "http://news.example/1", "题\x00目", follow=True),
        Item("q", "javascript:alert(1)", "乙", follow=True),
        Item("r", "http://news.example/" + "r" * 2000, "丙", follow=True),
    ]
    pages = collected.pages_of(source, items, frozen())
    SourcePage.objects.bulk_create(pages)
    assert [(page.native_id, page.title) for page in pages] == [("p\ufffd", "题\ufffd目")]
    assert collected.pages_of(source, items, frozen()) == []


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "vbscript:x", "data:text/html,<b>",
        "//x.cn", "ftp://x.cn/1", "weibo.com/1", "http://", "http:///a", "http://x.cn/a b", "http://[", "http://x.cn:99999/",
        "file:///etc/passwd", " \x01javascript:alert(1)", "https:\\\\x.cn",
    ],
)  # fmt: skip
def test_a_link_of_a_post_is_http_or_https_or_left_out_with_the_reason(staff: Cast, url: str) -> None:
    found = parse_post(post("1", "开标", url=url))
    assert found.url is None
    assert "http" in found.extra["url_left_out"]
    assert parse_post(found.to_dict()) == found
    receive([found], how="import", actor=Actor.SYSTEM)
    assert Post.objects.get().url == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://x.cn",
        "HTTPS://weibo.com/a?b=c#d",
        "http://例子.中国/文",
        "http://[2001:db8::1]:80/",
        "http://x.cn:8/?a='",
    ],
)
def test_an_ordinary_link_stays_as_it_is(url: str) -> None:
    found = parse_post(post("1", "开标", url=url))
    assert (found.url, found.extra) == (url, {})
    assert replace(found) == found
