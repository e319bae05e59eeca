"""C10.2, INV-8: one case as a folder that anybody can check on another machine, with nothing but Python."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cast import Cast
from huiying.handling.models import (
    Attachment,
    Case,
    ClueHandover,
    FactSheet,
    Feedback,
    Liaison,
    Meeting,
    MeetingSeat,
    NodeReport,
    Note,
    SplitPost,
    Task,
    TransferSlip,
)
from huiying.handling.queries import lead_row
from huiying.kernel import canonical, clock as time, home as places, store
from huiying.ledger.actions import Actor, erase
from huiying.ledger.models import LedgerEntry
from huiying.listening.models import Message, Post
from huiying.overseeing import case_export, verify_case
from huiying.overseeing.case_export import Exported, ExportRefused, export_case
from huiying.responding.evidence import path_of
from huiying.responding.models import BodyConfirmation, Evidence, Revision
from stories import OUTAGE, RUMOUR, answered, opened

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def story(cast: Cast) -> Case:
    """An answered case with a row of each kind of work; rows of verbs that are tested elsewhere are made here."""
    case = answered(cast)
    row, now = lead_row(case), time.now()
    assert row is not None
    Liaison.objects.create(
        number="核实〔2026〕7号", case=case, body="市委宣传部", contact="张科长 13800138000", points="是否属实",
        letter="请核实。", drafted_by="值班员小周", drafted_at=now, token_hash="f" * 64,
    )  # fmt: skip
    ClueHandover.objects.create(
        number="线索〔2026〕7号", case=case, body="公安机关", facts="假冒公告", legal_ground="治安管理处罚法第二十五条",
        proposed_by="值班员小周", proposed_user=1, proposed_at=now,
    )  # fmt: skip
    meeting = Meeting.objects.create(
        number="会商〔2026〕7号", case=case, topic="故障处置", place="三楼", starts_at=now, quorum=0.5,
        chair=cast.deputy, chair_name=cast.deputy.name, convened_by="办公室主任", convened_at=now,
    )  # fmt: skip
    MeetingSeat.objects.create(meeting=meeting, user=cast.deputy, name=cast.deputy.name, notified_at=now)
    Task.objects.create(
        case=case, kind=Task.RECTIFY, title="证书到期前三十天提醒", department=cast.department("Z-XX"),
        owner=cast.tech_head, owner_name=cast.tech_head.name, due_at=now, made_by="办公室主任", made_at=now,
    )  # fmt: skip
    if not TransferSlip.objects.filter(case=case).exists():
        TransferSlip.objects.create(
            number="转办〔2026〕7号", case=case, assignment=row, elements={"出处": {"value": "本地论坛"}}, level="L2",
            issued_by="值班员小周", issued_at=now,
        )  # fmt: skip
    if not FactSheet.objects.filter(case=case).exists():
        FactSheet.objects.create(
            case=case, version=1, text="中断七十分钟。", by="甲", by_user=1, department="乙", at=now
        )
    Note.objects.create(case=case, text="请信息部核对时间。", by="值班员小周", by_user=1, at=now)
    Feedback.objects.create(case=case, to="office", name="办公室", means="notice", text="已办", by="甲", at=now)
    NodeReport.objects.create(case=case, node="accepted", department="信息部", content="已签收", at=now)
    sha = store.keep(places.files(), "说明材料".encode())
    Attachment.objects.create(case=case, name="说明.txt", sha256=sha, media_type="text/plain", size=12, by="甲", at=now)
    return case


@pytest.fixture
def made(story: Case, tmp_path: Path) -> Exported:
    return export_case(story.number, tmp_path / "out")


def loaded(made: Exported, name: str) -> Any:
    return json.loads((made.folder / name).read_text("utf-8"))


def checked(folder: Path, *words: str) -> tuple[int, str]:
    """The folder's own program, in a bare Python: no site packages, no environment, another working folder."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "verify.py"), *words],
        cwd="/", env={"PYTHONIOENCODING": "utf-8", "PATH": os.environ["PATH"]}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def rewrite_list(folder: Path) -> None:
    """What a thief of some skill would do: make the list of files fit what was altered."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for name in list(manifest["files"]):
        path = folder / name
        if path.exists():
            content = path.read_bytes()
            manifest["files"][name] = {"sha256": canonical.sha256(content), "size": len(content)}
        else:
            del manifest["files"][name]
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


# --- what is in it ---


def test_the_folder_is_accepted_on_a_machine_that_has_only_python(made: Exported) -> None:
    code, said = checked(made.folder)
    assert code == 0, said
    assert made.seal in said
    assert f"{made.entries} 条台账" in said
    assert made.missing == []


def test_the_folder_can_be_carried_elsewhere(made: Exported, tmp_path: Path) -> None:
    moved = tmp_path / "U盘" / "案件 一"
    moved.parent.mkdir()
    made.folder.rename(moved)
    assert checked(moved)[0] == 0
    assert checked(moved, "--seal", made.seal)[0] == 0
    assert checked(moved, "--seal", made.seal.upper())[0] == 0


def test_every_kind_of_work_has_its_document(made: Exported, story: Case) -> None:
    case = loaded(made, "case.json")
    assert (case["number"], case["event"]) == (story.number, story.event.number)
    assert case["regulation"]["sha256"] == story.regulation.sha256
    assert next(row["state"] for row in case["states"]) == "registered"
    assert {"lead", "joint"} == {row["role"] for row in case["departments"]}
    assert loaded(made, "revisions.json")[0]["renditions"]["portal"]
    decisions = loaded(made, "decisions.json")
    assert decisions["steps"]
    assert decisions["levels"]
    assert loaded(made, "findings.json")["findings"][0]["cause"] == "证书到期未续。"
    assert loaded(made, "findings.json")["fact_sheets"]
    assert any(row["title"] == "证书到期前三十天提醒" for row in loaded(made, "tasks.json"))
    assert loaded(made, "slips.json")[0]["number"].startswith("转办")
    assert any(row["number"] == "核实〔2026〕7号" for row in loaded(made, "liaison.json")["letters"])
    assert loaded(made, "liaison.json")["clues"][0]["body"] == "公安机关"
    assert loaded(made, "meetings.json")["meetings"][0]["chair"] == "分管副局长"
    assert loaded(made, "meetings.json")["seats"][0]["name"] == "分管副局长"
    assert loaded(made, "room.json")["notes"][0]["text"] == "请信息部核对时间。"
    assert loaded(made, "clocks.json")["clocks"]
    assert loaded(made, "posts.json")[0]["text"] == OUTAGE


def test_departments_and_staff_are_named_and_not_numbered(made: Exported) -> None:
    """A row number of another database says nothing to whoever opens the archive."""
    task = next(row for row in loaded(made, "tasks.json") if row["kind"] == "rectify")
    assert task["department"] == {"code": "Z-XX", "name": task["department"]["name"]}
    assert task["owner"] == "信息部部长"


def test_evidence_and_attachments_are_the_originals_by_their_hash(made: Exported, story: Case) -> None:
    for row in Evidence.objects.filter(case=story):
        assert canonical.sha256((made.folder / "evidence" / row.sha256).read_bytes()) == row.sha256
    (attachment,) = Attachment.objects.filter(case=story)
    assert (made.folder / "attachments" / attachment.sha256).read_bytes() == "说明材料".encode()


def test_the_chains_of_the_case_and_of_its_event_are_whole(made: Exported, story: Case) -> None:
    lines = [json.loads(line) for line in (made.folder / "ledger.jsonl").read_text("utf-8").rstrip("\n").split("\n")]
    chains = {f"case:{story.number}", f"event:{story.event.number}"}
    assert {row["chain"] for row in lines} == chains
    assert len(lines) == LedgerEntry.objects.filter(chain__in=chains).count() == made.entries


def test_the_folder_is_for_its_owner_alone(made: Exported) -> None:
    for path in [made.folder, *made.folder.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0


def test_two_exports_of_one_moment_have_one_seal(made: Exported, story: Case, tmp_path: Path) -> None:
    assert export_case(story.number, tmp_path / "again").seal == made.seal


def test_the_verifier_binds_a_text_as_the_approval_did_inv_4(made: Exported, story: Case) -> None:
    for row in loaded(made, "revisions.json"):
        assert verify_case.manifest_of(row) == row["manifest_sha256"]
    assert Revision.objects.filter(case=story).count() == len(loaded(made, "revisions.json"))


def test_texts_with_strange_line_ends_verify_too(story: Case, tmp_path: Path) -> None:
    from django.db import transaction

    from huiying.ledger.actions import record

    with transaction.atomic():
        record(f"case:{story.number}", "case.act_noted", {"note": "甲\u2028乙\u0085丙\x1c丁"}, Actor.SYSTEM)
    assert checked(export_case(story.number, tmp_path / "odd").folder)[0] == 0


# --- what is not in it ---


def everything(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".json", ".jsonl", ".txt"):
            yield path.read_text("utf-8")


def test_nothing_sealed_no_token_and_no_contact_goes_along(story: Case, cast: Cast, tmp_path: Path) -> None:
    """Personal data: keys of links and telephone numbers prove nothing and stay in the house."""
    revision = Revision.objects.filter(case=story).first()
    BodyConfirmation.objects.create(
        case=story, revision=revision, manifest_sha256="a" * 64, body="市住建局", contact="李科长 13900139000",
        token_hash="e" * 64, asked_by="采编小林", asked_at=time.now(), submit_before=time.now(),
    )  # fmt: skip
    post = Post.objects.filter(membership__event=story.event).first()
    assert post is not None
    Post.objects.filter(pk=post.pk).update(sealed_text=b"SEALED-TEXT", sealed_voice=b"SEALED-VOICE")
    made = export_case(story.number, tmp_path / "out")
    whole = "".join(everything(made.folder))
    whole = re.sub(r'\\"[a-z_]+\\":\\"[0-9a-f]{24}\\"', "", whole)  # a column's name and its keyed digest
    for secret in ("13800138000", "13900139000", "f" * 64, "e" * 64, "SEALED", "token_hash", "sealed_", "password"):
        assert secret not in whole


def test_a_citizens_message_keeps_its_number_and_gives_no_word_away(story: Case, tmp_path: Path) -> None:
    """DESIGN: nothing of a message is ever printed; the asker's code and contact stay sealed."""
    post = Post.objects.get(membership__event=story.event)
    Message.objects.create(
        number="M20260914-01", query_code_hash="c" * 64, post=post, kind="投诉", sealed_contact=b"x",
        received_at=time.now(),
    )  # fmt: skip
    made = export_case(story.number, tmp_path / "out")
    (row,) = loaded(made, "posts.json")
    assert (row["message"], row["text"], row["title"]) == ("M20260914-01", "", "")
    assert "c" * 64 not in "".join(everything(made.folder))


