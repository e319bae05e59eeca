"""`source add|list|check` and `evidence verify`: as DESIGN.md's command line says; exit 0, 1, 2 （五）C5.2, C5.16."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import Command
from huiying.listening.models import Post
from local_web import Web, rss, serving, status

OUTAGE = "鞍山公共资源交易平台今早登录不上"


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setenv("HUIYING_ALLOWED_NETWORKS", "127.0.0.0/8")
    with serving() as found:
        found.pages["/feed"] = rss(OUTAGE)
        yield found


def test_from_an_address_to_proved_evidence_and_a_flipped_byte(stored: Command, home: Path, web: Web) -> None:
    """Issue 6, accepted when 2."""
    made = stored("source", "add", web.url("/feed"), "--channel", "论坛", "--json")
    assert (made.code, made.data["adapter"], made.data["items"]) == (0, "feed", 1)
    assert stored("source", "list", "--json").data[0]["state"] == "unchecked"
    looked = stored("source", "check", "--json")
    assert (looked.code, looked.data[0]["state"], looked.data[0]["last_new"]) == (0, "new", 1)
    assert Post.objects.get().title == OUTAGE
    good = stored("evidence", "verify", "--json")
    assert (good.code, good.data) == (0, {"ok": True, "checked": 1, "purged": 0, "orphans": 0, "bad": []})
    (path,) = (home / "evidence").rglob("*.sealed")
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    bad = stored("evidence", "verify")
    assert bad.code == 1
    assert path.name in bad.err


def test_what_is_not_collected_exits_1_and_says_why(stored: Command, web: Web) -> None:
    stored("source", "add", web.url("/feed"))
    web.pages["/feed"] = status(403)
    looked = stored("source", "check")
    assert looked.code == 1
    assert "没有采到（对方拒绝访问）" in looked.out
    assert "没有采到" in stored("source", "list").out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("source", "add", "http://169.254.169.254/"), 1, "元数据地址"),
        (("source", "add", "ftp://example.com/"), 1, "http"),
        (("source", "add", "http://127.0.0.1:9/", "--channel", "街谈"), 2, "没有渠道类别"),
        (("source", "check", "99"), 2, "没有编号为 99"),
        (("source", "look"), 2, "没有“look”"),
        (("source",), 2, "缺少"),
        (("evidence",), 2, "缺少"),
    ],
)
def test_what_cannot_be_done_says_so(stored: Command, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = stored(*arguments)
    assert done.code == code
    assert words in done.err


def test_an_empty_house_lists_nothing_and_verifies(stored: Command) -> None:
    assert "还没有登记来源" in stored("source", "list").out
    assert stored("evidence", "verify").code == 0


OPML = """<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"><body>
<outline text="日报" xmlUrl="http://daily.example/rss"/>
<outline text="内部" xmlUrl="http://10.0.0.7/rss"/>
<outline text="书签" url="http://b.example/"/>
<outline text="论坛" xmlUrl="http://bbs.example/rss"/></body></opml>"""


def test_a_list_of_feeds_is_taken_up_and_what_is_wrong_is_told_by_line(stored: Command, tmp_path: Path) -> None:
    path = tmp_path / "mine.opml"
    path.write_text(OPML, encoding="utf-8")
    done = stored("source", "import", path, "--channel", "论坛", "--every", "30", "--json")
    assert done.code == 1
    assert [(row["name"], row["channel_class"], row["state"]) for row in done.data["added"]] == [
        ("日报", "论坛", "unchecked"), ("论坛", "论坛", "unchecked")
    ]  # fmt: skip
    assert [row["line"] for row in done.data["rejected"]] == [4, 5]
    assert f"{path}:4 " in done.err
    again = stored("source", "import", path, "--channel", "论坛")
    assert (again.code, "登记 0 个来源，4 行没有登记" in again.out) == (1, True)


@pytest.mark.parametrize(
    ("content", "channel", "code", "words"),
    [
        (OPML, "街谈", 2, "没有渠道类别"),
        ("<opml><body></opml>", "论坛", 2, "不完整"),
        (None, "论坛", 2, "没有文件"),
        ("<opml><body></body></opml>", "论坛", 1, "一个来源也没有"),
        ('{"native_id": "1", "text": "x"}', "论坛", 2, "OPML"),
    ],
)
def test_what_is_no_list_says_so(
    stored: Command, tmp_path: Path, content: str | None, channel: str, code: int, words: str
) -> None:
    path = tmp_path / "x.opml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    done = stored("source", "import", path, "--channel", channel)
    assert done.code == code
    assert words in done.err
