"""The entry form with a photo that a machine reads first: a draft, corrected, ticked, entered (C5.7, C5.13)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cast import Cast
from desk_helpers import text_of
from huiying.listening.models import HandEntry, PictureReading, Post, PostAttachment
from huiying.listening.ocr import door
from reading_of import ENGINE, picture, read_all, readable

DRAFT = "鞍山公共资源交易平台登陆不上，九点半开标怎么办？"
CORRECTED = DRAFT.replace("登陆", "登录")
TYPED = {
    "kind": "newspaper",
    "medium": "鞍山日报",
    "place": "三版",
    "text": "版面右下角",
    "reported_at": "2026-09-14T07:30",
}
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def desk(cast: Cast, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "home"))
    client = Client()
    client.force_login(cast.duty, backend=BACKEND)
    with readable():
        yield client


def ask(desk: Client, *texts: str, **more: object) -> str:
    """Have photos read; the address to which the page leads."""
    pictures = [picture(text) for text in texts or (DRAFT,)]
    response = desk.post(reverse("desk:enter"), TYPED | {"pictures": pictures, "read": "1"} | more)
    assert response.status_code == 302, text_of(response)
    return response["Location"]


def panel(desk: Client) -> str:
    response = desk.get(reverse("desk:reading", args=[PictureReading.objects.latest("id").pk]))
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    return text_of(response)


def test_the_page_waits_then_shows_the_draft_and_what_was_typed_is_still_there(desk: Client) -> None:
    page = ask(desk)
    waiting = text_of(desk.get(page))
    address = reverse("desk:reading", args=[PictureReading.objects.get().pk])
    assert f'hx-get="{address}"' in waiting
    assert "机器正在读" in waiting
    assert "read_text" not in waiting
    assert desk.get(address).status_code == 204
    assert Post.objects.count() == 0
    read_all()
    response = desk.get(page)
    shown = text_of(response)
    for typed in ("鞍山日报", "三版", "版面右下角", "2026-09-14T07:30", DRAFT):
        assert typed in shown
    assert "hx-get" not in shown.partition('id="reading"')[2].partition("</form>")[0]
    assert 'value="newspaper" checked' in shown or "checked" in shown.partition('value="newspaper"')[2][:120]
    assert response["Cache-Control"] == "private, no-store"
    assert DRAFT in panel(desk)


def test_what_is_entered_is_what_the_person_made_of_it_and_says_so(desk: Client, cast: Cast) -> None:
    ask(desk)
    read_all()
    number = PictureReading.objects.get().pk
    form = TYPED | {"reading": number, "read_text": CORRECTED, "read_checked": "on"}
    assert desk.post(reverse("desk:enter"), form).status_code == 302
    post = Post.objects.get()
    assert (post.text, post.platform) == (f"版面右下角\n\n{CORRECTED}", "鞍山日报")
    assert PostAttachment.objects.count() == 1
    listed = text_of(desk.get(reverse("desk:enter")))
    told = f"文字由机器（{ENGINE}）从照片读出，{cast.duty.name}对照原件改正"
    assert told in listed
    event = desk.get(reverse("desk:home"))
    assert event.status_code == 200


def test_who_reads_the_event_sees_that_a_machine_read_the_text(desk: Client, cast: Cast) -> None:
    ask(desk)
    read_all()
    form = TYPED | {"reading": PictureReading.objects.get().pk, "read_text": DRAFT, "read_checked": "on"}
    answer = desk.post(reverse("desk:enter"), form, follow=True)
    page = text_of(answer)
    assert f"文字由机器（{ENGINE}）从照片读出，{cast.duty.name}对照原件核对，没有改动" in page


def test_a_draft_without_the_tick_is_refused_beside_the_box_and_nothing_is_lost(desk: Client) -> None:
    ask(desk)
    read_all()
    form = TYPED | {"reading": PictureReading.objects.get().pk, "read_text": CORRECTED}
    response = desk.post(reverse("desk:enter"), form)
    page = text_of(response)
    assert response.status_code == 422
    assert "还没有核对" in page
    assert CORRECTED in page, "as corrected so far, not as it was read"
    assert "已附上 1 个文件" in page
    assert (Post.objects.count(), HandEntry.objects.count()) == (0, 0)


def test_an_emptied_draft_needs_no_tick(desk: Client) -> None:
    ask(desk)
    read_all()
    form = TYPED | {"reading": PictureReading.objects.get().pk, "read_text": ""}
    assert desk.post(reverse("desk:enter"), form).status_code == 302
    assert (Post.objects.get().text, PostAttachment.objects.count()) == ("版面右下角", 1)


def test_a_form_sent_before_the_draft_was_there_shows_it_when_something_is_missing(desk: Client) -> None:
    ask(desk)
    read_all()
    response = desk.post(reverse("desk:enter"), TYPED | {"medium": "", "reading": PictureReading.objects.get().pk})
    assert response.status_code == 422
    assert DRAFT in text_of(response)


@pytest.mark.parametrize("problem", sorted(door.PROBLEMS - {door.NOT_A_PICTURE}))
def test_a_photo_that_was_not_read_says_why_and_what_to_do(desk: Client, problem: str) -> None:
    ask(desk, f"!{problem}")
    read_all()
    page = panel(desk)
    assert "第 1 张" in page
    assert "请" in page.partition("第 1 张")[2]
    assert "read_text" not in page
    assert "已附上 1 个文件" in page


def test_a_pdf_among_the_photos_is_named_and_lines_of_doubt_are_counted(desk: Client) -> None:
    pdf = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
    ask(desk, pictures=[pdf, picture(f"{DRAFT}?2")])
    assert "第 1 个是 PDF" in text_of(desk.get(f"{reverse('desk:enter')}?reading={PictureReading.objects.get().pk}"))
    read_all()
    assert "其中 2 行机器自己也没有把握" in panel(desk)


def test_what_cannot_be_read_says_so_and_keeps_what_was_typed(desk: Client) -> None:
    response = desk.post(reverse("desk:enter"), TYPED | {"read": "1"})
    page = text_of(response)
    assert response.status_code == 422
    assert "请先选择照片" in page
    assert "版面右下角" in page
    assert PictureReading.objects.count() == 0


def test_another_person_finds_neither_page_nor_draft(desk: Client, cast: Cast) -> None:
    page = ask(desk)
    read_all()
    desk.force_login(cast.duty2, backend=BACKEND)
    assert desk.get(reverse("desk:reading", args=[PictureReading.objects.get().pk])).status_code == 404
    answer = desk.get(page, follow=True)
    assert DRAFT not in text_of(answer)
    assert "请重新上传" in text_of(answer)
    form = TYPED | {"reading": PictureReading.objects.get().pk, "read_text": CORRECTED, "read_checked": "on"}
    refused = desk.post(reverse("desk:enter"), form)
    assert refused.status_code == 422
    assert "请重新上传" in text_of(refused)
    assert Post.objects.count() == 0


@pytest.mark.parametrize("number", ["0", "x", "9" * 30, "²", "-1"])
def test_a_reading_that_is_none_is_none(desk: Client, number: str) -> None:
    assert desk.get(reverse("desk:enter"), {"reading": number}).status_code == 302
    assert desk.post(reverse("desk:enter"), TYPED | {"reading": number}).status_code == 422


def test_with_the_extra_the_page_offers_it_and_without_says_how_it_comes(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = text_of(desk.get(reverse("desk:enter")))
    assert "先读照片上的文字" in page
    assert "make ocr" not in page
    monkeypatch.setattr(door, "installed", lambda: False)
    page = text_of(desk.get(reverse("desk:enter")))
    assert "先读照片上的文字" not in page
    assert "make ocr" in page
    assert desk.post(reverse("desk:enter"), TYPED | {"pictures": picture(DRAFT)}).status_code == 302
    assert (Post.objects.get().text, PostAttachment.objects.count()) == ("版面右下角", 1)


def test_the_english_page_speaks_english(desk: Client, cast: Cast) -> None:
    page = ask(desk, f"{DRAFT}?1", "!nothing")
    read_all()
    desk.cookies["django_language"] = "en"
    with translation.override("zh-hans"):  # a request leaves its language to the thread
        shown = text_of(desk.get(page))
    for sentence in ("Text on the photos", "the machine itself is not sure", "No text was recognised on photo 2"):
        assert sentence in shown
