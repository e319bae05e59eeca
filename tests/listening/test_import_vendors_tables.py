"""Excel and CSV of vendors: headings by synonyms, corrected by a person, rows by their number (IMPORT_FORMATS d9)."""

import datetime as dt
import json
import zipfile

import openpyxl
import pytest

from huiying.listening.importing.look import File, look_at
from huiying.listening.importing.registry import UsageError
from huiying.listening.importing.rows import Options
from huiying.listening.importing.vendor import SYNONYMS, field_of, mapping_of, tables
from importing_of import read

HEADINGS = [
    "序号", "标题", "内容摘要", "原文链接", "媒体名称", "媒体类型", "作者", "发布时间（北京时间）", "情感属性",
    "转发数", "阅读量",
    "IP属地", "涉及词", "电话",
]  # fmt: skip
NINE = dt.datetime(2026, 9, 14, 9)  # noqa: DTZ001 - as a sheet has it
WEIBO = [
    1, "", "登录不上 13812345678", "https://weibo.com/5060/Nabc123", "鞍山老李", "微博", "鞍山老李", NINE, "负面",
    "1.2万", None, "辽宁", "招标", "13812345678",
]  # fmt: skip
NEWS = [
    2, "开标推迟", "正文", "https://as.example/1", "鞍山日报", "报刊", "记者张三", "2026-09-14 09:00:00", "中性", 3,
    "10万+", "", "", "",
]  # fmt: skip


def workbook(path, *sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_is_read_under_its_headings_wherever_they_stand(tmp_path):
    rows = [["鞍山舆情日报"], [], HEADINGS, WEIBO, [], NEWS, ["合计", None, None]]
    found = read(workbook(tmp_path / "日报.xlsx", rows))
    assert found.formats == ["vendor"]
    weibo, news = found.posts
    assert (weibo.platform, weibo.channel_class, weibo.kind, weibo.region) == ("微博", "微博客", "post", "辽宁")
    assert weibo.published_at.isoformat() == "2026-09-14T01:00:00+00:00"
    assert dict(weibo.metrics) == {"reposts": 12000, "reads": None}
    assert (weibo.extra["sentiment"], weibo.extra["keywords"]) == ("负面", "招标")
    assert (news.platform, news.channel_class, news.kind, news.outlet) == ("鞍山日报", "传统媒体", "news", "鞍山日报")
    assert news.extra["as_shown"] == {"reads": "10万+"}
    assert [row.line for row in found.rejected] == [7], "the number is the row of the sheet"


def test_a_blogger_in_the_column_of_media_is_no_outlet_and_no_person_is_kept_inv_10(tmp_path):
    posts = read(workbook(tmp_path / "a.xlsx", [HEADINGS, WEIBO, NEWS])).posts
    assert posts[0].outlet is None
    everything = json.dumps([post.to_dict() for post in posts], ensure_ascii=False)
    assert "鞍山老李" not in everything
    assert "张三" not in everything
    assert "电话" not in posts[0].extra


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_every_encoding_and_delimiter(tmp_path, encoding, delimiter):
    path = tmp_path / "a.csv"
    rows = [
        delimiter.join(["标题", "链接", "发布时间", "来源"]),
        delimiter.join(["开标推迟", "https://a.cn/1", "2026/9/14 9:00", "鞍山日报"]),
    ]
    path.write_bytes("\r\n".join(rows).encode(encoding))
    found = read(path)
    assert found.formats == ["vendor"]
    assert (found.post.title, found.post.published_at.isoformat()) == ("开标推迟", "2026-09-14T01:00:00+00:00")


def test_every_sheet_with_headings_is_read_and_one_without_is_left(tmp_path):
    other = [["标题", "正文"], ["另一条", "正文"]]
    found = read(workbook(tmp_path / "a.xlsx", [["说明"], ["只是说明"]], [HEADINGS, NEWS], other))
    assert [post.title for post in found.posts] == ["开标推迟", "另一条"]


def test_a_person_may_correct_what_a_column_is(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["主题词", "标题", "详情"], ["x", "机器写的标题", "开标推迟了"]])
    assert read(path).post.title == "机器写的标题"
    corrected = read(path, mapping={"标题": "", "详情": "text"}).post
    assert (corrected.title, corrected.text) == ("", "开标推迟了")


def test_a_correction_frees_the_column_that_had_the_field(tmp_path):
    look = look_at(File.of(workbook(tmp_path / "a.xlsx", [["标题", "正文", "备注"], ["a", "b", "c"]])))
    (table,) = tables(look, Options(mapping={"备注": "text", "no such column": "title", "标题": "no such field"}))
    assert table.mapping == {"标题": "title", "正文": "", "备注": "text"}


def test_nobody_can_map_a_column_of_names_to_anything(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["标题", "正文", "作者"], ["开标", "推迟", "张三"]])
    assert read(path, mapping={"作者": "outlet"}).post.outlet is None


def test_the_same_row_without_an_id_has_the_same_id_in_the_next_file(tmp_path):
    row = ["开标推迟", "正文", "2026-09-14 09:00"]
    first = read(workbook(tmp_path / "a.xlsx", [["标题", "正文", "时间"], row])).post
    second = read(workbook(tmp_path / "b.xlsx", [["标题", "正文", "时间"], ["别的", "", ""], row])).posts[1]
    assert first.native_id == second.native_id


def test_a_number_that_the_sheet_has_rounded_is_no_id(tmp_path):
    rows = [["标题", "正文", "编号"], ["开标", "推迟", 5.06012345678901e21], ["排队", "三小时", 41.0]]
    rounded, whole = read(workbook(tmp_path / "a.xlsx", rows)).posts
    assert rounded.native_id.startswith("row:")
    assert whole.native_id == "41"


def test_12345_slips_are_own_channels(tmp_path):
    rows = [["工单编号", "诉求内容", "受理时间", "数据来源"], ["GD1", "保证金没有退", "2026-09-14 09:00", "12345热线"]]
    post = read(workbook(tmp_path / "a.xlsx", rows)).post
    assert (post.native_id, post.channel_class, post.own_channel) == ("GD1", "12345热线", True)


def test_every_synonym_means_its_field():
    for field, words in SYNONYMS.items():
        assert [word for word in words if field_of(word) != field] == []


def test_each_field_is_taken_from_the_most_telling_column_once():
    assert mapping_of(["摘要", "正文", "发布日期", "发布时间"]) == {
        "摘要": "", "正文": "text", "发布日期": "", "发布时间": "published_at",
    }  # fmt: skip


def test_an_old_sheet_and_a_broken_one_are_refused_with_what_to_do(tmp_path):
    old = tmp_path / "a.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
    with pytest.raises(UsageError, match=r"另存为 \.xlsx"):
        read(old)
    broken = workbook(tmp_path / "b.xlsx", [HEADINGS, NEWS])
    broken.write_bytes(broken.read_bytes().replace(b"xl/worksheets/sheet1.xml", b"xl/worksheets/sheet9.xml"))
    with pytest.raises(UsageError):
        read(broken)


def test_a_workbook_is_told_by_its_bytes_whatever_it_is_called(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [HEADINGS, NEWS])
    assert read(path.rename(tmp_path / "download")).formats == ["vendor"]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "download", "日报.xlsx")
    assert read(tmp_path / "a.zip").post.title == "开标推迟"
