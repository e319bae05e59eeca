"""What an inspector runs: `check`, `ledger verify`, `export ledger`, `assess` (acceptance 4, INV-8)."""

import json
import sqlite3

import pytest

from cast import Cast
from huiying.people.models import RegulationVersion
from stories import answered

ENTRIES = """
from huiying.cli.ready import ready
ready()
from django.db import transaction
from huiying.ledger.actions import Actor, record
with transaction.atomic():
    for number in range(1, 5):
        record("case:1", "case.noted", {"n": number}, Actor.SYSTEM)
"""
ERASE = """
from huiying.cli.ready import ready
ready()
from django.db import transaction
from huiying.ledger.actions import Actor, erase
with transaction.atomic():
    erase("case:1", 2, decision="2026-7", reason="含个人信息，依法删除",
          decided_by=Actor("王敏", "主任", "办公室", 1), second_person=Actor("李强", "处长", "法规处", 2))
"""


def tamper(home) -> None:
    database = sqlite3.connect(home / "huiying.sqlite3")
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f'DROP TRIGGER "{name}"')
    database.execute("UPDATE ledger_entry SET payload = '{\"n\":9}' WHERE chain = 'case:1' AND seq = 3")
    database.commit()
    database.close()


def test_the_ledger_forgets_by_decision_and_finds_every_other_change(process, tmp_path):
    """Acceptance 4, from an empty home, through real processes."""
    assert process(tmp_path, code=ENTRIES).code == 0
    untouched = process(tmp_path, "ledger", "verify", "--json")
    assert (untouched.code, untouched.data["ok"], untouched.data["first_bad"]) == (0, True, None)
    assert process(tmp_path, code=ERASE).err == ""
    erased = process(tmp_path, "ledger", "verify")
    assert erased.code == 0
    assert "链 case:1 第 2 条" in erased.out
    assert "已依决定 2026-7 删除" in erased.out
    tamper(tmp_path)
    found = process(tmp_path, "ledger", "verify", "--json")
    assert found.code == 1
    assert (found.data["first_bad"]["chain"], found.data["first_bad"]["seq"]) == ("case:1", 3)
    broken = process(tmp_path, "check", "--json")
    assert broken.code == 1
    assert broken.data["findings"][0]["code"] == "broken_chain"


@pytest.mark.parametrize(
    "arguments", [("ledger", "verify"), ("assess", "--period", "2026"), ("check",), ("export", "ledger", "out.jsonl")]
)
def test_a_home_that_is_a_file_is_one_sentence(process, tmp_path, arguments):
    home = tmp_path / "file"
    home.write_text("not a folder")
    result = process(home, *arguments)
    assert (result.code, result.out) == (2, "")
    assert "HUIYING_HOME" in result.err
    assert result.err.count("\n") == 1


def test_a_database_that_is_none_is_one_sentence(process, tmp_path):
    (tmp_path / "huiying.sqlite3").write_bytes(b"this is no database" * 100)
    result = process(tmp_path, "ledger", "verify")
    assert (result.code, result.out) == (2, "")
    assert "数据库" in result.err
    assert "Traceback" not in result.err


def test_an_empty_home_is_filled_with_what_it_lacks(process, tmp_path):
    """Database, keys and the regulation; twice is once."""
    home = tmp_path / "new" / "home"
    first = process(home, "assess", "--period", "2026-Q3", "--json")
    assert first.code == 0, first.err
    assert (first.data["cases"], first.data["answered"]) == (0, 0)
    assert (home / "huiying.sqlite3").is_file()
    assert (home / "keys" / "site.key").stat().st_mode & 0o077 == 0
    assert process(home, "assess", "--period", "2026-Q3", "--json").data == first.data
    database = sqlite3.connect(home / "huiying.sqlite3")
    assert database.execute("SELECT count(*) FROM people_regulationversion").fetchone() == (1,)
    database.close()


def test_another_regulation_is_chosen_by_the_environment(process, tmp_path):
    result = process(tmp_path, "ledger", "verify", "--json", HUIYING_REGULATION="sixian")
    assert result.code == 0
    database = sqlite3.connect(tmp_path / "huiying.sqlite3")
    (name,) = database.execute("SELECT name FROM people_regulationversion").fetchone()
    database.close()
    assert "泗县" in name


def test_a_regulation_that_is_not_there_is_one_sentence(process, tmp_path):
    result = process(tmp_path, "ledger", "verify", HUIYING_REGULATION="atlantis")
    assert (result.code, result.out) == (2, "")
    assert "HUIYING_REGULATION" in result.err
    assert "atlantis" in result.err


@pytest.mark.django_db
@pytest.mark.parametrize(
    "arguments",
    [
        ("ledger", "verify", "--json"),
        ("assess", "--period", "2026", "--json"),
        ("check", "--json"),
        ("export", "ledger", "{home}/out.jsonl", "--json"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_each_command_adopts_the_regulation_and_prints_only_its_result(stored, home, arguments):
    assert not RegulationVersion.objects.exists()
    result = stored(*(word.format(home=home) for word in arguments))
    assert RegulationVersion.objects.count() == 1
    assert isinstance(result.data, dict)
    assert result.err == ""


def test_the_exported_ledger_gives_the_same_indicators(stored, home, cast: Cast):
    answered(cast)
    path = home / "ledger.jsonl"
    exported = stored("export", "ledger", path)
    assert exported.code == 0
    assert str(path) in exported.out
    own = stored("assess", "--period", "2026-09", "--json")
    elsewhere = stored("assess", "--period", "2026-09", "--ledger", path, "--json")
    assert own.code == elsewhere.code == 0
    assert own.data == elsewhere.data
    assert (own.data["cases"], own.data["answered"]) == (1, 1)
    assert all(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


@pytest.mark.django_db
@pytest.mark.parametrize("period", ["", "soon", "2026-13", "2026-Q5", "26"])
def test_a_period_that_is_none_exits_2(stored, period):
    result = stored("assess", "--period", period)
    assert (result.code, result.out) == (2, "")
    assert result.err.count("\n") == 1


@pytest.mark.django_db
def test_an_export_that_cannot_be_written_or_read_exits_2(stored, home):
    result = stored("export", "ledger", home / "no" / "folder" / "x.jsonl")
    assert (result.code, result.out) == (2, "")
    assert "x.jsonl" in result.err
    result = stored("assess", "--period", "2026", "--ledger", home / "none.jsonl")
    assert (result.code, result.out) == (2, "")
    assert "none.jsonl" in result.err
    (home / "rubbish.jsonl").write_text("rubbish\n")
    result = stored("assess", "--period", "2026", "--ledger", home / "rubbish.jsonl")
    assert (result.code, result.out) == (2, "")
    assert "rubbish.jsonl" in result.err


@pytest.mark.django_db
def test_a_quiet_system_has_nothing_to_find(stored):
    result = stored("ledger", "verify")
    assert result.code == 0
    assert result.out.startswith("台账完整")
