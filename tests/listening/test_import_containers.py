"""Containers of the formats: encodings, arrays of any size, broken tables, archives and bombs (C5.16)."""

import gzip
import json
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from huiying.listening.importing import look, rows
from huiying.listening.importing.registry import UsageError
from importing_of import database, jsonl, read
from lines_of import post

TEXT = "鞍山公共资源交易中心"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("shape", ["lines", "array", "pretty"])
def test_json_in_every_encoding(tmp_path, encoding, shape):
    items = [post("1", TEXT), post("2", TEXT)]
    written = {
        "lines": "\n".join(json.dumps(item, ensure_ascii=False) for item in items),
        "array": json.dumps(items, ensure_ascii=False),
        "pretty": json.dumps(items, ensure_ascii=False, indent=2),
    }[shape]
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    path = tmp_path / "a.json"
    path.write_bytes(f"{mark}{written}".encode(encoding))
    found = read(path)
    assert ([row.text for row in found.posts], found.rejected) == ([TEXT, TEXT], [])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(min_size=1, max_size=30), min_size=1), st.integers(1, 40), st.sampled_from([None, 1]))
def test_an_array_is_read_alike_however_the_blocks_fall(tmp_path, monkeypatch, texts, block, indent):
    monkeypatch.setattr(rows, "_BLOCK", block)
    items = [{"n": number, "text": text, "more": [{"a": 1}]} for number, text in enumerate(texts)]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(items, indent=indent), encoding="utf-8")
    found = list(rows.objects(look.look_at(look.File.of(path))))
    assert [row[1] for row in found] == items


