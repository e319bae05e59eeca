"""An anchor file that was deleted, cut or written anew is told, by the ledger's own word on it (INV-8)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from huiying.kernel import clock
from huiying.ledger import actions, anchors, commands, queries
from huiying.ledger.actions import Actor, record
from huiying.work import auditor

pytestmark = pytest.mark.django_db


@pytest.fixture
def anchored(home: Path, frozen: clock.FrozenClock) -> Path:
    """Three anchors."""
    for n in range(3):
        record("case:1", "case.noted", {"n": n}, Actor.SYSTEM)
        actions.anchor()
    assert queries.verify().ok
    assert actions.anchors_fault() == ""
    return anchors.path()


def cut(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[:-1]), "utf-8")


def tear(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-5])


def begin_anew(file: Path) -> None:
    """What somebody does who wants it to look like new: one good line for the heads as they are."""
    file.unlink()
    anchors.append({"case:1": queries.heads()["case:1"]}, clock.now())


def forge(file: Path) -> None:
    """The same number of lines, chained to one another."""
    begin_anew(file)
    for n in range(2):
        anchors.append({"case:1": (n + 1, queries.entries("case:1")[n].hash)}, clock.now())


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(Path.unlink, "不见了"), (cut, "被截短"), (tear, "被截短"), (begin_anew, "被截短"), (forge, "被改写过")],
)
def test_a_spoilt_anchor_file_is_found_by_verify_and_check_and_at_once(
    anchored: Path, spoil: Callable[[Path], None], words: str
) -> None:
    spoil(anchored)
    report = queries.verify()
    assert not report.ok
    assert any(words in bad.why and "从最近一份好的备份取回" in bad.why for bad in report.bad)
    assert any(words in one.sentence_zh for one in auditor.check() if one.code == "ledger.broken")
    assert words in actions.anchors_fault()


def test_an_exported_ledger_tells_it_too(anchored: Path, home: Path) -> None:
    cut(anchored)
    queries.export(home / "out.jsonl")
    assert any("被截短" in bad.why for bad in queries.verify_export(home / "out.jsonl").bad)


def test_nothing_is_appended_to_a_spoilt_file_so_that_the_old_one_can_come_back(anchored: Path) -> None:
    whole = anchored.read_bytes()
    anchored.unlink()
    record("case:1", "case.noted", {}, Actor.SYSTEM)
    with pytest.raises(anchors.AnchorsBroken, match="不见了"):
        actions.anchor()
    anchored.write_bytes(whole)
    assert actions.anchor() is not None
    assert queries.verify().ok


def test_a_file_lost_for_good_is_put_on_record_and_begun_anew(anchored: Path) -> None:
    cut(anchored)
    assert commands.anchor("")[0] == 1
    assert commands.anchor("磁盘坏了，备份里也没有")[0] == 0
    report = queries.verify()
    assert report.ok
    assert report.lost == ["锚定文件曾丢失第 3 到 3 行：磁盘坏了，备份里也没有"]
    assert "机外的副本" in str(commands.verify()[1])
    assert list(anchored.parent.glob("anchors-*.lost"))
    assert commands.anchor("再来一次，没有丢")[0] == 1
    anchored.unlink()
    assert not queries.verify().ok


def test_a_line_that_the_ledger_does_not_know_yet_is_no_fault(anchored: Path) -> None:
    """The power went between the line and the entry."""
    head = record("case:2", "case.noted", {}, Actor.SYSTEM)
    anchors.append({"case:2": (1, head.hash)}, clock.now())
    assert queries.verify().ok
    record("case:1", "case.noted", {}, Actor.SYSTEM)
    assert actions.anchor() is not None
    assert queries.verify().ok


def test_files_of_before_the_ledger_spoke_of_them_go_on(home: Path, frozen: clock.FrozenClock) -> None:
    head = record("case:1", "case.noted", {}, Actor.SYSTEM)
    anchors.append({"case:1": (1, head.hash)}, clock.now())
    assert queries.verify().ok
    record("case:1", "case.noted", {}, Actor.SYSTEM)
    actions.anchor()
    assert queries.anchored_lines() == 2
    cut(anchors.path())
    assert not queries.verify().ok


@pytest.mark.parametrize("other", ["folder", "pipe", "link to nothing"])
def test_something_else_in_its_place_is_told_and_stops_no_check(anchored: Path, other: str) -> None:
    anchored.unlink()
    match other:
        case "folder":
            anchored.mkdir()
        case "pipe":
            os.mkfifo(anchored)
        case _:
            anchored.symlink_to(anchored.parent / "nowhere")
    assert "不见了" in actions.anchors_fault()
    assert not queries.verify().ok
    record("case:1", "case.noted", {"n": 9}, Actor.SYSTEM)
    assert commands.anchor()[0] == 1
    assert commands.anchor("磁盘坏了，取不回来")[0] == 0
    assert queries.verify().ok
