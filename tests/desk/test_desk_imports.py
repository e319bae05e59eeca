"""The import page and the entry form: preview, correct, begin, result; two minutes for a call (C5.13)."""

import io
import json

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cast import Cast
from desk_helpers import text_of
from huiying.kernel import clock
from huiying.listening import import_queue
from huiying.listening.models import HandEntry, Import, Post, PostAttachment

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 99


@pytest.fixture
def desk(cast: Cast, tmp_path, monkeypatch):
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "home"))
    client = Client()
    client.force_login(cast.duty, backend="django.contrib.auth.backends.ModelBackend")
    yield client
    import_queue.close()


def workbook() -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for row in (
        ["标题", "正文", "作者", "备注", "发布时间"],
        ["开标推迟", "请打 13812345678", "张三", "甲", "2026-09-14 09:00"],
        [None, None, None, "只有备注", None],
    ):
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return SimpleUploadedFile("日报.xlsx", kept.getvalue())


def handed_in(desk: Client) -> Import:
    response = desk.post(reverse("desk:imports"), {"file": workbook()})
    row = Import.objects.get()
    assert response["Location"] == reverse("desk:import", args=[row.pk])
    return row


def test_the_preview_says_what_it_would_start_and_asks_whether_it_is_history(desk: Client):
    row = handed_in(desk)
    page = text_of(desk.get(reverse("desk:import", args=[row.pk])))
    assert "现在要办，还是只作历史资料" in page
    assert "60 分钟内没有人定级的自动立案" in page
    assert "条与本局有关" in page
    desk.post(reverse("desk:import_do", args=[row.pk, "begin"]), {"as": "history"})
    row.refresh_from_db()
    assert (row.state, row.as_history) == (Import.WAITING, True)
    assert "历史资料，不预警" in text_of(desk.get(reverse("desk:import", args=[row.pk])))


def test_the_preview_shows_what_would_be_stored_and_what_refused(desk: Client):
    row = handed_in(desk)
    page = text_of(desk.get(reverse("desk:import", args=[row.pk])))
    assert "监测服务商的 Excel" in page
    assert "开标推迟" in page
    assert "日报.xlsx:3" in page
    assert "写的是人，不读、不存" in page
    assert "13812345678" not in page
    assert "张三" not in page
    assert Post.objects.count() == 0


def test_a_corrected_column_shows_in_the_next_preview_and_is_imported_so(desk: Client):
    row = handed_in(desk)
    columns = {"name-column-1": "正文", "column-1": "", "name-column-3": "备注", "column-3": "text"}
    address = reverse("desk:import_do", args=[row.pk, "correct"])
    assert desk.post(address, {"format": "vendor", **columns}).status_code == 302
    assert "只有备注" in text_of(desk.get(reverse("desk:import", args=[row.pk])))
    desk.post(reverse("desk:import_do", args=[row.pk, "begin"]))
    for _ in range(5):
        import_queue.go_on(clock.now(), 1)
    assert set(Post.objects.values_list("text", flat=True)) == {"甲", "只有备注"}


def test_the_result_page_counts_and_hands_out_the_rejected_rows(desk: Client):
    row = handed_in(desk)
    desk.post(reverse("desk:import_do", args=[row.pk, "begin"]))
    assert "正在后台导入" in text_of(desk.get(reverse("desk:import", args=[row.pk])))
    for _ in range(5):
        import_queue.go_on(clock.now(), 1)
    page = text_of(desk.get(reverse("desk:import", args=[row.pk])))
    assert "收到 2 条：新 1 条" in page
    table = b"".join(desk.get(reverse("desk:import_rejected", args=[row.pk]))).decode("utf-8-sig")
    assert table.splitlines()[1].startswith("日报.xlsx,3,")
    listed = text_of(desk.get(reverse("desk:imports")))
    assert "收到 2，新 1，重复 0，拒收 1" in listed


def test_a_file_that_cannot_be_taken_says_so_on_the_page(desk: Client):
    response = desk.post(reverse("desk:imports"), {"file": SimpleUploadedFile("a.txt", b"hello")})
    assert response.status_code == 409
    assert "不是认得的格式" in text_of(response)
    assert desk.post(reverse("desk:imports")).status_code == 422


def test_the_duty_desk_finds_both_pages(desk: Client, cast: Cast):
    page = desk.get(reverse("desk:home")).content.decode()
    assert reverse("desk:imports") in page
    assert reverse("desk:enter") in page
    desk.force_login(cast.tech_head, backend="django.contrib.auth.backends.ModelBackend")
    page = desk.get(reverse("desk:home")).content.decode()
    assert reverse("desk:imports") not in page
    assert reverse("desk:enter") in page


def test_a_call_is_entered_with_its_picture_and_stands_among_the_latest(desk: Client):
    form = {
        "kind": "call", "text": "鞍山公共资源交易平台登录不上，九点半开标怎么办？", "reported_at": "2026-09-14T07:30",
        "pictures": SimpleUploadedFile("a.png", PNG),
    }  # fmt: skip
    assert desk.post(reverse("desk:enter"), form).status_code == 302
    entry = HandEntry.objects.get()
    assert entry.reported_at is not None
    assert entry.reported_at.isoformat() == "2026-09-13T23:30:00+00:00"
    page = text_of(desk.get(reverse("desk:enter")))
    assert "自报时间" in page
    picture = reverse("desk:original", args=[PostAttachment.objects.get().pk])
    assert picture in desk.get(reverse("desk:enter")).content.decode()
    assert desk.get(picture)["Content-Type"].startswith("text/html")
    kept = desk.post(picture, {"reason": "核实来电内容，联系本人"})
    assert (kept.content, kept["Content-Type"], kept["X-Content-Type-Options"]) == (PNG, "image/png", "nosniff")
    assert kept["Content-Disposition"].startswith("attachment")


def test_what_the_form_lacks_is_said_beside_it(desk: Client):
    response = desk.post(reverse("desk:enter"), {"kind": "newspaper", "text": "登录不上"})
    assert response.status_code == 422
    assert "哪家报纸" in text_of(response)


def test_the_api_takes_a_file_previews_and_begins(desk: Client):
    made = desk.post("/api/imports", {"file": workbook()})
    assert made.status_code == 200
    number = made.json()["id"]
    seen = desk.get(f"/api/imports/{number}/preview").json()
    assert seen["tables"][0]["mapping"]["作者"] == ""
    assert [row["line"] for row in seen["rejected"]] == [3]
    body = json.dumps({"format": "vendor", "mapping": {"备注": "text"}})
    told = desk.post(f"/api/imports/{number}/correct", body, content_type="application/json")
    assert told.json()["mapping"] == {"备注": "text"}
    assert desk.post(f"/api/imports/{number}/begin?as_history=true").json()["state"] == "waiting"
    assert desk.get(f"/api/imports/{number}").json()["as_history"] is True
    for _ in range(5):
        import_queue.go_on(clock.now(), 1)
    listed = desk.get("/api/imports").json()
    assert (listed["count"], listed["items"][0]["new"]) == (1, 2)
    assert desk.get(f"/api/imports/{number}/rejected").json()["count"] == 0
    assert desk.post(f"/api/imports/{number}/cancel").status_code == 409
