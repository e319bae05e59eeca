"""C7.5: the case room. Whoever is called may see the case; a file is what its bytes are, and stays as it came."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cast import Cast
from huiying.handling.actions.work import attach, file_name, mentioned, path_of, say
from huiying.handling.models import Attachment, Note
from huiying.kernel import store
from huiying.ledger.models import LedgerEntry
from huiying.people.errors import Refused
from huiying.work.models import Notice
from stories import accepted


def office_file(*names: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "x")
    return kept.getvalue()


def test_a_note_calls_whoever_it_names_by_name_or_user_name(cast: Cast) -> None:
    case = accepted(cast)
    note = say(case, "请@值班员小周看一下时间，@office 定口径。", cast.tech_liaison)
    assert note.mentions == ["duty", "office"]
    assert set(Notice.objects.filter(key=f"note:{note.pk}").values_list("recipient", flat=True)) == {"duty", "office"}
    assert LedgerEntry.objects.get(kind="note.made").data == {"mentions": ["值班员小周", "办公室主任"]}


def test_an_outsider_is_not_called_and_nothing_is_said_c7_5(cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        say(accepted(cast), "@工程处处长 请看一下。", cast.tech_liaison)
    assert refusal.value.code == "outsider"
    assert "工程处处长" in refusal.value.sentence
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("text", "code"), [("@无此人 看看", "unknown_person"), ("  ", "too_short"), ("字" * 2001, "too_long")]
)
def test_what_says_nothing_or_calls_nobody_is_refused(cast: Cast, text: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        say(accepted(cast), text, cast.tech_liaison)
    assert refusal.value.code == code


def test_a_stranger_to_the_case_says_nothing_and_adds_nothing(cast: Cast) -> None:
    case = accepted(cast)
    for verb in (lambda: say(case, "我也说一句", cast.works_head), lambda: attach(case, upload(b"%PDF-1"), cast.legal)):
        with pytest.raises(Refused) as refusal:
            verb()
        assert refusal.value.code == "not_permitted"


def test_the_longest_name_wins(cast: Cast) -> None:
    cast.office.name, cast.office2.name = "王芳", "王芳芳"
    cast.office.save()
    cast.office2.save()
    assert [user.username for user in mentioned("@王芳芳你好")] == ["office2"]
    assert mentioned("写信到 x，没有人") == []


def upload(content: bytes, name: str = "情况 说明.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/html")


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (b"\x89PNG\r\n\x1a\n0", "png"),
        (b"\xff\xd8\xff0", "jpg"),
        (b"RIFF1234WEBP", "webp"),
        (b"%PDF-1.7", "pdf"),
        ("会议纪要：已阅。".encode("gb18030"), "txt"),
        (office_file("word/document.xml"), "docx"),
        (office_file("xl/workbook.xml"), "xlsx"),
    ],
)
def test_a_file_is_kept_as_what_its_bytes_are(cast: Cast, home: object, content: bytes, ending: str) -> None:
    row = attach(accepted(cast), upload(content), cast.tech_liaison)
    assert row.name == f"情况 说明.{ending}"
    assert path_of(row).read_bytes() == content
    assert LedgerEntry.objects.get(kind="attachment.added").data == {"name": row.name, "sha256": row.sha256}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a\x01\x00",
        b"<html><script>",
        b"a\x00b",
        b"RIFF\x24\x00\x00\x00WAVE",
        b"PK\x03\x04 broken",
        office_file("other.xml"),
        office_file("word/document.xml", "word/vbaProject.bin"),
    ],
)
def test_other_bytes_are_refused_and_nothing_is_kept(cast: Cast, home: object, content: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        attach(accepted(cast), upload(content), cast.tech_liaison)
    assert refusal.value.code == "media_type"
    assert not Attachment.objects.exists()


def test_ten_mebibytes_pass_and_one_byte_more_does_not(
    cast: Cast, home: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LARGEST", 8)
    case = accepted(cast)
    attach(case, upload(b"%PDF-1.7"), cast.tech_liaison)
    with pytest.raises(Refused) as refusal:
        attach(case, upload(b"%PDF-1.77"), cast.tech_liaison)
    assert refusal.value.code == "too_large"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\x\\函.exe", "函.pdf"),
        ("a\u202efdp.exe", "afdp.pdf"),
        ("", "附件.pdf"),
        ("...", "附件.pdf"),
    ],
)
def test_a_name_leads_nowhere_and_hides_nothing(sent: str, kept: str) -> None:
    assert file_name(sent, "application/pdf") == kept
