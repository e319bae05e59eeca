"""可离开 and S15: everything goes out in open formats and comes back equal, or is refused whole with what is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection, transaction

from huiying.keeping import exporting, importing, manifest, tables
from huiying.keeping.manifest import Damaged
from huiying.kernel import clock, home, sealing
from huiying.ledger import guards, queries
from huiying.ledger.actions import Actor, anchor, record
from huiying.ledger.models import LedgerEntry
from huiying.listening import evidence
from huiying.listening.fetching import Fetched
from huiying.listening.models import Evidence
from huiying.people.models import Department
from huiying.work.models import Counter, Job
from huiying.work.outbox import enqueue

WORDS = "电话 13900001234"


@dataclass
class Elsewhere:
    """A system that was written out to `folder` and is gone; its home is `old`, this one's is empty."""

    folder: Path
    old: Path
    made: manifest.Manifest

    def alter(self, path: str, change: Callable[[str], str], *, listed: bool = False) -> None:
        """Change a file of the folder; `listed` puts its new hash into the manifest too."""
        file = self.folder / path
        file.write_text(change(file.read_text("utf-8")), "utf-8")
        if listed:
            table = file.stem
            self.made.tables[table] = (self.made.tables[table][0], manifest.sha256_of(file))
            (self.folder / manifest.NAME).write_text(self.made.text(), "utf-8")


def fill() -> None:
    with transaction.atomic():
        for number in range(3):
            record("case:1", "case.noted", {"n": number, "words": WORDS}, Actor.SYSTEM)
        enqueue("ring", {"n": 1.5, "none": None, "列": ["一"]}, key="ring:1")
        page = Fetched("http://news.example/1", "ok", status=200, body=b"<p>1</p>", wire=b"<p>1</p>")
        evidence.keep(evidence.capture(page, clock.now()), None, ())
        Counter.objects.create(name="case", value=7)
        Department.objects.create(code="GCC", name="工程处")
    (home.home() / "regulation").mkdir()
    (home.home() / "regulation" / "own.yaml").write_text("watch: []\n")
    (home.home() / "search.sqlite3").write_bytes(b"made anew")


def write_out(folder: Path, meddle: Callable[[], None] = lambda: None) -> manifest.Manifest:
    with transaction.atomic():
        fill()
        meddle()
        made = exporting.export_all(folder)
        transaction.set_rollback(True)
    return made


@pytest.fixture
def elsewhere(db: None, tmp_path: Path, frozen: clock.FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    old, new = tmp_path / "old", tmp_path / "new"
    monkeypatch.setenv("HUIYING_HOME", str(old))
    made = write_out(tmp_path / "folder")
    monkeypatch.setenv("HUIYING_HOME", str(new))
    shutil.copytree(old / "keys", new / "keys")
    return Elsewhere(tmp_path / "folder", old, made)


def is_empty() -> bool:
    return not tables.filled() and not list(manifest.kept())


def test_it_arrives_with_every_row_file_and_hash(elsewhere: Elsewhere) -> None:
    arrived = importing.import_all(elsewhere.folder)
    assert arrived.manifest.rows == sum(model._base_manager.count() for model in tables.kept())
    assert queries.verify().ok
    assert queries.heads()["case:1"][0] == 3
    assert Job.objects.get().payload == {"n": 1.5, "none": None, "列": ["一"]}
    assert arrived.waiting == 1
    assert evidence.verify().bad == ()
    sealed = (home.evidence() / Evidence.objects.get().file).read_bytes()
    assert evidence.payload_of(sealing.unseal(sealed, evidence.PURPOSE)) == b"<p>1</p>"
    assert (home.home() / "regulation" / "own.yaml").read_text() == "watch: []\n"
    assert not (home.home() / "search.sqlite3").exists()


def test_written_out_again_every_table_and_file_has_the_same_hash(elsewhere: Elsewhere, tmp_path: Path) -> None:
    importing.import_all(elsewhere.folder)
    again = exporting.export_all(tmp_path / "again")
    assert again.tables == elsewhere.made.tables
    assert again.files == elsewhere.made.files
    assert again.ledger == elsewhere.made.ledger
    assert again.sequences.items() >= elsewhere.made.sequences.items()


def test_a_number_that_went_with_its_row_is_not_given_to_another(
    db: None, tmp_path: Path, frozen: clock.FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger names rows by their numbers; a purged one must not come back as somebody else's."""
    last = []

    def purge() -> None:
        job = enqueue("ring", {}, key="ring:2")
        last.append(job.pk)
        job.delete()

    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "old"))
    write_out(tmp_path / "folder", purge)
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "new"))
    shutil.copytree(tmp_path / "old" / "keys", tmp_path / "new" / "keys")
    importing.import_all(tmp_path / "folder")
    assert enqueue("ring", {}, key="ring:3").pk > last[0]


def test_the_files_are_plain_json_lines(elsewhere: Elsewhere) -> None:
    lines = (elsewhere.folder / "tables" / "ledger_entry.jsonl").read_text("utf-8").splitlines()
    entry = next(json.loads(line) for line in lines if json.loads(line)["chain"] == "case:1")
    assert entry["at"].endswith("Z")
    assert json.loads(entry["payload"])["words"] == WORDS


def test_neither_keys_nor_sign_ins_go_with_it(elsewhere: Elsewhere) -> None:
    assert (elsewhere.old / "keys" / "sealing.key").exists()
    names = [path.name for path in elsewhere.folder.rglob("*")]
    assert not [name for name in names if name.endswith(".key") or name.startswith("django_session")]


