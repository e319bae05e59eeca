"""`huiying ingest`: what comes out, and that importing twice changes nothing (C5.16, INV-1)."""

from pathlib import Path

from cast import Cast
from huiying.judging import commands
from huiying.judging.commands import ingest
from huiying.judging.models import Event, EventPost, Screening, Warning
from huiying.ledger.models import LedgerEntry
from huiying.listening.models import Post
from huiying.work.models import Job
from lines_of import post, write

EXAMPLES = Path(__file__).parents[1] / "engine" / "data" / "example_posts.jsonl"


def counts() -> list[int]:
    """What there is, but for the entries that say that a file was brought: each time is a fact of its own."""
    told = LedgerEntry.objects.exclude(kind__in=("import.handed_in", "import.finished"))
    return [*(model.objects.count() for model in (Post, Screening, Event, EventPost, Warning)), told.count()]


def test_the_36_examples_are_new_once_and_duplicates_after(staff: Cast):
    first = ingest([EXAMPLES])
    assert set(first) == {"received", "new", "duplicate", "versions", "rejected", "in_scope", "events"}
    assert (first["received"], first["new"], first["duplicate"], first["rejected"]) == (36, 36, 0, [])
    before = counts()
    second = ingest([EXAMPLES])
    assert (second["received"], second["new"], second["duplicate"], second["versions"]) == (36, 0, 36, 0)
    assert (second["in_scope"], second["events"]) == (first["in_scope"], first["events"])
    assert counts() == before
    assert 24 <= first["in_scope"] <= 34


def test_in_scope_counts_only_the_posts_of_these_files(staff: Cast, tmp_path: Path):
    ingest([write(tmp_path / "a.jsonl", [post("a1", "鞍山公共资源交易中心的保证金一直不退，没人回复")])])
    other = ingest([write(tmp_path / "b.jsonl", [post("b1", "今天天气真好，去公园走走")])])
    assert (other["new"], other["in_scope"], other["events"]) == (1, 0, 0)


def test_what_is_only_history_warns_nobody_and_asks_for_no_level_until_news_joins_it(tmp_path, staff: Cast):
    words = "鞍山公共资源交易中心的保证金一直不退，没人回复"
    commands.ingest([write(tmp_path / "a.jsonl", [post("a1", words)])], as_history=True)
    event = Event.objects.get()
    assert (event.state, event.confirm_by, event.warnings.count()) == (Event.NOTED, None, 0)
    commands.ingest([write(tmp_path / "b.jsonl", [post("b1", words + "！")])])
    event = Event.objects.get()
    assert (event.posts_count, event.state) == (2, Event.OPEN)
    assert event.confirm_by is not None
    assert event.warnings.count() == 1


def test_a_danger_to_life_in_history_still_stands_on_the_desk(tmp_path, staff: Cast):
    words = "鞍山公共资源交易中心不退保证金，我不想活了，今天就从你们楼上跳下去"
    commands.ingest([write(tmp_path / "a.jsonl", [post("a1", words)])], as_history=True)
    event = Event.objects.get()
    assert (event.life_safety, event.state) == (True, Event.OPEN)
    assert Job.objects.filter(kind="urgent_call").exists()
