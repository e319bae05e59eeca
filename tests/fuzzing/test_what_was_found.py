"""Every input that once broke a reader, cut down to what broke it. `make fuzz` and the API's fuzz found them."""

from __future__ import annotations

import base64
import gzip
import io
import json
import sqlite3
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
from django.test import Client

from cast import Cast
from fuzzing.seeds import HTML, seeds
from fuzzing.targets import targets
from huiying.engine.lines import Rejected
from huiying.engine.rules import RuleError, rules_from
from huiying.kernel import addresses, pictures
from huiying.kernel.store import media_type_of
from huiying.ledger import anchors, exporting
from huiying.listening import evidence
from huiying.listening.adapters import ADAPTERS
from huiying.listening.adapters.base import Document
from huiying.listening.decoding import decode
from huiying.listening.importing import drafts
from importing_of import read


def document(text: str) -> Document:
    return Document("https://e.example/list/", "text/html", decode(text.encode()), text.encode())


def test_a_marked_section_that_html_does_not_know_is_text_and_costs_no_import(tmp_path: Path) -> None:
    """Python's own reader ends with an AssertionError at `<![CDAT2[`."""
    assert drafts.plain("<p>开标<![CDAT2[延期</p>") == "开标<![CDAT2[延期"
    feed = tmp_path / "a.xml"
    feed.write_text("<rss><channel><title>t</title><item><title>a&lt;![x[b&lt;p></title><link>https://b.example/1</link>"
                    "</item></channel></rss>")  # fmt: skip
    assert not [row for row in read(feed).posts if isinstance(row, Rejected)]


def zip_of_the_future() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.jsonl", "{}")
    raw = bytearray(out.getvalue())
    at = raw.index(b"PK\x01\x02")
    struct.pack_into("<H", raw, at + 6, 120)  # "version needed to extract": 12.0
    return bytes(raw)