def test_no_column_that_is_sealed_can_ever_be_a_document() -> None:
    """The rule is by kind of column: a sealed column that is added later stays out without a word from anybody."""
    row = case_export.plain(Post(platform="论坛", sealed_text=b"x", sealed_voice=b"y"))
    assert not [name for name in row if name.startswith("sealed")]
    assert "token_hash" not in case_export.plain(Liaison(token_hash="x", contact="y"))
    assert "contact" not in case_export.plain(Liaison(token_hash="x", contact="y"))


def test_a_case_about_a_danger_to_life_says_how_it_may_be_read(story: Case, tmp_path: Path) -> None:
    plain = export_case(story.number, tmp_path / "plain")
    assert "人身安全" not in (plain.folder / "读我.txt").read_text("utf-8")
    type(story.event).objects.filter(pk=story.event_id).update(life_safety=True)
    made = export_case(story.number, tmp_path / "out")
    assert "此件涉及人身安全" in (made.folder / "读我.txt").read_text("utf-8")
    assert loaded(made, "case.json")["life_safety"] is True


def test_an_entry_erased_by_decision_is_accepted_with_its_decision_inv_8(story: Case, tmp_path: Path) -> None:
    entry = LedgerEntry.objects.get(chain=f"case:{story.number}", kind="case.found")
    one, two = Actor("王敏", "主任", "办公室", 1), Actor("李强", "处长", "法规处", 2)
    erase(entry.chain, entry.seq, decision="2026-7", reason="含个人信息", decided_by=one, second_person=two)
    made = export_case(story.number, tmp_path / "out")
    assert checked(made.folder)[0] == 0
    ledger = made.folder / "ledger.jsonl"
    kept = [line for line in ledger.read_text("utf-8").split("\n") if '"type":"decision"' not in line]
    ledger.write_text("\n".join(kept), "utf-8")
    rewrite_list(made.folder)
    code, said = checked(made.folder)
    assert code == 1
    assert f"第 {entry.seq} 条内容缺失" in said