def test_in_an_array_a_bad_item_costs_itself_only(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(
        f'[{json.dumps(post("1", "甲"))},\n5,\n{{"native_id":"x","text":"y","v":NaN}},\n{json.dumps(post("2", "乙"))}]',
        encoding="utf-8",
    )
    found = read(path)
    assert [row.native_id for row in found.posts] == ["1", "2"]
    assert [row.line for row in found.rejected] == [2, 3]


@pytest.mark.parametrize("end", ["", ",", ',{"native_id":"3","te'])
def test_an_array_that_breaks_off_says_where(tmp_path, end):
    path = tmp_path / "a.json"
    path.write_text(f"[{json.dumps(post('1', '甲'))},\n{json.dumps(post('2', '乙'))}{end}", encoding="utf-8")
    found = read(path)
    assert [row.native_id for row in found.posts] == ["1", "2"]
    assert [row.line for row in found.rejected] == [2]


def csv_file(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


HEAD = "标题,正文,链接\n"


def test_a_row_with_too_few_columns_is_no_reason_to_shift_the_others(tmp_path):
    weibo = "note_id,content,create_time,comments_count\n1,甲,1789347600,3\n2,乙\n3,丙,1789347600,1\n"
    found = read(csv_file(tmp_path / "a.csv", weibo))
    assert [row.native_id for row in found.posts] == ["1", "3"]
    assert [(row.line, "列" in row.reason) for row in found.rejected] == [(3, True)]


def test_a_cell_of_several_lines_is_numbered_by_its_first(tmp_path):
    found = read(csv_file(tmp_path / "a.csv", f'{HEAD}开标,"第一行\n第二行",\n,,x\n'))
    assert found.posts[0].text == "第一行\n第二行"
    assert [row.line for row in found.rejected] == [4]


def test_broken_bytes_in_a_table_cost_their_row(tmp_path):
    found = read(
        csv_file(tmp_path / "a.csv", HEAD.encode() + "开标,甲,\n".encode() + b"\xff\xfe\xe4,x,\n" + "又,乙,\n".encode())
    )
    assert [row.text for row in found.posts] == ["甲", "乙"]
    assert [row.line for row in found.rejected] == [3]


def test_a_quote_that_never_closes_is_told_with_the_lines_it_swallowed(tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "CSV_FIELD", 2000)
    monkeypatch.setattr(look, "CSV_FIELD", 2000)
    lines = [f"第{number}条,正文,\n" for number in range(600)]
    lines[3] = '"没有关上,正文,\n'
    found = read(csv_file(tmp_path / "a.csv", HEAD + "".join(lines)))
    assert found.rejected
    assert "引号" in found.rejected[0].reason
    assert "第 5 至 215 行" in found.rejected[0].reason
    assert len(found.posts) == 600 - (215 - 5 + 1)


def test_gz_is_unpacked_and_named_without_its_ending(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(post("1", TEXT)).encode() + b"\n{broken"))
    found = read(path)
    assert found.post.text == TEXT
    assert found.rejected[0].file == str(tmp_path / "a.jsonl")


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


def test_a_zip_is_read_member_by_member_and_strange_members_are_told(tmp_path):
    path = zipped(tmp_path / "a.zip", **{
        "one.jsonl": json.dumps(post("1", "甲")), "folder__two.csv": f"{HEAD}开标,乙,\n", "readme.txt": "hello",
        "__MACOSX__x": "rubbish",
    })  # fmt: skip
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__MACOSX/._one.jsonl", "rubbish")
    found = read(path)
    assert sorted(found.formats) == ["open", "vendor"]
    assert [row.text for row in found.posts] == ["甲", "乙"]
    assert (str(path) + "/readme.txt", 0) in [(row.file, row.line) for row in found.rejected]


def test_a_name_in_an_archive_leads_nowhere(tmp_path):
    path = zipped(tmp_path / "a.zip", **{"..__..__evil.jsonl": json.dumps(post("1", "甲"))})
    assert read(path).post.text == "甲"
    assert list(tmp_path.parent.rglob("evil.jsonl")) == []


def test_a_chinese_name_from_windows_is_readable(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = "日报.jsonl".encode("gb18030").decode("cp437")
        archive.writestr(info, "{broken\n" + json.dumps(post("1", "甲")))
    raw = path.read_bytes()  # zipfile marks any name that is not ASCII as UTF-8; old Windows does not
    name = "日报.jsonl".encode("gb18030").decode("cp437")
    path.write_bytes(_unmarked(raw, name))
    assert read(path).rejected[0].file.endswith("/日报.jsonl")


def _unmarked(raw, name):
    wide, narrow = name.encode(), name.encode("cp437")
    raw = bytearray(raw.replace(wide, narrow))
    for signature, flags, length in ((b"PK\x03\x04", 6, 26), (b"PK\x01\x02", 8, 28)):
        at = raw.index(signature)
        raw[at + flags : at + flags + 2] = b"\x00\x00"
        raw[at + length : at + length + 2] = len(narrow).to_bytes(2, "little")
    end = raw.index(b"PK\x05\x06")
    directory = raw.index(b"PK\x01\x02")
    raw[end + 12 : end + 16] = (end - directory).to_bytes(4, "little")
    raw[end + 16 : end + 20] = directory.to_bytes(4, "little")
    return bytes(raw)


@pytest.mark.parametrize("kind", ["gz", "zip"])
def test_a_bomb_is_refused_in_words(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(look, "SMALL", 1 << 16)
    swollen = b" " * (8 << 20)
    path = tmp_path / f"bomb.{kind}"
    if kind == "gz":
        path.write_bytes(gzip.compress(swollen))
    else:
        zipped(path, **{"a.jsonl": swollen})
    with pytest.raises(UsageError, match="压缩炸弹"):
        read(path)


def test_an_archive_of_too_much_too_many_or_with_a_password_is_refused(tmp_path, monkeypatch):
    path = zipped(tmp_path / "a.zip", **{f"{number}.jsonl": json.dumps(post("1", "甲")) for number in range(4)})
    monkeypatch.setattr(look, "MOST_MEMBERS", 3)
    with pytest.raises(UsageError, match="4 个文件"):
        read(path)
    monkeypatch.undo()
    monkeypatch.setattr(look, "MOST_BYTES", 10)
    with pytest.raises(UsageError, match="2 GB"):
        read(path)
    monkeypatch.undo()
    raw = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.index(signature)
        raw[at + flags] |= 1
    path.write_bytes(bytes(raw))
    with pytest.raises(UsageError, match="密码"):
        read(path)


def test_a_torn_gz_is_refused(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"x" * 5000)[:-9])
    with pytest.raises(UsageError, match="解压不了"):
        read(path)


def test_a_database_that_is_none_or_strange_is_refused_whole(tmp_path):
    path = tmp_path / "a.db"
    path.write_bytes(b"SQLite format 3\x00" + b"\x01" * 4000)
    with pytest.raises(UsageError):
        read(path)
    with pytest.raises(UsageError, match="不是认得的格式"):
        read(database(tmp_path / "b.db", something=[{"a": 1}]))


def test_a_file_may_be_read_as_a_format_that_the_person_names(tmp_path):
    path = jsonl(tmp_path / "a.jsonl", [{"article_public_id": "s", "native_id": "1", "text": "甲"}])
    assert read(path).formats == ["stonedt"]
    assert read(path, format="open").post.native_id == "1"
