"""Photos and PDFs sent along with a message: judged by content, sealed, opened by staff with a reason (C4.3, S14)."""

from __future__ import annotations

import datetime as dt
import re
import shutil

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from asking_of import PDF, PLACE, jpeg, pdf, png, webp
from huiying.kernel import home
from huiying.ledger.models import LedgerEntry
from huiying.listening import attachments
from huiying.listening.models import Message, PostAttachment

GOOD = {"kind": "投诉", "text": "开标大厅的叫号机坏了三天没人修", "contact": "", "website": ""}


def file(content: bytes, name: str = "x.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def send(client: Client, *contents: bytes, **changed: str):
    return client.post("/ask/", GOOD | changed | {"files": [file(content) for content in contents]})


def ticket_of(page: str) -> str:
    found = re.search(r'name="kept" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_a_photo_a_webp_and_a_pdf_go_along_sealed(desk, client: Client) -> None:
    assert send(client, jpeg(), webp(), PDF).status_code == 302
    rows = list(PostAttachment.objects.order_by("id"))
    assert [row.media_type for row in rows] == ["image/jpeg", "image/webp", "application/pdf"]
    assert {row.message for row in rows} == {Message.objects.get()}
    for row in rows:
        on_disk = (home.evidence() / row.stored[:2] / row.stored).read_bytes()
        assert b"%PDF" not in on_disk
        assert PLACE not in attachments.opened(row.stored)
    assert "3 个" in client.get("/ask/received/").content.decode()


def test_the_ledger_knows_the_files_by_their_hash(desk, client: Client) -> None:
    send(client, png())
    entry = LedgerEntry.objects.get(kind="message.received")
    assert entry.data is not None
    assert entry.data["files"] == [PostAttachment.objects.get().sha256]


FALSE = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "html": b"<!DOCTYPE html><script>alert(1)</script>",
    "exe": b"MZ\x90\x00\x03",
    "elf": b"\x7fELF\x02\x01\x01",
    "gif": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    "zip": b"PK\x03\x04\x14\x00\x00\x00",
    "text": "文字".encode(),
    "half a jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "script behind a jpeg's head": b"\xff\xd8\xff<script>alert(1)</script>",
    "svg behind a png's head": b"\x89PNG\r\n\x1a\n<svg onload=alert(1)>",
    "film": b"\x00\x00\x00\x18ftypmp42",
}


@pytest.mark.parametrize("content", FALSE.values(), ids=FALSE)
def test_every_false_type_is_refused_in_plain_words_whatever_its_name(desk, client: Client, content: bytes) -> None:
    """Must hold: uploads of every false type. The name and the sender's word say nothing."""
    response = send(client, content)
    assert response.status_code == 422
    page = response.content.decode()
    assert "附件须为照片" in page or "照片打不开" in page
    assert GOOD["text"] in page
    assert "alert(1)" not in page
    assert Message.objects.count() == PostAttachment.objects.count() == 0


def test_a_pdf_loses_its_author_and_one_with_a_password_is_refused_in_plain_words(desk, client: Client) -> None:
    assert send(client, pdf(author="zhangsan")).status_code == 302
    (kept,) = PostAttachment.objects.all()
    assert b"zhangsan" not in attachments.opened(kept.stored)
    locked, broken = send(client, pdf(password="1234")), send(client, pdf()[:200])
    assert (locked.status_code, "加了密码" in locked.content.decode()) == (422, True)
    assert (broken.status_code, "没有传完整" in broken.content.decode()) == (422, True)


def test_too_large_and_too_many_are_said_before_anything_is_kept(desk, client: Client) -> None:
    large = send(client, b"%PDF-" + b"0" * (10 * 1024 * 1024))
    assert large.status_code == 422
    assert "超过 10 MB" in large.content.decode()
    many = send(client, *[PDF] * 4)
    assert "一次最多附 3 个文件" in many.content.decode()
    assert Message.objects.count() == 0
    assert not list((home.evidence() / attachments.WAITING).glob("*/*.part"))


def test_an_empty_file_field_is_no_file(desk, client: Client) -> None:
    assert client.post("/ask/", GOOD | {"files": file(b"")}).status_code == 302
    assert PostAttachment.objects.count() == 0


def test_files_survive_a_mistake_in_the_form(desk, client: Client) -> None:
    """A browser forgets what was chosen when a form comes back; the page does not."""
    page = send(client, jpeg(), text="").content.decode()
    assert "已经收下，不用再选" in page
    assert client.post("/ask/", GOOD | {"kept": ticket_of(page)}).status_code == 302
    assert PostAttachment.objects.get().media_type == "image/jpeg"


def test_a_waiting_file_can_be_left_out_again(desk, client: Client) -> None:
    page = send(client, jpeg(), PDF, text="").content.decode()
    drop = re.findall(r'name="drop" id="drop-\d" value="([^"]+)"', page)[0]
    client.post("/ask/", GOOD | {"kept": ticket_of(page), "drop": drop})
    assert [row.media_type for row in PostAttachment.objects.all()] == ["application/pdf"]


def test_a_ticket_counts_once_and_cannot_be_forged(desk, client: Client) -> None:
    """Nobody can name a file of somebody else, nor hang one file on two messages."""
    page = send(client, jpeg(), text="").content.decode()
    ticket = ticket_of(page)
    assert client.post("/ask/", GOOD | {"kept": ticket[:-2] + "xx"}).status_code == 422
    assert client.post("/ask/", GOOD | {"kept": ticket}).status_code == 302
    again = client.post("/ask/", GOOD | {"kept": ticket})
    assert again.status_code == 422
    assert "已经过期删除" in again.content.decode()
    assert PostAttachment.objects.count() == 1


def test_files_that_nobody_sent_are_removed_after_two_hours(desk, client: Client, frozen) -> None:
    shutil.rmtree(home.evidence() / attachments.WAITING, ignore_errors=True)
    send(client, jpeg(), text="")
    (path,) = (home.evidence() / attachments.WAITING).glob("*/*")
    assert attachments.clear_waiting() == 0
    frozen.advance(dt.timedelta(hours=3))
    assert attachments.clear_waiting() == 1
    assert not path.exists()


def test_uploading_without_sending_is_limited_too(desk, client: Client) -> None:
    """What waits for a message fills a disk."""
    codes = {send(client, PDF, text="").status_code for _ in range(30)}
    assert codes == {422}
    refused = send(client, PDF, text="").content.decode()
    assert "要等" in refused
    assert "已经收下" not in refused


# --- staff ------------------------------------------------------------------------------------------------------------


def test_staff_open_a_file_with_a_reason_that_stands_in_the_ledger(desk, client: Client) -> None:
    send(client, jpeg())
    row = PostAttachment.objects.get()
    client.force_login(desk.cast.duty)
    assert client.get(f"/desk/posts/{row.post.pk}/sealed/").content.decode().count(f"/desk/originals/{row.pk}/") == 1
    assert "为什么要看" in client.get(f"/desk/originals/{row.pk}/").content.decode()
    client.post(f"/desk/originals/{row.pk}/", {"reason": "短"})
    assert not LedgerEntry.objects.filter(kind="entry.opened").exists()
    opened = client.post(f"/desk/originals/{row.pk}/", {"reason": "核对叫号机的现场照片"})
    assert opened.status_code == 200
    assert opened.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in opened.headers["Content-Security-Policy"]
    assert PLACE not in opened.content
    assert LedgerEntry.objects.filter(kind="entry.opened").count() == 1


def test_a_department_without_the_case_is_not_told_that_the_file_is_there(desk, client: Client) -> None:
    send(client, jpeg())
    row = PostAttachment.objects.get()
    for name in ("works_head", "editor", "inspector"):
        client.force_login(desk.cast.people[name])
        assert client.get(f"/desk/originals/{row.pk}/").status_code == 404


def test_the_case_page_shows_what_was_sent_along(desk, client: Client) -> None:
    send(client, jpeg())
    message = Message.objects.get()
    case = desk.case("handling", message.post)
    desk.lead(case)
    client.force_login(desk.cast.tech_head)
    page = client.get(f"/desk/cases/{case.number}/").content.decode()
    assert f"/desk/originals/{PostAttachment.objects.get().pk}/" in page
    assert message.number in page


def test_the_public_reaches_no_file(desk, client: Client) -> None:
    send(client, jpeg())
    row = PostAttachment.objects.get()
    assert client.get(f"/desk/originals/{row.pk}/").status_code == 302
    for address in (f"/files/{row.stored}", f"/evidence/{row.stored}", f"/media/{row.stored}", f"/static/{row.stored}"):
        assert client.get(address).status_code == 404