# --- what the verifier finds ---


@pytest.mark.parametrize(
    "name", ["case.json", "revisions.json", "findings.json", "ledger.jsonl", "读我.txt", "meetings.json", "clocks.json"]
)
def test_one_changed_byte_is_found_and_the_file_is_named(made: Exported, name: str) -> None:
    path = made.folder / name
    content = path.read_bytes()
    path.write_bytes(content[:-2] + b" " + content[-2:])
    code, said = checked(made.folder)
    assert code == 1
    assert f"文件 {name} 被改动" in said


def test_the_same_length_does_not_help(made: Exported) -> None:
    replace(made.folder / "findings.json", "证书到期未续", "证书到期已续")
    code, said = checked(made.folder)
    assert (code, "findings.json" in said) == (1, True)


def test_a_lost_file_and_one_put_in_later_are_named(made: Exported) -> None:
    (made.folder / "evidence" / "新证据.txt").write_text("x")
    code, said = checked(made.folder)
    assert (code, "新证据.txt" in said) == (1, True)
    (made.folder / "evidence" / "新证据.txt").unlink()
    (made.folder / "tasks.json").unlink()
    code, said = checked(made.folder)
    assert (code, "tasks.json 不见了" in said) == (1, True)


def test_a_list_that_was_made_to_fit_has_another_seal(made: Exported) -> None:
    """A document that no chain binds can be rewritten with its list: the seal written down elsewhere tells."""
    replace(made.folder / "findings.json", "证书到期未续", "证书到期已续")
    rewrite_list(made.folder)
    code, said = checked(made.folder, "--seal", made.seal)
    assert (code, "封存值不符" in said) == (1, True)


