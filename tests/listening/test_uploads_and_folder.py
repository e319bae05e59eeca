"""Files handed in on the desk and files put into the watched folder (C5.13, C5.16, INV-1, INV-10)."""

import datetime as dt
import json
import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cast import Cast
from huiying.kernel import clock, home
from huiying.ledger.models import LedgerEntry
from huiying.listening import import_queue
from huiying.listening.actions import imports
from huiying.listening.models import Import, Post
from huiying.people.errors import Refused
from lines_of import post

TABLE = "标题,正文,作者,备注\n开标推迟,打 13812345678,张三,甲\n,,,\n排队,三小时,李四,乙\n,,张三,x\n"


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HUIYING_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HUIYING_INBOX", raising=False)
    import_queue._seen.clear()
    yield
    import_queue.close()


def upload(content: str | bytes = TABLE, name: str = "日报.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def work(times: int = 40) -> None:
    for _ in range(times):
        import_queue.go_on(clock.now(), 1)


def held() -> list[str]:
    return [path.name for path in home.imports().iterdir()]


def test_an_upload_is_looked_at_first_and_nothing_is_stored(staff: Cast):
    row = imports.propose(upload(), staff.duty)
    assert (row.state, row.format, row.name) == ("preview", "vendor", "日报.csv")
    seen = imports.preview(row)
    assert seen.tables[0].mapping == {"标题": "title", "正文": "text", "作者": "", "备注": ""}
    assert [shown["title"] for shown in seen.posts] == ["开标推迟", "排队"]
    assert [one.line for one in seen.rejected] == [5]
    assert "13812345678" not in json.dumps(seen.posts, default=str)
    work()
    assert Post.objects.count() == 0


def test_begun_it_is_imported_by_the_loop_and_the_file_is_gone_inv_10(staff: Cast):
    row = imports.begin(imports.propose(upload(), staff.duty), staff.duty)
    work()
    row.refresh_from_db()
    assert (row.state, row.rows_read, row.new, row.rejected, row.path) == ("done", 3, 2, 1, "")
    assert held() == []
    assert Post.objects.count() == 2
    kinds = list(LedgerEntry.objects.filter(kind__startswith="import.").values_list("kind", flat=True))
    assert sorted(kinds) == ["import.begun", "import.finished", "import.handed_in", "import.rows_refused"]


def test_what_the_person_corrects_is_what_is_imported(staff: Cast):
    row = imports.propose(upload(), staff.duty)
    row = imports.correct(row, "vendor", {"正文": "", "备注": "text"}, staff.duty)
    assert imports.preview(row).posts[0]["text"] == "甲"
    imports.begin(row, staff.duty)
    work()
    assert set(Post.objects.values_list("text", flat=True)) == {"甲", "乙", "x"}


def test_a_file_of_no_known_format_is_refused_and_not_kept(staff: Cast):
    with pytest.raises(Refused, match="MediaCrawler"):
        imports.propose(upload("hello"), staff.duty)
    with pytest.raises(Refused, match="空"):
        imports.propose(upload(b""), staff.duty)
    assert (held(), Import.objects.count()) == ([], 0)


def test_only_the_duty_desk_and_the_office_bring_files(staff: Cast):
    with pytest.raises(Refused):
        imports.propose(upload(), staff.tech_head)
    row = imports.propose(upload(), staff.duty)
    for verb in (imports.begin, imports.cancel):
        with pytest.raises(Refused):
            verb(row, staff.tech_head)


def test_cancelled_it_is_gone_and_can_not_be_begun(staff: Cast):
    row = imports.propose(upload(), staff.duty)
    imports.cancel(row, staff.duty)
    assert held() == []
    with pytest.raises(Refused, match="已经"):
        imports.begin(row, staff.duty)


def test_a_preview_that_nobody_went_on_with_is_gone_after_a_day_inv_10(staff: Cast, frozen: clock.FrozenClock):
    row = imports.propose(upload(), staff.duty)
    frozen.advance(dt.timedelta(hours=23))
    import_queue.sweep()
    assert held() != []
    frozen.advance(dt.timedelta(hours=2))
    import_queue.sweep()
    row.refresh_from_db()
    assert (held(), row.state) == ([], "cancelled")


def test_a_large_file_goes_chunk_by_chunk_so_that_the_loop_does_other_things(staff: Cast, monkeypatch):
    monkeypatch.setattr(imports, "CHUNK", 3)
    rows = "".join(f"{json.dumps(post(str(number), '甲'))}\n" for number in range(20))
    imports.begin(imports.propose(upload(rows, "a.jsonl"), staff.duty), staff.duty)
    import_queue.go_on(clock.now(), 1)
    assert Post.objects.count() == 3 * import_queue.CHUNKS_A_TICK
    assert Import.objects.get().rows_read == 3 * import_queue.CHUNKS_A_TICK
    import_queue.close()  # as if the process had ended: the next one goes on where the row says
    work()
    assert (Post.objects.count(), Import.objects.get().new, Import.objects.get().duplicate) == (20, 20, 0)


def test_a_file_damaged_midway_keeps_what_was_stored_and_says_why(staff: Cast):
    rows = f"[{json.dumps(post('1', '甲'))},{json.dumps(post('2', '乙'))},{{"
    imports.begin(imports.propose(upload(rows, "a.json"), staff.duty), staff.duty)
    work()
    row = Import.objects.get()
    assert (row.state, row.new, row.rejected) == ("done", 2, 1)


def test_an_opml_is_reported_as_sources(staff: Cast):
    opml = '<opml><body><outline text="日报" xmlUrl="https://a.example/rss"/></body></opml>'
    imports.begin(imports.propose(upload(opml, "a.opml"), staff.duty), staff.duty)
    work()
    row = Import.objects.get()
    assert (row.state, row.rows_read, [one["url"] for one in row.sources]) == ("done", 0, ["https://a.example/rss"])


def put(name: str, content: str = "", folder: str = "") -> None:
    path = home.inbox() / folder / name
    path.write_text(content or json.dumps(post("1", "甲")), encoding="utf-8")


def names(folder: str) -> list[str]:
    return sorted(path.name for path in (home.inbox() / folder).iterdir() if path.is_file())


def test_a_file_in_the_folder_is_taken_at_the_second_look_that_finds_it_unchanged(staff: Cast):
    put("a.jsonl")
    assert import_queue.look_in_folder() == 0
    put("a.jsonl", json.dumps(post("1", "甲甲")))  # still being written
    assert import_queue.look_in_folder() == 0
    assert import_queue.look_in_folder() == 1
    work()
    assert Post.objects.get().text == "甲甲"
    assert names("") == []
    assert names("done") == ["a.jsonl", "a.jsonl.导入报告.txt"]


@pytest.mark.parametrize("name", [".hidden.jsonl", "~$a.xlsx", "a.jsonl.part", "a.jsonl.crdownload"])
def test_what_a_program_is_still_writing_is_left_alone(staff: Cast, name: str):
    put(name)
    assert [import_queue.look_in_folder() for _ in range(3)] == [0, 0, 0]


def test_a_file_that_cannot_be_taken_goes_to_failed_with_the_reason(staff: Cast):
    put("a.txt", "hello")
    import_queue.look_in_folder()
    import_queue.look_in_folder()
    assert names("failed") == ["a.txt", "a.txt.导入报告.txt"]
    assert "不是认得的格式" in (home.inbox() / "failed" / "a.txt.导入报告.txt").read_text(encoding="utf-8")
    assert Import.objects.get().state == "failed"


def test_the_report_names_each_rejected_row(staff: Cast):
    put("a.csv", TABLE)
    import_queue.look_in_folder()
    import_queue.look_in_folder()
    work()
    report = (home.inbox() / "done" / "a.csv.导入报告.txt").read_text(encoding="utf-8")
    assert "收到 3 条：新 2，重复 0，拒收 1" in report
    assert "a.csv:5 " in report


def test_two_files_of_one_name_both_stay(staff: Cast):
    for text in ("甲", "乙"):
        put("a.jsonl", json.dumps(post(text, text)))
        import_queue.look_in_folder()
        import_queue.look_in_folder()
        work()
    assert len([name for name in names("done") if not name.endswith(".txt")]) == 2
    assert Post.objects.count() == 2


def test_a_file_taken_just_before_a_crash_is_found_again_once(staff: Cast, monkeypatch):
    put("a.jsonl")
    import_queue.look_in_folder()

    def dies(*_args: object, **_more: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(imports, "create", dies)
        with pytest.raises(RuntimeError):
            import_queue.look_in_folder()
    assert (names(""), len(names("working"))) == ([], 1)
    import_queue.look_in_folder()
    import_queue.look_in_folder()
    work()
    assert (Post.objects.count(), Import.objects.count()) == (1, 1)


def test_imported_files_are_purged_after_their_week_and_reports_stay_inv_10(staff: Cast, frozen: clock.FrozenClock):
    put("a.jsonl")
    import_queue.look_in_folder()
    import_queue.look_in_folder()
    work()
    taken = home.inbox() / "done" / "a.jsonl"
    frozen.set(dt.datetime.fromtimestamp(taken.stat().st_ctime, dt.UTC) + dt.timedelta(days=6))
    assert import_queue.purge_folder() == 0
    frozen.advance(dt.timedelta(days=2))
    assert import_queue.purge_folder() == 1
    assert names("done") == ["a.jsonl.导入报告.txt"]


def test_the_folder_may_lie_elsewhere(staff: Cast, tmp_path, monkeypatch):
    monkeypatch.setenv("HUIYING_INBOX", str(tmp_path / "share"))
    put("a.jsonl")
    assert os.fspath(home.inbox()) == str(tmp_path / "share")
    import_queue.look_in_folder()
    assert import_queue.look_in_folder() == 1


def test_a_file_of_history_is_stored_as_history_and_the_ledger_says_so(staff: Cast):
    row = imports.begin(imports.propose(upload(), staff.duty), staff.duty, as_history=True)
    work()
    assert set(Post.objects.values_list("received_how", flat=True)) == {Post.HISTORY}
    assert LedgerEntry.objects.get(kind="import.begun").data["as_history"] is True
    row.refresh_from_db()
    assert (row.state, row.as_history) == ("done", True)
