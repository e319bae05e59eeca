"""Acceptance 2: withdrawing, correcting and following up an answer leaves all versions in `huiying export case`."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from cast import Cast
from huiying.handling.models import Case
from huiying.kernel.clock import FrozenClock
from huiying.overseeing import verify_case
from huiying.overseeing.case_export import export_case
from huiying.responding import actions
from huiying.responding.actions.following import decide_sustained
from huiying.responding.models import MediaInquiry, Publication
from stories import DRAFT, again, answered, approve, do_what_is_due, effects_seen

HOUR = dt.timedelta(hours=1)


def say(cast: Cast, case: Case, stage: str, text: str, corrects: Publication | None = None) -> Publication:
    told = DRAFT | {"renditions": {"portal": text}}
    actions.save_revision(
        again(case),
        actor=cast.editor,
        stage=stage,
        corrects=corrects,
        correction_note="数字有误" if corrects else "",
        **told,  # type: ignore[arg-type]
    )
    approve(cast, actions.submit(again(case), cast.editor))
    (row,) = actions.release(again(case), ["portal"], cast.office)
    do_what_is_due()
    return Publication.objects.get(pk=row.pk)


@pytest.fixture
def folder(cast: Cast, frozen: FrozenClock, home: Path, tmp_path: Path) -> Path:
    case = answered(cast)
    frozen.advance(HOUR)
    fixed = say(cast, case, "correction", "更正后的文字。", Publication.objects.get(case=case))
    frozen.advance(HOUR)
    say(cast, case, "withdrawal", "撤回重核。", fixed)
    frozen.advance(HOUR)
    say(cast, case, "follow_up", "重新核实后的文字。")
    decide_sustained(again(case), True, "每天通报一次", 24, cast.office)
    effects_seen(cast, case)
    MediaInquiry.objects.create(
        case=case, outlet="日报", question="何时恢复？", asked_at=case.opened_at, recorded_at=case.opened_at, by="采编"
    )
    made = export_case(case.number, tmp_path / "folder")
    assert made.missing == []
    return made.folder


def read(folder: Path, name: str) -> object:
    return json.loads((folder / name).read_text("utf-8"))


def test_the_folder_with_all_versions_is_accepted(folder: Path) -> None:
    entries, files, _seal = verify_case.verify(folder)
    assert entries > 0
    assert files > 10


def test_every_version_stands_in_it(folder: Path) -> None:
    stages = ["first", "correction", "withdrawal", "follow_up"]
    assert [row["stage"] for row in read(folder, "revisions.json")] == stages  # type: ignore[attr-defined]
    published = read(folder, "publications.json")["publications"]  # type: ignore[index]
    assert [row["stage"] for row in published] == stages
    assert all("matches" in row and row["text"] for row in published)
    versions = read(folder, "answer.json")["versions"]  # type: ignore[index]
    assert [row["state"] for row in versions] == ["standing", "withdrawal", "withdrawn", "corrected"]


def test_what_came_after_the_answer_stands_in_it(folder: Path) -> None:
    assert [row["verdict"] for row in read(folder, "effects.json")] == ["settled"] * 4  # type: ignore[attr-defined]
    decisions = read(folder, "decisions.json")
    assert [row["every_hours"] for row in decisions["sustained_decisions"]] == [24]  # type: ignore[index]
    forms = read(folder, "forms.json")
    assert set(forms) == {  # type: ignore[call-overload]
        "authorisations", "experts", "conferences", "interviews", "inquiries", "filings", "machine_drafts",
    }  # fmt: skip
    assert forms["inquiries"][0]["outlet"] == "日报"  # type: ignore[index]