def test_a_changed_payload_is_found_though_the_list_fits_inv_8(made: Exported) -> None:
    ledger = made.folder / "ledger.jsonl"
    lines = ledger.read_text("utf-8").rstrip("\n").split("\n")
    number, row = next(
        (number, json.loads(line)) for number, line in enumerate(lines, 1) if '"kind":"case.found"' in line
    )
    row["payload"] = row["payload"].replace("未续", "已续")
    lines[number - 1] = json.dumps(row, ensure_ascii=False)
    ledger.write_text("\n".join(lines) + "\n", "utf-8")
    rewrite_list(made.folder)
    code, said = checked(made.folder)
    assert code == 1
    assert f"第 {number} 行" in said
    assert f"第 {row['seq']} 条" in said
    assert "内容被改动" in said


@pytest.mark.parametrize("column", ["at", "kind", "actor"])
def test_who_when_and_what_can_not_be_changed_either_inv_8(made: Exported, column: str) -> None:
    ledger = made.folder / "ledger.jsonl"
    lines = ledger.read_text("utf-8").rstrip("\n").split("\n")
    row = json.loads(lines[3])
    row[column] = {"at": "2026-09-14T01:00:00.000000Z", "kind": "case.noted", "actor": "{}"}[column]
    lines[3] = json.dumps(row, ensure_ascii=False)
    ledger.write_text("\n".join(lines) + "\n", "utf-8")
    rewrite_list(made.folder)
    code, said = checked(made.folder)
    assert (code, "第 4 行" in said) == (1, True)


@pytest.mark.parametrize("gone", [0, 5, -1])
def test_a_missing_entry_is_found_wherever_it_stood_inv_8(made: Exported, gone: int) -> None:
    ledger = made.folder / "ledger.jsonl"
    lines = ledger.read_text("utf-8").rstrip("\n").split("\n")
    del lines[gone]
    ledger.write_text("\n".join(lines) + "\n", "utf-8")
    rewrite_list(made.folder)
    assert checked(made.folder)[0] == 1


def test_a_rewritten_answer_no_longer_fits_its_approval_inv_4(made: Exported) -> None:
    replace(made.folder / "revisions.json", "两个标段开标顺延", "三个标段开标顺延")
    rewrite_list(made.folder)
    code, said = checked(made.folder)
    assert (code, "第 1 稿与它的校验值不符" in said) == (1, True)


def test_an_answer_with_a_hash_of_its_own_is_not_on_record_inv_4(made: Exported) -> None:
    path = made.folder / "revisions.json"
    rows = json.loads(path.read_text("utf-8"))
    rows[0]["facts"] = "系统从未中断。"
    rows[0]["manifest_sha256"] = verify_case.manifest_of(rows[0])
    path.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    rewrite_list(made.folder)
    code, said = checked(made.folder)
    assert (code, "台账里没有" in said) == (1, True)


def test_evidence_taken_out_with_its_line_is_missed_by_the_record_inv_5(made: Exported, story: Case) -> None:
    sha = Evidence.objects.filter(case=story).values_list("sha256", flat=True)[0]
    (made.folder / "evidence" / sha).unlink()
    rewrite_list(made.folder)
    code, said = checked(made.folder)
    assert (code, sha in said) == (1, True)


