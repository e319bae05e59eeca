"""The ledger as a file: verifiable offline (INV-8), source of the indicators (INV-12)."""

import json
import stat
from pathlib import Path

import pytest

from huiying.kernel import clock
from huiying.ledger import actions, commands, exporting, queries
from huiying.ledger.actions import Actor, erase, record

WANG, LI = Actor("王敏", user_id=1), Actor("李强", user_id=2)


@pytest.fixture
def exported(db: None, home: Path, frozen: clock.FrozenClock) -> Path:
    for number in range(4):
        record("case:1", "case.noted", {"n": number}, WANG)
        record("event:1", "event.noted", {"n": number}, WANG)
    erase("case:1", 2, decision="3", reason="依申请", decided_by=WANG, second_person=LI)
    actions.anchor()
    file = home / "ledger.jsonl"
    assert queries.export(file) == 10
    return file


def change(file: Path, line_type: str, number: int, **values: object) -> None:
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    matching = [line for line in lines if line["type"] == line_type]
    matching[number].update(values)
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def drop(file: Path, line_type: str, number: int = 0) -> None:
    lines = file.read_text().splitlines(keepends=True)
    places = [place for place, line in enumerate(lines) if json.loads(line)["type"] == line_type]
    del lines[places[number]]
    file.write_text("".join(lines))


def test_an_honest_export_verifies_like_the_database(exported: Path) -> None:
    offline, online = queries.verify_export(exported), queries.verify()
    assert offline.ok
    assert offline == online
    assert offline.erased[0].sentence == "已依决定 3 删除"


def test_entries_read_back_as_they_were_recorded(exported: Path) -> None:
    entries = [entry for entry in exporting.read_entries(exported) if entry.chain == "event:1"]
    assert [entry.data for entry in entries] == [{"n": number} for number in range(4)]
    assert [entry.hash for entry in entries] == [entry.hash for entry in queries.entries("event:1")]


def test_verifying_a_file_asks_no_database(exported: Path, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert queries.verify_export(exported).ok


def test_an_export_is_private_and_leaves_no_draft(exported: Path) -> None:
    assert stat.S_IMODE(exported.stat().st_mode) == 0o600
    assert not list(exported.parent.glob(".ledger*"))


@pytest.mark.parametrize(
    "values",
    [
        {"payload": '{"n":9}'},
        {"kind": "case.other"},
        {"at": "2026-09-14T02:00:01.000000Z"},
        {"hash": "0" * 64},
        {"payload": None, "salt": None},
    ],
)
def test_an_edited_file_is_found_out(exported: Path, values: dict[str, object]) -> None:
    change(exported, "entry", 2, **values)
    bad = queries.verify_export(exported).first_bad
    assert bad is not None
    assert (bad.chain, bad.seq) == ("case:1", 3)


def test_a_missing_entry_or_erasure_is_found_out(exported: Path) -> None:
    drop(exported, "entry", 0)
    assert queries.verify_export(exported).first_bad[:2] == ("case:1", 1)


def test_a_missing_erasure_line_is_found_out(exported: Path) -> None:
    drop(exported, "erasure")
    assert queries.verify_export(exported).first_bad[:2] == ("case:1", 2)


def test_a_file_cut_short_is_refused(exported: Path) -> None:
    drop(exported, "end")
    with pytest.raises(exporting.ExportError, match="不完整"):
        queries.verify_export(exported)


@pytest.mark.parametrize("text", ["", "hello\n", "[]\n", '{"type":"entry"}\n'])
def test_another_file_is_refused_with_its_line(home: Path, text: str) -> None:
    (home / "x").write_text(text)
    with pytest.raises(exporting.ExportError):
        queries.verify_export(home / "x")


def test_a_failed_export_leaves_the_old_file(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = exported.read_bytes()

    def broken(*args: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(exporting.Writer, "entry", broken)
    assert commands.export(exported)[0] == 2
    assert exported.read_bytes() == before
    assert not list(exported.parent.glob(".ledger*"))


def test_the_command_speaks_to_people_and_to_programs(exported: Path) -> None:
    code, text = commands.verify()
    assert code == 0
    assert text.splitlines() == [
        "台账完整：4 条链、10 条记录、1 次锚定",
        "链 case:1 第 2 条：已依决定 3 删除",
    ]
    code, data = commands.verify(json=True)
    assert (code, data["ok"], data["entries"], data["first_bad"]) == (0, True, 10, None)
    assert json.loads(json.dumps(data)) == data


def test_the_command_exits_1_on_a_broken_file_and_2_on_no_export(exported: Path) -> None:
    change(exported, "entry", 2, kind="case.other")
    code, text = commands.verify(file=exported)
    assert code == 1
    assert "异常：链 case:1 第 3 条" in text
    assert commands.verify(json=True, file=exported)[1]["first_bad"]["seq"] == 3
    assert commands.verify(file=exported.parent / "absent")[0] == 2