def test_nobody_takes_over_a_folder_that_holds_something(db: None, home: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    with pytest.raises(exporting.Refused, match="已有内容"):
        exporting.export_all(tmp_path / "full")


def refused(elsewhere: Elsewhere, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        importing.import_all(elsewhere.folder)
    assert is_empty()


def test_an_altered_row_is_named_and_nothing_stays(elsewhere: Elsewhere) -> None:
    elsewhere.alter("tables/people_department.jsonl", lambda text: text.replace("工程处", "财务处"))
    refused(elsewhere, Damaged, "people_department.jsonl 被改动")


def test_an_altered_evidence_file_is_named_and_nothing_stays(elsewhere: Elsewhere) -> None:
    (file,) = (elsewhere.folder / "home" / "evidence").rglob("*.sealed")
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    refused(elsewhere, Damaged, f"{file.name} 被改动")


def test_a_missing_and_a_foreign_file_are_named(elsewhere: Elsewhere) -> None:
    (elsewhere.folder / "home" / "regulation" / "own.yaml").rename(elsewhere.folder / "home" / "other.yaml")
    refused(elsewhere, Damaged, "缺少 home/regulation/own.yaml；home/other.yaml 不在清单里")


def test_a_rewritten_entry_is_found_though_the_manifest_was_rewritten_too(elsewhere: Elsewhere) -> None:
    """INV-8: whoever alters a copy and its manifest still has the chain against him."""
    elsewhere.alter(
        "tables/ledger_entry.jsonl",
        lambda text: text.replace('\\"n\\":1', '\\"n\\":9'),
        listed=True,
    )
    refused(elsewhere, Damaged, "台账链 case:1 第 2 条：本条的内容被改动")


def test_a_row_that_points_nowhere_is_refused(elsewhere: Elsewhere) -> None:
    elsewhere.alter(
        "tables/auth_permission.jsonl",
        lambda text: text.replace('"content_type_id":1,', '"content_type_id":999999,', 1),
        listed=True,
    )
    with pytest.raises(Damaged, match="对不上"):
        importing.import_all(elsewhere.folder)


def test_a_home_that_holds_something_is_left_alone(elsewhere: Elsewhere) -> None:
    mine = home.home() / "inbox" / "mine.csv"
    mine.parent.mkdir()
    mine.write_text("1")
    with pytest.raises(exporting.Refused, match=r"inbox/mine\.csv"):
        importing.import_all(elsewhere.folder)
    assert mine.read_text() == "1"
    assert tables.filled() == []


def test_a_database_that_holds_something_is_left_alone(elsewhere: Elsewhere) -> None:
    Counter.objects.create(name="mine", value=1)
    with pytest.raises(exporting.Refused, match="work_counter"):
        importing.import_all(elsewhere.folder)
    assert tables.filled() == ["work_counter"]


def test_without_the_key_of_what_is_sealed_nothing_is_brought_in(elsewhere: Elsewhere) -> None:
    (home.keys() / "sealing.key").unlink()
    refused(elsewhere, exporting.Refused, "keys/sealing.key")


def test_another_key_under_its_name_is_no_key(elsewhere: Elsewhere) -> None:
    (home.keys() / "sealing.key").write_text("00" * 32)
    refused(elsewhere, exporting.Refused, "keys/sealing.key")


def test_rows_of_another_version_of_the_program_are_refused_by_name(elsewhere: Elsewhere) -> None:
    elsewhere.made.shape["work_job"] = [*elsewhere.made.shape["work_job"], "colour"]
    (elsewhere.folder / manifest.NAME).write_text(elsewhere.made.text(), "utf-8")
    refused(elsewhere, exporting.Refused, "work_job")


def test_a_folder_of_something_else_is_refused(db: None, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    with pytest.raises(exporting.Refused, match="MANIFEST"):
        importing.import_all(folder)
    (folder / manifest.NAME).write_text('{"schema": "other/1"}')
    with pytest.raises(Damaged, match="不是 huiying"):
        importing.import_all(folder)


def test_a_system_that_was_broken_comes_back_as_it_was_and_says_so(
    db: None, tmp_path: Path, frozen: clock.FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that could not be restored because one file was lost before would be no copy."""

    def break_it() -> None:
        (home.evidence() / Evidence.objects.get().file).unlink()
        with guards.lifted(connection):
            LedgerEntry.objects.filter(chain="case:1", seq=2).update(payload="{}")

    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "old"))
    made = write_out(tmp_path / "folder", break_it)
    assert [fault for fault in made.faults if "case:1 第 2 条" in fault]
    assert [fault for fault in made.faults if "文件读不了" in fault]
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "new"))
    shutil.copytree(tmp_path / "old" / "keys", tmp_path / "new" / "keys")
    arrived = importing.import_all(tmp_path / "folder")
    assert arrived.as_json()["ok"] is False
    assert arrived.as_json()["known_faults"] == made.faults
    assert queries.verify().first_bad is not None


@pytest.mark.django_db
def test_an_anchor_written_meanwhile_accuses_nobody(
    home: Path, tmp_path: Path, frozen: clock.FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The anchors are read before the rows: what is anchored later is not in the copy."""
    monkeypatch.setattr("huiying.ledger.actions.transaction.atomic", lambda **_: transaction.Atomic(None, True, False))
    with transaction.atomic():
        record("case:1", "case.noted", {}, Actor.SYSTEM)
    anchor()
    real = tables.shape

    def meanwhile() -> dict[str, list[str]]:
        with transaction.atomic():
            record("case:1", "case.noted", {}, Actor.SYSTEM)
        anchor()
        return real()

    monkeypatch.setattr(tables, "shape", meanwhile)
    exporting.export_all(tmp_path / "folder")
    lines = (tmp_path / "folder" / "home" / "anchors" / "anchors.jsonl").read_text().splitlines()
    assert len(lines) == 1
    assert len((home / "anchors" / "anchors.jsonl").read_text().splitlines()) == 2
