"""S15, scenario 20: a copy is made while people write; on an empty machine it is the same system again."""

from __future__ import annotations

from pathlib import Path

from keeping.conftest import Machines


def test_s15_a_copy_made_under_load_is_the_same_system_on_an_empty_machine(
    machines: Machines, tmp_path: Path, passphrase: Path
) -> None:
    """The ledger verifies, every count agrees, and what was sealed opens again."""
    here, there = machines("here"), machines("there")
    copy, keys = tmp_path / "copy.hybak", tmp_path / "keys.hybak"
    made = here.run("copy", copy, keys, passphrase)
    assert (made["code"], made["err"]) == (0, ""), made["err"]
    assert made["written"] > made["written_before"], "nobody wrote while the copy was made"
    assert made["out"]["entries"] < made["after"]["ledger"]["entries"]

    arrived = there.run("arrive", copy, keys, passphrase)
    assert (arrived["restored"]["code"], arrived["restored"]["err"]) == (0, "")
    told, counts, verified = arrived["restored"]["out"], arrived["counts"], arrived["verified"]
    for name in ("tables", "rows", "files", "chains", "entries", "evidence"):
        assert told[name] == made["out"][name]
    assert told["evidence"] >= 5
    assert (verified["code"], verified["out"]["ok"]) == (0, True)
    # The entry that says which state came back is the only thing that was not in the copy.
    assert (verified["out"]["entries"], verified["out"]["anchors"]) == (told["entries"] + 1, 1)
    new_chains = counts["ledger"]["chains"] - told["chains"]
    assert sum(counts["rows"].values()) == told["rows"] + 1 + new_chains
    assert counts["evidence"] == {"checked": told["evidence"], "bad": []}
    assert counts["rows"]["handling_case"] == made["after"]["rows"]["handling_case"] == 1
    assert arrived["night"] == [], "the loop's own copy was not made, or is not there"
    assert len(list((tmp_path / "nights").glob("huiying-*.hybak"))) == 1
