"""Every kind of kept file is walked, each against its digest; what is altered is named with its row (S15, INV-8)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import stories
from acts_of_people import PNG
from cast import Cast
from huiying.handling.actions.work import attach
from huiying.handling.models import Attachment, Case
from huiying.judging.models import LearningRun
from huiying.keeping import evidence
from huiying.kernel import canonical, clock
from huiying.kernel.clock import FrozenClock
from huiying.listening.actions import by_hand
from huiying.listening.models import PostAttachment
from huiying.people.models import User
from huiying.responding.models import Evidence
from huiying.work import auditor
from huiying.work.auditor import Part

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(cast: Cast) -> Callable[[User], Client]:
    """A signed-in browser of one person."""

    def of(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return of


@pytest.fixture
def kept(cast: Cast, home: Path, frozen: FrozenClock) -> dict[str, tuple[int, Path]]:
    """One file of three kinds: what each is called → its row's number and its path."""
    stories.answered(cast)
    case = Case.objects.get()
    attached = attach(case, SimpleUploadedFile("图.png", PNG, "image/png"), cast.tech_head)
    by_hand.enter(
        by_hand.Entry(kind="letter", text="来信反映平台登录不上"), [SimpleUploadedFile("信.png", PNG)], cast.duty
    )
    shown = Evidence.objects.exclude(sha256="").earliest("pk")
    handed = PostAttachment.objects.get()
    return {
        "公开证据": (shown.pk, home / "evidence" / shown.sha256[:2] / shown.sha256),
        "附件": (attached.pk, home / "files" / attached.sha256[:2] / attached.sha256),
        "来信来件附件": (handed.pk, home / "evidence" / handed.stored[:2] / handed.stored),
    }


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def age(path: Path) -> None:
    old = time.time() - 2 * 86_400
    os.utime(path, (old, old))


def test_files_as_they_were_kept_are_found_right_and_none_is_unknown(
    kept: dict[str, tuple[int, Path]], home: Path
) -> None:
    for path in home.rglob("*"):
        age(path)
    report = evidence.verify()
    assert (report.bad, report.unknown) == ([], [])
    assert report.checked >= len(kept)


@pytest.mark.parametrize("what", ["公开证据", "附件", "来信来件附件"])
@pytest.mark.parametrize("spoil", [flip, Path.unlink])
def test_an_altered_or_missing_file_is_named_with_its_row(
    kept: dict[str, tuple[int, Path]], home: Path, what: str, spoil: Callable[[Path], None]
) -> None:
    pk, path = kept[what]
    spoil(path)
    (bad,) = evidence.verify().bad
    assert (bad.what, bad.pk, bad.file) == (what, pk, path.relative_to(home).as_posix())
    (found,) = (one for one in auditor.check(full=True) if one.code == "file.unfit")
    assert f"{what} {pk}（文件 {path.relative_to(home).as_posix()}）" in found.sentence_zh
    assert "从最近一份好的备份取回" in found.sentence_zh


def test_the_day_whose_part_holds_the_row_finds_it_and_no_other_day(kept: dict[str, tuple[int, Path]]) -> None:
    pk, path = kept["附件"]
    flip(path)
    for number in range(auditor.PARTS):
        found = [one.code for one in evidence.files_are_what_was_kept(Part(number, auditor.PARTS))]
        assert found == (["file.unfit"] if pk % auditor.PARTS == number else [])


def test_a_model_that_was_learned_is_walked_too(kept: dict[str, tuple[int, Path]], home: Path) -> None:
    content = b"weights"
    name = canonical.sha256(content)
    (home / "models").mkdir(exist_ok=True)
    (home / "models" / name).write_bytes(content)
    run = LearningRun.objects.create(target="lead", decision="adopted", at=clock.now(), by="x", reason="x", sha256=name)
    assert evidence.verify().bad == []
    flip(home / "models" / name)
    (bad,) = evidence.verify().bad
    assert (bad.what, bad.pk, bad.file) == ("学到的模型", run.pk, f"models/{name}")


def test_a_file_that_no_row_knows_is_said_and_does_not_count_as_broken(
    kept: dict[str, tuple[int, Path]], home: Path
) -> None:
    stray = home / "files" / "ab" / "stray"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"?")
    assert evidence.verify().unknown == []  # a file is on disk before its row commits
    age(stray)
    report = evidence.verify()
    assert (report.bad, report.unknown) == ([], ["files/ab/stray"])
    (found,) = (one for one in auditor.check(full=True) if one.code == "file.unknown")
    assert found.severity == "warning"
    assert "files/ab/stray" in found.sentence_zh


def test_a_file_whose_row_was_deleted_is_an_error_that_names_the_entry(kept: dict[str, tuple[int, Path]]) -> None:
    pk, path = kept["附件"]
    age(path)
    row = Attachment.objects.get(pk=pk)
    chain = f"case:{row.case.number}"
    row.delete()
    (found,) = (one for one in auditor.check(full=True) if one.code == "file.row_gone")
    assert chain in found.sentence_zh
    assert path.name in found.sentence_zh


def test_an_altered_attachment_is_not_given_out_and_becomes_a_finding(
    kept: dict[str, tuple[int, Path]], cast: Cast, browser: Callable[[User], Client]
) -> None:
    pk, path = kept["附件"]
    address = f"/desk/attachments/{pk}/"
    assert browser(cast.office).get(address).status_code == 200
    flip(path)
    altered = path.read_bytes()
    answer = browser(cast.office).get(address)
    assert answer.status_code == 409
    assert altered not in answer.content
    assert "与登记时的不同" in answer.content.decode()
    (found,) = (one for one in auditor.check() if one.code == "file.unfit")
    assert path.name in found.sentence_zh


def test_an_altered_proof_of_publication_is_not_given_out(
    kept: dict[str, tuple[int, Path]], cast: Cast, browser: Callable[[User], Client]
) -> None:
    pk, path = kept["公开证据"]
    flip(path)
    answer = browser(cast.duty).get(f"/desk/evidence/{pk}/")
    assert answer.status_code == 409
    assert path.read_bytes() not in answer.content


def test_an_altered_original_of_a_letter_is_not_given_out(
    kept: dict[str, tuple[int, Path]], cast: Cast, browser: Callable[[User], Client]
) -> None:
    pk, path = kept["来信来件附件"]
    flip(path)
    answer = browser(cast.duty).post(f"/desk/originals/{pk}/", {"reason": "核实来信内容并联系本人"})
    assert answer.status_code == 409
    assert any(one.code == "file.unfit" for one in auditor.check())


@pytest.mark.parametrize("other", ["pipe", "link", "folder"])
def test_what_is_no_plain_file_is_told_and_nobody_waits_for_it(
    kept: dict[str, tuple[int, Path]], tmp_path: Path, other: str
) -> None:
    """A link out of the home to the same bytes is none of ours either: somebody else can change them."""
    for _pk, path in kept.values():
        content = path.read_bytes()
        path.unlink()
        match other:
            case "pipe":
                os.mkfifo(path)
            case "folder":
                path.mkdir()
            case _:
                outside = tmp_path / f"outside-{path.name}"
                outside.write_bytes(content)
                path.symlink_to(outside)
    bad = {row.what: row.why for row in evidence.verify().bad}
    assert kept.keys() <= bad.keys()
    assert all("文件读不了" in bad[what] for what in kept)
