"""`huiying ingest`: what is good is kept, what is not is named with file, line and reason, nothing is half stored."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from huiying.judging.models import Event, Screening
from huiying.ledger.models import LedgerEntry
from huiying.listening.models import Post
from huiying.listening.queries import unscreened

EXAMPLES = Path(__file__).resolve().parents[1] / "engine" / "data" / "example_posts.jsonl"
pytestmark = pytest.mark.django_db


def row(native_id, text, **more):
    return {"schema": "huiying.post/1", "native_id": native_id, "platform": "本地论坛", "text": text, **more}


@pytest.fixture
def write(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()

    def made(*rows, name="posts.jsonl", encoding="utf-8"):
        path = folder / name
        lines = [
            item if isinstance(item, bytes) else json.dumps(item, ensure_ascii=False).encode(encoding) for item in rows
        ]
        path.write_bytes(b"\n".join(lines) + b"\n")
        return path

    return made


def figures(result):
    data = result.data
    return data["received"], data["new"], data["duplicate"], len(data["rejected"])


GOOD = "鞍山公共资源交易中心的保证金一直不退，打电话没人接"


def test_the_same_file_twice_brings_nothing_new(stored, tmp_path):
    path = shutil.copy(EXAMPLES, tmp_path / "posts.jsonl")
    first = stored("ingest", path, "--json")
    assert (first.code, first.err) == (0, "")
    assert figures(first) == (36, 36, 0, 0)
    assert set(first.data) >= {"received", "new", "duplicate", "rejected", "in_scope", "events"}
    assert first.data["in_scope"] == Screening.objects.filter(band="hit").count() > 0
    assert first.data["events"] == Event.objects.count() > 0
    before = (Post.objects.count(), Event.objects.count(), Screening.objects.count())
    second = stored("ingest", path, "--json")
    assert second.code == 0
    assert figures(second) == (36, 0, 36, 0)
    assert (Post.objects.count(), Event.objects.count(), Screening.objects.count()) == before
    assert not unscreened().exists()


def test_for_people_the_summary_is_one_line(stored, tmp_path):
    result = stored("ingest", EXAMPLES)
    assert result.out.startswith("收到 36 条：新 36，重复 0，拒收 0；")
    assert result.out.count("\n") == 1


def test_a_bad_row_is_named_and_the_rest_kept(stored, write):
    path = write(row("1", GOOD), b"{not json", {"text": "no id"}, b"[1]", row("2", "另一条"))
    result = stored("ingest", path, "--json")
    assert result.code == 1
    assert figures(result) == (5, 2, 0, 3)
    assert [item["line"] for item in result.data["rejected"]] == [2, 3, 4]
    assert all(item["file"] == str(path) and item["reason"] for item in result.data["rejected"])
    assert f"{path}:2 " in result.err
    assert result.err.count("\n") == 3
    assert Post.objects.count() == 2


def test_a_line_of_ten_megabytes_is_refused_and_the_rest_kept(stored, write):
    path = write(row("1", GOOD), row("2", "长" * 3_500_000), row("3", "第三条"))
    result = stored("ingest", path, "--json")
    assert result.code == 1
    assert figures(result) == (3, 2, 0, 1)
    assert result.data["rejected"][0]["line"] == 2
    assert "8 MB" in result.err
    assert not Post.objects.filter(native_id="2").exists()


def test_broken_utf_8_is_refused_by_the_line(stored, write):
    path = write(row("1", GOOD), b'{"native_id": "2", "text": "\xff\xfe\xfa"}', row("3", "第三条"))
    result = stored("ingest", path, "--json")
    assert result.code == 1
    assert figures(result) == (3, 2, 0, 1)
    assert "\ufffd" not in "".join(Post.objects.values_list("text", flat=True))


def test_a_file_in_gb18030_is_read(stored, write):
    path = write(row("1", GOOD), row("2", "鞍山有人围标串标"), encoding="gb18030")
    result = stored("ingest", path, "--json")
    assert (result.code, figures(result)) == (0, (2, 2, 0, 0))
    assert Post.objects.get(native_id="1").text == GOOD


def test_markup_is_only_text(stored, write):
    text = f"<script>alert(1)</script><b>{GOOD}</b>"
    result = stored("ingest", write(row("1", text, title="<img src=x onerror=alert(1)>")), "--json")
    assert (result.code, result.data["in_scope"]) == (0, 1)
    kept = Post.objects.get()
    assert "保证金" in kept.text


def test_a_post_from_the_future_is_kept_and_moves_no_clock(stored, write):
    path = write(row("1", GOOD, published_at="2999-01-01T00:00:00+08:00"))
    result = stored("ingest", path, "--json")
    assert result.code == 0
    event = Event.objects.get()
    assert event.first_known_at.year < 2999
    assert event.first_published_at is None


def test_an_id_used_again_with_another_text_is_a_version(stored, write):
    stored("ingest", write(row("1", GOOD)))
    result = stored("ingest", write(row("1", f"{GOOD}。补充：已经三个月了"), name="more.jsonl"), "--json")
    assert result.code == 0
    assert Post.objects.filter(native_id="1").count() == 2
    assert GOOD in Post.objects.order_by("id")[0].text
    assert result.data["versions"] == 1


@pytest.mark.parametrize("kind", ["missing", "folder", "empty"])
def test_what_is_no_file_of_posts_exits_2_and_nothing_of_the_call_is_stored(stored, write, tmp_path, kind):
    bad = {"missing": tmp_path / "none.jsonl", "folder": tmp_path, "empty": tmp_path / "empty.jsonl"}[kind]
    if kind == "empty":
        bad.touch()
    entries = LedgerEntry.objects.count()
    result = stored("ingest", write(row("1", GOOD)), bad, "--json")
    assert (result.code, result.out) == (2, "")
    assert str(bad) in result.err
    assert result.err.count("\n") == 1
    assert not Post.objects.exists()
    assert LedgerEntry.objects.exclude(kind="regulation.adopted").count() == entries


def test_a_format_that_is_not_known_lists_those_that_are(stored, write):
    result = stored("ingest", write(row("1", GOOD)), "--format", "xlsx")
    assert (result.code, result.out) == (2, "")
    assert "“xlsx”" in result.err
    assert "open" in result.err
    assert not Post.objects.exists()


def test_a_file_of_no_known_format_is_refused_whole_with_those_that_are_taken(stored, write):
    rubbish = write(b"\x00\x01", b"<html>", b"a,b,c", name="page.html")
    result = stored("ingest", write(row("1", GOOD)), rubbish, "--json")
    assert (result.code, result.out) == (2, "")
    assert all(word in result.err for word in (str(rubbish), "MediaCrawler", "OPML", "Excel"))
    assert not Post.objects.exists()


def test_screen_writes_a_line_a_post_and_needs_no_database(huiying, write):
    path = write(row("1", GOOD), b"broken", row("2", "今天天气真好"))
    result = huiying("screen", path)
    assert result.code == 1
    assert [(item["id"], item["band"], item["relevant"]) for item in result.rows] == [
        ("1", "hit", True),
        ("2", "out", False),
    ]
    assert f"{path}:2 " in result.err
    keys = {
        "id",
        "band",
        "score",
        "relevant",
        "life_safety",
        "rules",
        "lead",
        "co_leads",
        "concern",
        "level",
        "sensitivity",
        "reasons",
    }
    assert keys <= set(result.rows[0])


def test_cluster_puts_the_same_matter_together_with_and_without_parents(huiying, write):
    path = write(row("1", GOOD), row("2", "鞍山围标串标没人管吗"), row("3", GOOD + "！", parent_id="1"))
    for more in ((), ("--ignore-parents",), ("--json",)):
        result = huiying("cluster", path, *more)
        assert (result.code, result.err) == (0, "")
        one, two, three = result.rows
        assert one["event"] == three["event"] != two["event"]
        assert [item["id"] for item in result.rows] == ["1", "2", "3"]


def test_a_reader_that_has_enough_is_no_error(write):
    """`huiying screen FILE | head -1`."""
    path = write(*(row(str(number), f"{GOOD}，第{number}次反映") for number in range(1500)))
    command = [sys.executable, "-m", "huiying", "screen", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["id"] == "0"
        process.stdout.close()
        said = process.stderr.read()
    assert (process.returncode, said) == (0, b"")


def test_a_list_of_sources_is_reported_as_one(stored, write):
    opml = b'<opml><body><outline text="x" xmlUrl="https://a.example/rss"/></body></opml>'
    result = stored("ingest", write(opml, name="sources.opml"), "--json")
    assert (result.code, figures(result)) == (0, (0, 0, 0, 0))
    assert [source["url"] for source in result.data["sources"]] == ["https://a.example/rss"]
    assert "来源清单：x https://a.example/rss" in stored("ingest", write(opml, name="sources.opml")).out