def test_evidence_exchanged_for_another_is_found_inv_5(made: Exported, story: Case) -> None:
    sha = Evidence.objects.filter(case=story).values_list("sha256", flat=True)[0]
    (made.folder / "evidence" / sha).write_bytes(b"another picture")
    rewrite_list(made.folder)
    code, said = checked(made.folder)
    assert (code, sha in said) == (1, True)


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"schema": "other/1"}', "\ufeff{"])
def test_a_folder_that_is_no_case_exits_2(made: Exported, content: str) -> None:
    (made.folder / "manifest.json").write_text(content, "utf-8")
    assert checked(made.folder)[0] == 2


def test_wrong_words_exit_2_and_nonsense_inside_exits_1(made: Exported) -> None:
    assert checked(made.folder, "--seal")[0] == 2
    (made.folder / "ledger.jsonl").write_text("不是 JSON\n", "utf-8")
    rewrite_list(made.folder)
    code, said = checked(made.folder)
    assert (code, "读不懂" in said) == (1, True)


# --- when it can not be ---


def test_an_original_that_is_gone_is_told_and_the_folder_is_not_accepted(story: Case, tmp_path: Path) -> None:
    sha = Evidence.objects.filter(case=story).values_list("sha256", flat=True)[0]
    path_of(sha).unlink()
    made = export_case(story.number, tmp_path / "out")
    assert made.missing == [f"evidence/{sha}"]
    code, said = checked(made.folder)
    assert (code, sha in said) == (1, True)


def test_an_original_that_was_altered_on_disk_is_not_passed_on(story: Case, tmp_path: Path) -> None:
    sha = Evidence.objects.filter(case=story).values_list("sha256", flat=True)[0]
    path_of(sha).chmod(0o600)
    path_of(sha).write_bytes(b"altered")
    made = export_case(story.number, tmp_path / "out")
    assert made.missing == [f"evidence/{sha}"]
    assert not (made.folder / "evidence" / sha).exists()


def test_a_folder_with_something_in_it_is_never_touched(story: Case, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    with pytest.raises(ExportRefused, match="不是空的"):
        export_case(story.number, target)
    assert [path.name for path in target.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled_and_a_file_or_no_parent_is_refused(story: Case, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert checked(export_case(story.number, tmp_path / "empty").folder)[0] == 0
    (tmp_path / "file").write_text("x")
    with pytest.raises(ExportRefused, match="是一个文件"):
        export_case(story.number, tmp_path / "file")
    with pytest.raises(ExportRefused, match="上级文件夹"):
        export_case(story.number, tmp_path / "no" / "such" / "place")


def test_an_unknown_number_is_refused_before_anything_is_written(story: Case, tmp_path: Path) -> None:
    with pytest.raises(ExportRefused, match="20990101-01"):
        export_case("20990101-01", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_failure_half_way_leaves_nothing_behind(story: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(case_export._Folder, "finish", fail)
    (tmp_path / "here").mkdir()
    with pytest.raises(ExportRefused, match="No space left"):
        export_case(story.number, tmp_path / "here" / "out")
    assert list((tmp_path / "here").iterdir()) == []


def test_the_export_writes_nothing_into_the_record(story: Case, tmp_path: Path) -> None:
    before = LedgerEntry.objects.count()
    export_case(story.number, tmp_path / "out")
    assert LedgerEntry.objects.count() == before


def test_a_case_that_was_split_off_takes_its_posts_along(cast: Cast, tmp_path: Path) -> None:
    """Posts stay in the event they came in with; the archive of the split case shows those that it answers."""
    case, other = opened(cast), opened(cast, text=RUMOUR)
    taken = Post.objects.get(membership__event=other.event)
    SplitPost.objects.create(case=case, post=taken)
    made = export_case(case.number, tmp_path / "out")
    assert {row["text"] for row in loaded(made, "posts.json")} == {OUTAGE, RUMOUR}
    assert loaded(made, "case.json")["split_posts"] == [taken.pk]
    assert checked(made.folder)[0] == 0


def test_a_case_that_has_only_been_opened_can_be_exported(cast: Cast, tmp_path: Path) -> None:
    made = export_case(opened(cast).number, tmp_path / "out")
    assert checked(made.folder)[0] == 0
    assert loaded(made, "revisions.json") == []
