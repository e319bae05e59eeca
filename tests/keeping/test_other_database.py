"""可离开: what left one kind of database is, on the other kind, equal in every row and every hash."""

from __future__ import annotations

import shutil
from pathlib import Path

from huiying.keeping import importing
from keeping.conftest import Machine, Machines


def test_from_one_kind_of_database_to_the_other_with_equal_hashes(
    machines: Machines, other_kind: Machine, tmp_path: Path
) -> None:
    """The suite runs on both kinds, so this goes both ways."""
    here = machines("here")
    left = here.run("leave", tmp_path / "out")
    assert (left["code"], left["err"]) == (0, ""), left["err"]
    shutil.copytree(here.home / "keys", other_kind.home / "keys")
    came, went = other_kind.run("pass_on", tmp_path / "out", tmp_path / "again")
    assert (came["code"], came["err"], came["out"]["rows"]) == (0, "", left["out"]["rows"])
    assert (went["code"], went["err"]) == (0, "")
    first, second = (importing.read_manifest(tmp_path / name) for name in ("out", "again"))
    differ = {name for name in first.tables if second.tables[name] != first.tables[name]}
    assert differ == {"ledger_entry", "ledger_chain_head"}, "but for the entry that says what came back"
    assert second.tables["ledger_entry"][0] == first.tables["ledger_entry"][0] + 1
    assert second.files == first.files
    assert second.ledger["entries"] == first.ledger["entries"] + 1
    assert second.evidence == first.evidence
    assert first.tables["handling_case"][0] == 1