def test_a_piece_of_a_zip_without_a_name_is_left_out(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a.csv", "标题,链接\n保证金未退,https://v.example/1\n".encode())
        made.writestr("x", b"")
    raw = out.getvalue()
    at = raw.index(b"x", raw.rindex(b"PK\x01\x02"))
    nameless = bytearray(raw[:at] + raw[at + 1 :])
    struct.pack_into("<H", nameless, raw.rindex(b"PK\x01\x02") + 28, 0)
    end = nameless.rindex(b"PK\x05\x06")
    (size,) = struct.unpack_from("<I", nameless, end + 12)
    struct.pack_into("<I", nameless, end + 12, size - 1)
    (tmp_path / "a.zip").write_bytes(bytes(nameless))
    assert "" in zipfile.ZipFile(tmp_path / "a.zip").namelist()
    assert [post.title for post in read(tmp_path / "a.zip").posts] == ["保证金未退"]


@pytest.mark.parametrize("name", ["a.zip", "a.xlsx"])
def test_a_zip_of_a_version_that_nobody_knows_is_refused_in_words(tmp_path: Path, name: str) -> None:
    from huiying.listening.importing.registry import UsageError

    (tmp_path / name).write_bytes(zip_of_the_future())
    with pytest.raises(UsageError, match="解压不了"):
        read(tmp_path / name)
    assert media_type_of(zip_of_the_future()) is None


def test_a_database_whose_schema_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    """SQLite quotes the damaged schema in its own error, which is then no UTF-8 either."""
    from huiying.listening.importing.registry import UsageError

    path = tmp_path / "a.db"
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE weibo_note (note_id, content)")
    made.commit()
    made.close()
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE weibo_note", b"\xdb\xdbEATE TABLE weibo_note"))
    with pytest.raises(UsageError, match="数据库"):
        read(path)


@pytest.mark.parametrize("link", ["//[", "http://[x", "http://a.example:port/", "//[::1"])
def test_a_link_that_is_no_address_costs_its_item_only(link: str) -> None:
    assert addresses.joined("https://e.example/", link) == ""
    rows = json.dumps({"data": [{"title": "公告一号开标", "url": link}, {"title": "公告二号开标", "url": "/2.html"}]})
    items = ADAPTERS["json"].read(document(rows), {"items": "data", "title": "title", "url": "url"}).items
    assert [item.url for item in items] == ["", "https://e.example/2.html"]


def test_a_base_that_is_no_address_is_left_aside() -> None:
    page = HTML[1].decode().replace("<head>", "<head><base href='//['>")
    found = ADAPTERS["html_list"].detect(document(page))
    assert found is not None
    items = found.reading.items
    assert "https://e.example/a/1.html" in {item.url for item in items}


def test_a_ledger_file_with_bytes_that_are_no_text_is_named_by_its_line(tmp_path: Path) -> None:
    lines = seeds()["ledger_export"][0].splitlines()
    lines[3] = b'{"type":"entry","x":"\x80"}'
    (tmp_path / "l.jsonl").write_bytes(b"\n".join(lines))
    with pytest.raises(exporting.ExportError, match="第 4 行"):
        exporting.verify(tmp_path / "l.jsonl")


@pytest.mark.parametrize("name", ["manifest", "anchor", "ledger_export"])
def test_brackets_without_end_are_no_manifest_no_anchor_and_no_ledger(name: str) -> None:
    assert not targets()[name].run(b"[" * 200_000)
    with pytest.raises(anchors.NotAnAnchor):
        anchors.parse_outside("[" * 200_000)


def test_a_damaged_warc_file_is_told_and_stops_no_check() -> None:
    with pytest.raises(evidence.NoWarc):
        evidence.payload_of(b"\x00\x00")
    whole = gzip.decompress(seeds()["warc"][0])
    with pytest.raises(evidence.NoWarc):
        evidence.payload_of(whole.replace(b"WARC-Target-URI", b"WARC-Target-URX"))


@pytest.mark.parametrize(
    "change",
    [
        {"topics": 5},
        {"topics": [[1]]},
        {"macros": 3},
        {"counts": {"a": "viel"}},
        {"masks": 7},
        {"aliases": [1]},
        {"concepts": 1},
    ],
)
def test_a_rule_file_with_a_value_of_another_kind_is_refused_in_words(change: dict) -> None:
    made = json.loads(seeds()["rule_file"][0])
    with pytest.raises(RuleError, match="规则文件 x"):
        rules_from(made | change, name="x")


def test_a_lead_that_is_a_list_is_no_department() -> None:
    made = json.loads(seeds()["rule_file"][0])
    made["rules"][0]["lead"] = ["Z-XX"]
    with pytest.raises(RuleError, match="lead"):
        rules_from(made, name="x")


def tarred(*names: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 1
            tar.addfile(info, io.BytesIO(b"x"))
    return gzip.compress(out.getvalue())


@pytest.mark.parametrize("names", [(".",), ("a", "a/b"), ("a/b", "a"), ("a", "a")])
def test_a_copy_whose_pieces_cannot_all_stand_is_damaged(names: tuple[str, ...]) -> None:
    assert not targets()["opened_copy"].run(tarred(*names))


def test_a_number_beyond_every_column_is_told_to_be_too_large_and_no_error(cast: Cast) -> None:
    """Public: nobody needs to sign in to ask for the answers."""
    answer = Client().get("/api/answers?offset=27757823037817147392")
    assert answer.status_code == 422
    assert Client().get(f"/api/answers?offset={10**9}").status_code == 200


TWO_WAYS = (
    "////AAEAAQAA/+EAWkV4aWYAAElJKgAIAAAAAgASAQMAAQAAAAYAAAAliAQAAQAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAv"
    "anBlZwAAAAEAAAAAAADZAAAAAAAAAAAAAAD/4QBaRXhpZgAASUkqAAgAAAACABIBAwABAAEBAREA/9oALmFkb2IAAADaAC5hZG9i"
    "ZS5jb20veGFwL0AAAAAAAAAAAAAAAAAAAP8AAAAAAAgA/zIACwgAAQABAQERAP/aAC5hZG9iZf//b5PQh9QrKysrKysrKytkb2Jl"
    "LmNvbS94YWhwLxAAAAAAANj/4AAQSka4uf/+/v///gABAAD/4QBaRXhpZgAASUkqAAgAAAACABIBAwABAAAAKwAAAEAAAAAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAMQAAAAAAAAAAAAAAAAAAOwAAAAAA/zIACwgAAQABAQERAP/aACsrKysrK2RvYWhwLxAAAAAAAAAA"
    "AAAAAP//////////////////////////AAEAAQAA/+EAWkV4aWYAAElJKgAIAAAAAgASAQMAAQAAAAYAAAAliAQAAQAAAEAAAAAA"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAvanBlZwAAAAEAAAAAAADZAAAAAAAAAAAAAAD/4QBaRXhpZgAASUkqAAgAAAACABIBAwABAAEB"
    "AREA/9oALmFkb2IAAADaAC5hZG9iZS5jb20veGFwL0AAAAAAAAAAAAAAAAAAAP8AAAAAAAgA/zIACwgAAQABAQERAP/aAC5hZG9i"
    "Zf//b5PQh9QrKysrKysrKytkb2JlLmNvbS94YWhwLxAAAAAAANj/4AAQSka4uf/+/v///gABAAD/4QBaRXhpZgAASUkqAAgAAAAC"
    "ABIBAwABAAAAKwAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAMQAAAAAAAAAAAAAAAAAAOwAAAAAA/zMACwgAAQABAQERAP/a"
    "AC7aAC5h2gAIAAAAAAAAAO4ANP/QVv/Z9wAAAAAAAAAIAQEAAD8AEv8ANP/QVv/Z"
)


def test_a_photo_that_can_be_read_in_two_ways_is_refused() -> None:
    """Cleaned once it gave a file that the same cleaning read otherwise."""
    raw = base64.b64decode(TWO_WAYS)
    with pytest.raises(pictures.Broken):
        pictures.without_metadata(raw, "image/jpeg")


def test_a_head_with_a_number_beyond_all_is_no_anchor() -> None:
    text = '{"at":"2026-09-10","heads":{"m":[16e761,"00"]},"root":"2f48","schema":"huiying.anchor/1"}'
    with pytest.raises(anchors.NotAnAnchor):
        anchors.parse_outside(text)


def test_a_warc_file_of_a_length_beyond_all_memory_is_damaged() -> None:
    head = "WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: x\r\nContent-Length: 99999999999999999999999\r\n\r\nbody"
    with pytest.raises(evidence.NoWarc):
        evidence.payload_of(gzip.compress(head.encode()))
